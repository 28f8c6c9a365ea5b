//! Scheduled erasures, tombstones, and the ledger.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::erasure::{Erasure, LedgerEntry, Outline, Tombstone};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{ErasureStore, PersonErasureStore as _, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::customers::{no_key, plain};
use super::queue::due;
use super::rows::{Columns, row_limit, scope_values, statements, uuid};
use crate::planted::reached;
use crate::rows::{ErasureRow, Unchecked};
use crate::sealed;

macro_rules! erasure_of {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, customer_id, requested_at, due_at, request, erased_at, last_epoch, mac
            FROM erasures WHERE ",
            $rest
        )
    };
}

macro_rules! tombstone_of {
    ($rest:literal) => {
        concat!(
            "SELECT customer_id, type, version, events, created_at, updated_at, persons_version, email_index,
                queued_at, provider_due, provider_case, mac, names
            FROM customers WHERE account_id = $1 AND environment = $2 AND type >= 2 AND ",
            $rest
        )
    };
}

statements! {
    ERASURE = erasure_of!("account_id = $1 AND environment = $2 AND customer_id = $3 AND due_at IS NOT NULL");
    OUTLINE = "SELECT customer_id, type, version, events, created_at, updated_at, persons_version, email_index,
            queued_at, provider_due, provider_case, mac
        FROM customers WHERE account_id = $1 AND environment = $2 AND customer_id = $3";
    DUE = due!("erasures", "due_at");
    ERASED_SINCE = "SELECT account_id, environment, customer_id FROM erasures WHERE erased_at >= $1";
    TOMBSTONE = tombstone_of!("customer_id = $3");
    TOMBSTONES = tombstone_of!("customer_id < $3 ORDER BY customer_id DESC LIMIT $4");
    LEDGER = erasure_of!("(account_id, environment, customer_id) > ($1, $2, $3) AND erased_at IS NOT NULL
        ORDER BY account_id, environment, customer_id LIMIT $4");
}

#[async_trait]
impl ErasureStore for PostgresStore {
    async fn erasure(&self, scope: Scope, id: CustomerId) -> Result<Option<Erasure>, StoreError> {
        let Some(row) = self.scheduled(scope, id).await? else { return Ok(None) };
        let row = row.check(&*self.existing_scope_keys(scope).await?)?;
        let key = self.subject_key(scope, id, PersonId::of_customer(id)).await?;
        sealed::open_erasure(&key, row, None).map(Some)
    }

    async fn outline(&self, scope: Scope, id: CustomerId) -> Result<Option<Outline>, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(OUTLINE, &[&account, &environment, &uuid(id.as_bytes())]).await?;
        let Some(row) = row else { return Ok(None) };
        let (plain, scheduled) = (plain(scope, &mut Columns::of(&row))?, self.scheduled(scope, id).await?);
        sealed::outline(plain, scheduled, &*self.existing_scope_keys(scope).await?)
    }

    async fn due_erasures(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        let found = self.database.query(DUE, &[&now.as_micros()]).await?;
        found.iter().map(|row| Columns::of(row).customer()).collect()
    }

    async fn tombstone(&self, scope: Scope, id: CustomerId) -> Result<Option<Tombstone>, StoreError> {
        let (account, environment) = scope_values(scope);
        match self.database.query_one(TOMBSTONE, &[&account, &environment, &uuid(id.as_bytes())]).await? {
            Some(row) => self.open_tombstone(scope, &row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn tombstones(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<Tombstone>, StoreError> {
        let (account, environment) = scope_values(scope);
        let after = uuid(&after.map_or([0xff; 16], |id| *id.as_bytes()));
        let found = self.database.query(TOMBSTONES, &[&account, &environment, &after, &row_limit(limit)]).await?;
        let mut tombstones = Vec::with_capacity(found.len());
        for row in &found {
            tombstones.push(self.open_tombstone(scope, row).await?);
        }
        Ok(tombstones)
    }

    async fn ledger(&self, after: Option<LedgerEntry>, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let (account, environment, customer) = after.map_or_else(Default::default, |entry| {
            let (account, environment) = scope_values(entry.scope);
            (account, environment, uuid(entry.customer.as_bytes()))
        });
        let found = self.database.query(LEDGER, &[&account, &environment, &customer, &row_limit(limit)]).await?;
        let mut ledger = Vec::with_capacity(found.len());
        for row in &found {
            let row = erasure_row(row)?;
            let keys = self.existing_scope_keys(row.scope()?).await?;
            ledger.extend(row.check(&keys)?.ledger_entry());
        }
        Ok(ledger)
    }

    /// A customer's own key is enough: without it, no key of its persons is looked up in the cache.
    async fn forget_erased(&self, since: Timestamp) -> Result<(), StoreError> {
        for row in &self.database.query(ERASED_SINCE, &[&since.as_micros()]).await? {
            let (scope, customer) = Columns::of(row).customer()?;
            self.cache.keys.forget(scope, &[PersonId::of_customer(customer)]);
        }
        self.forget_erased_persons(since).await
    }

    /// The database reuses the space by itself. What its log and its old rows still hold no longer opens once the epoch
    /// has ended.
    async fn finish_erasures(&self) -> Result<(), StoreError> {
        if self.ledger.append_pending()? {
            reached("erase: in the ledger");
        }
        Ok(())
    }
}

impl PostgresStore {
    async fn scheduled(&self, scope: Scope, id: CustomerId) -> Result<Option<Unchecked<ErasureRow>>, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(ERASURE, &[&account, &environment, &uuid(id.as_bytes())]).await?;
        row.map(|row| erasure_row(&row)).transpose()
    }

    /// The data subjects whose keys a change destroys.
    pub(super) async fn subjects_to_erase(&self, change: &Change) -> Result<Vec<PersonId>, StoreError> {
        match &change.effect {
            Effect::CustomerErased { tombstone, .. } => self.data_subjects(change.scope, tombstone.id).await,
            Effect::CustomerUpdated { erases: Some(erased), .. } => Ok(vec![erased.person.person]),
            _ => Ok(Vec::new()),
        }
    }

    /// Why a customer has no key: it was erased, or its key was lost.
    pub(super) async fn why_without_key(&self, scope: Scope, customer: CustomerId) -> Result<StoreError, StoreError> {
        Ok(match self.tombstone(scope, customer).await? {
            Some(tombstone) => StoreError::Erased { customer, at: tombstone.erased_at },
            None => no_key(customer),
        })
    }

    async fn open_tombstone(&self, scope: Scope, row: &Row) -> Result<Tombstone, StoreError> {
        let keys = self.existing_scope_keys(scope).await?;
        let mut columns = Columns::of(row);
        let id = plain(scope, &mut columns)?.check(&keys)?.id;
        sealed::open_tombstone(&keys, scope, id, columns.next()?)
    }
}

fn erasure_row(row: &Row) -> Result<Unchecked<ErasureRow>, StoreError> {
    let mut columns = Columns::of(row);
    let (scope, customer) = columns.customer()?;
    let (requested_at, due_at, request) = (columns.next()?, columns.next()?, columns.next()?);
    let (erased_at, epoch) = (columns.next()?, columns.next::<Option<i32>>()?);
    let epoch = epoch.and_then(|epoch| u32::try_from(epoch).ok());
    let row = ErasureRow { scope, customer, requested_at, due_at, request, erased_at, epoch };
    Ok(Unchecked::new(row, columns.next()?))
}
