//! Several processes on one PostgreSQL database. They share only the root key, the keyring and the place of files. Here
//! they are three servers in one test, each with its own data folder. `proofs/processes.py` kills real processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dossier::cli::context::ScopeArgs;
use dossier::cli::{audit, keyring, keys};
use dossier::http::router::{OPERATIONS, document};
use dossier_core::caller::Environment;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{Answered, TestApp};
use crate::cluster::Cluster;

const ROOT_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const WRITERS: usize = 200;
const ROUNDS: usize = 10;
const CUSTOMERS: usize = 20;

/// Three servers, asked in turn.
struct Fleet {
    apps: Vec<TestApp>,
    client: Client,
    next: AtomicUsize,
    _shared: TempDir,
    _cluster: Cluster,
}

impl Fleet {
    async fn start() -> Self {
        let cluster = Cluster::any().await;
        let (url, shared) = (cluster.database().await, tempfile::tempdir().expect("a temporary folder"));
        let keyring = shared.path().join("keyring.json").display().to_string();
        let files = format!("file://{}", shared.path().join("files").display());
        let settings = [("database", &*url), ("keyring", &*keyring), ("files", &*files), ("root_key", ROOT_KEY)];
        let mut apps: Vec<TestApp> = Vec::new();
        for number in 1..=3 {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let key = apps.first().map(|app| app.key.clone());
            let app = TestApp::start_in(folder, key, &settings).await;
            // Customers of different servers have different e-mails.
            app.next.store(number * 1_000, Ordering::Relaxed);
            apps.push(app);
        }
        Self { apps, client: Client::new(), next: AtomicUsize::new(0), _shared: shared, _cluster: cluster }
    }

    fn app(&self) -> &TestApp {
        &self.apps[self.next.fetch_add(1, Ordering::Relaxed) % self.apps.len()]
    }

    async fn send(&self, method: Method, path: &str, key: Option<&str>, body: &Value) -> Answered {
        let app = self.app();
        let request = self.client.request(method, format!("{}{path}", app.url)).header("Api-Key", &app.key);
        let request = if let Some(key) = key { request.header("Idempotency-Key", key) } else { request };
        TestApp::send(if body.is_null() { request } else { request.json(body) }).await
    }

    async fn put(&self, id: &str, body: &Value) -> Answered {
        self.send(Method::PUT, &format!("/v0/customers/{id}"), None, body).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_writers_of_three_processes_lose_no_update() {
    let fleet = Arc::new(Fleet::start().await);
    let mut ids = Vec::new();
    for _ in 0..CUSTOMERS {
        ids.push(fleet.apps[0].given("individual").await);
    }
    // Ten writers share a customer, each with its own member or one that it shares with a few others.
    let fields = ["first_name", "middle_name", "last_name", "most_recent_occupation", "account_purpose_other"];
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (fleet, id) = (Arc::clone(&fleet), ids[writer % CUSTOMERS].clone());
            let field = fields[writer / CUSTOMERS % fields.len()];
            tokio::spawn(async move {
                for round in 0..ROUNDS {
                    fleet.put(&id, &json!({ field: format!("{writer}-{round}") })).await.expect(200);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no writer fails");
    }
    for (customer, id) in ids.iter().enumerate() {
        let answer = fleet.send(Method::GET, &format!("/v0/customers/{id}?expand=profile"), None, &Value::Null).await;
        let version = 1 + WRITERS / CUSTOMERS * ROUNDS;
        assert_eq!(answer.header("etag"), format!("\"v{version}\""), "every PUT is a version");
        let profile = answer.json()["profile"].take();
        for (slot, field) in fields.iter().enumerate() {
            let last = profile[field].as_str().expect("every field was written");
            let owns = |writer: &usize| writer % CUSTOMERS == customer && writer / CUSTOMERS % fields.len() == slot;
            let mut owners = (0..WRITERS).filter(owns);
            assert!(owners.any(|owner| last == format!("{owner}-{}", ROUNDS - 1)), "{field}: {last}");
        }
    }
    let report = fleet.apps[1].command(audit::Verify { records: false, anchors: Vec::new() }).await.expect("a report");
    assert_eq!(report["findings"], json!([]));
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let entries =
        fleet.apps[2].command(audit::List { scope, query: Default::default(), before: None, limit: 10_000 }).await;
    let entries = entries.expect("entries");
    let updates = entries.as_array().expect("a list").iter().filter(|entry| entry["action"] == "customer.updated");
    assert_eq!(updates.count(), WRITERS * ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_one_process_revokes_is_refused_by_all_within_a_second() {
    let fleet = Fleet::start().await;
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let create = keys::Create { scope, name: "k".into(), scopes: Vec::new(), expires_in: None, addresses: Vec::new() };
    let made = fleet.apps[0].command(create).await.expect("a key");
    let (key, key_id) = (made["key"].as_str().expect("a key"), made["key_id"].as_str().expect("an id"));
    let ask = async |app: &TestApp| {
        let request = fleet.client.get(format!("{}/v0/customers", app.url)).header("Api-Key", key);
        TestApp::send(request).await.status.as_u16()
    };
    for app in &fleet.apps {
        assert_eq!(ask(app).await, 200);
    }
    fleet.apps[1].command(keys::Revoke { key_id: key_id.into() }).await.expect("revoked");
    let revoked = Instant::now();
    let mut refused = [false; 3];
    while refused != [true; 3] {
        for (app, refused) in fleet.apps.iter().zip(&mut refused) {
            let asked = Instant::now();
            let status = ask(app).await;
            assert!(status == 401 || asked - revoked < Duration::from_secs(1), "it works after a second");
            assert!(status == 401 || !*refused, "it works again");
            *refused |= status == 401;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_has_one_effect_whatever_process_it_reaches() {
    let fleet = Fleet::start().await;
    for round in 0..20 {
        let body = json!({ "email": format!("r{round}@example.com"), "type": "individual" });
        let key = format!("key-{round}");
        let sent = (0..9).map(|_| fleet.send(Method::POST, "/v0/customers", Some(&key), &body));
        let answers = futures_util::future::join_all(sent).await;
        let replayed = answers.iter().filter(|answer| answer.header("idempotent-replayed") == "true").count();
        assert_eq!(replayed, 8, "one of them made it");
        let bodies: std::collections::HashSet<_> =
            answers.into_iter().map(|answer| answer.expect(201).to_string()).collect();
        assert_eq!(bodies.len(), 1);
    }
    let listed = fleet.send(Method::GET, "/v0/customers?limit=1000", None, &Value::Null).await.expect(200);
    assert_eq!(listed["items"].as_array().expect("a list").len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_processes_see_what_one_process_does() {
    let fleet = Fleet::start().await;
    let [one, two, three] = &fleet.apps[..] else { panic!("three") };
    // One stores a file, another attaches it, and the third shows it.
    let (file, id) = (one.given_file().await, two.given("individual").await);
    two.put(&id, &json!({ "documents": [{ "file_id": file, "purpose": "id_document" }] })).await.expect(200);
    assert_eq!(three.content(&file, "").await.status.as_u16(), 200);
    // One begins an epoch, and the others follow, with keys that they already had and with new ones.
    let epoch = one.command(keyring::Rotate {}).await.expect("rotated");
    assert_eq!(epoch["epoch"], 2);
    for app in [two, three] {
        let new = app.given("corporate").await;
        app.put(&new, &json!({ "business_legal_name": "B", "associated_persons": [{ "first_name": "Ada" }] }))
            .await
            .expect(200);
        app.put(&id, &json!({ "first_name": "A" })).await.expect(200);
        one.profile(&new).await;
    }
    // One advances the clock, and the others soon follow. Of two advances at the same time neither is lost.
    let advance = json!({ "advance": "P1D" });
    let (left, right) =
        futures_util::join!(one.post("/v0/sandbox/clock", &advance), two.post("/v0/sandbox/clock", &advance));
    left.expect(200);
    right.expect(200);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    for app in &fleet.apps {
        assert_eq!(app.get("/v0/sandbox/clock").await.expect(200)["ahead_seconds"], 2 * 86_400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_every_operation_says_so_as_documented() {
    let cluster = Cluster::own(&[]).await;
    let url = cluster.database().await;
    let app = TestApp::start_in(tempfile::tempdir().expect("a temporary folder"), None, &[("database", &*url)]).await;
    let id = app.given("individual").await;
    drop(cluster);
    // By then, what is known about the key is too old, so the database is asked for the key first.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let document = document();
    let asked = OPERATIONS.iter().map(|operation| {
        let path = operation.path.replace("{customer_id}", &id).replace("{file_id}", &id);
        let path = path.replace("{webhook_id}", &id).replace("{delivery_id}", "whd_1");
        let request = app.client.request(operation.method.clone(), format!("{}{path}", app.url));
        let request = request.header("Api-Key", &app.key).json(&json!({}));
        async move { (operation, TestApp::send(request).await) }
    });
    for (operation, answer) in futures_util::future::join_all(asked).await {
        let (method, path) = (operation.method.as_str().to_lowercase(), operation.path);
        let status = answer.status.as_u16();
        let documented = &document["paths"][path][&method]["responses"][status.to_string()];
        assert!(documented.is_object(), "{method} {path} responds with {status}, which is not documented");
        if !operation.scopes.is_empty() || path == "/readyz" {
            let description = documented["description"].as_str().expect("a description");
            assert!(description.contains("storage_unavailable"), "{method} {path}: {description}");
            assert!(!answer.header("retry-after").is_empty(), "{method} {path}");
            answer.problem(503, "storage_unavailable");
        }
    }
}
