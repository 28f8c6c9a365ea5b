//! What an engine does beyond what use cases ask of it: for operators. As with the port of `core`, each subject has a
//! trait, which each engine implements in the file of the same name. What fails is the database, unless a method says
//! otherwise.

mod audit;
mod chores;
mod processes;
mod rotate;
mod totals;

use std::sync::atomic::AtomicU64;

use async_trait::async_trait;
use dossier_core::store::{Store, StoreError};

pub use audit::TrailStore;
pub use chores::ChoreStore;
pub use processes::ProcessStore;
pub use rotate::RotationStore;
pub use totals::{TotalStore, Totals, Waiting};

/// An engine, whichever it is.
#[async_trait]
pub trait Engine: Store + TrailStore + ChoreStore + ProcessStore + RotationStore + TotalStore {
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

    /// How many rows were refused since the start because their seal was not theirs.
    fn refused_rows(&self) -> u64;

    /// The id that database and keyring share.
    fn installation(&self) -> [u8; 16];
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
