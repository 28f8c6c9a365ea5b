//! Who saw a customer: the counted looks of keys, and the looks of people from the audit trail, in one list.

use std::collections::VecDeque;

use crate::audit::read::{ActorFilter, AuditFilter, AuditRow};
use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::look::{CountedLook, Look, LookPlace, SeenRow};
use crate::services::Services;
use crate::store::error::StoreError;

/// How far a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeenPlace {
    /// Where the entries of the audit trail continue.
    pub entries: Entries,
    /// The last counted looks that were read.
    pub looks: Option<LookPlace>,
}

/// Where the entries of the audit trail continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Entries {
    /// At the newest one.
    #[default]
    Newest,
    /// Before this one.
    Before(u64),
    /// There are no more.
    Ended,
}

/// A part of a list.
#[derive(Debug)]
pub struct SeenPage<T = SeenRow> {
    /// The lines, newest hour first, each with the place after it.
    pub rows: Vec<(T, SeenPlace)>,
    /// Where the list continues. There may be few rows or none although others follow, because one read examines a
    /// limited number of audit entries.
    pub next: Option<SeenPlace>,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum SeenError {
    /// The id is unknown, or of another scope.
    #[error("no such customer")]
    NotFound,
    /// The place does not belong to this list.
    #[error("not a place in this list")]
    NotAPlace,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// At most `limit` lines of who saw a customer, which may be erased, starting after a place.
///
/// # Errors
///
/// Those of [`SeenError`].
pub async fn seen(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    after: SeenPlace,
    limit: usize,
) -> Result<SeenPage, SeenError> {
    let store = &services.store;
    match store.summary(scope, id).await {
        Ok(Some(_)) | Err(StoreError::Erased { .. }) => {}
        Ok(None) => return Err(SeenError::NotFound),
        Err(error) => return Err(error.into()),
    }
    let filter = AuditFilter { customer: Some(id), actor: Some(ActorFilter::people()), ..AuditFilter::default() };
    let (entries, end) = entries(services, scope, &filter, after.entries, limit).await?;
    let entries = entries.into_iter().filter_map(|row| Some((row.seq, row.at, SeenRow::of_entry(row)?)));
    let looks = store.looks(scope, id, after.looks, limit + 1).await?;
    Ok(merged(after, limit, (entries.collect(), end), looks.into(), SeenRow::from))
}

/// The entries of the audit trail from a place, at most `limit`, and where they continue.
pub(super) async fn entries(
    services: &Services,
    scope: Scope,
    filter: &AuditFilter,
    from: Entries,
    limit: usize,
) -> Result<(Vec<AuditRow>, Entries), SeenError> {
    let before = match from {
        Entries::Newest => None,
        Entries::Before(seq) => Some(seq),
        Entries::Ended => return Ok((Vec::new(), Entries::Ended)),
    };
    let page = services.store.audit(scope, filter, before, limit).await?.ok_or(SeenError::NotAPlace)?;
    Ok((page.rows, page.next.map_or(Entries::Ended, Entries::Before)))
}

/// Merges entries of the audit trail, each with its number and its time, and counted looks into one list. An hour of
/// looks comes after the entries of that hour.
pub(super) fn merged<T>(
    after: SeenPlace,
    limit: usize,
    (mut entries, end): (VecDeque<(u64, Timestamp, T)>, Entries),
    mut looks: VecDeque<(LookPlace, CountedLook)>,
    of_looks: impl Fn(CountedLook) -> T,
) -> SeenPage<T> {
    let (mut rows, mut place) = (Vec::new(), after);
    while rows.len() < limit {
        let entry_is_next = match (entries.front(), looks.front()) {
            (Some((_, at, _)), Some((_, counted))) => Look::hour_of(*at) >= counted.look.hour,
            (Some(_), None) => true,
            // What follows among the entries may be newer than the looks that are left.
            (None, _) if end != Entries::Ended => break,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        let row = if entry_is_next {
            let Some((seq, _, row)) = entries.pop_front() else { break };
            place.entries = Entries::Before(seq);
            row
        } else {
            let Some((at, counted)) = looks.pop_front() else { break };
            place.looks = Some(at);
            of_looks(counted)
        };
        if entries.is_empty() {
            place.entries = end;
        }
        rows.push((row, place));
    }
    if entries.is_empty() {
        place.entries = end;
    }
    let is_at_end = place.entries == Entries::Ended && looks.is_empty();
    SeenPage { rows, next: Some(place).filter(|_| !is_at_end) }
}
