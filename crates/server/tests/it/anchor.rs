//! The anchor: an older database is refused at startup, found by a verification, and accepted only on purpose.

use std::fs;
use std::path::{Path, PathBuf};

use dossier::cli::accounts;
use dossier::serve::Server;
use dossier_core::caller::Environment;
use serde_json::json;

use crate::app::{TestApp, config};
use crate::command_line::{dossier, json_of};

/// The database of a stopped server.
fn database(folder: &Path) -> PathBuf {
    folder.join("data/dossier.db")
}

fn put_back(folder: &Path, old: &[u8]) {
    fs::write(database(folder), old).expect("put back");
    for log in ["data/dossier.db-wal", "data/dossier.db-shm"] {
        let _ = fs::remove_file(folder.join(log));
    }
}

async fn stopped(app: &mut TestApp) {
    assert!(app.server.take().expect("running").stop().await);
    let log = fs::metadata(app.folder.path().join("data/dossier.db-wal"));
    assert!(log.map_or(true, |log| log.len() == 0), "the store is closed");
}

async fn refusal(app: &TestApp) -> String {
    match Server::start(&config(&app.folder, &[])).await {
        Ok(server) => {
            server.stop().await;
            panic!("it started");
        }
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_is_refused_and_named_until_it_is_accepted() {
    let mut app = TestApp::start().await;
    let customer = app.given("individual").await;
    stopped(&mut app).await;
    let folder = app.folder.path().to_owned();
    let old = fs::read(database(&folder)).expect("the database");
    let key = app.key.clone();
    let mut app = TestApp::start_in(app.folder, Some(key), &[]).await;
    app.put(&customer, &json!({ "first_name": "Ada" })).await.expect(200);
    app.command(accounts::Create { name: "later".into() }).await.expect("an account");
    stopped(&mut app).await;
    let newest = fs::read(database(&folder)).expect("the database");
    let list = json_of(&folder, &["audit", "list", "--data-dir", "data"]);
    let (account, entries) = (
        json_of(&folder, &["accounts", "list", "--data-dir", "data"])[0]["account_id"]
            .as_str()
            .expect("an id")
            .to_owned(),
        list[0]["seq"].as_u64().expect("a number"),
    );

    put_back(&folder, &old);
    let refused = refusal(&app).await;
    for said in [
        format!("account {account}, sandbox, entry {entries}: entries {entries} to {entries} are missing"),
        "the whole audit trail is missing".to_owned(),
        "dossier audit accept-restore".to_owned(),
        "dossier audit verify".to_owned(),
        "data/anchor".to_owned(),
    ] {
        assert!(refused.contains(&said), "{said}: {refused}");
    }
    let keys = dossier(&folder, &["keys", "list", "--data-dir", "data"]);
    assert!(
        String::from_utf8_lossy(&keys.stderr).contains("is older than the anchor of this process"),
        "no command continues"
    );
    let verified = dossier(&folder, &["audit", "verify", "--data-dir", "data", "--output", "json"]);
    assert_eq!(verified.status.code(), Some(1));
    let found = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(found.contains(&format!("account {account}, sandbox, entry {entries}:")), "{found}");
    let doctor = dossier(&folder, &["doctor", "--data-dir", "data"]);
    assert_eq!(doctor.status.code(), Some(1));

    // First, the newest database is put back.
    put_back(&folder, &newest);
    let verified = json_of(&folder, &["audit", "verify", "--records", "--data-dir", "data"]);
    assert_eq!(verified["findings"], json!([]));
    assert!(verified["records"].as_u64() > Some(3) && verified["checkpoints"] == 3, "{verified}");
    let nothing = dossier(&folder, &["audit", "accept-restore", "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("nothing to accept"));

    // Then the older one is accepted on purpose.
    put_back(&folder, &old);
    let anchor = fs::read(folder.join("data/anchor")).expect("an anchor");
    fs::write(folder.join("of-another-process"), anchor).expect("a copy");
    let accepted = json_of(&folder, &["audit", "accept-restore", "--data-dir", "data"]);
    assert_eq!(accepted["noted_in"], json!([format!("{account} sandbox")]));
    assert_eq!(accepted["given_up"].as_array().map(Vec::len), Some(2));
    let key = app.key.clone();
    let app = TestApp::start_in(app.folder, Some(key), &[]).await;
    assert_eq!(app.audited("audit.restore_accepted").await, 1);
    app.put(&customer, &json!({ "first_name": "Bob" })).await.expect(200);
    // Another process, with an anchor from before the restore, has no objections either.
    let other =
        json_of(&folder, &["audit", "verify", "--records", "--anchor", "of-another-process", "--data-dir", "data"]);
    assert_eq!((&other["findings"], &other["older_than_an_accepted_restore"]), (&json!([]), &json!(2)));
    let running = dossier(&folder, &["audit", "accept-restore", "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&running.stderr).contains("stop every server first"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_anchor_is_refused_and_a_missing_one_is_created() {
    let mut app = TestApp::start().await;
    app.given("individual").await;
    stopped(&mut app).await;
    let path = app.folder.path().join("data/anchor");
    let text = fs::read_to_string(&path).expect("an anchor");
    for altered in
        [text.replacen(" sandbox ", " production ", 1), text.lines().next().expect("a line").to_owned(), String::new()]
    {
        fs::write(&path, altered).expect("altered");
        let refused = refusal(&app).await;
        assert!(refused.contains("cannot be trusted") && refused.contains("dossier audit verify"), "{refused}");
        let found = dossier(app.folder.path(), &["audit", "verify", "--data-dir", "data"]);
        assert_eq!(found.status.code(), Some(1));
    }
    fs::remove_file(&path).expect("removed");
    let key = app.key.clone();
    let mut app = TestApp::start_in(app.folder, Some(key), &[]).await;
    stopped(&mut app).await;
    let made = fs::read_to_string(&path).expect("an anchor");
    let positions = |text: &str| text.split(' ').skip(4).take(4).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(positions(&made), positions(&text));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_anchor_follows_changes_and_nothing_stops_when_it_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    let path = elsewhere.join("anchor");
    let settings = [("anchor", path.to_str().expect("a path"))];
    let mut app = TestApp::start_in(folder, None, &settings).await;
    let written = || fs::read_to_string(&path).unwrap_or_default();
    let within = async |seconds: u64, what: &dyn Fn() -> bool| {
        for _ in 0..seconds * 20 {
            if what() {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        false
    };
    let before = written();
    assert!(!before.is_empty(), "the start makes one");
    let customer = app.given("individual").await;
    assert!(within(3, &|| written() != before).await);
    // There are no more changes, so nothing is written.
    let before = written();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(written(), before);

    fs::remove_dir_all(&elsewhere).expect("the disk is gone");
    app.put(&customer, &json!({ "first_name": "Ada" })).await.expect(200);
    let failing = async |expected: &str| {
        for _ in 0..60 {
            let metrics = reqwest::get(format!("{}/metrics", app.metrics_url)).await.expect("metrics");
            if metrics.text().await.expect("text").contains(&format!("\ndossier_anchor_failing {expected}\n")) {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        false
    };
    assert!(failing("1").await);
    app.put(&customer, &json!({ "first_name": "Bob" })).await.expect(200);
    app.get(&format!("/v0/customers/{customer}")).await.expect(200);
    fs::create_dir(&elsewhere).expect("the disk is back");
    assert!(failing("0").await && !written().is_empty());
    app.put(&customer, &json!({ "first_name": "Eve" })).await.expect(200);
    let before = written();
    stopped(&mut app).await;
    assert_ne!(written(), before, "the end of the process writes what is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_are_printed_and_hold_until_the_trail_is_replaced() {
    let app = TestApp::start().await;
    let customer = app.given("individual").await;
    let folder = app.folder.path().to_owned();
    let printed = dossier(&folder, &["audit", "checkpoint", "--data-dir", "data"]);
    let text = String::from_utf8(printed.stdout).expect("text");
    assert!(
        printed.status.success() && text.lines().count() == 2 && text.starts_with("dossier-checkpoint 1 "),
        "{text}"
    );
    fs::write(folder.join("kept"), format!("a log line {text}")).expect("kept elsewhere");
    app.put(&customer, &json!({ "first_name": "Ada" })).await.expect(200);
    app.production_key().await;
    let lines = json_of(&folder, &["audit", "checkpoint", "--data-dir", "data"]);
    assert_eq!(lines.as_array().map(Vec::len), Some(2), "{}: {lines}", Environment::Production);
    let verified = json_of(&folder, &["audit", "verify", "--checkpoint", "kept", "--data-dir", "data"]);
    assert_eq!((&verified["findings"], &verified["checkpoints"]), (&json!([]), &json!(2)));
    for (altered, said) in [
        (text.replace(" sandbox ", " production "), "cannot be trusted: it was altered"),
        ("nothing".to_owned(), "contains no anchor and no checkpoint"),
    ] {
        fs::write(folder.join("kept"), altered).expect("altered");
        let found = dossier(&folder, &["audit", "verify", "--checkpoint", "kept", "--data-dir", "data"]);
        assert_eq!(found.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&found.stdout).contains(said), "{}", String::from_utf8_lossy(&found.stdout));
    }
}
