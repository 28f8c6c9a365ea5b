//! Reads events. They are written together with their deliveries (`commit/events.rs`).

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::event::StoredEvent;
use dossier_core::ids::{CustomerId, PersonId, WebhookId};
use dossier_core::pii::Pii;
use dossier_core::store::{EventStore, StoreError};
use dossier_core::webhook::AnnouncedEvent;
use rusqlite::{OptionalExtension as _, Row, Statement, params};
use tokio::sync::watch;

use super::SqliteStore;
use super::numbering::Places;
use super::webhooks::delivery;
use crate::audit_list::{DELIVERIES_OF_AN_ENTRY, EVENTS_OF_AN_ENTRY};
use crate::columns::scope_columns;
use crate::sealed::{self, EventRow};

/// The events and deliveries near the hints of an entry that are of its customer and its moment. The moment of an
/// erasure is that of its certificate, which another clock may tell.
const OF_ENTRY: &str = "
    SELECT e.position, e.type, e.number, e.at, d.endpoint_id, d.id, d.customer_id, d.number, d.type, d.state,
        d.attempts, d.created_at, d.last_at, d.next_at, d.last_said
    FROM audit AS a
    CROSS JOIN events AS e ON e.place >= ?5 + a.event AND e.place < ?5 + a.event + ?6
        AND e.account_id = ?1 AND e.environment = ?2 AND e.customer_id = ?3
        AND (e.at = a.at OR e.type = 'customer.erased' AND a.action = 'customer.erased')
    LEFT JOIN deliveries AS d ON d.place >= ?5 + a.delivery AND d.place < ?5 + a.delivery + ?7
        AND d.account_id = ?1 AND d.environment = ?2 AND d.customer_id = ?3 AND d.event = e.position
    WHERE a.place = ?4 AND a.account_id = ?1 AND a.environment = ?2 AND a.customer_id = ?3
    ORDER BY e.place, d.place";

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
                let (event_type, customer, number, at) = (row.event_type.clone(), row.customer, row.number, row.at);
                let body = Pii::new(self.open_event(scope, row)?);
                Ok(StoredEvent { position, event_type, customer, number, at, body })
            })
            .collect()
    }

    async fn events_of_entries(
        &self,
        scope: Scope,
        customer: CustomerId,
        entries: &[u64],
    ) -> Result<Vec<AnnouncedEvent>, StoreError> {
        self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            let mut statement = connection.prepare_cached(OF_ENTRY)?;
            let mut events = Vec::new();
            for entry in entries {
                add_events(&mut events, &mut statement, (scope, customer), (places, *entry))?;
            }
            Ok(events)
        })
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

fn add_events(
    events: &mut Vec<AnnouncedEvent>,
    statement: &mut Statement<'_>,
    (scope, customer): (Scope, CustomerId),
    (places, entry): (Places, u64),
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let Ok(place) = places.at(entry) else { return Ok(()) };
    let mut rows = statement.query(params![
        account,
        environment,
        customer.as_bytes(),
        place,
        places.after(0),
        EVENTS_OF_AN_ENTRY,
        DELIVERIES_OF_AN_ENTRY,
    ])?;
    while let Some(row) = rows.next()? {
        let position = row.get(0)?;
        if events.last().is_none_or(|last| (last.entry, last.position) != (entry, position)) {
            let (event_type, number, at) = (row.get(1)?, row.get(2)?, Timestamp::from_micros(row.get(3)?));
            events.push(AnnouncedEvent { entry, position, event_type, number, at, deliveries: Vec::new() });
        }
        if let (Some(event), Some(endpoint)) = (events.last_mut(), row.get::<_, Option<[u8; 16]>>(4)?) {
            event.deliveries.push(delivery(WebhookId::from_bytes(endpoint), row, 5)?);
        }
    }
    Ok(())
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
