//! The anchor of this process: a file outside the database with the end of each audit trail. The start compares the
//! database with it, and refuses an older one. It is written again when a trail grows.

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

/// The maximum number of findings in the error of a start.
const MAX_FINDINGS: usize = 5;

/// What to do if the database is older than the anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorPolicy {
    /// Refuse the database.
    Enforce,
    /// Open it, for a command that examines or accepts it. The anchor is not written.
    Report,
}

/// The anchor of this process, with the database that it belongs to.
pub struct ProcessAnchor {
    file: AnchorFile,
    key: AnchorKey,
    store: Arc<dyn Engine>,
    /// Whether the database is as new as the anchor. Otherwise, the anchor is not written.
    is_current: AtomicBool,
    /// Whether the last write failed. Locked during a write.
    failing: Mutex<bool>,
    /// The last entry of each trail whose checkpoint was logged.
    logged: Mutex<BTreeMap<Scope, u64>>,
}

impl ProcessAnchor {
    /// Compares a database with the anchor of this process, and starts to follow its audit trails.
    pub async fn open(
        config: &Config,
        root: &RootKey,
        store: Arc<dyn Engine>,
        policy: AnchorPolicy,
    ) -> Result<Self, String> {
        let (file, key) = (AnchorFile::at(config.storage.anchor.clone()), AnchorKey::new(root, store.installation()));
        let anchor = Self {
            file,
            key,
            store,
            is_current: AtomicBool::new(true),
            failing: Mutex::new(false),
            logged: Mutex::default(),
        };
        let known = match anchor.file.read(&anchor.key) {
            Ok(known) => known,
            Err(error) if policy == AnchorPolicy::Enforce => {
                return Err(format!(
                    "{error}. Run dossier audit verify to see the details. If the database is the newest one, move \
                        the anchor away and start again to create a new one"
                ));
            }
            Err(_) => {
                anchor.is_current.store(false, Ordering::Relaxed);
                return Ok(anchor);
            }
        };
        if let Some(known) = &known {
            let report = check(&*anchor.store, known).await.map_err(text)?;
            if !report.findings.is_empty() {
                if policy == AnchorPolicy::Enforce {
                    return Err(refusal(&anchor.store.location(), &report));
                }
                anchor.is_current.store(false, Ordering::Relaxed);
                return Ok(anchor);
            }
            if report.accepted > 0 {
                tracing::warn!(
                    entries = report.accepted,
                    "the database is older than the anchor, but its restore was accepted; writing a new anchor"
                );
            }
        }
        anchor.follow(known.as_ref()).await.map_err(text)?;
        let trails = anchor.store.tips().all().len();
        if known.is_none() && trails > 0 {
            tracing::warn!(
                path = %anchor.path().display(), trails,
                "the anchor is missing, so an older database would not be detected; creating a new one"
            );
        }
        Ok(anchor)
    }

    /// Follows the trails from their present ends. An end without our seal stays as the anchor has it.
    async fn follow(&self, known: Option<&Anchor>) -> Result<(), StoreError> {
        let known: BTreeMap<Scope, Position> =
            known.iter().flat_map(|anchor| &anchor.checkpoints).map(|one| (one.scope, one.position)).collect();
        let ends = self.ends(&known).await?;
        let entries = ends.iter().map(|(scope, end)| (*scope, end.entry)).collect();
        *self.logged.lock().expect(POISONED) = entries;
        self.store.tips().reset(ends);
        Ok(())
    }

    /// The ends of all trails in the database. Of an end without our seal, the known one.
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
                "the end of the audit trail has an invalid seal, so it was altered. Run dossier audit verify"
            );
            ends.extend(before.map(|before| (end.scope, before)));
        }
        Ok(ends)
    }

    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether the database is as new as the anchor.
    pub fn is_current(&self) -> bool {
        self.is_current.load(Ordering::Relaxed)
    }

    pub const fn key(&self) -> &AnchorKey {
        &self.key
    }

    /// Writes the anchor if a trail has grown. After a failure, the next call writes it.
    pub fn write(&self) -> std::io::Result<()> {
        let mut failing = self.failing.lock().expect(POISONED);
        if !self.is_current.load(Ordering::Relaxed) {
            return Ok(());
        }
        let tips = self.store.tips();
        let Some(ends) = tips.take() else { return Ok(()) };
        let written = self.file.write(&self.key.write(&ends, SystemClock.now()));
        match &written {
            Ok(()) if *failing => tracing::info!(path = %self.path().display(), "the anchor can be written again"),
            Err(error) => {
                tips.mark_changed();
                if !*failing {
                    tracing::error!(
                        %error, path = %self.path().display(),
                        "failed to write the anchor; retrying every second. Requests are served in the meantime"
                    );
                }
            }
            Ok(()) => {}
        }
        *failing = written.is_err();
        written
    }

    /// Whether the last write failed.
    pub fn is_failing(&self) -> bool {
        *self.failing.lock().expect(POISONED)
    }

    /// A signed line for the end of each trail.
    pub async fn checkpoints(&self) -> Result<Vec<String>, StoreError> {
        let tips = self.store.tips();
        let ends = self.ends(&tips.all()).await?;
        // Other processes may have appended entries.
        tips.publish(ends);
        Ok(self.lines(&tips.all(), SystemClock.now()))
    }

    fn lines(&self, ends: &BTreeMap<Scope, Position>, at: Timestamp) -> Vec<String> {
        let line = |(scope, position): (&Scope, &Position)| {
            self.key.checkpoint(&Checkpoint { scope: *scope, position: *position, at })
        };
        ends.iter().map(line).collect()
    }

    /// Logs a checkpoint of each trail that has grown since the last call.
    pub fn log(&self) {
        let mut logged = self.logged.lock().expect(POISONED);
        let mut ends = self.store.tips().all();
        ends.retain(|scope, end| logged.get(scope) != Some(&end.entry));
        for line in self.lines(&ends, SystemClock.now()) {
            tracing::info!(checkpoint = line, "checkpoint of an audit trail");
        }
        logged.extend(ends.into_iter().map(|(scope, end)| (scope, end.entry)));
    }

    /// Reads the given anchors, or the anchor of this process if there are none.
    pub fn read(&self, given: &[NamedAnchor]) -> Result<Vec<Anchor>, String> {
        if given.is_empty() {
            // If this fails, the file is still compared as it is.
            let _ = self.write();
            return Ok(self.file.read(&self.key)?.into_iter().collect());
        }
        let read = |one: &NamedAnchor| {
            let (name, text) = (format!("the anchor {}", one.name), one.text()?);
            self.key.read(&name, text).map_err(|error| format!("{name} cannot be trusted: {error}"))
        };
        given.iter().map(read).collect()
    }

    /// Records in the audit trail that an older database is accepted, and follows it from now on.
    pub async fn accept(
        &self,
        services: &Services,
        operator: impl Fn(Scope) -> Caller,
        given: &[NamedAnchor],
    ) -> Result<Value, String> {
        let others = self.store.other_processes().await.map_err(text)?;
        if others > 0 {
            return Err(others_running(others));
        }
        let mut anchors = self.read(&[])?;
        if !given.is_empty() {
            anchors.extend(self.read(given)?);
        }
        let mut all = AnchorReport::default();
        for anchor in &anchors {
            let report = check(&*self.store, anchor).await.map_err(text)?;
            all.findings.extend(report.findings);
            all.scopes.extend(report.scopes);
        }
        if all.findings.is_empty() {
            return Err(
                "there is nothing to accept, because the database is as new as its anchors. Run this command where a \
                    start is refused, or name the anchor of that process with --anchor"
                    .to_owned(),
            );
        }
        let newest = anchors.iter().flat_map(|anchor| &anchor.checkpoints).map(|one| one.at).max();
        // Later than every anchor, even if the clock of another process was ahead.
        let now = SystemClock.now();
        let at = newest.map_or(now, |newest| now.max(newest.plus_seconds(1)));
        let ends = self.store.chain_ends().await.map_err(text)?;
        let mut scopes: Vec<Scope> = ends.iter().map(|end| end.scope).collect();
        scopes.retain(|scope| all.scopes.contains(scope));
        if scopes.is_empty() {
            // Every trail with findings is missing as a whole.
            scopes.extend(ends.first().map(|end| end.scope));
        }
        for scope in &scopes {
            let mut entry = AuditEntry::new(&operator(*scope), now, Action::RestoreAccepted);
            entry.detail.note = Some(restore_note(at, &all.findings));
            append_audit(services, *scope, entry).await.map_err(text)?;
        }
        self.follow(None).await.map_err(text)?;
        self.is_current.store(true, Ordering::Relaxed);
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

/// The error of an operation that needs the database for itself.
pub(crate) fn others_running(others: u64) -> String {
    format!("other processes use the database ({others}). Stop them, wait for 10 seconds, and try again")
}

const POISONED: &str = "no code panics while it holds the anchor";

/// A file with an anchor or checkpoints that the operator names. The process of the command reads it, because the
/// server may not have access to it.
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

    /// The content of the file.
    pub fn text(&self) -> Result<&str, String> {
        self.text.as_deref().map_err(Clone::clone)
    }
}

fn refusal(database: &str, report: &AnchorReport) -> String {
    let mut findings: Vec<_> = report.findings.iter().take(MAX_FINDINGS).cloned().collect();
    if report.findings.len() > MAX_FINDINGS {
        findings.push(format!("and {} more", report.findings.len() - MAX_FINDINGS));
    }
    format!(
        "the database {database} is older than the anchor of this process, so it is not served:\n{}\nIf you restored \
            it on purpose, run dossier audit accept-restore. Otherwise, put the newest database back. dossier audit \
            verify shows the details",
        findings.join("\n")
    )
}
