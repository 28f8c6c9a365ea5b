//! Events as they are read again, and as they are written with their deliveries.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::event::{Event, StoredEvent};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::pii::Pii;
use dossier_core::store::{EventStore, StoreError};
use rusqlite::{Connection, OptionalExtension as _};
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
    /// The body of an event.
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

/// Writes an event at its place and position.
pub(super) fn insert_event(
    connection: &Connection,
    scope: Scope,
    (place, position): (i64, u64),
    event: &Event,
    body: &[u8],
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (customer, kind, at) = (event.customer.as_bytes(), event.event_type.as_str(), event.at.as_micros());
    connection
        .prepare_cached(
            "INSERT INTO events (place, account_id, environment, position, customer_id, number, type, at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((place, account, environment, position, customer, event.number, kind, at, body))
        .map(drop)
}

/// Writes a delivery of an event to every endpoint that wants it, with the places and numbers after the last ones; says
/// how many. Only the oldest of a customer and endpoint is due; the others follow one by one.
pub(super) fn insert_deliveries(
    connection: &Connection,
    scope: Scope,
    (last_place, last_id): (i64, u64),
    event: &Event,
    position: u64,
) -> Result<usize, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (customer, kind, at) = (event.customer.as_bytes(), event.event_type.as_str(), event.at.as_micros());
    connection
        .prepare_cached(
            "INSERT INTO deliveries (place, id, account_id, environment, endpoint_id, customer_id, number, event, type,
                state, attempts, created_at, next_at)
             SELECT ?8 + row_number() OVER (ORDER BY endpoint_id), ?9 + row_number() OVER (ORDER BY endpoint_id),
                account_id, environment, endpoint_id, ?3, ?4, ?5, ?6, 0, 0, ?7,
                CASE WHEN EXISTS (SELECT 1 FROM deliveries
                    WHERE deliveries.account_id = ?1 AND deliveries.environment = ?2
                    AND deliveries.endpoint_id = endpoints.endpoint_id AND deliveries.customer_id = ?3 AND state = 0)
                THEN NULL ELSE ?7 END
             FROM endpoints
             WHERE account_id = ?1 AND environment = ?2 AND disabled IS NULL
                AND instr(event_types, ' ' || ?6 || ' ') > 0",
        )?
        .execute((account, environment, customer, event.number, position, kind, at, last_place, last_id))
}
