//! Reads and verifies the audit trail.

use std::collections::HashMap;

use async_trait::async_trait;
use dossier_core::audit::{Action, AuditFilter, AuditPage, AuditReport, OpenedEntry};
use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::{AuditStore, Progress, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::SqliteStore;
use super::numbering::Places;
use crate::TrailStore;
use crate::anchor::{AcceptedRestore, ChainEnd, Tips};
use crate::audit_chain::{self, EntryRow, HeadRow, StoredEntry, Verification, accepted_restore};
use crate::audit_list::{self, ListedEntry, Listing, Start};
use crate::columns::{scope_columns, scope_of};
use crate::sealed::{self, SubjectKeys};

/// The columns that lists show and the detail, then any others.
macro_rules! entries {
    ($also:literal, $rest:literal) => {
        concat!(
            "SELECT seq, previous_of_customer, hash, at, actor, action, customer_id, version, fields, request_id,
                decision, detail",
            $also,
            " FROM audit ",
            $rest
        )
    };
}

const BEFORE: &str = entries!(
    "",
    "WHERE place > ?3 AND place <= ?4 AND account_id = ?1 AND environment = ?2 ORDER BY place DESC LIMIT ?5"
);
const AT: &str = entries!("", "WHERE place = ?3 AND account_id = ?1 AND environment = ?2");
const ALL: &str = entries!(", records, account_id, environment, place", "ORDER BY place");

fn entry_row(row: &Row<'_>) -> Result<EntryRow, rusqlite::Error> {
    let ListedEntry {
        seq,
        previous_of_customer,
        hash,
        at,
        actor,
        action,
        customer_id,
        version,
        fields,
        request_id,
        decision,
    } = listed_entry(row)?;
    let (detail, records) = (row.get(11)?, row.get(12)?);
    let entry = StoredEntry { at, actor, action, customer_id, version, fields, request_id, detail, records, decision };
    Ok(EntryRow { account: row.get(13)?, environment: row.get(14)?, seq, previous_of_customer, hash, entry })
}

fn listed_entry(row: &Row<'_>) -> Result<ListedEntry, rusqlite::Error> {
    Ok(ListedEntry {
        seq: row.get(0)?,
        previous_of_customer: row.get(1)?,
        hash: row.get(2)?,
        at: row.get(3)?,
        actor: row.get(4)?,
        action: row.get(5)?,
        customer_id: row.get(6)?,
        version: row.get(7)?,
        fields: row.get(8)?,
        request_id: row.get(9)?,
        decision: row.get(10)?,
    })
}

fn portion(
    connection: &Connection,
    scope: Scope,
    (start, limit): (Start, usize),
) -> Result<Vec<ListedEntry>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
    match start {
        Start::Before(before) => connection
            .prepare_cached(BEFORE)?
            .query_map((account, environment, places.after(0), places.before(before), limit), listed_entry)?
            .collect(),
        Start::Linked(first) => {
            let mut statement = connection.prepare_cached(AT)?;
            let (mut entries, mut next) = (Vec::new(), first);
            while next != 0 && entries.len() < limit {
                let found = statement.query_row((account, environment, places.at(next)?), listed_entry).optional()?;
                // A verification reports entries that are missing or link forwards.
                let Some(entry) = found else { break };
                next = if entry.previous_of_customer < entry.seq { entry.previous_of_customer } else { 0 };
                entries.push(entry);
            }
            Ok(entries)
        }
    }
}

/// The customer's newest entry, or the one before a given entry. `None` if the given entry concerns another customer.
fn first_link(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    before: Option<u64>,
) -> Result<Option<u64>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let Some(before) = before else {
        let newest = connection
            .prepare_cached(
                "SELECT coalesce(max(last_audit), 0) FROM customers
                 WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3",
            )?
            .query_row((account, environment, customer.as_bytes()), |row| row.get(0))?;
        return Ok(Some(newest));
    };
    let Some(places) = Places::of(connection, scope)? else { return Ok(None) };
    let Ok(place) = places.at(before) else { return Ok(None) };
    connection
        .prepare_cached(
            "SELECT previous_of_customer FROM audit
             WHERE place = ?4 AND account_id = ?1 AND environment = ?2 AND customer_id = ?3",
        )?
        .query_row((account, environment, customer.as_bytes(), place), |row| row.get(0))
        .optional()
}

#[async_trait]
impl AuditStore for SqliteStore {
    async fn audit(
        &self,
        scope: Scope,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<AuditPage>, StoreError> {
        let start = match filter.customer {
            None => Start::Before(before),
            Some(customer) => match self.readers.read(|connection| first_link(connection, scope, customer, before))? {
                Some(link) => Start::Linked(link),
                None => return Ok(None),
            },
        };
        let mut listing = Listing::new(filter, limit, start);
        while let Some(wanted) = listing.next_portion() {
            listing.add(self.readers.read(|connection| portion(connection, scope, wanted))?)?;
            // A filter may skip thousands of entries, so let other requests run in between.
            tokio::task::yield_now().await;
        }
        Ok(Some(listing.into_page()))
    }

    async fn audit_entry(&self, scope: Scope, seq: u64) -> Result<Option<OpenedEntry>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let found = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(None) };
            let Ok(place) = places.at(seq) else { return Ok(None) };
            connection
                .prepare_cached(AT)?
                .query_row((account, environment, place), |row| Ok((listed_entry(row)?, row.get::<_, Vec<u8>>(11)?)))
                .optional()
        })?;
        let Some((entry, detail)) = found else { return Ok(None) };
        let subjects = match audit_list::subjects(&entry, &detail)? {
            Some((customer, subjects)) => self.subject_keys(scope, customer, &subjects)?,
            None => SubjectKeys::new(),
        };
        let keys = self.existing_scope_keys(scope)?;
        audit_list::open((scope, &*keys), &subjects, entry, detail).map(Some)
    }

    async fn verify_audit(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let mut report = self.verify_chains(progress)?;
        let (findings, rows) = self.verify_rows(progress)?;
        report.findings.extend(findings);
        report.rows = rows;
        Ok(report)
    }

    async fn recorded_settings(&self, scope: Scope) -> Result<Option<Vec<u8>>, StoreError> {
        let cell = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT cell FROM recorded_settings WHERE account_id = ?1 AND environment = ?2")?
                .query_row(scope_columns(&scope), |row| row.get(0))
                .optional()
        })?;
        let Some(cell) = cell else { return Ok(None) };
        sealed::open_settings(&*self.existing_scope_keys(scope)?, scope, cell).map(Some)
    }
}

#[async_trait]
impl TrailStore for SqliteStore {
    fn tips(&self) -> &Tips {
        &self.tips
    }

    async fn chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError> {
        let heads = self.readers.read(heads)?;
        Ok(heads.into_iter().filter_map(|(_, head)| head.chain_end()).collect())
    }

    async fn is_sealed(&self, end: &ChainEnd) -> bool {
        self.scope_keys(end.scope).ok().flatten().is_some_and(|keys| audit_chain::is_sealed(&keys, end))
    }

    async fn entry_hashes(&self, entries: &[(Scope, u64)]) -> Result<Vec<Option<[u8; 32]>>, StoreError> {
        self.readers.read(|connection| {
            let hash = |(scope, seq): &(Scope, u64)| {
                let place = match Places::of(connection, *scope) {
                    Ok(Some(places)) => places.at(*seq)?,
                    Ok(None) => return Ok(None),
                    Err(error) => return Err(error),
                };
                connection
                    .prepare_cached("SELECT hash FROM audit WHERE place = ?1")?
                    .query_row([place], |row| Ok(row.get::<_, Vec<u8>>(0)?.try_into().ok()))
                    .optional()
                    .map(Option::flatten)
            };
            entries.iter().map(hash).collect()
        })
    }

    async fn accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError> {
        let mut accepted = Vec::new();
        for scope in scopes {
            let (account, environment) = scope_columns(scope);
            let entries = self.readers.read(|connection| {
                let Some(places) = Places::of(connection, *scope)? else { return Ok(Vec::new()) };
                connection
                    .prepare_cached(
                        "SELECT request_id, detail FROM audit
                         WHERE place > ?3 AND place <= ?4 AND account_id = ?1 AND environment = ?2 AND action = ?5",
                    )?
                    .query_map(
                        (account, environment, places.after(0), places.before(None), Action::RestoreAccepted.as_str()),
                        |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)),
                    )?
                    .collect::<Result<Vec<_>, _>>()
            })?;
            let Some(keys) = self.scope_keys(*scope).ok().flatten() else { continue };
            accepted
                .extend(entries.into_iter().filter_map(|(id, detail)| accepted_restore(&keys, *scope, &id, detail)));
        }
        Ok(accepted)
    }
}

impl SqliteStore {
    fn verify_chains(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let (mut verification, heads) = self.readers.read(|connection| {
            let heads = heads(connection)?;
            Ok((verify(connection, &heads, progress)?, heads))
        })?;
        for (_, head) in heads {
            let scope = scope_of(head.account, head.environment)?;
            verification.check_end(scope, &head, self.scope_keys(scope).ok().flatten().as_deref());
        }
        Ok(verification.into_report())
    }
}

/// The ends of the chains, each with the number of its scope.
fn heads(connection: &Connection) -> Result<Vec<(i64, HeadRow)>, rusqlite::Error> {
    connection
        .prepare(
            "SELECT scope, account_id, environment, seq, hash, seal FROM audit_heads ORDER BY account_id, environment",
        )?
        .query_map([], |row| {
            let head = HeadRow {
                account: row.get(1)?,
                environment: row.get(2)?,
                seq: row.get(3)?,
                hash: row.get(4)?,
                seal: row.get(5)?,
            };
            Ok((row.get(0)?, head))
        })?
        .collect()
}

fn verify(
    connection: &Connection,
    heads: &[(i64, HeadRow)],
    progress: Progress<'_>,
) -> Result<Verification, rusqlite::Error> {
    let total: u64 = connection.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    let places: HashMap<_, _> = heads
        .iter()
        .filter_map(|(scope, head)| Some(((head.account, head.environment), Places::numbered(*scope).ok()?)))
        .collect();
    let mut verification = Verification::default();
    let mut statement = connection.prepare(ALL)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(15)?;
        match entry_row(row) {
            Ok(entry) => {
                verification.check(&entry);
                // Listing looks for it at this place.
                let expected = places.get(&(entry.account, entry.environment)).map(|places| places.at(entry.seq));
                if expected.is_some_and(|expected| expected.ok() != Some(place)) {
                    verification.add_misplaced(&entry);
                }
            }
            Err(_) => {
                verification.report.findings.push(format!("row {place}: the entry was altered and cannot be read"))
            }
        }
        if verification.report.entries % 10_000 == 0 {
            progress(verification.report.entries, total);
        }
    }
    progress(total, total);
    Ok(verification)
}
