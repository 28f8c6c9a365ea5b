//! Whether a database is as new as an anchor.

use std::collections::{BTreeSet, HashMap};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;
use serde_json::Value;

use super::{Anchor, Checkpoint, Position, read_moment};
use crate::Engine;

/// Entries that are asked for at once.
const PORTION: usize = 1_000;
/// A check that finds more than this stops telling.
const MAX_FINDINGS: usize = 1_000;

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Where the database is older than the anchor: what, where, and since when that was known.
    pub findings: Vec<String>,
    /// In which accounts and environments.
    pub scopes: BTreeSet<Scope>,
    /// Where it is older, too, but a restore was accepted after the anchor was written.
    pub forgiven: u64,
}

/// A restore that was accepted, as an entry of the trail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptedRestore {
    /// In whose trail it stands.
    pub scope: Scope,
    /// When. It stands in the sealed detail, so that no writer of the database can change it.
    pub at: Timestamp,
}

/// Compares a database with an anchor: every trail must reach as far, and have the same entry there. The trails
/// themselves are another verification's.
///
/// # Errors
///
/// The database's.
pub async fn check(engine: &dyn Engine, anchor: &Anchor) -> Result<Verdict, StoreError> {
    let ends: HashMap<Scope, Position> =
        engine.chain_ends().await?.into_iter().map(|end| (end.scope, end.position)).collect();
    let mut differing = Vec::new();
    for portion in anchor.checkpoints.chunks(PORTION) {
        let places: Vec<_> = portion.iter().map(|one| (one.scope, one.position.entry)).collect();
        for (one, hash) in portion.iter().zip(engine.entry_hashes(&places).await?) {
            differing.extend(difference(&anchor.name, one, ends.get(&one.scope), hash).map(|text| (one, text)));
        }
    }
    if differing.is_empty() {
        return Ok(Verdict::default());
    }
    let scopes: Vec<_> = ends.into_keys().collect();
    let accepted = engine.accepted_restores(&scopes).await?;
    let mut verdict = Verdict::default();
    for (one, text) in differing {
        if accepted.iter().any(|restore| millis(restore.at) > millis(one.at)) {
            verdict.forgiven += 1;
            continue;
        }
        verdict.scopes.insert(one.scope);
        if verdict.findings.len() < MAX_FINDINGS {
            verdict.findings.push(text);
        }
    }
    Ok(verdict)
}

/// Checkpoints are no more exact.
const fn millis(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000)
}

/// Why the database is not as new as a checkpoint, if it is not.
fn difference(name: &str, known: &Checkpoint, end: Option<&Position>, hash: Option<[u8; 32]>) -> Option<String> {
    let Checkpoint { scope: Scope { account, environment }, position, at } = known;
    let entry = position.entry;
    let (place, why) = match end {
        None => (1, format!("the whole audit trail is missing; {name} knew {entry} entries at {at}")),
        Some(end) if end.entry < entry => {
            let first = end.entry + 1;
            (first, format!("entries {first} to {entry} are missing; {name} knew them at {at}"))
        }
        Some(_) if hash.is_none() => (entry, format!("the entry is missing; {name} knew it at {at}")),
        Some(_) if hash != Some(position.hash) => (entry, format!("the entry is another one than {name} knew at {at}")),
        Some(_) => return None,
    };
    Some(format!("account {account}, {environment}, entry {place}: {why}"))
}

/// What the entry of an accepted restore says in its sealed detail.
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
