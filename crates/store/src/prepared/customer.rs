//! A customer's row, the new keys of its data subjects, and the files that become evidence, as they are stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::{NewDocument, PersonErased};
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, EmailIndex};
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::kyc::State;
use dossier_core::store::StoreError;

use super::change::{Precondition, PreparedEffect};
use super::grants::StoredLink;
use super::keys::{NewKeys, SealingKeys};
use crate::columns::type_column;
use crate::files::{FileRow, UseRow};
use crate::rows::{self, SubjectRow};
use crate::sealed::{self, Cells, PlainRow};
use crate::vault::{Fingerprint, Purpose, RowSeal, ScopeKeys, WrappedKey};

/// The columns of a customer.
pub(crate) struct CustomerRow {
    pub(crate) id: CustomerId,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) events: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) persons_version: u64,
    pub(crate) queued_at: Option<i64>,
    /// When the background work is due: a provider is to be asked, or the customer is to be evaluated or reminded.
    pub(crate) provider_due: Option<i64>,
    pub(crate) provider_case: Option<[u8; 32]>,
    pub(crate) email_index: [u8; 16],
    /// The seal of these columns.
    pub(crate) mac: RowSeal,
    /// The seal of the row of its persons, if one of them changed.
    pub(crate) persons_mac: Option<RowSeal>,
    /// The fingerprints of its numbers, each with the id of its data subject. `None` if no number can have changed.
    pub(crate) numbers: Option<BTreeSet<(PersonId, Fingerprint)>>,
    /// Whether nothing remains to be done when its links expire.
    pub(crate) link_expiry_handled: bool,
    pub(crate) cells: Cells,
}

/// A new key of a data subject, and the seal of its row.
pub(crate) struct NewSubject {
    pub(crate) id: PersonId,
    pub(crate) wrapped: WrappedKey,
    pub(crate) mac: RowSeal,
}

/// A file that becomes evidence of a data subject. The file's key is sealed under the key of that subject.
pub(crate) struct AttachedFile {
    pub(crate) file: FileId,
    pub(crate) subject: PersonId,
    pub(crate) key: Vec<u8>,
    pub(crate) mac: RowSeal,
    /// The seal of the file's own row once the file is no longer staged.
    pub(crate) unstaged: RowSeal,
}

impl CustomerRow {
    /// Seals the plain columns, and the row of the persons.
    fn seal(&mut self, scope: Scope, keys: &ScopeKeys) {
        let plain = PlainRow {
            scope,
            id: self.id,
            kind: self.kind,
            version: self.version,
            events: self.events,
            persons_version: self.persons_version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            email_index: self.email_index.to_vec(),
            queued_at: self.queued_at,
            provider_due: self.provider_due,
            provider_case: self.provider_case.map(|case| case.to_vec()),
            hint: None,
        };
        self.mac = rows::seal(&plain, keys);
        let persons = self.cells.persons.as_deref();
        self.persons_mac = persons.map(|cells| rows::seal_persons(keys, &scope, self.id, cells));
    }
}

impl SealingKeys<'_> {
    /// The columns of a customer. Every data subject without a key gets one.
    pub(super) fn customer(
        &mut self,
        scope: Scope,
        basis: Precondition,
        customer: &Customer,
        (documents, link, ends_passes, erases): (&[NewDocument], Option<StoredLink>, bool, Option<PersonErased>),
        numbers_change: bool,
        fresh: &mut NewKeys,
    ) -> Result<PreparedEffect, StoreError> {
        let mut new_subjects = Vec::new();
        for subject in sealed::subjects(customer) {
            if !self.subjects.contains_key(&subject) {
                let (key, wrapped) = self.vault.new_subject(scope, subject)?;
                self.subjects.insert(subject, Arc::clone(&key));
                fresh.push((subject, key));
                let row = SubjectRow { scope, customer: customer.id, subject, wrapped };
                let mac = rows::seal(&row, &self.scope);
                new_subjects.push(NewSubject { id: subject, wrapped: row.wrapped, mac });
            }
        }
        let case = customer.kyc.provider.as_ref();
        let awaited = customer.kyc.awaited.as_ref().and_then(|awaited| awaited.due_at);
        let due = [case.and_then(|case| case.due_at), customer.kyc.evaluate_at, awaited].into_iter().flatten().min();
        let cells = sealed::seal_customer(scope, customer, &self.subjects)?;
        let mut row = CustomerRow {
            id: customer.id,
            kind: type_column(customer.profile.kind()),
            version: customer.version,
            events: customer.events,
            created_at: customer.created_at.as_micros(),
            updated_at: customer.updated_at.as_micros(),
            persons_version: customer.persons_version,
            queued_at: customer.kyc.queued_at.map(Timestamp::as_micros),
            provider_due: due.map(Timestamp::as_micros),
            provider_case: case.and_then(|case| case.id()).map(|id| self.vault.key_lookup(id)),
            email_index: match customer.email_index {
                EmailIndex::Stored(index) => index,
                EmailIndex::Nth(nth) => self.scope.email_index(&customer.email, nth),
            },
            mac: RowSeal::default(),
            persons_mac: None,
            numbers: numbers_change
                .then(|| fingerprints(customer, &self.scope))
                // A new customer has no fingerprints to replace.
                .filter(|numbers| !numbers.is_empty() || matches!(basis, Precondition::Version { .. })),
            link_expiry_handled: customer.kyc.session.as_ref().is_some_and(|session| session.expired)
                || matches!(
                    customer.kyc.state,
                    State::Abandoned | State::Approved | State::Rejected | State::Offboarded
                ),
            cells,
        };
        row.seal(scope, &self.scope);
        let attach = |document: &NewDocument| self.attached(scope, row.id, row.updated_at, *document);
        let attached = documents.iter().map(attach).collect::<Result<Option<Vec<_>>, _>>()?;
        let erases = erases.map(|erased| self.erased_person(scope, erased));
        Ok(PreparedEffect::Customer { basis, row: Box::new(row), new_subjects, attached, link, ends_passes, erases })
    }

    /// Seals the key of a file under the key of the data subject whose evidence it becomes. Returns `None` if the file
    /// is gone.
    fn attached(
        &self,
        scope: Scope,
        customer: CustomerId,
        at: i64,
        NewDocument { file, subject }: NewDocument,
    ) -> Result<Option<AttachedFile>, StoreError> {
        let owner = self.subjects.get(&subject);
        let owner = owner.ok_or_else(|| StoreError::Corrupt("a data subject has no key".into()))?;
        let Some((row, key)) = self.files.get(&file) else { return Ok(None) };
        let key = key.seal(owner.key(Purpose::FileWrap), scope, file);
        let used = UseRow { scope, file, customer, subject, attached_at: at, key };
        let unstaged = rows::seal(&FileRow { staged_day: None, ..row.clone() }, &self.scope);
        Ok(Some(AttachedFile { file, subject, mac: rows::seal(&used, &self.scope), key: used.key, unstaged }))
    }
}

/// The fingerprints of all numbers of a customer.
pub(crate) fn fingerprints(customer: &Customer, keys: &ScopeKeys) -> BTreeSet<(PersonId, Fingerprint)> {
    customer.numbers().iter().map(|number| (number.subject, keys.number_index(number))).collect()
}
