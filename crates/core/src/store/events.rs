//! Events, as they are read back.

use async_trait::async_trait;
use tokio::sync::watch;

use crate::caller::Scope;
use crate::event::StoredEvent;
use crate::ids::CustomerId;
use crate::store::error::StoreError;
use crate::webhook::delivery::AnnouncedEvent;

/// Reads events, and tells when new ones were announced.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// At most `limit` events of a scope, oldest first, after the given position.
    async fn events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// The events that the changes of these audit entries about a customer announced, oldest first. Entries from before
    /// the schema had hints lead to none. A wrong hint leads to none either, and never to an event of another customer.
    async fn events_of_entries(
        &self,
        scope: Scope,
        customer: CustomerId,
        entries: &[u64],
    ) -> Result<Vec<AnnouncedEvent>, StoreError>;

    /// The position of a scope's newest event, or 0 if it has none.
    async fn newest_event(&self, scope: Scope) -> Result<u64, StoreError>;

    /// Changes whenever events are announced, at least by this process.
    fn announced(&self) -> watch::Receiver<()>;
}
