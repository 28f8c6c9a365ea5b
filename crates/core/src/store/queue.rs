//! Customers that wait: for a decision, for a provider, for a date, or for their sessions to expire.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::store::error::StoreError;

/// Finds customers that wait.
#[async_trait]
pub trait QueueStore: Send + Sync {
    /// At most `limit` customers that wait for a decision, longest wait first.
    async fn review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError>;

    /// Some customers for whom something is due: a question to a provider, an evaluation, or a reminder. `now` is the
    /// machine's time.
    async fn due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;

    /// Some customers of one scope for whom something is due. `now` is the time for the records of the scope.
    async fn due_cases_of(&self, scope: Scope, now: Timestamp) -> Result<Vec<CustomerId>, StoreError>;

    /// Some customers whose newest link has expired and was not ended. `now` is the machine's time.
    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;
}
