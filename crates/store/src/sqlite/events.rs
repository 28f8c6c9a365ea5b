//! Reads events. They are written together with their deliveries (`commit/events.rs`).

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::event::StoredEvent;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::pii::Pii;
use dossier_core::store::{EventStore, StoreError};
use rusqlite::{OptionalExtension as _, Row};
use tokio::sync::watch;

use super::SqliteStore;
use super::numbering::Places;
use crate::columns::scope_columns;
use crate::sealed::{self, EventRow};

#[async_trait]
impl EventStore for SqliteStore {
    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            connection
                .prepare_cached(
                    "SELECT position, type, customer_id, number, at, body FROM events
                     WHERE place > ?3 AND place <= ?4 AND account_id = ?1 AND environment = ?2 ORDER BY place LIMIT ?5",
                )?
                .query_map((account, environment, places.after(after), places.before(None), limit), |row| {
                    Ok((row.get::<_, u64>(0)?, event_row(row, 1)?))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter()
            .map(|(position, row)| {
                let (event_type, customer, number) = (row.event_type.clone(), row.customer, row.number);
                let body = Pii::new(self.open_event(scope, row)?);
                Ok(StoredEvent { position, event_type, customer, number, body })
            })
            .collect()
    }

    async fn newest_event(&self, scope: Scope) -> Result<u64, StoreError> {
        self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT event FROM audit_heads WHERE account_id = ?1 AND environment = ?2")?
                .query_row(scope_columns(&scope), |row| row.get(0))
                .optional()
                .map(Option::unwrap_or_default)
        })
    }

    fn announced(&self) -> watch::Receiver<()> {
        self.announced.subscribe()
    }
}

impl SqliteStore {
    pub(super) fn open_event(&self, scope: Scope, row: EventRow) -> Result<Vec<u8>, StoreError> {
        let key = self.subject_key(scope, row.customer, PersonId::of_customer(row.customer));
        sealed::open_event(key, &*self.existing_scope_keys(scope)?, scope, row)
    }
}

/// Reads type, customer, number, time and body, from the given column.
pub(super) fn event_row(row: &Row<'_>, from: usize) -> Result<EventRow, rusqlite::Error> {
    Ok(EventRow {
        event_type: row.get(from)?,
        customer: CustomerId::from_bytes(row.get(from + 1)?),
        number: row.get(from + 2)?,
        at: Timestamp::from_micros(row.get(from + 3)?),
        cell: row.get(from + 4)?,
    })
}
