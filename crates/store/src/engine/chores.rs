//! What a start does once for what is stored.

use async_trait::async_trait;
use dossier_core::store::StoreError;

use crate::chores::Chore;

/// How far chores are done.
#[async_trait]
pub trait ChoreStore: Send + Sync {
    /// What was recorded when a chore was last done; `None` if it never was.
    async fn done(&self, chore: Chore) -> Result<Option<String>, StoreError>;

    /// Records that a chore is done, and how far.
    async fn set_done(&self, chore: Chore, how_far: &str) -> Result<(), StoreError>;
}
