//! Work that a start does once on stored records.

use async_trait::async_trait;
use dossier_core::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _};

use super::SqliteStore;
use crate::ChoreStore;
use crate::chores::Chore;

#[async_trait]
impl ChoreStore for SqliteStore {
    async fn done(&self, chore: Chore) -> Result<Option<String>, StoreError> {
        self.readers.read(|connection| done(connection, chore))
    }

    async fn set_done(&self, chore: Chore, how_far: &str) -> Result<(), StoreError> {
        let how_far = how_far.to_owned();
        self.shared_emails.set_progress(chore, &how_far);
        self.writer.task(move |connection| set_done(connection, chore, &how_far)).await
    }
}

/// The progress that was last recorded for a chore.
pub(super) fn done(connection: &Connection, chore: Chore) -> Result<Option<String>, rusqlite::Error> {
    let done = "SELECT done FROM chores WHERE name = ?1";
    connection.query_row(done, [chore.column()], |row| row.get(0)).optional()
}

pub(super) fn set_done(connection: &Connection, chore: Chore, how_far: &str) -> Result<(), rusqlite::Error> {
    let done = "INSERT OR REPLACE INTO chores (name, done) VALUES (?1, ?2)";
    connection.execute(done, (chore.column(), how_far)).map(drop)
}
