//! Reads events. They are written together with their deliveries (`commit/events.rs`).

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::event::StoredEvent;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::pii::Pii;
use dossier_core::store::{EventStore, StoreError};
use tokio::sync::watch;

use super::PostgresStore;
use super::rows::{Columns, number, row_limit, scope_values, statements};
use crate::sealed::{self, EventRow};

statements! {
    EVENTS = "SELECT position, type, customer_id, number, at, body FROM events
        WHERE account_id = $1 AND environment = $2 AND position > $3 ORDER BY position LIMIT $4";
    NEWEST = "SELECT event FROM audit_heads WHERE account_id = $1 AND environment = $2";
}

#[async_trait]
impl EventStore for PostgresStore {
    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(EVENTS, &[&account, &environment, &number(after), &row_limit(limit)]).await?;
        let mut events = Vec::with_capacity(found.len());
        for row in &found {
            let mut columns = Columns::of(row);
            let (position, row) = (columns.count()?, event_row(&mut columns)?);
            let (event_type, customer, number) = (row.event_type.clone(), row.customer, row.number);
            let body = Pii::new(self.open_event(scope, row).await?);
            events.push(StoredEvent { position, event_type, customer, number, body });
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
