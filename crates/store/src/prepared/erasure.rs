//! An erasure as it is stored: the row of a scheduled one, and the rows that remain of an erased customer.

use dossier_core::caller::Scope;
use dossier_core::change::{Basis, PersonErased};
use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerType;
use dossier_core::erasure::{ErasedPerson, Erasure, Tombstone};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::retention::Hold;
use dossier_core::store::StoreError;

use super::change::PreparedEffect;
use super::keys::SealingKeys;
use crate::columns::erased_type_column;
use crate::rows::{self, ErasureRow, HoldRow, PersonErasureRow};
use crate::sealed::{self, PlainRow};
use crate::vault::{RowSeal, SecretKey, SubjectKey};

/// A row of `erasures` with its seal.
pub(crate) struct SealedErasure {
    pub(crate) row: ErasureRow,
    pub(crate) mac: RowSeal,
}

/// The row of a scheduled erasure.
pub(crate) enum ScheduledErasure {
    Customer(SealedErasure),
    Person(SealedPersonErasure),
}

/// A row of `holds` with its seal.
pub(crate) struct SealedHold {
    pub(crate) row: HoldRow,
    pub(crate) mac: RowSeal,
}

/// A row of `person_erasures` with its seal.
pub(crate) struct SealedPersonErasure {
    pub(crate) row: PersonErasureRow,
    pub(crate) mac: RowSeal,
}

/// An associated person who is erased with the change of the business.
pub(crate) struct ErasedPersonRow {
    /// Whether the erasure must still be scheduled.
    pub(crate) is_scheduled: bool,
    /// A hold that is active at this moment prevents the erasure.
    pub(crate) unless_held: Option<i64>,
    pub(crate) erasure: SealedPersonErasure,
}

/// The row of an erased customer. Its other columns are empty.
pub(crate) struct ErasedCustomer {
    pub(crate) id: CustomerId,
    pub(crate) basis: Basis,
    /// Whether the erasure must still be scheduled.
    pub(crate) is_scheduled: bool,
    /// A hold that is active at this moment prevents the erasure.
    pub(crate) unless_held: Option<i64>,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) events: u64,
    pub(crate) updated_at: i64,
    pub(crate) persons_version: u64,
    /// Random, so that the e-mail is free again.
    pub(crate) email_index: [u8; 16],
    pub(crate) tombstone: Vec<u8>,
    pub(crate) mac: RowSeal,
    pub(crate) erasure: SealedErasure,
}

impl SealingKeys<'_> {
    pub(super) fn key_of(&self, customer: CustomerId, person: Option<PersonId>) -> Result<&SubjectKey, StoreError> {
        let key = self.subjects.get(&person.unwrap_or(PersonId::of_customer(customer)));
        key.map(|key| &**key).ok_or_else(|| StoreError::Corrupt(format!("customer {customer} has no key")))
    }

    pub(super) fn scheduled(&self, scope: Scope, erasure: &Erasure) -> Result<Box<ScheduledErasure>, StoreError> {
        let Erasure { customer, person, requested_at, due_at, request: _ } = erasure;
        let key = self.key_of(*customer, *person)?;
        let row = ErasureRow {
            scope,
            customer: *customer,
            requested_at: Some(requested_at.as_micros()),
            due_at: Some(due_at.as_micros()),
            request: Some(sealed::seal_request(key, scope, erasure)),
            erased_at: None,
            epoch: None,
        };
        Ok(Box::new(match person {
            None => ScheduledErasure::Customer(self.sealed_erasure(row)),
            Some(person) => ScheduledErasure::Person(self.sealed_of_person(*person, row)),
        }))
    }

    pub(super) fn hold(&self, scope: Scope, hold: &Hold) -> Result<Box<SealedHold>, StoreError> {
        let row = HoldRow {
            scope,
            customer: hold.customer,
            id: hold.id,
            placed_at: hold.placed_at.as_micros(),
            ends_at: hold.ends_at.map(Timestamp::as_micros),
            ended_at: hold.ended_at.map(Timestamp::as_micros),
            details: sealed::seal_hold_details(self.key_of(hold.customer, None)?, scope, hold),
        };
        let mac = rows::seal(&row, &self.scope);
        Ok(Box::new(SealedHold { row, mac }))
    }

    pub(super) fn erased(
        &self,
        scope: Scope,
        (basis, is_scheduled, unless_held): (Basis, bool, Option<Timestamp>),
        mut tombstone: Tombstone,
    ) -> PreparedEffect {
        tombstone.epoch = tombstone.epoch.max(self.vault.active_epoch());
        let random = SecretKey::random();
        let email_index = *random.expose().first_chunk().expect("a key has 32 bytes");
        let (id, epoch) = (tombstone.id, tombstone.epoch);
        let (erased_at, requested_at) = (tombstone.erased_at.as_micros(), tombstone.requested_at);
        let plain = PlainRow {
            scope,
            id,
            kind: erased_type_column(tombstone.kind),
            version: tombstone.version,
            events: tombstone.events,
            persons_version: tombstone.version,
            created_at: tombstone.created_at.as_micros(),
            updated_at: erased_at,
            email_index: email_index.to_vec(),
            queued_at: None,
            provider_due: None,
            provider_case: None,
            hint: None,
        };
        let erasure = ErasureRow {
            scope,
            customer: id,
            requested_at: requested_at.map(Timestamp::as_micros),
            due_at: None,
            request: None,
            erased_at: Some(erased_at),
            epoch: Some(epoch),
        };
        PreparedEffect::CustomerErased(Box::new(ErasedCustomer {
            id,
            basis,
            is_scheduled,
            unless_held: unless_held.map(Timestamp::as_micros),
            kind: plain.kind,
            version: plain.version,
            events: plain.events,
            updated_at: plain.updated_at,
            persons_version: plain.persons_version,
            email_index,
            tombstone: sealed::seal_tombstone(&self.scope, scope, &tombstone),
            mac: rows::seal(&plain, &self.scope),
            erasure: self.sealed_erasure(erasure),
        }))
    }

    /// The erasure of a person, with the next version of the business.
    pub(super) fn erased_person(&self, scope: Scope, erased: PersonErased) -> Box<ErasedPersonRow> {
        let PersonErased { person: erased, is_scheduled, unless_held } = erased;
        let ErasedPerson { customer, person, requested_at, erased_at, epoch } = erased;
        let erasure = ErasureRow {
            scope,
            customer,
            requested_at: requested_at.map(Timestamp::as_micros),
            due_at: None,
            request: None,
            erased_at: Some(erased_at.as_micros()),
            epoch: Some(epoch.max(self.vault.active_epoch())),
        };
        let unless_held = unless_held.map(Timestamp::as_micros);
        Box::new(ErasedPersonRow { is_scheduled, unless_held, erasure: self.sealed_of_person(person, erasure) })
    }

    fn sealed_of_person(&self, person: PersonId, erasure: ErasureRow) -> SealedPersonErasure {
        let row = PersonErasureRow { person, erasure };
        let mac = rows::seal(&row, &self.scope);
        SealedPersonErasure { row, mac }
    }

    fn sealed_erasure(&self, row: ErasureRow) -> SealedErasure {
        let mac = rows::seal(&row, &self.scope);
        SealedErasure { row, mac }
    }
}

impl ErasedCustomer {
    /// Individual or business.
    pub(crate) const fn was(&self) -> CustomerType {
        match self.kind % 2 {
            0 => CustomerType::Individual,
            _ => CustomerType::Corporate,
        }
    }
}
