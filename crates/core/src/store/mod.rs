//! The promises of storage, by subject. Each engine implements these traits with its own SQL, each trait in the file of
//! the same name, and one suite of behaviours runs against both engines.

pub(crate) mod answers;
pub(crate) mod audit;
pub(crate) mod customers;
pub(crate) mod desk;
pub(crate) mod erasures;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod holds;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod looks;
pub(crate) mod person_erasures;
pub(crate) mod queue;
pub(crate) mod requests;
pub(crate) mod sandbox;
pub(crate) mod scans;
pub(crate) mod webhooks;

use async_trait::async_trait;

pub use answers::AnswerStore;
pub use audit::{AuditStore, Progress};
pub use customers::{CustomerStore, Freshness, Page, Record, SameNumber};
pub use desk::{DeskStore, DeskUse, Waiting};
pub use erasures::ErasureStore;
pub use error::StoreError;
pub use events::EventStore;
pub use files::{ByteRange, Collected, FileReader, FileStore, FileWriter};
pub use holds::HoldStore;
pub use keys::KeyStore;
pub use links::{Link, LinkStore};
pub use looks::LookStore;
pub use person_erasures::PersonErasureStore;
pub use queue::QueueStore;
pub use requests::RequestStore;
pub use sandbox::SandboxStore;
pub use scans::{IsWanted, ScanStore, Scanned};
pub use webhooks::WebhookStore;

use crate::change::Change;

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// The whole change is durable.
    Done,
    /// Another change of the same record was committed first. Nothing was written.
    VersionMoved,
    /// Another request with the same `Idempotency-Key` was committed first. Nothing was written.
    AnswerTaken,
}

/// Storage. Every method that reads or writes a tenant's records takes its scope, and a foreign id is an unknown id.
#[async_trait]
pub trait Store:
    AnswerStore
    + AuditStore
    + CustomerStore
    + DeskStore
    + ErasureStore
    + EventStore
    + FileStore
    + HoldStore
    + KeyStore
    + LinkStore
    + LookStore
    + PersonErasureStore
    + QueueStore
    + RequestStore
    + SandboxStore
    + ScanStore
    + WebhookStore
{
    /// Makes a change durable. When this returns [`Committed::Done`], the whole change survives power loss.
    ///
    /// # Errors
    ///
    /// [`StoreError::Taken`] when a unique value belongs to another record, [`StoreError::Full`] and
    /// [`StoreError::Busy`] when nothing could be written, [`StoreError::Unknown`] when the outcome cannot be known.
    async fn commit(&self, change: Change) -> Result<Committed, StoreError>;

    /// Whether reads and writes work, for the readiness check.
    ///
    /// # Errors
    ///
    /// The part that does not work.
    async fn ready(&self) -> Result<(), StoreError>;
}
