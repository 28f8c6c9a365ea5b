//! Erasures of single associated persons: scheduled, cancelled and done.

use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;

use super::Outcome;
use super::holds::is_held;
use crate::blobs::BlobPath;
use crate::columns::scope_columns;
use crate::prepared::{ErasedPersonRow, SealedPersonErasure};
use crate::records::{RowHashes, RowKind};
use crate::rows::ErasureRow;
use crate::sqlite::collection::delete_unused;

/// Returns `false` if the person already has an erasure.
pub(super) fn insert(connection: &Connection, erasure: &SealedPersonErasure) -> Result<bool, rusqlite::Error> {
    let SealedPersonErasure { row, mac } = erasure;
    let ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch } = &row.erasure;
    let (account, environment) = scope_columns(scope);
    let rows = connection
        .prepare_cached(
            "INSERT INTO person_erasures (account_id, environment, customer_id, person_id, requested_at, due_at, \
                request, erased_at, last_epoch, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            customer.as_bytes(),
            row.person.as_bytes(),
            requested_at,
            due_at,
            request,
            erased_at,
            epoch,
            mac,
        ))?;
    Ok(rows == 1)
}

/// Returns `false` if none is scheduled.
pub(super) fn cancel(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    person: PersonId,
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let rows = connection
        .prepare_cached(
            "DELETE FROM person_erasures WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
                AND person_id = ?4 AND due_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes(), person.as_bytes()))?;
    Ok(rows == 1)
}

/// Destroys the key of a person, whose business was written without the person in the same transaction, and the files
/// that only the person used.
pub(super) fn erase(
    connection: &Connection,
    scope: Scope,
    erased: &ErasedPersonRow,
    other_rows: &mut RowHashes,
) -> Result<Outcome, rusqlite::Error> {
    let (customer, person) = (erased.erasure.row.erasure.customer, erased.erasure.row.person);
    if let Some(at) = erased.unless_held
        && is_held(connection, scope, customer, at)?
    {
        return Ok(Ok(Committed::VersionMoved));
    }
    // It may have been cancelled since it was found to be due.
    if !cancel(connection, scope, customer, person)? && erased.is_scheduled {
        return Ok(Ok(Committed::VersionMoved));
    }
    let (account, environment) = scope_columns(&scope);
    let key = (account, environment, customer.as_bytes(), person.as_bytes());
    let files = connection
        .prepare_cached(
            "SELECT file_id FROM file_uses
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND subject_id = ?4",
        )?
        .query_map(key, |row| Ok(BlobPath { scope, id: FileId::from_bytes(row.get(0)?) }))?
        .collect::<Result<Vec<_>, _>>()?;
    for sql in [
        "DELETE FROM file_uses WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND subject_id = ?4",
        "DELETE FROM subject_keys WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
            AND subject_id = ?4",
    ] {
        connection.prepare_cached(sql)?.execute(key)?;
    }
    for path in delete_unused(connection, &files)? {
        other_rows.deleted(RowKind::File, path.id.as_bytes());
    }
    if !insert(connection, &erased.erasure)? {
        return Ok(Err(StoreError::Corrupt("an erased person is still in the ledger".into())));
    }
    Ok(Ok(Committed::Done))
}
