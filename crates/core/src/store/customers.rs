//! Customers: their records, the views of them, and how they are found.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::change::Basis;
use crate::customer::numbers::Number;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::customer::summary::Summary;
use crate::ids::{CustomerId, PersonId};
use crate::parse::leaf::Email;
use crate::store::error::StoreError;

/// A stored customer that is still sealed. Its plain part shows whether it needs opening.
pub trait Record: Send + Sync {
    /// Individual or business, which decides how a body is read.
    fn kind(&self) -> CustomerType;

    /// Its version, for conditions, with the basis of a change.
    fn basis(&self) -> Basis;

    /// Whether this is certainly the newest version.
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
    /// Any version, such as one that this process wrote before another process wrote the next. It may be used for the
    /// type, which never changes, and for computing a new version, which a commit refuses unless its basis is the
    /// newest. Everything else that follows from it must be decided again from the newest version.
    Any,
}

/// A page of a list.
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
    /// The other customer.
    pub other: CustomerId,
    /// The data subject there that has the number.
    pub other_subject: PersonId,
}

/// Reads customers, and finds them by what is known about them.
#[async_trait]
pub trait CustomerStore: Send + Sync {
    /// A customer, still sealed. `None` for an unknown id and for another scope's: callers cannot tell the two apart.
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

    /// The newest version of a customer, whole, and the basis of a change.
    async fn customer_to_change(&self, scope: Scope, id: CustomerId) -> Result<Option<(Basis, Customer)>, StoreError> {
        let Some(record) = self.record(scope, id, Freshness::Newest).await? else { return Ok(None) };
        Ok(Some((record.basis(), record.open()?)))
    }

    /// The view of a customer in lists and plain reads.
    async fn summary(&self, scope: Scope, id: CustomerId) -> Result<Option<Summary>, StoreError>;

    /// The customers that have this e-mail, as [`Email::folded`] compares. There are several when their addresses
    /// counted as different at their creation.
    async fn summaries_by_email(&self, scope: Scope, email: &Email) -> Result<Vec<Summary>, StoreError>;

    /// At most `limit` customers, newest first, starting after the given one.
    async fn summaries(&self, scope: Scope, after: Option<CustomerId>, limit: usize) -> Result<Page, StoreError>;

    /// Pointers to the fields that changed after a version, each once, in the order of their first change.
    async fn changed_since(&self, scope: Scope, id: CustomerId, version: u64) -> Result<Vec<String>, StoreError>;

    /// The customer whose case at a provider has this id.
    async fn customer_of_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError>;

    /// Some customers of the scope that have one of these numbers, or a person who has one.
    async fn customers_with(&self, scope: Scope, numbers: &[Number]) -> Result<Vec<CustomerId>, StoreError>;

    /// Some other customers of the scope with a data subject that has the same number as one of this customer's.
    async fn same_numbers(&self, scope: Scope, id: CustomerId) -> Result<Vec<SameNumber>, StoreError>;
}
