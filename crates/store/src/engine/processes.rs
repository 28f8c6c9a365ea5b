//! The processes that share a database. The defaults are for an engine that one process has alone.

use async_trait::async_trait;
use dossier_core::store::StoreError;

/// Other processes, and what this one does for all.
#[async_trait]
pub trait ProcessStore: Send + Sync {
    /// How many other processes use the database.
    async fn others(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Whether this process does what only one of all may do.
    async fn leads(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Gives the background work of this process to the others at once, instead of when its leases end.
    async fn leave(&self) {}
}
