//! What is stored of a hold.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, HoldId};
use dossier_core::retention::{Hold, HoldDetails};
use dossier_core::store::StoreError;

use super::cell::SealedCell;
use crate::rows::HoldRow;
use crate::vault::{Binding, Cell, Purpose, SubjectKey};

const GENERATION: u64 = 1;

/// Seals who ordered a hold and why, under the key of the customer.
pub(crate) fn seal_hold_details(key: &SubjectKey, scope: Scope, hold: &Hold) -> Vec<u8> {
    let json = serde_json::to_vec(&hold.details).expect("details have string keys only");
    Cell::seal_json(key.key(Purpose::Kyc), GENERATION, &binding(scope, &hold.customer, &hold.id), json).into_bytes()
}

/// A hold from its row.
pub(crate) fn open_hold(key: &SubjectKey, row: HoldRow) -> Result<Hold, StoreError> {
    let HoldRow { scope, customer, id, placed_at, ends_at, ended_at, details } = row;
    let details = Cell::open(details, key.key(Purpose::Kyc), &binding(scope, &customer, &id)).ok();
    let details: Option<HoldDetails> = details.and_then(|json| serde_json::from_slice(&json).ok());
    let details = details.ok_or_else(|| StoreError::Corrupt(format!("hold {id} cannot be opened")))?;
    let (ends_at, ended_at) = (ends_at.map(Timestamp::from_micros), ended_at.map(Timestamp::from_micros));
    Ok(Hold { id, customer, placed_at: Timestamp::from_micros(placed_at), ends_at, ended_at, details })
}

/// The sealed details, for a proof that nothing opens them.
pub(crate) fn sealed_hold(scope: Scope, customer: CustomerId, id: HoldId, details: Vec<u8>) -> SealedCell {
    SealedCell::new(Purpose::Kyc, &binding(scope, &customer, &id), details)
}

fn binding<'a>(scope: Scope, customer: &'a CustomerId, id: &'a HoldId) -> Binding<'a> {
    Binding { scope, subject: customer.as_bytes(), table: "holds", section: "details", row: id.as_bytes(), version: 0 }
}
