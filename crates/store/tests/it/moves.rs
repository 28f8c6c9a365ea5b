//! Moving an installation from one engine to the other and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dossier_core::api_key::{ApiKey, KeyScope};
use dossier_core::caller::{Actor, Caller};
use dossier_core::clock::Timestamp;
use dossier_core::desk::{Role, VerdictWord};
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::services::Services;
use dossier_core::store::StoreError;
use dossier_core::use_cases::api_keys::{self, NewKey};
use dossier_core::use_cases::{session, webhooks, worksheet};
use dossier_core::webhook::Endpoint;
use dossier_store::blobs::Folder;
use dossier_store::postgres::PostgresStore;
use dossier_store::sqlite::SqliteStore;
use dossier_store::transfer::mark::Location;
use dossier_store::transfer::moving::{MoveReport, move_all};

use crate::behaviours::{
    Anywhere, content, events_of, given, keyed_put, look, naming, put, read, seat, signed_in, uploaded,
};
use crate::cluster::Cluster;
use crate::engines::{Engine, caller};
use crate::trail::trail;

/// Two accounts with everything that can be stored.
pub(crate) struct Filled {
    pub(crate) callers: Vec<Caller>,
    customers: Vec<(Caller, CustomerId)>,
    file: FileId,
    key: ApiKey,
    /// Of a session at the desk.
    token: String,
}

pub(crate) async fn fill(services: &Services) -> Filled {
    let (mut callers, mut customers) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..2 {
        let caller = caller(services).await;
        let new = NewKey {
            name: "k".into(),
            scopes: vec![KeyScope::WebhooksManage],
            expires_at: None,
            addresses: Vec::new(),
        };
        let (key, record) = api_keys::create(services, &caller, new).await.expect("a key");
        let keyed = Caller { actor: Actor::Key(record.key_id), ..caller.clone() };
        let body = br#"{"url":"https://x.example/","event_types":["customer.created","customer.updated"]}"#;
        let nothing = |_: &Endpoint, _: &[u8; 32]| Vec::new();
        webhooks::register(services, &keyed, record.key_id, &Anywhere, Request::unkeyed(body), nothing)
            .await
            .expect("registered");
        let reviewer = seat(services, &caller, "mia", Role::Analyst).await;
        let token = signed_in(services, &caller, &reviewer.member).await;
        let file = uploaded(services, &caller).await;
        uploaded(services, &caller).await;
        for number in 0..12 {
            let kind = if number % 3 == 0 { "corporate" } else { "individual" };
            let id = given(services, &caller, &format!("{number}@example.com"), kind).await;
            let name = if number % 3 == 0 { crate::behaviours::PERSONS } else { r#"{"first_name":"Ada"}"# };
            keyed_put(services, &caller, id, name, Some(&format!("k{number}"))).await.expect("updated");
            if number == 1 {
                put(services, &caller, id, &naming(file)).await.expect("attached");
                let request = Request { route: "test", body: b"", idempotency_key: None };
                session::open(services, &caller, Some(id), request).await.expect("opened");
                let looks = [Some("case 4711"), None].map(|reason| look(&caller, id, record.key_id, reason));
                services.store.record_looks(looks.to_vec()).await.expect("recorded");
                let verdict = Some(VerdictWord::Unsure);
                let shown = read(services, caller.scope, id).await.version;
                worksheet::give_verdict(services, &reviewer, id, "birth_date", verdict, shown).await.expect("given");
                worksheet::renew(services, &reviewer, id).await.expect("renewed");
            }
            customers.push((caller.clone(), id));
        }
        last = Some((file, key, token));
        callers.push(caller);
    }
    let (file, key, token) = last.expect("two accounts");
    Filled { callers, customers, file, key, token }
}

/// Everything that is visible of it from outside.
pub(crate) async fn seen(services: &Services, filled: &Filled) -> Vec<String> {
    let mut seen = Vec::new();
    for (caller, id) in &filled.customers {
        let customer = read(services, caller.scope, *id).await;
        seen.push(format!("{customer:?}"));
        let looks = services.store.looks(caller.scope, *id, None, 10).await.expect("looks");
        let reasons: Vec<_> = looks.iter().filter_map(|(_, counted)| counted.look.reason.as_ref()).collect();
        seen.push(format!("{looks:?} {:?}", reasons.iter().map(|reason| reason.expose()).collect::<Vec<_>>()));
        let events = events_of(services, caller.scope, *id).await;
        assert!(events.iter().any(|event| !event.deliveries.is_empty()), "the entries lead to them");
        seen.push(format!("{events:?}"));
        let sheet = services.store.worksheet(caller.scope, *id).await.expect("a worksheet");
        let noted = serde_json::to_string(&sheet.details).expect("JSON");
        seen.push(format!("{} {:?} {noted}", sheet.version, sheet.renewed_at));
        seen.push(format!("{:?}", services.store.changed_since(caller.scope, *id, 1).await.expect("pointers")));
    }
    for caller in &filled.callers {
        let events = services.store.events(caller.scope, 0, 1_000).await.expect("events");
        seen.extend(events.iter().map(|event| {
            format!("{} {} {}", event.position, event.id(), String::from_utf8_lossy(event.body.expose()))
        }));
        seen.push(format!("{:?}", trail(services, caller.scope, None, 1_000).await));
        let endpoint = services.store.endpoints(caller.scope).await.expect("endpoints").remove(0);
        let log = services.store.deliveries(caller.scope, endpoint.id, None, 1_000).await.expect("a log");
        seen.extend(log.iter().map(|delivery| format!("{} {} {}", delivery.id, delivery.event_id, delivery.state)));
        seen.push(format!("{:?}", services.store.api_keys(caller.scope).await.expect("keys")));
        for member in services.store.members(caller.scope.account).await.expect("members") {
            seen.push(format!("{member:?} {}", serde_json::to_string(&member.details).expect("JSON")));
        }
    }
    let scope = filled.callers[1].scope;
    seen.push(format!("{:?}", content(services, scope, filled.file).await.expect("opens")));
    seen.push(format!("{:?}", services.store.api_key(&filled.key).await.expect("a look-up").expect("there")));
    seen.push(format!("{:?}", services.store.sign_in(&filled.token).await.expect("a look-up").expect("there")));
    let report = services.store.verify_audit(&|_, _| {}).await.expect("a report");
    assert_eq!((report.findings, report.chains), (Vec::new(), 4));
    seen
}

pub(crate) fn sqlite(engine: &Engine, folder: &std::path::Path) -> SqliteStore {
    let blobs = Arc::new(Folder::open(engine.path().join("files")).expect("a folder"));
    let (keyring, fatal) = (engine.path().join("keyring.json"), Arc::new(|why: &str| panic!("I/O error: {why}")));
    SqliteStore::open(folder, &keyring, &engine.root, blobs, Timestamp::from_micros(0), None, fatal)
        .expect("the store opens")
}

pub(crate) async fn postgres(engine: &Engine, url: &str) -> PostgresStore {
    let blobs = Arc::new(Folder::open(engine.path().join("files")).expect("a folder"));
    let keyring = engine.path().join("keyring.json");
    PostgresStore::open(url, &keyring, &engine.root, blobs, Timestamp::from_micros(0), None)
        .await
        .expect("the store opens")
}

/// Moves everything and removes the mark, as the command does after a success.
async fn moved(
    from: Location<'_>,
    to: Location<'_>,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<MoveReport, StoreError> {
    let moved = move_all(from, "the source", to, Timestamp::from_micros(0), progress).await?;
    to.set_mark(None).await.expect("unmarked");
    Ok(moved)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moved_data_is_the_same_and_usable() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let filled = fill(&services).await;
    let before = seen(&services, &filled).await;
    drop(services);
    engine.close();
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let steps = AtomicU64::new(0);
    let progress = |done: u64, total: u64| {
        assert!(done <= total);
        steps.fetch_add(1, Ordering::Relaxed);
    };
    {
        let file = engine.path().join("dossier.db");
        let (from, to) = (Location::Sqlite(&file), Location::Postgres(&url));
        let records = moved(from, to, &progress).await.expect("moved").records;
        assert!(records > 150, "{records}");
        assert!(steps.load(Ordering::Relaxed) > 10, "the bar moves");
        let again = moved(from, to, &progress).await;
        assert!(matches!(again, Err(StoreError::Corrupt(_))), "not over existing records");
    }
    let services = engine.services_of(Arc::new(postgres(&engine, &url).await));
    assert_eq!(seen(&services, &filled).await, before);
    // It continues there: numbers follow, waiting deliveries are made, a kept answer is returned.
    for (caller, id) in &filled.customers {
        put(&services, caller, *id, r#"{"email":null}"#).await.expect_err("a refusal");
        put(&services, caller, *id, "{}").await.expect("nothing to do");
    }
    let (caller, id) = &filled.customers[1];
    put(&services, caller, *id, r#"{"first_name":"Bob"}"#).await.expect("updated");
    let again = keyed_put(&services, caller, *id, r#"{"first_name":"Ada"}"#, Some("k1")).await.expect("an answer");
    assert!(again.replayed);
    given(&services, caller, "new@example.com", "individual").await;
    let before = seen(&services, &filled).await;
    drop(services);

    // Move back, into a new folder.
    let folder = tempfile::tempdir().expect("a temporary folder");
    {
        let file = folder.path().join("dossier.db");
        // A folder in which Dossier was only started has no accounts and counts as empty.
        drop(sqlite(&engine, folder.path()));
        moved(Location::Postgres(&url), Location::Sqlite(&file), &progress).await.expect("moved back");
    }
    let services = engine.services_of(Arc::new(sqlite(&engine, folder.path())));
    assert_eq!(seen(&services, &filled).await, before);
    put(&services, caller, *id, r#"{"first_name":"Cy"}"#).await.expect("updated");
    given(&services, caller, "newer@example.com", "individual").await;
    seen(&services, &filled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_move_continues() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let filled = fill(&services).await;
    let before = seen(&services, &filled).await;
    drop(services);
    engine.close();
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    for stop_at in [1, 2, 3, u64::MAX] {
        let file = engine.path().join("dossier.db");
        let steps = AtomicU64::new(0);
        let (reached, mut stop) = tokio::sync::mpsc::unbounded_channel();
        let progress = |_, _| {
            if steps.fetch_add(1, Ordering::Relaxed) == stop_at {
                let _ = reached.send(());
            }
        };
        let ends = (Location::Sqlite(&file), Location::Postgres(&url));
        tokio::select! {
            biased;
            _ = stop.recv() => {}
            all = moved(ends.0, ends.1, &progress) => drop(all.expect("moved")),
        }
    }
    let services = engine.services_of(Arc::new(postgres(&engine, &url).await));
    assert_eq!(seen(&services, &filled).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_differing_record_is_named() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    fill(&services).await;
    drop(services);
    engine.close();
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let file = engine.path().join("dossier.db");
    let altered = std::sync::OnceLock::new();
    let progress = |done: u64, total: u64| {
        // Everything is copied, and nothing is compared yet.
        if done * 2 == total && altered.set(()).is_ok() {
            let (url, sql) = (url.clone(), "UPDATE customers SET names = profile WHERE version = 2");
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current()
                    .block_on(async { crate::cluster::run(&url, sql).await.expect("altered") })
            });
        }
    };
    let refused = moved(Location::Sqlite(&file), Location::Postgres(&url), &progress).await.expect_err("a refusal");
    assert!(refused.to_string().contains("of customers differs"), "{refused}");
}
