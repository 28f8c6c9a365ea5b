//! What is stored and what is waiting, for the metrics.

use async_trait::async_trait;
use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;

#[async_trait]
pub trait TotalStore: Send + Sync {
    /// The totals of an environment, over all accounts.
    async fn totals(&self, environment: Environment, now: Timestamp) -> Result<Totals, StoreError>;
}

/// What is stored and what is waiting in an environment, over all accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Webhook deliveries that are neither delivered nor given up.
    pub deliveries: Waiting,
    /// Customers whose verification awaits a decision.
    pub customers: Waiting,
    /// Files, attached or not.
    pub files: u64,
    /// The bytes of all files, before sealing.
    pub file_bytes: u64,
    /// When the next API key expires.
    pub next_key_end: Option<Timestamp>,
}

/// How many are waiting, and since when the oldest is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// At most [`Waiting::LIMIT`].
    pub number: u64,
    /// The oldest of those that were counted. There may be an older one beyond the limit.
    pub oldest: Option<Timestamp>,
}

impl Waiting {
    /// Counting stops here, so that a long queue does not take long to count.
    pub const LIMIT: u32 = 10_000;
}
