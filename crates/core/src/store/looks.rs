//! The access log: which key saw which part of a customer, and how often.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::ids::CustomerId;
use crate::look::{CountedLook, LookPlace};
use crate::store::error::StoreError;

/// Adds to the access log and reads it.
#[async_trait]
pub trait LookStore: Send + Sync {
    /// Adds looks to those that were counted before. When this returns, they survive power loss. The reasons are sealed
    /// under the keys of the customers; looks at a customer that was erased in the meantime are stored without them.
    async fn record_looks(&self, looks: Vec<CountedLook>) -> Result<(), StoreError>;

    /// At most `limit` counted looks at a customer, newest hour first, starting after the given place.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a reason cannot be opened although the customer has a key.
    async fn looks(
        &self,
        scope: Scope,
        id: CustomerId,
        after: Option<LookPlace>,
        limit: usize,
    ) -> Result<Vec<(LookPlace, CountedLook)>, StoreError>;
}
