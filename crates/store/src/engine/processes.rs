//! The processes that share a database. The defaults are for an engine that only one process can use.

use async_trait::async_trait;
use dossier_core::store::StoreError;

#[async_trait]
pub trait ProcessStore: Send + Sync {
    async fn other_processes(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Whether this process runs the work that only one of them may run.
    async fn is_leader(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Hands the background work of this process to the others now, instead of when its leases end.
    async fn hand_over_work(&self) {}
}
