//! The anchor of this process: how far each audit trail had come, in a file outside of the database. It is checked at
//! the start, which refuses an older database, and written while something changes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Caller, Scope};
use dossier_core::clock::{Clock as _, Timestamp};
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::write::append_audit;
use dossier_store::Engine;
use dossier_store::anchor::{Anchor, AnchorFile, AnchorKey, AnchorReport, Checkpoint, Position, check, restore_note};
use dossier_store::vault::RootKey;
use serde_json::{Value, json};

use crate::config::Config;
use crate::errors::{cannot, text};
use crate::system::SystemClock;

/// How many places a refusal names.
const NAMED: usize = 5;

/// What is done when the database is older than the anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchoring {
    /// It is refused.
    Enforced,
    /// It is opened all the same, by a command that looks for what is wrong or mends it; the anchor stays as it is.
    Reported,
}

/// The anchor of an open database.
pub struct Anchored {
    file: AnchorFile,
    key: AnchorKey,
    store: Arc<dyn Engine>,
    /// Whether the database is as new as the anchor. If not, the anchor stays as it is.
    holds: AtomicBool,
    /// One writes at a time. Whether the last attempt failed.
    failing: Mutex<bool>,
    /// The entries up to which checkpoints are in the log.
    logged: Mutex<BTreeMap<Scope, u64>>,
}

impl Anchored {
    /// Compares a database with the anchor of this process, and begins to follow it.
    ///
    /// # Errors
    ///
    /// In words for people, when the anchor cannot be trusted or the database is older, unless that is only reported.
    pub async fn open(
        config: &Config,
        root: &RootKey,
        store: Arc<dyn Engine>,
        anchoring: Anchoring,
    ) -> Result<Self, String> {
        let (file, key) = (AnchorFile::at(config.storage.anchor.clone()), AnchorKey::new(root, store.installation()));
        let anchored = Self {
            file,
            key,
            store,
            holds: AtomicBool::new(true),
            failing: Mutex::new(false),
            logged: Mutex::default(),
        };
        let known = match anchored.file.read(&anchored.key) {
            Ok(known) => known,
            Err(error) if anchoring == Anchoring::Enforced => {
                return Err(format!(
                    "{error}. See what is wrong with dossier audit verify; if the database is the newest one, move the \
                        anchor away and start again: a new one is made"
                ));
            }
            Err(_) => {
                anchored.holds.store(false, Ordering::Relaxed);
                return Ok(anchored);
            }
        };
        if let Some(known) = &known {
            let verdict = check(&*anchored.store, known).await.map_err(text)?;
            if !verdict.findings.is_empty() {
                if anchoring == Anchoring::Enforced {
                    return Err(refusal(&anchored.store.location(), &verdict));
                }
                anchored.holds.store(false, Ordering::Relaxed);
                return Ok(anchored);
            }
            if verdict.accepted > 0 {
                tracing::warn!(
                    entries = verdict.accepted,
                    "the database is older than the anchor, and a restore was accepted since: the anchor is made anew"
                );
            }
        }
        anchored.adopt_ends(known.as_ref()).await.map_err(text)?;
        let trails = anchored.store.tips().all().len();
        if known.is_none() && trails > 0 {
            tracing::warn!(
                path = %anchored.path().display(), trails,
                "there is no anchor: the database is taken as it is, and an anchor is made"
            );
        }
        Ok(anchored)
    }

    /// Takes the ends of all trails as they are now. One that is not sealed by us stays as it was known.
    async fn adopt_ends(&self, known: Option<&Anchor>) -> Result<(), StoreError> {
        let known: BTreeMap<Scope, Position> =
            known.iter().flat_map(|anchor| &anchor.checkpoints).map(|one| (one.scope, one.position)).collect();
        let ends = self.ends(&known).await?;
        let entries = ends.iter().map(|(scope, end)| (*scope, end.entry)).collect();
        *self.logged.lock().expect(POISONED) = entries;
        self.store.tips().reset(ends);
        Ok(())
    }

    /// The ends of all trails in the database, and of those that are not sealed by us what was known.
    async fn ends(&self, known: &BTreeMap<Scope, Position>) -> Result<Vec<(Scope, Position)>, StoreError> {
        let mut ends = Vec::new();
        for end in self.store.chain_ends().await? {
            let before = known.get(&end.scope).copied();
            if before == Some(end.position) || self.store.is_sealed(&end).await {
                ends.push((end.scope, end.position));
                continue;
            }
            let Scope { account, environment } = end.scope;
            tracing::error!(
                %account, %environment, entry = end.position.entry,
                "the seal on the end of the audit trail is not ours; run dossier audit verify"
            );
            ends.extend(before.map(|before| (end.scope, before)));
        }
        Ok(ends)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether the database is as new as the anchor.
    pub fn holds(&self) -> bool {
        self.holds.load(Ordering::Relaxed)
    }

    /// What signs it.
    pub const fn key(&self) -> &AnchorKey {
        &self.key
    }

    /// Writes the anchor if something has changed.
    ///
    /// # Errors
    ///
    /// The system's. Nothing else stops for it: what was not written is written the next time.
    pub fn write(&self) -> std::io::Result<()> {
        let mut failing = self.failing.lock().expect(POISONED);
        if !self.holds.load(Ordering::Relaxed) {
            return Ok(());
        }
        let tips = self.store.tips();
        let Some(ends) = tips.take() else { return Ok(()) };
        let written = self.file.write(&self.key.write(&ends, SystemClock.now()));
        match &written {
            Ok(()) if *failing => tracing::info!(path = %self.path().display(), "the anchor is written again"),
            Err(error) => {
                tips.mark_changed();
                if !*failing {
                    tracing::error!(
                        %error, path = %self.path().display(),
                        "the anchor cannot be written; it is tried again within a second, and nothing else stops for it"
                    );
                }
            }
            Ok(()) => {}
        }
        *failing = written.is_err();
        written
    }

    /// Whether the last attempt to write it failed.
    pub fn is_failing(&self) -> bool {
        *self.failing.lock().expect(POISONED)
    }

    /// One signed line for each trail, as it is now.
    pub async fn checkpoints(&self) -> Result<Vec<String>, StoreError> {
        let tips = self.store.tips();
        let ends = self.ends(&tips.all()).await?;
        // What other processes have written.
        tips.publish(ends);
        Ok(self.lines(&tips.all(), SystemClock.now()))
    }

    fn lines(&self, ends: &BTreeMap<Scope, Position>, at: Timestamp) -> Vec<String> {
        let line = |(scope, position): (&Scope, &Position)| {
            self.key.checkpoint(&Checkpoint { scope: *scope, position: *position, at })
        };
        ends.iter().map(line).collect()
    }

    /// Writes checkpoints of the trails that have grown since the last time to the log.
    pub fn log(&self) {
        let mut logged = self.logged.lock().expect(POISONED);
        let mut ends = self.store.tips().all();
        ends.retain(|scope, end| logged.get(scope) != Some(&end.entry));
        for line in self.lines(&ends, SystemClock.now()) {
            tracing::info!(checkpoint = line, "a checkpoint of an audit trail");
        }
        logged.extend(ends.into_iter().map(|(scope, end)| (scope, end.entry)));
    }

    /// The anchors that a person names, or this process's own.
    pub fn read(&self, given: &[NamedAnchor]) -> Result<Vec<Anchor>, String> {
        if given.is_empty() {
            // What cannot be written is judged as it stands.
            let _ = self.write();
            return Ok(self.file.read(&self.key)?.into_iter().collect());
        }
        let read = |one: &NamedAnchor| {
            let (name, text) = (format!("the anchor {}", one.name), one.text()?);
            self.key.read(&name, text).map_err(|error| format!("{name} cannot be trusted: {error}"))
        };
        given.iter().map(read).collect()
    }

    /// Notes in the audit trail that an older state of the database is meant, and follows it from now on.
    pub async fn accept(
        &self,
        services: &Services,
        operator: impl Fn(Scope) -> Caller,
        given: &[NamedAnchor],
    ) -> Result<Value, String> {
        let others = self.store.other_processes().await.map_err(text)?;
        if others > 0 {
            return Err(format!("{others} other processes use the database; stop them, and wait for 10 seconds"));
        }
        let mut anchors = self.read(&[])?;
        if !given.is_empty() {
            anchors.extend(self.read(given)?);
        }
        let mut all = AnchorReport::default();
        for anchor in &anchors {
            let verdict = check(&*self.store, anchor).await.map_err(text)?;
            all.findings.extend(verdict.findings);
            all.scopes.extend(verdict.scopes);
        }
        if all.findings.is_empty() {
            return Err(
                "there is nothing to accept: the database is as new as its anchors. Run this where a start is \
                        refused, or name the anchor from there with --anchor"
                    .to_owned(),
            );
        }
        let newest = anchors.iter().flat_map(|anchor| &anchor.checkpoints).map(|one| one.at).max();
        // Later than every anchor, whatever the clock of the process that wrote it.
        let now = SystemClock.now();
        let at = newest.map_or(now, |newest| now.max(newest.plus_seconds(1)));
        let ends = self.store.chain_ends().await.map_err(text)?;
        let mut scopes: Vec<Scope> = ends.iter().map(|end| end.scope).collect();
        scopes.retain(|scope| all.scopes.contains(scope));
        if scopes.is_empty() {
            // All that is missing is missing whole.
            scopes.extend(ends.first().map(|end| end.scope));
        }
        for scope in &scopes {
            let mut entry = AuditEntry::new(&operator(*scope), now, Action::RestoreAccepted);
            entry.detail.note = Some(restore_note(at, &all.findings));
            append_audit(services, *scope, entry).await.map_err(text)?;
        }
        self.adopt_ends(None).await.map_err(text)?;
        self.holds.store(true, Ordering::Relaxed);
        self.write().map_err(cannot("write the anchor", self.path()))?;
        let accepted = scopes.iter().map(|Scope { account, environment }| format!("{account} {environment}"));
        Ok(json!({
            "accepted_at": at,
            "noted_in": accepted.collect::<Vec<_>>(),
            "given_up": all.findings,
            "next": "start every process",
        }))
    }
}

const POISONED: &str = "no code panics while it holds the anchor";

/// An anchor, or checkpoints, in a file that a person names. It is read in the process of the command: a server may not
/// see it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct NamedAnchor {
    name: String,
    text: Result<String, String>,
}

impl NamedAnchor {
    /// Reads the file.
    pub fn of(path: &Path) -> Self {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"));
        Self { name, text }
    }

    /// What is in the file.
    pub fn text(&self) -> Result<&str, String> {
        self.text.as_deref().map_err(Clone::clone)
    }
}

fn refusal(database: &str, verdict: &AnchorReport) -> String {
    let mut places: Vec<_> = verdict.findings.iter().take(NAMED).cloned().collect();
    if verdict.findings.len() > NAMED {
        places.push(format!("and {} more", verdict.findings.len() - NAMED));
    }
    format!(
        "the database {database} is older than the anchor of this process:\n{}\nIf it was restored on purpose, run \
            dossier audit accept-restore; if not, put the newest database back. dossier audit verify says more. \
            Nothing is served",
        places.join("\n")
    )
}
