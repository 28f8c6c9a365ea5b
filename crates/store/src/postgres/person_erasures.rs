//! Erasures of single associated persons, and their part of the ledger.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::Basis;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Customer;
use dossier_core::erasure::{LedgerEntry, PersonErasure};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{PersonErasureStore, Record as _, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::customers::{SUBJECTS, subject_row};
use super::queue::due;
use super::rows::{Columns, row_limit, scope_values, statements, uuid};
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

statements! {
    PERSON_ERASURE = person_erasure_of!(
        "account_id = $1 AND environment = $2 AND customer_id = $3 AND person_id = $4");
    DUE_PERSONS = due!("person_erasures", "due_at");
    PERSONS_ERASED_SINCE = "SELECT account_id, environment, person_id FROM person_erasures WHERE erased_at >= $1";
    PERSONS_TO_ERASE = "SELECT person_id FROM person_erasures
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND due_at IS NOT NULL";
    LEDGER_OF_PERSONS = person_erasure_of!("(account_id, environment, customer_id, person_id) > ($1, $2, $3, $4)
        AND erased_at IS NOT NULL ORDER BY account_id, environment, customer_id, person_id LIMIT $5");
}

#[async_trait]
impl PersonErasureStore for PostgresStore {
    async fn person_erasure(
        &self,
        scope: Scope,
        customer: CustomerId,
        person: PersonId,
    ) -> Result<Option<PersonErasure>, StoreError> {
        let (account, environment) = scope_values(scope);
        let (of, one) = (uuid(customer.as_bytes()), uuid(person.as_bytes()));
        let row = self.database.query_one(PERSON_ERASURE, &[&account, &environment, &of, &one]).await?;
        let Some(row) = row else { return Ok(None) };
        let row = person_erasure_row(&row)?.check(&*self.existing_scope_keys(scope).await?)?;
        if let Some(done) = row.done() {
            return Ok(Some(PersonErasure::Done(done)));
        }
        let key = self.subject_key(scope, customer, person).await?;
        sealed::open_erasure(&key, row.erasure, Some(person)).map(|erasure| Some(PersonErasure::Scheduled(erasure)))
    }

    async fn business_without(
        &self,
        scope: Scope,
        customer: CustomerId,
        persons: &[PersonId],
    ) -> Result<Option<(Basis, Customer, bool)>, StoreError> {
        let Some((record, had_one)) = self.record_without(scope, customer, persons).await? else { return Ok(None) };
        let record = Box::new(record);
        Ok(Some((record.basis(), record.open()?, had_one)))
    }

    async fn data_subjects(&self, scope: Scope, customer: CustomerId) -> Result<Vec<PersonId>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(SUBJECTS, &[&account, &environment, &uuid(customer.as_bytes())]).await?;
        let subject = |row: &Row| Ok(subject_row(scope, &mut Columns::of(row))?.peek().subject);
        found.iter().map(subject).collect()
    }

    async fn due_person_erasures(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        let found = self.database.query(DUE_PERSONS, &[&now.as_micros()]).await?;
        found.iter().map(|row| Columns::of(row).customer()).collect()
    }

    async fn persons_to_erase(&self, scope: Scope, customer: CustomerId) -> Result<Vec<PersonId>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found =
            self.database.query(PERSONS_TO_ERASE, &[&account, &environment, &uuid(customer.as_bytes())]).await?;
        found.iter().map(|row| Columns::of(row).id().map(PersonId::from_bytes)).collect()
    }

    async fn ledger_of_persons(
        &self,
        after: Option<LedgerEntry>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let place = after.and_then(|entry| Some((entry.scope, entry.customer, entry.person?)));
        let (account, environment, customer, person) = place.map_or_else(Default::default, |(scope, of, person)| {
            let (account, environment) = scope_values(scope);
            (account, environment, uuid(of.as_bytes()), uuid(person.as_bytes()))
        });
        let values: [&dyn super::database::Param; 5] = [&account, &environment, &customer, &person, &row_limit(limit)];
        let found = self.database.query(LEDGER_OF_PERSONS, &values).await?;
        let mut ledger = Vec::with_capacity(found.len());
        for row in &found {
            let row = person_erasure_row(row)?;
            let keys = self.existing_scope_keys(row.scope()?).await?;
            ledger.extend(row.check(&keys)?.ledger_entry());
        }
        Ok(ledger)
    }
}

impl PostgresStore {
    /// Forgets the keys of persons that other processes have erased.
    pub(super) async fn forget_erased_persons(&self, since: Timestamp) -> Result<(), StoreError> {
        for row in &self.database.query(PERSONS_ERASED_SINCE, &[&since.as_micros()]).await? {
            let mut columns = Columns::of(row);
            let (scope, person) = (columns.scope()?, PersonId::from_bytes(columns.id()?));
            self.cache.keys.forget(scope, &[person]);
        }
        Ok(())
    }
}

fn person_erasure_row(row: &Row) -> Result<Unchecked<PersonErasureRow>, StoreError> {
    let mut columns = Columns::of(row);
    let (scope, customer) = columns.customer()?;
    let person = PersonId::from_bytes(columns.id()?);
    let (requested_at, due_at, request) = (columns.next()?, columns.next()?, columns.next()?);
    let (erased_at, epoch) = (columns.next()?, columns.next::<Option<i32>>()?);
    let epoch = epoch.and_then(|epoch| u32::try_from(epoch).ok());
    let erasure = ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch };
    Ok(Unchecked::new(PersonErasureRow { person, erasure }, columns.next()?))
}
