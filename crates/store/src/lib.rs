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
mod by_customer;
mod columns;
mod files;
mod prepared;
mod recent;
mod signing;

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use anchor::{AcceptedRestore, ChainEnd, Tips};
use async_trait::async_trait;
use chores::Chore;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, Store, StoreError};

/// What an engine does beyond what use cases ask of it: for operators.
#[async_trait]
pub trait Engine: Store {
    /// What the writer has done so far, for the metrics.
    fn figures(&self) -> &Figures;

    /// The engine and its version, for people.
    fn name(&self) -> String;

    /// Where its rows lie, for people: a file, or hosts and name of a database. Never with a password.
    fn shown(&self) -> String;

    /// Reads what the engine can check of itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] with the first fault.
    async fn check_integrity(&self) -> Result<(), StoreError>;

    /// Reaches for the place where the content of files lies.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn check_files(&self) -> Result<(), StoreError>;

    /// What is stored and what waits in an environment, over all accounts.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn totals(&self, environment: Environment, now: Timestamp) -> Result<Totals, StoreError>;

    /// The epoch under which new keys are wrapped.
    fn active_epoch(&self) -> u32;

    /// How many rows were refused since the start because their seal was not theirs.
    fn refused_rows(&self) -> u64;

    /// The id that database and keyring share.
    fn installation(&self) -> [u8; 16];

    /// The ends of the audit trails that this process vouches for.
    fn tips(&self) -> &Tips;

    /// The ends of all audit trails that have entries.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError>;

    /// Whether the seal on the end of a trail is ours.
    async fn is_sealed(&self, end: &ChainEnd) -> bool;

    /// The hashes of these entries, each by its trail and number; `None` for one that is not there.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn entry_hashes(&self, entries: &[(Scope, u64)]) -> Result<Vec<Option<[u8; 32]>>, StoreError>;

    /// The restores that were accepted, as the trails of these scopes say. Reads them through.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError>;

    /// How many other processes use the database.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn others(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// What was recorded when a chore was last done; `None` if it never was.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn done(&self, chore: Chore) -> Result<Option<String>, StoreError>;

    /// Records that a chore is done, and how far.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn set_done(&self, chore: Chore, how_far: &str) -> Result<(), StoreError>;

    /// Begins a new epoch, wraps every key again and destroys what was before; answers the new epoch's number.
    ///
    /// # Errors
    ///
    /// When the keyring or the database cannot be written; running it again goes on where it stopped.
    async fn rotate(&self, now: Timestamp, progress: Progress<'_>) -> Result<u32, StoreError>;

    /// Whether this process does what only one of all may do.
    ///
    /// # Errors
    ///
    /// The database's.
    async fn leads(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Gives the background work of this process to the others at once, instead of when its leases end.
    async fn leave(&self) {}
}

/// What is stored and what waits in an environment, over all accounts, for the metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Deliveries of webhooks that are neither delivered nor given up.
    pub deliveries: Waiting,
    /// Customers whose verification waits for a decision.
    pub customers: Waiting,
    /// Files, attached or not.
    pub files: u64,
    /// Their bytes, before they are sealed.
    pub file_bytes: u64,
    /// When the next key ends, of those that end and have not.
    pub next_key_end: Option<Timestamp>,
}

/// How many wait, and since when the oldest does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// At most [`Waiting::MOST`].
    pub number: u64,
    /// Of those that were counted, which need not be the first that came.
    pub oldest: Option<Timestamp>,
}

impl Waiting {
    /// As many are counted, so that a long queue does not take a long look.
    pub const MOST: u32 = 10_000;
}

/// What the writer of an engine has done since it started.
#[derive(Debug, Default)]
pub struct Figures {
    /// Transactions committed.
    pub commits: AtomicU64,
    /// Changes in them.
    pub changes: AtomicU64,
    /// Changes waiting now.
    pub waiting: AtomicU64,
    /// Pages in the WAL after the last checkpoint; the embedded engine's alone.
    pub wal_pages: AtomicU64,
}

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
