//! Individuals as this process has last written them, sealed as they are stored. They may have changed since; what is
//! computed from one is refused by its version when it is written, and nothing else may be decided by it.
//!
//! A business is read: its persons lie in a row of their own, and to copy them costs as much.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::customer::CustomerType;
use dossier_core::ids::{CustomerId, PersonId};

use super::by_customer::{ByCustomer, Sealed, by_customer};
use super::keys::KeyCache;
use crate::columns::type_column;
use crate::prepared::{Prepared, PreparedEffect};
use crate::sealed::{Cells, Plain, SealedRecord, SubjectKeys};

/// A row as it is stored.
pub(crate) type Stored = (Plain, Cells);

impl Sealed for Stored {
    const OVERHEAD: usize = 256;
    const USUAL: u64 = 2_048;

    fn size(&self) -> usize {
        self.1.size()
    }
}

/// The individuals.
pub(crate) struct RecentRecords(ByCustomer<Stored>);

impl RecentRecords {
    /// Remembers what fits into `bytes`.
    pub(super) fn new(bytes: u64) -> Self {
        Self(by_customer(bytes))
    }

    /// The record, as long as its key is remembered as well.
    pub(crate) fn get(&self, keys: &KeyCache, scope: Scope, id: CustomerId) -> Option<SealedRecord> {
        let row = self.0.get(&(scope, id))?;
        let own = PersonId::of_customer(id);
        let (key, hint) = keys.find(scope, own)?;
        let (mut plain, cells) = (row.0, row.1.clone());
        plain.hint = plain.hint.or(hint);
        Some(SealedRecord { plain, cells, keys: SubjectKeys::from([(own, key)]), is_newest: false })
    }

    /// Forgets the customer that a change is about, whatever becomes of the change: its row will be another, or its
    /// newest entry.
    pub(crate) fn forget(&self, change: &Prepared) {
        let of_entry = || change.audit.as_ref()?.customer_id.map(CustomerId::from_bytes);
        if let Some(id) = change.written_customer().or_else(of_entry) {
            self.0.remove(&(change.scope, id));
        }
    }

    /// Remembers what was written. `hint` is where the engine finds it; `None` means where it was read.
    pub(crate) fn written(&self, change: &Prepared, hint: Hint) {
        let PreparedEffect::Customer { basis, row, .. } = &change.effect else { return };
        if row.kind != type_column(CustomerType::Individual) || self.0.capacity() == 0 {
            return;
        }
        let plain = Plain::written(change.scope, row, hint.or_else(|| basis.hint()));
        // A copy takes no more memory than it needs.
        self.0.insert((plain.scope, plain.id), Arc::new((plain, row.cells.clone())));
    }
}
