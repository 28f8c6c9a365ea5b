//! Connections that only read. A point read takes a few microseconds, less than handing it to another thread, so it is
//! made where it is asked for.

use std::path::PathBuf;
use std::sync::Mutex;

use dossier_core::store::StoreError;
use rusqlite::Connection;

use super::OnFatal;

/// Readers at rest that are kept; there are as many as threads that read at the same time.
const KEPT: usize = 8;

pub(super) struct Readers {
    database: PathBuf,
    on_fatal: OnFatal,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) const fn new(database: PathBuf, on_fatal: OnFatal) -> Self {
        Self { database, on_fatal, idle: Mutex::new(Vec::new()) }
    }

    /// Reads with a connection of its own.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        let poisoned = "no code panics while it holds the idle readers";
        let idle = self.idle.lock().expect(poisoned).pop();
        let connection =
            idle.map_or_else(|| super::connect(&self.database, super::Role::Reader), Ok).map_err(read_error)?;
        let result = work(&connection);
        let mut idle = self.idle.lock().expect(poisoned);
        if idle.len() < KEPT {
            idle.push(connection);
        }
        result.map_err(|error| {
            if super::writer::is_io(&error) {
                (self.on_fatal)(&error.to_string());
            }
            read_error(error)
        })
    }
}

/// A failed read changed nothing, so there is nothing unknown about its outcome. SQLite's own texts name tables and
/// columns, never values.
fn read_error(error: rusqlite::Error) -> StoreError {
    StoreError::Corrupt(format!("the database could not be read: {error}"))
}
