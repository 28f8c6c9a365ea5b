//! Scans of all customers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, ScanStore, Scanned, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, row_limit, scope_values, statements, uuid};
use crate::scan::{Comparison, PORTION, SealedSummary};
use crate::vault::WrappedKey;

statements! {
    SCAN = "SELECT c.customer_id, c.type, c.version, c.created_at, c.updated_at, c.names, k.epoch, k.wrapped
        FROM customers c LEFT JOIN subject_keys k
            ON k.account_id = c.account_id AND k.environment = c.environment
            AND k.customer_id = c.customer_id AND k.subject_id = c.customer_id
        WHERE c.account_id = $1 AND c.environment = $2 AND c.customer_id < $3 AND c.type < 2
        ORDER BY c.customer_id DESC LIMIT $4";
}

#[async_trait]
impl ScanStore for PostgresStore {
    async fn scan(
        &self,
        scope: Scope,
        mut after: Option<CustomerId>,
        limit: usize,
        is_wanted: IsWanted,
    ) -> Result<Scanned, StoreError> {
        let mut comparison = Comparison::new(&self.vault, scope, is_wanted);
        let size = limit.min(PORTION);
        let mut compared = 0;
        while compared < limit {
            let portion = self.sealed_summaries(scope, after, size).await?;
            compared += portion.len();
            after = portion.last().filter(|_| portion.len() == size).map(|last| last.id);
            comparison.add(portion).await?;
            if after.is_none() {
                break;
            }
        }
        Ok(Scanned { ids: comparison.found().await?, last: after })
    }
}

impl PostgresStore {
    async fn sealed_summaries(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        size: usize,
    ) -> Result<Vec<SealedSummary>, StoreError> {
        let (account, environment) = scope_values(scope);
        let after = uuid(&after.map_or([0xff; 16], |id| *id.as_bytes()));
        let found = self.database.query(SCAN, &[&account, &environment, &after, &row_limit(size)]).await?;
        found.iter().map(sealed_summary).collect()
    }
}

fn sealed_summary(row: &Row) -> Result<SealedSummary, StoreError> {
    let mut columns = Columns::of(row);
    let (id, kind, version) = (CustomerId::from_bytes(columns.id()?), columns.small()?, columns.count()?);
    let (created_at, updated_at, names) = (columns.next()?, columns.next()?, columns.next()?);
    let (epoch, sealed) = (columns.next::<Option<i32>>()?, columns.next()?);
    let key = epoch.and_then(|epoch| u32::try_from(epoch).ok()).zip(sealed);
    let key = key.map(|(epoch, sealed)| WrappedKey { epoch, sealed });
    Ok(SealedSummary { id, kind, version, created_at, updated_at, names, key })
}
