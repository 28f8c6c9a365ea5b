//! Customers, the keys of their data subjects, their persons and their numbers.

use std::collections::BTreeSet;

use dossier_core::caller::Scope;
use dossier_core::change;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{Committed, StoreError};
use rusqlite::{Connection, ErrorCode, Row};

use super::files::attach;
use super::links::{clear_link_expiry, end_passes, insert_link};
use super::{Outcome, WriteState, person_erasures};
use crate::columns::scope_columns;
use crate::planted::planted;
use crate::prepared::{CustomerRow, NewSubject, Precondition, PreparedChange, PreparedEffect};
use crate::sqlite::customers;
use crate::vault::Fingerprint;

/// Writes a new or changed customer, and everything that belongs to it.
pub(super) fn write(
    prepared: &PreparedChange,
    connection: &Connection,
    written: &mut WriteState,
) -> Result<Outcome, rusqlite::Error> {
    let (scope, entry) = (prepared.scope, written.entry);
    let PreparedEffect::Customer { basis, row, new_subjects, attached, link, ends_passes, erases } = &prepared.effect
    else {
        return Ok(Ok(Committed::Done));
    };
    match basis {
        Precondition::New => {
            if let Some(taken) = insert_customer(connection, scope, row, entry)? {
                return Ok(Err(StoreError::Taken(taken)));
            }
        }
        Precondition::Version { expected, email_moves } => {
            let Some(found) = find_customer(connection, scope, row, *expected)? else {
                return Ok(Ok(Committed::VersionMoved));
            };
            if *email_moves
                && let Some(owner) =
                    customers::owner_of_email(connection, scope, &row.email_index)?.filter(|owner| *owner != row.id)
            {
                return Ok(Err(StoreError::Taken(owner)));
            }
            // If a file is gone, computing the change again reports a violation.
            let Some(attached) = attached else { return Ok(Ok(Committed::VersionMoved)) };
            if !attach(connection, scope, row.id, row.updated_at, attached)? {
                return Ok(Ok(Committed::VersionMoved));
            }
            written.previous_of_customer = found.last_audit;
            update_customer(connection, &found, row, entry)?;
        }
    }
    insert_subjects(connection, scope, row.id, new_subjects)?;
    write_persons(connection, scope, row)?;
    write_numbers(connection, scope, row.id, row.numbers.as_ref())?;
    if matches!(basis, Precondition::Version { .. }) {
        if link.is_some() || row.link_expiry_handled {
            clear_link_expiry(connection, scope, row.id)?;
        }
        if *ends_passes {
            end_passes(connection, scope, row.id)?;
        }
        if let Some(link) = link {
            insert_link(connection, scope, row.id, link)?;
        }
    }
    match erases {
        Some(erased) => person_erasures::erase(connection, scope, erased, &mut written.other_rows),
        None => Ok(Ok(Committed::Done)),
    }
}

/// Returns the customer that already has the e-mail, if any.
fn insert_customer(
    connection: &Connection,
    scope: Scope,
    row: &CustomerRow,
    audit: u64,
) -> Result<Option<CustomerId>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let inserted = connection
        .prepare_cached(
            "INSERT INTO customers (account_id, environment, customer_id, version, type, created_at, updated_at, \
                events, last_audit,
                email_index, names, profile, secret, persons_version, mac)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute((
            account,
            environment,
            row.id.as_bytes(),
            row.version,
            row.kind,
            row.created_at,
            row.updated_at,
            row.events,
            audit,
            row.email_index,
            &row.cells.names,
            &row.cells.profile,
            &row.cells.secret,
            row.persons_version,
            row.mac,
        ));
    match inserted {
        Ok(_) => Ok(None),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            customers::owner_of_email(connection, scope, &row.email_index)?.map(Some).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The row of a customer as the writer finds it.
struct StoredCustomer {
    rowid: i64,
    last_audit: u64,
    indexed: IndexedColumns,
}

/// The indexed columns: since when the customer waits for a reviewer, when its provider is due, its case, and its
/// e-mail.
type IndexedColumns = (Option<i64>, Option<i64>, Option<Vec<u8>>, Vec<u8>);

macro_rules! stored_customer {
    ($place:literal) => {
        concat!(
            "SELECT rowid, last_audit, version, queued_at, provider_due, provider_case, email_index FROM customers
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
            $place
        )
    };
}

/// Finds the row by its hint or its key. Returns `None` if it is at another version.
fn find_customer(
    connection: &Connection,
    scope: Scope,
    row: &CustomerRow,
    basis: change::Basis,
) -> Result<Option<StoredCustomer>, rusqlite::Error> {
    let read = |row: &Row<'_>| {
        let indexed = (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
        Ok((StoredCustomer { rowid: row.get(0)?, last_audit: row.get(1)?, indexed }, row.get::<_, u64>(2)?))
    };
    let statements = [stored_customer!(" AND rowid = ?4"), stored_customer!("")];
    let found = customers::find(connection, scope, row.id, basis.hint(), statements, read)?;
    Ok(found.filter(|(_, stored)| *stored == basis.version || planted!("no-version-check")).map(|(found, _)| found))
}

/// Updates the row that [`find_customer`] found in the same transaction. The indexed columns seldom change and have
/// their own statement: otherwise every update would check their indexes.
fn update_customer(
    connection: &Connection,
    found: &StoredCustomer,
    row: &CustomerRow,
    audit: u64,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "UPDATE customers SET version = ?2, updated_at = ?3, events = ?4, last_audit = ?5, names = ?6, profile = \
                ?7, secret = ?8,
                persons_version = ?9, kyc = ?10, mac = ?11 WHERE rowid = ?1",
        )?
        .execute((
            found.rowid,
            row.version,
            row.updated_at,
            row.events,
            audit,
            &row.cells.names,
            &row.cells.profile,
            &row.cells.secret,
            row.persons_version,
            &row.cells.kyc,
            row.mac,
        ))?;
    let (queued_at, provider_due, provider_case, email_index) = &found.indexed;
    if (*queued_at, *provider_due, provider_case.as_deref(), &email_index[..])
        != (row.queued_at, row.provider_due, row.provider_case.as_ref().map(|case| &case[..]), &row.email_index[..])
    {
        connection
            .prepare_cached(
                "UPDATE customers SET queued_at = ?2, provider_due = ?3, provider_case = ?4, email_index = ?5
                 WHERE rowid = ?1",
            )?
            .execute((found.rowid, row.queued_at, row.provider_due, row.provider_case, row.email_index))?;
    }
    Ok(())
}

/// Links an entry about a customer that does not change the customer.
pub(super) fn link_audit(
    connection: &Connection,
    scope: Scope,
    customer: [u8; 16],
    audit: u64,
) -> Result<u64, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (rowid, previous): (i64, u64) = connection
        .prepare_cached(
            "SELECT rowid, last_audit FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_row((account, environment, customer), |row| Ok((row.get(0)?, row.get(1)?)))?;
    connection.prepare_cached("UPDATE customers SET last_audit = ?2 WHERE rowid = ?1")?.execute((rowid, audit))?;
    Ok(previous)
}

/// Writes the persons if one of them changed.
fn write_persons(connection: &Connection, scope: Scope, row: &CustomerRow) -> Result<(), rusqlite::Error> {
    let Some(cells) = &row.cells.persons else { return Ok(()) };
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO persons (account_id, environment, customer_id, cells, mac) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET cells = excluded.cells, mac = excluded.mac",
        )?
        .execute((account, environment, row.id.as_bytes(), cells, row.persons_mac))?;
    Ok(())
}

fn insert_subjects(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    subjects: &[NewSubject],
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let customer = customer.as_bytes();
    for NewSubject { id, wrapped, mac } in subjects {
        connection
            .prepare_cached(
                "INSERT INTO subject_keys (account_id, environment, customer_id, subject_id, epoch, wrapped, mac)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((account, environment, customer, id.as_bytes(), wrapped.epoch, &wrapped.sealed, mac))?;
    }
    Ok(())
}

/// Replaces the fingerprints of a customer's numbers. `None` leaves them as they are.
pub(crate) fn write_numbers(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    numbers: Option<&BTreeSet<(PersonId, Fingerprint)>>,
) -> Result<(), rusqlite::Error> {
    let Some(numbers) = numbers else { return Ok(()) };
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached("DELETE FROM numbers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3")?
        .execute((account, environment, customer.as_bytes()))?;
    for (subject, fingerprint) in numbers {
        connection
            .prepare_cached(
                "INSERT INTO numbers (account_id, environment, customer_id, subject_id, fingerprint)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((account, environment, customer.as_bytes(), subject.as_bytes(), fingerprint))?;
    }
    Ok(())
}
