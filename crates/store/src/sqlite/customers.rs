//! Reads customers, and the keys of their data subjects.

use std::collections::BTreeSet;
use std::num::NonZeroI64;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::customer::numbers::Number;
use dossier_core::customer::{CustomerType, Summary};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::parse::Email;
use dossier_core::store::{CustomerStore, Freshness, Page, Record, SameNumber, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::SqliteStore;
use super::fingerprints::MAX_MATCHES;
use super::numbering::Places;
use super::readers::Snapshot;
use crate::cache::EmailHash;
use crate::columns::{scope_columns, scope_of, type_column};
use crate::rows::{PersonsRow, Unchecked};
use crate::sealed::{self, Cells, PlainRow, SealedRecord, SubjectKeys};
use crate::vault::ScopeKeys;

/// A list of everything that changed since an old version examines at most this many entries.
const MAX_CHANGES_NAMED: usize = 1_000;

macro_rules! summary_of {
    ($rest:literal) => {
        concat!(
            "SELECT customer_id, type, version, events, created_at, updated_at, persons_version, rowid, email_index,
                queued_at, provider_due, provider_case, mac, names
             FROM customers WHERE account_id = ?1 AND environment = ?2 ",
            $rest
        )
    };
}

macro_rules! record_of {
    ($place:literal) => {
        concat!(
            "SELECT customer_id, type, version, events, created_at, updated_at, persons_version, rowid, email_index,
                queued_at, provider_due, provider_case, mac, names, profile, secret, kyc
             FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
            $place
        )
    };
}

/// Finds a customer, by the first statement where it was found before, otherwise by the second.
pub(super) fn find<T>(
    connection: &Connection,
    scope: Scope,
    id: CustomerId,
    hint: Hint,
    [by_hint, by_key]: [&str; 2],
    read: impl Fn(&Row<'_>) -> Result<T, rusqlite::Error>,
) -> Result<Option<T>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    if let Some(row) = hint {
        let params = (account, environment, id.as_bytes(), row.get());
        let found = connection.prepare_cached(by_hint)?.query_row(params, &read).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    connection.prepare_cached(by_key)?.query_row((account, environment, id.as_bytes()), &read).optional()
}

/// The customer with this index of an e-mail.
pub(super) fn owner_of_email(
    connection: &Connection,
    scope: Scope,
    index: &EmailHash,
) -> Result<Option<CustomerId>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND email_index = ?3",
        )?
        .query_row((account, environment, index), |row| row.get(0).map(CustomerId::from_bytes))
        .optional()
}

#[async_trait]
impl CustomerStore for SqliteStore {
    async fn record(
        &self,
        scope: Scope,
        id: CustomerId,
        freshness: Freshness,
    ) -> Result<Option<Box<dyn Record>>, StoreError> {
        let cached = match freshness {
            Freshness::Any => self.cache.records.get(&self.cache.keys, scope, id),
            Freshness::Newest => None,
        };
        let record = match cached {
            Some(record) => Some(record),
            None => self.sealed_record(scope, id)?,
        };
        Ok(record.map(|record| Box::new(record) as Box<dyn Record>))
    }

    async fn summary(&self, scope: Scope, id: CustomerId) -> Result<Option<Summary>, StoreError> {
        if let Some(summary) = self.cache.summaries.get(scope, id, |read| self.readers.is_current(id, read)) {
            return Ok(Some(summary));
        }
        let hint = self.cache.keys.find(scope, PersonId::of_customer(id)).and_then(|(_, hint)| hint);
        let read = self.readers.read_customer_at(id, |connection, snapshot| {
            let statements = [summary_of!("AND customer_id = ?3 AND rowid = ?4"), summary_of!("AND customer_id = ?3")];
            let row = find(connection, scope, id, hint, statements, |row| summary_row(scope, row))?;
            Ok(row.map(|row| (row, snapshot)))
        })?;
        read.map(|(row, snapshot)| self.open_summary(scope, row, snapshot)).transpose()
    }

    async fn summaries_by_email(&self, scope: Scope, email: &Email) -> Result<Vec<Summary>, StoreError> {
        let Some(keys) = self.scope_keys(scope)? else { return Ok(Vec::new()) };
        let mut found = Vec::from_iter(self.first_by_email(scope, email, &keys)?);
        for id in self.owners(scope, &self.shared_emails.other_indexes(&keys, email))? {
            if let Some(summary) = self.summary(scope, id).await? {
                found.push(sealed::found_by_email(summary, scope, email, &keys)?);
            }
        }
        Ok(found)
    }

    /// The newest comes first: ids are UUIDs of version 7, so their order is that of creation.
    async fn summaries(&self, scope: Scope, after: Option<CustomerId>, limit: usize) -> Result<Page, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let after = after.map_or([0xff; 16], |id| *id.as_bytes());
        let (summaries, rows, more, snapshot) = self.readers.read_at(|connection, snapshot| {
            // One more tells whether there is another page. It is not opened.
            let mut ids = connection
                .prepare_cached(
                    "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND customer_id < ?3
                        AND type < 2 ORDER BY customer_id DESC LIMIT ?4",
                )?
                .query_map((account, environment, after, limit + 1), |row| row.get(0).map(CustomerId::from_bytes))?
                .collect::<Result<Vec<_>, _>>()?;
            let more = ids.len() > limit;
            ids.truncate(limit);
            // Current also means no newer than the snapshot of this read.
            let is_current =
                |id, read| snapshot.includes(self.readers.last_change(id)) && self.readers.is_current(id, read);
            let summaries = self.cache.summaries.get_all(scope, &ids, is_current);
            let rows = match summaries {
                Some(_) => Vec::new(),
                None => connection
                    .prepare_cached(summary_of!(
                        "AND customer_id < ?3 AND type < 2 ORDER BY customer_id DESC LIMIT ?4"
                    ))?
                    .query_map((account, environment, after, limit), |row| summary_row(scope, row))?
                    .collect::<Result<Vec<_>, _>>()?,
            };
            Ok((summaries, rows, more, snapshot))
        })?;
        let summaries = match summaries {
            Some(summaries) => summaries,
            None => rows.into_iter().map(|row| self.open_summary(scope, row, snapshot)).collect::<Result<_, _>>()?,
        };
        Ok(Page { summaries, more })
    }

    /// The entries of a customer are linked backwards from its row.
    async fn changed_since(&self, scope: Scope, id: CustomerId, version: u64) -> Result<Vec<String>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let mut changes = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            let mut next: u64 = connection
                .prepare_cached(
                    "SELECT last_audit FROM customers WHERE account_id = ?1 AND environment = ?2 AND \
                    customer_id = ?3",
                )?
                .query_row((account, environment, id.as_bytes()), |row| row.get(0))?;
            let mut entry = connection.prepare_cached(
                "SELECT version, fields, previous_of_customer FROM audit WHERE place = ?1 AND account_id = ?2 AND \
                    environment = ?3",
            )?;
            let mut changes = Vec::new();
            while next != 0 && changes.len() < MAX_CHANGES_NAMED {
                let (at, fields, previous) = entry.query_row((places.at(next)?, account, environment), |row| {
                    Ok((row.get::<_, Option<u64>>(0)?, row.get::<_, String>(1)?, row.get(2)?))
                })?;
                match at {
                    Some(at) if at <= version => break,
                    Some(_) => changes.push(fields),
                    // The entry records a read; nothing changed.
                    None => {}
                }
                next = previous;
            }
            Ok(changes)
        })?;
        changes.reverse();
        let mut named: Vec<String> = Vec::new();
        for fields in changes {
            let fields: Vec<String> =
                serde_json::from_str(&fields).map_err(|error| StoreError::Corrupt(error.to_string()))?;
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
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, environment, customer_id FROM customers WHERE provider_case = ?1")?
                .query_row([hash], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?, row.get(2)?)))
                .optional()
        })?;
        row.map(|(account, environment, customer)| {
            Ok((scope_of(account, environment)?, CustomerId::from_bytes(customer)))
        })
        .transpose()
    }

    async fn customers_with(&self, scope: Scope, numbers: &[Number]) -> Result<Vec<CustomerId>, StoreError> {
        let Some(keys) = self.scope_keys(scope)? else { return Ok(Vec::new()) };
        let (account, environment) = scope_columns(&scope);
        let found = self.readers.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT customer_id FROM numbers WHERE account_id = ?1 AND environment = ?2 AND fingerprint = ?3
                 LIMIT ?4",
            )?;
            let mut found = BTreeSet::new();
            for number in numbers {
                let fingerprint = keys.number_index(number);
                let rows = select.query_map((account, environment, fingerprint, MAX_MATCHES), |row| row.get(0))?;
                for id in rows {
                    found.insert(CustomerId::from_bytes(id?));
                }
            }
            Ok(found)
        })?;
        Ok(found.into_iter().take(MAX_MATCHES).collect())
    }

    async fn same_numbers(&self, scope: Scope, id: CustomerId) -> Result<Vec<SameNumber>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT DISTINCT mine.subject_id, other.customer_id, other.subject_id
                     FROM numbers AS mine JOIN numbers AS other
                        ON other.account_id = mine.account_id AND other.environment = mine.environment
                        AND other.fingerprint = mine.fingerprint AND other.customer_id <> mine.customer_id
                     WHERE mine.account_id = ?1 AND mine.environment = ?2 AND mine.customer_id = ?3
                     ORDER BY 1, 2, 3 LIMIT ?4",
                )?
                .query_map((account, environment, id.as_bytes(), MAX_MATCHES), |row| {
                    Ok(SameNumber {
                        subject: PersonId::from_bytes(row.get(0)?),
                        other: CustomerId::from_bytes(row.get(1)?),
                        other_subject: PersonId::from_bytes(row.get(2)?),
                    })
                })?
                .collect()
        })
    }
}

impl SqliteStore {
    pub(super) fn sealed_record(&self, scope: Scope, id: CustomerId) -> Result<Option<SealedRecord>, StoreError> {
        Ok(self.record_without(scope, id, &[])?.map(|(record, _)| record))
    }

    /// The record without these persons, whose keys may be lost, and whether any of them was in it.
    pub(super) fn record_without(
        &self,
        scope: Scope,
        id: CustomerId,
        without: &[PersonId],
    ) -> Result<Option<(SealedRecord, bool)>, StoreError> {
        let own = PersonId::of_customer(id);
        let (known, hint) = self.cache.keys.find(scope, own).unzip();
        let hint = hint.flatten();
        let row = self.readers.read_customer(id, |connection| {
            let read = |row: &Row<'_>| {
                let cells = Cells {
                    names: row.get(13)?,
                    profile: row.get(14)?,
                    secret: row.get(15)?,
                    persons: None,
                    kyc: row.get(16)?,
                };
                Ok((row.get::<_, u8>(1)?, plain(scope, row)?, cells))
            };
            let statements = [record_of!(" AND rowid = ?4"), record_of!("")];
            let Some((kind, plain, cells)) = find(connection, scope, id, hint, statements, read)? else {
                return Ok(None);
            };
            let is_business = kind == type_column(CustomerType::Corporate);
            let persons = if is_business { persons_row(connection, scope, id)? } else { None };
            Ok(Some((plain, cells, persons)))
        })?;
        let Some((plain, mut cells, persons)) = row else { return Ok(None) };
        let scope_keys = self.existing_scope_keys(scope)?;
        let plain = plain.open(&scope_keys)?;
        cells.persons = sealed::open_persons(&plain, persons, &scope_keys)?;
        let had_one = !without.is_empty() && cells.forget(id, without)?;
        let persons = sealed::packed_subjects(cells.persons.as_deref().unwrap_or_default())?;
        let keys = match known {
            Some(key) if persons.is_empty() => SubjectKeys::from([(own, key)]),
            _ => self.subject_keys(scope, id, &[&[own], &persons[..]].concat())?,
        };
        if let Some(key) = keys.get(&own) {
            self.cache.keys.remember_hint(scope, own, key, plain.hint);
        }
        Ok(Some((SealedRecord { plain, cells, keys, is_newest: true }, had_one)))
    }

    fn first_by_email(&self, scope: Scope, email: &Email, keys: &ScopeKeys) -> Result<Option<Summary>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let index = keys.email_index(email, 0);
        if let Some(summary) =
            self.cache.summaries.get_by_email(scope, index, |id, read| self.readers.is_current(id, read))
        {
            return Ok(Some(summary));
        }
        let read = self.readers.read_at(|connection, snapshot| {
            let row = connection
                .prepare_cached(summary_of!("AND email_index = ?3"))?
                .query_row((account, environment, index), |row| summary_row(scope, row))
                .optional()?;
            Ok(row.map(|row| (row, snapshot)))
        })?;
        let found = read.map(|(row, snapshot)| self.open_summary(scope, row, snapshot)).transpose()?;
        found.map(|summary| sealed::found_by_email(summary, scope, email, keys)).transpose()
    }

    /// The customers with these indexes of an e-mail.
    fn owners(&self, scope: Scope, indexes: &[EmailHash]) -> Result<Vec<CustomerId>, StoreError> {
        let owner = |index| self.readers.read(|connection| owner_of_email(connection, scope, index));
        indexes.iter().filter_map(|index| owner(index).transpose()).collect()
    }

    /// Opens what was read at a snapshot, and caches it.
    fn open_summary(&self, scope: Scope, row: SummaryRow, snapshot: Snapshot) -> Result<Summary, StoreError> {
        let SummaryRow { plain, names, email } = row;
        let plain = plain.open(&*self.existing_scope_keys(scope)?)?;
        let subject = PersonId::of_customer(plain.id);
        let key = self.subject_key(plain.scope, plain.id, subject)?;
        self.cache.keys.remember_hint(plain.scope, subject, &key, plain.hint);
        let summary = sealed::open_summary(&plain, names, &key)?;
        self.cache.summaries.remember(snapshot, plain.scope, &summary, email);
        Ok(summary)
    }
}

fn persons_row(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
) -> Result<Option<Unchecked<PersonsRow>>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT cells, mac FROM persons WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_row((account, environment, customer.as_bytes()), |row| {
            Ok(Unchecked::new(PersonsRow { scope, customer, cells: row.get(0)? }, row.get(1)?))
        })
        .optional()
}

/// The sealed form of a summary.
struct SummaryRow {
    plain: Unchecked<PlainRow>,
    names: Vec<u8>,
    email: EmailHash,
}

fn summary_row(scope: Scope, row: &Row<'_>) -> Result<SummaryRow, rusqlite::Error> {
    Ok(SummaryRow { plain: plain(scope, row)?, names: row.get(13)?, email: row.get(8)? })
}

pub(super) fn plain(scope: Scope, row: &Row<'_>) -> Result<Unchecked<PlainRow>, rusqlite::Error> {
    let plain = PlainRow {
        scope,
        id: CustomerId::from_bytes(row.get(0)?),
        kind: row.get(1)?,
        version: row.get(2)?,
        events: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        persons_version: row.get(6)?,
        hint: NonZeroI64::new(row.get(7)?),
        email_index: row.get(8)?,
        queued_at: row.get(9)?,
        provider_due: row.get(10)?,
        provider_case: row.get(11)?,
    };
    Ok(Unchecked::new(plain, row.get(12)?))
}
