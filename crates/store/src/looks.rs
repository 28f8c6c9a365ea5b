//! Counted looks as both engines store them. The reason is sealed under the customer's key, which also makes the id
//! that tells it from others, so nothing about it can be guessed once the customer is erased.

use std::collections::BTreeMap;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use dossier_core::look::{CountedLook, Look, LookPlace, LookedThrough, Reason, Seen};
use dossier_core::store::StoreError;

use crate::sealed::{open_attached, seal_attached};
use crate::vault::{Purpose, SubjectKey};

/// The id where there is no reason.
pub(crate) const NO_REASON: [u8; 16] = [0; 16];
pub(crate) const GENERATION: u64 = 1;

/// Where looks are counted: the key of a row.
pub(crate) type RowPlace = (Scope, CustomerId, LookPlace);

/// A row without its key.
pub(crate) struct LookCount {
    pub(crate) looks: u64,
    pub(crate) last_at: Timestamp,
    pub(crate) reason: Option<Vec<u8>>,
}

/// Rows in the order of their keys, so that two processes never wait for each other.
#[derive(Default)]
pub(crate) struct LookRows(pub(crate) BTreeMap<RowPlace, LookCount>);

impl LookRows {
    /// Adds looks. Without a key, which the erasure of the customer has destroyed, the reason is left out.
    pub(crate) fn add(&mut self, counted: CountedLook, key: Option<&SubjectKey>) {
        let CountedLook { look, count, last_at } = counted;
        let Look { scope, customer, hour, key: api_key, through, seen, reason } = look;
        let reason = reason.zip(key).map(|(reason, key)| {
            let id = key.reason_id(reason.expose());
            let json = serde_json::to_vec(reason.expose()).expect("a text is JSON");
            (id, seal_attached(key, Purpose::Looks, scope, customer, &id, GENERATION, json))
        });
        let (reason_id, cell) = reason.map_or((NO_REASON, None), |(id, cell)| (id, Some(cell)));
        let place = LookPlace { hour, key: api_key, through: through.number(), seen: seen.number(), reason_id };
        let row = self.0.entry((scope, customer, place)).or_insert(LookCount { looks: 0, last_at, reason: cell });
        row.looks += count;
        row.last_at = row.last_at.max(last_at);
    }
}

/// The looks of a row. Without the customer's key they have no reason.
pub(crate) fn open(
    (scope, customer, place): RowPlace,
    row: LookCount,
    key: Option<&SubjectKey>,
) -> Result<CountedLook, StoreError> {
    let LookPlace { hour, key: api_key, through, seen, reason_id } = place;
    let (Some(through), Some(seen)) = (LookedThrough::of_number(through), Seen::of_number(seen)) else {
        return Err(StoreError::Corrupt(format!("unknown looks at customer {customer}")));
    };
    let open = |(cell, key): (Vec<u8>, &SubjectKey)| {
        let json = open_attached(key, Purpose::Looks, scope, customer, &reason_id, GENERATION, cell)?;
        let text: Option<String> = serde_json::from_slice(&json).ok();
        let unreadable = || StoreError::Corrupt(format!("the reason of a look at customer {customer} is no text"));
        text.and_then(|text| Reason::new(&text).ok()).ok_or_else(unreadable)
    };
    let reason = row.reason.zip(key).map(open).transpose()?;
    let look = Look { scope, customer, hour, key: api_key, through, seen, reason };
    Ok(CountedLook { look, count: row.looks, last_at: row.last_at })
}
