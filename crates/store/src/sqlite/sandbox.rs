//! The clocks of sandboxes.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::AccountId;
use dossier_core::store::{SandboxStore, StoreError};
use rusqlite::Connection;

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

/// Answers whether the clock stood where it was expected.
pub(super) fn set_clock(
    connection: &Connection,
    scope: Scope,
    expected: i64,
    seconds: i64,
) -> Result<bool, rusqlite::Error> {
    let rows = connection
        .prepare_cached(
            "INSERT INTO sandbox_clocks (account_id, seconds) SELECT ?1, ?2
             WHERE ?3 = coalesce((SELECT seconds FROM sandbox_clocks WHERE account_id = ?1), 0)
             ON CONFLICT DO UPDATE SET seconds = excluded.seconds",
        )?
        .execute((scope.account.as_bytes(), seconds, expected))?;
    Ok(rows == 1)
}
