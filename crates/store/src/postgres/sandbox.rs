//! The clocks of sandboxes.

use async_trait::async_trait;
use dossier_core::ids::AccountId;
use dossier_core::store::{SandboxStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, statements};

statements! {
    CLOCKS = "SELECT account_id, seconds FROM sandbox_clocks";
}

#[async_trait]
impl SandboxStore for PostgresStore {
    async fn sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let found = self.database.query(CLOCKS, &[]).await?;
        let open = |row: &Row| {
            let mut columns = Columns::of(row);
            Ok((AccountId::from_bytes(columns.id()?), columns.next()?))
        };
        found.iter().map(open).collect()
    }
}
