//! Whether a backup can be brought back: it is, into a temporary folder, and everything in it is opened.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use dossier_core::clock::Clock as _;
use dossier_core::ids::Random as _;
use dossier_core::store::{Progress, StoreError};
use dossier_store::backup::{Backup, Opened, compare_rows, restore_rows};
use dossier_store::transfer::mark::Location;
use dossier_store::transfer::plain;
use dossier_store::vault::{Keyring, RootKey};
use serde_json::{Value, json};

use crate::config::Config;
use crate::installation::root_key;
use crate::system::{SystemClock, SystemRandom};

/// Verifies the newest backup of a place, or the one that is named.
///
/// # Errors
///
/// In words for people, when it cannot be verified at all. What is wrong in it stands in the answer.
pub async fn verify(
    config: &Config,
    from: &str,
    keyring: Option<&Path>,
    progress: Progress<'_>,
) -> Result<Value, String> {
    let backup = super::find(from).await?;
    verify_backup(config, &backup, keyring, progress).await
}

pub(crate) async fn verify_backup(
    config: &Config,
    backup: &Backup,
    keyring: Option<&Path>,
    progress: Progress<'_>,
) -> Result<Value, String> {
    let root = root_key(config).map_err(text)?;
    let keyring = keyring.unwrap_or(&config.keyring);
    check_keys(backup, keyring, &root)?;
    let scratch = Scratch::new()?;
    let file = scratch.0.join("dossier.db");
    let (location, now) = (Location::Sqlite(&file), SystemClock.now());
    let manifest = &backup.manifest;
    // Four walks over the records, and one over the files.
    let (records, files) = (manifest.records(), manifest.files.count);
    let total = 3 * records + files;
    let part = |before: u64| move |done: u64, _: u64| progress((before + done).min(total), total);
    let mut findings = restore_rows(backup, location, now, &part(0)).await.map_err(said)?.findings;
    if findings.is_empty() {
        findings.extend(compare_rows(backup, location, &part(records)).await.map_err(said)?.findings);
    }
    let (compared, absent) = backup.compare_files(&part(2 * records)).await.map_err(said)?;
    findings.extend(compared.findings);
    location.set_mark(None).await.map_err(text)?;
    let report = part(2 * records + files);
    let opened = Opened::restored(backup, &scratch.0, (keyring, &root), now, &absent, &report).await;
    let mut opened = opened.map_err(said)?;
    findings.append(&mut opened.findings);
    findings.dedup();
    progress(total, total);
    Ok(page(backup, &opened, &findings))
}

/// Whether the keys of the backup are there, before anything is restored.
pub(super) fn check_keys(backup: &Backup, keyring: &Path, root: &RootKey) -> Result<(), String> {
    let manifest = &backup.manifest;
    let opened = Keyring::open(keyring, root).map_err(|error| format!("{}: {error}", keyring.display()))?;
    if opened.installation() != *manifest.installation.as_bytes() {
        return Err(format!("{} is the keyring of another installation than the backup", keyring.display()));
    }
    let absent: Vec<_> = manifest.epochs.iter().filter(|epoch| !opened.opens(**epoch)).map(u32::to_string).collect();
    if !absent.is_empty() {
        return Err(format!(
            "the keyring {} does not have the key of epoch {}, which the backup of {} needs: give the copy of the \
                keyring from that day with --keyring",
            keyring.display(),
            absent.join(", "),
            manifest.created_at
        ));
    }
    Ok(())
}

fn page(backup: &Backup, opened: &Opened, findings: &[String]) -> Value {
    let manifest = &backup.manifest;
    let of = |what: &str, count: u64, said: &str| {
        let wrong = findings.iter().filter(|finding| finding.starts_with(&format!("{what}: "))).count();
        let detail = if wrong == 0 { said.to_owned() } else { format!("{wrong} findings") };
        json!({ "what": what, "count": count, "ok": wrong == 0, "detail": detail })
    };
    let mut checks: Vec<_> =
        manifest.rows.iter().map(|rows| of(&rows.table, rows.records, "the same as when it was made")).collect();
    let without = manifest.files.missing + manifest.files.expired;
    let files = &manifest.files;
    checks.push(of("files", files.count, &format!("contents the same, {without} without content")));
    if let Some(row) = checks.iter_mut().rev().find(|row| row["what"] == "files") {
        row["what"] = "contents of files".into();
    }
    for (what, count) in [
        ("customers opened", opened.customers),
        ("events opened", opened.events),
        ("answers opened", opened.answers),
        ("files opened", opened.files),
        ("audit entries verified", opened.entries),
        ("audit chains verified", opened.chains),
    ] {
        checks.push(json!({ "what": what, "count": count, "ok": true, "detail": "" }));
    }
    json!({
        "backup": backup.name,
        "created_at": manifest.created_at,
        "made_by": format!("dossier {}", manifest.dossier),
        "engine": manifest.engine,
        "schema": manifest.schema,
        "epochs": manifest.epochs,
        "bytes": manifest.bytes(),
        "ok": findings.is_empty(),
        "checks": checks,
        "findings": findings,
    })
}

/// A folder that is gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("dossier-{}", SystemRandom::default().uuid(SystemClock.now())));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "a temporary folder could not be deleted");
        }
    }
}

fn said(error: StoreError) -> String {
    plain(&error)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
