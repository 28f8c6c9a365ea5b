//! Erasures: scheduled, cancelled and done.

use std::collections::BTreeSet;

use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;

use super::customers::write_numbers;
use super::holds::is_held;
use super::links::end_passes;
use super::{Outcome, person_erasures};
use crate::blobs::BlobPath;
use crate::columns::scope_columns;
use crate::planted::reached;
use crate::prepared::{ErasedCustomer, ScheduledErasure, SealedErasure};
use crate::records::{RowHashes, RowKind};
use crate::rows::ErasureRow;
use crate::sqlite::collection::delete_unused;

/// Returns `false` if an erasure of the customer or person is already scheduled.
pub(super) fn schedule(connection: &Connection, erasure: &ScheduledErasure) -> Result<bool, rusqlite::Error> {
    match erasure {
        ScheduledErasure::Customer(erasure) => insert(connection, erasure),
        ScheduledErasure::Person(erasure) => person_erasures::insert(connection, erasure),
    }
}

fn insert(connection: &Connection, erasure: &SealedErasure) -> Result<bool, rusqlite::Error> {
    let rows = connection
        .prepare_cached(
            "INSERT INTO erasures (account_id, environment, customer_id, requested_at, due_at, request, erased_at,
                last_epoch, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute(rusqlite::params_from_iter(values(erasure)))?;
    Ok(rows == 1)
}

/// Returns `false` if none is scheduled.
pub(super) fn cancel(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    person: Option<PersonId>,
) -> Result<bool, rusqlite::Error> {
    if let Some(person) = person {
        return person_erasures::cancel(connection, scope, customer, person);
    }
    let (account, environment) = scope_columns(&scope);
    let rows = connection
        .prepare_cached(
            "DELETE FROM erasures WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
                AND due_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes()))?;
    Ok(rows == 1)
}

/// Returns `false` if none is scheduled.
pub(super) fn postpone(connection: &Connection, erasure: &ScheduledErasure) -> Result<bool, rusqlite::Error> {
    let (row, person) = match erasure {
        ScheduledErasure::Customer(erasure) => (&erasure.row, None),
        ScheduledErasure::Person(erasure) => (&erasure.row.erasure, Some(erasure.row.person)),
    };
    Ok(cancel(connection, row.scope, row.customer, person)? && schedule(connection, erasure)?)
}

/// Destroys the keys of a customer and of its persons, and everything that is only readable with them. The row of the
/// customer becomes its tombstone.
pub(super) fn erase(
    connection: &Connection,
    scope: Scope,
    erased: &ErasedCustomer,
    other_rows: &mut RowHashes,
) -> Result<Outcome, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let key = (account, environment, erased.id.as_bytes());
    let rows = connection
        .prepare_cached(
            "UPDATE customers SET version = ?5, type = ?6, events = ?7, updated_at = ?8, persons_version = ?9,
                email_index = ?10, names = ?11, profile = x'', secret = x'', kyc = NULL, queued_at = NULL,
                provider_due = NULL, provider_case = NULL, mac = ?12
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND version = ?4",
        )?
        .execute((
            account,
            environment,
            erased.id.as_bytes(),
            erased.basis.version,
            erased.version,
            erased.kind,
            erased.events,
            erased.updated_at,
            erased.persons_version,
            erased.email_index,
            &erased.tombstone,
            erased.mac,
        ))?;
    if rows == 0 {
        return Ok(Ok(Committed::VersionMoved));
    }
    if let Some(at) = erased.unless_held
        && is_held(connection, scope, erased.id, at)?
    {
        return Ok(Ok(Committed::VersionMoved));
    }
    // It may have been cancelled since it was found to be due.
    if !cancel(connection, scope, erased.id, None)? && erased.is_scheduled {
        return Ok(Ok(Committed::VersionMoved));
    }
    reached("erase: tombstone written");
    let files = files_of(connection, scope, erased.id)?;
    for sql in [
        "DELETE FROM persons WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        "DELETE FROM file_uses WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        "DELETE FROM links WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
            AND expires_at IS NOT NULL",
        "DELETE FROM deliveries WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND state = 0",
        "DELETE FROM holds WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        "DELETE FROM desk WHERE account_id = ?1 AND environment = ?2 AND id = ?3 AND kind = 2",
        "DELETE FROM subject_keys WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        "DELETE FROM person_erasures WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
            AND due_at IS NOT NULL",
    ] {
        connection.prepare_cached(sql)?.execute(key)?;
    }
    write_numbers(connection, scope, erased.id, Some(&BTreeSet::new()))?;
    end_passes(connection, scope, erased.id)?;
    for path in delete_unused(connection, &files)? {
        other_rows.deleted(RowKind::File, path.id.as_bytes());
    }
    if !insert(connection, &erased.erasure)? {
        return Ok(Err(StoreError::Corrupt("an erased customer is still in the ledger".into())));
    }
    Ok(Ok(Committed::Done))
}

/// The files that are evidence of the customer or its persons.
fn files_of(connection: &Connection, scope: Scope, customer: CustomerId) -> Result<Vec<BlobPath>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT DISTINCT file_id FROM file_uses
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_map((account, environment, customer.as_bytes()), |row| {
            Ok(BlobPath { scope, id: FileId::from_bytes(row.get(0)?) })
        })?
        .collect()
}

fn values(erasure: &SealedErasure) -> [rusqlite::types::Value; 9] {
    use rusqlite::types::Value::{Blob, Integer, Null};
    let SealedErasure { row, mac } = erasure;
    let ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch } = row;
    let (account, environment) = scope_columns(scope);
    let number = |value: Option<i64>| value.map_or(Null, Integer);
    [
        Blob(account.to_vec()),
        Integer(environment.into()),
        Blob(customer.as_bytes().to_vec()),
        number(*requested_at),
        number(*due_at),
        request.clone().map_or(Null, Blob),
        number(*erased_at),
        number(epoch.map(i64::from)),
        Blob(mac.to_vec()),
    ]
}
