//! Reading and verifying the audit trail.

use dossier_core::audit::{AuditReport, AuditRow};
use dossier_core::caller::Scope;
use dossier_core::store::{Progress, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::SqliteStore;
use crate::audit_chain::{EntryRow, HeadRow, StoredEntry, Verification};
use crate::columns::{scope_columns, scope_of};

const COLUMNS: &str =
    "SELECT id, account_id, environment, seq, previous_of_scope, previous_of_customer, hash, at, actor, action,
    customer_id, version, fields, request_id, detail FROM audit";

fn entry_row(row: &Row<'_>) -> Result<EntryRow, rusqlite::Error> {
    Ok(EntryRow {
        id: row.get(0)?,
        account: row.get(1)?,
        environment: row.get(2)?,
        seq: row.get(3)?,
        previous_of_scope: row.get(4)?,
        previous_of_customer: row.get(5)?,
        hash: row.get(6)?,
        entry: StoredEntry {
            at: row.get(7)?,
            actor: row.get(8)?,
            action: row.get(9)?,
            customer_id: row.get(10)?,
            version: row.get(11)?,
            fields: row.get(12)?,
            request_id: row.get(13)?,
            detail: row.get(14)?,
        },
    })
}

impl SqliteStore {
    /// Entries of one scope are linked backwards from the end of its chain.
    pub(super) fn read_audit(
        &self,
        scope: Scope,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            let mut next = connection
                .prepare_cached("SELECT id FROM audit_heads WHERE account_id = ?1 AND environment = ?2")?
                .query_row((account, environment), |row| row.get(0))
                .optional()?
                .unwrap_or(0_i64);
            let mut statement = connection
                .prepare_cached(&format!("{COLUMNS} WHERE id = ?1 AND account_id = ?2 AND environment = ?3"))?;
            let mut rows = Vec::new();
            while next != 0 && rows.len() < limit {
                let row = statement.query_row((next, account, environment), entry_row)?;
                next = row.previous_of_scope;
                if before.is_none_or(|before| row.seq < before) {
                    rows.push(row);
                }
            }
            Ok(rows)
        })?;
        rows.into_iter().map(EntryRow::open).collect()
    }

    pub(super) fn verify_chains(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let (mut verification, heads) =
            self.readers.read(|connection| Ok((verify(connection, progress)?, heads(connection)?)))?;
        for head in heads {
            let scope = scope_of(head.account, head.environment)?;
            verification.end(scope, &head, self.scope_keys(scope).ok().flatten().as_deref());
        }
        Ok(verification.into_report())
    }
}

fn heads(connection: &Connection) -> Result<Vec<HeadRow>, rusqlite::Error> {
    connection
        .prepare(
            "SELECT account_id, environment, id, seq, hash, seal FROM audit_heads ORDER BY account_id, environment",
        )?
        .query_map([], |row| {
            Ok(HeadRow {
                account: row.get(0)?,
                environment: row.get(1)?,
                id: row.get(2)?,
                seq: row.get(3)?,
                hash: row.get(4)?,
                seal: row.get(5)?,
            })
        })?
        .collect()
}

fn verify(connection: &Connection, progress: Progress<'_>) -> Result<Verification, rusqlite::Error> {
    let total: u64 = connection.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    let mut verification = Verification::default();
    let mut statement = connection.prepare(&format!("{COLUMNS} ORDER BY id"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match entry_row(row) {
            Ok(entry) => verification.check(&entry),
            Err(_) => {
                let id: i64 = row.get(0)?;
                verification.report.findings.push(format!("row {id}: the entry was altered so that it cannot be read"));
            }
        }
        if verification.report.entries % 10_000 == 0 {
            progress(verification.report.entries, total);
        }
    }
    progress(total, total);
    Ok(verification)
}
