//! What the log of requests says to developers: errors by kind, traffic, and what a request led to.

use std::collections::BTreeMap;

use crate::audit::read::{AuditFilter, AuditRow};
use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::requests::counts::{ErrorCount, ErrorKey};
use crate::requests::logged::LoggedRequest;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::webhook::delivery::{AnnouncedEvent, Attempt, delivery_number};

/// How many pages of the audit trail are searched for the entries of a request.
const PAGES: usize = 2;
/// A request writes few entries.
const ENTRIES: usize = 20;

/// A request with everything that it led to.
#[derive(Debug)]
pub struct Followed {
    /// The request.
    pub request: LoggedRequest,
    /// Its entries in the audit trail, oldest first, each with the events that it announced and their deliveries.
    pub entries: Vec<(AuditRow, Vec<AnnouncedEvent>)>,
    /// The attempts of these deliveries, oldest first.
    pub attempts: Vec<Attempt>,
}

/// Follows a request from its line in the log to the attempts of its deliveries. `None` if the log does not have it.
pub async fn follow(services: &Services, scope: Scope, request_id: &str) -> Result<Option<Followed>, StoreError> {
    let store = &services.store;
    let Some(request) = store.request(scope, request_id).await? else { return Ok(None) };
    let filter = AuditFilter { request_id: Some(request_id.to_owned()), ..AuditFilter::default() };
    // The line says how far the trail had come. The entries are a little before.
    let (mut before, mut rows) = (request.trail.map(|newest| newest.saturating_add(1)), Vec::new());
    for _ in 0..PAGES {
        let Some(page) = store.audit(scope, &filter, before, ENTRIES).await? else { break };
        rows.extend(page.rows);
        before = page.next;
        if !rows.is_empty() || before.is_none() {
            break;
        }
    }
    rows.reverse();
    let (mut entries, mut deliveries) = (Vec::new(), Vec::new());
    for row in rows {
        let events = match row.customer_id {
            Some(customer) => store.events_of_entries(scope, customer, &[row.seq]).await?,
            None => Vec::new(),
        };
        let made = events.iter().flat_map(|event| &event.deliveries);
        deliveries.extend(made.filter_map(|delivery| delivery_number(&delivery.id)));
        entries.push((row, events));
    }
    let attempts = store.attempts(scope, &deliveries).await?;
    Ok(Some(Followed { request, entries, attempts }))
}

/// The errors of a scope since a moment, the most frequent first. The days count together.
pub async fn errors(
    services: &Services,
    scope: Scope,
    from: Timestamp,
) -> Result<Vec<(ErrorKey, ErrorCount)>, StoreError> {
    let mut groups = BTreeMap::<ErrorKey, ErrorCount>::new();
    for (key, count) in services.store.request_errors(scope, from).await? {
        let key = ErrorKey { day: from, ..key };
        match groups.get_mut(&key) {
            Some(known) => known.add(&count),
            None => {
                groups.insert(key, count);
            }
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse((count.count, count.last_at)));
    Ok(groups)
}
