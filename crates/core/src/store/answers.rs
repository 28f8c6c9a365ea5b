//! Answers that are kept for requests that are repeated.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::idempotency::{Attempt, Replay};
use crate::store::error::StoreError;

/// Finds the answers that are kept for repeated requests.
#[async_trait]
pub trait AnswerStore: Send + Sync {
    /// What is known of a request that carries an `Idempotency-Key`.
    async fn replay(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay, StoreError>;

    /// Forgets answers that were kept before the given moment; says how many. Called now and then.
    async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError>;
}
