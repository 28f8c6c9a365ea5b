//! Keys: how they are sent, which are refused, and the separation of accounts and environments.

use std::time::{Duration, Instant};

use dossier::cli::command::DataCommand;
use dossier::cli::context::{CommandContext, ScopeArgs};
use dossier::cli::{accounts, audit, keys};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Environment, OperatorName};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp, config};

impl TestApp {
    /// Runs a command inside the running server, as the control socket does.
    pub(crate) async fn command(&self, command: impl DataCommand) -> Result<Value, String> {
        let server = self.server.as_ref().expect("running");
        let config = config(&self.folder, &[]);
        let (services, store, anchor) = (&server.app.services, server.store(), server.anchor());
        let operator = OperatorName::new("Ada").expect("a name");
        let context = CommandContext {
            services,
            store,
            anchor,
            config: &config,
            urls: &config.own_urls(),
            metrics: None,
            operator: &operator,
            progress: &|_, _| {},
            pieces: &tokio::sync::mpsc::channel(1).0,
        };
        command.run(&context).await
    }

    pub(crate) async fn new_key(
        &self,
        account: Option<&str>,
        environment: Environment,
        scopes: &[KeyScope],
        expires_in: Option<i64>,
    ) -> Value {
        let scope = ScopeArgs { account: account.map(str::to_owned), environment };
        let create =
            keys::Create { scope, name: "test".into(), scopes: scopes.to_vec(), expires_in, addresses: Vec::new() };
        self.command(create).await.expect("a key")
    }

    async fn list_with(&self, headers: &[(&'static str, &str)]) -> Answered {
        let request = self.client.request(Method::GET, format!("{}/v0/customers", self.url));
        Self::send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }
}

fn text<'a>(key: &'a Value, name: &str) -> &'a str {
    key[name].as_str().expect("text")
}

#[tokio::test]
async fn a_key_may_be_sent_in_three_ways_but_two_keys_are_refused() {
    let app = TestApp::start().await;
    let key = app.key.clone();
    let other = app.new_key(None, Environment::Sandbox, &[], None).await;
    let (bearer, other) = (format!("Bearer {key}"), text(&other, "key"));
    for headers in [
        &[("Api-Key", &*key)][..],
        &[("Authorization", &key)],
        &[("Authorization", &bearer)],
        &[("Api-Key", &key), ("Authorization", &bearer)],
    ] {
        app.list_with(headers).await.expect(200);
    }
    for headers in [&[("Api-Key", &*key), ("Api-Key", other)][..], &[("Api-Key", &key), ("Authorization", other)]] {
        app.list_with(headers).await.problem(400, "ambiguous_credentials");
    }
}

#[tokio::test]
async fn every_invalid_key_gets_the_same_response() {
    let app = TestApp::start().await;
    let expired = app.new_key(None, Environment::Sandbox, &[], Some(0)).await;
    let revoked = app.new_key(None, Environment::Sandbox, &[], None).await;
    app.command(keys::Revoke { key_id: text(&revoked, "key_id").into() }).await.expect("revoked");
    let key = app.key.clone();
    let last = if key.ends_with('a') { "b" } else { "a" };
    let forms = [
        String::new(),
        "x".into(),
        "dsk_test_".into(),
        "dsk_live_".into(),
        key[..57].into(),
        format!("{key}0"),
        format!("{}{last}", &key[..57]),
        key.replace("test", "live"),
        key.to_uppercase(),
        format!("Basic {key}"),
        "0".repeat(58),
        format!("dsk_test_{}", "0".repeat(49)),
        text(&expired, "key").into(),
        text(&revoked, "key").into(),
    ];
    let missing = app.list_with(&[]).await;
    let mut expected = missing.problem(401, "unauthorized");
    assert!(
        expected["detail"].as_str().is_some_and(|detail| detail.contains("Api-Key")),
        "it says which header to send"
    );
    for form in &forms {
        for header in ["Api-Key", "Authorization"] {
            let answer = app.list_with(&[(header, form)]).await;
            assert!(answer.header("www-authenticate").contains("Api-Key"));
            let mut problem = answer.problem(401, "unauthorized");
            for volatile in ["request_id", "instance"] {
                problem[volatile] = Value::Null;
                expected[volatile] = Value::Null;
            }
            assert_eq!(problem, expected, "{header}");
        }
    }
}

#[tokio::test]
async fn nothing_crosses_between_accounts_or_environments() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let cursor = app.given("individual").await;
    let other = app.command(accounts::Create { name: "other".into() }).await.expect("an account");
    let foreign = app.new_key(Some(text(&other, "account_id")), Environment::Sandbox, &[], None).await;
    let live = app.new_key(None, Environment::Production, &[], None).await;
    assert!(text(&live, "key").starts_with("dsk_live_"));
    let unknown = "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e";
    for key in [&foreign, &live] {
        let send = |method: Method, path: String| {
            let request =
                app.client.request(method.clone(), format!("{}{path}", app.url)).header("Api-Key", text(key, "key"));
            let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
            if method == Method::GET {
                request
            } else {
                request.header("content-type", kind).body(r#"{"first_name":"X","zzz":1}"#)
            }
        };
        for method in [Method::GET, Method::PUT, Method::PATCH] {
            let mut answers = Vec::new();
            // A foreign id, an unknown one, and text that is not an id get the same response.
            for id in [id.as_str(), unknown, "not-an-id", &id.replace('-', ""), "%00", "%ff"] {
                let answer = TestApp::send(send(method.clone(), format!("/v0/customers/{id}"))).await;
                let mut problem = answer.problem(404, "not_found");
                problem["request_id"] = Value::Null;
                problem["instance"] = Value::Null;
                answers.push(problem);
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{method}");
        }
        for query in ["", "?email=given-1@example.com"] {
            let list = TestApp::send(send(Method::GET, format!("/v0/customers{query}"))).await.expect(200);
            assert_eq!(list["items"], json!([]));
        }
        let body = json!({ "email": "given-1@example.com", "type": "individual" });
        let request =
            app.client.post(format!("{}/v0/customers", app.url)).header("Api-Key", text(key, "key")).json(&body);
        TestApp::send(request).await.expect(201);
    }
    let page = app.get("/v0/customers?limit=1").await.expect(200);
    let foreign_cursor = page["next_cursor"].as_str().expect("a cursor");
    let request = app
        .client
        .get(format!("{}/v0/customers?cursor={foreign_cursor}", app.url))
        .header("Api-Key", text(&foreign, "key"));
    let seen = TestApp::send(request).await.expect(200);
    assert!(!seen.to_string().contains(&cursor) && !seen.to_string().contains(&id));
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.expect(200)["first_name"], Value::Null);
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_a_second_under_load() {
    let app = TestApp::start().await;
    let key = app.new_key(None, Environment::Sandbox, &[], None).await;
    app.list_with(&[("Api-Key", text(&key, "key"))]).await.expect(200);
    app.command(keys::Revoke { key_id: text(&key, "key_id").into() }).await.expect("revoked");
    let revoked = Instant::now();
    while revoked.elapsed() < Duration::from_millis(1_200) {
        let status = app.list_with(&[("Api-Key", text(&key, "key"))]).await.status.as_u16();
        assert!(status == 401 || revoked.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_rolled_key_overlaps_with_its_successor() {
    let app = TestApp::start().await;
    let old = app.new_key(None, Environment::Sandbox, &[], None).await;
    let roll = |key: &Value, overlap| keys::Roll { key_id: text(key, "key_id").into(), overlap };
    let new = app.command(roll(&old, 3_600)).await.expect("a successor");
    assert_eq!((&new["predecessor"], &new["name"], &new["scopes"]), (&old["key_id"], &old["name"], &old["scopes"]));
    for (key, ends) in [(&old, true), (&new, false)] {
        let answer = app.list_with(&[("Api-Key", text(key, "key"))]).await;
        assert_eq!(
            answer.header("api-key-expires").ends_with('Z'),
            ends,
            "responses to a rolled key say when it expires"
        );
        answer.expect(200);
    }
    assert!(app.command(roll(&old, 0)).await.is_err(), "at most two keys of a line are alive");
    let newest = app.command(roll(&new, 0)).await.expect("a successor");
    app.list_with(&[("Api-Key", text(&newest, "key"))]).await.expect(200);
    app.list_with(&[("Api-Key", text(&new, "key"))]).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn the_last_use_of_a_key_and_the_refusal_of_an_expired_one_are_recorded() {
    let app = TestApp::start().await;
    let ended = app.new_key(None, Environment::Sandbox, &[], Some(0)).await;
    app.get("/v0/customers").await.expect(200);
    for _ in 0..3 {
        app.list_with(&[("Api-Key", text(&ended, "key"))]).await.problem(401, "unauthorized");
    }
    app.server.as_ref().expect("running").app.note_keys_used().await;
    let keys = app.command(keys::List { account: None, environment: None }).await.expect("keys");
    assert!(keys.as_array().expect("keys").iter().all(|key| key["last_used_at"].is_string()), "{keys}");
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let entries =
        app.command(audit::List { scope, query: Default::default(), before: None, limit: 100 }).await.expect("entries");
    let refused =
        entries.as_array().expect("entries").iter().filter(|entry| entry["action"] == "request.refused").count();
    assert_eq!(refused, 1, "only once in a while, so that repetitions cannot fill the trail");
}
