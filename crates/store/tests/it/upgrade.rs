//! Data folders of older versions, opened by this one.

use std::path::Path;

use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::ids::{CustomerId, KeyId, WebhookId};
use dossier_store::transfer::mark::Location;
use dossier_store::vault::RootKey;
use rusqlite::Connection;

use crate::behaviours::{given, put, read};
use crate::engines::{Engine, scope_of};
use crate::trail::trail;

/// Made by the last version that numbered entries, events and deliveries of all scopes together. It has two accounts,
/// each with a sandbox and production. Each scope has two individuals and a business with a person, changed in turn
/// under `Idempotency-Key`s, a document, a link, and an endpoint. A second endpoint of each sandbox was deleted with
/// its deliveries.
const BEFORE_NUMBERING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/before_numbering");
/// The last numbers of events and of deliveries in it, which all scopes share.
const EVENTS: u64 = 37;
const DELIVERIES: u64 = 55;

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::write(target, std::fs::read(entry.path()).expect("a file")).expect("a copy");
        }
    }
}

/// An engine on a copy of the older data folder. It is not open yet.
pub(crate) fn older() -> Engine {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(Path::new(BEFORE_NUMBERING), folder.path());
    let root = std::fs::read_to_string(folder.path().join("root.key")).expect("a root key");
    Engine::on(folder, RootKey::parse(root.trim()).expect("a root key"))
}

type Numbered = (Scope, [u8; 16], u64);

/// The scopes, ids and numbers of rows, as the old version stored them.
fn numbered(database: &Connection, sql: &str) -> Vec<Numbered> {
    let mut statement = database.prepare(sql).expect("an old table");
    let rows = statement.query_map([], |row| Ok((scope_of(row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?)));
    rows.expect("rows").collect::<Result<_, _>>().expect("rows")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_were_shown_stay_and_new_ones_follow_the_highest() {
    let mut engine = older();
    let old = engine.connection();
    let events = numbered(&old, "SELECT account_id, environment, customer_id, id FROM events ORDER BY id");
    let deliveries = numbered(&old, "SELECT account_id, environment, endpoint_id, id FROM deliveries ORDER BY id DESC");
    let customers =
        numbered(&old, "SELECT account_id, environment, customer_id, version FROM customers ORDER BY rowid");
    let ends = numbered(&old, "SELECT account_id, environment, substr(hash, 1, 16), seq FROM audit_heads");
    assert_eq!((events.len(), customers.len(), ends.len()), (37, 12, 4));
    drop(old);
    engine.open().await;
    let services = engine.services();
    let store = &services.store;

    let report = store.verify_audit(&|_, _| {}).await.expect("a report");
    // Each chain has one more entry, which records the existing rows.
    assert_eq!((report.findings, report.chains, report.entries), (Vec::new(), 4, 60));
    for (scope, id, version) in &customers {
        assert_eq!(read(&services, *scope, CustomerId::from_bytes(*id)).await.version, *version);
    }
    for (scope, _, end) in &ends {
        let of_scope = |rows: &[Numbered]| -> Vec<u64> {
            rows.iter().filter(|(of, ..)| of == scope).map(|(.., number)| *number).collect()
        };
        let positions = of_scope(&events);
        let found = store.events(*scope, 0, 100).await.expect("events");
        assert_eq!(found.iter().map(|event| event.position).collect::<Vec<_>>(), positions);
        assert_eq!(store.newest_event(*scope).await.expect("readable"), positions[positions.len() - 1]);
        // Page by page, although other scopes have the numbers in between.
        for (after, next) in positions.iter().zip(&positions[1..]) {
            let page = store.events(*scope, *after, 1).await.expect("a page");
            assert_eq!(page.iter().map(|event| event.position).collect::<Vec<_>>(), [*next]);
        }
        let entries = trail(&services, *scope, None, 100).await;
        let numbers: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, (1..=*end + 1).rev().collect::<Vec<_>>(), "the entry of the upgrade is the newest");

        let endpoint = deliveries.iter().find(|(of, ..)| of == scope).expect("a delivery").1;
        let endpoint = WebhookId::from_bytes(endpoint);
        let log = store.deliveries(*scope, endpoint, None, 100).await.expect("a log");
        assert_eq!(log.iter().map(|one| one.number).collect::<Vec<_>>(), of_scope(&deliveries));

        // New changes are linked with the older ones.
        let id = customers.iter().find(|(of, ..)| of == scope).expect("a customer").1;
        let id = CustomerId::from_bytes(id);
        let caller = Caller::system(*scope, "test");
        let before = store.changed_since(*scope, id, 1).await.expect("pointers");
        assert!(["/first_name", "/last_name"].iter().all(|field| before.iter().any(|named| named == field)));
        put(&services, &caller, id, r#"{"most_recent_occupation":"x"}"#).await.expect("updated");
        let after = store.changed_since(*scope, id, 1).await.expect("pointers");
        assert_eq!(after[..], [&before[..], &["/most_recent_occupation".to_owned()]].concat());
        let newest = store.events(*scope, positions[positions.len() - 1], 10).await.expect("events");
        assert_eq!(newest.iter().map(|event| event.position).collect::<Vec<_>>(), [positions[positions.len() - 1] + 1]);
        let log = store.deliveries(*scope, endpoint, None, 1).await.expect("a log");
        assert!(log[0].number > DELIVERIES.max(EVENTS * 2), "{} may be that of a deleted delivery", log[0].number);
    }
    // A new scope starts at one.
    let caller = crate::engines::caller(&services).await;
    given(&services, &caller, "a@example.com", "individual").await;
    assert_eq!(store.newest_event(caller.scope).await.expect("readable"), 1);
    let report = store.verify_audit(&|_, _| {}).await.expect("a report");
    assert_eq!((report.findings, report.chains), (Vec::new(), 5));
}

#[tokio::test]
async fn rows_of_a_scope_without_its_head_are_refused_and_not_lost() {
    let engine = older();
    engine.connection().execute("DELETE FROM audit_heads WHERE seq > 12", []).expect("a deletion");
    let refused = engine.try_open().await.err().expect("a refusal");
    assert!(refused.to_string().contains("NOT NULL"), "{refused}");
    assert_eq!(engine.rows("audit").await, 56, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_keys_can_do_and_see_afterwards_what_they_could_before() {
    let mut engine = older();
    let old = engine.connection();
    let listed = |scopes: &str| {
        old.execute(
            "UPDATE api_keys SET scopes = ?1 WHERE key_id = (SELECT min(key_id) FROM api_keys WHERE scopes <> ?1)",
            [scopes],
        )
        .expect("an update");
    };
    listed("customers:read webhooks:manage simulate");
    let mut statement = old.prepare("SELECT account_id, environment, key_id, scopes FROM api_keys").expect("keys");
    let before: Vec<(Scope, [u8; 16], String)> = statement
        .query_map([], |row| Ok((scope_of(row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows");
    drop(statement);
    drop(old);
    engine.open().await;
    let store = engine.services().store;
    for (scope, id, scopes) in before {
        let keys = store.api_keys(scope).await.expect("keys");
        let key = keys.iter().find(|key| key.key_id == KeyId::from_bytes(id)).expect("the key");
        let mut expected: Vec<KeyScope> = scopes.split(' ').filter_map(KeyScope::parse).collect();
        if expected.contains(&KeyScope::WebhooksManage) && !expected.contains(&KeyScope::EventsRead) {
            expected.push(KeyScope::EventsRead);
        }
        expected.push(KeyScope::PiiReveal);
        assert_eq!(key.scopes, expected);
    }
}

/// Compares all rows with the entries that name them, and returns the findings.
pub(crate) async fn compared(engine: &Engine) -> Vec<String> {
    let (file, url) = engine.rows_in();
    let location = url.map_or(Location::Sqlite(&file), Location::Postgres);
    let compared = dossier_store::records::compare(location, dossier_store::backup::Pace::Fast, &|_, _| {}).await;
    let compared = compared.expect("compared");
    assert!(compared.rows > 0, "nothing was compared");
    compared.findings
}

/// Sets the last sealing step that the keyring records, if one is given, and returns it.
fn sealing_step(engine: &Engine, step: Option<u32>) -> u64 {
    let path = engine.path().join("keyring.json");
    let mut keyring: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("a keyring")).expect("JSON");
    if let Some(step) = step {
        keyring["sealed_rows"] = step.into();
        std::fs::write(path, keyring.to_string()).expect("written");
    }
    keyring["sealed_rows"].as_u64().unwrap_or(0)
}

async fn unsealed(engine: &Engine) -> u64 {
    let mut rows = 0;
    for table in dossier_store::rows::TABLES {
        let sql = format!("SELECT count(*) FROM {} WHERE mac IS NULL", table.name);
        rows +=
            engine.text(&format!("SELECT CAST(({sql}) AS TEXT)")).await.expect("a count").parse::<u64>().expect("one");
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_rows_are_sealed_once_and_an_unsealed_one_is_refused_afterwards() {
    let mut engine = older();
    assert_eq!(sealing_step(&engine, None), 0);
    engine.open().await;
    let newest = u64::from(dossier_store::rows::NEWEST_STEP);
    assert_eq!((sealing_step(&engine, None), unsealed(&engine).await), (newest, 0));
    assert_eq!((engine.rows("contents").await, engine.rows("chores").await), (engine.rows("files").await, 1));
    assert_eq!(engine.store().verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
    // The attachment from before the upgrade is the first use of its file.
    let services = engine.services();
    let (mut attached, mut staged) = (0, 0);
    for account in services.store.accounts().await.expect("accounts") {
        for environment in [Environment::Sandbox, Environment::Production] {
            let scope = Scope { account: account.account_id, environment };
            for file in services.store.list_files(scope, None, None, 100).await.expect("files") {
                let Some(first) = file.first() else {
                    staged += 1;
                    continue;
                };
                let named = read(&services, scope, first.customer).await.profile.files();
                assert!(named.contains(&file.id) && file.attachments.len() == 1);
                attached += 1;
            }
        }
    }
    assert_eq!((attached, attached + staged), (engine.rows("file_uses").await, engine.rows("files").await));
    assert!(attached > 0);
    drop(services);
    // A start that died before it had sealed everything is continued.
    engine.close();
    sealing_step(&engine, Some(0));
    engine.execute("UPDATE customers SET mac = NULL WHERE type = 0; UPDATE links SET mac = NULL").await;
    engine.open().await;
    assert_eq!((sealing_step(&engine, None), unsealed(&engine).await), (newest, 0));
    assert_eq!(engine.store().verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
    // A later step seals its own tables, and no rows of an earlier step.
    engine.close();
    sealing_step(&engine, Some(1));
    engine.execute("UPDATE file_uses SET mac = NULL; UPDATE files SET mac = NULL; UPDATE links SET mac = NULL").await;
    engine.open().await;
    assert_eq!((sealing_step(&engine, None), unsealed(&engine).await), (newest, engine.rows("links").await));
    // Once it is done, no start seals a row.
    engine.execute("UPDATE api_keys SET mac = NULL, revoked_at = NULL").await;
    engine.reopen().await;
    assert!(unsealed(&engine).await > 0);
    let report = engine.store().verify_audit(&|_, _| {}).await.expect("a report");
    assert!(report.findings.iter().all(|finding| finding.contains("has no seal")), "{:?}", report.findings);
    assert!(!report.findings.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_without_seals_is_refused_if_its_keyring_knows_of_seals() {
    let mut engine = older();
    engine.open().await;
    engine.close();
    for file in ["dossier.db-wal", "dossier.db-shm"] {
        let _ = std::fs::remove_file(engine.path().join(file));
    }
    let old = Path::new(BEFORE_NUMBERING).join("dossier.db");
    std::fs::write(engine.path().join("dossier.db"), std::fs::read(old).expect("a file")).expect("put back");
    let refused = engine.try_open().await.err().expect("a refusal");
    assert!(refused.to_string().contains("its rows carry no seals yet"), "{refused}");
    // A restore puts it back on purpose.
    let (file, keyring) = (engine.path().join("dossier.db"), engine.path().join("keyring.json"));
    let location = dossier_store::transfer::mark::Location::Sqlite(&file);
    let now = dossier_core::clock::Timestamp::from_micros(0);
    location.seal_rows(&keyring, engine.root(), now).await.expect("sealed");
    engine.open().await;
    assert_eq!(engine.store().verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
}
