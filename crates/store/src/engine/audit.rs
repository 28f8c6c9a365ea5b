//! The ends of the audit trails, for the anchor.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::store::StoreError;

use crate::anchor::{AcceptedRestore, ChainEnd, Tips};

/// What an anchor states about the trails, and what it is compared with.
#[async_trait]
pub trait TrailStore: Send + Sync {
    /// The ends of the audit trails that this process vouches for.
    fn tips(&self) -> &Tips;

    /// The ends of all audit trails that have entries.
    async fn chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError>;

    /// Whether the seal on the end of a trail is ours.
    async fn is_sealed(&self, end: &ChainEnd) -> bool;

    /// The hashes of the given entries, each by its trail and number. `None` for an entry that does not exist.
    async fn entry_hashes(&self, entries: &[(Scope, u64)]) -> Result<Vec<Option<[u8; 32]>>, StoreError>;

    /// The restores that were accepted, according to the trails of these scopes. Reads the whole trails.
    async fn accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError>;
}
