//! Connections and their settings.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::planted::planted;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    /// Writes the database, but only from the WAL, so it needs few pages of its own.
    Checkpointer,
    Reader,
}

impl Role {
    /// The size of the page cache in KiB.
    pub(super) const fn cache_kib(self) -> u64 {
        match self {
            Self::Writer => 8_192,
            Self::Checkpointer => 256,
            Self::Reader => 4_096,
        }
    }

    /// How long a statement waits for the lock of another program. Readers do not wait for our writer. They wait on the
    /// threads that serve requests, so they wait briefly. The writer's value holds during the start only; see there.
    const fn lock_timeout(self) -> Duration {
        match self {
            Self::Writer | Self::Checkpointer => Duration::from_secs(5),
            Self::Reader => Duration::from_secs(1),
        }
    }
}

pub(super) fn connect(database: &Path, role: Role) -> Result<Connection, rusqlite::Error> {
    let writes = role != Role::Reader;
    let mode = if writes {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let connection = Connection::open_with_flags(database, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.busy_timeout(role.lock_timeout())?;
    // With this setting, query plans do not depend on bound values, so no statement is prepared again because a value
    // changed.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    set_cache_size(&connection, role.cache_kib())?;
    if writes {
        connection.pragma_update(None, "page_size", 4_096)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = if planted!("synchronous-normal") { "NORMAL" } else { "FULL" };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        // A thread of its own makes checkpoints; see the writer.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    }
    Ok(connection)
}

/// Sets the size of the page cache in KiB.
pub(super) fn set_cache_size(connection: &Connection, kib: u64) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "cache_size", format!("-{kib}"))
}
