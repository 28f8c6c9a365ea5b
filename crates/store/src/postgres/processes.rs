//! The processes that share the database.

use async_trait::async_trait;
use dossier_core::store::StoreError;

use super::PostgresStore;
use super::rows::Columns;
use super::shards::ALIVE;
use crate::ProcessStore;

#[async_trait]
impl ProcessStore for PostgresStore {
    async fn other_processes(&self) -> Result<u64, StoreError> {
        self.database.query_one(ALIVE, &[]).await?.map_or(Ok(0), |row| Columns::of(&row).count())
    }

    async fn is_leader(&self) -> Result<bool, StoreError> {
        Ok(self.shards.held(&self.database).await?.contains(&0))
    }

    async fn hand_over_work(&self) {
        self.shards.release_all(&self.database).await;
    }
}
