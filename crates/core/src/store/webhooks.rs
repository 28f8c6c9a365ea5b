//! Webhook endpoints, and the deliveries to them.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::WebhookId;
use crate::store::error::StoreError;
use crate::webhook::delivery::{Attempted, Delivery, Due, Message};
use crate::webhook::endpoint::Endpoint;

/// Reads endpoints, and hands out the deliveries to them.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// The webhook endpoints of a scope, oldest first.
    async fn endpoints(&self, scope: Scope) -> Result<Vec<Endpoint>, StoreError>;

    /// At most `limit` deliveries to an endpoint, newest first, beginning before the given one.
    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Takes at most `limit` deliveries that are due, none to the endpoints that are busy, and keeps them from
    /// everybody else until the lease ends. Of one customer and endpoint only the oldest is ever due. `now` is the
    /// machine's.
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<Due>, StoreError>;

    /// What is to be sent for a delivery, signed as of now. `None` when its endpoint is gone or disabled.
    async fn message(&self, due: &Due, now: Timestamp) -> Result<Option<Message>, StoreError>;

    /// Notes what came of attempts, and answers those that disabled an endpoint that was enabled until then. The next
    /// delivery of the same customer and endpoint becomes due when one has ended. What was not noted is attempted again
    /// after its lease.
    async fn attempted(&self, attempts: Vec<Attempted>) -> Result<Vec<Attempted>, StoreError>;

    /// Forgets deliveries that ended before the given moment; says how many. Called now and then.
    async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError>;
}
