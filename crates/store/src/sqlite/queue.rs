//! Customers that are waiting: for a decision, for a provider, or for their links to expire.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use dossier_core::store::{QueueStore, StoreError};

use super::SqliteStore;
use crate::columns::{scope_columns, scope_of};

/// At most this many are returned at a time. The caller asks again for more.
const PORTION: usize = 200;
/// What is due in production: `COLUMN` is not after the system time `?1`.
const DUE_IN_PRODUCTION: &str = "rows.environment = 1 AND COLUMN <= ?1";
/// What is due in sandboxes, each by its own clock. The first bound lets the query use an index.
const DUE_IN_SANDBOXES: &str = "rows.environment = 0
    AND COLUMN <= ?1 + 1000000 * (SELECT coalesce(max(seconds), 0) FROM sandbox_clocks)
    AND COLUMN <= ?1 + 1000000 * coalesce((SELECT seconds FROM sandbox_clocks
        WHERE sandbox_clocks.account_id = rows.account_id), 0)";

#[async_trait]
impl QueueStore for SqliteStore {
    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND queued_at IS \
                        NOT NULL
                     ORDER BY queued_at LIMIT ?3",
                )?
                .query_map((account, environment, limit), |row| Ok(CustomerId::from_bytes(row.get(0)?)))?
                .collect()
        })
    }

    async fn due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.customers_due("customers", "provider_due", now)
    }

    async fn due_cases_of(&self, scope: Scope, now: Timestamp) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND provider_due IS \
                        NOT NULL
                        AND provider_due <= ?3 LIMIT ?4",
                )?
                .query_map((account, environment, now.as_micros(), PORTION), |row| {
                    Ok(CustomerId::from_bytes(row.get(0)?))
                })?
                .collect()
        })
    }

    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.customers_due("links", "expires_at", now)
    }
}

impl SqliteStore {
    pub(super) fn customers_due(
        &self,
        table: &str,
        column: &str,
        now: Timestamp,
    ) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        let mut due = Vec::new();
        for condition in [DUE_IN_PRODUCTION, DUE_IN_SANDBOXES] {
            let condition = condition.replace("COLUMN", column);
            let sql = format!(
                "SELECT account_id, environment, customer_id FROM {table} AS rows
                 WHERE {column} IS NOT NULL AND {condition} LIMIT {PORTION}"
            );
            let rows = self.readers.read(|connection| {
                connection
                    .prepare_cached(&sql)?
                    .query_map([now.as_micros()], |row| {
                        Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?, row.get(2)?))
                    })?
                    .collect::<Result<Vec<_>, _>>()
            })?;
            for (account, environment, customer) in rows {
                due.push((scope_of(account, environment)?, CustomerId::from_bytes(customer)));
            }
        }
        Ok(due)
    }
}
