//! Backups by the command line and by the server itself: made while it runs, verified, restored, and served again.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::app::{BOUNDARY, TestApp, config, form};
use crate::cluster::Cluster;
use crate::command_line::{dossier, json_of, settings_file};
use crate::samples;

#[track_caller]
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = dossier(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A customer with a file, and the customer as the API shows it.
async fn filled(app: &TestApp) -> (String, String, Value) {
    let (id, file) = (app.given("individual").await, app.given_file().await);
    let body = json!({ "first_name": "Ada", "documents": [{ "file_id": file, "purpose": "id_document" }] });
    app.put(&id, &body).await.expect(200);
    let seen = app.get(&format!("/v0/customers/{id}?expand=profile,documents")).await.expect(200);
    (id, file, seen)
}

async fn served_again(app: &TestApp, (id, file, seen): &(String, String, Value)) {
    assert_eq!(&app.get(&format!("/v0/customers/{id}?expand=profile,documents")).await.expect(200), seen);
    assert_eq!(app.content(file, "").await.bytes, samples::png(320, 200, 1_000));
    app.put(id, &json!({ "first_name": "Bea" })).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_the_server_runs_is_verified_restored_and_served() {
    let app = TestApp::start().await;
    let filled = filled(&app).await;
    let folder = app.folder.path().to_owned();
    assert!(refusal(&folder, &["backup", "create", "--data-dir", "data"]).contains("backup_place"));
    let made = json_of(&folder, &["backup", "create", "backups", "--data-dir", "data"]);
    assert!(made["records"].as_u64().expect("a number") > 10 && made["files"] == 1, "{made}");
    let metrics =
        reqwest::get(format!("{}/metrics", app.metrics_url)).await.expect("metrics").text().await.expect("text");
    assert!(!metrics.contains("dossier_backup_last_success_timestamp_seconds 0\n"), "{metrics}");
    let backup = made["backup"].as_str().expect("a path");
    assert_eq!(
        std::fs::metadata(backup).map(|of| std::os::unix::fs::PermissionsExt::mode(&of.permissions()) & 0o777).ok(),
        Some(0o700)
    );
    let listed = json_of(&folder, &["backup", "list", "backups", "--data-dir", "data"]);
    assert!(backup.ends_with(listed[0]["name"].as_str().expect("a name")), "{listed}");

    let page = json_of(&folder, &["backup", "verify", "backups", "--data-dir", "data"]);
    assert_eq!((&page["ok"], &page["findings"]), (&true.into(), &json!([])));
    let text = dossier(&folder, &["backup", "verify", backup, "--data-dir", "data"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("customers opened") && text.contains("audit chains verified"), "{text}");
    let mut nowhere = Command::new(env!("CARGO_BIN_EXE_dossier"));
    nowhere.current_dir(&folder).env_clear().env("TMPDIR", "/nowhere").stdin(Stdio::null());
    let nowhere = nowhere.args(["backup", "verify", "backups", "--data-dir", "data"]).output().expect("the binary");
    let said = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(said.contains("could not be verified in /nowhere (") && said.contains("set TMPDIR to a folder"), "{said}");
    json_of(&folder, &["backup", "keys", "outside.json", "--with-root-key", "--data-dir", "data"]);
    for content in ["rows/customers", "hashes/persons", "files.list", "anchor"] {
        let path = Path::new(backup).join(content);
        let good = std::fs::read(&path).expect("an object");
        if good.is_empty() {
            continue;
        }
        std::fs::write(&path, good.iter().map(|byte| byte ^ 1).collect::<Vec<_>>()).expect("altered");
        let wrong = dossier(&folder, &["backup", "verify", "backups", "--data-dir", "data"]);
        let said = String::from_utf8_lossy(&wrong.stdout).into_owned();
        let said = said + &String::from_utf8_lossy(&wrong.stderr);
        assert!(!wrong.status.success() && said.contains(content.rsplit('/').next().expect("a name")), "{said}");
        let restore = ["restore", "backups", "--into", "nothing", "--keyring", "outside.json", "--data-dir", "data"];
        let said = refusal(&folder, &restore);
        assert!(said.contains(content.rsplit('/').next().expect("a name")), "{said}");
        assert!(!folder.join("nothing").exists(), "a damaged backup leaves nothing behind: {said}");
        std::fs::write(&path, good).expect("as before");
    }

    let keys = refusal(&folder, &["backup", "keys", "data/copy.json", "--data-dir", "data"]);
    assert!(keys.contains("is in the data folder"), "{keys}");
    std::fs::write(folder.join("keys.json.root-key"), "another").expect("a file in the way");
    let taken = refusal(&folder, &["backup", "keys", "keys.json", "--with-root-key", "--data-dir", "data"]);
    assert!(taken.contains("keys.json.root-key: it already exists"), "{taken}");
    assert!(!folder.join("keys.json").exists() && !folder.join("keys.json.new").exists(), "all or nothing");
    std::fs::remove_file(folder.join("keys.json.root-key")).expect("out of the way");
    json_of(&folder, &["backup", "keys", "keys.json", "--with-root-key", "--data-dir", "data"]);
    let again = refusal(&folder, &["backup", "keys", "keys.json", "--data-dir", "data"]);
    assert!(again.contains("keys.json: it already exists"), "{again}");
    assert!(folder.join("keys.json.root-key").is_file());
    let used = refusal(&folder, &["restore", "backups", "--into", "data", "--data-dir", "data"]);
    assert!(used.contains("in use"), "{used}");
    let no_keys = refusal(&folder, &["restore", "backups", "--into", "again", "--data-dir", "data"]);
    assert!(no_keys.contains("--keyring"), "{no_keys}");
    let restore = ["restore", "backups", "--into", "again/data", "--keyring", "keys.json", "--data-dir", "data"];
    let restored = json_of(&folder, &restore);
    assert!(restored["next"].as_str().expect("words").contains("root key"), "{restored}");
    let full = refusal(&folder, &restore);
    assert!(full.contains("has accounts"), "{full}");
    let again = tempfile::tempdir().expect("a temporary folder");
    std::fs::rename(folder.join("again/data"), again.path().join("data")).expect("moved");
    std::fs::copy(folder.join("keys.json.root-key"), again.path().join("data/root.key")).expect("the root key");
    let app = TestApp::start_in(again, Some(app.key.clone()), &[]).await;
    served_again(&app, &filled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_export_a_backup_from_before_a_rotation_needs_the_keyring_of_that_time() {
    let mut app = TestApp::start().await;
    let filled = filled(&app).await;
    let folder = app.folder.path().to_owned();
    json_of(&folder, &["backup", "create", "backups", "--data-dir", "data"]);
    json_of(&folder, &["backup", "keys", "old.json", "--data-dir", "data"]);
    let rotated = json_of(&folder, &["keyring", "rotate", "--data-dir", "data"]);
    assert!(rotated["next"].as_str().expect("words").contains("dossier backup keys"), "{rotated}");
    std::fs::remove_file(folder.join("data/keyring.json.keys")).expect("the key export");
    for command in [
        &["backup", "verify", "backups"][..],
        &["restore", "backups", "--into", "again", "--keyring", "data/keyring.json"],
    ] {
        let said = refusal(&folder, &[command, &["--data-dir", "data"]].concat());
        assert!(said.contains("lacks the key of epoch 1"), "{said}");
    }
    json_of(&folder, &["backup", "verify", "backups", "--keyring", "old.json", "--data-dir", "data"]);
    private_folder(&folder.join("taken"));
    std::fs::copy(folder.join("data/keyring.json"), folder.join("taken/keyring.json")).expect("a keyring");
    let taken = ["restore", "backups", "--into", "taken", "--keyring", "old.json", "--data-dir", "data"];
    let said = refusal(&folder, &taken);
    assert!(said.contains("taken/keyring.json is another keyring than old.json"), "{said}");
    assert!(!folder.join("taken/dossier.db").exists(), "nothing was copied");
    json_of(&folder, &["restore", "backups", "--into", "again", "--keyring", "old.json", "--data-dir", "data"]);
    assert!(app.server.take().expect("running").stop().await);
    std::fs::copy(folder.join("data/root.key"), folder.join("again/root.key")).expect("the root key");
    std::fs::remove_dir_all(folder.join("data")).expect("lost");
    std::fs::rename(folder.join("again"), folder.join("data")).expect("in its place");
    let app = TestApp::start_in(app.folder, Some(app.key), &[]).await;
    served_again(&app, &filled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_goes_to_postgresql_and_back() {
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let mut app = TestApp::start().await;
    let filled = filled(&app).await;
    let folder = app.folder.path().to_owned();
    let files = format!("file://{}", folder.join("shared").display());
    json_of(&folder, &["backup", "create", "backups", "--data-dir", "data"]);
    assert!(app.server.take().expect("running").stop().await);
    json_of(&folder, &["restore", "backups", "--into", &url, "--files", &files, "--data-dir", "data"]);
    let settings = [("database", &*url), ("files", &*files)];
    let app = TestApp::start_in(app.folder, Some(app.key), &settings).await;
    served_again(&app, &filled).await;
    let seen = app.get(&format!("/v0/customers/{}?expand=profile,documents", filled.0)).await.expect(200);
    // The command reaches the server, which knows where its records are.
    json_of(&folder, &["backup", "create", "from-postgresql", "--data-dir", "data"]);
    json_of(&folder, &["backup", "verify", "from-postgresql", "--data-dir", "data"]);
    let keyring = "data/keyring.json";
    json_of(
        &folder,
        &["restore", "from-postgresql", "--into", "again/data", "--keyring", keyring, "--data-dir", "data"],
    );
    std::fs::copy(folder.join("data/root.key"), folder.join("again/data/root.key")).expect("the root key");
    let again = tempfile::tempdir().expect("a temporary folder");
    std::fs::rename(folder.join("again/data"), again.path().join("data")).expect("moved");
    let restored = TestApp::start_in(again, Some(app.key.clone()), &[]).await;
    served_again(&restored, &(filled.0, filled.1, seen)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invalid_place_is_refused_and_reading_a_place_changes_nothing() {
    let app = TestApp::start().await;
    let folder = app.folder.path();
    for place in ["data", "data/files", "data/../data/x", "http://backups/x", "S3://backups/x", ""] {
        let said = refusal(folder, &["backup", "create", place, "--data-dir", "data"]);
        assert!(said.contains("place"), "{place}: {said}");
    }
    assert!(!folder.join("http:").exists() && !folder.join("S3:").exists());
    json_of(folder, &["backup", "create", "backups", "--data-dir", "data"]);
    let into =
        refusal(folder, &["restore", "backups", "--into", "POSTGRES://d:hunter2@host/name", "--data-dir", "data"]);
    assert!(into.contains("--into must be a folder") && !into.contains("hunter2"), "{into}");
    std::fs::create_dir_all(folder.join("mine/incoming")).expect("a folder");
    let invoice = folder.join("mine/incoming/invoice.pdf");
    std::fs::write(&invoice, "x").expect("a file");
    let file = std::fs::File::open(&invoice).expect("a file");
    let written = file.metadata().and_then(|metadata| metadata.modified()).expect("a time");
    file.set_modified(written - Duration::from_secs(3 * 24 * 60 * 60)).expect("an old file");
    json_of(folder, &["backup", "list", "mine", "--data-dir", "data"]);
    assert!(invoice.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_leaves_an_upload_in_flight_alone() {
    let app = TestApp::start().await;
    let body = form("in-flight.png", &samples::png(320, 200, 300_000));
    let address = app.url.trim_start_matches("http://");
    let mut upload = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /v0/files HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nConnection: close\r\nContent-Type: multipart/form-data; \
            boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        app.key,
        body.len()
    );
    let (first, rest) = body.split_at(body.len() / 2);
    upload.write_all(head.as_bytes()).await.expect("sent");
    upload.write_all(first).await.expect("sent");
    let incoming = app.folder.path().join("data/files/incoming");
    while std::fs::read_dir(&incoming).expect("a folder").count() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let folder = app.folder.path().to_owned();
    json_of(&folder, &["backup", "create", "backups", "--data-dir", "data"]);
    upload.write_all(rest).await.expect("sent");
    let mut answer = String::new();
    upload.read_to_string(&mut answer).await.expect("a response");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_makes_backups_by_itself_and_keeps_the_newest() {
    let shared = tempfile::tempdir().expect("a temporary folder");
    let place = shared.path().join("backups").display().to_string();
    // The server does not create the folder, because a disk that is not mounted must not look like a place.
    std::fs::create_dir(&place).expect("a folder");
    let settings = [("backup_place", &*place), ("backup_schedule", "1m"), ("backup_keep", "2")];
    let app = TestApp::start_with(&settings).await;
    filled(&app).await;
    let made = || {
        std::fs::read_dir(&place)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|one| one.path().join("manifest.json").exists())
            .count()
    };
    for _ in 0..400 {
        if made() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(made(), 1, "the first is due at once");
    let doctor = json_of(app.folder.path(), &["doctor", "--data-dir", "data"]);
    let backups = doctor.as_array().expect("a list").iter().find(|check| check["check"] == "backups").expect("a line");
    assert!(backups["ok"] == true && backups["detail"].as_str().expect("words").contains("newest"), "{backups}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verification_names_missing_contents_and_altered_rows() {
    let app = TestApp::start().await;
    filled(&app).await;
    let folder = app.folder.path().to_owned();
    let verify = || {
        let output = dossier(&folder, &["backup", "verify", "backups", "--data-dir", "data", "--output", "json"]);
        let page: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(page["ok"], output.status.success());
        let checks = page["checks"].as_array().expect("checks");
        let wrong = checks.iter().filter(|check| check["ok"] == false).map(|check| check["what"].clone());
        (wrong.collect::<Value>(), page["findings"].clone())
    };
    let made = json_of(&folder, &["backup", "create", "backups", "--data-dir", "data"]);
    let path = folder.join(made["backup"].as_str().expect("a path")).join("rows/events");
    let mut bytes = std::fs::read(&path).expect("rows");
    *bytes.last_mut().expect("a byte") ^= 1;
    std::fs::write(&path, bytes).expect("altered");
    let (wrong, findings) = verify();
    assert!(wrong.as_array().is_some_and(|wrong| wrong.contains(&"events".into())), "{wrong} {findings}");
    std::fs::remove_dir_all(folder.join("data/files/sandbox")).expect("contents are lost");
    json_of(&folder, &["backup", "create", "backups", "--data-dir", "data"]);
    assert_eq!(verify(), (json!(["missing contents"]), json!([])));
}

#[test]
fn settings_of_backups_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (variable, value, said) in [
        ("DOSSIER_BACKUP_SCHEDULE", "daily", "backup_schedule: must be"),
        ("DOSSIER_BACKUP_SCHEDULE", "24h", "backup_place: must be set"),
        ("DOSSIER_BACKUP_KEEP", "0", "backup_keep: must be"),
        ("DOSSIER_BACKUP_BEFORE_UPGRADE", "maybe", "backup_before_upgrade: must be"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
        command.current_dir(folder.path()).env_clear().env(variable, value).args(["config", "check"]);
        let output = command.output().expect("the binary");
        assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains(said), "{output:?}");
    }
    let text = "[backup]\nplace = 'p'\nschedule = '03:15'\nkeep = 3\n";
    settings_file(&folder.path().join("dossier.toml"), text);
    let output = json_of(folder.path(), &["config", "show", "--config", "dossier.toml"]);
    let keep = output.as_array().expect("settings").iter().find(|one| one["name"] == "backup_keep").expect("there");
    assert_eq!(keep["value"], "3");
    drop(config(&folder, &[("backup_place", "p")]));
}

/// A folder that only its owner can enter, as data folders are.
fn private_folder(path: &Path) {
    std::fs::DirBuilder::new().mode(0o700).create(path).expect("a folder");
}

/// A data folder of the version before the migration `numbering`.
fn older() -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        private_folder(to);
        for entry in std::fs::read_dir(from).expect("a folder").flatten() {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                std::fs::write(&target, std::fs::read(entry.path()).expect("a file")).expect("a copy");
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                std::fs::set_permissions(&target, mode).expect("its owner's alone");
            }
        }
    }

    let folder = tempfile::tempdir().expect("a temporary folder");
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/tests/fixtures/before_numbering");
    copy(Path::new(fixture), &folder.path().join("data"));
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_changes_the_schema_makes_and_verifies_a_backup_first() {
    let folder = older();
    let app = TestApp::start_in(folder, Some("unused".into()), &[]).await;
    let folder = app.folder.path().to_owned();
    let listed = json_of(&folder, &["backup", "list", "data/backups", "--data-dir", "data"]);
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["schema"]), (Some(1), &4.into()));
    let page = json_of(&folder, &["backup", "verify", "data/backups", "--data-dir", "data"]);
    let opened = page["checks"].as_array().expect("checks").iter().find(|one| one["what"] == "customers opened");
    assert_eq!(opened.expect("a line")["count"], 12);
    // It is restored as it was, and then upgraded.
    let keyring = "data/keyring.json";
    json_of(&folder, &["restore", "data/backups", "--into", "again", "--keyring", keyring, "--data-dir", "data"]);
    std::fs::copy(folder.join("data/root.key"), folder.join("again/root.key")).expect("the root key");
    let report = json_of(&folder, &["audit", "verify", "--data-dir", "again"]);
    assert_eq!(report["checkpoints"], 4, "the restore has made an anchor");
    // One entry in each chain records the rows that existed.
    assert_eq!((&report["findings"], &report["chains"], &report["entries"]), (&json!([]), &4.into(), &60.into()));
    // Another start changes nothing, and makes no backup.
    let app = app.restart().await;
    let listed = json_of(app.folder.path(), &["backup", "list", "data/backups", "--data-dir", "data"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_backup_an_upgrade_is_refused_unless_a_setting_allows_it() {
    let folder = older();
    let before = std::fs::read(folder.path().join("data/dossier.db")).expect("the database");
    std::fs::write(folder.path().join("no-folder"), "").expect("a file in the way");
    let place = folder.path().join("no-folder").display().to_string();
    let settings = [("backup_place", &*place)];
    let refused = dossier::serve::Server::start(&config(&folder, &settings)).await.err().expect("a refusal");
    assert!(refused.to_string().contains("backup_before_upgrade = off"), "{refused}");
    assert_eq!(refused.to_string().lines().count(), 1);
    assert_eq!(std::fs::read(folder.path().join("data/dossier.db")).expect("the database"), before, "as it was");
    let settings = [("backup_place", &*place), ("backup_before_upgrade", "off")];
    let app = TestApp::start_in(folder, Some("unused".into()), &settings).await;
    assert!(!app.folder.path().join("data/backups").exists());
}
