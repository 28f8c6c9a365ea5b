//! Lists and counts the customers that a filter selects. There is no index for it, so every customer is compared.

use std::sync::Arc;

use crate::caller::Scope;
use crate::customer::filter::Filter;
use crate::customer::summary::Summary;
use crate::ids::CustomerId;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::scans::IsWanted;

/// The most customers that are compared before the time is looked at.
const PORTION: usize = 20_000;
/// How many are compared at first. A page is often full soon.
const FIRST_PORTION: usize = 500;
/// How long a page looks for customers before it ends with fewer, in seconds.
const PAGE_SECONDS: i64 = 2;
/// How long customers are counted, in seconds.
const COUNT_SECONDS: i64 = 15;

/// A page of customers that match a filter.
#[derive(Debug)]
pub struct FilteredPage {
    /// At most as many as were asked for. There may be none although others follow, if it took too long to find one.
    pub summaries: Vec<Summary>,
    /// Where the next page begins. `None` on the last one.
    pub next: Option<CustomerId>,
}

/// The customers that match, newest first, starting after the given one.
///
/// # Errors
///
/// If the store fails, or a customer that matches is damaged.
pub async fn page(
    services: &Services,
    scope: Scope,
    filter: &Filter,
    mut after: Option<CustomerId>,
    limit: usize,
) -> Result<FilteredPage, StoreError> {
    let is_wanted = wanted(filter);
    let end = services.clock.now().plus_seconds(PAGE_SECONDS);
    let (mut summaries, mut portion) = (Vec::new(), FIRST_PORTION);
    loop {
        let scanned = services.store.scan(scope, after, portion, Arc::clone(&is_wanted)).await?;
        portion = (2 * portion).min(PORTION);
        after = scanned.last;
        for id in scanned.ids {
            if summaries.len() == limit {
                let next = summaries.last().map(|summary: &Summary| summary.id);
                return Ok(FilteredPage { summaries, next });
            }
            match services.store.summary(scope, id).await {
                // It may have changed since it was compared.
                Ok(summary) => summaries.extend(summary.filter(|summary| filter.matches(summary))),
                Err(StoreError::Erased { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if after.is_none() || summaries.len() == limit || services.clock.now() >= end {
            return Ok(FilteredPage { summaries, next: after });
        }
    }
}

/// The number of customers that match. `None` if counting them takes too long.
///
/// # Errors
///
/// If the store fails.
pub async fn count(services: &Services, scope: Scope, filter: &Filter) -> Result<Option<u64>, StoreError> {
    let is_wanted = wanted(filter);
    let end = services.clock.now().plus_seconds(COUNT_SECONDS);
    let (mut count, mut after) = (0, None);
    loop {
        let scanned = services.store.scan(scope, after, PORTION, Arc::clone(&is_wanted)).await?;
        (after, count) = (scanned.last, count + scanned.ids.len() as u64);
        if after.is_none() {
            return Ok(Some(count));
        }
        if services.clock.now() >= end {
            return Ok(None);
        }
    }
}

fn wanted(filter: &Filter) -> IsWanted {
    let filter = filter.clone();
    Arc::new(move |summary| filter.matches(summary))
}
