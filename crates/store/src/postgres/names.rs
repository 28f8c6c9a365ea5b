//! The search by name.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, NameStore, Named, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, row_limit, scope_values, statements, uuid};
use crate::names::{Comparison, PORTION, SealedNames};

statements! {
    NAMES = "SELECT c.customer_id, c.version, c.names, k.epoch, k.wrapped
        FROM customers c JOIN subject_keys k
            ON k.account_id = c.account_id AND k.environment = c.environment
            AND k.customer_id = c.customer_id AND k.subject_id = c.customer_id
        WHERE c.account_id = $1 AND c.environment = $2 AND c.customer_id < $3 AND c.type < 2
        ORDER BY c.customer_id DESC LIMIT $4";
}

#[async_trait]
impl NameStore for PostgresStore {
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
            let portion = self.sealed_names(scope, after, size).await?;
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

impl PostgresStore {
    async fn sealed_names(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        size: usize,
    ) -> Result<Vec<SealedNames>, StoreError> {
        let (account, environment) = scope_values(scope);
        let after = uuid(&after.map_or([0xff; 16], |id| *id.as_bytes()));
        let found = self.database.query(NAMES, &[&account, &environment, &after, &row_limit(size)]).await?;
        found.iter().map(sealed_names).collect()
    }
}

fn sealed_names(row: &Row) -> Result<SealedNames, StoreError> {
    let mut columns = Columns::of(row);
    let (id, version) = (CustomerId::from_bytes(columns.id()?), columns.count()?);
    Ok(SealedNames { id, version, names: columns.next()?, key: columns.wrapped()? })
}
