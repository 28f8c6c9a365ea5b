//! The commit of a change: sealed on the thread that asked, written by the writer: record, audit entry, event and kept
//! answer in one savepoint.

use std::borrow::Cow;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change;
use dossier_core::change::{Change, Effect};
use dossier_core::idempotency::PendingAnswer;
use dossier_core::ids::CustomerId;
use dossier_core::store::{Committed, StoreError};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row};

use super::chain::{Append, Heads};
use super::events::{insert_deliveries, insert_event};
use super::files::{attach, insert_file};
use super::fingerprints::write_numbers;
use super::keys::{change_key, insert_key};
use super::links::{end_pass, end_passes, insert_link, settle_links};
use super::sandbox::set_clock;
use super::{SqliteStore, customers, insert_scope_key, webhooks};
use crate::audit_chain::StoredEntry;
use crate::columns::scope_columns;
use crate::planted::{Defect, planted};
use crate::prepared::{self, Basis, CustomerRow, FreshKeys, Keys, NewSubject, Prepared, PreparedEffect, account_scope};
use crate::records::{Kind, Records};
use crate::sealed::SubjectKeys;

/// What a job came to, the database being well.
type Outcome = Result<Committed, StoreError>;

impl SqliteStore {
    /// Reads the keys that sealing the change needs, and seals it.
    pub(super) fn prepare(&self, change: Change) -> Result<(Prepared, FreshKeys), StoreError> {
        let scope = change.scope;
        let new_scopes = match &change.effect {
            Effect::AccountCreated(account) => Some(prepared::new_scope_keys(&self.vault, account.account_id)?),
            _ => None,
        };
        let subjects = match prepared::subjects_of(&change) {
            Some((customer, subjects)) => self.subject_keys(scope, customer, &subjects)?,
            None => SubjectKeys::new(),
        };
        let keys = Keys {
            vault: &self.vault,
            scope: self.existing_scope_keys(scope)?,
            account: self.existing_scope_keys(account_scope(scope.account))?,
            subjects,
            files: self.file_keys(scope, prepared::attached_by(&change))?,
        };
        prepared::seal(keys, new_scopes, change)
    }
}

/// Whether a key was wrapped in an epoch that ended since.
fn wraps_in_a_past_epoch(effect: &PreparedEffect, connection: &Connection) -> Result<bool, rusqlite::Error> {
    let Some(wrapped) = effect.oldest_epoch() else { return Ok(false) };
    let newest: u32 =
        connection.prepare_cached("SELECT newest_epoch FROM installation")?.query_row([], |row| row.get(0))?;
    Ok(wrapped < newest)
}

/// Writes a change. `Err` is the database's; whatever else can come of it is in the outcome, and is then rolled back by
/// the caller.
pub(super) fn apply(
    prepared: &Prepared,
    connection: &Connection,
    heads: &mut Heads,
    late: &mut Vec<Append<'static>>,
) -> Result<Outcome, rusqlite::Error> {
    let Prepared { scope, keys, effect, audit, events, answer } = prepared;
    let scope = *scope;
    // First of all: a repeated request must find its answer, not a conflict with its own effect.
    if let Some((pending, cell)) = answer
        && !insert_answer(connection, scope, pending, cell)?
    {
        return Ok(Ok(Committed::AnswerTaken));
    }
    if let Some((pending, _)) = answer
        && !count_answer(connection, scope, pending)?
    {
        return Ok(Err(pending.over_quota().into()));
    }
    if wraps_in_a_past_epoch(effect, connection)? {
        return Ok(Ok(Committed::VersionMoved));
    }
    // Those that a planted defect appends later come before it.
    let next_audit = heads.next_seq(connection, scope)? + late.iter().filter(|late| late.scope == scope).count() as u64;
    // What changes a customer links its entry itself.
    let mut previous_of_customer = match (effect, audit.as_ref().and_then(|entry| entry.customer_id)) {
        (PreparedEffect::Customer { .. }, _) | (_, None) => 0,
        (_, Some(customer)) => link_audit(connection, scope, customer, next_audit)?,
    };
    // Rows that are known only now.
    let mut also = Records::default();
    match effect {
        PreparedEffect::None => {}
        PreparedEffect::Customer { basis: Basis::New, row, new_subjects, .. } => {
            if let Some(taken) = insert_customer(connection, scope, row, next_audit)? {
                return Ok(Err(StoreError::Taken(taken)));
            }
            insert_subjects(connection, scope, row.id, new_subjects)?;
            write_persons(connection, scope, row)?;
            write_numbers(connection, scope, row.id, row.numbers.as_ref())?;
        }
        PreparedEffect::Customer {
            basis: Basis::Version { expected, email_moves },
            row,
            new_subjects,
            attached,
            link,
            ends_passes,
        } => {
            let Some(found) = find_customer(connection, scope, row, *expected)? else {
                return Ok(Ok(Committed::VersionMoved));
            };
            if *email_moves
                && let Some(owner) = owner_of_email(connection, scope, row)?.filter(|owner| *owner != row.id)
            {
                return Ok(Err(StoreError::Taken(owner)));
            }
            // A file that is gone: computed again, that is a violation.
            let Some(attached) = attached else { return Ok(Ok(Committed::VersionMoved)) };
            if !attach(connection, scope, row.id, row.updated_at, attached)? {
                return Ok(Ok(Committed::VersionMoved));
            }
            previous_of_customer = found.last_audit;
            update_customer(connection, &found, row, next_audit)?;
            insert_subjects(connection, scope, row.id, new_subjects)?;
            write_persons(connection, scope, row)?;
            write_numbers(connection, scope, row.id, row.numbers.as_ref())?;
            if link.is_some() || row.links_settled {
                settle_links(connection, scope, row.id)?;
            }
            if *ends_passes {
                end_passes(connection, scope, row.id)?;
            }
            if let Some(link) = link {
                insert_link(connection, scope, row.id, link)?;
            }
        }
        PreparedEffect::Clock { expected, seconds } => {
            if !set_clock(connection, scope, *expected, *seconds)? {
                return Ok(Ok(Committed::VersionMoved));
            }
        }
        PreparedEffect::Endpoint(endpoint) => {
            webhooks::insert(connection, scope, endpoint)?;
            heads.endpoints_changed();
        }
        PreparedEffect::EndpointEnabled { id, key, at } => {
            match webhooks::enable(connection, scope, keys, *id, *key, *at)? {
                Ok(Some(mac)) => also.sealed(Kind::Endpoint, id.as_bytes(), &mac),
                Ok(None) => return Ok(Ok(Committed::VersionMoved)),
                Err(error) => return Ok(Err(error)),
            }
        }
        PreparedEffect::EndpointDeleted(id) => {
            heads.endpoints_changed();
            if !webhooks::delete(connection, scope, *id)? {
                return Ok(Ok(Committed::VersionMoved));
            }
        }
        PreparedEffect::Resent { delivery, at } => {
            if !webhooks::resend(connection, scope, *delivery, *at)? {
                return Ok(Ok(Committed::VersionMoved));
            }
        }
        PreparedEffect::File { file, mac } => {
            let request_id = audit.as_ref().map_or("", |entry| &entry.request_id);
            match insert_file(connection, scope, file, request_id, mac)? {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(Committed::AnswerTaken)),
                Err(over) => return Ok(Err(over.into())),
            }
        }
        PreparedEffect::Account { id, name, created_at, mac, scope_keys } => {
            connection
                .prepare_cached("INSERT INTO accounts (account_id, name, created_at, mac) VALUES (?1, ?2, ?3, ?4)")?
                .execute((id, name, created_at, mac))?;
            for (scope, wrapped) in scope_keys {
                insert_scope_key(connection, *scope, wrapped)?;
            }
        }
        PreparedEffect::AccountChanged { id, name, look, mac } => {
            connection
                .prepare_cached("UPDATE accounts SET name = ?2, look = ?3, mac = ?4 WHERE account_id = ?1")?
                .execute((id, name, look, mac))?;
        }
        PreparedEffect::Pass { customer, link } => insert_link(connection, scope, *customer, link)?,
        PreparedEffect::Settings(cell) => record_settings(connection, scope, cell)?,
        PreparedEffect::PassEnded(hash) => end_pass(connection, hash)?,
        PreparedEffect::Key { key, ends } => {
            insert_key(connection, key)?;
            if let Some((old, at)) = ends {
                match change_key(connection, scope, keys, *old, |row| row.expires_at = Some(at.as_micros()))? {
                    Ok(mac) => mac.iter().for_each(|mac| also.sealed(Kind::ApiKey, old.as_bytes(), mac)),
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
        PreparedEffect::KeyRevoked { id, at } => {
            match change_key(connection, scope, keys, *id, |row| row.revoked_at = Some(at.as_micros()))? {
                Ok(mac) => mac.iter().for_each(|mac| also.sealed(Kind::ApiKey, id.as_bytes(), mac)),
                Err(error) => return Ok(Err(error)),
            }
        }
    }
    let subscribed = !events.is_empty() && heads.is_subscribed(connection, scope)?;
    for (event, body) in events {
        let (place, position) = heads.take_event(connection, scope, keys)?;
        insert_event(connection, scope, (place, position), event, body)?;
        if subscribed {
            let last = heads.last_delivery(connection, scope)?;
            let count = insert_deliveries(connection, scope, last, event, position)?;
            heads.take_deliveries(connection, scope, count)?;
        }
    }
    if let Some(entry) = audit {
        let entry = match also.is_empty() {
            true => Cow::Borrowed(entry),
            false => Cow::Owned(StoredEntry { records: also.joined(prepared), ..entry.clone() }),
        };
        let keys = Arc::clone(keys);
        let append = Append { scope, keys, entry, previous_of_customer };
        if planted(Defect::AuditAfterAnswer) {
            late.push(append.into_owned());
        } else {
            heads.append(connection, &append)?;
        }
    }
    Ok(Ok(Committed::Done))
}

fn record_settings(connection: &Connection, scope: Scope, cell: &[u8]) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO recorded_settings (account_id, environment, cell) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET cell = excluded.cell",
        )?
        .execute((account, environment, cell))
        .map(drop)
}

fn insert_answer(
    connection: &Connection,
    scope: Scope,
    pending: &PendingAnswer,
    cell: &[u8],
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let PendingAnswer { ticket, at, request_id, answer, most: _ } = pending;
    let rows = connection
        .prepare_cached(
            "INSERT INTO answers (account_id, environment, key_hash, fingerprint, request_id, customer_id, version, \
                created_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            ticket.key_hash,
            ticket.fingerprint,
            request_id,
            crate::sealed::customer_column(answer),
            answer.version,
            at.as_micros(),
            cell,
        ))?;
    Ok(rows == 1)
}

/// Whether another answer may be kept of its day. A day that is over is not gone back to.
fn count_answer(connection: &Connection, scope: Scope, pending: &PendingAnswer) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let rows = connection
        .prepare_cached(
            "INSERT INTO usage (account_id, environment, day, answers) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT DO UPDATE SET day = max(day, excluded.day),
                answers = CASE WHEN day < excluded.day THEN 1 ELSE answers + 1 END
             WHERE day < excluded.day OR answers < ?4",
        )?
        .execute((account, environment, pending.day(), most_column(pending.most)))?;
    Ok(rows == 1)
}

/// A quota as the database compares it.
fn most_column(most: Option<u64>) -> i64 {
    most.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX)
}

/// Answers the customer that has the e-mail, when one does.
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
            owner_of_email(connection, scope, row)?.map(Some).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

fn owner_of_email(
    connection: &Connection,
    scope: Scope,
    row: &CustomerRow,
) -> Result<Option<CustomerId>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND email_index = ?3",
        )?
        .query_row((account, environment, row.email_index), |row| row.get(0).map(CustomerId::from_bytes))
        .optional()
}

/// A customer's row, as the writer finds it.
struct Found {
    rowid: i64,
    last_audit: u64,
    indexed: Indexed,
}

/// By what others find a customer: since when it waits for a reviewer, until when for its provider, in which case, and
/// its e-mail.
type Indexed = (Option<i64>, Option<i64>, Option<Vec<u8>>, Vec<u8>);

macro_rules! found_by {
    ($place:literal) => {
        concat!(
            "SELECT rowid, last_audit, version, queued_at, provider_due, provider_case, email_index FROM customers
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
            $place
        )
    };
}

/// The row, if it is still at the version: where it was read, or else by its key.
fn find_customer(
    connection: &Connection,
    scope: Scope,
    row: &CustomerRow,
    basis: change::Basis,
) -> Result<Option<Found>, rusqlite::Error> {
    let read = |row: &Row<'_>| {
        let indexed = (row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
        Ok((Found { rowid: row.get(0)?, last_audit: row.get(1)?, indexed }, row.get::<_, u64>(2)?))
    };
    let statements = [found_by!(" AND rowid = ?4"), found_by!("")];
    let found = customers::find(connection, scope, row.id, basis.hint(), statements, read)?;
    Ok(found.filter(|(_, stored)| *stored == basis.version || planted(Defect::NoVersionCheck)).map(|(found, _)| found))
}

/// By its row, which [`find_customer`] has found in the same transaction under its scope. The indexed columns, which
/// seldom change, have a statement of their own: with them in it, every update would look after their indexes.
fn update_customer(
    connection: &Connection,
    found: &Found,
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

/// For an entry about a customer that does not change it.
fn link_audit(connection: &Connection, scope: Scope, customer: [u8; 16], audit: u64) -> Result<u64, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (rowid, previous): (i64, u64) = connection
        .prepare_cached(
            "SELECT rowid, last_audit FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_row((account, environment, customer), |row| Ok((row.get(0)?, row.get(1)?)))?;
    connection.prepare_cached("UPDATE customers SET last_audit = ?2 WHERE rowid = ?1")?.execute((rowid, audit))?;
    Ok(previous)
}

/// Only when one of them changed.
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
