//! Kept answers for repeated requests.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::idempotency::{Attempt, Replay};
use crate::store::error::StoreError;

/// Finds kept answers.
#[async_trait]
pub trait AnswerStore: Send + Sync {
    /// What is known about a request that carries an `Idempotency-Key`.
    async fn replay(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay, StoreError>;

    /// Deletes answers that were kept before the given moment, and returns how many. It is called now and then.
    async fn forget_answers(&self, before: Timestamp) -> Result<u64, StoreError>;
}
