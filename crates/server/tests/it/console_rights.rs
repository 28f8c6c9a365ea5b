//! What the console keeps from members who may use it: access to customers in production, and the settings of others.

use dossier_core::caller::Environment;
use dossier_core::desk::Role;
use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;
use crate::command_line::json_of;
use crate::desk::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn in_production_only_an_admin_makes_keys_and_says_where_webhooks_are_sent() {
    let app = TestApp::start().await;
    let production = app.production_key().await;
    let hook = app.client.post(format!("{}/v0/webhooks", app.url)).header("Api-Key", &production);
    let hook = TestApp::send(hook.json(&json!({ "url": "https://example.com/hook" }))).await.expect(201);
    let hook = hook["id"].as_str().expect("an id");
    let keys = json_of(app.folder.path(), &["keys", "list", "--environment", "production", "--data-dir", "data"]);
    let key = keys[0]["key_id"].as_str().expect("an id");
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let admin = Browser::with(&app, "Boss", &[Role::Admin]).await;
    for environment in Environment::ALL {
        let base = format!("/console/{environment}");
        let is_sandbox = *environment == Environment::Sandbox;
        for (path, button) in [("keys", "New key"), ("webhooks", "Register a webhook")] {
            let page = dev.get(&format!("{base}/{path}")).await.text;
            assert_eq!(page.contains(button), is_sandbox, "{environment} {path}: {page}");
            assert_eq!(page.contains("only admins make keys"), !is_sandbox, "{environment} {path}: {page}");
            assert!(admin.get(&format!("{base}/{path}")).await.text.contains(button), "{environment} {path}");
        }
        let giving = ["keys/new", &format!("keys/{key}/roll"), "webhooks/new", &format!("webhooks/{hook}/edit")];
        for path in giving.map(|path| format!("{base}/{path}")) {
            for method in [Method::GET, Method::POST] {
                let ask = async |browser: &Browser<'_>| match method {
                    Method::GET => browser.get(&path).await,
                    _ => browser.post(&path, &[("name", "mine"), ("scope", "customers:read")]).await,
                };
                let refused = ask(&dev).await;
                assert_eq!(refused.status == 403, !is_sandbox, "{method} {path}: {}", refused.text);
                assert!(is_sandbox || refused.text.contains("admin"), "the role is named: {}", refused.text);
                assert_ne!(ask(&admin).await.status, 403, "{method} {path}");
            }
        }
    }
    // What shows no customer, a developer does in production as well.
    for path in [&format!("keys/{key}/revoke"), &format!("webhooks/{hook}/secret"), "requests", "events"] {
        let answer = dev.get(&format!("/console/production/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_to_admins_of_the_oldest_account_only() {
    let app = TestApp::start().await;
    let host = Browser::with(&app, "Host", &[Role::Admin]).await;
    let account = json_of(app.folder.path(), &["accounts", "create", "--name", "guest", "--data-dir", "data"]);
    let guest = Browser::of(&app, account["account_id"].as_str().expect("an id"), "Guest", &[Role::Admin]).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    for (browser, status) in [(&host, 200), (&guest, 403), (&dev, 403)] {
        let page = browser.get("/console/sandbox/settings").await;
        assert_eq!((page.status.as_u16(), page.text.contains("root_key_command")), (status, status == 200));
    }
    assert!(guest.get("/console/sandbox/settings").await.text.contains("several accounts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_is_emptied_once_somebody_says_that_it_is_meant() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let path = "/console/sandbox/sandbox/empty";
    let unsure = dev.post(path, &[]).await;
    assert!(unsure.status == 409 && unsure.text.contains("Tick the box"), "{}", unsure.text);
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.status, 200);
    let emptied = dev.post(path, &[("sure", "yes")]).await;
    assert_eq!(emptied.header("location"), "/console/sandbox/sandbox?done=emptied", "{}", emptied.text);
    for _ in 0..500 {
        if app.get("/v0/customers").await.expect(200)["items"] == json!([]) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(app.get("/v0/customers").await.expect(200)["items"], json!([]));
    assert_eq!(dev.post("/console/production/sandbox/empty", &[("sure", "yes")]).await.status, 404);
}
