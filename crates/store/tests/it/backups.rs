//! Backups of both engines: made beside an open store, restored into either engine, compared, and opened.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dossier_core::clock::Timestamp;
use dossier_core::desk::Role;
use dossier_core::idempotency::Request;
use dossier_core::store::StoreError;
use dossier_core::use_cases::{erase, worksheet};
use dossier_store::anchor::check;
use dossier_store::backup::{
    Backup, Finding, NewBackup, OpenReport, Pace, Source, compare_rows, create, delete_older, prove_erased,
    restore_files, restore_rows,
};
use dossier_store::blobs::{Blobs, Folder, Objects};
use dossier_store::transfer::mark::Location;
use dossier_store::vault::Keyring;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::behaviours::{given, seat};
use crate::cluster::Cluster;
use crate::engines::Engine;
use crate::moves::{fill, postgres, seen, sqlite};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn place(folder: &Path) -> Arc<dyn Objects> {
    Arc::new(Folder::of_backups(folder.to_owned()))
}

pub(crate) async fn backed_up(
    engine: &Engine,
    place: &Arc<dyn Objects>,
    now: Timestamp,
) -> Result<NewBackup, StoreError> {
    let blobs = Folder::open_shared(engine.path().join("files")).expect("a folder");
    let (file, url) = engine.rows_in();
    let location = url.map_or(Location::Sqlite(&file), Location::Postgres);
    create(Source { location, blobs: &blobs, key: &engine.anchor_key() }, place, Pace::Gentle, now, &|_, _| {}).await
}

/// A folder into which a backup was restored, with the database at the schema of the backup.
pub(crate) struct RestoredFolder {
    folder: TempDir,
    pub(crate) findings: Vec<Finding>,
}

impl RestoredFolder {
    fn file(&self) -> PathBuf {
        self.folder.path().join("dossier.db")
    }
}

pub(crate) async fn restored(backup: &Backup) -> Result<RestoredFolder, StoreError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, blobs) = (folder.path().join("dossier.db"), folder.path().join("files"));
    let blobs: Arc<dyn Blobs> = Arc::new(Folder::open(blobs).expect("a folder"));
    let mut findings = restore_rows(backup, Location::Sqlite(&file), NOW, &|_, _| {}).await?.findings;
    if findings.is_empty() {
        findings.extend(compare_rows(backup, Location::Sqlite(&file), &|_, _| {}).await?.findings);
    }
    findings.extend(restore_files(backup, &blobs, &|_, _| {}).await?.findings);
    Ok(RestoredFolder { folder, findings })
}

async fn a_backup_is_restored_into_either_engine_and_is_the_same(mut engine: Engine) {
    let services = engine.services();
    let filled = fill(&services).await;
    let before = seen(&services, &filled).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    let made = backed_up(&engine, &place, NOW).await.expect("a backup");
    // Writes after the snapshot are not in the backup.
    given(&services, &filled.callers[0], "late@example.com", "individual").await;
    let backup = Backup::find(&place, None).await.expect("complete");
    assert_eq!((&backup.name, &backup.manifest), (&made.name, &made.manifest));
    assert_eq!((backup.manifest.files.count, backup.manifest.epochs.as_slice()), (4, &[1][..]));
    let whole = restored(&backup).await.expect("restored");
    assert_eq!(whole.findings, Vec::new());
    Location::Sqlite(&whole.file()).set_mark(None).await.expect("unmarked");
    let again = {
        let store = sqlite(&engine, whole.folder.path());
        let opened = OpenReport::all(&store, &|_| false, &BTreeSet::new(), 0, &|_, _| {}).await.expect("a report");
        assert_eq!(opened.findings, Vec::new());
        assert_eq!((opened.customers, opened.files, opened.chains), (24, 4, 4), "{opened:?}");
        assert!(opened.answers >= 24 && opened.events > 24, "{opened:?}");
        // A backup of the restored data has the same records, byte for byte, whichever engine it came from.
        let blobs = Folder::open_shared(whole.folder.path().join("files")).expect("a folder");
        let (file, again) = (whole.file(), tempfile::tempdir().expect("a temporary folder"));
        let key = engine.anchor_key();
        let source = Source { location: Location::Sqlite(&file), blobs: &blobs, key: &key };
        let other = Arc::new(Folder::of_backups(again.path().to_owned())) as Arc<dyn Objects>;
        create(source, &other, Pace::Fast, NOW, &|_, _| {}).await.expect("a backup").manifest
    };
    assert_eq!((again.rows, again.files), (made.manifest.rows, made.manifest.files));
    let restored_services = engine.services_of(Arc::new(sqlite(&engine, whole.folder.path())));
    assert_eq!(seen(&restored_services, &filled).await, before);
    given(&restored_services, &filled.callers[0], "new@example.com", "individual").await;

    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let target = Location::Postgres(&url);
    assert_eq!(restore_rows(&backup, target, NOW, &|_, _| {}).await.expect("restored").findings, Vec::new());
    assert_eq!(compare_rows(&backup, target, &|_, _| {}).await.expect("compared").findings, Vec::new());
    target.set_mark(None).await.expect("unmarked");
    let refused = restore_rows(&backup, target, NOW, &|_, _| {}).await.expect_err("not over what is there");
    assert!(refused.to_string().contains("has accounts"), "{refused}");
    let restored_services = engine.services_of(Arc::new(postgres(&engine, &url).await));
    assert_eq!(seen(&restored_services, &filled).await, before);
    given(&restored_services, &filled.callers[0], "new@example.com", "individual").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_sqlite_is_restored_into_either_engine_and_is_the_same() {
    Box::pin(a_backup_is_restored_into_either_engine_and_is_the_same(Engine::sqlite().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgresql_is_restored_into_either_engine_and_is_the_same() {
    Box::pin(a_backup_is_restored_into_either_engine_and_is_the_same(Engine::postgres().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_alteration_of_a_backup_is_found_and_named() {
    let mut engine = Engine::sqlite().await;
    fill(&engine.services()).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    let made = backed_up(&engine, &place, NOW).await.expect("a backup");
    let objects = place.list_objects(&made.name).await.expect("objects");
    assert!(objects.len() > 35, "{objects:?}");
    let mut altered = 0;
    for object in objects.iter().filter(|object| object.size > 0 && !object.name.ends_with("/begun")) {
        let path = folder.path().join(&object.name);
        let good = std::fs::read(&path).expect("an object");
        // Trying every byte would take too long: try the first byte of what the vault has not sealed, and the middle
        // byte of everything.
        let unsealed = !object.name.contains("/rows/") && !object.name.contains("/files/");
        for at in [0, good.len() / 2].into_iter().skip(usize::from(!unsealed)) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&path, bad).expect("altered");
            let kind = object.name[made.name.len() + 1..].split('/').next().expect("a kind");
            let said = match Backup::open(&place, &made.name).await {
                Ok(backup) if kind == "anchor" => {
                    backup.anchor(&engine.anchor_key()).await.expect_err("altered").to_string()
                }
                Ok(backup) => restored(&backup)
                    .await
                    .expect("a report")
                    .findings
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("\n"),
                Err(error) => error.to_string(),
            };
            let named = match kind {
                "manifest.json" => "manifest was altered",
                "files.list" => "files.list was altered",
                "files" => object.name.rsplit('/').next().expect("a file"),
                _ => object.name.rsplit('/').next().expect("a table"),
            };
            assert!(said.contains(named), "{}: byte {at}: {said}", object.name);
            altered += 1;
        }
        std::fs::write(&path, good).expect("as before");
    }
    assert!(altered > 45, "{altered}");
    let backup = Backup::find(&place, None).await.expect("as before");
    assert_eq!(restored(&backup).await.expect("a report").findings, Vec::new());
    let key = engine.anchor_key();
    let anchor = backup.anchor(&key).await.expect("as before").expect("an anchor");
    assert!(check(engine.store(), &anchor).await.expect("a report").findings.is_empty());
    let later = backed_up(&engine, &place, NOW.plus_seconds(1)).await.expect("a backup");
    let of = |name: &str| folder.path().join(name).join("anchor");
    std::fs::copy(of(&made.name), of(&later.name)).expect("an older one's");
    let newest = Backup::find(&place, None).await.expect("complete");
    let said = newest.anchor(&key).await.expect_err("older").to_string();
    assert!(said.contains("the anchor of the backup cannot be used: it belongs to another time"), "{said}");
    std::fs::remove_file(of(&later.name)).expect("removed");
    assert!(newest.anchor(&key).await.is_err(), "an anchor that is missing");
    std::fs::remove_file(folder.path().join(format!("{}/rows/persons", made.name))).expect("removed");
    let findings = restored(&backup).await.expect("a report").findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].to_string(), "persons: rows/persons is missing from the backup");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_backup_is_not_read_and_the_next_reuses_its_files() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    fill(&services).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    let first = backed_up(&engine, &place, NOW).await.expect("a backup");
    // The state after the process died before the end.
    place.delete_object(&format!("{}/manifest.json", first.name)).await.expect("deleted");
    assert!(Backup::find(&place, None).await.is_err(), "none is complete");
    let second = backed_up(&engine, &place, NOW.plus_seconds(60)).await.expect("a backup");
    let object = place.list_objects(&format!("{}/files", second.name)).await.expect("files").remove(0);
    let links =
        std::os::unix::fs::MetadataExt::nlink(&std::fs::metadata(folder.path().join(&object.name)).expect("a file"));
    assert_eq!(links, 2, "the content was not copied again");
    delete_older(&place, &second, None, true).await.expect("deleted");
    assert_eq!(place.list_names().await.expect("names").len(), 2, "another process may still be writing it");
    delete_older(&place, &second, None, false).await.expect("deleted");
    assert_eq!(place.list_names().await.expect("names"), std::slice::from_ref(&second.name));
    let backup = Backup::find(&place, None).await.expect("complete");
    assert_eq!(restored(&backup).await.expect("a report").findings, Vec::new());

    // A content that an earlier backup has lost, or has only half of, is copied again.
    let lost = place.list_objects(&format!("{}/files", second.name)).await.expect("files").remove(0);
    place.delete_object(&lost.name).await.expect("deleted");
    let third = backed_up(&engine, &place, NOW.plus_seconds(90)).await.expect("a backup");
    place.delete_object(&format!("{}/manifest.json", third.name)).await.expect("deleted");
    let half = place.list_objects(&format!("{}/files", third.name)).await.expect("files").remove(0);
    let path = folder.path().join(&half.name);
    let other: Vec<u8> = std::fs::read(&path).expect("a content").iter().map(|byte| byte ^ 1).collect();
    std::fs::remove_file(&path).and_then(|()| std::fs::write(&path, other)).expect("another content");
    backed_up(&engine, &place, NOW.plus_seconds(100)).await.expect("a backup");
    let backup = Backup::find(&place, None).await.expect("complete");
    assert_eq!(restored(&backup).await.expect("a report").findings, Vec::new());
    for name in place.list_names().await.expect("names").iter().filter(|name| **name != second.name) {
        for object in place.list_objects(name).await.expect("objects") {
            place.delete_object(&object.name).await.expect("deleted");
        }
    }

    // The newest backups are kept, and those of other installations.
    let mut other = Engine::sqlite().await;
    fill(&other.services()).await;
    let foreign = backed_up(&other, &place, NOW).await.expect("a backup");
    let mut last = second;
    for minute in 2..5 {
        last = backed_up(&engine, &place, NOW.plus_seconds(60 * minute)).await.expect("a backup");
        delete_older(&place, &last, Some(2), false).await.expect("deleted");
    }
    let names: Vec<_> = Backup::list(&place).await.expect("backups").into_iter().map(|backup| backup.name).collect();
    assert_eq!((names.len(), names.first(), names.last()), (3, Some(&foreign.name), Some(&last.name)));
}

/// Anything else next to the backups belongs to someone else, and so does whatever it links to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_files_beside_backups_are_neither_followed_nor_waited_for_nor_deleted() {
    let mut engine = Engine::sqlite().await;
    fill(&engine.services()).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (place, root) = (place(folder.path()), folder.path());
    let first = backed_up(&engine, &place, NOW).await.expect("a backup");
    let begun = std::fs::read(root.join(&first.name).join("begun")).expect("whose it is");
    let victim = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(victim.path().join("evidence"), "x").expect("a file");
    std::fs::write(root.join("README.txt"), "x").expect("a file");
    std::fs::create_dir(root.join("0")).expect("a folder");
    // These died before they named their installation. Another installation may be starting the one of today.
    for name in ["20200101T000000000Z-aaaaaa", "20200101T000000000Z-bbbbbb", "20991231T000000000Z-cccccc"] {
        std::fs::create_dir(root.join(name)).expect("a folder");
        if name.ends_with("bbbbbb") {
            std::fs::write(root.join(name).join("begun.0123456789abcdef.part"), "x").expect("a file");
        }
    }
    let like_a_backup = |name: &str| {
        std::fs::create_dir(root.join(name)).expect("a folder");
        std::fs::write(root.join(name).join("begun"), &begun).expect("a file");
        root.join(name)
    };
    let linking = like_a_backup("20991231T000000000Z-ffffff");
    std::os::unix::fs::symlink(victim.path(), linking.join("files")).expect("a link");
    std::os::unix::fs::symlink(victim.path(), root.join("20991231T000000000Z-eeeeee")).expect("a link");
    let waiting = like_a_backup("20991231T000000000Z-dddddd").join("manifest.json");
    assert!(std::process::Command::new("mkfifo").arg(waiting).status().expect("mkfifo").success());
    let second = backed_up(&engine, &place, NOW.plus_seconds(60)).await.expect("a backup");
    delete_older(&place, &second, Some(1), false).await.expect("deleted");
    assert!(victim.path().join("evidence").exists() && root.join("README.txt").exists() && root.join("0").exists());
    let names: Vec<_> = Backup::list(&place).await.expect("backups").into_iter().map(|backup| backup.name).collect();
    assert_eq!(names, std::slice::from_ref(&second.name));
    let left: Vec<_> = ["20200101T000000000Z-aaaaaa", "20200101T000000000Z-bbbbbb", "20991231T000000000Z-cccccc"]
        .map(|name| root.join(name).exists())
        .into();
    assert_eq!(left, [false, false, true]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_restore_continues() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let filled = fill(&services).await;
    let before = seen(&services, &filled).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    backed_up(&engine, &place, NOW).await.expect("a backup");
    let backup = Backup::find(&place, None).await.expect("complete");
    let target = tempfile::tempdir().expect("a temporary folder");
    let file = target.path().join("dossier.db");
    let to = Location::Sqlite(&file);
    restore_rows(&backup, to, NOW, &|_, _| {}).await.expect("restored");
    assert!(to.read_state().await.expect("a database").mark.is_some(), "not to be served before all is compared");
    // The state after the process died halfway.
    let database = rusqlite::Connection::open(&file).expect("the database");
    database
        .execute_batch(
            "DELETE FROM deliveries; DELETE FROM endpoints; DELETE FROM links; DELETE FROM files; DELETE FROM answers;
             DELETE FROM staging_keys;
             DELETE FROM events WHERE position > 5 AND account_id = (SELECT max(account_id) FROM accounts)",
        )
        .expect("less");
    drop(database);
    let restored = restore_rows(&backup, to, NOW, &|_, _| {}).await.expect("restored");
    assert_eq!((restored.findings, restored.good), (Vec::new(), backup.manifest.records()));
    assert_eq!(compare_rows(&backup, to, &|_, _| {}).await.expect("compared").findings, Vec::new());
    to.set_mark(None).await.expect("unmarked");
    let restored_services = engine.services_of(Arc::new(sqlite(&engine, target.path())));
    assert_eq!(seen(&restored_services, &filled).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_outlives_the_idle_transaction_timeout_of_postgresql() {
    let mut engine = Engine::postgres().await;
    fill(&engine.services()).await;
    let (_, url) = engine.rows_in();
    let url = url.expect("a database").to_owned();
    let name = crate::cluster::run(&url, "SELECT current_database()").await.expect("a name").expect("a row");
    let limit = format!("ALTER DATABASE \"{name}\" SET idle_in_transaction_session_timeout = '50ms'");
    crate::cluster::run(&url, &limit).await.expect("a limit");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    let blobs = Folder::open_shared(engine.path().join("files")).expect("a folder");
    let key = engine.anchor_key();
    let source = Source { location: Location::Postgres(&url), blobs: &blobs, key: &key };
    let slow = |_, _| std::thread::sleep(std::time::Duration::from_millis(150));
    create(source, &place, Pace::Fast, NOW, &slow).await.expect("a backup");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_impossible_file_size_is_a_finding() {
    let mut engine = Engine::sqlite().await;
    fill(&engine.services()).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    let made = backed_up(&engine, &place, NOW).await.expect("a backup");
    let blobs: Arc<dyn Blobs> = Arc::new(Folder::open(folder.path().join("restored")).expect("a folder"));
    let backup = Backup::find(&place, None).await.expect("complete");
    assert_eq!(restore_files(&backup, &blobs, &|_, _| {}).await.expect("restored").good, 4);

    // The checksums match, because anyone who can write to the storage can compute them.
    let sum = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (list, manifest) = (folder.path().join(&made.name).join("files.list"), folder.path().join(&made.name));
    let manifest = manifest.join("manifest.json");
    let text = std::fs::read_to_string(&list).expect("a list");
    let size = text.split(' ').nth(1).expect("a size").to_owned();
    let huge = text.replacen(&size, &(1_u64 << 60).to_string(), 1);
    std::fs::write(&list, &huge).expect("a list");
    let old = std::fs::read_to_string(&manifest).expect("a manifest").replace(&sum(&text), &sum(&huge));
    let checksum = old.rsplit('"').nth(1).expect("a checksum").to_owned();
    let bare = old.replace(&checksum, "");
    let new = bare.replace(r#""checksum": """#, &format!(r#""checksum": "{}""#, sum(&bare)));
    std::fs::write(&manifest, new).expect("a manifest");
    let backup = Backup::find(&place, None).await.expect("complete");
    let restored = restore_files(&backup, &blobs, &|_, _| {}).await.expect("a report");
    assert_eq!((restored.good, restored.findings.len()), (3, 1));
    assert!(restored.findings[0].to_string().contains("bytes, more than any file"), "{:?}", restored.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_proof_of_an_erasure_tries_the_worksheet_as_well() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let caller = crate::engines::caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let reviewer = seat(&services, &caller, "mia", Role::Analyst).await;
    worksheet::add_note(&services, &reviewer, id, "x").await.expect("added");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = place(folder.path());
    let with = backed_up(&engine, &place, NOW).await.expect("a backup");
    engine.execute("DELETE FROM desk WHERE kind = 2").await;
    let without = backed_up(&engine, &place, NOW.plus_seconds(60)).await.expect("a backup");
    let keyring = || Keyring::open(&engine.path().join("keyring.json"), &engine.root).expect("a keyring");
    let old = keyring();
    let body = br#"{"reason":"asked","requested_by":"Ada"}"#;
    erase::request(&services, &caller, Some(id), Request::unkeyed(body)).await.expect("scheduled");
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    engine.store().rotate(NOW, &|_, _| {}).await.expect("rotated");
    let (new, erased) = (keyring(), BTreeSet::from([(caller.scope, id, None)]));
    let prove = async |made: &NewBackup, keyring: Keyring| {
        let backup = Backup::open(&place, &made.name).await.expect("complete");
        prove_erased(&backup, (&[keyring], &[]), &erased, &|_, _| {}).await.expect("a proof")
    };
    let (opened, closed) = (prove(&with, old).await, prove(&with, new).await);
    assert_eq!((opened.people, opened.opened), (1, opened.cells), "with the keys from before");
    assert_eq!((closed.people, closed.cells, closed.opened), (1, opened.cells, 0));
    assert_eq!(prove(&without, keyring()).await.cells, closed.cells - 1, "one of them is the worksheet");
}
