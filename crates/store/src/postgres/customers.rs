//! Reads customers, the keys of their data subjects, and kept answers.

use std::num::NonZeroI64;
use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::customer::Summary;
use dossier_core::customer::numbers::Number;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::parse::Email;
use dossier_core::store::{CustomerStore, Freshness, Page, Record, SameNumber, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::database::Database;
use super::loader::Loader;
use super::rows::{Columns, number, row_limit, scope_values, statements, uuid};
use crate::rows::{PersonsRow, SubjectRow, Unchecked};
use crate::sealed::{self, Cells, PlainColumns, PlainRow, SealedRecord, SubjectKeys};
use crate::vault::SubjectKey;

/// A list of everything that changed since an old version examines at most this many entries.
const MAX_CHANGES_NAMED: i64 = 1_000;

/// The columns that [`plain`] reads.
macro_rules! plain_columns {
    () => {
        "c.customer_id, c.type, c.version, c.events, c.created_at, c.updated_at, c.persons_version, c.email_index,
            c.queued_at, c.provider_due, c.provider_case, c.mac"
    };
}

/// The customers that a [`Loader`] is asked for.
macro_rules! requested {
    ($joined:literal) => {
        concat!(
            " FROM unnest($1::uuid[], $2::smallint[], $3::uuid[]) WITH ORDINALITY
                AS u (account_id, environment, customer_id, place) JOIN ",
            $joined
        )
    };
}

macro_rules! summary_of {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            plain_columns!(),
            ", c.names FROM customers c WHERE account_id = $1 AND environment = $2 ",
            $rest
        )
    };
}

macro_rules! subjects_of {
    ($rest:literal) => {
        concat!(
            "SELECT customer_id, subject_id, epoch, wrapped, mac FROM subject_keys
            WHERE account_id = $1 AND environment = $2 AND ",
            $rest
        )
    };
}

statements! {
    /// Persons are joined for businesses only: the index is not searched for NULL.
    RECORDS = concat!(
        "SELECT u.place, ",
        plain_columns!(),
        ", c.last_audit, c.names, c.profile, c.secret, c.kyc, p.cells, p.mac",
        requested!("customers c
            ON c.account_id = u.account_id AND c.environment = u.environment AND c.customer_id = u.customer_id
        LEFT JOIN persons p ON p.account_id = c.account_id AND p.environment = c.environment
            AND p.customer_id = CASE c.type WHEN 1 THEN c.customer_id END")
    );
    SUMMARIES_OF = concat!(
        "SELECT u.place, ",
        plain_columns!(),
        ", c.names",
        requested!("customers c
            ON c.account_id = u.account_id AND c.environment = u.environment AND c.customer_id = u.customer_id")
    );
    SUMMARIES_BY_EMAIL = summary_of!("AND email_index = ANY($3) ORDER BY customer_id");
    SUMMARIES = summary_of!("AND customer_id < $3 AND type < 2 ORDER BY customer_id DESC LIMIT $4");
    pub(super) SUBJECTS = subjects_of!("customer_id = $3");
    SUBJECTS_OF_MANY = subjects_of!("customer_id = ANY($3) AND subject_id = customer_id");
    OWN_KEYS = concat!(
        "SELECT u.place, s.customer_id, s.subject_id, s.epoch, s.wrapped, s.mac",
        requested!("subject_keys s
            ON s.account_id = u.account_id AND s.environment = u.environment AND s.customer_id = u.customer_id
            AND s.subject_id = u.customer_id")
    );
    /// The entries of a customer are linked backwards from its row.
    CHANGES = "WITH RECURSIVE trail (seq, version, fields, previous, place) AS (
            SELECT a.seq, a.version, a.fields, a.previous_of_customer, 1::bigint
            FROM customers c
            JOIN audit a ON a.account_id = c.account_id AND a.environment = c.environment AND a.seq = c.last_audit
            WHERE c.account_id = $1 AND c.environment = $2 AND c.customer_id = $3
            UNION ALL
            SELECT a.seq, a.version, a.fields, a.previous_of_customer, trail.place + 1
            FROM trail JOIN audit a ON a.account_id = $1 AND a.environment = $2 AND a.seq = trail.previous
            WHERE trail.place < $5 AND coalesce(trail.version, $4::bigint + 1) > $4)
        SELECT fields FROM trail WHERE version > $4 ORDER BY seq";
    CASE = "SELECT account_id, environment, customer_id FROM customers WHERE provider_case = $1";
    NUMBERED = "SELECT DISTINCT customer_id FROM numbers WHERE account_id = $1 AND environment = $2
        AND fingerprint = ANY($3::bytea[]) LIMIT 100";
    SAME_NUMBERS = "SELECT DISTINCT mine.subject_id, other.customer_id, other.subject_id
        FROM numbers AS mine JOIN numbers AS other
            ON other.account_id = mine.account_id AND other.environment = mine.environment
            AND other.fingerprint = mine.fingerprint AND other.customer_id <> mine.customer_id
        WHERE mine.account_id = $1 AND mine.environment = $2 AND mine.customer_id = $3 ORDER BY 1, 2, 3 LIMIT 100";
}

/// The loaders of point reads: whole records, summaries, and customers' own keys.
pub(super) fn loaders(database: &Arc<Database>) -> [Loader; 3] {
    [RECORDS, SUMMARIES_OF, OWN_KEYS].map(|sql| Loader::start(database, sql))
}

#[async_trait]
impl CustomerStore for PostgresStore {
    async fn record(
        &self,
        scope: Scope,
        id: CustomerId,
        freshness: Freshness,
    ) -> Result<Option<Box<dyn Record>>, StoreError> {
        if freshness == Freshness::Any
            && let Some(record) = self.cache.records.get(&self.cache.keys, scope, id)
        {
            return Ok(Some(Box::new(record)));
        }
        let record = self.record_without(scope, id, &[]).await?;
        Ok(record.map(|(record, _)| Box::new(record) as Box<dyn Record>))
    }

    async fn summary(&self, scope: Scope, id: CustomerId) -> Result<Option<Summary>, StoreError> {
        let Some(row) = self.summaries.load(scope, id).await? else { return Ok(None) };
        let mut columns = Columns::after(&row, 1);
        let keys = self.existing_scope_keys(scope).await?;
        let (plain, names) = (plain(scope, &mut columns)?.open(&keys)?, columns.next()?);
        let key = self.subject_key(scope, id, PersonId::of_customer(id)).await?;
        sealed::open_summary(&plain, names, &key).map(Some)
    }

    async fn summaries_by_email(&self, scope: Scope, email: &Email) -> Result<Vec<Summary>, StoreError> {
        let Some(keys) = self.scope_keys(scope).await? else { return Ok(Vec::new()) };
        let (account, environment) = scope_values(scope);
        let mut indexes = vec![keys.email_index(email, 0).to_vec()];
        indexes.extend(self.shared_emails.other_indexes(&keys, email).iter().map(|index| index.to_vec()));
        let rows = self.database.query(SUMMARIES_BY_EMAIL, &[&account, &environment, &indexes]).await?;
        let found = self.open_summaries(scope, &rows).await?.into_iter();
        found.map(|summary| sealed::found_by_email(summary, scope, email, &keys)).collect()
    }

    /// The newest comes first: ids are UUIDs of version 7, so their order is that of creation.
    async fn summaries(&self, scope: Scope, after: Option<CustomerId>, limit: usize) -> Result<Page, StoreError> {
        let (account, environment) = scope_values(scope);
        let after = uuid(&after.map_or([0xff; 16], |id| *id.as_bytes()));
        // One more tells whether there is another page. It is not opened.
        let found = self.database.query(SUMMARIES, &[&account, &environment, &after, &row_limit(limit + 1)]).await?;
        let summaries = self.open_summaries(scope, &found[..found.len().min(limit)]).await?;
        Ok(Page { summaries, more: found.len() > limit })
    }

    async fn changed_since(&self, scope: Scope, id: CustomerId, version: u64) -> Result<Vec<String>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self
            .database
            .query(CHANGES, &[&account, &environment, &uuid(id.as_bytes()), &number(version), &MAX_CHANGES_NAMED])
            .await?;
        let mut named: Vec<String> = Vec::new();
        for row in &found {
            let fields: Vec<String> = serde_json::from_str(Columns::of(row).next()?)
                .map_err(|error| StoreError::Corrupt(error.to_string()))?;
            for field in fields {
                if !named.contains(&field) {
                    named.push(field);
                }
            }
        }
        Ok(named)
    }

    async fn customer_of_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError> {
        let hash = self.vault.key_lookup(case);
        self.database.query_one(CASE, &[&&hash[..]]).await?.map(|row| Columns::of(&row).customer()).transpose()
    }

    async fn customers_with(&self, scope: Scope, numbers: &[Number]) -> Result<Vec<CustomerId>, StoreError> {
        let Some(keys) = self.scope_keys(scope).await? else { return Ok(Vec::new()) };
        let (account, environment) = scope_values(scope);
        let fingerprints: Vec<_> = numbers.iter().map(|number| keys.number_index(number)).collect();
        let fingerprints: Vec<&[u8]> = fingerprints.iter().map(|fingerprint| &fingerprint[..]).collect();
        let found = self.database.query(NUMBERED, &[&account, &environment, &fingerprints]).await?;
        found.iter().map(|row| Ok(CustomerId::from_bytes(Columns::of(row).id()?))).collect()
    }

    async fn same_numbers(&self, scope: Scope, id: CustomerId) -> Result<Vec<SameNumber>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(SAME_NUMBERS, &[&account, &environment, &uuid(id.as_bytes())]).await?;
        let same = |row: &Row| {
            let mut columns = Columns::of(row);
            Ok(SameNumber {
                subject: PersonId::from_bytes(columns.id()?),
                other: CustomerId::from_bytes(columns.id()?),
                other_subject: PersonId::from_bytes(columns.id()?),
            })
        };
        found.iter().map(same).collect()
    }
}

impl PostgresStore {
    /// The record without these persons, whose keys may be lost, and whether any of them was in it.
    pub(super) async fn record_without(
        &self,
        scope: Scope,
        id: CustomerId,
        without: &[PersonId],
    ) -> Result<Option<(SealedRecord, bool)>, StoreError> {
        let Some(row) = self.records.load(scope, id).await? else { return Ok(None) };
        let mut columns = Columns::after(&row, 1);
        let keys = self.existing_scope_keys(scope).await?;
        let mut plain = plain(scope, &mut columns)?.open(&keys)?;
        plain.hint = NonZeroI64::new(columns.next()?);
        let mut cells = Cells {
            names: columns.next()?,
            profile: columns.next()?,
            secret: columns.next()?,
            kyc: columns.next()?,
            persons: None,
        };
        let (persons, mac) = (columns.next::<Option<Vec<u8>>>()?, columns.next()?);
        let persons = persons.map(|cells| Unchecked::new(PersonsRow { scope, customer: id, cells }, mac));
        cells.persons = sealed::open_persons(&plain, persons, &keys)?;
        let had_one = !without.is_empty() && cells.forget(id, without)?;
        let mut subjects = vec![PersonId::of_customer(id)];
        subjects.extend(sealed::packed_subjects(cells.persons.as_deref().unwrap_or_default())?);
        let keys = self.subject_keys(scope, id, &subjects).await?;
        Ok(Some((SealedRecord { plain, cells, keys, is_newest: true }, had_one)))
    }

    async fn open_summaries(&self, scope: Scope, found: &[Row]) -> Result<Vec<Summary>, StoreError> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.existing_scope_keys(scope).await?;
        let mut sealed = Vec::with_capacity(found.len());
        for row in found {
            let mut columns = Columns::of(row);
            let (plain, names) = (plain(scope, &mut columns)?.open(&keys)?, columns.next::<Vec<u8>>()?);
            // Hold the key from here on: it may leave the cache while others are read.
            let key = self.cache.keys.get(scope, PersonId::of_customer(plain.id));
            sealed.push((plain, names, key));
        }
        let unknown: Vec<_> = sealed.iter().filter(|(.., key)| key.is_none()).map(|(plain, ..)| plain.id).collect();
        let opened = self.keys_of_customers(scope, &unknown).await?;
        let open = |(plain, names, key): (PlainColumns, Vec<u8>, Option<Arc<SubjectKey>>)| {
            let key = key.or_else(|| opened.get(&PersonId::of_customer(plain.id)).cloned());
            sealed::open_summary(&plain, names, &*key.ok_or_else(|| no_key(plain.id))?)
        };
        sealed.into_iter().map(open).collect()
    }

    /// The own keys of many customers, in one query.
    async fn keys_of_customers(&self, scope: Scope, customers: &[CustomerId]) -> Result<SubjectKeys, StoreError> {
        if customers.is_empty() {
            return Ok(SubjectKeys::new());
        }
        let (account, environment) = scope_values(scope);
        let ids: Vec<_> = customers.iter().map(|id| uuid(id.as_bytes())).collect();
        let found = self.database.query(SUBJECTS_OF_MANY, &[&account, &environment, &ids]).await?;
        self.open_subjects(scope, &found, |_| true).await
    }

    async fn open_subjects(
        &self,
        scope: Scope,
        found: &[Row],
        wanted: impl Fn(&PersonId) -> bool,
    ) -> Result<SubjectKeys, StoreError> {
        let scope_keys = self.existing_scope_keys(scope).await?;
        let mut keys = SubjectKeys::new();
        for row in found {
            let row = subject_row(scope, &mut Columns::of(row))?;
            if wanted(&row.peek().subject) {
                let SubjectRow { subject, wrapped, .. } = row.check(&scope_keys)?;
                keys.insert(subject, self.cache.keys.open(&self.vault, scope, subject, &wrapped)?);
            }
        }
        Ok(keys)
    }

    /// The key of a subject that must exist, unless the customer was erased.
    pub(super) async fn subject_key(
        &self,
        scope: Scope,
        customer: CustomerId,
        subject: PersonId,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let keys = self.subject_keys(scope, customer, &[subject]).await?;
        match keys.get(&subject) {
            Some(key) => Ok(Arc::clone(key)),
            None => Err(self.why_without_key(scope, customer).await?),
        }
    }

    /// The keys of those subjects that have one.
    pub(super) async fn subject_keys(
        &self,
        scope: Scope,
        customer: CustomerId,
        subjects: &[PersonId],
    ) -> Result<SubjectKeys, StoreError> {
        if let Some(keys) = self.cache.keys.get_all(scope, subjects) {
            return Ok(keys);
        }
        let own = PersonId::of_customer(customer);
        if subjects == [own] {
            let Some(row) = self.own_keys.load(scope, customer).await? else { return Ok(SubjectKeys::new()) };
            let row = subject_row(scope, &mut Columns::after(&row, 1))?;
            let row = row.check(&*self.existing_scope_keys(scope).await?)?;
            return Ok(SubjectKeys::from([(own, self.cache.keys.open(&self.vault, scope, own, &row.wrapped)?)]));
        }
        let (account, environment) = scope_values(scope);
        let found = self.database.query(SUBJECTS, &[&account, &environment, &uuid(customer.as_bytes())]).await?;
        self.open_subjects(scope, &found, |subject| subjects.contains(subject)).await
    }
}

pub(super) fn no_key(customer: CustomerId) -> StoreError {
    StoreError::Corrupt(format!("customer {customer} has no key"))
}

pub(super) fn subject_row(scope: Scope, columns: &mut Columns<'_>) -> Result<Unchecked<SubjectRow>, StoreError> {
    let (customer, subject) = (CustomerId::from_bytes(columns.id()?), PersonId::from_bytes(columns.id()?));
    let row = SubjectRow { scope, customer, subject, wrapped: columns.wrapped()? };
    Ok(Unchecked::new(row, columns.next()?))
}

pub(super) fn plain(scope: Scope, columns: &mut Columns<'_>) -> Result<Unchecked<PlainRow>, StoreError> {
    let row = PlainRow {
        scope,
        id: CustomerId::from_bytes(columns.id()?),
        kind: columns.small()?,
        version: columns.count()?,
        events: columns.count()?,
        created_at: columns.next()?,
        updated_at: columns.next()?,
        persons_version: columns.count()?,
        email_index: columns.next()?,
        queued_at: columns.next()?,
        provider_due: columns.next()?,
        provider_case: columns.next()?,
        // Only the record has a hint.
        hint: None,
    };
    Ok(Unchecked::new(row, columns.next()?))
}
