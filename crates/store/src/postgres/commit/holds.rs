//! Holds: placed and ended; and the deletion of evidence, which they stop.

use dossier_core::caller::Scope;
use dossier_core::change::NewDocument;
use dossier_core::ids::CustomerId;

use super::erasures::postpone;
use crate::postgres::collection::delete_unused_of;
use crate::postgres::database::{Error, Session};
use crate::postgres::rows::{scope_values, statements, uuid};
use crate::prepared::{ScheduledErasure, SealedHold};
use crate::records::{RowHashes, RowKind};
use crate::rows::HoldRow;

statements! {
    PLACE = "INSERT INTO holds (account_id, environment, customer_id, hold_id, placed_at, ends_at, ended_at, details,
            mac)
        SELECT account_id, environment, customer_id, $4, $5, $6, $7, $8, $9 FROM customers
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND type < 2";
    END = "UPDATE holds SET ended_at = $5, details = $6, mac = $7
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND hold_id = $4 AND ended_at IS NULL";
    IS_HELD = "SELECT 1 FROM holds WHERE account_id = $1 AND environment = $2 AND customer_id = $3
        AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $4) LIMIT 1";
    FILE_USE = "DELETE FROM file_uses WHERE account_id = $1 AND environment = $2 AND file_id = $3 AND customer_id = $4
        AND subject_id = $5";
}

/// Returns `false` if the customer is gone.
pub(super) async fn place(session: Session<'_>, hold: &SealedHold) -> Result<bool, Error> {
    let SealedHold { row, mac } = hold;
    let HoldRow { scope, customer, id, placed_at, ends_at, ended_at, details } = row;
    let (account, environment) = scope_values(*scope);
    let (customer, id) = (uuid(customer.as_bytes()), uuid(id.as_bytes()));
    let rows = session
        .execute(PLACE, &[&account, &environment, &customer, &id, placed_at, ends_at, ended_at, details, &&mac[..]])
        .await?;
    Ok(rows == 1)
}

/// Returns `false` if the hold, or an erasure that it stopped, is no longer as it was.
pub(super) async fn end(session: Session<'_>, hold: &SealedHold, erasures: &[ScheduledErasure]) -> Result<bool, Error> {
    let SealedHold { row: HoldRow { scope, customer, id, ended_at, details, .. }, mac } = hold;
    let (account, environment) = scope_values(*scope);
    let (customer, id) = (uuid(customer.as_bytes()), uuid(id.as_bytes()));
    if session.execute(END, &[&account, &environment, &customer, &id, ended_at, details, &&mac[..]]).await? == 0 {
        return Ok(false);
    }
    for erasure in erasures {
        if !postpone(session, erasure).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the customer has a hold that is active at this moment.
pub(super) async fn is_held(session: Session<'_>, scope: Scope, customer: CustomerId, at: i64) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    Ok(!session.query(IS_HELD, &[&account, &environment, &uuid(customer.as_bytes()), &at]).await?.is_empty())
}

/// Deletes documents of a customer, and their files if they are evidence of no one else. Returns `false` if a hold
/// prevents it.
pub(super) async fn delete_evidence(
    session: Session<'_>,
    (scope, customer): (Scope, CustomerId),
    documents: &[NewDocument],
    unless_held: i64,
    other_rows: &mut RowHashes,
) -> Result<bool, Error> {
    if is_held(session, scope, customer, unless_held).await? {
        return Ok(false);
    }
    let (account, environment) = scope_values(scope);
    let customer = uuid(customer.as_bytes());
    for NewDocument { file, subject } in documents {
        let (file, subject) = (uuid(file.as_bytes()), uuid(subject.as_bytes()));
        session.execute(FILE_USE, &[&account, &environment, &file, &customer, &subject]).await?;
    }
    let files: Vec<_> = documents.iter().map(|document| document.file).collect();
    for file in delete_unused_of(session, scope, &files).await? {
        other_rows.deleted(RowKind::File, file.as_bytes());
    }
    Ok(true)
}
