//! Customers: their records, what is shown of them, and how they are found.

use async_trait::async_trait;

use crate::caller::Scope;
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

    /// The version, by which a condition is judged.
    fn version(&self) -> u64;

    /// The whole customer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it cannot be opened or decoded.
    fn open(self: Box<Self>) -> Result<Customer, StoreError>;
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
    /// The newest version of a customer, still sealed. `None` means unknown or another scope's: callers cannot tell.
    async fn record(&self, scope: Scope, id: CustomerId) -> Result<Option<Box<dyn Record>>, StoreError>;

    /// A version of a customer that the engine has at hand without asking anybody, if it has one. It may not be the
    /// newest, so it is good only for its type, which never changes, and for computing a new version, which a
    /// commit refuses unless it is; whatever else comes of it is decided again by [`CustomerStore::record`].
    fn recent_record(&self, _scope: Scope, _id: CustomerId) -> Option<Box<dyn Record>> {
        None
    }

    /// The newest version of a customer, whole.
    async fn customer(&self, scope: Scope, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.record(scope, id).await?.map(|record| record.open()).transpose()
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
