//! Reading and verifying the audit trail.

use std::collections::HashMap;

use dossier_core::audit::{Action, AuditReport, AuditRow};
use dossier_core::caller::Scope;
use dossier_core::store::{Progress, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::SqliteStore;
use super::numbering::Places;
use crate::anchor::{AcceptedRestore, ChainEnd};
use crate::audit_chain::{EntryRow, HeadRow, StoredEntry, Verification, accepted_restore};
use crate::columns::{scope_columns, scope_of};

const COLUMNS: &str =
    "SELECT place, account_id, environment, seq, previous_of_customer, hash, at, actor, action, customer_id, version,
    fields, request_id, detail, records FROM audit";

fn entry_row(row: &Row<'_>) -> Result<EntryRow, rusqlite::Error> {
    Ok(EntryRow {
        account: row.get(1)?,
        environment: row.get(2)?,
        seq: row.get(3)?,
        previous_of_customer: row.get(4)?,
        hash: row.get(5)?,
        entry: StoredEntry {
            at: row.get(6)?,
            actor: row.get(7)?,
            action: row.get(8)?,
            customer_id: row.get(9)?,
            version: row.get(10)?,
            fields: row.get(11)?,
            request_id: row.get(12)?,
            detail: row.get(13)?,
            records: row.get(14)?,
        },
    })
}

impl SqliteStore {
    pub(super) fn read_audit(
        &self,
        scope: Scope,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            let sql = format!(
                "{COLUMNS} WHERE place > ?3 AND place <= ?4 AND account_id = ?1 AND environment = ?2
                 ORDER BY place DESC LIMIT ?5"
            );
            connection
                .prepare_cached(&sql)?
                .query_map((account, environment, places.after(0), places.before(before), limit), entry_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(EntryRow::open).collect()
    }

    pub(super) fn verify_chains(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let (mut verification, heads) = self.readers.read(|connection| {
            let heads = heads(connection)?;
            Ok((verify(connection, &heads, progress)?, heads))
        })?;
        for (_, head) in heads {
            let scope = scope_of(head.account, head.environment)?;
            verification.end(scope, &head, self.scope_keys(scope).ok().flatten().as_deref());
        }
        Ok(verification.into_report())
    }
}

impl SqliteStore {
    pub(super) fn read_chain_ends(&self) -> Result<Vec<ChainEnd>, StoreError> {
        let heads = self.readers.read(heads)?;
        Ok(heads.into_iter().filter_map(|(_, head)| head.chain_end()).collect())
    }

    pub(super) fn read_entry_hashes(&self, entries: &[(Scope, u64)]) -> Result<Vec<Option<[u8; 32]>>, StoreError> {
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

    pub(super) fn read_accepted_restores(&self, scopes: &[Scope]) -> Result<Vec<AcceptedRestore>, StoreError> {
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
    let mut statement = connection.prepare(&format!("{COLUMNS} ORDER BY place"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        match entry_row(row) {
            Ok(entry) => {
                verification.check(&entry);
                // Where it is looked for when entries are listed.
                let expected = places.get(&(entry.account, entry.environment)).map(|places| places.at(entry.seq));
                if expected.is_some_and(|expected| expected.ok() != Some(place)) {
                    verification.is_misplaced(&entry);
                }
            }
            Err(_) => verification
                .report
                .findings
                .push(format!("row {place}: the entry was altered so that it cannot be read")),
        }
        if verification.report.entries % 10_000 == 0 {
            progress(verification.report.entries, total);
        }
    }
    progress(total, total);
    Ok(verification)
}
