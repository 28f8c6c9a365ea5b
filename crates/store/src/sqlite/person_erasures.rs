//! Erasures of single associated persons, and their part of the ledger.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::Basis;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Customer;
use dossier_core::erasure::{LedgerEntry, PersonErasure};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{PersonErasureStore, Record as _, StoreError};
use rusqlite::{OptionalExtension as _, Row};

use super::{SqliteStore, wrapped_subjects};
use crate::columns::{scope_columns, scope_of};
use crate::rows::{ErasureRow, PersonErasureRow, Unchecked};
use crate::sealed;

macro_rules! person_erasure_of {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, customer_id, person_id, requested_at, due_at, request, erased_at,
                last_epoch, mac
             FROM person_erasures WHERE ",
            $rest
        )
    };
}

#[async_trait]
impl PersonErasureStore for SqliteStore {
    async fn person_erasure(
        &self,
        scope: Scope,
        customer: CustomerId,
        person: PersonId,
    ) -> Result<Option<PersonErasure>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(person_erasure_of!(
                    "account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND person_id = ?4"
                ))?
                .query_row((account, environment, customer.as_bytes(), person.as_bytes()), person_erasure_row)
                .optional()
        })?;
        let Some(row) = row.transpose()? else { return Ok(None) };
        let row = row.check(&*self.existing_scope_keys(scope)?)?;
        if let Some(done) = row.done() {
            return Ok(Some(PersonErasure::Done(done)));
        }
        let key = self.subject_key(scope, customer, person)?;
        sealed::open_erasure(&key, row.erasure, Some(person)).map(|erasure| Some(PersonErasure::Scheduled(erasure)))
    }

    async fn business_without(
        &self,
        scope: Scope,
        customer: CustomerId,
        persons: &[PersonId],
    ) -> Result<Option<(Basis, Customer, bool)>, StoreError> {
        let Some((record, had_one)) = self.record_without(scope, customer, persons)? else { return Ok(None) };
        let record = Box::new(record);
        Ok(Some((record.basis(), record.open()?, had_one)))
    }

    async fn data_subjects(&self, scope: Scope, customer: CustomerId) -> Result<Vec<PersonId>, StoreError> {
        let rows = self.readers.read(|connection| wrapped_subjects(connection, scope, customer))?;
        Ok(rows.iter().map(|row| row.peek().subject).collect())
    }

    async fn due_person_erasures(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.customers_due("person_erasures", "due_at", now)
    }

    async fn persons_to_erase(&self, scope: Scope, customer: CustomerId) -> Result<Vec<PersonId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT person_id FROM person_erasures
                     WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND due_at IS NOT NULL",
                )?
                .query_map((account, environment, customer.as_bytes()), |row| row.get(0).map(PersonId::from_bytes))?
                .collect()
        })
    }

    async fn ledger_of_persons(
        &self,
        after: Option<LedgerEntry>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let (mut account, mut environment, mut customer, mut person) = ([0; 16], 0, [0; 16], [0; 16]);
        if let Some(LedgerEntry { scope, customer: last, person: Some(last_person), .. }) = &after {
            let columns = scope_columns(scope);
            (account, environment) = (*columns.0, columns.1);
            (customer, person) = (*last.as_bytes(), *last_person.as_bytes());
        }
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(person_erasure_of!(
                    "(account_id, environment, customer_id, person_id) > (?1, ?2, ?3, ?4) AND erased_at IS NOT NULL
                     ORDER BY account_id, environment, customer_id, person_id LIMIT ?5"
                ))?
                .query_map((account, environment, customer, person, limit), person_erasure_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let mut ledger = Vec::with_capacity(rows.len());
        for row in rows {
            let row = row?;
            let keys = self.existing_scope_keys(row.scope()?)?;
            ledger.extend(row.check(&keys)?.ledger_entry());
        }
        Ok(ledger)
    }
}

type Read = Result<Unchecked<PersonErasureRow>, StoreError>;

fn person_erasure_row(row: &Row<'_>) -> Result<Read, rusqlite::Error> {
    let (customer, person) = (CustomerId::from_bytes(row.get(2)?), PersonId::from_bytes(row.get(3)?));
    let (requested_at, due_at, request) = (row.get(4)?, row.get(5)?, row.get(6)?);
    let (erased_at, epoch, mac) = (row.get(7)?, row.get(8)?, row.get(9)?);
    Ok(scope_of(row.get(0)?, row.get(1)?).map(|scope| {
        let erasure = ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch };
        Unchecked::new(PersonErasureRow { person, erasure }, mac)
    }))
}
