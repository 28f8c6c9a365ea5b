//! The hash chain of the audit trail. Each scope has one. It covers what is stored, sealed details included, so that
//! erasing a subject's key does not break it.

use std::collections::HashMap;

use aws_lc_rs::digest::{Context, SHA256};
use dossier_core::audit::AuditReport;
use dossier_core::caller::Scope;

use subtle::ConstantTimeEq as _;

use crate::anchor::{self, AcceptedRestore, ChainEnd, Position};
use crate::columns::{scope_columns, scope_of};
use crate::sealed::service_binding;
use crate::vault::{Cell, ScopeKeys};

/// Findings beyond this number are not reported.
const MAX_FINDINGS: usize = 1_000;

/// The hash before the first entry.
pub const GENESIS: [u8; 32] = [0; 32];

/// An entry as it is stored, without its place in the chain.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Microseconds since 1970.
    pub at: i64,
    pub actor: String,
    pub action: String,
    pub customer_id: Option<[u8; 16]>,
    /// The version after the action.
    pub version: Option<u64>,
    /// The changed fields as a JSON array.
    pub fields: String,
    pub request_id: String,
    pub detail: Vec<u8>,
    /// The rows that it wrote; see [`crate::records`].
    pub records: Option<Vec<u8>>,
    /// The decision as JSON, if the entry records one.
    pub decision: Option<String>,
}

impl StoredEntry {
    /// The hash of this entry at its place: SHA-256 over the previous hash, scope, number and every column, each with
    /// its length in front. A part that was introduced later is added only if the entry has it, so that older entries
    /// keep their hash.
    #[must_use]
    pub fn hash(&self, previous: &[u8; 32], scope: Scope, seq: u64) -> [u8; 32] {
        self.hash_with(self.records.as_deref(), previous, scope, seq)
    }

    /// As [`StoredEntry::hash`], with other rows than its own.
    pub(crate) fn hash_with(&self, records: Option<&[u8]>, previous: &[u8; 32], scope: Scope, seq: u64) -> [u8; 32] {
        let Self { at, actor, action, customer_id, version, fields, request_id, detail, records: _, decision } = self;
        let mut context = Context::new(&SHA256);
        let mut add = |part: Option<&[u8]>| match part {
            Some(part) => {
                context.update(&u64::try_from(part.len()).expect("lengths fit").to_be_bytes());
                context.update(part);
            }
            None => context.update(&u64::MAX.to_be_bytes()),
        };
        add(Some(b"dossier-audit/1"));
        add(Some(previous));
        add(Some(scope.account.as_bytes()));
        add(Some(scope.environment.as_str().as_bytes()));
        add(Some(&seq.to_be_bytes()));
        add(Some(&at.to_be_bytes()));
        add(Some(actor.as_bytes()));
        add(Some(action.as_bytes()));
        add(customer_id.as_ref().map(|id| &id[..]));
        add(version.map(u64::to_be_bytes).as_ref().map(|version| &version[..]));
        add(Some(fields.as_bytes()));
        add(Some(request_id.as_bytes()));
        add(Some(detail));
        if records.is_some() || decision.is_some() {
            add(records);
        }
        if decision.is_some() {
            add(decision.as_ref().map(String::as_bytes));
        }
        context.finish().as_ref().try_into().expect("a SHA-256 has 32 bytes")
    }
}

/// The seal on the end of a chain. Someone who can write to the database still cannot forge it.
pub(crate) fn seal(keys: &ScopeKeys, scope: Scope, seq: u64, hash: &[u8]) -> [u8; 32] {
    let (account, environment) = scope_columns(&scope);
    keys.chain_seal(&[account, &[environment], &seq.to_be_bytes(), hash])
}

/// Whether the seal on the end of a chain is ours.
pub(crate) fn is_sealed(keys: &ScopeKeys, end: &ChainEnd) -> bool {
    let ours = seal(keys, end.scope, end.position.entry, &end.position.hash);
    bool::from(ours.ct_eq(&end.seal))
}

/// The restore that an entry records as accepted. `None` if its detail is not ours.
pub(crate) fn accepted_restore(
    keys: &ScopeKeys,
    scope: Scope,
    request_id: &str,
    detail: Vec<u8>,
) -> Option<AcceptedRestore> {
    let binding = service_binding(scope, "audit", "detail", request_id.as_bytes());
    let detail = Cell::open(detail, &keys.service, &binding).ok()?;
    Some(AcceptedRestore { scope, at: anchor::accepted_at(&detail)? })
}

pub(crate) struct EntryRow {
    pub(crate) account: [u8; 16],
    pub(crate) environment: u8,
    pub(crate) seq: u64,
    /// The number of the same customer's previous entry; 0 if there is none.
    pub(crate) previous_of_customer: u64,
    pub(crate) hash: Vec<u8>,
    pub(crate) entry: StoredEntry,
}

struct End {
    seq: u64,
    hash: [u8; 32],
}

impl Default for End {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS }
    }
}

/// A row of `audit_heads`: the sealed end of a chain.
pub(crate) struct HeadRow {
    pub(crate) account: [u8; 16],
    pub(crate) environment: u8,
    pub(crate) seq: u64,
    pub(crate) hash: Vec<u8>,
    pub(crate) seal: Vec<u8>,
}

impl HeadRow {
    /// `None` if the chain is empty, or unreadable. A verification reports the latter.
    pub(crate) fn chain_end(self) -> Option<ChainEnd> {
        let position = Position { entry: self.seq, hash: self.hash.try_into().ok()? };
        let scope = scope_of(self.account, self.environment).ok()?;
        (position.entry > 0).then_some(ChainEnd { scope, position, seal: self.seal })
    }
}

/// The state of a verification: the findings and the end of each chain so far.
#[derive(Default)]
pub(crate) struct Verification {
    pub(crate) report: AuditReport,
    ends: HashMap<Scope, End>,
    last_of_customer: HashMap<(Scope, [u8; 16]), u64>,
}

impl Verification {
    fn add_finding(&mut self, scope: Scope, seq: u64, what: &str) {
        if self.report.findings.len() < MAX_FINDINGS {
            let Scope { account, environment } = scope;
            self.report.findings.push(format!("account {account}, {environment}, entry {seq}: {what}"));
        }
    }

    /// Checks the next entry of its scope, in the order of the trail.
    pub(crate) fn check(&mut self, row: &EntryRow) {
        let Ok(scope) = scope_of(row.account, row.environment) else {
            self.report.findings.push(format!("entry {}: the environment is unknown", row.seq));
            return;
        };
        if !self.ends.contains_key(&scope) {
            self.report.chains += 1;
        }
        let end = self.ends.remove(&scope).unwrap_or_default();
        let expected = end.seq + 1;
        if row.seq > expected {
            self.add_finding(
                scope,
                expected,
                &format!("entries {expected} to {} are missing or misplaced", row.seq - 1),
            );
        } else if row.seq < expected {
            self.add_finding(scope, row.seq, "the entry is in the wrong place");
        }
        let hash = row.entry.hash(&end.hash, scope, row.seq);
        let stored: Option<[u8; 32]> = row.hash.as_slice().try_into().ok();
        // After a gap the previous hash is unknown. The gap is reported, and the entry itself cannot be checked.
        if row.seq == expected && stored != Some(hash) {
            self.add_finding(scope, row.seq, "the entry was altered");
        }
        let customer = row.entry.customer_id.map(|id| (scope, id));
        let previous = customer.and_then(|key| self.last_of_customer.insert(key, row.seq)).unwrap_or(0);
        if row.seq == expected && row.previous_of_customer != previous {
            self.add_finding(scope, row.seq, "the link to the customer's previous entry was altered");
        }
        // Continue from the stored hash, so that one altered entry is one finding.
        self.ends.insert(scope, End { seq: row.seq.max(end.seq), hash: stored.unwrap_or(hash) });
        self.report.entries += 1;
    }

    /// Reports an entry that is not stored where its number says.
    pub(crate) fn add_misplaced(&mut self, row: &EntryRow) {
        if let Ok(scope) = scope_of(row.account, row.environment) {
            self.add_finding(scope, row.seq, "the entry is not stored where its number says");
        }
    }

    /// Compares a chain with its sealed end. `keys` are the keys of its scope, if they could be opened.
    pub(crate) fn check_end(&mut self, scope: Scope, head: &HeadRow, keys: Option<&ScopeKeys>) {
        let end = self.ends.remove(&scope).unwrap_or_default();
        if keys.is_none_or(|keys| seal(keys, scope, head.seq, &head.hash)[..] != head.seal) {
            self.add_finding(scope, head.seq, "the seal on the end of the chain is not ours");
        }
        if end.seq < head.seq {
            self.add_finding(scope, end.seq + 1, &format!("the chain is cut: entries up to {} are missing", head.seq));
        } else if end.seq > head.seq || end.hash[..] != head.hash[..] {
            self.add_finding(scope, head.seq, "the chain does not end where its seal says");
        }
    }

    /// The report, once every sealed end was compared.
    pub(crate) fn into_report(mut self) -> AuditReport {
        for (scope, end) in std::mem::take(&mut self.ends) {
            self.add_finding(scope, end.seq, "the sealed end of the chain is missing");
        }
        self.report
    }
}
