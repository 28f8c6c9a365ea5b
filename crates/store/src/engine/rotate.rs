//! Rotation of keys.

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};

/// Epochs of keys.
#[async_trait]
pub trait RotationStore: Send + Sync {
    /// The epoch under which new keys are wrapped.
    fn active_epoch(&self) -> u32;

    /// Begins a new epoch, wraps every key again and destroys what was before; returns the new epoch's number.
    ///
    /// # Errors
    ///
    /// When the keyring or the database cannot be written; running it again goes on where it stopped.
    async fn rotate(&self, now: Timestamp, progress: Progress<'_>) -> Result<u32, StoreError>;
}
