//! Everything that persists: the vault, which seals personal data before an engine sees it, and the engines, which make
//! changes durable.

// Only `dossier-server` uses this crate, and what the port promises is documented in core.
#![allow(missing_docs)]

pub mod anchor;
pub mod audit_chain;
pub mod audit_detail;
pub mod backup;
pub mod blobs;
pub mod certificate;
pub mod chores;
pub mod durable;
pub mod key_export;
pub mod ledger;
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
mod looks;
mod prepared;
mod request_rows;
mod scan;
mod signing;

use std::path::PathBuf;

use dossier_core::store::StoreError;
pub use engine::{
    BOUNDS, ChoreStore, Durations, Engine, ProcessStore, RotationStore, TotalStore, Totals, TrailStore, Waiting,
    WriterStats,
};

/// The name of the embedded database in its folder.
pub const DATABASE_FILE: &str = "dossier.db";

/// Why a data folder cannot be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the root key does not open the keyring: it is a different root key, or the keyring was altered. Configure \
            the root key that sealed the keyring, or put your copy of the keyring back. Nothing was written"
    )]
    WrongRootKey,
    #[error(
        "there is a database, but its keyring is missing. Put the keyring back from your copy; nothing can be read \
            without it. Nothing was written"
    )]
    KeyringMissing,
    /// The keyring is older than the database, or belongs to another installation.
    #[error(
        "the keyring does not belong to this database: {0}. Put the newest copy of the keyring back. Nothing was \
            written"
    )]
    KeyringMismatch(String),
    /// The keyring says that all rows are sealed, but the database predates row seals.
    #[error(
        "the database is older than its keyring: its rows carry no seals yet. Restore a backup with dossier restore, \
            or put the copy of the keyring from that time back. Nothing was written"
    )]
    RowsUnsealed,
    #[error("the keyring cannot be read: {0}")]
    KeyringUnreadable(String),
    /// The schema comes from a newer Dossier, or from another program.
    #[error("the database cannot be used: {0}")]
    Database(String),
    /// Another program holds the lock of the embedded database.
    #[error("another program has locked the database; stop that program, then start again")]
    Locked,
    /// A line of the ledger of erasures does not open.
    #[error(
        "line {line} of the ledger of erasures {} was altered, or belongs to another root key. Put your newest copy \
            of the file back. If there is none, move the file away, and the next start writes what the database \
            knows. Nothing was written", .path.display()
    )]
    Ledger { path: PathBuf, line: usize },
    #[error("cannot {attempt} {}: {cause}", .path.display())]
    File { attempt: &'static str, path: PathBuf, cause: std::io::Error },
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
