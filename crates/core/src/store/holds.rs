//! Holds on the deletion of customers.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::retention::hold::Hold;
use crate::store::error::StoreError;

/// The holds of customers.
#[async_trait]
pub trait HoldStore: Send + Sync {
    /// The holds on a customer, ended or not, oldest first.
    async fn holds(&self, scope: Scope, customer: CustomerId) -> Result<Vec<Hold>, StoreError>;

    /// The customers of a scope that have a hold which is active at this moment.
    async fn held(&self, scope: Scope, now: Timestamp) -> Result<BTreeSet<CustomerId>, StoreError>;
}
