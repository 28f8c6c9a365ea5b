//! Customers: their records, what is shown of them, and how they are found.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::change::Basis;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::customer::summary::Summary;
use crate::ids::{CustomerId, PersonId};
use crate::parse::leaf::Email;
use crate::store::error::StoreError;

/// A stored customer that is still sealed: what is plain of it decides whether opening it is worth the while.
pub trait Record: Send + Sync {
    /// Individual or business, by which a body is read.
    fn kind(&self) -> CustomerType;

    /// Its version, by which a condition is judged, and what a change of it is computed from.
    fn basis(&self) -> Basis;

    /// Whether it is certainly the newest version.
    fn is_newest(&self) -> bool;

    /// The whole customer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it cannot be opened or decoded.
    fn open(self: Box<Self>) -> Result<Customer, StoreError>;
}

/// How new a record must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The newest version.
    Newest,
    /// Any version, such as one that this process wrote before another process wrote the next. It is good for its type,
    /// which never changes, and for computing a new version, which a commit refuses unless its basis is the newest.
    /// Whatever else follows from it must be decided again by the newest.
    Any,
}

/// A part of a list.
#[derive(Debug)]
pub struct Page {
    /// The customers on it.
    pub summaries: Vec<Summary>,
    /// Whether others come after it.
    pub more: bool,
}

/// Two data subjects of different customers that have the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SameNumber {
    /// The customer's own.
    pub subject: PersonId,
    /// The other customer,
    pub other: CustomerId,
    /// and whose number it is there.
    pub other_subject: PersonId,
}

/// Reads customers, and finds them by what is known of them.
#[async_trait]
pub trait CustomerStore: Send + Sync {
    /// A customer, still sealed. `None` means unknown or another scope's: callers cannot tell.
    async fn record(
        &self,
        scope: Scope,
        id: CustomerId,
        freshness: Freshness,
    ) -> Result<Option<Box<dyn Record>>, StoreError>;

    /// The newest version of a customer, whole.
    async fn customer(&self, scope: Scope, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.customer_to_change(scope, id).await?.map(|(_, customer)| customer))
    }

    /// The newest version of a customer, whole, and what a change of it is computed from.
    async fn customer_to_change(&self, scope: Scope, id: CustomerId) -> Result<Option<(Basis, Customer)>, StoreError> {
        let Some(record) = self.record(scope, id, Freshness::Newest).await? else { return Ok(None) };
        Ok(Some((record.basis(), record.open()?)))
    }

    /// What lists and plain reads show of a customer.
    async fn summary(&self, scope: Scope, id: CustomerId) -> Result<Option<Summary>, StoreError>;

    /// The customer that has this e-mail, as [`Email::folded`] compares. They are several when their addresses counted
    /// as different when they were created.
    async fn summaries_by_email(&self, scope: Scope, email: &Email) -> Result<Vec<Summary>, StoreError>;

    /// At most `limit` customers, newest first, beginning after the given one.
    async fn summaries(&self, scope: Scope, after: Option<CustomerId>, limit: usize) -> Result<Page, StoreError>;

    /// The pointers of the fields that changed after a version, each once, in the order of their first change.
    async fn changed_since(&self, scope: Scope, id: CustomerId, version: u64) -> Result<Vec<String>, StoreError>;

    /// The customer whose case has this id at a provider.
    async fn customer_of_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError>;

    /// Other customers of the scope with a data subject that has the same number as one of this customer's, some of
    /// them.
    async fn same_numbers(&self, scope: Scope, id: CustomerId) -> Result<Vec<SameNumber>, StoreError>;
}
