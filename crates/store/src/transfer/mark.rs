//! A note in a database that says why it must not be served: its records move or moved elsewhere, or have not all
//! arrived.
//! It is read before the store is opened, and stands in a table that exists only while there is such a reason.

use std::path::Path;

use dossier_core::clock::Timestamp;

use crate::OpenError;
use crate::postgres::PostgresStore;
use crate::sqlite::SqliteStore;
use crate::vault::RootKey;

/// Why a database must not be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A move of its records began and did not end.
    Leaving {
        /// Where to, without a password.
        to: String,
        /// When it began.
        at: Timestamp,
    },
    /// Its records moved elsewhere, and are changed there.
    Left {
        /// Where to, without a password.
        to: String,
        /// When the move ended.
        at: Timestamp,
    },
    /// A move or a restore into it began and did not end.
    Arriving {
        /// Where the records come from, without a password.
        from: String,
        /// When it began.
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

/// What can be said of a database before its store is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many migrations it has had; none when it is empty.
    pub migrations: u32,
    /// Why it must not be served, if there is a reason.
    pub mark: Option<Mark>,
}

/// How many migrations this version knows.
#[must_use]
pub fn newest_migration() -> u32 {
    u32::try_from(crate::sqlite::NEWEST_MIGRATION.max(crate::postgres::NEWEST_MIGRATION)).unwrap_or(u32::MAX)
}

/// A database, by where it is.
#[derive(Debug, Clone, Copy)]
pub enum Location<'a> {
    /// The embedded engine's file.
    Sqlite(&'a Path),
    /// The URL of a PostgreSQL database.
    Postgres(&'a str),
}

impl Location<'_> {
    /// Looks at the database without changing it.
    ///
    /// # Errors
    ///
    /// [`OpenError::Database`] when it cannot be reached or read.
    pub async fn standing(self) -> Result<Standing, OpenError> {
        match self {
            Self::Sqlite(file) => SqliteStore::standing(file),
            Self::Postgres(url) => PostgresStore::standing(url).await,
        }
    }

    /// Writes the mark, in place of one that is there; `None` takes it away. Durable when this returns.
    ///
    /// # Errors
    ///
    /// [`OpenError::Database`] when it cannot be written.
    pub async fn set_mark(self, mark: Option<&Mark>) -> Result<(), OpenError> {
        match self {
            Self::Sqlite(file) => SqliteStore::set_mark(file, mark),
            Self::Postgres(url) => PostgresStore::set_mark(url, mark).await,
        }
    }

    /// Brings a database that was put back on purpose up to date, and seals its rows when it is from before there were
    /// seals; a start would refuse it, since its keyring knows that rows have them.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub async fn seal_rows(self, keyring: &Path, root: &RootKey, now: Timestamp) -> Result<(), OpenError> {
        match self {
            Self::Sqlite(file) => SqliteStore::seal_rows(file, keyring, root, now),
            Self::Postgres(url) => PostgresStore::seal_rows(url, keyring, root, now).await,
        }
    }

    /// Where the database is, for people: never with a password.
    #[must_use]
    pub fn shown(self) -> String {
        match self {
            Self::Sqlite(file) => file.display().to_string(),
            Self::Postgres(url) => PostgresStore::shown(url),
        }
    }
}
