//! Holds: placed and ended; and the deletion of evidence, which they stop.

use dossier_core::caller::Scope;
use dossier_core::change::NewDocument;
use dossier_core::ids::CustomerId;
use rusqlite::Connection;

use super::erasures::postpone;
use crate::blobs::BlobPath;
use crate::columns::scope_columns;
use crate::prepared::{ScheduledErasure, SealedHold};
use crate::records::{RowHashes, RowKind};
use crate::rows::HoldRow;
use crate::sqlite::collection::delete_unused;

/// Returns `false` if the customer is gone.
pub(super) fn place(connection: &Connection, hold: &SealedHold) -> Result<bool, rusqlite::Error> {
    let SealedHold { row, mac } = hold;
    let HoldRow { scope, customer, id, placed_at, ends_at, ended_at, details } = row;
    let (account, environment) = scope_columns(scope);
    let rows = connection
        .prepare_cached(
            "INSERT INTO holds (account_id, environment, customer_id, hold_id, placed_at, ends_at, ended_at, details,
                mac)
             SELECT account_id, environment, customer_id, ?4, ?5, ?6, ?7, ?8, ?9 FROM customers
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND type < 2",
        )?
        .execute((
            account,
            environment,
            customer.as_bytes(),
            id.as_bytes(),
            placed_at,
            ends_at,
            ended_at,
            details,
            mac,
        ))?;
    Ok(rows == 1)
}

/// Returns `false` if the hold, or an erasure that it stopped, is no longer as it was.
pub(super) fn end(
    connection: &Connection,
    hold: &SealedHold,
    erasures: &[ScheduledErasure],
) -> Result<bool, rusqlite::Error> {
    let SealedHold { row: HoldRow { scope, customer, id, ended_at, details, .. }, mac } = hold;
    let (account, environment) = scope_columns(scope);
    let rows = connection
        .prepare_cached(
            "UPDATE holds SET ended_at = ?5, details = ?6, mac = ?7
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND hold_id = ?4 AND ended_at IS NULL",
        )?
        .execute((account, environment, customer.as_bytes(), id.as_bytes(), ended_at, details, mac))?;
    if rows == 0 {
        return Ok(false);
    }
    for erasure in erasures {
        if !postpone(connection, erasure)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the customer has a hold that is active at this moment.
pub(super) fn is_held(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    at: i64,
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM holds WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
                AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > ?4))",
        )?
        .query_row((account, environment, customer.as_bytes(), at), |row| row.get(0))
}

/// Deletes documents of a customer, and their files if they are evidence of no one else. Returns `false` if a hold
/// prevents it.
pub(super) fn delete_evidence(
    connection: &Connection,
    (scope, customer): (Scope, CustomerId),
    documents: &[NewDocument],
    unless_held: i64,
    other_rows: &mut RowHashes,
) -> Result<bool, rusqlite::Error> {
    if is_held(connection, scope, customer, unless_held)? {
        return Ok(false);
    }
    let (account, environment) = scope_columns(&scope);
    let mut delete = connection.prepare_cached(
        "DELETE FROM file_uses WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3 AND customer_id = ?4
            AND subject_id = ?5",
    )?;
    for NewDocument { file, subject } in documents {
        delete.execute((account, environment, file.as_bytes(), customer.as_bytes(), subject.as_bytes()))?;
    }
    let files: Vec<_> = documents.iter().map(|document| BlobPath { scope, id: document.file }).collect();
    for path in delete_unused(connection, &files)? {
        other_rows.deleted(RowKind::File, path.id.as_bytes());
    }
    Ok(true)
}
