//! Verifies a backup: restores it into a temporary folder and opens everything.

use std::collections::BTreeSet;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Clock as _;
use dossier_core::erasure::{LedgerEntry, Subject};
use dossier_core::ids::{CustomerId, Random as _};
use dossier_core::store::{Progress, Store, StoreError};
use dossier_core::use_cases::{erase, erase_person};
use dossier_store::DATABASE_FILE;
use dossier_store::anchor::AnchorKey;
use dossier_store::backup::{
    Backup, Finding, OpenReport, Part, RestoreReport, compare_rows, drop_lost_keys, restore_rows, take_keys, temporary,
};
use dossier_store::ledger::Ledger;
use dossier_store::transfer::error_text;
use dossier_store::transfer::mark::Location;
use dossier_store::vault::RootKey;
use serde_json::{Value, json};

use super::known::{KeySources, KnownKeys};
use crate::config::Config;
use crate::errors::text;
use crate::installation::root_key::root_key;
use crate::installation::services::services;
use crate::scanner::Scans;
use crate::system::{SystemClock, SystemRandom};

/// Verifies the newest backup of a place, or the named one, with this keyring and key export, or those that are found.
///
/// # Errors
///
/// In words for the operator, when it cannot be verified at all. What is wrong in it is in the returned report.
pub async fn verify(
    config: &Config,
    from: &str,
    keys: (Option<&Path>, Option<&Path>),
    progress: Progress<'_>,
) -> Result<Value, String> {
    let backup = super::find(from).await?;
    verify_backup(config, &backup, keys, progress).await
}

pub(crate) async fn verify_backup(
    config: &Config,
    backup: &Backup,
    (keyring, export): (Option<&Path>, Option<&Path>),
    progress: Progress<'_>,
) -> Result<Value, String> {
    let root = root_key(config).map_err(text)?;
    let keyring = keyring.unwrap_or(&config.storage.keyring);
    let sources = KeySources { keyring, export, others: vec![config.storage.keyring.clone()] };
    let keys = KnownKeys::of(backup, &sources, &root).await?;
    let erased = known_erasures(config, keyring, &root)?;
    let scratch = Scratch::for_backup(backup)?;
    let file = scratch.0.join(DATABASE_FILE);
    let (location, now) = (Location::Sqlite(&file), SystemClock.now());
    let manifest = &backup.manifest;
    // Three passes over the records, and one over the files.
    let (records, files) = (manifest.records(), manifest.files.count);
    let total = 3 * records + files;
    let part = |before: u64| move |done: u64, _: u64| progress((before + done).min(total), total);
    let restored = restore_rows(backup, location, now, &part(0)).await;
    let RestoreReport { mut findings, .. } = restored.map_err(|error| match error {
        StoreError::Full => no_room(backup, "it is full"),
        other => error_text(other),
    })?;
    if findings.is_empty() {
        findings.extend(compare_rows(backup, location, &part(records)).await.map_err(error_text)?.findings);
    }
    let (compared, absent) = backup.compare_files(&part(2 * records)).await.map_err(error_text)?;
    findings.extend(compared.findings);
    location.set_mark(None).await.map_err(text)?;
    let gone = take_keys(keys.export.as_ref(), &keys.keyring, location).await.map_err(error_text)?;
    if !gone.is_empty() {
        erase_again(config, backup, &scratch.0, (keyring, &root), gone).await?;
    }
    drop_lost_keys(&keys.keyring, location).await.map_err(error_text)?;
    let part_of_opening = part(2 * records + files);
    let key = AnchorKey::new(&root, *manifest.installation.as_bytes());
    let opened =
        OpenReport::restored(backup, &scratch.0, (keyring, &root, &key), now, (&absent, &erased), &part_of_opening);
    let mut opened = opened.await.map_err(error_text)?;
    findings.append(&mut opened.findings);
    findings.dedup();
    progress(total, total);
    let mut page = report(backup, &opened, &findings);
    page["stay_erased"] = opened.erased.into();
    Ok(page)
}

/// The customers that the ledgers at hand name.
fn known_erasures(config: &Config, keyring: &Path, root: &RootKey) -> Result<BTreeSet<(Scope, CustomerId)>, String> {
    let mut known = BTreeSet::new();
    for keyring in [keyring, &config.storage.keyring] {
        let ledger = Ledger::beside(keyring, root).read().map_err(text)?;
        let customers = ledger.iter().filter(|entry| entry.person.is_none());
        known.extend(customers.map(|entry| (entry.scope, entry.customer)));
    }
    Ok(known)
}

/// Erases customers and persons without a key in the temporary database, as the first start after a restore would.
async fn erase_again(
    config: &Config,
    backup: &Backup,
    folder: &Path,
    keys: (&Path, &RootKey),
    gone: BTreeSet<Subject>,
) -> Result<(), String> {
    let now = SystemClock.now();
    let store = temporary(backup, folder, keys, now).await.map_err(text)?;
    let services = services(config, store as Arc<dyn Store>, String::new(), &Scans::default());
    let entry = |(scope, customer, person)| LedgerEntry { scope, customer, person, erased_at: now, epoch: 0 };
    let gone: Vec<_> = gone.into_iter().map(entry).collect();
    erase::erase_again(&services, &gone).await.map_err(error_text)?;
    erase_person::erase_again(&services, &gone).await.map(drop).map_err(error_text)
}

fn report(backup: &Backup, opened: &OpenReport, findings: &[Finding]) -> Value {
    let manifest = &backup.manifest;
    let line = |what: &str, count: u64, parts: &[Part], good: &str| {
        let wrong = findings.iter().filter(|finding| parts.contains(&finding.part)).count();
        let detail = if wrong == 0 { good.to_owned() } else { format!("{wrong} findings") };
        json!({ "what": what, "count": count, "ok": wrong == 0, "detail": detail })
    };
    let mut checks: Vec<_> = manifest
        .rows
        .iter()
        .map(|rows| {
            let parts = [Part::Table(rows.table.clone())];
            line(&rows.table, rows.records, &parts, "unchanged since the backup was made")
        })
        .collect();
    let files = &manifest.files;
    let uploads = format!("unchanged since the backup was made; {} uploads had expired", files.expired);
    checks.push(line("contents of files", files.count, &[Part::Contents], &uploads));
    checks.push(json!({
        "what": "missing contents",
        "count": files.missing,
        "ok": files.missing == 0,
        "detail": if files.missing == 0 { "" } else { "some files had no content when the backup was made" },
    }));
    for (what, count, part) in [
        ("customers opened", opened.customers, Part::Customers),
        ("events opened", opened.events, Part::Events),
        ("answers and secrets opened", opened.answers, Part::Secrets),
        ("files opened", opened.files, Part::Files),
        ("audit entries verified", opened.entries, Part::Audit),
        ("audit chains verified", opened.chains, Part::Audit),
        ("anchored chains compared", opened.anchored, Part::Audit),
        ("rows compared with the audit trail", opened.compared, Part::Audit),
    ] {
        checks.push(line(what, count, &[part, Part::Database], ""));
    }
    let ok = findings.is_empty() && checks.iter().all(|check| check["ok"] == true);
    let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
    json!({
        "backup": backup.name,
        "created_at": manifest.created_at,
        "made_by": format!("dossier {}", manifest.dossier),
        "engine": manifest.engine,
        "schema": manifest.schema,
        "epochs": manifest.epochs,
        "bytes": manifest.bytes(),
        "ok": ok,
        "checks": checks,
        "findings": findings,
    })
}

/// A temporary folder, which is deleted on drop.
struct Scratch(PathBuf);

impl Scratch {
    fn for_backup(backup: &Backup) -> Result<Self, String> {
        let folder = std::env::temp_dir();
        if let Ok(room) = rustix::fs::statvfs(&folder) {
            let free = room.f_bavail.saturating_mul(room.f_frsize);
            if free < room_for(backup) {
                return Err(no_room(backup, &format!("it has {} MiB left", mib(free))));
            }
        }
        let path = folder.join(format!("dossier-{}", SystemRandom::default().uuid()));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| no_room(backup, &error.to_string()))?;
        Ok(Self(path))
    }
}

/// A database needs more space than the rows of a backup, for its indexes and for its log.
fn room_for(backup: &Backup) -> u64 {
    backup.manifest.rows.iter().map(|rows| rows.bytes).fold(0, u64::saturating_add).saturating_mul(3)
}

fn no_room(backup: &Backup, error: &str) -> String {
    format!(
        "the backup could not be verified in {} ({error}); set TMPDIR to a folder with {} MiB",
        std::env::temp_dir().display(),
        mib(room_for(backup))
    )
}

fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1024 * 1024)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "failed to delete a temporary folder");
        }
    }
}
