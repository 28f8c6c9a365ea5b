//! What an engine does for operators, beyond what use cases need. As with the port of `core`, each subject has a trait,
//! and each engine implements it in the file of the same name.

mod audit;
mod chores;
mod durations;
mod processes;
mod rotate;
mod totals;

use std::sync::atomic::AtomicU64;

use async_trait::async_trait;
use dossier_core::store::{Store, StoreError};

use crate::certificate::Certifier;
use crate::ledger::Ledger;
use crate::vault::Tickets;

pub use audit::TrailStore;
pub use chores::ChoreStore;
pub use durations::{BOUNDS, Durations};
pub use processes::ProcessStore;
pub use rotate::RotationStore;
pub use totals::{TotalStore, Totals, Waiting};

#[async_trait]
pub trait Engine: Store + TrailStore + ChoreStore + ProcessStore + RotationStore + TotalStore {
    /// What the writer has done so far, for the metrics.
    fn writer_stats(&self) -> &WriterStats;

    /// The engine and its version, for people.
    fn name(&self) -> String;

    /// Where the rows are, as messages name it: a file, or hosts and name of a database. Never includes a password.
    fn location(&self) -> String;

    /// Runs the engine's own integrity check. Fails with the first fault.
    async fn check_integrity(&self) -> Result<(), StoreError>;

    /// Checks that the content of files can be reached.
    async fn check_files(&self) -> Result<(), StoreError>;

    /// How many rows were refused since the start because their seal did not match.
    fn refused_rows(&self) -> u64;

    /// The copy of the ledger of erasures beside the keyring.
    fn ledger_file(&self) -> &Ledger;

    /// The key that signs certificates of erasure.
    fn certifier(&self) -> &Certifier;

    /// Seals values that leave the installation for a short time, and opens them in any of its processes.
    fn tickets(&self) -> &Tickets;

    /// The id that keyring and database share.
    fn installation(&self) -> [u8; 16];
}

/// What the writer of an engine has done since it started.
#[derive(Debug, Default)]
pub struct WriterStats {
    pub commits: AtomicU64,
    pub changes: AtomicU64,
    /// How long commits took, from the begin of the transaction to its end on disk.
    pub commit_durations: Durations,
    /// Changes that are waiting now.
    pub waiting: AtomicU64,
    /// Pages in the WAL after the last checkpoint. Only the embedded engine counts them.
    pub wal_pages: AtomicU64,
}
