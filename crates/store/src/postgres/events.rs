//! Events as they are read again, links, clocks of sandboxes, and what waits for a reviewer or a provider.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::event::StoredEvent;
use dossier_core::ids::{AccountId, CustomerId, PersonId, SessionId};
use dossier_core::pii::Pii;
use dossier_core::store::{Link, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, number, place, rows, statements};
use super::shards::shard_of;
use crate::rows::{LinkRow, Unchecked};
use crate::sealed;
use crate::vault::Purpose;

/// What is due by the machine's clock in production, and by the sandbox's own elsewhere; the first bound of the latter
/// is what an index can use. At most so many at a time; whoever asks asks again.
macro_rules! due {
    ($table:literal, $column:literal) => {
        concat!(
            "(SELECT account_id, environment, customer_id FROM ",
            $table,
            " WHERE environment = 1 AND ",
            $column,
            " <= $1 LIMIT 200)
             UNION ALL
             (SELECT d.account_id, d.environment, d.customer_id FROM ",
            $table,
            " d
                LEFT JOIN sandbox_clocks s ON s.account_id = d.account_id
              WHERE d.environment = 0
                AND d.",
            $column,
            " <= $1 + 1000000 * (SELECT coalesce(max(seconds), 0) FROM sandbox_clocks)
                AND d.",
            $column,
            " <= $1 + 1000000 * coalesce(s.seconds, 0) LIMIT 200)"
        )
    };
}

statements! {
    EVENTS = "SELECT position, type, customer_id, number, body FROM events
        WHERE account_id = $1 AND environment = $2 AND position > $3 ORDER BY position LIMIT $4";
    NEWEST = "SELECT event FROM audit_heads WHERE account_id = $1 AND environment = $2";
    LINK = "SELECT account_id, environment, customer_id, session_id, mac, used_at FROM links WHERE token_hash = $1";
    PASS_USED = "UPDATE links SET used_at = greatest(coalesce(used_at, 0), $2::bigint) WHERE token_hash = $1";
    ENDED_LINKS = due!("links", "expires_at");
    DUE_CASES = due!("customers", "provider_due");
    CASE = "SELECT account_id, environment, customer_id FROM customers WHERE provider_case = $1";
    QUEUE = "SELECT customer_id FROM customers WHERE account_id = $1 AND environment = $2 AND queued_at IS NOT NULL
        ORDER BY queued_at LIMIT $3";
    CLOCKS = "SELECT account_id, seconds FROM sandbox_clocks";
}

impl PostgresStore {
    pub(super) async fn read_events(
        &self,
        scope: Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let (account, environment) = place(scope);
        let found = self.database.query(EVENTS, &[&account, &environment, &number(after), &rows(limit)]).await?;
        let mut events = Vec::with_capacity(found.len());
        for row in &found {
            let mut columns = Columns::of(row);
            let (position, event_type) = (columns.count()?, columns.next()?);
            let (customer, number) = (CustomerId::from_bytes(columns.id()?), columns.count()?);
            let body = Pii::new(self.open_event(scope, customer, number, columns.next()?).await?);
            events.push(StoredEvent { position, event_type, customer, number, body });
        }
        Ok(events)
    }

    /// The body of an event.
    pub(super) async fn open_event(
        &self,
        scope: Scope,
        customer: CustomerId,
        number: u64,
        cell: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer)).await?;
        sealed::open_attached(&key, Purpose::Events, scope, customer, b"", number, cell)
    }

    pub(super) async fn read_newest_event(&self, scope: Scope) -> Result<u64, StoreError> {
        let (account, environment) = place(scope);
        let row = self.database.query_one(NEWEST, &[&account, &environment]).await?;
        row.map_or(Ok(0), |row| Columns::of(&row).count())
    }

    pub(super) async fn read_link(&self, token: &str) -> Result<Option<Link>, StoreError> {
        let hash = self.vault.key_lookup(token);
        let row = self.database.query_one(LINK, &[&&hash[..]]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::of(&row);
        let (scope, customer) = (columns.scope()?, CustomerId::from_bytes(columns.id()?));
        let link = LinkRow { scope, hash, customer, session: SessionId::from_bytes(columns.id()?) };
        let keys = self.existing_scope_keys(scope).await?;
        let LinkRow { scope, customer, session, .. } = Unchecked::new(link, columns.next()?).check(&keys)?;
        Ok(Some(Link { scope, customer, session, used_at: columns.optional_moment()? }))
    }

    pub(super) async fn note_pass_used(&self, pass: &str, at: Timestamp) -> Result<(), StoreError> {
        let hash = self.vault.key_lookup(pass);
        self.database.query(PASS_USED, &[&&hash[..], &at.as_micros()]).await.map(drop)
    }

    pub(super) async fn read_ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.database.query(ENDED_LINKS, &[&now.as_micros()]).await?.iter().map(customer).collect()
    }

    /// Those in the shards of this process: a provider is asked by one.
    pub(super) async fn read_due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        let due = self.database.query(DUE_CASES, &[&now.as_micros()]).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let held = self.shards.held(&self.database).await?;
        let mut due = due.iter().map(customer).collect::<Result<Vec<_>, _>>()?;
        due.retain(|(_, customer)| held.contains(&shard_of(customer.as_bytes())));
        Ok(due)
    }

    pub(super) async fn read_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError> {
        let hash = self.vault.key_lookup(case);
        self.database.query_one(CASE, &[&&hash[..]]).await?.as_ref().map(customer).transpose()
    }

    pub(super) async fn read_review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = place(scope);
        let found = self.database.query(QUEUE, &[&account, &environment, &rows(limit)]).await?;
        found.iter().map(|row| Columns::of(row).id().map(CustomerId::from_bytes)).collect()
    }

    pub(super) async fn read_sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let found = self.database.query(CLOCKS, &[]).await?;
        let open = |row: &Row| {
            let mut columns = Columns::of(row);
            Ok((AccountId::from_bytes(columns.id()?), columns.next()?))
        };
        found.iter().map(open).collect()
    }
}

fn customer(row: &Row) -> Result<(Scope, CustomerId), StoreError> {
    let mut columns = Columns::of(row);
    Ok((columns.scope()?, CustomerId::from_bytes(columns.id()?)))
}
