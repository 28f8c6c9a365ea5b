//! Erasures: scheduled, cancelled and done.

use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::StoreError;

use super::holds::is_held;
use super::person_erasures;
use crate::planted::reached;
use crate::postgres::collection::delete_unused_of;
use crate::postgres::database::{Error, Param, Session};
use crate::postgres::rows::{Columns, epoch_column, number, scope_values, statements, uuid};
use crate::prepared::{ErasedCustomer, ScheduledErasure, SealedErasure};
use crate::records::{RowHashes, RowKind};
use crate::rows::ErasureRow;

statements! {
    SCHEDULE = "INSERT INTO erasures (account_id, environment, customer_id, requested_at, due_at, request, erased_at,
            last_epoch, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    CANCEL = "DELETE FROM erasures WHERE account_id = $1 AND environment = $2 AND customer_id = $3
        AND due_at IS NOT NULL";
    ERASE = "UPDATE customers SET version = $5, type = $6, events = $7, updated_at = $8, persons_version = $9,
            email_index = $10, names = $11, profile = '', secret = '', kyc = NULL, queued_at = NULL,
            provider_due = NULL, provider_case = NULL, mac = $12
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND version = $4";
    FILES = "SELECT DISTINCT file_id FROM file_uses
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    PERSONS = "DELETE FROM persons WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    NUMBERS = "DELETE FROM numbers WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    FILE_USES = "DELETE FROM file_uses WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    LINKS = "DELETE FROM links WHERE account_id = $1 AND environment = $2 AND customer_id = $3
        AND expires_at IS NOT NULL";
    PASSES = "DELETE FROM links WHERE account_id = $1 AND environment = $2 AND customer_id = $3
        AND used_at IS NOT NULL";
    DELIVERIES = "DELETE FROM deliveries WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND state = 0";
    HOLDS = "DELETE FROM holds WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    WORKSHEET = "DELETE FROM desk WHERE account_id = $1 AND environment = $2 AND id = $3 AND kind = 2";
    SCHEDULED_PERSONS = "DELETE FROM person_erasures WHERE account_id = $1 AND environment = $2 AND customer_id = $3
        AND due_at IS NOT NULL";
    SUBJECT_KEYS = "DELETE FROM subject_keys WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
}

/// Returns `false` if an erasure of the customer or person is already scheduled.
pub(super) async fn schedule(session: Session<'_>, erasure: &ScheduledErasure) -> Result<bool, Error> {
    match erasure {
        ScheduledErasure::Customer(erasure) => insert(session, erasure).await,
        ScheduledErasure::Person(erasure) => person_erasures::insert(session, erasure).await,
    }
}

async fn insert(session: Session<'_>, erasure: &SealedErasure) -> Result<bool, Error> {
    let SealedErasure { row, mac } = erasure;
    let ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch } = row;
    let (account, environment) = scope_values(*scope);
    let (customer, epoch) = (uuid(customer.as_bytes()), epoch.map(epoch_column));
    let values: [&dyn Param; 9] =
        [&account, &environment, &customer, requested_at, due_at, request, erased_at, &epoch, &&mac[..]];
    Ok(session.execute(SCHEDULE, &values).await? == 1)
}

/// Returns `false` if none is scheduled.
pub(super) async fn cancel(
    session: Session<'_>,
    scope: Scope,
    customer: CustomerId,
    person: Option<PersonId>,
) -> Result<bool, Error> {
    if let Some(person) = person {
        return person_erasures::cancel(session, scope, customer, person).await;
    }
    let (account, environment) = scope_values(scope);
    Ok(session.execute(CANCEL, &[&account, &environment, &uuid(customer.as_bytes())]).await? == 1)
}

/// Returns `false` if none is scheduled.
pub(super) async fn postpone(session: Session<'_>, erasure: &ScheduledErasure) -> Result<bool, Error> {
    let (row, person) = match erasure {
        ScheduledErasure::Customer(erasure) => (&erasure.row, None),
        ScheduledErasure::Person(erasure) => (&erasure.row.erasure, Some(erasure.row.person)),
    };
    Ok(cancel(session, row.scope, row.customer, person).await? && schedule(session, erasure).await?)
}

/// Destroys the keys of a customer and of its persons, and everything that is only readable with them. The row of the
/// customer becomes its tombstone. Returns `false` if the customer has changed in the meantime.
pub(super) async fn erase(
    session: Session<'_>,
    scope: Scope,
    erased: &ErasedCustomer,
    other_rows: &mut RowHashes,
) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    let customer = uuid(erased.id.as_bytes());
    let row: [&dyn Param; 12] = [
        &account,
        &environment,
        &customer,
        &number(erased.basis.version),
        &number(erased.version),
        &i16::from(erased.kind),
        &number(erased.events),
        &erased.updated_at,
        &number(erased.persons_version),
        &&erased.email_index[..],
        &erased.tombstone,
        &&erased.mac[..],
    ];
    if session.execute(ERASE, &row).await? == 0 {
        return Ok(false);
    }
    if let Some(at) = erased.unless_held
        && is_held(session, scope, erased.id, at).await?
    {
        return Ok(false);
    }
    // It may have been cancelled since it was found to be due.
    if !cancel(session, scope, erased.id, None).await? && erased.is_scheduled {
        return Ok(false);
    }
    reached("erase: tombstone written");
    let key: [&dyn Param; 3] = [&account, &environment, &customer];
    let mut files = Vec::new();
    for row in session.query(FILES, &key).await? {
        files.push(FileId::from_bytes(Columns::of(&row).id()?));
    }
    for sql in
        [PERSONS, NUMBERS, FILE_USES, LINKS, PASSES, DELIVERIES, HOLDS, WORKSHEET, SCHEDULED_PERSONS, SUBJECT_KEYS]
    {
        session.execute(sql, &key).await?;
    }
    for file in delete_unused_of(session, scope, &files).await? {
        other_rows.deleted(RowKind::File, file.as_bytes());
    }
    if !insert(session, &erased.erasure).await? {
        return Err(StoreError::Corrupt("an erased customer is still in the ledger".into()).into());
    }
    Ok(true)
}
