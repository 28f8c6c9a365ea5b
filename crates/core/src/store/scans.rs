//! Scans of all customers of a scope, for what has no index.

use std::sync::Arc;

use async_trait::async_trait;

use crate::caller::Scope;
use crate::customer::summary::Summary;
use crate::ids::CustomerId;
use crate::store::error::StoreError;

/// Tells whether a customer is one of those that are looked for.
pub type IsWanted = Arc<dyn Fn(&Summary) -> bool + Send + Sync>;

/// A part of a scan.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The customers that are wanted, newest first. Those that cannot be opened are among them: reading such a customer
    /// says why.
    pub ids: Vec<CustomerId>,
    /// The last customer that was compared, if there may be more after it.
    pub last: Option<CustomerId>,
}

/// Finds customers by what has no index: names, the status, dates.
#[async_trait]
pub trait ScanStore: Send + Sync {
    /// Compares about `limit` customers, newest first, starting after the given one.
    ///
    /// It keeps nothing in memory and does not compare the seals of rows, so that it is several times as fast as
    /// reading the summaries. Whatever is shown of a customer must be read again.
    async fn scan(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
        is_wanted: IsWanted,
    ) -> Result<Scanned, StoreError>;
}
