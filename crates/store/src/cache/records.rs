//! Individuals as this process last wrote them, sealed as they are stored. Another process may have changed them since.
//! A change that is computed from an old one is refused by its version, and nothing else may depend on one.
//!
//! Businesses are not cached: their persons are in a row of their own, and copying them costs as much as reading.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::customer::CustomerType;
use dossier_core::ids::{CustomerId, PersonId};

use super::by_customer::{ByCustomer, CacheEntry, by_customer};
use super::keys::KeyCache;
use crate::columns::type_column;
use crate::prepared::{PreparedChange, PreparedEffect};
use crate::sealed::{Cells, PlainColumns, SealedRecord, SubjectKeys};

pub(crate) type StoredRow = Arc<(PlainColumns, Cells)>;

impl CacheEntry for StoredRow {
    const OVERHEAD: usize = 256;
    const TYPICAL: u64 = 2_048;

    fn size(&self) -> usize {
        self.1.size()
    }
}

pub(crate) struct RecentRecords(ByCustomer<StoredRow>);

impl RecentRecords {
    pub(super) fn new(bytes: u64) -> Self {
        Self(by_customer(bytes))
    }

    /// The record, if its key is cached as well.
    pub(crate) fn get(&self, keys: &KeyCache, scope: Scope, id: CustomerId) -> Option<SealedRecord> {
        let row = self.0.get(&(scope, id))?;
        let own = PersonId::of_customer(id);
        let (key, hint) = keys.find(scope, own)?;
        let (mut plain, cells) = (row.0, row.1.clone());
        plain.hint = plain.hint.or(hint);
        Some(SealedRecord { plain, cells, keys: SubjectKeys::from([(own, key)]), is_newest: false })
    }

    /// Forgets the customer that a change concerns, whatever becomes of the change: its row, or its newest audit entry,
    /// will be another.
    pub(crate) fn forget(&self, change: &PreparedChange) {
        let of_entry = || change.audit.as_ref()?.customer_id.map(CustomerId::from_bytes);
        if let Some(id) = change.written_customer().or_else(of_entry) {
            self.0.remove(&(change.scope, id));
        }
    }

    /// Caches what was written. `hint` is where the engine finds it; `None` means where it was read.
    pub(crate) fn remember(&self, change: &PreparedChange, hint: Hint) {
        let PreparedEffect::Customer { basis, row, .. } = &change.effect else { return };
        if row.kind != type_column(CustomerType::Individual) || self.0.capacity() == 0 {
            return;
        }
        let plain = PlainColumns::written(change.scope, row, hint.or_else(|| basis.hint()));
        // A copy has no spare capacity.
        self.0.insert((plain.scope, plain.id), Arc::new((plain, row.cells.clone())));
    }
}
