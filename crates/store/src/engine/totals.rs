//! What is stored and what waits, for the metrics.

use async_trait::async_trait;
use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;

/// What is counted over all accounts.
#[async_trait]
pub trait TotalStore: Send + Sync {
    /// What is stored and what waits in an environment, over all accounts.
    async fn totals(&self, environment: Environment, now: Timestamp) -> Result<Totals, StoreError>;
}

/// What is stored and what waits in an environment, over all accounts, for the metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Deliveries of webhooks that are neither delivered nor given up.
    pub deliveries: Waiting,
    /// Customers whose verification waits for a decision.
    pub customers: Waiting,
    /// Files, attached or not.
    pub files: u64,
    /// Their bytes, before they are sealed.
    pub file_bytes: u64,
    /// When the next key ends, of those that end and have not.
    pub next_key_end: Option<Timestamp>,
}

/// How many wait, and since when the oldest does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// At most [`Waiting::MOST`].
    pub number: u64,
    /// Of those that were counted, which need not be the first that came.
    pub oldest: Option<Timestamp>,
}

impl Waiting {
    /// As many are counted, so that a long queue does not take a long look.
    pub const MOST: u32 = 10_000;
}
