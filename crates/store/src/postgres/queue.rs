//! Customers that are waiting: for a decision, for a provider, or for their links to expire.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use dossier_core::store::{QueueStore, StoreError};

use super::PostgresStore;
use super::rows::{Columns, row_limit, scope_values, statements};
use super::shards::shard_of;

/// What is due: in production by the system clock, in a sandbox by its own. The first bound of the latter lets the
/// query use an index. At most 200 of each are returned at a time; the caller asks again for more.
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

pub(super) use due;

statements! {
    QUEUE = "SELECT customer_id FROM customers WHERE account_id = $1 AND environment = $2 AND queued_at IS NOT NULL
        ORDER BY queued_at LIMIT $3";
    DUE_CASES_OF = "SELECT customer_id FROM customers WHERE account_id = $1 AND environment = $2
        AND provider_due <= $3 LIMIT 200";
    DUE_CASES = due!("customers", "provider_due");
    ENDED_LINKS = due!("links", "expires_at");
}

#[async_trait]
impl QueueStore for PostgresStore {
    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(QUEUE, &[&account, &environment, &row_limit(limit)]).await?;
        found.iter().map(|row| Columns::of(row).id().map(CustomerId::from_bytes)).collect()
    }

    /// Only those in the shards of this process, so that one process asks the provider.
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

    /// Those of all shards, because no provider is asked.
    async fn due_cases_of(&self, scope: Scope, now: Timestamp) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(DUE_CASES_OF, &[&account, &environment, &now.as_micros()]).await?;
        found.iter().map(|row| Columns::of(row).id().map(CustomerId::from_bytes)).collect()
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
