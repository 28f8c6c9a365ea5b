//! Whether a database is as new as an anchor.

use std::collections::{BTreeSet, HashMap};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;
use serde_json::Value;

use super::{Anchor, Checkpoint, Position, read_moment};
use crate::Engine;

/// The number of entries that are read at once.
const PORTION: usize = 1_000;
/// Findings beyond this number are not reported.
const MAX_FINDINGS: usize = 1_000;

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnchorReport {
    /// Where the database is older than the anchor. Each finding names the entry and when the anchor knew it.
    pub findings: Vec<String>,
    /// The scopes of the findings.
    pub scopes: BTreeSet<Scope>,
    /// Scopes where the database is older too, but a restore was accepted after the anchor was written.
    pub accepted: u64,
}

/// A restore that was accepted, according to an audit entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptedRestore {
    pub scope: Scope,
    /// The time is in the sealed detail, so that someone who can write to the database cannot change it.
    pub at: Timestamp,
}

/// Compares a database with an anchor: every trail must be as long, and have the same entry there. The trails
/// themselves are verified elsewhere.
pub async fn check(engine: &dyn Engine, anchor: &Anchor) -> Result<AnchorReport, StoreError> {
    let ends: HashMap<Scope, Position> =
        engine.chain_ends().await?.into_iter().map(|end| (end.scope, end.position)).collect();
    let mut differing = Vec::new();
    for portion in anchor.checkpoints.chunks(PORTION) {
        let entries: Vec<_> = portion.iter().map(|one| (one.scope, one.position.entry)).collect();
        for (one, hash) in portion.iter().zip(engine.entry_hashes(&entries).await?) {
            differing.extend(difference(&anchor.name, one, ends.get(&one.scope), hash).map(|text| (one, text)));
        }
    }
    if differing.is_empty() {
        return Ok(AnchorReport::default());
    }
    let scopes: Vec<_> = ends.into_keys().collect();
    let accepted = engine.accepted_restores(&scopes).await?;
    let mut report = AnchorReport::default();
    for (one, text) in differing {
        if accepted.iter().any(|restore| millis(restore.at) > millis(one.at)) {
            report.accepted += 1;
            continue;
        }
        report.scopes.insert(one.scope);
        if report.findings.len() < MAX_FINDINGS {
            report.findings.push(text);
        }
    }
    Ok(report)
}

/// Checkpoints have millisecond precision.
const fn millis(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000)
}

/// Why the database is older than a checkpoint, if it is.
fn difference(name: &str, known: &Checkpoint, end: Option<&Position>, hash: Option<[u8; 32]>) -> Option<String> {
    let Checkpoint { scope: Scope { account, environment }, position, at } = known;
    let entry = position.entry;
    let (place, why) = match end {
        None => (1, format!("the whole audit trail is missing; {name} had {entry} entries at {at}")),
        Some(end) if end.entry < entry => {
            let first = end.entry + 1;
            (first, format!("entries {first} to {entry} are missing; {name} had them at {at}"))
        }
        Some(_) if hash.is_none() => (entry, format!("the entry is missing; {name} had it at {at}")),
        Some(_) if hash != Some(position.hash) => (entry, format!("the entry differs from the one {name} had at {at}")),
        Some(_) => return None,
    };
    Some(format!("account {account}, {environment}, entry {place}: {why}"))
}

/// The sealed detail of the entry that accepts a restore.
#[must_use]
pub fn restore_note(at: Timestamp, findings: &[String]) -> String {
    serde_json::json!({ "accepted_at": at, "given_up": findings }).to_string()
}

/// When a restore was accepted, from the opened detail of its entry.
#[must_use]
pub fn accepted_at(detail: &[u8]) -> Option<Timestamp> {
    let detail: Value = serde_json::from_slice(detail).ok()?;
    let note: Value = serde_json::from_str(detail["note"].as_str()?).ok()?;
    read_moment(note["accepted_at"].as_str()?)
}
