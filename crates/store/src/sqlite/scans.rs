//! Scans of all customers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, ScanStore, Scanned, StoreError};
use rusqlite::Row;

use super::{SqliteStore, wrapped_key};
use crate::columns::scope_columns;
use crate::scan::{Scannable, SealedSummary, scan};
use crate::vault::WrappedKey;

#[async_trait]
impl ScanStore for SqliteStore {
    async fn scan(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
        is_wanted: IsWanted,
    ) -> Result<Scanned, StoreError> {
        scan(self, &self.vault, scope, after, limit, is_wanted).await
    }
}

/// Names and keys are read in one pass each. Finding the key of each customer took as long as the rest.
#[async_trait]
impl Scannable for SqliteStore {
    async fn summaries(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        size: usize,
    ) -> Result<Vec<SealedSummary>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let after = after.map_or([0xff; 16], |id| *id.as_bytes());
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id, type, version, created_at, updated_at, names FROM customers
                     WHERE account_id = ?1 AND environment = ?2 AND customer_id < ?3 AND type < 2
                     ORDER BY customer_id DESC LIMIT ?4",
                )?
                .query_map((account, environment, after, size), summary)?
                .collect()
        })
    }

    async fn keys(
        &self,
        scope: Scope,
        oldest: CustomerId,
        newest: CustomerId,
    ) -> Result<Vec<([u8; 16], WrappedKey)>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT epoch, wrapped, customer_id FROM subject_keys WHERE account_id = ?1 AND environment = ?2
                        AND customer_id BETWEEN ?3 AND ?4 AND subject_id = customer_id",
                )?
                .query_map((account, environment, oldest.as_bytes(), newest.as_bytes()), |row| {
                    Ok((row.get(2)?, wrapped_key(row)?))
                })?
                .collect()
        })
    }
}

fn summary(row: &Row<'_>) -> Result<SealedSummary, rusqlite::Error> {
    Ok(SealedSummary {
        id: CustomerId::from_bytes(row.get(0)?),
        kind: row.get(1)?,
        version: row.get(2)?,
        created_at: row.get(3)?,
        updated_at: row.get(4)?,
        names: row.get(5)?,
    })
}
