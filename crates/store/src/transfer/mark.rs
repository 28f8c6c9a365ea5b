//! A mark in a database that must not be served: its records are moving or have moved elsewhere, or have not all
//! arrived.
//!
//! It is read before the store is opened. Its table exists only while there is a mark.

use std::fmt;
use std::path::Path;

use dossier_core::clock::Timestamp;

use crate::OpenError;
use crate::postgres::PostgresStore;
use crate::sqlite::SqliteStore;
use crate::vault::RootKey;

/// Why a database must not be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A move of its records began and has not ended.
    Leaving {
        /// The destination, without a password.
        to: String,
        at: Timestamp,
    },
    /// Its records moved elsewhere and are changed there.
    Left {
        /// The destination, without a password.
        to: String,
        at: Timestamp,
    },
    /// A move or a restore into it began and has not ended.
    Arriving {
        /// The source of the records, without a password.
        from: String,
        at: Timestamp,
    },
}

impl Mark {
    /// The columns `kind`, `place` and `at`.
    pub(crate) fn columns(&self) -> (&'static str, &str, i64) {
        match self {
            Self::Leaving { to, at } => ("leaving", to, at.as_micros()),
            Self::Left { to, at } => ("left", to, at.as_micros()),
            Self::Arriving { from, at } => ("arriving", from, at.as_micros()),
        }
    }

    pub(crate) fn read(kind: &str, place: String, at: i64) -> Result<Self, OpenError> {
        let at = Timestamp::from_micros(at);
        match kind {
            "leaving" => Ok(Self::Leaving { to: place, at }),
            "left" => Ok(Self::Left { to: place, at }),
            "arriving" => Ok(Self::Arriving { from: place, at }),
            _ => Err(OpenError::Database("it was marked by a newer version; use that version".into())),
        }
    }
}

/// What is known about a database before its store is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseState {
    /// The number of migrations it has had. 0 if it is empty.
    pub migrations: u32,
    /// Why it must not be served, if so.
    pub mark: Option<Mark>,
}

/// The number of migrations that this version knows.
#[must_use]
pub fn newest_migration() -> u32 {
    u32::try_from(crate::sqlite::NEWEST_MIGRATION.max(crate::postgres::NEWEST_MIGRATION)).unwrap_or(u32::MAX)
}

/// The location of a database.
#[derive(Debug, Clone, Copy)]
pub enum Location<'a> {
    /// The file of the embedded engine.
    Sqlite(&'a Path),
    /// The URL of a PostgreSQL database.
    Postgres(&'a str),
}

impl Location<'_> {
    /// Reads the state of the database without changing it.
    pub async fn read_state(self) -> Result<DatabaseState, OpenError> {
        match self {
            Self::Sqlite(file) => SqliteStore::read_state(file),
            Self::Postgres(url) => PostgresStore::read_state(url).await,
        }
    }

    /// Replaces the mark, or removes it with `None`. It is durable on return.
    pub async fn set_mark(self, mark: Option<&Mark>) -> Result<(), OpenError> {
        match self {
            Self::Sqlite(file) => SqliteStore::set_mark(file, mark),
            Self::Postgres(url) => PostgresStore::set_mark(url, mark).await,
        }
    }

    /// Upgrades a database that was put back on purpose, and seals its rows if it predates row seals. A normal start
    /// would refuse it, because its keyring knows that rows have seals.
    pub async fn seal_rows(self, keyring: &Path, root: &RootKey, now: Timestamp) -> Result<(), OpenError> {
        match self {
            Self::Sqlite(file) => SqliteStore::seal_rows(file, keyring, root, now),
            Self::Postgres(url) => PostgresStore::seal_rows(url, keyring, root, now).await,
        }
    }
}

/// For people, never with a password.
impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => file.display().fmt(f),
            Self::Postgres(url) => f.write_str(&PostgresStore::location_of(url)),
        }
    }
}
