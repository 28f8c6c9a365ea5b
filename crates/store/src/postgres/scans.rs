//! Scans of all customers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, ScanStore, Scanned, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, row_limit, scope_values, statements, uuid};
use crate::scan::{Scannable, SealedSummary, scan};
use crate::vault::WrappedKey;

statements! {
    SCAN = "SELECT customer_id, type, version, created_at, updated_at, names FROM customers
        WHERE account_id = $1 AND environment = $2 AND customer_id < $3 AND type < 2
        ORDER BY customer_id DESC LIMIT $4";
    /// A join of both would be planned for many more rows than a portion has.
    KEYS_BETWEEN = "SELECT customer_id, epoch, wrapped FROM subject_keys
        WHERE account_id = $1 AND environment = $2 AND customer_id BETWEEN $3 AND $4 AND subject_id = customer_id";
}

#[async_trait]
impl ScanStore for PostgresStore {
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

#[async_trait]
impl Scannable for PostgresStore {
    async fn summaries(
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

    async fn keys(
        &self,
        scope: Scope,
        oldest: CustomerId,
        newest: CustomerId,
    ) -> Result<Vec<([u8; 16], WrappedKey)>, StoreError> {
        let (account, environment) = scope_values(scope);
        let (oldest, newest) = (uuid(oldest.as_bytes()), uuid(newest.as_bytes()));
        let keys = self.database.query(KEYS_BETWEEN, &[&account, &environment, &oldest, &newest]).await?;
        let key = |row: &Row| {
            let mut columns = Columns::of(row);
            Ok((columns.id()?, columns.wrapped()?))
        };
        keys.iter().map(key).collect()
    }
}

fn sealed_summary(row: &Row) -> Result<SealedSummary, StoreError> {
    let mut columns = Columns::of(row);
    let (id, kind, version) = (CustomerId::from_bytes(columns.id()?), columns.small()?, columns.count()?);
    let (created_at, updated_at, names) = (columns.next()?, columns.next()?, columns.next()?);
    Ok(SealedSummary { id, kind, version, created_at, updated_at, names })
}
