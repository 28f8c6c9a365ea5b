//! Reading and verifying the audit trail.

use std::collections::HashMap;

use dossier_core::audit::{AuditReport, AuditRow};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::CustomerId;
use dossier_core::store::{Progress, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::SqliteStore;
use crate::audit_chain::{GENESIS, StoredEntry};
use crate::columns::{scope_columns, scope_of};

/// A verification that finds more than this stops telling.
const MAX_FINDINGS: usize = 1_000;

struct EntryRow {
    id: i64,
    account: [u8; 16],
    environment: u8,
    seq: u64,
    previous_of_scope: i64,
    previous_of_customer: i64,
    hash: Vec<u8>,
    entry: StoredEntry,
}

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
        rows.into_iter().map(audit_row).collect()
    }

    pub(super) fn verify_chains(&self, progress: Progress<'_>) -> Result<AuditReport, StoreError> {
        let (mut verification, heads) =
            self.readers.read(|connection| Ok((verify(connection, progress)?, heads(connection)?)))?;
        for head in heads {
            self.verify_head(&mut verification, &head)?;
        }
        // What is left has entries and no head.
        for (scope, end) in std::mem::take(&mut verification.ends) {
            verification.find(scope, end.seq, "the sealed end of the chain is missing");
        }
        Ok(verification.report)
    }

    fn verify_head(&self, verification: &mut Verification, head: &HeadRow) -> Result<(), StoreError> {
        let scope = scope_of(head.account, head.environment)?;
        let end = verification.ends.remove(&scope).unwrap_or_default();
        let (account, environment) = scope_columns(&scope);
        let sealed = match self.scope_keys(scope) {
            Ok(Some(keys)) => {
                keys.chain_seal(&[account, &[environment], &head.seq.to_be_bytes(), &head.hash]).to_vec() == head.seal
            }
            Ok(None) | Err(_) => false,
        };
        if !sealed {
            verification.find(scope, head.seq, "the seal on the end of the chain is not ours");
        }
        if end.seq < head.seq {
            verification.find(scope, end.seq + 1, &format!("the chain is cut: entries up to {} are missing", head.seq));
        } else if end.seq > head.seq || end.hash[..] != head.hash[..] || end.id != head.id {
            verification.find(scope, head.seq, "the chain does not end where its seal says");
        }
        Ok(())
    }
}

fn audit_row(row: EntryRow) -> Result<AuditRow, StoreError> {
    let StoredEntry { at, actor, action, customer_id, version, fields, request_id, detail: _ } = row.entry;
    Ok(AuditRow {
        seq: row.seq,
        at: Timestamp::from_micros(at),
        actor,
        action,
        customer_id: customer_id.map(CustomerId::from_bytes),
        version,
        fields: serde_json::from_str(&fields).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        request_id,
        hash: hexadecimal(&row.hash),
    })
}

struct End {
    id: i64,
    seq: u64,
    hash: [u8; 32],
}

impl Default for End {
    fn default() -> Self {
        Self { id: 0, seq: 0, hash: GENESIS }
    }
}

struct HeadRow {
    account: [u8; 16],
    environment: u8,
    id: i64,
    seq: u64,
    hash: Vec<u8>,
    seal: Vec<u8>,
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

#[derive(Default)]
struct Verification {
    report: AuditReport,
    ends: HashMap<Scope, End>,
    last_of_customer: HashMap<(Scope, [u8; 16]), i64>,
}

impl Verification {
    fn find(&mut self, scope: Scope, seq: u64, what: &str) {
        if self.report.findings.len() < MAX_FINDINGS {
            let Scope { account, environment } = scope;
            self.report.findings.push(format!("account {account}, {environment}, entry {seq}: {what}"));
        }
    }

    fn check(&mut self, row: &EntryRow) {
        let Ok(scope) = scope_of(row.account, row.environment) else {
            self.report.findings.push(format!("row {}: the environment is unknown", row.id));
            return;
        };
        if !self.ends.contains_key(&scope) {
            self.report.chains += 1;
        }
        let end = self.ends.remove(&scope).unwrap_or_default();
        let expected = end.seq + 1;
        if row.seq > expected {
            self.find(
                scope,
                expected,
                &format!("entries {expected} to {} are missing or stand elsewhere", row.seq - 1),
            );
        } else if row.seq < expected {
            self.find(scope, row.seq, "the entry stands in the wrong place");
        }
        let hash = row.entry.hash(&end.hash, scope, row.seq);
        let stored: Option<[u8; 32]> = row.hash.as_slice().try_into().ok();
        // After a gap the hash before is not known; the gap is named, and the entry itself cannot be judged.
        if row.seq == expected && stored != Some(hash) {
            self.find(scope, row.seq, "the entry was altered");
        }
        if row.seq == expected && row.previous_of_scope != end.id {
            self.find(scope, row.seq, "the link to the entry before was altered");
        }
        let customer = row.entry.customer_id.map(|id| (scope, id));
        let previous = customer.and_then(|key| self.last_of_customer.insert(key, row.id)).unwrap_or(0);
        if row.seq == expected && row.previous_of_customer != previous {
            self.find(scope, row.seq, "the link to the customer's entry before was altered");
        }
        // Goes on from what is stored, so that one altered entry is one finding.
        self.ends.insert(scope, End { id: row.id, seq: row.seq.max(end.seq), hash: stored.unwrap_or(hash) });
        self.report.entries += 1;
    }
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
