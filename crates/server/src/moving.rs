//! Moving an installation to another engine, and files to another place. The server does not run meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use dossier_core::store::{Progress, StoreError};
use dossier_store::blobs::{BlobPath, Blobs};
use dossier_store::moving::move_all;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::config::{Config, holds_files, is_postgres};
use crate::installation::{Lock, Opened, blobs, root_key};

/// The embedded engine, as the place to move to.
const EMBEDDED: &str = "sqlite";
/// Bytes of a content that are read at once.
const PIECE: u64 = 1024 * 1024;

/// Copies every record to another engine, compares them one by one, and verifies the audit chains on both ends.
///
/// # Errors
///
/// In words for the person at the command line. What was copied stays, and running it again goes on.
pub async fn database(config: &Config, to: &str, progress: Progress<'_>) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(|error| error.to_string())?;
    let target = (to != EMBEDDED).then_some(to);
    if target.is_some_and(|url| !is_postgres(url)) {
        return Err(format!("--to is postgres://user:password@host/name, or {EMBEDDED}"));
    }
    if target == config.database.as_deref() {
        return Err("the records are there already".to_owned());
    }
    let root_key = root_key(config).map_err(|error| error.to_string())?;
    let open = async |database| Opened::open(config, database, &root_key).await.map_err(|error| error.to_string());
    let (from, to) = (open(config.database.as_deref()).await?, open(target).await?);
    for (end, name) in [(&from, "the database in use"), (&to, "the database to move to")] {
        let others = end.others().await.map_err(said)?;
        if others > 0 {
            return Err(format!("{others} other processes use {name}; stop them, and wait for 10 seconds"));
        }
    }
    let moved = move_all(&from.end(), &to.end(), progress).await.map_err(said)?;
    let mut chains = Vec::new();
    for end in [from, to] {
        let report = end.engine().verify_audit(&|_, _| {}).await.map_err(said)?;
        if !report.findings.is_empty() {
            return Err(format!("the audit trail has findings:\n{}", report.findings.join("\n")));
        }
        chains.push(json!({ "chains": report.chains, "entries": report.entries }));
    }
    if chains[0] != chains[1] {
        return Err("the audit trails differ".to_owned());
    }
    let next = match target {
        Some(_) => {
            "start dossier with --database, or DOSSIER_DATABASE, set to where it moved; keep root key and keyring"
        }
        None => "start dossier without --database; keep root key and keyring",
    };
    Ok(json!({ "records": moved.records, "audit": chains[0], "next": next }))
}

/// Copies the content of every file to another place, and compares it.
///
/// # Errors
///
/// As [`database`].
pub async fn files(config: &Config, to: &str, progress: Progress<'_>) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(|error| error.to_string())?;
    let target = (to != "folder").then(|| to.trim_end_matches('/'));
    if target.is_some_and(|url| !holds_files(url)) {
        return Err(
            "--to is s3://bucket/folder, gs://…, az://…, file:///folder, or folder: the data folder's".to_owned()
        );
    }
    if target == config.files.as_deref() {
        return Err("the files are there already".to_owned());
    }
    let open = |place| blobs(config, place).map_err(|error| error.to_string());
    let (from, to) = (open(config.files.as_deref())?, open(target)?);
    let contents: Vec<_> = from.list().try_collect().await.map_err(said)?;
    let there: Vec<_> = to.list().try_collect().await.map_err(said)?;
    let there: HashMap<String, u64> = there.iter().map(|one| (one.path.to_string(), one.size)).collect();
    let total = contents.len() as u64;
    for (done, content) in contents.iter().enumerate() {
        if there.get(&content.path.to_string()) != Some(&content.size) {
            copy(&from, &to, content.path, content.size).await.map_err(said)?;
        }
        if !same(&from, &to, content.path, content.size).await.map_err(said)? {
            return Err(format!("{} is not the same in both places", content.path));
        }
        progress(done as u64 + 1, total);
    }
    let place = target.map_or_else(|| "empty".to_owned(), |url| format!("set to {url}"));
    let next =
        format!("start dossier with files, or DOSSIER_FILES, {place}; then what lies in the old place can be deleted");
    Ok(json!({ "files": total, "next": next }))
}

async fn copy(from: &Arc<dyn Blobs>, to: &Arc<dyn Blobs>, path: BlobPath, size: u64) -> Result<(), StoreError> {
    to.delete(path).await?;
    let mut content = to.create(path).await?;
    for begin in (0..size).step_by(usize::try_from(PIECE).expect("a megabyte")) {
        content.write(from.read(path, begin..size.min(begin + PIECE)).await?).await?;
    }
    content.finish().await
}

async fn same(from: &Arc<dyn Blobs>, to: &Arc<dyn Blobs>, path: BlobPath, size: u64) -> Result<bool, StoreError> {
    for begin in (0..size).step_by(usize::try_from(PIECE).expect("a megabyte")) {
        let piece = begin..size.min(begin + PIECE);
        if from.read(path, piece.clone()).await? != to.read(path, piece).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn said(error: StoreError) -> String {
    error.to_string()
}
