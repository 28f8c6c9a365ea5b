//! The timeline of a customer: the entries of the audit trail with the events that they announced and the deliveries of
//! those, and the counted looks of keys, in one list.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::audit::read::{AuditFilter, AuditRow};
use crate::desk::role::Permission;
use crate::ids::{CustomerId, KeyId};
use crate::look::CountedLook;
use crate::services::Services;
use crate::use_cases::api_keys;
use crate::use_cases::members::DeskError;
use crate::use_cases::seen::{SeenError, SeenPlace, entries, merged};
use crate::use_cases::worksheet::Seat;
use crate::webhook::delivery::AnnouncedEvent;

/// How many entries and hours of looks a page has at most.
const ROWS: usize = 50;
/// How many lines a page has, if its first entry alone has not more. An update with 16 endpoints has 35.
const LINES: usize = 120;

/// A page of the timeline.
#[derive(Debug)]
pub struct Timeline {
    /// What happened, newest first.
    pub items: Vec<Item>,
    /// Where the list continues.
    pub next: Option<SeenPlace>,
    /// The names of the scope's keys.
    pub keys: BTreeMap<KeyId, String>,
}

/// Something that happened.
#[derive(Debug)]
pub enum Item {
    /// An entry of the audit trail, with the events that the change announced.
    Entry(AuditRow, Vec<AnnouncedEvent>),
    /// Looks by a key in one hour.
    Looks(CountedLook),
}

impl Item {
    /// The number of lines that it takes.
    fn lines(&self) -> usize {
        match self {
            Self::Entry(_, events) => 1 + events.iter().map(|event| 1 + event.deliveries.len()).sum::<usize>(),
            Self::Looks(_) => 1,
        }
    }
}

/// A page of the timeline of a customer, starting after a place.
///
/// # Errors
///
/// [`DeskError::Forbidden`], and [`DeskError::NotFound`] when the place is not of this customer.
pub async fn timeline(
    services: &Services,
    seat: &Seat,
    id: CustomerId,
    after: SeenPlace,
) -> Result<Timeline, DeskError> {
    seat.require(Permission::View)?;
    let (scope, store) = (seat.caller.scope, &services.store);
    let filter = AuditFilter { customer: Some(id), ..AuditFilter::default() };
    let (rows, end) = entries(services, scope, &filter, after.entries, ROWS).await.map_err(|error| match error {
        SeenError::NotFound | SeenError::NotAPlace => DeskError::NotFound,
        SeenError::Store(error) => error.into(),
    })?;
    let numbers: Vec<u64> = rows.iter().map(|row| row.seq).collect();
    let looks = store.looks(scope, id, after.looks, ROWS + 1).await?;
    let rows = rows.into_iter().map(|row| (row.seq, row.at, Item::Entry(row, Vec::new())));
    let page = merged(after, ROWS, (rows.collect(), end), looks.into(), Item::Looks);
    let mut events = store.events_of_entries(scope, id, &numbers).await?;
    // Two entries of one moment may both lead to an event. It is of the later one, whose own hint is nearer.
    events.sort_by_key(|event| (event.position, Reverse(event.entry)));
    events.dedup_by_key(|event| event.position);
    let mut of_entries = BTreeMap::<u64, Vec<_>>::new();
    for event in events {
        of_entries.entry(event.entry).or_default().push(event);
    }
    let (mut items, mut next, mut lines) = (Vec::new(), page.next, 0);
    let mut place = after;
    for (mut item, after) in page.rows {
        if let Item::Entry(row, events) = &mut item {
            *events = of_entries.remove(&row.seq).unwrap_or_default();
        }
        lines += item.lines();
        if lines > LINES && !items.is_empty() {
            next = Some(place);
            break;
        }
        items.push(item);
        place = after;
    }
    Ok(Timeline { items, next, keys: api_keys::names(services, scope).await? })
}
