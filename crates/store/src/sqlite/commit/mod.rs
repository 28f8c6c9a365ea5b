//! The commit of a change: sealed on the calling thread, written by the writer. Record, audit entry, event and kept
//! answer share one savepoint.

mod answers;
mod audit;
mod customers;
mod desk;
mod effects;
mod erasures;
mod events;
mod files;
mod holds;
mod keys;
#[cfg(feature = "planted-defects")]
pub(super) mod late_audit;
mod links;
mod person_erasures;
mod sandbox;
mod webhooks;

use std::borrow::Cow;
use std::sync::Arc;

use dossier_core::change::{Change, Effect};
use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;

use super::SqliteStore;
use crate::audit_chain::StoredEntry;
use crate::prepared::{self, NewKeys, PreparedChange, PreparedEffect, SealingKeys};
use crate::records::RowHashes;
use crate::sealed::{SubjectKeys, account_scope};
pub(super) use audit::{Announced, Heads, NewEntry};
pub(super) use customers::write_numbers;
pub(super) use files::write_content;
pub(super) use keys::insert_scope_key;

/// The result of a job that the database itself did not fail.
type Outcome = Result<Committed, StoreError>;

/// The state of one write.
struct WriteState {
    /// The number of its audit entry.
    entry: u64,
    /// The number of the customer's previous entry.
    previous_of_customer: u64,
    /// Rows whose seals are only known now.
    other_rows: RowHashes,
}

impl SqliteStore {
    /// Reads the keys that sealing the change needs, and seals it.
    pub(super) fn prepare(&self, change: Change) -> Result<(PreparedChange, NewKeys), StoreError> {
        let scope = change.scope;
        let new_scopes = match &change.effect {
            Effect::AccountCreated(account) => Some(prepared::new_scope_keys(&self.vault, account.account_id)?),
            _ => None,
        };
        let subjects = match prepared::subjects_of(&change) {
            Some((customer, subjects)) => self.subject_keys(scope, customer, &subjects)?,
            None => SubjectKeys::new(),
        };
        let keys = SealingKeys {
            vault: &self.vault,
            scope: self.existing_scope_keys(scope)?,
            account: self.existing_scope_keys(account_scope(scope.account))?,
            subjects,
            files: self.file_keys(scope, prepared::attached_by(&change))?,
        };
        prepared::seal(keys, new_scopes, change)
    }
}

/// Whether a key was wrapped in an epoch that has ended since.
fn wraps_in_a_past_epoch(effect: &PreparedEffect, connection: &Connection) -> Result<bool, rusqlite::Error> {
    let Some(wrapped) = effect.oldest_epoch() else { return Ok(false) };
    let newest: u32 =
        connection.prepare_cached("SELECT newest_epoch FROM installation")?.query_row([], |row| row.get(0))?;
    Ok(wrapped < newest)
}

/// Writes a change. `Err` is a failure of the database. The caller rolls back any outcome but [`Committed::Done`].
pub(super) fn apply(
    prepared: &PreparedChange,
    connection: &Connection,
    heads: &mut Heads,
) -> Result<Outcome, rusqlite::Error> {
    let PreparedChange { scope, effect, audit, answer, .. } = prepared;
    let scope = *scope;
    if let Some((pending, cell)) = answer {
        // This comes first: a repeated request must find its answer, not a conflict with its own effect.
        if !answers::insert_answer(connection, scope, pending, cell)? {
            return Ok(Ok(Committed::AnswerTaken));
        }
        if !answers::count_answer(connection, scope, pending)? {
            return Ok(Err(pending.over_quota().into()));
        }
    }
    if wraps_in_a_past_epoch(effect, connection)? {
        return Ok(Ok(Committed::VersionMoved));
    }
    let entry = heads.next_seq(connection, scope)?;
    #[cfg(feature = "planted-defects")]
    let entry = entry + late_audit::deferred(scope);
    let mut written = WriteState { entry, previous_of_customer: 0, other_rows: RowHashes::default() };
    // A change of a customer links its entry itself.
    if !matches!(effect, PreparedEffect::Customer { .. })
        && let Some(customer) = audit.as_ref().and_then(|entry| entry.customer_id)
    {
        written.previous_of_customer = customers::link_audit(connection, scope, customer, entry)?;
    }
    match effects::write(prepared, connection, heads, &mut written)? {
        Ok(Committed::Done) => {}
        refused => return Ok(refused),
    }
    let announced = events::announce(prepared, connection, heads)?;
    append(prepared, connection, heads, &written, announced)?;
    Ok(Ok(Committed::Done))
}

/// Appends the entry of a change to the chain of its scope.
fn append(
    prepared: &PreparedChange,
    connection: &Connection,
    heads: &mut Heads,
    written: &WriteState,
    announced: Announced,
) -> Result<(), rusqlite::Error> {
    let Some(entry) = &prepared.audit else { return Ok(()) };
    let entry = match written.other_rows.is_empty() {
        true => Cow::Borrowed(entry),
        false => Cow::Owned(StoredEntry { records: written.other_rows.joined(prepared), ..entry.clone() }),
    };
    let (scope, keys) = (prepared.scope, Arc::clone(&prepared.keys));
    let append = NewEntry { scope, keys, entry, previous_of_customer: written.previous_of_customer, announced };
    #[cfg(feature = "planted-defects")]
    if crate::planted::planted!("audit-after-answer") {
        late_audit::defer(append);
        return Ok(());
    }
    heads.append(connection, &append)
}
