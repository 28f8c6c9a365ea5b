//! Retention and holds over HTTP and on the command line.

use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::{dossier, json_of};

async fn keeper(app: &TestApp) -> String {
    let scopes = [KeyScope::RetentionManage, KeyScope::ErasureRequest, KeyScope::Simulate];
    let made = app.new_key(None, Environment::Sandbox, &scopes, None).await;
    made["key"].as_str().expect("a key").to_owned()
}

impl TestApp {
    async fn keeping(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> Answered {
        let request = self.client.request(method, format!("{}{path}", self.url)).header("Api-Key", key);
        Self::send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    async fn later(&self, key: &str, days: u32) {
        let body = json!({ "advance": format!("P{days}D") });
        self.keeping(key, Method::POST, "/v0/sandbox/clock", Some(body)).await.expect(200);
    }

    /// Waits, for at most 30 seconds, until retention has erased a customer.
    async fn is_gone(&self, id: &str) -> bool {
        for _ in 0..300 {
            if self.get(&format!("/v0/customers/{id}")).await.status == 410 {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        false
    }
}

fn order() -> Value {
    json!({ "reference": "4 KLs 12/26", "authority": "District Court", "reason": "Evidence" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_placed_listed_and_ended_by_keys_with_the_scope() {
    let app = TestApp::start().await;
    let (key, id, other) = (keeper(&app).await, app.given("individual").await, app.given("corporate").await);
    let holds = format!("/v0/customers/{id}/holds");
    assert_eq!(app.keeping(&app.key, Method::POST, &holds, Some(order())).await.status, 403, "it takes a scope");
    let placed = app.keeping(&key, Method::POST, &holds, Some(order())).await.expect(200);
    crate::described::fits("Hold", &placed);
    assert_eq!((&placed["active"], &placed["ends_at"]), (&true.into(), &Value::Null));
    for (change, expected) in [
        (json!({ "reason": " " }), "/reason required"),
        (json!({ "authority": "a\u{202e}b" }), "/authority unknown_value"),
        (json!({ "ends_at": "tomorrow" }), "/ends_at invalid_time"),
        (json!({ "ends_at": "2020-01-01T00:00:00Z" }), "/ends_at out_of_range"),
        (json!({ "reference": "x".repeat(257) }), "/reference too_long"),
        (json!({ "x": 1 }), "/x unknown_property"),
    ] {
        let mut body = order();
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let refused = app.keeping(&key, Method::POST, &holds, Some(body)).await.violations();
        assert_eq!(refused, [expected]);
    }
    let listed = app.keeping(&key, Method::GET, &holds, None).await.expect(200);
    crate::described::fits("HoldList", &listed);
    assert_eq!(listed["items"], json!([placed]));
    let decision = json!({ "reason": "Article 17", "requested_by": "Ada" });
    let erasure = format!("/v0/customers/{id}/erasure");
    let held = app.keeping(&key, Method::POST, &erasure, Some(decision)).await.expect(200);
    crate::described::fits("ErasureDecision", &held);
    assert_eq!(held["decision"], "held");
    let state = app.keeping(&key, Method::GET, &erasure, None).await.expect(200);
    crate::described::fits("Erasure", &state);
    assert_eq!((&state["state"], &state["due_at"]), (&"held".into(), &Value::Null));

    let hold = placed["id"].as_str().expect("an id");
    for path in [
        format!("/v0/customers/{other}/holds/{hold}"),
        format!("{holds}/{id}"),
        format!("{holds}/x"),
        format!("/v0/customers/x/holds/{hold}"),
    ] {
        app.keeping(&key, Method::DELETE, &path, None).await.problem(404, "not_found");
    }
    let ended = app.keeping(&key, Method::DELETE, &format!("{holds}/{hold}"), None).await.expect(200);
    assert_eq!(ended["active"], false);
    assert!(app.is_gone(&id).await, "the erasure that the hold stopped runs");
    app.keeping(&key, Method::GET, &holds, None).await.problem(410, "erased");
    app.keeping(&key, Method::POST, &holds, Some(order())).await.problem(410, "erased");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forecast_shows_what_is_due_and_retention_deletes_it_only_if_it_is_on() {
    let app = TestApp::start().await;
    let (key, id) = (keeper(&app).await, app.given("individual").await);
    let forecast = |days: &str| format!("/v0/retention/forecast?days={days}");
    let none = app.keeping(&key, Method::GET, "/v0/retention/forecast", None).await.expect(200);
    assert_eq!(none, json!({ "items": [], "next_cursor": null }));
    for (query, expected) in [
        ("days=-1", "/days out_of_range"),
        ("days=3661", "/days out_of_range"),
        ("days=x", "/days out_of_range"),
        ("cursor=x", "/cursor invalid_cursor"),
        ("limit=1", "/limit unknown_property"),
    ] {
        let refused = app.keeping(&key, Method::GET, &format!("/v0/retention/forecast?{query}"), None).await;
        assert_eq!(
            refused.problem(400, "invalid_parameters")["errors"][0]["pointer"],
            expected.split(' ').next().expect("one")
        );
    }
    let due = app.keeping(&key, Method::GET, &forecast("370"), None).await.expect(200);
    crate::described::fits("DeletionList", &due);
    let [item] = &due["items"].as_array().expect("items")[..] else { panic!("{due}") };
    assert_eq!((&item["customer_id"], &item["rule"]["id"]), (&id.as_str().into(), &"abandoned".into()));
    app.later(&key, 370).await;
    let folder = app.folder.path();
    let listed = json_of(folder, &["retention", "forecast", "--days", "0", "--data-dir", "data"]);
    assert_eq!(listed[0]["customer_id"], id.as_str());
    let bad = dossier(folder, &["retention", "forecast", "--days", "-1", "--data-dir", "data"]);
    assert!(!bad.status.success());
    app.get(&format!("/v0/customers/{id}")).await.expect(200);

    let hold = ["holds", "place", &id, "--reference", "1", "--authority", "court", "--reason", "case"];
    let placed = json_of(folder, &[&hold[..], &["--data-dir", "data"]].concat());
    let hold_id = placed["id"].as_str().expect("an id").to_owned();
    let on = app.restart_with(&[("retention", "on")]).await;
    let listed = json_of(on.folder.path(), &["holds", "list", &id, "--data-dir", "data"]);
    assert_eq!(listed[0]["id"], hold_id);
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    on.get(&format!("/v0/customers/{id}")).await.expect(200);
    let ended = json_of(on.folder.path(), &["holds", "end", &id, &hold_id, "--data-dir", "data"]);
    assert_eq!(ended["active"], false);
    // The next day of the sandbox.
    on.later(&key, 1).await;
    assert!(on.is_gone(&id).await, "what no rule keeps is deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_retention_are_shown_and_checked() {
    let app = TestApp::start().await;
    let folder = app.folder.path();
    let shown = dossier(folder, &["rules", "show", "--retention", "--data-dir", "data"]);
    let file = folder.join("retention.toml");
    std::fs::write(&file, &shown.stdout).expect("written");
    let checked = json_of(folder, &["rules", "check", "--file", "retention.toml", "--data-dir", "data"]);
    assert_eq!(checked["rules"], 5);
    let both = json_of(folder, &["rules", "check", "--data-dir", "data"]);
    assert_eq!((&both["ok"], &both["retention"]["rules"]), (&true.into(), &5.into()));
    let text = String::from_utf8(shown.stdout).expect("text");
    std::fs::write(&file, text.replace("P1Y", "1 year").replace("from = \"decided\"", "from = \"born\""))
        .expect("written");
    let refused = dossier(folder, &["rules", "check", "--file", "retention.toml", "--data-dir", "data"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("retention.toml"), "{said}");
}
