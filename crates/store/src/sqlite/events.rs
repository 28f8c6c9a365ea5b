//! Reads events. They are written together with their deliveries (`commit/events.rs`).

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::event::StoredEvent;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::pii::Pii;
use dossier_core::store::{EventStore, StoreError};
use rusqlite::OptionalExtension as _;
use tokio::sync::watch;

use super::SqliteStore;
use super::numbering::Places;
use crate::columns::scope_columns;
use crate::sealed;
use crate::vault::Purpose;

#[async_trait]
impl EventStore for SqliteStore {
    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            connection
                .prepare_cached(
                    "SELECT position, type, customer_id, number, body FROM events
                     WHERE place > ?3 AND place <= ?4 AND account_id = ?1 AND environment = ?2 ORDER BY place LIMIT ?5",
                )?
                .query_map((account, environment, places.after(after), places.before(None), limit), |row| {
                    Ok((
                        row.get::<_, u64>(0)?,
                        row.get::<_, String>(1)?,
                        CustomerId::from_bytes(row.get(2)?),
                        row.get::<_, u64>(3)?,
                        row.get::<_, Vec<u8>>(4)?,
                    ))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter()
            .map(|(position, event_type, customer, number, cell)| {
                let body = Pii::new(self.open_event(scope, customer, number, cell)?);
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
    pub(super) fn open_event(
        &self,
        scope: Scope,
        customer: CustomerId,
        number: u64,
        cell: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer))?;
        sealed::open_attached(&key, Purpose::Events, scope, customer, b"", number, cell)
    }
}
