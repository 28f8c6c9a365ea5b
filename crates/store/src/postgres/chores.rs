//! Work that a start does once on stored records.

use async_trait::async_trait;
use dossier_core::store::StoreError;

use super::PostgresStore;
use super::rows::{Columns, statements};
use crate::ChoreStore;
use crate::chores::Chore;

statements! {
    DONE = "SELECT done FROM chores WHERE name = $1";
    SET_DONE = "INSERT INTO chores (name, done) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET done = excluded.done";
}

#[async_trait]
impl ChoreStore for PostgresStore {
    async fn done(&self, chore: Chore) -> Result<Option<String>, StoreError> {
        let found = self.database.query_one(DONE, &[&chore.column()]).await?;
        found.as_ref().map(|row| Columns::of(row).next()).transpose()
    }

    async fn set_done(&self, chore: Chore, how_far: &str) -> Result<(), StoreError> {
        self.shared_emails.set_progress(chore, how_far);
        self.database.query(SET_DONE, &[&chore.column(), &how_far]).await.map(drop)
    }
}
