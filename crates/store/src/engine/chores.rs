//! Work that a start does once on stored records.

use async_trait::async_trait;
use dossier_core::store::StoreError;

use crate::chores::Chore;

#[async_trait]
pub trait ChoreStore: Send + Sync {
    /// The progress that was last recorded for a chore, if any.
    async fn done(&self, chore: Chore) -> Result<Option<String>, StoreError>;

    /// Records how far a chore is done.
    async fn set_done(&self, chore: Chore, how_far: &str) -> Result<(), StoreError>;
}
