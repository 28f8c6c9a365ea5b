//! Erasures of single associated persons.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::change::Basis;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::erasure::{LedgerEntry, PersonErasure};
use crate::ids::{CustomerId, PersonId};
use crate::store::error::StoreError;

/// Reads the erasures of associated persons.
#[async_trait]
pub trait PersonErasureStore: Send + Sync {
    /// The erasure of a person, scheduled or done. `None` if there is none, and for unknown and foreign ids.
    async fn person_erasure(
        &self,
        scope: Scope,
        customer: CustomerId,
        person: PersonId,
    ) -> Result<Option<PersonErasure>, StoreError>;

    /// The newest version of a business without these persons, whose keys may be lost, and whether any of them was in
    /// it.
    async fn business_without(
        &self,
        scope: Scope,
        customer: CustomerId,
        persons: &[PersonId],
    ) -> Result<Option<(Basis, Customer, bool)>, StoreError>;

    /// The data subjects of a customer that have a key: the customer, its associated persons, and former ones.
    async fn data_subjects(&self, scope: Scope, customer: CustomerId) -> Result<Vec<PersonId>, StoreError>;

    /// Some customers that have a person whose erasure is due. `now` is the machine's time.
    async fn due_person_erasures(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError>;

    /// The persons of a customer whose erasure is scheduled.
    async fn persons_to_erase(&self, scope: Scope, customer: CustomerId) -> Result<Vec<PersonId>, StoreError>;

    /// At most `limit` entries of the ledger that are about persons, of all scopes, in the order of their scope,
    /// customer and person, after the given one.
    async fn ledger_of_persons(&self, after: Option<LedgerEntry>, limit: usize)
    -> Result<Vec<LedgerEntry>, StoreError>;
}
