//! Rows of erasures and of holds, which stop them.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{ErasedPerson, LedgerEntry};
use dossier_core::ids::{CustomerId, HoldId, PersonId};
use dossier_core::store::StoreError;

use super::{Row, Table, add_scope, table};
use crate::vault::Fields;

pub(super) const ERASURES: Table = table(
    "erasures",
    &["account_id", "environment", "customer_id"],
    &["requested_at", "due_at", "request", "erased_at", "last_epoch"],
);

pub(super) const HOLDS: Table = table(
    "holds",
    &["account_id", "environment", "customer_id", "hold_id"],
    &["placed_at", "ends_at", "ended_at", "details"],
);

pub(super) const PERSON_ERASURES: Table = table(
    "person_erasures",
    &["account_id", "environment", "customer_id", "person_id"],
    &["requested_at", "due_at", "request", "erased_at", "last_epoch"],
);

/// A row of `erasures`: scheduled, or done.
pub(crate) struct ErasureRow {
    pub(crate) scope: Scope,
    pub(crate) customer: CustomerId,
    pub(crate) requested_at: Option<i64>,
    pub(crate) due_at: Option<i64>,
    pub(crate) request: Option<Vec<u8>>,
    pub(crate) erased_at: Option<i64>,
    pub(crate) epoch: Option<u32>,
}

impl Row for ErasureRow {
    const TABLE: &'static Table = &ERASURES;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.customer.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        add_scope(fields, &self.scope);
        fields.bytes(&self.customer.as_bytes()[..]);
        self.add_rest(fields);
    }
}

impl ErasureRow {
    /// Adds the values after the key.
    fn add_rest(&self, fields: &mut Fields) {
        fields
            .number(self.requested_at)
            .number(self.due_at)
            .bytes(self.request.as_deref())
            .number(self.erased_at)
            .number(self.epoch.map(i64::from));
    }

    /// The entry of the ledger, if the erasure is done.
    pub(crate) fn ledger_entry(&self) -> Option<LedgerEntry> {
        let erased_at = Timestamp::from_micros(self.erased_at?);
        let (scope, customer, epoch) = (self.scope, self.customer, self.epoch?);
        Some(LedgerEntry { scope, customer, person: None, erased_at, epoch })
    }
}

/// A row of `person_erasures`: scheduled, or done.
pub(crate) struct PersonErasureRow {
    pub(crate) person: PersonId,
    /// The other columns, which are the same as those of a customer.
    pub(crate) erasure: ErasureRow,
}

impl Row for PersonErasureRow {
    const TABLE: &'static Table = &PERSON_ERASURES;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.erasure.scope)
    }

    fn id(&self) -> &[u8] {
        self.person.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        let ErasureRow { scope, customer, .. } = &self.erasure;
        add_scope(fields, scope);
        fields.bytes(&customer.as_bytes()[..]).bytes(&self.person.as_bytes()[..]);
        self.erasure.add_rest(fields);
    }
}

impl PersonErasureRow {
    /// The entry of the ledger, if the erasure is done.
    pub(crate) fn ledger_entry(&self) -> Option<LedgerEntry> {
        let person = Some(self.person);
        self.erasure.ledger_entry().map(|entry| LedgerEntry { person, ..entry })
    }

    /// What remains, if the erasure is done.
    pub(crate) fn done(&self) -> Option<ErasedPerson> {
        let ErasureRow { customer, requested_at, erased_at, epoch, .. } = &self.erasure;
        Some(ErasedPerson {
            customer: *customer,
            person: self.person,
            requested_at: requested_at.map(Timestamp::from_micros),
            erased_at: Timestamp::from_micros((*erased_at)?),
            epoch: (*epoch)?,
        })
    }
}

/// A row of `holds`.
pub(crate) struct HoldRow {
    pub(crate) scope: Scope,
    pub(crate) customer: CustomerId,
    pub(crate) id: HoldId,
    pub(crate) placed_at: i64,
    pub(crate) ends_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) details: Vec<u8>,
}

impl Row for HoldRow {
    const TABLE: &'static Table = &HOLDS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.id.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        add_scope(fields, &self.scope);
        fields
            .bytes(&self.customer.as_bytes()[..])
            .bytes(&self.id.as_bytes()[..])
            .number(self.placed_at)
            .number(self.ends_at)
            .number(self.ended_at)
            .bytes(&self.details[..]);
    }
}
