//! Rotation of keys.

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};

#[async_trait]
pub trait RotationStore: Send + Sync {
    /// The epoch that wraps new keys.
    fn active_epoch(&self) -> u32;

    /// Begins a new epoch, wraps every key again and destroys the older epochs. Returns the number of the new epoch.
    /// After a failure, running it again continues where it stopped.
    async fn rotate(&self, now: Timestamp, progress: Progress<'_>) -> Result<u32, StoreError>;
}
