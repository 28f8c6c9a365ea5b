//! Scheduled erasures, tombstones, and the ledger.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{Erasure, LedgerEntry, Outline, Tombstone};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{ErasureStore, StoreError};
use rusqlite::{OptionalExtension as _, Row};

use super::customers::plain;
use super::{Role, SqliteStore, connect, wrapped_subjects};
use crate::columns::{scope_columns, scope_of};
use crate::planted::reached;
use crate::rows::{ErasureRow, Unchecked};
use crate::sealed::{self, PlainRow};

/// How often emptying the log is tried in a row if others use it.
const ATTEMPTS_TO_EMPTY: u32 = 10;

macro_rules! erasure_of {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, customer_id, requested_at, due_at, request, erased_at, last_epoch, mac
             FROM erasures WHERE ",
            $rest
        )
    };
}

macro_rules! tombstone_of {
    ($rest:literal) => {
        concat!(
            "SELECT customer_id, type, version, events, created_at, updated_at, persons_version, rowid, email_index,
                queued_at, provider_due, provider_case, mac, names
             FROM customers WHERE account_id = ?1 AND environment = ?2 AND type >= 2 AND ",
            $rest
        )
    };
}

#[async_trait]
impl ErasureStore for SqliteStore {
    async fn erasure(&self, scope: Scope, id: CustomerId) -> Result<Option<Erasure>, StoreError> {
        let Some(row) = self.scheduled(scope, id)? else { return Ok(None) };
        let row = row.check(&*self.existing_scope_keys(scope)?)?;
        let key = self.subject_key(scope, id, PersonId::of_customer(id))?;
        sealed::open_erasure(&key, row, None).map(Some)
    }

    async fn outline(&self, scope: Scope, id: CustomerId) -> Result<Option<Outline>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id, type, version, events, created_at, updated_at, persons_version, rowid,
                        email_index, queued_at, provider_due, provider_case, mac
                     FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
                )?
                .query_row((account, environment, id.as_bytes()), |row| plain(scope, row))
                .optional()
        })?;
        let Some(row) = row else { return Ok(None) };
        sealed::outline(row, self.scheduled(scope, id)?, &*self.existing_scope_keys(scope)?)
    }

    async fn due_erasures(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.customers_due("erasures", "due_at", now)
    }

    async fn tombstone(&self, scope: Scope, id: CustomerId) -> Result<Option<Tombstone>, StoreError> {
        self.tombstone_of(scope, id)
    }

    async fn tombstones(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<Tombstone>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let after = after.map_or([0xff; 16], |id| *id.as_bytes());
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(tombstone_of!("customer_id < ?3 ORDER BY customer_id DESC LIMIT ?4"))?
                .query_map((account, environment, after, limit), |row| Ok((plain(scope, row)?, row.get(13)?)))?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.open_tombstone(scope, row)).collect()
    }

    async fn ledger(&self, after: Option<LedgerEntry>, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let (account, environment, customer) = match &after {
            Some(LedgerEntry { scope, customer, .. }) => {
                let (account, environment) = scope_columns(scope);
                (*account, environment, *customer.as_bytes())
            }
            None => ([0; 16], 0, [0; 16]),
        };
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(erasure_of!(
                    "(account_id, environment, customer_id) > (?1, ?2, ?3) AND erased_at IS NOT NULL
                     ORDER BY account_id, environment, customer_id LIMIT ?4"
                ))?
                .query_map((account, environment, customer, limit), erasure_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let mut ledger = Vec::with_capacity(rows.len());
        for row in rows {
            let row = row?;
            let keys = self.existing_scope_keys(row.scope()?)?;
            ledger.extend(row.check(&keys)?.ledger_entry());
        }
        Ok(ledger)
    }

    /// No other process uses the database.
    async fn forget_erased(&self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    /// Also moves everything into the database and empties the log, which still has the old pages.
    async fn finish_erasures(&self) -> Result<(), StoreError> {
        if self.ledger.append_pending()? {
            reached("erase: in the ledger");
            self.unscrubbed.store(true, Ordering::Relaxed);
        }
        if self.unscrubbed.load(Ordering::Relaxed) && self.empty_log().await? {
            self.unscrubbed.store(false, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl SqliteStore {
    fn scheduled(&self, scope: Scope, id: CustomerId) -> Result<Option<Unchecked<ErasureRow>>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(erasure_of!(
                    "account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND due_at IS NOT NULL"
                ))?
                .query_row((account, environment, id.as_bytes()), erasure_row)
                .optional()
        })?;
        row.transpose()
    }

    /// Returns whether the log is empty. It never waits, because that would hold up the writer.
    async fn empty_log(&self) -> Result<bool, StoreError> {
        let unreadable = |error: rusqlite::Error| StoreError::Unavailable(format!("cannot empty the log: {error}"));
        let connection = connect(self.readers.database(), Role::Checkpointer).map_err(unreadable)?;
        connection.busy_timeout(Duration::ZERO).map_err(unreadable)?;
        for _ in 0..ATTEMPTS_TO_EMPTY {
            self.readers.release();
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            let is_busy: bool = connection.query_row(checkpoint, [], |row| row.get(0)).map_err(unreadable)?;
            if !is_busy {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(false)
    }

    fn tombstone_of(&self, scope: Scope, id: CustomerId) -> Result<Option<Tombstone>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(tombstone_of!("customer_id = ?3"))?
                .query_row((account, environment, id.as_bytes()), |row| Ok((plain(scope, row)?, row.get(13)?)))
                .optional()
        })?;
        row.map(|row| self.open_tombstone(scope, row)).transpose()
    }

    /// The data subjects whose keys a change destroys.
    pub(super) fn subjects_to_erase(&self, change: &Change) -> Result<Vec<PersonId>, StoreError> {
        let tombstone = match &change.effect {
            Effect::CustomerErased { tombstone, .. } => tombstone,
            Effect::CustomerUpdated { erases: Some(erased), .. } => return Ok(vec![erased.person.person]),
            _ => return Ok(Vec::new()),
        };
        let rows = self.readers.read(|connection| wrapped_subjects(connection, change.scope, tombstone.id))?;
        Ok(rows.iter().map(|row| row.peek().subject).collect())
    }

    /// Why a customer has no key: it was erased, or its key was lost.
    pub(super) fn why_without_key(&self, scope: Scope, customer: CustomerId) -> Result<StoreError, StoreError> {
        Ok(match self.tombstone_of(scope, customer)? {
            Some(tombstone) => StoreError::Erased { customer, at: tombstone.erased_at },
            None => StoreError::Corrupt(format!("customer {customer} has no key")),
        })
    }

    fn open_tombstone(
        &self,
        scope: Scope,
        (plain, cell): (Unchecked<PlainRow>, Vec<u8>),
    ) -> Result<Tombstone, StoreError> {
        let keys = self.existing_scope_keys(scope)?;
        sealed::open_tombstone(&keys, scope, plain.check(&keys)?.id, cell)
    }
}

type Read = Result<Unchecked<ErasureRow>, StoreError>;

fn erasure_row(row: &Row<'_>) -> Result<Read, rusqlite::Error> {
    let mac = row.get(8)?;
    let (requested_at, due_at, request) = (row.get(3)?, row.get(4)?, row.get(5)?);
    let (erased_at, epoch, customer) = (row.get(6)?, row.get(7)?, CustomerId::from_bytes(row.get(2)?));
    Ok(scope_of(row.get(0)?, row.get(1)?).map(|scope| {
        Unchecked::new(ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch }, mac)
    }))
}
