//! Customers that wait: for a decision, for a provider, or for their links to run out.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::store::error::StoreError;

/// Finds customers that wait.
#[async_trait]
pub trait QueueStore: Send + Sync {
    /// At most `limit` customers that wait for a decision, longest first.
    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError>;

    /// Customers about whose case at a provider something is to be done, some of them; `now` is the machine's.
    async fn due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;

    /// Customers whose newest link has run out and was not ended, some of them; `now` is the machine's.
    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;
}
