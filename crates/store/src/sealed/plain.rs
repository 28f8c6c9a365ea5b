//! The plain columns of a customer, of which the seal is compared before anything of them is used.

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, CustomerType, EmailIndex};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use crate::columns::kind_of;
use crate::prepared::CustomerRow;
use crate::rows::{self, PersonsRow, Row, Table, Unchecked};
use crate::vault::{Binding, Fields, Purpose, ScopeKeys};

/// The plain columns of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Plain {
    /// Account and environment.
    pub scope: Scope,
    /// The customer.
    pub id: CustomerId,
    /// Individual or business.
    pub kind: CustomerType,
    /// Counts changes.
    pub version: u64,
    /// Counts events.
    pub events: u64,
    /// The version in which its associated persons last changed.
    pub persons_version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By which index its e-mail finds it.
    pub email_index: EmailIndex,
    /// Where the engine found it.
    pub hint: Hint,
    /// Only [`PlainRow`], of which the seal was compared, and what is about to be written become one.
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
    /// Where the engine found it, which is no part of what is sealed.
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

    fn put(&self, fields: &mut Fields) {
        rows::put_scope(fields, &self.scope);
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
    /// What the row says, when its seal is its own.
    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<Plain, StoreError> {
        let row = self.check(keys)?;
        let email = <[u8; 16]>::try_from(&row.email_index[..]);
        let email = email.map_err(|_| StoreError::Corrupt(format!("customer {}: no index of its e-mail", row.id)))?;
        Ok(Plain {
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

impl Plain {
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

    /// The plain columns of an individual as they were just written.
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

    /// Uses the place of a cell. The customer's own cells belong to its version. Those of its persons, which are
    /// written only when one of them changes, belong to the version in which they last did; and the customer's profile
    /// is bound to that number, so that persons cannot be set back on their own.
    pub(super) fn with_binding<T>(
        &self,
        subject: PersonId,
        purpose: Purpose,
        then: impl FnOnce(&Binding<'_>) -> T,
    ) -> T {
        let mut row = [0; 24];
        row[..16].copy_from_slice(self.id.as_bytes());
        row[16..].copy_from_slice(&self.persons_version.to_be_bytes());
        let own = subject == PersonId::of_customer(self.id);
        let version = if own { self.version } else { self.persons_version };
        let row = if own && purpose == Purpose::Profile { &row[..] } else { &row[..16] };
        let subject = subject.as_bytes();
        then(&Binding { scope: self.scope, subject, table: "customers", section: purpose.as_str(), row, version })
    }
}

/// The cells of the associated persons of a stored business, which always has a row of them.
pub(crate) fn open_persons(
    plain: &Plain,
    row: Option<Unchecked<PersonsRow>>,
    keys: &ScopeKeys,
) -> Result<Option<Vec<u8>>, StoreError> {
    match (plain.kind, row) {
        (CustomerType::Individual, _) => Ok(None),
        (CustomerType::Corporate, Some(row)) => Ok(Some(row.check(keys)?.cells)),
        (CustomerType::Corporate, None) => {
            Err(rows::refused_at(&rows::PERSONS, plain.scope, plain.id.as_bytes(), keys, "the row is missing"))
        }
    }
}
