//! The erasure of customers over HTTP, on the command line, and across restored states.

use std::os::unix::fs::DirBuilderExt as _;
use std::time::Duration;

use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::command_line::{dossier, json_of};

/// A key that may have customers erased.
pub(crate) async fn eraser(app: &TestApp, environment: Environment) -> String {
    let scopes = [KeyScope::ErasureRequest, KeyScope::CustomersRead, KeyScope::CustomersWrite];
    let made = app.new_key(None, environment, &scopes, None).await;
    made["key"].as_str().expect("a key").to_owned()
}

impl TestApp {
    pub(crate) async fn erasure(
        &self,
        key: &str,
        method: Method,
        id: &str,
        body: Option<Value>,
    ) -> crate::app::Answered {
        let url = format!("{}/v0/customers/{id}/erasure", self.url);
        let request = self.client.request(method, url).header("Api-Key", key);
        Self::send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// Waits, for at most ten seconds, until a customer is erased.
    pub(crate) async fn is_erased(&self, id: &str) -> Value {
        for _ in 0..100 {
            let answer = self.get(&format!("/v0/customers/{id}")).await;
            if answer.status == 410 {
                return answer.problem(410, "erased");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("customer {id} was not erased");
    }
}

pub(crate) fn why() -> Value {
    json!({ "reason": "Article 17", "requested_by": "Ada" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_customer_is_gone_for_every_request_and_what_remains_can_be_read() {
    let app = TestApp::start().await;
    let key = eraser(&app, Environment::Sandbox).await;
    let (id, other) = (app.given("individual").await, app.given("corporate").await);
    let file = app.given_file().await;
    app.put(&id, &json!({ "first_name": "Ada", "documents": [{ "file_id": file }] })).await.expect(200);
    let link = app.open_session(&id).await["kyc_flow_link"].as_str().expect("a link").to_owned();
    assert_eq!(app.client.get(&link).send().await.expect("a page").status(), 200);
    assert_eq!(app.erasure(&app.key, Method::POST, &id, Some(why())).await.status, 403, "it takes a scope");
    app.erasure(&key, Method::GET, &id, None).await.problem(404, "not_found");
    app.erasure(&key, Method::DELETE, &id, None).await.problem(404, "not_found");
    let violations = app.erasure(&key, Method::POST, &id, Some(json!({ "reason": "", "x": 1 }))).await.violations();
    assert_eq!(violations, ["/requested_by required", "/x unknown_property", "/reason required"]);
    for blank in [" ", "\u{200b}", "a\u{202e}b", "\u{7}"] {
        let body = json!({ "reason": blank, "requested_by": "Ada" });
        let refused = app.erasure(&key, Method::POST, &id, Some(body)).await.violations();
        assert!(refused.len() == 1 && refused[0].starts_with("/reason"), "{refused:?}");
    }
    let mut dry = why();
    dry["dry_run"] = true.into();
    let decision = app.erasure(&key, Method::POST, &id, Some(dry)).await.expect(200);
    crate::described::fits("ErasureDecision", &decision);
    assert_eq!((&decision["decision"], &decision["erases"]["files"]), (&"scheduled".into(), &1.into()));
    app.get(&format!("/v0/customers/{id}")).await.expect(200);
    app.erasure(&key, Method::POST, &id, Some(why())).await.expect(200);
    let problem = app.is_erased(&id).await;
    assert_eq!(problem["customer_id"], id);
    app.put(&id, &json!({ "first_name": "Bea" })).await.problem(410, "erased");
    app.patch(&id, &json!({ "first_name": "Bea" })).await.problem(410, "erased");
    app.post(&format!("/v0/customers/{id}/kycs"), &json!({})).await.problem(410, "erased");
    app.post(&format!("/v0/customers/{id}/decisions"), &json!({ "outcome": "approve" })).await.problem(410, "erased");
    app.erasure(&key, Method::POST, &id, Some(why())).await.problem(410, "erased");
    app.erasure(&key, Method::DELETE, &id, None).await.problem(410, "erased");
    app.content(&file, "").await.problem(404, "not_found");
    assert_eq!(app.client.get(&link).send().await.expect("a page").status(), 404);
    let state = app.erasure(&key, Method::GET, &id, None).await.expect(200);
    crate::described::fits("Erasure", &state);
    assert_eq!((&state["state"], &state["erased_in_all_copies"]), (&"erased".into(), &Value::Null));
    // Lists, a page at a time.
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["customer_id"].as_str().expect("an id").to_owned()).collect()
    };
    let page = app.get("/v0/customers").await.expect(200);
    assert_eq!(ids(&page), [other.as_str()]);
    let whole = app.get("/v0/customers?include=erased").await.expect(200);
    crate::described::fits("CustomerList", &whole);
    assert_eq!(ids(&whole), [other.as_str(), id.as_str()]);
    let first = app.get("/v0/customers?include=erased&limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = app.get(&format!("/v0/customers?include=erased&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((ids(&first), ids(&second)), (vec![other.clone()], vec![id.clone()]));
    assert_eq!(second["items"][0]["status"], "pending");
    let wrong = app.get("/v0/customers?include=all").await.problem(400, "invalid_parameters");
    assert_eq!(wrong["errors"][0]["pointer"], "/include");
    // Events have their envelopes, and the last one says what happened.
    let events = app.get("/v0/events").await.expect(200);
    crate::described::fits("EventList", &events);
    let mine: Vec<_> = events["items"].as_array().expect("items").iter().filter(|one| one["entity_id"] == id).collect();
    assert_eq!(mine.last().expect("one")["event_type"], "customer.erased");
    assert!(mine.iter().all(|event| event["entity_object"] == json!({ "customer_id": id, "erased": true })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_of_production_waits_and_a_certificate_is_verified_offline() {
    let app = TestApp::start_with(&[("erasure_wait", "1s")]).await;
    let production = app.production_key().await;
    let created = app.client.post(format!("{}/v0/customers", app.url)).header("Api-Key", &production);
    let created = TestApp::send(created.json(&json!({ "email": "a@example.com", "type": "individual" }))).await;
    let id = created.expect(201)["customer_id"].as_str().expect("an id").to_owned();
    app.erasure(&production, Method::POST, &id, Some(why())).await.expect(200);
    let scheduled = app.erasure(&production, Method::GET, &id, None).await.expect(200);
    assert!(scheduled["state"] == "scheduled" && scheduled["due_at"].is_string(), "{scheduled}");
    assert_eq!(app.erasure(&production, Method::DELETE, &id, None).await.status, 204);
    app.erasure(&production, Method::GET, &id, None).await.problem(404, "not_found");
    let folder = app.folder.path().to_owned();
    let args = ["--data-dir", "data", "--environment", "production"];
    let request = ["erasure", "request", &id, "--reason", "r", "--requested-by", "Ada"];
    json_of(&folder, &[&request[..], &args[..]].concat());
    let mut state = Value::Null;
    for _ in 0..100 {
        state = json_of(&folder, &[&["erasure", "show", &id][..], &args[..]].concat());
        if state["state"] == "erased" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let certificate = state["erased_in_service"].as_str().expect("a certificate");
    std::fs::write(folder.join("certificate.txt"), certificate).expect("written");
    let key = json_of(&folder, &["erasure", "key", "--data-dir", "data"]);
    let fingerprint = key["fingerprint"].as_str().expect("a fingerprint");
    let verified = json_of(&folder, &["erasure", "verify", "certificate.txt", "--fingerprint", fingerprint]);
    assert_eq!(
        (&verified["statement"]["customer_id"], &verified["statement"]["statement"]),
        (&id.clone().into(), &"erased_in_service".into())
    );
    let foreign = dossier(&folder, &["erasure", "verify", "certificate.txt", "--fingerprint", &"0".repeat(64)]);
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("another key"));
    std::fs::write(folder.join("certificate.txt"), certificate.replace('.', "A.")).expect("written");
    let altered = dossier(&folder, &["erasure", "verify", "certificate.txt"]);
    assert!(!altered.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_and_the_age_of_key_copies_complete_the_erasure() {
    let app = TestApp::start_with(&[("key_copies", "0s"), ("key_rotation", "off")]).await;
    let key = eraser(&app, Environment::Sandbox).await;
    let id = app.given("individual").await;
    app.erasure(&key, Method::POST, &id, Some(why())).await.expect(200);
    app.is_erased(&id).await;
    let before = app.erasure(&key, Method::GET, &id, None).await.expect(200);
    assert_eq!((&before["all_copies_at"], &before["erased_in_all_copies"]), (&Value::Null, &Value::Null));
    json_of(app.folder.path(), &["keyring", "rotate", "--data-dir", "data"]);
    json_of(app.folder.path(), &["backup", "create", "backups", "--data-dir", "data"]);
    let page = json_of(app.folder.path(), &["backup", "verify", "backups", "--data-dir", "data"]);
    assert_eq!(page["ok"], true, "the epoch of an erasure is not needed to read a backup: {page}");
    let after = app.erasure(&key, Method::GET, &id, None).await.expect(200);
    assert!(after["all_copies_at"].is_string() && after["erased_in_all_copies"].is_string(), "{after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_of_any_age_brings_no_one_back() {
    let app = TestApp::start().await;
    let key = eraser(&app, Environment::Sandbox).await;
    let (early, late, survivor) =
        (app.given("individual").await, app.given("corporate").await, app.given("individual").await);
    let folder = app.folder.path().to_owned();
    let backup = |place: &str| json_of(&folder, &["backup", "create", place, "--data-dir", "data"]);
    backup("before");
    app.erasure(&key, Method::POST, &early, Some(why())).await.expect(200);
    app.is_erased(&early).await;
    backup("between");
    app.erasure(&key, Method::POST, &late, Some(why())).await.expect(200);
    app.is_erased(&late).await;
    let page = json_of(&folder, &["backup", "verify", "before", "--data-dir", "data"]);
    assert_eq!((&page["ok"], &page["stay_erased"]), (&true.into(), &2.into()), "{page}");
    json_of(&folder, &["backup", "keys", "keys.json", "--data-dir", "data", "--with-root-key"]);
    let seen = app.get(&format!("/v0/customers/{survivor}")).await.expect(200);
    for (place, to_erase) in [("before", 2), ("between", 1)] {
        let into = format!("restored-{place}");
        std::fs::DirBuilder::new().mode(0o700).create(folder.join(&into)).expect("a folder");
        let arguments = ["restore", place, "--into", &into, "--keyring", "keys.json", "--data-dir", "data"];
        let restored = json_of(&folder, &arguments);
        assert_eq!(restored["erased_at_the_first_start"], to_erase, "{restored}");
        assert_eq!((&restored["scheduled_erasures"], &restored["ledger"]), (&json!([]), &json!("2 erasures")));
        std::fs::copy(folder.join("data/root.key"), folder.join(&into).join("root.key")).expect("the root key");
        let shown = dossier(&folder, &["customers", "get", &early, "--data-dir", &into]);
        assert!(String::from_utf8_lossy(&shown.stderr).contains("erased"), "the first command already erases");
        for id in [&early, &late] {
            let state = json_of(&folder, &["erasure", "show", id, "--data-dir", &into]);
            assert_eq!(state["state"], "erased", "{place}: {state}");
        }
        let kept = json_of(&folder, &["customers", "get", &survivor, "--data-dir", &into]);
        assert_eq!(kept["email"], seen["email"]);
        let verified = json_of(&folder, &["audit", "verify", "--data-dir", &into]);
        assert_eq!(verified["findings"], json!([]), "{verified}");
    }
}
