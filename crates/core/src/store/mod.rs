//! What storage promises, by subject. Each engine implements these traits with its own SQL, each in the file of the
//! same name, and one suite of behaviours runs against all of them.

pub(crate) mod answers;
pub(crate) mod audit;
pub(crate) mod customers;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod queue;
pub(crate) mod sandbox;
pub(crate) mod webhooks;

use async_trait::async_trait;

pub use answers::AnswerStore;
pub use audit::{AuditStore, Progress};
pub use customers::{CustomerStore, Freshness, Page, Record, SameNumber};
pub use error::StoreError;
pub use events::EventStore;
pub use files::{ByteRange, Collected, FileReader, FileStore, FileWriter};
pub use keys::KeyStore;
pub use links::{Link, LinkStore};
pub use queue::QueueStore;
pub use sandbox::SandboxStore;
pub use webhooks::WebhookStore;

use crate::change::Change;

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is durable, whole.
    Done,
    /// Another change of the same record came first; nothing was written.
    VersionMoved,
    /// Another request with the same `Idempotency-Key` came first; nothing was written.
    AnswerTaken,
}

/// Storage. Every method that touches a tenant's records takes its scope; a foreign id is an unknown id.
#[async_trait]
pub trait Store:
    AnswerStore
    + AuditStore
    + CustomerStore
    + EventStore
    + FileStore
    + KeyStore
    + LinkStore
    + QueueStore
    + SandboxStore
    + WebhookStore
{
    /// Makes a change durable: on return of [`Committed::Done`] it survives power loss, whole.
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
    /// What does not work.
    async fn ready(&self) -> Result<(), StoreError>;
}
