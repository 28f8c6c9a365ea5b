//! Sandboxes: their clocks, and those that are being emptied.

use async_trait::async_trait;
use dossier_core::caller::{Environment, Scope};
use dossier_core::ids::{AccountId, FileId};
use dossier_core::sandbox_clocks::Emptying;
use dossier_core::store::{SandboxStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, scope_values, statements};
use crate::blobs::BlobPath;

statements! {
    CLOCKS = "SELECT account_id, seconds FROM sandbox_clocks";
    EMPTYINGS = "SELECT account_id, until, until_there FROM sandbox_emptyings";
    /// Portions of what a sandbox has: its deliveries, and then the events that they are about.
    DELIVERIES_OF_SANDBOX = "DELETE FROM deliveries WHERE account_id = $1 AND environment = $2 AND id IN (
        SELECT id FROM deliveries WHERE account_id = $1 AND environment = $2 AND created_at <= $3
        ORDER BY id LIMIT 1000)";
    EVENTS_OF_SANDBOX = "DELETE FROM events WHERE account_id = $1 AND environment = $2 AND position IN (
        SELECT position FROM events WHERE account_id = $1 AND environment = $2 AND at <= $3
        ORDER BY position LIMIT 1000)";
    ANSWERS_OF_SANDBOX = "DELETE FROM answers WHERE account_id = $1 AND environment = $2 AND key_hash IN (
        SELECT key_hash FROM answers WHERE account_id = $1 AND environment = $2 AND created_at <= $3 LIMIT 1000)";
    LOOKS_OF_SANDBOX = "DELETE FROM looks WHERE account_id = $1 AND environment = $2 AND last_at <= $3
        AND customer_id IN (SELECT customer_id FROM looks
            WHERE account_id = $1 AND environment = $2 AND last_at <= $3 LIMIT 100)";
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

    async fn sandboxes_to_empty(&self) -> Result<Vec<Emptying>, StoreError> {
        let found = self.database.query(EMPTYINGS, &[]).await?;
        let open = |row: &Row| {
            let mut columns = Columns::of(row);
            let account = AccountId::from_bytes(columns.id()?);
            Ok(Emptying { account, until: columns.moment()?, until_there: columns.moment()? })
        };
        found.iter().map(open).collect()
    }

    async fn empty_portion(&self, emptying: Emptying) -> Result<u64, StoreError> {
        let Emptying { account, until, until_there } = emptying;
        let (account, environment) = scope_values(Scope { account, environment: Environment::Sandbox });
        let mut deleted = 0;
        for (sql, until) in [
            (DELIVERIES_OF_SANDBOX, until_there),
            (EVENTS_OF_SANDBOX, until_there),
            (ANSWERS_OF_SANDBOX, until),
            (LOOKS_OF_SANDBOX, until_there),
        ] {
            let values = (sql, account, environment, until.as_micros());
            deleted += self
                .database
                .write(&values, |session, (sql, account, environment, until)| {
                    Box::pin(async move { session.execute(sql, &[account, environment, until]).await })
                })
                .await?;
        }
        Ok(deleted)
    }

    async fn delete_unused_files(&self, scope: Scope, files: &[FileId]) -> Result<(), StoreError> {
        let paths: Vec<_> = files.iter().map(|id| BlobPath { scope, id: *id }).collect();
        self.delete_unused(&paths).await
    }
}
