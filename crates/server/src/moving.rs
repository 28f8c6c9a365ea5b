//! Moves an installation to another engine, and files to another place, while the server is stopped.

use std::collections::HashMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dossier_core::audit::Action;
use dossier_core::caller::{Actor, Caller, OperatorName};
use dossier_core::clock::Clock as _;
use dossier_core::store::{Progress, StoreError};
use dossier_store::anchor::{AnchorFile, AnchorKey, check};
use dossier_store::blobs::{BlobPath, Blobs};
use dossier_store::transfer::error_text;
use dossier_store::transfer::mark::Mark;
use dossier_store::transfer::moving::move_all;
use dossier_store::{DATABASE_FILE, Engine};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::anchor::{AnchorPolicy, others_running};
use crate::config::Config;
use crate::config::storage::{holds_files, is_postgres};
use crate::errors::{cannot, text};
use crate::installation::audit::audit_installation;
use crate::installation::engine::{OpenStore, blobs};
use crate::installation::home::Home;
use crate::installation::lock::Lock;
use crate::installation::open::Installation;
use crate::installation::root_key::root_key;
use crate::installation::services::services;
use crate::scanner::Scans;
use crate::system::SystemClock;

/// The name of the embedded database in `--to`.
const EMBEDDED: &str = "sqlite";
/// The folder in a data folder in which a database arrives that will replace the one there.
const ARRIVING: &str = "arriving";
/// The number of bytes of a file that are read at once.
const PIECE: u64 = 1024 * 1024;

/// Copies every record to another database, compares each copy, and verifies the audit chains in both. The source is
/// marked before the first record is copied, and is not served from then on. After a failure, the next call continues
/// where this one ended.
pub async fn database(
    config: &Config,
    to: &str,
    operator: &OperatorName,
    progress: Progress<'_>,
) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(text)?;
    let target = (to != EMBEDDED).then_some(to);
    if target.is_some_and(|url| !is_postgres(url)) {
        return Err(format!("--to must be postgres://user:password@host/name, or {EMBEDDED}"));
    }
    if target == config.storage.database.as_deref() {
        return Err("the records are already in this database".to_owned());
    }
    let source = Home::of(config);
    let target = target.map_or_else(|| Home::Folder(config.data_dir.clone()), |url| Home::Postgres(url.to_owned()));
    let arrives_in = arrival_of(&target).await?;
    let before = check_source(&source, &target).await?;
    let is_new = check_target(&source, &arrives_in).await?;
    if !matches!(before, Some(Mark::Left { .. })) {
        // Writes that a server acknowledged during the copy would not arrive.
        let leaving = Mark::Leaving { to: target.location(), at: SystemClock.now() };
        source.set_mark(Some(&leaving)).await.map_err(text)?;
    }
    // Once records were copied, another entry would make the source differ from the copy.
    let audit = is_new.then(|| Audit { operator, to: target.location() });
    let copied = copy(config, &source, &arrives_in, audit, progress).await;
    if copied.is_err() && before.is_none() && !is_arriving(&arrives_in).await {
        // Nothing was copied, so the source can be served.
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
    // Last, so that the two databases can never both be served, even if this process is killed.
    target.set_mark(None).await.map_err(text)?;
    let next = match target {
        Home::Postgres(_) => {
            "start dossier with --database or DOSSIER_DATABASE set to the new database; keep root key and keyring"
        }
        Home::Folder(_) => "start dossier without --database; keep root key and keyring",
    };
    moved["next"] = next.into();
    Ok(moved)
}

/// The place where the records arrive: the target, unless that is a folder with a database that was moved before. That
/// stays until all records have arrived in a folder inside it.
async fn arrival_of(target: &Home) -> Result<Home, String> {
    let Home::Folder(folder) = target else { return Ok(target.clone()) };
    if !matches!(target.read_state().await.map_err(text)?.mark, Some(Mark::Left { .. })) {
        return Ok(target.clone());
    }
    let folder = folder.join(ARRIVING);
    let created = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    created.map_err(cannot("create the folder", &folder))?;
    Ok(Home::Folder(folder))
}

/// Fails if the records of the source were moved to another target. Returns the mark of the source.
async fn check_source(source: &Home, target: &Home) -> Result<Option<Mark>, String> {
    let mark = source.read_state().await.map_err(text)?.mark;
    match &mark {
        Some(left @ Mark::Left { to, .. }) if *to != target.location() => Err(source.why_not(left)),
        Some(arriving @ Mark::Arriving { .. }) => Err(source.why_not(arriving)),
        _ => Ok(mark),
    }
}

/// Whether this attempt or an earlier one has started to copy.
async fn is_arriving(target: &Home) -> bool {
    match target.read_state().await {
        Ok(state) => matches!(state.mark, Some(Mark::Arriving { .. })),
        // It may have, but the target cannot be reached.
        Err(_) => true,
    }
}

/// Fails if the target has records that were not copied from the source. Returns whether it has none.
async fn check_target(source: &Home, target: &Home) -> Result<bool, String> {
    match target.read_state().await.map_err(text)?.mark {
        Some(Mark::Arriving { from, .. }) if from == source.location() => Ok(false),
        Some(Mark::Left { .. }) => Err(format!(
            "{} still has the records that were moved from it earlier; move to an empty database",
            target.location()
        )),
        Some(mark) => Err(target.why_not(&mark)),
        None => Ok(true),
    }
}

/// The contents of the audit entry about a move.
struct Audit<'a> {
    operator: &'a OperatorName,
    to: String,
}

/// Copies and compares the records, and verifies the audit chains in both databases. Returns the number of records, and
/// the totals of the chains.
async fn copy(
    config: &Config,
    source: &Home,
    target: &Home,
    audit: Option<Audit<'_>>,
    progress: Progress<'_>,
) -> Result<(u64, Value), String> {
    let root_key = root_key(config).map_err(text)?;
    let open = async |home| OpenStore::open(config, home, &root_key).await.map_err(text);
    // Upgrades the schema, and verifies that keyring and root key belong to the records.
    let from = open(source).await?;
    check_alone(&from).await?;
    if let Some(Audit { operator, to }) = audit {
        record(config, from.engine(), operator, Action::DatabaseMoved, to).await?;
    }
    let now = SystemClock.now();
    let moved = source
        .with_location(async |from| {
            target.with_location(async |to| move_all(from, &source.location(), to, now, progress).await).await
        })
        .await
        .map_err(error_text)?;
    // A process may have been starting when the source was marked.
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
        return Err("the audit trails of the two databases differ".to_owned());
    }
    Ok((moved.records, chains.remove(0)))
}

/// Appends an audit entry about the database. `about` is the other database.
async fn record(
    config: &Config,
    store: Arc<dyn Engine>,
    operator: &OperatorName,
    action: Action,
    about: String,
) -> Result<(), String> {
    let services = services(config, store, config.own_urls().form, &Scans::default());
    let request_id = format!("cli-{}", services.random.uuid());
    let caller = |scope| Caller { scope, actor: Actor::Operator(operator.clone()), request_id, address: None };
    audit_installation(&services, caller, action, |entry| entry.detail.note = Some(about)).await.map_err(text)
}

async fn check_alone(store: &OpenStore) -> Result<(), String> {
    match store.engine().other_processes().await.map_err(text)? {
        0 => Ok(()),
        others => Err(others_running(others)),
    }
}

/// Replaces the database that was moved earlier with the one that has arrived, and keeps it under another name. There
/// is a database at every moment, because without one a start would create an empty one.
fn replace_left(data_dir: &Path, arrived: &Path) -> std::io::Result<PathBuf> {
    let left = data_dir.join(DATABASE_FILE);
    let day = SystemClock.now().to_string().replace([':', '.'], "-");
    let aside = data_dir.join(format!("{DATABASE_FILE}.left-{day}"));
    std::fs::hard_link(&left, &aside)?;
    // A cleanly closed database has no WAL, and another database's WAL must never be applied to it.
    for suffix in ["-wal", "-shm"] {
        match std::fs::remove_file(data_dir.join(format!("{DATABASE_FILE}{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    std::fs::rename(arrived.join(DATABASE_FILE), &left)?;
    std::fs::File::open(data_dir)?.sync_all()?;
    std::fs::remove_dir_all(arrived)?;
    Ok(aside)
}

/// Removes the mark of a database whose records were moved, or started to move, so that it can be served again.
pub async fn reopen(config: &Config, operator: &OperatorName) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(text)?;
    let home = Home::of(config);
    let mark = home.read_state().await.map_err(text)?.mark;
    match &mark {
        Some(Mark::Leaving { to, at } | Mark::Left { to, at }) => {
            home.set_mark(None).await.map_err(text)?;
            // Opened like any other database, so that an upgrade makes its backup and an older state is detected.
            let opened = Installation::open(config, config.own_urls().form, AnchorPolicy::Report).await.map_err(text);
            let recorded = match opened {
                Ok(Installation { store, .. }) => {
                    record(config, store, operator, Action::DatabaseReopened, to.clone()).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = recorded {
                home.set_mark(mark.as_ref()).await.map_err(text)?;
                return Err(error);
            }
            Ok(json!({ "reopened": home.location(), "left_for": to, "left_at": at }))
        }
        Some(mark) => Err(home.why_not(mark)),
        None => Err(format!("the records of {} were not moved to another database", home.location())),
    }
}

/// Copies every file to another place, and compares the copies.
pub async fn files(config: &Config, to: &str, progress: Progress<'_>) -> Result<Value, String> {
    let _lock = Lock::take(&config.data_dir).map_err(text)?;
    let target = (to != "folder").then(|| to.trim_end_matches('/'));
    if target.is_some_and(|url| !holds_files(url)) {
        return Err(
            "--to must be s3://bucket/folder, gs://…, az://…, file:///folder, or folder for the data folder".to_owned()
        );
    }
    if target == config.storage.files.as_deref() {
        return Err("the files are already in this place".to_owned());
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
            return Err(format!("the copy of {} differs from the original; run the command again", content.path));
        }
        progress(done as u64 + 1, total);
    }
    let place = target.map_or_else(|| "empty".to_owned(), |url| format!("set to {url}"));
    let next =
        format!("start dossier with files or DOSSIER_FILES {place}; then you can delete the files in the old place");
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
