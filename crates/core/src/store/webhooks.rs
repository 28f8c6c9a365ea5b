//! Webhook endpoints, and deliveries to them.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::WebhookId;
use crate::store::error::StoreError;
use crate::webhook::delivery::{Attempt, AttemptCount, Delivery, Due, FinishedAttempt, Message};
use crate::webhook::endpoint::Endpoint;

/// Reads endpoints, and hands out deliveries.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// The webhook endpoints of a scope, oldest first.
    async fn endpoints(&self, scope: Scope) -> Result<Vec<Endpoint>, StoreError>;

    /// At most `limit` deliveries to an endpoint, newest first, starting before the given one.
    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// Claims at most `limit` due deliveries, none of them to the busy endpoints, and keeps them from all other
    /// processes until the lease ends. Per customer and endpoint only the oldest delivery is ever due. `now` is the
    /// machine's time.
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<Due>, StoreError>;

    /// The message of a delivery, signed as of now. `None` when its endpoint was deleted or disabled.
    async fn message(&self, due: &Due, now: Timestamp) -> Result<Option<Message>, StoreError>;

    /// Any other message to an endpoint, signed as of now. `None` when the endpoint was deleted or disabled.
    async fn sign(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        id: String,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Option<Message>, StoreError>;

    /// Records the results of attempts, and returns the endpoints that they disabled. When a delivery has ended, the
    /// next one of the same customer and endpoint becomes due. An attempt without a recorded result is made again after
    /// its lease.
    async fn record_attempts(&self, attempts: Vec<FinishedAttempt>) -> Result<Vec<FinishedAttempt>, StoreError>;

    /// The attempts of these deliveries, oldest first.
    async fn attempts(&self, scope: Scope, deliveries: &[u64]) -> Result<Vec<Attempt>, StoreError>;

    /// How many attempts there were in each hour that starts at the given moment or later.
    async fn attempt_counts(&self, scope: Scope, from: Timestamp) -> Result<Vec<AttemptCount>, StoreError>;

    /// Deletes deliveries that ended before the given moment, and attempts before it, and returns how many. It is
    /// called now and then.
    async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError>;
}
