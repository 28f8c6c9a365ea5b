//! Erasures of single associated persons: scheduled, cancelled and done.

use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::StoreError;

use super::holds::is_held;
use crate::postgres::collection::delete_unused_of;
use crate::postgres::database::{Error, Param, Session};
use crate::postgres::rows::{Columns, epoch_column, scope_values, statements, uuid};
use crate::prepared::{ErasedPersonRow, SealedPersonErasure};
use crate::records::{RowHashes, RowKind};
use crate::rows::ErasureRow;

statements! {
    INSERT_PERSON = "INSERT INTO person_erasures (account_id, environment, customer_id, person_id, requested_at, due_at,
            request, erased_at, last_epoch, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    CANCEL_PERSON = "DELETE FROM person_erasures WHERE account_id = $1 AND environment = $2 AND customer_id = $3
        AND person_id = $4 AND due_at IS NOT NULL";
    FILES_OF_PERSON = "SELECT file_id FROM file_uses
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND subject_id = $4";
    FILE_USES_OF_PERSON = "DELETE FROM file_uses
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND subject_id = $4";
    KEY_OF_PERSON = "DELETE FROM subject_keys
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND subject_id = $4";
}

/// Returns `false` if the person already has an erasure.
pub(super) async fn insert(session: Session<'_>, erasure: &SealedPersonErasure) -> Result<bool, Error> {
    let SealedPersonErasure { row, mac } = erasure;
    let ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch } = &row.erasure;
    let (account, environment) = scope_values(*scope);
    let (customer, person, epoch) = (uuid(customer.as_bytes()), uuid(row.person.as_bytes()), epoch.map(epoch_column));
    let values: [&dyn Param; 10] =
        [&account, &environment, &customer, &person, requested_at, due_at, request, erased_at, &epoch, &&mac[..]];
    Ok(session.execute(INSERT_PERSON, &values).await? == 1)
}

/// Returns `false` if none is scheduled.
pub(super) async fn cancel(
    session: Session<'_>,
    scope: Scope,
    customer: CustomerId,
    person: PersonId,
) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    let (customer, person) = (uuid(customer.as_bytes()), uuid(person.as_bytes()));
    Ok(session.execute(CANCEL_PERSON, &[&account, &environment, &customer, &person]).await? == 1)
}

/// Destroys the key of a person, whose business is written without the person in the same transaction, and the files
/// that only the person used. Returns `false` if the erasure was cancelled, or if a hold prevents it.
pub(super) async fn erase(
    session: Session<'_>,
    scope: Scope,
    erased: &ErasedPersonRow,
    other_rows: &mut RowHashes,
) -> Result<bool, Error> {
    let (customer, person) = (erased.erasure.row.erasure.customer, erased.erasure.row.person);
    if let Some(at) = erased.unless_held
        && is_held(session, scope, customer, at).await?
    {
        return Ok(false);
    }
    // It may have been cancelled since it was found to be due.
    if !cancel(session, scope, customer, person).await? && erased.is_scheduled {
        return Ok(false);
    }
    let (account, environment) = scope_values(scope);
    let (customer, person) = (uuid(customer.as_bytes()), uuid(person.as_bytes()));
    let key: [&dyn Param; 4] = [&account, &environment, &customer, &person];
    let mut files = Vec::new();
    for row in session.query(FILES_OF_PERSON, &key).await? {
        files.push(FileId::from_bytes(Columns::of(&row).id()?));
    }
    for sql in [FILE_USES_OF_PERSON, KEY_OF_PERSON] {
        session.execute(sql, &key).await?;
    }
    for file in delete_unused_of(session, scope, &files).await? {
        other_rows.deleted(RowKind::File, file.as_bytes());
    }
    if !insert(session, &erased.erasure).await? {
        return Err(StoreError::Corrupt("an erased person is still in the ledger".into()).into());
    }
    Ok(true)
}
