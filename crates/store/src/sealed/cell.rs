//! A stored cell of a data subject with its place, for a proof that nothing opens it.

use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use super::PlainColumns;
use super::attached::attached_binding;
use super::erasure::request_binding;
use super::record::unpack_persons;
use crate::vault::{Binding, Cell, Purpose, SecretKey};

#[derive(Clone)]
pub(crate) struct SealedCell {
    cell: Vec<u8>,
    pub(crate) purpose: Purpose,
    scope: Scope,
    subject: Vec<u8>,
    table: String,
    section: String,
    row: Vec<u8>,
    version: u64,
}

impl SealedCell {
    pub(crate) fn new(purpose: Purpose, binding: &Binding<'_>, cell: Vec<u8>) -> Self {
        Self {
            cell,
            purpose,
            scope: binding.scope,
            subject: binding.subject.to_vec(),
            table: binding.table.to_owned(),
            section: binding.section.to_owned(),
            row: binding.row.to_vec(),
            version: binding.version,
        }
    }

    /// An event, a kept answer, or the detail of an audit entry.
    pub(crate) fn attached(
        purpose: Purpose,
        (scope, customer): (Scope, CustomerId),
        row: &[u8],
        version: u64,
        cell: Vec<u8>,
    ) -> Self {
        Self::new(purpose, &attached_binding(purpose, scope, &customer, row, version), cell)
    }

    /// The request to erase a customer or one person.
    pub(crate) fn request((scope, customer): (Scope, CustomerId), person: Option<PersonId>, cell: Vec<u8>) -> Self {
        Self::new(Purpose::Kyc, &request_binding(scope, &customer, person.as_ref()), cell)
    }

    /// The layer around this cell that was sealed under the key of a person.
    pub(crate) fn around(&self, person: PersonId) -> Self {
        Self { subject: person.as_bytes().to_vec(), ..self.clone() }
    }

    /// The same cell with the content that the layer around it had, if there was one.
    pub(crate) fn with_content(&self, content: Option<Vec<u8>>) -> Self {
        Self { cell: content.unwrap_or_else(|| self.cell.clone()), ..self.clone() }
    }

    /// What this key opens.
    pub(crate) fn open(&self, key: &SecretKey) -> Option<Vec<u8>> {
        let Self { scope, subject, table, section, row, version, .. } = self;
        let binding = Binding { scope: *scope, subject, table, section, row, version: *version };
        Cell::open(self.cell.clone(), key, &binding).ok()
    }
}

/// The cells of the associated persons of a customer, each with its data subject.
pub(crate) fn cells_of_persons(
    plain: &PlainColumns,
    persons: &[u8],
) -> Result<Vec<(PersonId, SealedCell)>, StoreError> {
    let mut cells = Vec::new();
    for person in unpack_persons(persons)? {
        for (purpose, cell) in [(Purpose::Profile, person.profile), (Purpose::Secret, person.secret)] {
            let cell =
                plain.with_binding(person.id, purpose, |binding| SealedCell::new(purpose, binding, cell.to_vec()));
            cells.push((person.id, cell));
        }
    }
    Ok(cells)
}
