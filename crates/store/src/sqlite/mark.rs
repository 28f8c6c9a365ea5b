//! The mark of this engine; see `crate::transfer::mark`.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::migrate::APPLIED;
use super::{Role, SqliteStore, connect};
use crate::OpenError;
use crate::transfer::mark::{DatabaseState, Mark};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS transfer_mark (
    one INTEGER PRIMARY KEY, kind TEXT NOT NULL, place TEXT NOT NULL, at INTEGER NOT NULL) STRICT";

impl SqliteStore {
    pub(crate) fn read_state(file: &Path) -> Result<DatabaseState, OpenError> {
        if !file.exists() {
            return Ok(DatabaseState::default());
        }
        // Opened for writing, because the WAL may need recovery.
        let connection = connect(file, Role::Checkpointer)?;
        let migrations = match has(&connection, "migrations")? {
            true => connection.query_row(APPLIED, [], |row| row.get(0))?,
            false => 0,
        };
        Ok(DatabaseState { migrations, mark: read(&connection)? })
    }

    pub(crate) fn set_mark(file: &Path, mark: Option<&Mark>) -> Result<(), OpenError> {
        let connection = connect(file, Role::Checkpointer)?;
        match mark {
            Some(mark) => write(&connection, mark)?,
            None => connection.execute_batch("DROP TABLE IF EXISTS transfer_mark")?,
        }
        Ok(())
    }
}

fn write(connection: &Connection, mark: &Mark) -> Result<(), rusqlite::Error> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute(TABLE, [])?;
    transaction.execute(
        "INSERT OR REPLACE INTO transfer_mark (one, kind, place, at) VALUES (1, ?1, ?2, ?3)",
        mark.columns(),
    )?;
    transaction.commit()
}

fn read(connection: &Connection) -> Result<Option<Mark>, OpenError> {
    if !has(connection, "transfer_mark")? {
        return Ok(None);
    }
    let mark = connection
        .query_row("SELECT kind, place, at FROM transfer_mark", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    mark.map(|(kind, place, at)| Mark::read(&kind, place, at)).transpose()
}

fn has(connection: &Connection, table: &str) -> Result<bool, rusqlite::Error> {
    let count: u64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))?;
    Ok(count > 0)
}
