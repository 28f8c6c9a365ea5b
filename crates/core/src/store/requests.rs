//! The log of requests.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::requests::counts::{Counts, ErrorCount, ErrorKey, Step};
use crate::requests::logged::{LoggedRequest, RequestFilter, RequestPlace};
use crate::requests::tally::RequestBatch;
use crate::store::error::StoreError;

/// Adds to the log of requests and reads it. It is no record: a power cut may take its newest lines, and backups and
/// moves leave it out.
#[async_trait]
pub trait RequestStore: Send + Sync {
    /// Adds a batch: single requests, and counts to those that are stored. Other processes may add to the same counts.
    async fn record_requests(&self, batch: RequestBatch) -> Result<(), StoreError>;

    /// At most `limit` single requests of a scope that a filter accepts, newest first, starting after the given place.
    /// The place where the list continues is `None` at its end. One read examines a limited number of requests, so a
    /// page with few or none may be followed by others.
    async fn requests(
        &self,
        scope: Scope,
        filter: &RequestFilter,
        after: Option<RequestPlace>,
        limit: usize,
    ) -> Result<(Vec<LoggedRequest>, Option<RequestPlace>), StoreError>;

    /// One request of a scope, if it was kept.
    async fn request(&self, scope: Scope, request_id: &str) -> Result<Option<LoggedRequest>, StoreError>;

    /// The counts of a scope whose time starts in `from..to`, oldest first.
    async fn request_counts(
        &self,
        scope: Scope,
        step: Step,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Counts>, StoreError>;

    /// The groups of errors of a scope on the days since the given moment.
    async fn request_errors(&self, scope: Scope, from: Timestamp) -> Result<Vec<(ErrorKey, ErrorCount)>, StoreError>;

    /// Deletes what is older than `before` in a scope, counts by the minute older than `minutes_before`, and requests
    /// beyond the newest `keep` that succeeded and as many that failed. Of requests it deletes a portion, and returns
    /// how many; 0 when none are left to delete.
    async fn forget_requests(
        &self,
        scope: Scope,
        before: Timestamp,
        minutes_before: Timestamp,
        keep: usize,
    ) -> Result<u64, StoreError>;
}
