//! Individuals as this process has last written them, sealed as they are stored. Another process may have changed them since; what is
//! computed from one is refused by its version when it is written, and nothing else may be decided by it.
//!
//! A business is read: its persons lie in a row of their own, and to copy them costs as much.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{CustomerType, Place};
use dossier_core::ids::CustomerId;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::columns::type_column;
use crate::prepared::{Prepared, PreparedEffect};
use crate::sealed::{Cells, Plain};

/// Bytes of an entry, besides what is sealed.
const OVERHEAD: usize = 256;
/// Of a full individual.
const USUAL: u64 = 2_048;

/// A row as it is stored.
pub(super) type Stored = Arc<(Plain, Cells)>;

#[derive(Clone)]
struct Bytes;

impl Weighter<(Scope, CustomerId), Stored> for Bytes {
    fn weight(&self, _: &(Scope, CustomerId), row: &Stored) -> u64 {
        (OVERHEAD + row.1.size()) as u64
    }
}

/// What is remembered.
pub(super) struct Recent(Cache<(Scope, CustomerId), Stored, Bytes>);

impl Recent {
    /// Remembers what fits into so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let entries = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(entries, bytes, Bytes))
    }

    pub(super) fn get(&self, scope: Scope, id: CustomerId) -> Option<Stored> {
        self.0.get(&(scope, id))
    }

    /// Forgets the customer that a change is about, whatever becomes of the change: its row will be another, or its newest entry.
    pub(super) fn forget(&self, change: &Prepared) {
        let of_entry = || change.audit.as_ref()?.customer_id.map(CustomerId::from_bytes);
        if let Some(id) = change.written_customer().or_else(of_entry) {
            self.0.remove(&(change.scope, id));
        }
    }

    /// Remembers what was written, with its entry at this place.
    pub(super) fn written(&self, change: &Prepared, place: Place) {
        let PreparedEffect::Customer { row, .. } = &change.effect else { return };
        if row.kind != type_column(CustomerType::Individual) {
            return;
        }
        let plain = Plain {
            scope: change.scope,
            id: row.id,
            kind: CustomerType::Individual,
            version: row.version,
            events: row.events,
            persons_version: row.persons_version,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            place,
        };
        // A copy takes no more memory than it needs.
        self.0.insert((plain.scope, plain.id), Arc::new((plain, row.cells.clone())));
    }
}
