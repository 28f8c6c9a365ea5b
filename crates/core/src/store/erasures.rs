//! Erasures that are scheduled, and what remains of erased customers.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::erasure::{Erasure, LedgerEntry, Outline, Tombstone};
use crate::ids::CustomerId;
use crate::store::error::StoreError;

/// Reads scheduled erasures and tombstones.
#[async_trait]
pub trait ErasureStore: Send + Sync {
    /// The scheduled erasure of a customer. `None` if there is none, or if the customer is already erased.
    async fn erasure(&self, scope: Scope, id: CustomerId) -> Result<Option<Erasure>, StoreError>;

    /// What the plain columns say about a customer that is not erased, even if nothing of it can be opened.
    async fn outline(&self, scope: Scope, id: CustomerId) -> Result<Option<Outline>, StoreError>;

    /// Some customers whose erasure is due. `now` is the machine's time.
    async fn due_erasures(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;

    /// What remains of an erased customer. `None` for a customer that is not erased, and for an unknown or foreign id.
    async fn tombstone(&self, scope: Scope, id: CustomerId) -> Result<Option<Tombstone>, StoreError>;

    /// At most `limit` erased customers, newest customer first, starting after the given one.
    async fn tombstones(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<Tombstone>, StoreError>;

    /// At most `limit` entries of the ledger, of all scopes, in the order of their scope and customer, after the given
    /// one.
    async fn ledger(&self, after: Option<LedgerEntry>, limit: usize) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Forgets the keys of customers that other processes have erased since this moment. `since` is the machine's time.
    async fn forget_erased(&self, since: Timestamp) -> Result<(), StoreError>;

    /// Copies new erasures of this process to the ledger beside the keyring, and removes what they leave on the disk
    /// besides the rows: on SQLite the pages of the write-ahead log. It is called every second, and does what is left.
    async fn finish_erasures(&self) -> Result<(), StoreError>;
}
