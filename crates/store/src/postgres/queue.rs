//! Customers that wait: for a decision, for a provider, or for their links to run out.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use dossier_core::store::{QueueStore, StoreError};

use super::PostgresStore;
use super::rows::{Columns, place, rows, statements};
use super::shards::shard_of;

/// What is due by the machine's clock in production, and by the sandbox's own elsewhere; the first bound of the latter
/// is what an index can use. At most 200 of each at a time; whoever asks asks again.
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
    QUEUE = "SELECT customer_id FROM customers WHERE account_id = $1 AND environment = $2 AND queued_at IS NOT NULL
        ORDER BY queued_at LIMIT $3";
    DUE_CASES = due!("customers", "provider_due");
    ENDED_LINKS = due!("links", "expires_at");
}

#[async_trait]
impl QueueStore for PostgresStore {
    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = place(scope);
        let found = self.database.query(QUEUE, &[&account, &environment, &rows(limit)]).await?;
        found.iter().map(|row| Columns::of(row).id().map(CustomerId::from_bytes)).collect()
    }

    /// Those in the shards of this process: a provider is asked by one.
    async fn due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        let due = self.database.query(DUE_CASES, &[&now.as_micros()]).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let held = self.shards.held(&self.database).await?;
        let mut due = due.iter().map(|row| Columns::of(row).customer()).collect::<Result<Vec<_>, _>>()?;
        due.retain(|(_, customer)| held.contains(&shard_of(customer.as_bytes())));
        Ok(due)
    }

    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.database
            .query(ENDED_LINKS, &[&now.as_micros()])
            .await?
            .iter()
            .map(|row| Columns::of(row).customer())
            .collect()
    }
}
