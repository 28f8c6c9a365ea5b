//! Rotation of keys.

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};

#[async_trait]
pub trait RotationStore: Send + Sync {
    /// The epoch that wraps new keys.
    fn active_epoch(&self) -> u32;

    /// When that epoch began. `None` if the keyring does not say.
    fn active_since(&self) -> Option<Timestamp>;

    /// When the last of the epochs up to this one was destroyed. `None` while one of them exists.
    fn destroyed_at(&self, epoch: u32) -> Option<Timestamp>;

    /// Whether a rotation began and has not ended.
    fn is_rotating(&self) -> bool;

    /// Writes the key export beside the keyring. Fails in the middle of a rotation.
    async fn export_keys(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Begins a new epoch, wraps every key again, exports the keys and destroys the older epochs. Returns the number of
    /// the new epoch. After a failure, running it again continues where it stopped.
    async fn rotate(&self, now: Timestamp, progress: Progress<'_>) -> Result<u32, StoreError>;
}
