//! The console as developers use it: errors, requests and what they led to, keys, webhooks, and who may do what.

use std::time::Duration;

use dossier_core::desk::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::desk::Browser;
use crate::webhooks::{Got, QUICK, Receiver, register, status};

/// A text that would run, if a page did not escape it.
const EVIL: &str = "<script>alert(1)</script>\"'&";

/// Waits until the log has this request, and returns its page.
async fn followed(browser: &Browser<'_>, request: &str, is_complete: impl Fn(&str) -> bool) -> String {
    let path = format!("/console/sandbox/requests/{request}");
    for _ in 0..500 {
        let page = browser.get(&path).await;
        if page.status == 200 && is_complete(&page.text) {
            return page.text;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{}", browser.get(&path).await.text)
}

fn id_of(answer: &Answered) -> String {
    answer.header("x-request-id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_followed_to_the_attempts_of_its_deliveries() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|number| match number {
        0 => status("500 Internal Server Error"),
        _ => status("204 No Content"),
    })
    .await;
    let hook = register(&app, &receiver.url).await;
    let id = app.given("individual").await;
    let put = app.put(&id, &json!({ "first_name": "Ada" })).await;
    let (request, _) = (id_of(&put), put.expect(200));
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    // Of a private address, an account only learns whether it accepted.
    let is_delivered = |page: &str| page.contains("<strong>delivered</strong> ·");
    let page = followed(&dev, &request, is_delivered).await;
    for part in [
        "PUT /v0/customers/{customer_id}",
        &id,
        "profile was changed",
        "customer.updated",
        hook["id"].as_str().expect("an id"),
        "delivered",
        "$DOSSIER_API_KEY",
        "/first_name",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains(&app.key) && !page.contains("Ada"), "neither the key nor a value: {page}");
    // The first delivery of the customer was attempted twice. It belongs to the request that created the customer.
    let list = dev.get("/console/sandbox/requests?method=POST&route=%2Fv0%2Fcustomers").await.text;
    let link = list.split("/console/sandbox/requests/").nth(1).expect("a request");
    let created = link.split('"').next().expect("an id");
    let page = followed(&dev, created, is_delivered).await;
    assert!(page.contains("<strong>not delivered</strong> ·"), "both attempts: {page}");
    // The delivery leads to its line on the page of the webhook.
    let link = page.split("href=\"").find(|rest| rest.contains("/webhooks/")).expect("a delivery");
    let (path, anchor) = link.split('"').next().and_then(|link| link.split_once('#')).expect("an anchor");
    let webhook = dev.get(path).await.text;
    assert!(webhook.contains(&format!("<tr id=\"{anchor}\"")), "{path} {anchor}: {webhook}");
    let unknown = dev.get("/console/sandbox/requests/req-unknown").await;
    assert!(unknown.status == 404 && unknown.text.contains("No such request"), "{}", unknown.text);
    assert_eq!(dev.get(&format!("/console/production/requests/{request}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_grouped_and_nothing_that_a_client_made_up_is_shown() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let secret = "Zq-Ada-Lovelace";
    let mut first = String::new();
    for round in 0..3 {
        let body = json!({ "first_name": "x".repeat(2_000), "nationality": "XX", secret: EVIL });
        let refused = app.put(&id, &body).await;
        if round == 0 {
            first = id_of(&refused);
        }
        assert!(refused.text.contains(secret), "the client sees its own name: {}", refused.text);
        refused.expect(400);
    }
    app.get(&format!("/v0/customers/{secret}")).await.expect(404);
    app.get(&format!("/v0/customers?{secret}=1")).await.expect(400);
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    followed(&dev, &first, |_| true).await;
    let mut overview = String::new();
    for _ in 0..200 {
        overview = dev.get("/console/sandbox").await.text;
        if overview.contains("<td class=\"number\" data-label=\"Count\">3</td>")
            && overview.contains("invalid_parameters")
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for part in ["unknown_country", "too_long", "/nationality", "unknown_property", "<code>/*</code>", &first] {
        assert!(overview.contains(part), "{part}: {overview}");
    }
    assert!(overview.contains("<svg") && overview.contains("id=\"chart-requests-title\""), "{overview}");
    let pages = [
        "/console/sandbox",
        "/console/sandbox?period=week",
        "/console/sandbox/requests",
        "/console/sandbox/requests?code=unknown_country&pointer=%2Fnationality",
        &format!("/console/sandbox/requests/{first}"),
    ];
    for path in pages {
        let page = dev.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(!page.text.contains(secret) && !page.text.contains("<script>alert"), "{path}: {}", page.text);
        assert!(page.bytes.len() < 100 * 1024, "{path}: {} bytes", page.bytes.len());
    }
    let filtered = dev.get("/console/sandbox/requests?code=unknown_country").await.text;
    assert_eq!(filtered.matches("data-row").count(), 3, "{filtered}");
    let none = dev.get("/console/sandbox/requests?code=unknown_country&status=5").await.text;
    assert!(none.contains("No request matches."), "{none}");
    let paged = dev.get("/console/sandbox/requests?status=4").await.text;
    assert!(paged.matches("data-row").count() >= 5, "{paged}");
}

/// Every page and action, with the roles that may use it. The others get a page that names the role.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_action_is_for_its_roles_only() {
    let app = TestApp::start().await;
    let (keys, admin) = (["developer", "admin"], ["admin"]);
    let webhook = "/console/sandbox/webhooks/019abc00-0000-7000-8000-000000000000";
    let key = "/console/sandbox/keys/019abc00-0000-7000-8000-000000000000";
    let mut pages: Vec<(Method, String, &[&str])> = vec![(Method::GET, "/console/sandbox/settings".to_owned(), &admin)];
    for path in [
        "/console/sandbox",
        "/console/production",
        "/console/sandbox/requests",
        "/console/sandbox/requests/req-1",
        "/console/sandbox/events",
        "/console/sandbox/webhooks",
        "/console/sandbox/webhooks/new",
        webhook,
        &format!("{webhook}/delete"),
        &format!("{webhook}/edit"),
        &format!("{webhook}/secret"),
        "/console/sandbox/keys",
        "/console/sandbox/keys/new",
        &format!("{key}/roll"),
        &format!("{key}/revoke"),
        &format!("{key}/addresses"),
        "/console/sandbox/sandbox",
    ] {
        pages.push((Method::GET, path.to_owned(), &keys));
    }
    for path in [
        "/console/sandbox/webhooks/new",
        &format!("{webhook}/enable"),
        &format!("{webhook}/test"),
        &format!("{webhook}/edit"),
        &format!("{webhook}/secret"),
        &format!("{webhook}/resend"),
        &format!("{webhook}/delete"),
        "/console/sandbox/keys/new",
        &format!("{key}/roll"),
        &format!("{key}/revoke"),
        &format!("{key}/addresses"),
        "/console/sandbox/sandbox/simulate",
        "/console/sandbox/sandbox/clock",
        "/console/sandbox/sandbox/empty",
    ] {
        pages.push((Method::POST, path.to_owned(), &keys));
    }
    for role in Role::ALL {
        let browser = Browser::with(&app, &format!("A {role}"), &[*role]).await;
        for (method, path, allowed) in &pages {
            let request = browser.request(method.clone(), path).header("Sec-Fetch-Site", "same-origin");
            let request = request.header("Content-Type", "application/x-www-form-urlencoded").body("");
            let answer = TestApp::send(request).await;
            let is_refused = answer.status == 403;
            assert_eq!(!is_refused, allowed.contains(&role.as_str()), "{role} {method} {path}: {}", answer.text);
            assert!(answer.status != 500, "{role} {method} {path}: {}", answer.text);
            if is_refused {
                assert!(allowed.iter().any(|role| answer.text.contains(role)), "the role is named: {}", answer.text);
            }
        }
    }
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    assert_eq!(dev.get("/console").await.header("location"), "/console/sandbox");
    assert_eq!(dev.get("/console/production/sandbox").await.status, 404, "production has no such tools");
    let cross = dev.request(Method::POST, "/console/sandbox/sandbox/clock").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(TestApp::send(cross).await.status, 403);
}

/// The value of a field of a page.
pub(crate) fn value(page: &str, id: &str) -> String {
    let rest = page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {page}")).1;
    let rest = rest.split_once("value=\"").expect("a value").1;
    rest.split_once('"').expect("an end").0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_created_rolled_and_revoked_and_shown_once() {
    let app = TestApp::start().await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let fields = [("name", EVIL), ("scope", "customers:read"), ("scope", "events:read"), ("days", "30")];
    let created = dev.post("/console/sandbox/keys/new", &fields).await;
    assert_eq!(created.status, 200, "{}", created.text);
    let key = value(&created.text, "new-key");
    let with = |key: &str| app.client.get(format!("{}/v0/customers", app.url)).header("Api-Key", key);
    TestApp::send(with(&key)).await.expect(200);
    let list = dev.get("/console/sandbox/keys").await.text;
    assert!(!list.contains(&key) && list.contains("&lt;script&gt;") && !list.contains("<script>alert"), "{list}");
    let wrong = dev.post("/console/sandbox/keys/new", &[("name", "x")]).await;
    assert_eq!(wrong.status, 422, "a key without scopes: {}", wrong.text);

    let id = list.split("&lt;script&gt;").nth(1).and_then(|rest| rest.split("<code>").nth(1)).expect("a key");
    let path = format!("/console/sandbox/keys/{}", id.split('<').next().expect("an id"));
    let rolled = dev.post(&format!("{path}/roll"), &[("overlap", "24")]).await;
    let second = value(&rolled.text, "new-key");
    TestApp::send(with(&key)).await.expect(200);
    TestApp::send(with(&second)).await.expect(200);
    for (addresses, answer) in [("10.1.0.0/16", 403), ("10.1.0.0/16, 127.0.0.1", 200), ("", 200)] {
        let set = dev.post(&format!("{path}/addresses"), &[("addresses", addresses)]).await;
        assert_eq!(set.status, 303, "{}", set.text);
        let limited = TestApp::send(with(&key)).await;
        assert_eq!(limited.status, answer, "{addresses}: {}", limited.text);
        assert_eq!(limited.text.contains("address_not_allowed"), answer == 403, "{}", limited.text);
    }
    let wrong = dev.post(&format!("{path}/addresses"), &[("addresses", "example.com")]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    let again = dev.post(&format!("{path}/roll"), &[("overlap", "24")]).await;
    assert_eq!(again.status, 409, "{}", again.text);
    let revoked = dev.post(&format!("{path}/revoke"), &[]).await;
    assert_eq!(revoked.header("location"), "/console/sandbox/keys");
    TestApp::send(with(&key)).await.expect(401);
    TestApp::send(with(&second)).await.expect(200);
    let trail = dev.get("/console/sandbox/keys").await.text;
    assert!(trail.contains("Revoked"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_a_key_is_limited_to_addresses_of_clients_if_the_proxy_is_trusted() {
    for (trusted, answers) in [("127.0.0.1", [200, 200, 403, 403]), ("", [403; 4])] {
        let app = TestApp::start_with(&[("trusted_proxies", trusted)]).await;
        let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
        let fields = [("name", "limited"), ("scope", "customers:read"), ("addresses", "192.0.2.0/24")];
        let key = value(&dev.post("/console/sandbox/keys/new", &fields).await.text, "new-key");
        let clients = ["192.0.2.7", "::ffff:192.0.2.7", "192.0.3.7", "192.0.2.7, 192.0.3.7"];
        for (client, answer) in clients.into_iter().zip(answers) {
            let request = app.client.get(format!("{}/v0/customers", app.url)).header("Api-Key", &key);
            let limited = TestApp::send(request.header("X-Forwarded-For", client)).await;
            assert_eq!(limited.status, answer, "{client} with {trusted:?}: {}", limited.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_registered_its_deliveries_are_sent_again_and_it_is_deleted() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let form = dev.get("/console/sandbox/webhooks/new").await.text;
    let key = form.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key").to_owned();
    let wrong = dev.post("/console/sandbox/webhooks/new", &[("url", "nonsense"), ("key", &key)]).await;
    assert!(wrong.status == 422 && wrong.text.contains("id=\"url-problem\""), "{}", wrong.text);
    let fields = [("url", &*receiver.url), ("type", "customer.created"), ("key", &key)];
    let made = dev.post("/console/sandbox/webhooks/new", &fields).await;
    assert!(made.status == 200 && value(&made.text, "new-secret").starts_with("whsec_"), "{}", made.text);
    let list = app.get("/v0/webhooks").await.expect(200);
    let hook = list["items"][0]["id"].as_str().expect("an id").to_owned();
    let page = dev.get("/console/sandbox/webhooks").await.text;
    assert!(page.contains(&hook) && page.contains("Active"), "{page}");
    let path = format!("/console/sandbox/webhooks/{hook}");
    app.given("individual").await;
    app.given("individual").await;
    let mut page = String::new();
    for _ in 0..500 {
        page = dev.get(&path).await.text;
        if page.matches("delivered ·").count() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let one = page.split("name=\"delivery\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let one = one.unwrap_or_else(|| panic!("no delivery: {page}"));
    let again = dev.post(&format!("{path}/resend"), &[("delivery", one)]).await;
    assert_eq!(again.header("location"), format!("{path}?resent=1"));
    let range = [("from", "2000-01-01T00:00"), ("to", "2099-01-01T00:00")];
    let none = dev.post(&format!("{path}/resend"), &range).await;
    assert_eq!(none.header("location"), format!("{path}?resent=0"), "none was given up");
    let tested = dev.post(&format!("{path}/test"), &[]).await;
    let tested = dev.get(tested.header("location")).await.text;
    assert!(tested.contains("Test event: "), "{tested}");
    let is_test = |one: &&Got| one.header("webhook-id").starts_with("test_");
    let got = receiver.wait(3).await;
    let test = got.iter().rev().find(is_test).expect("a test event");
    assert_eq!(test.json()["event_type"], "webhook.test");
    assert_eq!(test.header("webhook-signature").split(' ').count(), 1);
    let rotated = dev.post(&format!("{path}/secret"), &[("overlap", "24")]).await;
    assert!(rotated.text.contains("The new secret") && rotated.text.contains("whsec_"), "{}", rotated.text);
    dev.post(&format!("{path}/test"), &[]).await;
    let got = receiver.wait(4).await;
    let test = got.iter().rev().find(is_test).expect("another");
    assert_eq!(test.header("webhook-signature").split(' ').count(), 2, "both secrets sign");
    let moved = format!("{}?moved", receiver.url);
    let edited = dev.post(&format!("{path}/edit"), &[("url", &*moved), ("type", "customer.updated")]).await;
    assert_eq!(edited.status, 303, "{}", edited.text);
    let hooks = app.get("/v0/webhooks").await.expect(200);
    assert_eq!(
        (&hooks["items"][0]["url"], &hooks["items"][0]["event_types"]),
        (&json!(moved), &json!(["customer.updated"]))
    );
    let wrong = dev.post(&format!("{path}/edit"), &[("url", "nonsense"), ("type", "customer.updated")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("url-problem"), "{}", wrong.text);
    let deleted = dev.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(deleted.header("location"), "/console/sandbox/webhooks");
    assert_eq!(app.get("/v0/webhooks").await.expect(200)["items"], Value::Array(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_the_sandbox_and_settings_are_shown_without_personal_data() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "Zqname" })).await.expect(200);
    let dev = Browser::with(&app, "Dev", &[Role::Developer, Role::Admin]).await;
    let events = dev.get("/console/sandbox/events").await.text;
    assert!(events.contains("customer.created") && events.contains(&id) && !events.contains("Zqname"), "{events}");
    let some = dev.get("/console/sandbox/events?type=customer.updated").await.text;
    assert_eq!(some.matches("<th scope=\"row\">").count(), 1, "{some}");

    let body = [("customer", id.as_str()), ("action", "kyc.status.submit")];
    let early = dev.post("/console/sandbox/sandbox/simulate", &body).await;
    assert_eq!(early.status, 409, "there is no session yet: {}", early.text);
    app.open_session(&id).await;
    let done = dev.post("/console/sandbox/sandbox/simulate", &body).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(app.stands(&id).await, "pending/submission_accepted");
    let advanced = dev.post("/console/sandbox/sandbox/clock", &[("by", "P7D")]).await;
    assert_eq!(advanced.header("location"), "/console/sandbox/sandbox?done=advanced");
    let page = dev.get("/console/sandbox/sandbox").await.text;
    assert!(page.contains("7 days ahead"), "{page}");

    let settings = dev.get("/console/sandbox/settings").await.text;
    assert!(settings.contains("request_log") && settings.contains("30d"), "{settings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_log_nothing_is_kept() {
    let app = TestApp::start_with(&[("request_log", "off")]).await;
    app.given("individual").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let overview = dev.get("/console/sandbox").await.text;
    assert!(overview.contains("The log of requests is off"), "{overview}");
    assert!(!overview.contains("No request failed") && overview.contains("<dt>Requests</dt><dd>–</dd>"), "{overview}");
    let list = dev.get("/console/sandbox/requests").await.text;
    assert!(list.contains("The log of requests is off") && !list.contains("No request matches."), "{list}");
    let unknown = dev.get("/console/sandbox/requests/req-1").await.text;
    assert!(unknown.contains("The log of requests is off"), "{unknown}");
}
