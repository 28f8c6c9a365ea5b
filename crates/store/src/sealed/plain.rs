//! The plain columns of a customer. Their seal is checked before anything uses them.

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, CustomerType, EmailIndex};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use crate::columns::{is_erased, kind_of};
use crate::prepared::CustomerRow;
use crate::rows::{self, PersonsRow, Row, Table, Unchecked};
use crate::vault::{Binding, Fields, Purpose, ScopeKeys};

#[derive(Debug, Clone, Copy)]
pub struct PlainColumns {
    pub scope: Scope,
    pub id: CustomerId,
    pub kind: CustomerType,
    pub version: u64,
    /// The number of events so far.
    pub events: u64,
    /// The version in which an associated person last changed.
    pub persons_version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub email_index: EmailIndex,
    /// Where the engine found the row.
    pub hint: Hint,
    /// Only a row whose seal was checked, one that is about to be written, or one that only a proof reads.
    _checked: Checked,
}

#[derive(Debug, Clone, Copy)]
struct Checked;

/// The plain columns of a stored customer.
pub(crate) struct PlainRow {
    pub(crate) scope: Scope,
    pub(crate) id: CustomerId,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) events: u64,
    pub(crate) persons_version: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) email_index: Vec<u8>,
    pub(crate) queued_at: Option<i64>,
    pub(crate) provider_due: Option<i64>,
    pub(crate) provider_case: Option<Vec<u8>>,
    /// Where the engine found the row. It is not sealed.
    pub(crate) hint: Hint,
}

impl Row for PlainRow {
    const TABLE: &'static Table = &rows::CUSTOMERS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.id.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        rows::add_scope(fields, &self.scope);
        fields
            .bytes(&self.id.as_bytes()[..])
            .number(i64::from(self.kind))
            .count(self.version)
            .count(self.events)
            .count(self.persons_version)
            .number(self.created_at)
            .number(self.updated_at)
            .bytes(&self.email_index[..])
            .number(self.queued_at)
            .number(self.provider_due)
            .bytes(self.provider_case.as_deref());
    }
}

impl Unchecked<PlainRow> {
    /// Returns the columns if the seal matches. Fails with [`StoreError::Erased`] if only a tombstone is left.
    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<PlainColumns, StoreError> {
        let row = self.check(keys)?;
        if is_erased(row.kind) {
            return Err(StoreError::Erased { customer: row.id, at: Timestamp::from_micros(row.updated_at) });
        }
        let email = <[u8; 16]>::try_from(&row.email_index[..]);
        let email =
            email.map_err(|_| StoreError::Corrupt(format!("customer {}: the e-mail index is invalid", row.id)))?;
        Ok(PlainColumns {
            scope: row.scope,
            id: row.id,
            kind: kind_of(row.kind)?,
            version: row.version,
            events: row.events,
            persons_version: row.persons_version,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            email_index: EmailIndex::Stored(email),
            hint: row.hint,
            _checked: Checked,
        })
    }
}

impl PlainColumns {
    /// The plain columns of a customer that is about to be written.
    #[must_use]
    pub const fn of(scope: Scope, customer: &Customer) -> Self {
        Self {
            scope,
            id: customer.id,
            kind: customer.profile.kind(),
            version: customer.version,
            events: customer.events,
            persons_version: customer.persons_version,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
            email_index: customer.email_index,
            hint: None,
            _checked: Checked,
        }
    }

    /// The columns that bind the cells of a customer, as a proof reads them from a backup.
    pub(crate) const fn binding(scope: Scope, id: CustomerId, version: u64, persons_version: u64) -> Self {
        let never = Timestamp::from_micros(0);
        Self {
            scope,
            id,
            kind: CustomerType::Individual,
            version,
            events: 0,
            persons_version,
            created_at: never,
            updated_at: never,
            email_index: EmailIndex::Nth(0),
            hint: None,
            _checked: Checked,
        }
    }

    /// The plain columns of an individual that was just written.
    pub(crate) const fn written(scope: Scope, row: &CustomerRow, hint: Hint) -> Self {
        Self {
            scope,
            id: row.id,
            kind: CustomerType::Individual,
            version: row.version,
            events: row.events,
            persons_version: row.persons_version,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            email_index: EmailIndex::Stored(row.email_index),
            hint,
            _checked: Checked,
        }
    }

    /// Calls `then` with the place of a cell. The customer's own cells belong to the customer's version. The cells of
    /// its persons are written only when a person changes, so they belong to `persons_version`. What a verification has
    /// about a person is written with the customer. The customer's profile is bound to that number too, so that persons
    /// cannot be set back on their own.
    pub(crate) fn with_binding<T>(
        &self,
        subject: PersonId,
        purpose: Purpose,
        then: impl FnOnce(&Binding<'_>) -> T,
    ) -> T {
        let mut row = [0; 24];
        row[..16].copy_from_slice(self.id.as_bytes());
        row[16..].copy_from_slice(&self.persons_version.to_be_bytes());
        let own = subject == PersonId::of_customer(self.id);
        let version = if own || purpose == Purpose::Kyc { self.version } else { self.persons_version };
        let row = if own && purpose == Purpose::Profile { &row[..] } else { &row[..16] };
        let subject = subject.as_bytes();
        then(&Binding { scope: self.scope, subject, table: "customers", section: purpose.as_str(), row, version })
    }
}

/// The place of a cell of the customer's own that belongs to the customer's version, but for the profile's.
pub(crate) fn own_binding(scope: Scope, id: &CustomerId, purpose: Purpose, version: u64) -> Binding<'_> {
    let id = id.as_bytes();
    Binding { scope, subject: id, table: "customers", section: purpose.as_str(), row: id, version }
}

/// The cells of the associated persons. A stored business always has a row of them.
pub(crate) fn open_persons(
    plain: &PlainColumns,
    row: Option<Unchecked<PersonsRow>>,
    keys: &ScopeKeys,
) -> Result<Option<Vec<u8>>, StoreError> {
    match (plain.kind, row) {
        (CustomerType::Individual, _) => Ok(None),
        (CustomerType::Corporate, Some(row)) => Ok(Some(row.check(keys)?.cells)),
        (CustomerType::Corporate, None) => {
            Err(rows::refuse_at(&rows::PERSONS, plain.scope, plain.id.as_bytes(), keys, "the row is missing"))
        }
    }
}
