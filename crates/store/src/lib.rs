//! Everything that persists: the vault, which seals personal data before any engine sees it, and the engines, which
//! make changes durable.

pub mod audit_chain;
pub mod blobs;
pub mod sealed;
pub mod sqlite;
pub mod vault;

mod columns;
mod files;
mod planted;
mod prepared;

/// Why a data folder could not be opened. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The root key is not the one that sealed the keyring.
    #[error(
        "the root key does not open the keyring: it is another root key, or the keyring was altered. Nothing was written"
    )]
    WrongRootKey,
    /// There is a database and no keyring.
    #[error(
        "the database is there but its keyring is missing. Put the keyring back from your copy; without it nothing can be read. Nothing was written"
    )]
    KeyringMissing,
    /// The keyring is older than the database, or of another installation.
    #[error(
        "the keyring does not belong to this database: {0}. Put the newest copy of the keyring back. Nothing was written"
    )]
    KeyringMismatch(String),
    /// The keyring is no keyring.
    #[error("the keyring cannot be read: {0}")]
    KeyringUnreadable(String),
    /// The schema was made by a newer Dossier, or by something else.
    #[error("the database cannot be used: {0}")]
    Database(String),
    /// A file could not be read or written.
    #[error("{what}: {cause}")]
    File {
        /// What was attempted.
        what: &'static str,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.to_string())
    }
}
