//! `Idempotency-Key`: one effect, one response.

use dossier::cli::audit;
use dossier::cli::context::ScopeArgs;
use dossier::http::router::{OPERATIONS, document};
use dossier_core::caller::Environment;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};

fn with_key(request: RequestBuilder, key: &str, body: &Value) -> RequestBuilder {
    request.header("Idempotency-Key", key).json(body)
}

async fn create(app: &TestApp, key: &str, body: &Value) -> Answered {
    TestApp::send(with_key(app.request(Method::POST, "/v0/customers"), key, body)).await
}

#[tokio::test]
async fn a_repeated_creation_has_one_effect_and_the_same_response_even_after_a_restart() {
    let app = TestApp::start().await;
    let body = json!({ "email": "a@example.com", "type": "individual" });
    let first = create(&app, "k1", &body).await;
    assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (201, ""));
    let app = app.restart().await;
    let second = create(&app, "k1", &body).await;
    assert_eq!((second.status.as_u16(), second.header("idempotent-replayed")), (201, "true"));
    assert_eq!(
        (&second.text, second.header("etag"), second.header("location")),
        (&first.text, first.header("etag"), first.header("location"))
    );
    let other = create(&app, "k1", &json!({ "email": "b@example.com", "type": "individual" })).await;
    let problem = other.problem(409, "idempotency_key_reused");
    assert_eq!(problem["first_request_id"], first.header("x-request-id"));
    assert_eq!(app.get("/v0/customers").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_repeated_update_is_replayed_whatever_came_between() {
    let app = TestApp::start().await;
    let (id, other) = (app.given("individual").await, app.given("individual").await);
    let put = |id: &str, key: &str, body: Value| {
        with_key(app.request(Method::PUT, &format!("/v0/customers/{id}")), key, &body)
    };
    let first = TestApp::send(put(&id, "k", json!({ "first_name": "A" }))).await;
    assert_eq!(first.header("etag"), "\"v2\"");
    app.put(&id, &json!({ "first_name": "B" })).await.expect(200);
    let replay = TestApp::send(put(&id, "k", json!({ "first_name": "A" }))).await;
    assert_eq!((replay.header("etag"), replay.header("idempotent-replayed")), ("\"v2\"", "true"));
    assert_eq!(app.profile(&id).await["first_name"], "B", "a replay has no effect");
    TestApp::send(put(&id, "k", json!({ "first_name": "C" }))).await.problem(409, "idempotency_key_reused");
    TestApp::send(put(&other, "k", json!({ "first_name": "A" }))).await.problem(409, "idempotency_key_reused");
    let shown = put(&id, "k", json!({ "first_name": "A" })).header("Prefer", "return=representation");
    TestApp::send(shown).await.problem(409, "idempotency_key_reused");
    // Another route, another environment's key space and a request without effect.
    let patch = app.patch_request(&id, &json!({ "first_name": "D" })).header("Idempotency-Key", "k");
    TestApp::send(patch).await.expect(200);
    let nothing = TestApp::send(put(&id, "n", json!({}))).await;
    assert_eq!(nothing.header("idempotent-replayed"), "");
    assert_eq!(TestApp::send(put(&id, "n", json!({}))).await.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let app = TestApp::start().await;
    assert_eq!(create(&app, "k", &json!({ "type": "individual" })).await.violations(), ["/email required"]);
    create(&app, "k", &json!({ "email": "a@example.com", "type": "individual" })).await.expect(201);
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let app = TestApp::start().await;
    let body = json!({ "email": "a@example.com", "type": "individual" });
    for key in ["", "a b", &"k".repeat(256)] {
        create(&app, key, &body).await.problem(400, "invalid_header");
    }
    create(&app, &"k".repeat(255), &body).await.expect(201);
}

#[tokio::test]
async fn many_at_once_with_one_key_have_one_effect() {
    let app = std::sync::Arc::new(TestApp::start().await);
    let body = json!({ "email": "a@example.com", "type": "individual" });
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (app, body) = (std::sync::Arc::clone(&app), body.clone());
            tokio::spawn(async move { create(&app, "k", &body).await })
        })
        .collect();
    let mut texts = Vec::new();
    for task in tasks {
        let answer = task.await.expect("a response");
        assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
        texts.push(answer.text);
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[tokio::test]
async fn every_post_put_and_patch_says_that_it_honours_the_key() {
    let writes = OPERATIONS.iter().filter(|operation| {
        !operation.scopes.is_empty() && [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method)
    });
    let document = document();
    for operation in writes {
        let (method, path) = (operation.method.as_str().to_lowercase(), operation.path);
        let described = &document["paths"][path][&method];
        let conflicts = described["responses"]["409"]["description"].as_str().unwrap_or_default();
        assert!(conflicts.contains("idempotency_key_reused"), "{method} {path}");
        let parameters = described["parameters"].as_array().expect("parameters");
        assert!(parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key"), "{method} {path}");
    }
}

/// Asserts that the same request gets the same response when it is sent again with its key, and returns the response.
async fn twice(app: &TestApp, path: &str, key: &str, body: &Value, status: u16) -> Value {
    let send = || TestApp::send(with_key(app.request(Method::POST, path), key, body));
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (status, ""), "{path}: {}", first.text);
    assert_eq!((second.status.as_u16(), second.header("idempotent-replayed")), (status, "true"), "{path}");
    assert_eq!((&second.text, second.header("etag")), (&first.text, first.header("etag")), "{path}");
    first.json()
}

#[tokio::test]
async fn requests_about_no_customer_are_repeated_as_safely() {
    let app = TestApp::start().await;
    let ahead = twice(&app, "/v0/sandbox/clock", "k", &json!({ "advance": "P1D" }), 200).await;
    assert_eq!(ahead["ahead_seconds"], 86_400);
    assert_eq!(app.get("/v0/sandbox/clock").await.expect(200)["ahead_seconds"], 86_400, "it was advanced once");
    let other = with_key(app.request(Method::POST, "/v0/sandbox/clock"), "k", &json!({ "advance": "P2D" }));
    TestApp::send(other).await.problem(409, "idempotency_key_reused");

    let url = json!({ "url": "http://127.0.0.1:18081/", "event_types": ["customer.created"] });
    let webhook = twice(&app, "/v0/webhooks", "k", &url, 201).await;
    assert!(webhook["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    assert_eq!(app.get("/v0/webhooks").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    let other = with_key(app.request(Method::POST, "/v0/webhooks"), "k", &json!({ "url": "http://127.0.0.1:18081/b" }));
    TestApp::send(other).await.problem(409, "idempotency_key_reused");
    let app = app.restart().await;
    let path = format!("/v0/webhooks/{}", webhook["id"].as_str().expect("an id"));
    twice(&app, &format!("{path}/enable"), "e", &Value::Null, 200).await;

    app.given("individual").await;
    let deliveries = app.get(&format!("{path}/deliveries")).await.expect(200);
    let delivery = deliveries["items"][0]["id"].as_str().expect("a delivery").to_owned();
    twice(&app, &format!("{path}/deliveries/{delivery}/resend"), "r", &Value::Null, 202).await;
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let resent =
        app.command(audit::List { scope, query: Default::default(), before: None, limit: 100 }).await.expect("entries");
    let resent = resent.as_array().expect("entries").iter().filter(|entry| entry["action"] == "webhook.resent");
    assert_eq!(resent.count(), 1);
}

#[tokio::test]
async fn a_kept_answer_outlives_the_webhook_that_it_is_about() {
    let app = TestApp::start().await;
    let url = json!({ "url": "http://127.0.0.1:18081/", "event_types": ["customer.created"] });
    let webhook = app.post("/v0/webhooks", &url).await.expect(201);
    let path = format!("/v0/webhooks/{}", webhook["id"].as_str().expect("an id"));
    app.given("individual").await;
    let deliveries = app.get(&format!("{path}/deliveries")).await.expect(200);
    let delivery = deliveries["items"][0]["id"].as_str().expect("a delivery").to_owned();
    let (enable, resend) = (format!("{path}/enable"), format!("{path}/deliveries/{delivery}/resend"));
    let send = async |path: &str| TestApp::send(with_key(app.request(Method::POST, path), "k", &Value::Null)).await;
    let (enabled, resent) = (send(&enable).await, send(&resend).await);
    TestApp::send(app.request(Method::DELETE, &path)).await.expect(204);
    for (path, first, status) in [(&enable, enabled, 200), (&resend, resent, 202)] {
        let again = send(path).await;
        assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (status, "true"), "{path}");
        assert_eq!(again.text, first.text, "{path}");
        let other = with_key(app.request(Method::POST, path), "other", &Value::Null);
        TestApp::send(other).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_repeated_simulation_has_one_effect() {
    let app = TestApp::start().await;
    for actions in [&["kyc.status.submit", "kyc.status.reject"][..], &["session.expire"]] {
        let id = app.given("individual").await;
        app.post(&format!("/v0/customers/{id}/kycs"), &json!({})).await.expect(201);
        for action in actions {
            let body = json!({ "action": action, "customer_id": id });
            assert_eq!(twice(&app, "/v0/customers/simulate", action, &body, 200).await, json!({}));
            let other = json!({ "action": "kyc.status.approve", "customer_id": id });
            let other = with_key(app.request(Method::POST, "/v0/customers/simulate"), action, &other);
            TestApp::send(other).await.problem(409, "idempotency_key_reused");
        }
    }
}
