//! Sandboxes: their clocks, and those that are being emptied.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::ids::{AccountId, FileId};
use crate::sandbox_clocks::Emptying;
use crate::store::error::StoreError;

/// Reads the clocks of sandboxes, and empties them.
#[async_trait]
pub trait SandboxStore: Send + Sync {
    /// How many seconds the sandbox clocks are ahead, for accounts that have advanced theirs.
    async fn sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError>;

    /// The sandboxes that are to be emptied.
    async fn sandboxes_to_empty(&self) -> Result<Vec<Emptying>, StoreError>;

    /// Deletes a portion of the events, deliveries and kept answers of a sandbox that is emptied, and returns their
    /// number. The numbers of events and deliveries are not used again.
    async fn empty_portion(&self, emptying: Emptying) -> Result<u64, StoreError>;

    /// Deletes the rows of those of the files that are evidence of no customer.
    async fn delete_unused_files(&self, scope: Scope, files: &[FileId]) -> Result<(), StoreError>;
}
