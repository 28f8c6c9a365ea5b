//! Reads events. They are written together with their deliveries (`commit/events.rs`).

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::event::StoredEvent;
use dossier_core::ids::{CustomerId, PersonId, WebhookId};
use dossier_core::pii::Pii;
use dossier_core::store::{EventStore, StoreError};
use dossier_core::webhook::AnnouncedEvent;
use tokio::sync::watch;

use super::PostgresStore;
use super::database::Param;
use super::rows::{Columns, number, row_limit, scope_values, statements, uuid};
use super::webhooks::delivery;
use crate::audit_list::{DELIVERIES_OF_AN_ENTRY, EVENTS_OF_AN_ENTRY};
use crate::sealed::{self, EventRow};

statements! {
    EVENTS = "SELECT position, type, customer_id, number, at, body FROM events
        WHERE account_id = $1 AND environment = $2 AND position > $3 ORDER BY position LIMIT $4";
    /// The events and deliveries near the hints of entries that are of their customer and their moment. The moment of
    /// an erasure is that of its certificate, which another clock may tell. A hint that was altered must not overflow.
    OF_ENTRIES = "SELECT a.seq, e.position, e.type, e.number, e.at, d.endpoint_id, d.id, d.customer_id, d.number,
            d.type, d.state, d.attempts, d.created_at, d.last_at, d.next_at, d.last_said
        FROM audit a
        JOIN events e ON e.account_id = a.account_id AND e.environment = a.environment
            AND e.position >= least(a.event, $5) AND e.position < least(a.event, $5) + $6
            AND e.customer_id = a.customer_id
            AND (e.at = a.at OR e.type = 'customer.erased' AND a.action = 'customer.erased')
        LEFT JOIN deliveries d ON d.account_id = a.account_id AND d.environment = a.environment
            AND d.id >= least(a.delivery, $5) AND d.id < least(a.delivery, $5) + $7
            AND d.customer_id = a.customer_id AND d.event = e.position
        WHERE a.account_id = $1 AND a.environment = $2 AND a.customer_id = $3 AND a.seq = ANY($4)
        ORDER BY a.seq, e.position, d.id";
    NEWEST = "SELECT event FROM audit_heads WHERE account_id = $1 AND environment = $2";
}

/// No hint is as high.
const NO_HINT: i64 = i64::MAX / 2;

#[async_trait]
impl EventStore for PostgresStore {
    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(EVENTS, &[&account, &environment, &number(after), &row_limit(limit)]).await?;
        let mut events = Vec::with_capacity(found.len());
        for row in &found {
            let mut columns = Columns::of(row);
            let (position, row) = (columns.count()?, event_row(&mut columns)?);
            let (event_type, customer, number, at) = (row.event_type.clone(), row.customer, row.number, row.at);
            let body = Pii::new(self.open_event(scope, row).await?);
            events.push(StoredEvent { position, event_type, customer, number, at, body });
        }
        Ok(events)
    }

    async fn events_of_entries(
        &self,
        scope: Scope,
        customer: CustomerId,
        entries: &[u64],
    ) -> Result<Vec<AnnouncedEvent>, StoreError> {
        let ((account, environment), customer) = (scope_values(scope), uuid(customer.as_bytes()));
        let entries: Vec<_> = entries.iter().copied().map(number).collect();
        let (most_events, most_deliveries) = (row_limit(EVENTS_OF_AN_ENTRY), row_limit(DELIVERIES_OF_AN_ENTRY));
        let params: [&dyn Param; 7] =
            [&account, &environment, &customer, &entries, &NO_HINT, &most_events, &most_deliveries];
        let mut events: Vec<AnnouncedEvent> = Vec::new();
        for row in &self.database.query(OF_ENTRIES, &params).await? {
            let mut columns = Columns::of(row);
            let (entry, position) = (columns.count()?, columns.count()?);
            let (event_type, number, at) = (columns.next()?, columns.count()?, columns.moment()?);
            if events.last().is_none_or(|last| (last.entry, last.position) != (entry, position)) {
                events.push(AnnouncedEvent { entry, position, event_type, number, at, deliveries: Vec::new() });
            }
            if let (Some(event), Some(endpoint)) = (events.last_mut(), columns.optional_id()?) {
                event.deliveries.push(delivery(WebhookId::from_bytes(endpoint), &mut columns)?);
            }
        }
        Ok(events)
    }

    async fn newest_event(&self, scope: Scope) -> Result<u64, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(NEWEST, &[&account, &environment]).await?;
        row.map_or(Ok(0), |row| Columns::of(&row).count())
    }

    fn announced(&self) -> watch::Receiver<()> {
        self.announced.subscribe()
    }
}

impl PostgresStore {
    pub(super) async fn open_event(&self, scope: Scope, row: EventRow) -> Result<Vec<u8>, StoreError> {
        let key = self.subject_key(scope, row.customer, PersonId::of_customer(row.customer)).await;
        sealed::open_event(key, &*self.existing_scope_keys(scope).await?, scope, row)
    }
}

/// Reads type, customer, number, time and body.
pub(super) fn event_row(columns: &mut Columns<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        event_type: columns.next()?,
        customer: CustomerId::from_bytes(columns.id()?),
        number: columns.count()?,
        at: columns.moment()?,
        cell: columns.next()?,
    })
}
