//! The clocks of sandboxes.

use async_trait::async_trait;
use dossier_core::ids::AccountId;
use dossier_core::store::{SandboxStore, StoreError};

use super::SqliteStore;

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
}
