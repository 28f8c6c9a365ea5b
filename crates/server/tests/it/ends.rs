//! The end of one person, of an account, and of everything in a sandbox, over HTTP and on the command line.

use std::os::unix::fs::DirBuilderExt as _;
use std::time::Duration;

use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::{dossier, json_of};

async fn key_with(app: &TestApp, environment: Environment, scopes: &[KeyScope]) -> String {
    app.new_key(None, environment, scopes, None).await["key"].as_str().expect("a key").to_owned()
}

async fn call(app: &TestApp, key: &str, method: Method, path: &str, body: Option<Value>) -> Answered {
    let request = app.client.request(method, format!("{}{path}", app.url)).header("Api-Key", key);
    TestApp::send(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

fn why() -> Value {
    json!({ "reason": "Article 17", "requested_by": "Ada" })
}

/// A business with two persons. Returns its id and theirs.
async fn firm(app: &TestApp) -> (String, String, String) {
    let id = app.given("corporate").await;
    let persons = json!([{ "first_name": "Ada", "last_name": "Secret" }, { "first_name": "Bob" }]);
    app.put(&id, &json!({ "associated_persons": persons })).await.expect(200);
    let profile = app.profile(&id).await;
    let person = |at: usize| profile["associated_persons"][at]["id"].as_str().expect("an id").to_owned();
    let (ada, bob) = (person(0), person(1));
    (id, ada, bob)
}

fn path(id: &str, person: &str) -> String {
    format!("/v0/customers/{id}/associated_persons/{person}/erasure")
}

async fn until_gone(app: &TestApp, id: &str, persons: usize) -> Value {
    for _ in 0..100 {
        let profile = app.profile(id).await;
        if profile["associated_persons"].as_array().map_or(0, Vec::len) == persons {
            return profile;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the person was not erased");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_a_business_is_erased_every_request_about_its_persons_says_so() {
    let app = TestApp::start().await;
    let key = key_with(&app, Environment::Sandbox, &[KeyScope::ErasureRequest]).await;
    let (id, ada, _) = firm(&app).await;
    let whole = format!("/v0/customers/{id}/erasure");
    call(&app, &key, Method::POST, &whole, Some(why())).await.expect(200);
    app.is_erased(&id).await;
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let body = (method == Method::POST).then(why);
        call(&app, &key, method, &path(&id, &ada), body).await.problem(410, "erased");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_is_erased_and_a_restored_backup_does_not_bring_them_back() {
    let app = TestApp::start().await;
    let key = key_with(&app, Environment::Sandbox, &[KeyScope::ErasureRequest]).await;
    let (id, ada, bob) = firm(&app).await;
    let other = app.given("corporate").await;
    let (folder, unknown) = (app.folder.path().to_owned(), "019abc00-0000-7000-8000-000000000000");
    json_of(&folder, &["backup", "create", "before", "--data-dir", "data"]);
    assert_eq!(call(&app, &app.key, Method::POST, &path(&id, &ada), Some(why())).await.status, 403, "it takes a scope");
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let body = (method == Method::POST).then(why);
        for wrong in [path(&other, &ada), path(&id, unknown), path(&id, &id), path(&id, "x"), path("x", &ada)] {
            call(&app, &key, method.clone(), &wrong, body.clone()).await.problem(404, "not_found");
        }
    }
    let mut dry = why();
    dry["dry_run"] = true.into();
    let decision = call(&app, &key, Method::POST, &path(&id, &ada), Some(dry)).await.expect(200);
    crate::described::fits("ErasureDecision", &decision);
    assert_eq!((&decision["person_id"], &decision["keeps"]["associated_persons"]), (&ada.clone().into(), &1.into()));
    let etag = app.get(&format!("/v0/customers/{id}")).await.header("etag").to_owned();
    call(&app, &key, Method::POST, &path(&id, &ada), Some(why())).await.expect(200);
    let profile = until_gone(&app, &id, 1).await;
    assert_eq!(profile["associated_persons"][0]["id"], bob);
    assert_ne!(app.get(&format!("/v0/customers/{id}")).await.header("etag"), etag, "it is a new version");
    let state = call(&app, &key, Method::GET, &path(&id, &ada), None).await.expect(200);
    crate::described::fits("Erasure", &state);
    assert_eq!((&state["state"], &state["person_id"]), (&"erased".into(), &ada.clone().into()));
    for method in [Method::POST, Method::DELETE] {
        let body = (method == Method::POST).then(why);
        let problem = call(&app, &key, method, &path(&id, &ada), body).await.problem(410, "erased");
        assert_eq!(problem["person_id"], ada);
    }
    // The certificate names the person.
    let certificate = state["erased_in_service"].as_str().expect("a certificate");
    std::fs::write(folder.join("certificate.txt"), certificate).expect("written");
    let verified = json_of(&folder, &["erasure", "verify", "certificate.txt"]);
    assert_eq!((&verified["statement"]["person_id"], &verified["statement"]["customer_id"]), (&json!(ada), &json!(id)));
    // The command line does the same.
    let show = |person: &str| dossier(&folder, &["erasure", "show", &id, "--person", person, "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&show(&bob).stderr).contains("no such erasure"));
    let args = ["erasure", "request", &id, "--person", &bob, "--reason", "r", "--requested-by", "Bob"];
    let requested = json_of(&folder, &[&args[..], &["--data-dir", "data", "--dry-run"]].concat());
    assert_eq!((&requested["person_id"], &requested["decision"]), (&json!(bob), &json!("scheduled")));
    // A restored backup from before does not bring the person back.
    json_of(&folder, &["backup", "keys", "keys.json", "--data-dir", "data", "--with-root-key"]);
    std::fs::DirBuilder::new().mode(0o700).create(folder.join("restored")).expect("a folder");
    let arguments = ["restore", "before", "--into", "restored", "--keyring", "keys.json", "--data-dir", "data"];
    let restored = json_of(&folder, &arguments);
    assert_eq!(restored["erased_at_the_first_start"], 1, "{restored}");
    std::fs::copy(folder.join("data/root.key"), folder.join("restored/root.key")).expect("the root key");
    let kept = json_of(&folder, &["customers", "get", &id, "--data-dir", "restored"]);
    assert_eq!(kept["profile"]["associated_persons"].as_array().map(Vec::len), Some(1), "{kept}");
    assert!(!kept.to_string().contains("Secret"), "{kept}");
    let verified = json_of(&folder, &["audit", "verify", "--data-dir", "restored"]);
    assert_eq!(verified["findings"], json!([]), "{verified}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_account_has_no_keys_and_no_links_until_it_is_opened_again() {
    let app = TestApp::start().await;
    let (folder, id) = (app.folder.path().to_owned(), app.given("individual").await);
    let link = app.open_session(&id).await["kyc_flow_link"].as_str().expect("a link").to_owned();
    assert_eq!(app.client.get(&link).send().await.expect("a page").status(), 200);
    let unknown = dossier(&folder, &["accounts", "close", "nobody", "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no such account"));
    let closed = json_of(&folder, &["accounts", "close", "default", "--data-dir", "data"]);
    assert!(closed["closed_at"].is_string(), "{closed}");
    app.get(&format!("/v0/customers/{id}")).await.problem(403, "account_closed");
    let new = json!({ "email": "new@example.com", "type": "individual" });
    app.post("/v0/customers", &new).await.problem(403, "account_closed");
    assert_eq!(app.client.get(&link).send().await.expect("a page").status(), 410);
    let refused = dossier(&folder, &["keys", "create", "--name", "k", "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the account is closed"));
    let listed = json_of(&folder, &["accounts", "list", "--data-dir", "data"]);
    assert_eq!(listed[0]["closed_at"], closed["closed_at"]);
    let kept = json_of(&folder, &["customers", "get", &id, "--data-dir", "data"]);
    assert_eq!(kept["customer_id"], id, "its customers stay");
    let app = app.restart().await;
    app.get(&format!("/v0/customers/{id}")).await.problem(403, "account_closed");
    json_of(&folder, &["accounts", "reopen", "default", "--data-dir", "data"]);
    app.get(&format!("/v0/customers/{id}")).await.expect(200);
    // The server has another port now.
    let link = format!("{}{}", app.url, &link[link.find("/kyc/").expect("a path")..]);
    assert_eq!(app.client.get(&link).send().await.expect("a page").status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_is_emptied_over_http_and_by_a_command_and_production_never() {
    let app = TestApp::start().await;
    let scopes = [KeyScope::Simulate, KeyScope::ErasureRequest];
    let key = key_with(&app, Environment::Sandbox, &scopes).await;
    let (folder, id) = (app.folder.path().to_owned(), app.given("individual").await);
    let body = json!({ "first_name": "Ada", "documents": [{ "file_id": app.given_file().await }] });
    app.put(&id, &body).await.expect(200);
    call(&app, &app.key, Method::POST, "/v0/sandbox/empty", None).await.problem(403, "insufficient_scope");
    let production = app.production_key().await;
    assert_eq!(call(&app, &production, Method::POST, "/v0/sandbox/empty", None).await.status, 403);
    call(&app, &key, Method::POST, "/v0/sandbox/empty", None).await.expect(202);
    for attempt in 0.. {
        let items = app.get("/v0/customers").await.expect(200)["items"].clone();
        let events = app.get("/v0/events").await.expect(200)["items"].clone();
        if (&items, &events) == (&json!([]), &json!([])) {
            break;
        }
        assert!(attempt < 100, "{items} {events}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    app.get(&format!("/v0/customers/{id}")).await.problem(410, "erased");
    let second = app.given("individual").await;
    let emptied = json_of(&folder, &["sandbox", "empty", "--data-dir", "data"]);
    assert_eq!(emptied["state"], "empty");
    app.get(&format!("/v0/customers/{second}")).await.problem(410, "erased");
    // What remains is listed, and what was erased of the trail is said to be.
    let args = ["--data-dir", "data"];
    let list = |more: &[&str]| json_of(&folder, &[&["customers", "list"], more, &args[..]].concat());
    let ids = |list: &Value| -> Vec<Value> {
        list.as_array().expect("a list").iter().map(|one| one["customer_id"].clone()).collect()
    };
    assert_eq!(ids(&list(&[])), Vec::<Value>::new());
    assert_eq!(ids(&list(&["--include", "erased"])), [json!(second), json!(id)]);
    assert_eq!(ids(&list(&["--include", "erased", "--limit", "1"])), [json!(second)]);
    let entries = json_of(&folder, &[&["audit", "list", "--customer", &id], &args[..]].concat());
    let created = entries.as_array().expect("entries").iter().find(|one| one["action"] == "customer.created");
    let seq = created.expect("one")["seq"].to_string();
    let shown = json_of(&folder, &[&["audit", "show", &seq], &args[..]].concat());
    assert_eq!((&shown["note"], &shown["note_erased"]), (&Value::Null, &true.into()), "{shown}");
    let verified = json_of(&folder, &[&["audit", "verify"], &args[..]].concat());
    assert_eq!(verified["findings"], json!([]), "{verified}");
}
