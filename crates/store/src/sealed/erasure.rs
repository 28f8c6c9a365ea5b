//! What is stored of an erasure: the request while it is scheduled, and the tombstone afterwards.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{Erasure, Outline, Tombstone};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use super::plain::PlainRow;
use super::service::service_binding;
use crate::columns::{is_erased, kind_of};
use crate::rows::{ErasureRow, Unchecked};
use crate::vault::{Binding, Cell, Purpose, ScopeKeys, SubjectKey};

const GENERATION: u64 = 1;

/// Seals a request under the key of the customer or person, which the erasure destroys.
pub(crate) fn seal_request(key: &SubjectKey, scope: Scope, erasure: &Erasure) -> Vec<u8> {
    let Erasure { customer, person, request, .. } = erasure;
    let json = serde_json::to_vec(request).expect("a request has string keys only");
    let binding = request_binding(scope, customer, person.as_ref());
    Cell::seal_json(key.key(Purpose::Kyc), GENERATION, &binding, json).into_bytes()
}

/// A scheduled erasure from its row. `person` is set if only this person is erased.
pub(crate) fn open_erasure(key: &SubjectKey, row: ErasureRow, person: Option<PersonId>) -> Result<Erasure, StoreError> {
    let (scope, customer) = (row.scope, row.customer);
    let request = row
        .request
        .and_then(|cell| {
            Cell::open(cell, key.key(Purpose::Kyc), &request_binding(scope, &customer, person.as_ref())).ok()
        })
        .and_then(|json| serde_json::from_slice(&json).ok());
    match (row.requested_at, row.due_at, request) {
        (Some(requested_at), Some(due_at), Some(request)) => Ok(Erasure {
            customer,
            person,
            requested_at: Timestamp::from_micros(requested_at),
            due_at: Timestamp::from_micros(due_at),
            request,
        }),
        _ => Err(StoreError::Corrupt(format!("the request to erase customer {customer} cannot be opened"))),
    }
}

/// What the plain columns say about a customer whose record cannot be opened. If its own row was altered, too, the
/// columns are used as they are: otherwise an attacker could keep an erasure from destroying the keys.
pub(crate) fn outline(
    plain: Unchecked<PlainRow>,
    scheduled: Option<Unchecked<ErasureRow>>,
    keys: &ScopeKeys,
) -> Result<Option<Outline>, StoreError> {
    let row = plain.peek();
    if is_erased(row.kind) {
        return Ok(None);
    }
    let mut outline = Outline {
        id: row.id,
        kind: kind_of(row.kind)?,
        version: row.version,
        events: row.events,
        created_at: Timestamp::from_micros(row.created_at),
        scheduled: None,
    };
    // Logs an altered row.
    let _ = plain.check(keys);
    if let Some(scheduled) = scheduled {
        let ErasureRow { requested_at, due_at, .. } = scheduled.check(keys)?;
        let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
        outline.scheduled = at(requested_at).zip(at(due_at));
    }
    Ok(Some(outline))
}

pub(super) fn request_binding<'a>(scope: Scope, id: &'a CustomerId, person: Option<&'a PersonId>) -> Binding<'a> {
    let id = id.as_bytes();
    let (subject, table) = person.map_or((id, "erasures"), |person| (person.as_bytes(), "person_erasures"));
    Binding { scope, subject, table, section: "request", row: id, version: 0 }
}

/// Seals a tombstone under the key of the scope.
pub(crate) fn seal_tombstone(keys: &ScopeKeys, scope: Scope, tombstone: &Tombstone) -> Vec<u8> {
    let json = serde_json::to_vec(tombstone).expect("a tombstone has string keys only");
    let binding = service_binding(scope, "customers", "tombstone", tombstone.id.as_bytes());
    Cell::seal_json(&keys.service, GENERATION, &binding, json).into_bytes()
}

pub(crate) fn open_tombstone(
    keys: &ScopeKeys,
    scope: Scope,
    id: CustomerId,
    cell: Vec<u8>,
) -> Result<Tombstone, StoreError> {
    let opened = Cell::open(cell, &keys.service, &service_binding(scope, "customers", "tombstone", id.as_bytes())).ok();
    opened
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or_else(|| StoreError::Corrupt(format!("the tombstone of customer {id} cannot be opened")))
}
