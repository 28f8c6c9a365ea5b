//! Everything that persists: the vault, which seals personal data before any engine sees it, and the engines, which
//! make changes durable.

pub mod anchor;
pub mod audit_chain;
pub mod audit_detail;
pub mod backup;
pub mod blobs;
pub mod chores;
pub mod durable;
#[doc(hidden)]
pub mod planted;
pub mod postgres;
pub mod records;
pub mod rows;
pub mod sealed;
pub mod sqlite;
pub mod transfer;
pub mod vault;

mod api_keys;
mod audit_list;
mod cache;
mod columns;
mod engine;
mod files;
mod prepared;
mod signing;

use std::path::PathBuf;

use dossier_core::store::StoreError;
pub use engine::{ChoreStore, Engine, Figures, ProcessStore, RotationStore, TotalStore, Totals, TrailStore, Waiting};

/// Why a data folder could not be opened. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The root key is not the one that sealed the keyring.
    #[error(
        "the root key does not open the keyring: it is another root key, or the keyring was altered. Nothing was \
            written"
    )]
    WrongRootKey,
    /// There is a database and no keyring.
    #[error(
        "the database is there but its keyring is missing. Put the keyring back from your copy; without it nothing \
            can be read. Nothing was written"
    )]
    KeyringMissing,
    /// The keyring is older than the database, or of another installation.
    #[error(
        "the keyring does not belong to this database: {0}. Put the newest copy of the keyring back. Nothing was \
            written"
    )]
    KeyringMismatch(String),
    /// The database is from before its rows had seals, and the keyring is not.
    #[error(
        "the database is older than its keyring: its rows carry no seals yet. Restore a backup with dossier restore, \
            or put the copy of the keyring from that time back. Nothing was written"
    )]
    RowsUnsealed,
    /// The keyring is no keyring.
    #[error("the keyring cannot be read: {0}")]
    KeyringUnreadable(String),
    /// The schema was made by a newer Dossier, or by something else.
    #[error("the database cannot be used: {0}")]
    Database(String),
    /// Another program holds the lock of the embedded database.
    #[error("another program has locked the database; end that program, then start again")]
    Locked,
    /// A file could not be read or written.
    #[error("cannot {attempt} {}: {cause}", .path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// With which.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        if sqlite::is_locked(&error) { Self::Locked } else { Self::Database(error.to_string()) }
    }
}
