//! The search by name.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, NameStore, Named, StoreError};
use rusqlite::Row;

use super::{SqliteStore, wrapped_key};
use crate::columns::scope_columns;
use crate::names::{Comparison, PORTION, SealedNames};

#[async_trait]
impl NameStore for SqliteStore {
    async fn named(
        &self,
        scope: Scope,
        mut after: Option<CustomerId>,
        limit: usize,
        is_wanted: IsWanted,
    ) -> Result<Named, StoreError> {
        let mut comparison = Comparison::new(&self.vault, scope, is_wanted);
        let size = limit.min(PORTION);
        let mut compared = 0;
        while compared < limit {
            let portion = self.sealed_names(scope, after, size)?;
            compared += portion.len();
            after = portion.last().filter(|_| portion.len() == size).map(|last| last.id);
            comparison.add(portion).await?;
            if after.is_none() {
                break;
            }
        }
        Ok(Named { ids: comparison.found().await?, last: after })
    }
}

impl SqliteStore {
    fn sealed_names(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        size: usize,
    ) -> Result<Vec<SealedNames>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let after = after.map_or([0xff; 16], |id| *id.as_bytes());
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT k.epoch, k.wrapped, c.customer_id, c.version, c.names
                     FROM customers c CROSS JOIN subject_keys k
                        ON k.account_id = c.account_id AND k.environment = c.environment
                        AND k.customer_id = c.customer_id AND k.subject_id = c.customer_id
                     WHERE c.account_id = ?1 AND c.environment = ?2 AND c.customer_id < ?3 AND c.type < 2
                     ORDER BY c.customer_id DESC LIMIT ?4",
                )?
                .query_map((account, environment, after, size), sealed_names)?
                .collect()
        })
    }
}

fn sealed_names(row: &Row<'_>) -> Result<SealedNames, rusqlite::Error> {
    let id = CustomerId::from_bytes(row.get(2)?);
    Ok(SealedNames { id, version: row.get(3)?, names: row.get(4)?, key: wrapped_key(row)? })
}
