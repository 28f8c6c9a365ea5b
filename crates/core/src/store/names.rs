//! The search by name.

use std::sync::Arc;

use async_trait::async_trait;

use crate::caller::Scope;
use crate::customer::summary::Names;
use crate::ids::CustomerId;
use crate::store::error::StoreError;

/// Tells whether a customer has the names that are searched for.
pub type IsWanted = Arc<dyn Fn(&Names) -> bool + Send + Sync>;

/// A part of a search.
#[derive(Debug, Default)]
pub struct Named {
    /// The customers that have the names, newest first. Those whose names cannot be opened are among them: reading such
    /// a customer says why.
    pub ids: Vec<CustomerId>,
    /// The last customer that was compared, if there may be more after it.
    pub last: Option<CustomerId>,
}

/// Finds customers by their names, which have no index.
#[async_trait]
pub trait NameStore: Send + Sync {
    /// Compares the names of about `limit` customers, newest first, starting after the given one.
    ///
    /// It opens nothing else, keeps nothing in memory and does not compare the seals of rows, so that it is several
    /// times as fast as reading the summaries.
    async fn named(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
        is_wanted: IsWanted,
    ) -> Result<Named, StoreError>;
}
