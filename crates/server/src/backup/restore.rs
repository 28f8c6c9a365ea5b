//! Restores a backup, into a data folder or a PostgreSQL database that is empty.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dossier_core::caller::Scope;
use dossier_core::clock::Clock as _;
use dossier_core::erasure::LedgerEntry;
use dossier_core::ids::CustomerId;
use dossier_core::store::{Progress, StoreError};
use dossier_store::Engine;
use dossier_store::anchor::{Anchor, AnchorKey, check};
use dossier_store::backup::{
    Backup, Finding, RestoreReport, compare_rows, drop_lost_keys, restore_files, restore_rows, schema_in,
    take_keys as take,
};
use dossier_store::ledger::Ledger;
use dossier_store::planted::reached;
use dossier_store::transfer::error_text;
use dossier_store::transfer::mark::Mark;
use dossier_store::vault::{Keyring, RootKey};
use serde_json::{Value, json};

use super::known::{KeySources, KnownKeys};
use crate::anchor::{AnchorPolicy, ProcessAnchor};
use crate::config::Config;
use crate::config::root_key::RootKeySource;
use crate::config::storage::{holds_files, is_postgres};
use crate::erasures;
use crate::errors::{cannot, text};
use crate::installation::engine::{OpenStore, blobs};
use crate::installation::home::Home;
use crate::installation::lock::Lock;
use crate::installation::root_key::root_key;

use crate::system::SystemClock;

/// What to restore, and where to.
#[derive(Debug, Clone)]
pub struct Restore {
    /// A place of backups, or a backup in one.
    pub from: String,
    /// A data folder, or the URL of a PostgreSQL database.
    pub into: String,
    /// Where the contents of files go. `None` for the data folder.
    pub files: Option<String>,
    /// The newest copy of the keyring, or the one from the time of the backup.
    pub keyring: Option<PathBuf>,
    /// The newest key export, unless it is beside a keyring or the backup.
    pub keys: Option<PathBuf>,
    /// The newest copy of the ledger of erasures, besides those that belong to the keyrings.
    pub ledger: Option<PathBuf>,
}

/// Restores a backup and verifies the result. After an interruption, the same command continues where it stopped. An
/// incomplete restore is never served.
///
/// # Errors
///
/// In words for the operator: when the target is in use or not empty, keys are missing, or the backup was altered.
pub async fn restore(config: &Config, restore: &Restore, progress: Progress<'_>) -> Result<Value, String> {
    let backup = super::find(&restore.from).await?;
    let target = target_config(config, restore)?;
    let root = root_key_for(config, &target)?;
    let keyring = restore.keyring.as_deref().unwrap_or(&target.storage.keyring);
    if !keyring.exists() {
        return Err(format!("there is no keyring {}; pass the newest copy with --keyring", keyring.display()));
    }
    check_same_keyring(&target.storage.keyring, keyring)?;
    let others = vec![target.storage.keyring.clone(), config.storage.keyring.clone()];
    let sources = KeySources { keyring, export: restore.keys.as_deref(), others };
    // First, because its message says whether the root key or the keyring is the wrong one.
    let keys = KnownKeys::of(&backup, &sources, &root).await?;
    let mut ledger = known_erasures(config, restore, (keyring, &target.storage.keyring), &root)?;
    let (records, files) = (backup.manifest.records(), backup.manifest.files.count);
    let total = 3 * records + 2 * files;
    let part = |before: u64| move |done: u64, _: u64| progress((before + done).min(total), total);
    let anchored = read_whole(&backup, &root, &part(0)).await?;
    let _lock = Lock::take(&target.data_dir).map_err(text)?;
    let home = Home::of(&target);
    if let Home::Folder(folder) = &home
        && home.read_state().await.map_err(text)?.migrations == 0
        && folder.join("files").exists()
    {
        return Err(format!("{} has files but no database; use an empty folder", folder.display()));
    }
    let blobs = copy_back(&backup, &target, &home, &part(records + files)).await?;
    reached("restore: compared");
    let gone = take_keys(&backup, &home, &keys, &mut ledger).await?;
    reached("restore: keys taken");
    if !target.storage.keyring.exists() {
        super::keys::copy(keyring, &target.storage.keyring)?;
    }
    // Every start erases again what the ledger names, before anything is served.
    let own = Ledger::beside(&target.storage.keyring, &root);
    let copied = own.read().map_err(text)?;
    own.append(&erasures::missing_from(&copied, &ledger)).map_err(text)?;
    reached("restore: keyring there");
    home.with_location(async |location| drop_lost_keys(&keys.keyring, location).await).await.map_err(error_text)?;
    if backup.manifest.is_unsealed() {
        let now = SystemClock.now();
        home.with_location(async |location| location.seal_rows(&target.storage.keyring, &root, now).await)
            .await
            .map_err(text)?;
    }
    // Migrates, and checks that keyring and root key belong to the records.
    let store = OpenStore::open(&target, &home, &root).await.map_err(text)?;
    let mut report = store.engine().verify_audit(&|_, _| {}).await.map_err(text)?;
    if let Some(anchor) = anchored {
        report.findings.extend(check(&*store.engine(), &anchor).await.map_err(text)?.findings);
    }
    let scheduled = scheduled_erasures(&*store.engine()).await.map_err(text)?;
    let to_erase = erasures::to_erase_again(&*store.engine(), &ledger).await.map_err(text)?;
    let anchor = ProcessAnchor::open(&target, &root, store.engine(), AnchorPolicy::Report).await?;
    drop(store);
    reached("restore: opened");
    if !report.findings.is_empty() {
        return Err(format!("the audit trail has findings:\n{}", report.findings.join("\n")));
    }
    anchor.write().map_err(cannot("write the anchor", &target.storage.anchor))?;
    home.set_mark(None).await.map_err(text)?;
    reached("restore: complete");
    Ok(json!({
        "restored": home.location(),
        "from": backup.name,
        "created_at": backup.manifest.created_at,
        "records": backup.manifest.records(),
        "files": blobs,
        "keys": match &keys.export {
            Some(export) => format!("those of {}, from {}", export.location(), export.header.created_at),
            None => "those of the backup".to_owned(),
        },
        "erased_without_ledger": gone,
        "ledger": if ledger.is_empty() { NO_LEDGER.to_owned() } else { format!("{} erasures", ledger.len()) },
        "erased_at_the_first_start": to_erase,
        "scheduled_erasures": scheduled,
        "audit": { "chains": report.chains, "entries": report.entries },
        "next": next(config, &target, anchor.is_current()),
    }))
}

/// Reads all of a backup before anything is written, so that a damaged one leaves no half of a database. Returns its
/// anchor.
async fn read_whole(backup: &Backup, root: &RootKey, progress: Progress<'_>) -> Result<Option<Anchor>, String> {
    let key = AnchorKey::new(root, *backup.manifest.installation.as_bytes());
    let anchor = backup.anchor(&key).await.map_err(error_text)?;
    let damage = backup.check(progress).await.map_err(error_text)?;
    match damage.is_empty() {
        true => Ok(anchor),
        false => Err(format!("the backup is damaged, and nothing was restored:\n{}", lines(&damage))),
    }
}

/// The erasures of customers and persons that wait in the restored database.
async fn scheduled_erasures(store: &dyn Engine) -> Result<Vec<Value>, StoreError> {
    let far_future = SystemClock.now().plus_seconds(100 * 365 * 24 * 60 * 60);
    let of = |scope: Scope, customer: CustomerId| {
        let Scope { account, environment } = scope;
        json!({ "customer_id": customer, "account_id": account, "environment": environment })
    };
    let due = store.due_erasures(far_future).await?;
    let mut scheduled: Vec<Value> = due.into_iter().map(|(scope, customer)| of(scope, customer)).collect();
    for (scope, customer) in store.due_person_erasures(far_future).await? {
        for person in store.persons_to_erase(scope, customer).await? {
            let mut one = of(scope, customer);
            one["person_id"] = json!(person);
            // A customer with several such persons is named for each of them.
            if !scheduled.contains(&one) {
                scheduled.push(one);
            }
        }
    }
    Ok(scheduled)
}

const NO_LEDGER: &str = "warning: no erasure is known from a ledger. Customers who were erased after this backup come \
    back, unless you restore again with --ledger and the newest copy of the ledger";

/// Gives the restored records the keys of the export. Customers that are missing from the key export were erased before
/// it was made. Those that no ledger names are added to the ledger, and their number is returned.
async fn take_keys(
    backup: &Backup,
    home: &Home,
    keys: &KnownKeys,
    ledger: &mut BTreeSet<LedgerEntry>,
) -> Result<usize, String> {
    // From here on the records differ from the backup, so a repetition must not compare them again.
    let mark = Mark::Arriving { from: backup.location_of_keys(), at: SystemClock.now() };
    home.set_mark(Some(&mark)).await.map_err(text)?;
    let KnownKeys { keyring, export } = keys;
    let taken = home.with_location(async |location| take(export.as_ref(), keyring, location).await).await;
    let known: BTreeSet<_> = ledger.iter().map(LedgerEntry::subject).collect();
    let gone = taken.map_err(error_text)?.into_iter().filter(|subject| !known.contains(subject));
    let (erased_at, epoch) = match export {
        Some(export) => (export.header.created_at, export.header.epoch),
        None => (SystemClock.now(), keyring.active()),
    };
    let before = ledger.len();
    ledger.extend(gone.map(|(scope, customer, person)| LedgerEntry { scope, customer, person, erased_at, epoch }));
    Ok(ledger.len() - before)
}

/// Everything that any copy of the ledger at hand says was erased.
fn known_erasures(
    config: &Config,
    restore: &Restore,
    (given, own): (&Path, &Path),
    root: &RootKey,
) -> Result<BTreeSet<LedgerEntry>, String> {
    if let Some(path) = restore.ledger.as_ref().filter(|path| !path.exists()) {
        return Err(format!("there is no ledger {}", path.display()));
    }
    let live = Ledger::beside(&config.storage.keyring, root);
    let mut ledgers: Vec<_> = [given, own].map(|keyring| Ledger::beside(keyring, root)).into();
    ledgers.extend(restore.ledger.iter().map(|path| Ledger::at(path.clone(), root)));
    // The folder of the settings may belong to another installation, whose ledger needs another root key.
    let is_foreign = || config.storage.keyring.exists() && Keyring::open(&config.storage.keyring, root).is_err();
    let mut known = match live.read() {
        Err(_) if is_foreign() => BTreeSet::new(),
        read => read.map_err(text)?,
    };
    for ledger in &ledgers {
        // Only a crash of the server leaves an unfinished line, and only in its own file.
        if ledger.path() != live.path() && ledger.is_cut_off().map_err(text)? {
            let path = ledger.path().display();
            return Err(format!("the ledger {path} was cut off in its last line; use another copy of it"));
        }
        known.extend(ledger.read().map_err(text)?);
    }
    Ok(known)
}

/// The installation would open with its existing keyring, whatever was given.
fn check_same_keyring(own: &Path, given: &Path) -> Result<(), String> {
    let read = |path: &Path| std::fs::read(path).map_err(cannot("read the keyring", path));
    if own.exists() && read(own)? != read(given)? {
        return Err(format!(
            "{} is another keyring than {}; move it away first, or leave --keyring out",
            own.display(),
            given.display()
        ));
    }
    Ok(())
}

/// The settings of the new installation: those of this one, except for where things are stored.
fn target_config(config: &Config, restore: &Restore) -> Result<Config, String> {
    let mut target = config.clone();
    // Otherwise a mistyped URL would become the name of a folder, password included.
    if restore.into.contains("://") && !is_postgres(&restore.into) {
        return Err("--into must be a folder, or postgres://user:password@host/name".to_owned());
    }
    if is_postgres(&restore.into) {
        target.storage.database = Some(restore.into.clone());
    } else {
        target.storage.database = None;
        target.storage.files = None;
        target.data_dir = PathBuf::from(&restore.into);
        target.storage.keyring = target.data_dir.join("keyring.json");
        target.storage.anchor = target.data_dir.join("anchor");
    }
    if let Some(files) = &restore.files {
        if !holds_files(files) {
            return Err("--files must be s3://bucket/folder, gs://…, az://… or file:///folder".to_owned());
        }
        target.storage.files = Some(files.clone());
    }
    Ok(target)
}

/// The root key of the target folder if it has one, otherwise that of the settings.
fn root_key_for(config: &Config, target: &Config) -> Result<RootKey, String> {
    let own = matches!(config.root_key, RootKeySource::DataFolder) && target.data_dir.join("root.key").exists();
    let from = if own { target } else { config };
    // Reading must not create one: a new key opens nothing.
    if matches!(from.root_key, RootKeySource::DataFolder) && !from.data_dir.join("root.key").exists() {
        return Err("there is no root key; set DOSSIER_ROOT_KEY_FILE or DOSSIER_ROOT_KEY_COMMAND".to_owned());
    }
    root_key(from).map_err(text)
}

/// Restores rows and files. Returns the number of files.
async fn copy_back(backup: &Backup, target: &Config, home: &Home, progress: Progress<'_>) -> Result<u64, String> {
    let records = backup.manifest.records();
    let total = 2 * records + backup.manifest.files.count;
    let part = |before: u64| move |done: u64, _: u64| progress((before + done).min(total), total);
    let state = home.read_state().await.map_err(text)?;
    let (restored, compared) = home
        .with_location(async |location| {
            let schema = schema_in(&backup.manifest, location).map_err(error_text)?;
            let is_from = |name: &str| matches!(&state.mark, Some(Mark::Arriving { from, .. }) if from == name);
            if is_from(&backup.location_of_keys()) || is_from(&backup.location()) && state.migrations > schema {
                // An earlier attempt has verified them and brought them up to date.
                return Ok(<(RestoreReport, RestoreReport)>::default());
            }
            let restored = restore_rows(backup, location, SystemClock.now(), &part(0)).await.map_err(error_text)?;
            let compared = compare_rows(backup, location, &part(records)).await.map_err(error_text)?;
            Ok::<_, String>((restored, compared))
        })
        .await?;
    let blobs = blobs(target, target.storage.files.as_deref()).map_err(text)?;
    let files = restore_files(backup, &blobs, &part(2 * records)).await.map_err(error_text)?;
    let findings = [restored.findings, compared.findings, files.findings].concat();
    if findings.is_empty() {
        return Ok(files.good);
    }
    Err(format!("the backup was damaged meanwhile; the restored database will not be served:\n{}", lines(&findings)))
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn next(config: &Config, target: &Config, as_new_as_anchor: bool) -> String {
    let (mut start, with) = match &target.storage.database {
        Some(_) => ("start dossier with --database set to this database".to_owned(), "--database".to_owned()),
        None => {
            let folder = format!("--data-dir {}", target.data_dir.display());
            (format!("start dossier with {folder}"), folder)
        }
    };
    if !as_new_as_anchor {
        start = format!(
            "the anchor {} has newer entries: to give them up, run dossier audit accept-restore with {with} first; \
                then {start}",
            target.storage.anchor.display()
        );
    }
    let has_key = |folder: &Path| folder.join("root.key").exists();
    if matches!(config.root_key, RootKeySource::DataFolder) && !has_key(&target.data_dir) {
        return format!(
            "copy the root key (root.key in {}) to the new data folder, then {start}",
            config.data_dir.display()
        );
    }
    format!("{start}, with the same root key as this command")
}
