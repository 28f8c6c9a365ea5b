//! Sandboxes: their clocks, and those that are being emptied.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, FileId};
use dossier_core::sandbox_clocks::Emptying;
use dossier_core::store::{SandboxStore, StoreError};

use super::SqliteStore;
use super::collection::delete_unused;
use super::numbering::Places;
use crate::blobs::BlobPath;
use crate::columns::scope_columns;

/// Portions of what a sandbox has: its deliveries, and then the events that they are about.
const OF_SANDBOX: [&str; 2] = [
    "DELETE FROM deliveries WHERE place IN (SELECT place FROM deliveries
        WHERE place > ?1 AND place <= ?2 AND created_at <= ?3 ORDER BY place LIMIT 1000)",
    "DELETE FROM events WHERE place IN (SELECT place FROM events
        WHERE place > ?1 AND place <= ?2 AND at <= ?3 ORDER BY place LIMIT 1000)",
];

#[async_trait]
impl SandboxStore for SqliteStore {
    async fn sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError> {
        self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, seconds FROM sandbox_clocks")?
                .query_map([], |row| Ok((AccountId::from_bytes(row.get(0)?), row.get(1)?)))?
                .collect()
        })
    }

    async fn sandboxes_to_empty(&self) -> Result<Vec<Emptying>, StoreError> {
        self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, until, until_there FROM sandbox_emptyings")?
                .query_map([], |row| {
                    Ok(Emptying {
                        account: AccountId::from_bytes(row.get(0)?),
                        until: Timestamp::from_micros(row.get(1)?),
                        until_there: Timestamp::from_micros(row.get(2)?),
                    })
                })?
                .collect()
        })
    }

    async fn empty_portion(&self, emptying: Emptying) -> Result<u64, StoreError> {
        let Emptying { account, until, until_there } = emptying;
        let scope = Scope { account, environment: Environment::Sandbox };
        let deleted = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&deleted);
        self.writer
            .task(move |connection| {
                let mut rows = 0;
                if let Some(places) = Places::of(connection, scope)? {
                    for sql in OF_SANDBOX {
                        let range = (places.after(0), places.before(None), until_there.as_micros());
                        rows += connection.prepare_cached(sql)?.execute(range)?;
                    }
                }
                let (account, environment) = scope_columns(&scope);
                rows += connection
                    .prepare_cached(
                        "DELETE FROM answers WHERE account_id = ?1 AND environment = ?2 AND key_hash IN (
                            SELECT key_hash FROM answers WHERE account_id = ?1 AND environment = ?2
                                AND created_at <= ?3 LIMIT 1000)",
                    )?
                    .execute((account, environment, until.as_micros()))?;
                rows += connection
                    .prepare_cached(
                        "DELETE FROM looks WHERE account_id = ?1 AND environment = ?2 AND last_at <= ?3
                            AND customer_id IN (SELECT customer_id FROM looks
                                WHERE account_id = ?1 AND environment = ?2 AND last_at <= ?3 LIMIT 100)",
                    )?
                    .execute((account, environment, until_there.as_micros()))?;
                count.store(rows as u64, Ordering::Relaxed);
                Ok(())
            })
            .await?;
        Ok(deleted.load(Ordering::Relaxed))
    }

    async fn delete_unused_files(&self, scope: Scope, files: &[FileId]) -> Result<(), StoreError> {
        let paths: Vec<_> = files.iter().map(|id| BlobPath { scope, id: *id }).collect();
        self.writer.task(move |connection| delete_unused(connection, &paths).map(drop)).await
    }
}
