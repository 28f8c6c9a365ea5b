//! Moves an installation to another engine, and files to another place, while the server is stopped.

use std::collections::HashMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dossier_core::clock::Clock as _;
use dossier_core::store::{Progress, StoreError};
use dossier_store::anchor::{AnchorFile, AnchorKey, check};
use dossier_store::blobs::{BlobPath, Blobs};
use dossier_store::transfer::error_text;
use dossier_store::transfer::mark::Mark;
use dossier_store::transfer::moving::move_all;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::storage::{holds_files, is_postgres};
use crate::errors::{cannot, text};
use crate::installation::engine::{OpenStore, blobs};
use crate::installation::home::Home;
use crate::installation::lock::Lock;
use crate::installation::root_key::root_key;
use crate::system::SystemClock;

/// The embedded engine, as the place to move to.
const EMBEDDED: &str = "sqlite";
/// The folder in a data folder in which a database arrives that is to replace the one there.
const ARRIVING: &str = "arriving";
/// Bytes of a content that are read at once.
const PIECE: u64 = 1024 * 1024;

/// Copies every record to another engine, compares them one by one, and verifies the audit chains on both ends. The
/// database that is left is marked before the first record is copied, and from then on no longer served.
///
/// # Errors
///
/// In words for the person at the command line. What was copied stays, and running it again goes on.
pub async fn database(config: &Config, to: &str, progress: Progress<'_>) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(text)?;
    let target = (to != EMBEDDED).then_some(to);
    if target.is_some_and(|url| !is_postgres(url)) {
        return Err(format!("--to is postgres://user:password@host/name, or {EMBEDDED}"));
    }
    if target == config.storage.database.as_deref() {
        return Err("the records are there already".to_owned());
    }
    let source = Home::of(config);
    let target = target.map_or_else(|| Home::Folder(config.data_dir.clone()), |url| Home::Postgres(url.to_owned()));
    let arrives_in = place_to_arrive(&target).await?;
    let before = may_leave(&source, &target).await?;
    may_arrive(&source, &arrives_in).await?;
    if !matches!(before, Some(Mark::Left { .. })) {
        // A process that starts during the copy would acknowledge writes that are left behind.
        let leaving = Mark::Leaving { to: target.location(), at: SystemClock.now() };
        source.set_mark(Some(&leaving)).await.map_err(text)?;
    }
    let copied = copy(config, &source, &arrives_in, progress).await;
    if copied.is_err() && before.is_none() && !is_arriving(&arrives_in).await {
        // Nothing has been copied, so the source need not wait for another attempt.
        source.set_mark(None).await.map_err(text)?;
    }
    let (records, audit) = copied?;
    let left = Mark::Left { to: target.location(), at: SystemClock.now() };
    source.set_mark(Some(&left)).await.map_err(text)?;
    let mut moved = json!({ "records": records, "audit": audit });
    if let Home::Folder(folder) = &arrives_in
        && arrives_in != target
    {
        let aside = replace_left(&config.data_dir, folder);
        let aside = aside.map_err(|error| format!("cannot rename the old database: {error}"))?;
        moved["set_aside"] = aside.display().to_string().into();
    }
    // Last, so that no end of this process leaves two databases that can both be served.
    target.set_mark(None).await.map_err(text)?;
    let next = match target {
        Home::Postgres(_) => {
            "start dossier with --database, or DOSSIER_DATABASE, set to where it moved; keep root key and keyring"
        }
        Home::Folder(_) => "start dossier without --database; keep root key and keyring",
    };
    moved["next"] = next.into();
    Ok(moved)
}

/// Where the records arrive: mostly in the target itself. A database in the data folder that was left by a move stays
/// until all has arrived in a folder beside it.
async fn place_to_arrive(target: &Home) -> Result<Home, String> {
    let Home::Folder(folder) = target else { return Ok(target.clone()) };
    if !matches!(target.read_state().await.map_err(text)?.mark, Some(Mark::Left { .. })) {
        return Ok(target.clone());
    }
    let folder = folder.join(ARRIVING);
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(cannot("make the folder", &folder))?;
    Ok(Home::Folder(folder))
}

/// Returns the mark of the source, which was not left, unless for this target: then the move ended early.
async fn may_leave(source: &Home, target: &Home) -> Result<Option<Mark>, String> {
    let mark = source.read_state().await.map_err(text)?.mark;
    match &mark {
        Some(left @ Mark::Left { to, .. }) if *to != target.location() => Err(source.why_not(left)),
        Some(arriving @ Mark::Arriving { .. }) => Err(source.why_not(arriving)),
        _ => Ok(mark),
    }
}

/// Whether an earlier attempt or this one has begun to copy.
async fn is_arriving(target: &Home) -> bool {
    match target.read_state().await {
        Ok(state) => matches!(state.mark, Some(Mark::Arriving { .. })),
        // Perhaps: it cannot be reached.
        Err(_) => true,
    }
}

/// Whether the target is new, or holds a part of what the same source has.
async fn may_arrive(source: &Home, target: &Home) -> Result<(), String> {
    match target.read_state().await.map_err(text)?.mark {
        Some(Mark::Arriving { from, .. }) if from == source.location() => Ok(()),
        Some(Mark::Left { .. }) => Err(format!(
            "{} still has the records that once moved away from it; move into an empty database",
            target.location()
        )),
        Some(mark) => Err(target.why_not(&mark)),
        None => Ok(()),
    }
}

/// Copies and compares the records, and verifies the audit chains on both ends. Returns how many records and what
/// chains there are.
async fn copy(config: &Config, source: &Home, target: &Home, progress: Progress<'_>) -> Result<(u64, Value), String> {
    let root_key = root_key(config).map_err(text)?;
    let open = async |home| OpenStore::open(config, home, &root_key).await.map_err(text);
    // Brings the schema up to date, and sees that keyring and root key are those of the records.
    let from = open(source).await?;
    check_alone(&from).await?;
    let now = SystemClock.now();
    let moved = source
        .with_location(async |from| {
            target.with_location(async |to| move_all(from, &source.location(), to, now, progress).await).await
        })
        .await
        .map_err(error_text)?;
    // One that was starting when the source was marked.
    check_alone(&from).await?;
    let mut chains = Vec::new();
    let key = AnchorKey::new(&root_key, from.engine().installation());
    let anchor = AnchorFile::at(config.storage.anchor.clone()).read(&key)?;
    for end in [from, open(target).await?] {
        let mut report = end.engine().verify_audit(&|_, _| {}).await.map_err(text)?;
        if let Some(anchor) = &anchor {
            report.findings.extend(check(&*end.engine(), anchor).await.map_err(text)?.findings);
        }
        if !report.findings.is_empty() {
            return Err(format!("the audit trail has findings:\n{}", report.findings.join("\n")));
        }
        chains.push(json!({ "chains": report.chains, "entries": report.entries }));
    }
    if chains[0] != chains[1] {
        return Err("the audit trails differ".to_owned());
    }
    Ok((moved.records, chains.remove(0)))
}

async fn check_alone(store: &OpenStore) -> Result<(), String> {
    match store.engine().other_processes().await.map_err(text)? {
        0 => Ok(()),
        others => Err(format!("{others} other processes use the database; stop them, and wait for 10 seconds")),
    }
}

/// Puts the database that has arrived in the place of the one that was left, which is kept under another name. There
/// is a database at every moment: without one, a start would make a new and empty one.
fn replace_left(data_dir: &Path, arrived: &Path) -> std::io::Result<PathBuf> {
    let left = data_dir.join("dossier.db");
    let day = SystemClock.now().to_string().replace([':', '.'], "-");
    let aside = data_dir.join(format!("dossier.db.left-{day}"));
    std::fs::hard_link(&left, &aside)?;
    // A cleanly closed database has no WAL, and another database's WAL must never be applied to it.
    for log in ["dossier.db-wal", "dossier.db-shm"] {
        match std::fs::remove_file(data_dir.join(log)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    std::fs::rename(arrived.join("dossier.db"), &left)?;
    std::fs::File::open(data_dir)?.sync_all()?;
    std::fs::remove_dir_all(arrived)?;
    Ok(aside)
}

/// Lets a database be served again whose records moved elsewhere, or began to.
///
/// # Errors
///
/// When it was not left, or cannot be reached.
pub async fn reopen(config: &Config) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(text)?;
    let home = Home::of(config);
    match home.read_state().await.map_err(text)?.mark {
        Some(Mark::Leaving { to, at } | Mark::Left { to, at }) => {
            home.set_mark(None).await.map_err(text)?;
            Ok(json!({ "reopened": home.location(), "left_for": to, "left_at": at }))
        }
        Some(mark) => Err(home.why_not(&mark)),
        None => Err(format!("the records of {} did not move away from it", home.location())),
    }
}

/// Copies the content of every file to another place, and compares it.
pub async fn files(config: &Config, to: &str, progress: Progress<'_>) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(text)?;
    let target = (to != "folder").then(|| to.trim_end_matches('/'));
    if target.is_some_and(|url| !holds_files(url)) {
        return Err(
            "--to is s3://bucket/folder, gs://…, az://…, file:///folder, or folder: the data folder's".to_owned()
        );
    }
    if target == config.storage.files.as_deref() {
        return Err("the files are there already".to_owned());
    }
    let open = |place| blobs(config, place).map_err(text);
    let (from, to) = (open(config.storage.files.as_deref())?, open(target)?);
    let contents: Vec<_> = from.list().try_collect().await.map_err(text)?;
    let there: Vec<_> = to.list().try_collect().await.map_err(text)?;
    let there: HashMap<String, u64> = there.iter().map(|one| (one.path.to_string(), one.size)).collect();
    let total = contents.len() as u64;
    for (done, content) in contents.iter().enumerate() {
        if there.get(&content.path.to_string()) != Some(&content.size) {
            copy_content(&from, &to, content.path, content.size).await.map_err(text)?;
        }
        if !same(&from, &to, content.path, content.size).await.map_err(text)? {
            return Err(format!("{} is not the same in both places", content.path));
        }
        progress(done as u64 + 1, total);
    }
    let place = target.map_or_else(|| "empty".to_owned(), |url| format!("set to {url}"));
    let next =
        format!("start dossier with files, or DOSSIER_FILES, {place}; then what lies in the old place can be deleted");
    Ok(json!({ "files": total, "next": next }))
}

async fn copy_content(from: &Arc<dyn Blobs>, to: &Arc<dyn Blobs>, path: BlobPath, size: u64) -> Result<(), StoreError> {
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
