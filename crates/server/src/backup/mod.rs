//! Backups, as commands, the server and an upgrade make them.

pub mod keys;
mod known;
pub(crate) mod prove;
pub mod restore;
pub(crate) mod upgrade;
pub mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use dossier_core::clock::{Clock as _, Timestamp};
use dossier_core::store::Progress;
use dossier_store::anchor::AnchorKey;
use dossier_store::backup::{self, Backup, NewBackup, Pace, Source};
use dossier_store::blobs::{Blobs, Bucket, Folder, Objects};
use dossier_store::transfer::error_text;
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::storage::{file_url_folder, holds_files};
use crate::errors::cannot;
use crate::installation::engine::blobs;
use crate::installation::home::Home;
use crate::metrics::Metrics;
use crate::system::SystemClock;

/// Only one backup at a time runs in this process. The folder's lock or the database's lease keeps other processes out.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// A place of backups: a folder or the URL of a bucket.
pub(crate) fn place(text: &str) -> Result<Arc<dyn Objects>, String> {
    let folder = match file_url_folder(text) {
        Some(path) => path,
        None if holds_files(text) => {
            let variables: Vec<_> = std::env::vars().collect();
            return Ok(Arc::new(Bucket::open(text, &variables).map_err(|error| format!("{text}: {error}"))?));
        }
        // Otherwise a mistyped URL would create a folder of that name.
        None if text.contains("://") => {
            return Err(
                "the place of backups must be a folder, or a bucket as s3://bucket/folder, gs://… or az://…".to_owned()
            );
        }
        None => text,
    };
    if folder.is_empty() {
        return Err("name a place of backups: a folder, or a bucket such as s3://bucket/folder".to_owned());
    }
    Ok(Arc::new(Folder::of_backups(PathBuf::from(folder))))
}

/// Refuses a place inside the data folder, where a backup would be lost together with the data. An upgrade's own backup
/// is the exception.
fn check_outside(config: &Config, text: &str) -> Result<(), String> {
    if holds_files(text) && file_url_folder(text).is_none() {
        return Ok(());
    }
    let place = std::path::absolute(file_url_folder(text).unwrap_or(text)).unwrap_or_else(|_| PathBuf::from(text));
    // The existing part of the path without links and dots, and the rest as it is.
    let resolve = |ancestor: &Path| {
        let rest = place.strip_prefix(ancestor).unwrap_or(Path::new(""));
        ancestor.canonicalize().ok().map(|existing| existing.join(rest))
    };
    let resolved = place.ancestors().find_map(resolve).unwrap_or_else(|| place.clone());
    let data = config.data_dir.canonicalize().map_err(|error| format!("the data folder: {error}"))?;
    if resolved.starts_with(&data) && !resolved.starts_with(data.join("backups")) {
        return Err("the place of backups is in the data folder; choose another disk or a bucket".to_owned());
    }
    Ok(())
}

/// A place, and the name of a backup in it if the text ends with one.
pub(crate) fn place_and_name(text: &str) -> Result<(Arc<dyn Objects>, Option<String>), String> {
    let text = text.trim_end_matches('/');
    let (before, last) = text.rsplit_once('/').unwrap_or((".", text));
    let is_name = backup::is_name(last);
    let folder = if is_name { before } else { text };
    Ok((existing_place(folder)?, is_name.then(|| last.to_owned())))
}

/// A place that must exist. Creating it would hide a typing mistake, or a disk that is not mounted.
pub(crate) fn existing_place(text: &str) -> Result<Arc<dyn Objects>, String> {
    if !holds_files(text) && !Path::new(text).is_dir() {
        return Err(format!("{text} is not a folder: create or mount it, or name a bucket such as s3://bucket/folder"));
    }
    place(text)
}

/// The backup that a text names: the newest of a place, or a particular one.
pub(crate) async fn find(text: &str) -> Result<Backup, String> {
    let (place, name) = place_and_name(text)?;
    Backup::find(&place, name.as_deref()).await.map_err(|error| format!("{text}: {}", error_text(&error)))
}

/// Makes a backup, records it in the metrics, and deletes the remains of interrupted backups and, if `keep` says so,
/// old ones.
pub(crate) async fn create(
    config: &Config,
    key: &AnchorKey,
    to: &str,
    pace: Pace,
    keep: Option<usize>,
    metrics: Option<&Metrics>,
    progress: Progress<'_>,
) -> Result<NewBackup, String> {
    let Ok(_alone) = ONE_AT_A_TIME.try_lock() else {
        return Err("another backup is in progress".to_owned());
    };
    let (began, made) = (Instant::now(), write(config, key, to, pace, keep, progress).await);
    match (&made, metrics) {
        (Ok(made), Some(metrics)) => {
            let seconds = began.elapsed().as_secs_f64();
            metrics.backed_up(made.manifest.created_at, made.manifest.bytes(), Some(seconds));
        }
        (Err(_), Some(metrics)) => metrics.backup_failed(),
        _ => {}
    }
    made
}

async fn write(
    config: &Config,
    key: &AnchorKey,
    to: &str,
    pace: Pace,
    keep: Option<usize>,
    progress: Progress<'_>,
) -> Result<NewBackup, String> {
    check_outside(config, to)?;
    let (home, place) = (Home::of(config), place(to)?);
    let blobs = contents(config)?;
    let now = SystemClock.now();
    let made = home
        .with_location(async |location| {
            backup::create(Source { location, blobs: &*blobs, key }, &place, pace, now, progress).await
        })
        .await
        .map_err(|error| format!("the backup failed: {}", error_text(&error)))?;
    if made.manifest.files.missing > 0 {
        let files = made.manifest.files.missing;
        tracing::error!(
            files,
            name = made.name,
            "the contents of some files are missing, and so they are not in the backup"
        );
    }
    // The new backup is complete even if deleting old ones fails.
    let shared = matches!(home, Home::Postgres(_));
    if let Err(error) = backup::delete_older(&place, &made, keep, shared).await {
        tracing::warn!(%error, "failed to delete old backups");
    }
    Ok(made)
}

/// The contents of files, read while a server may be writing there. What it has not finished is skipped.
fn contents(config: &Config) -> Result<Arc<dyn Blobs>, String> {
    match config.storage.files.as_deref() {
        None => {
            let folder = config.data_dir.join("files");
            let opened = Folder::open_shared(folder.clone()).map_err(cannot("open the folder of files", &folder));
            Ok(Arc::new(opened?))
        }
        place => blobs(config, place).map_err(|error| error.to_string()),
    }
}

/// What a command reports about a backup that was made.
pub(crate) fn created_json(to: &str, made: &NewBackup) -> Value {
    let NewBackup { name, manifest } = made;
    json!({
        "backup": format!("{}/{name}", to.trim_end_matches('/')),
        "created_at": manifest.created_at,
        "records": manifest.records(),
        "files": manifest.files.count,
        "bytes": manifest.bytes(),
        "without_content": manifest.files.missing,
        "epochs": manifest.epochs,
        "next": "check it with dossier backup verify; it is useless without the root key and the keyring \
            (dossier backup keys)",
    })
}

/// The complete backups of a place, oldest first.
pub async fn list(text: &str) -> Result<Value, String> {
    let (place, _) = place_and_name(text)?;
    let backups = Backup::list(&place).await.map_err(|error| format!("{text}: {}", error_text(&error)))?;
    let row = |Backup { name, manifest, .. }: &Backup| {
        json!({
            "name": name,
            "created_at": manifest.created_at,
            "engine": manifest.engine,
            "schema": manifest.schema,
            "records": manifest.records(),
            "files": manifest.files.count,
            "bytes": manifest.bytes(),
            "epochs": manifest.epochs,
            "dossier": manifest.dossier,
        })
    };
    Ok(backups.iter().map(row).collect())
}

/// When the newest backup of this installation was made, and its size.
pub(crate) async fn newest(config: &Config, place: &str) -> Result<Option<(Timestamp, u64)>, String> {
    let installation = installation(config)?;
    let backups = Backup::list(&existing_place(place)?).await.map_err(|error| error.to_string())?;
    let own = backups.into_iter().rfind(|backup| backup.manifest.installation.to_string() == installation);
    Ok(own.map(|backup| (backup.manifest.created_at, backup.manifest.bytes())))
}

/// The keyring holds the id of the installation in plain text.
fn installation(config: &Config) -> Result<String, String> {
    let unreadable = || "the keyring cannot be read".to_owned();
    let text = std::fs::read(&config.storage.keyring).map_err(|_| unreadable())?;
    let keyring: serde_json::Value = serde_json::from_slice(&text).map_err(|_| unreadable())?;
    keyring["installation"].as_str().map(str::to_owned).ok_or_else(unreadable)
}
