//! The audit trail of an environment, for members who may read it.

use std::collections::BTreeMap;

use crate::audit::read::{AuditFilter, AuditRow};
use crate::desk::role::Permission;
use crate::ids::KeyId;
use crate::services::Services;
use crate::use_cases::api_keys;
use crate::use_cases::members::DeskError;
use crate::use_cases::worksheet::Seat;

/// The most entries of a page.
const ROWS: usize = 50;

/// A page of the trail.
#[derive(Debug)]
pub struct TrailPage {
    /// The entries, newest first. A request examines a limited number, so a page with few may be followed by others.
    pub rows: Vec<AuditRow>,
    /// The number of the entry before which the list continues.
    pub next: Option<u64>,
    /// The names of the scope's keys.
    pub keys: BTreeMap<KeyId, String>,
}

/// The entries that a filter accepts, starting before the given number.
///
/// # Errors
///
/// [`DeskError::Forbidden`], and [`DeskError::NotFound`] when `before` is not a number of such an entry.
pub async fn trail(
    services: &Services,
    seat: &Seat,
    filter: &AuditFilter,
    before: Option<u64>,
) -> Result<TrailPage, DeskError> {
    seat.require(Permission::ReadTrail)?;
    let scope = seat.caller.scope;
    let found = services.store.audit(scope, filter, before, ROWS).await?.ok_or(DeskError::NotFound)?;
    Ok(TrailPage { rows: found.rows, next: found.next, keys: api_keys::names(services, scope).await? })
}
