//! What the pages of the console promise: forms that are sent again, wrong input, and notices that are true.

use dossier::console::curl::{Body, body_of};
use dossier_core::desk::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::command_line::{dossier, json_of};
use crate::console::value;
use crate::desk::Browser;
use crate::webhooks::{QUICK, Receiver, register, status};

/// The hidden number of the form on a page.
fn form_number(page: &str) -> String {
    let rest = page.split_once("name=\"form_number\" value=\"").unwrap_or_else(|| panic!("no number: {page}")).1;
    rest.split_once('"').expect("an end").0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_whose_result_is_shown_once_does_nothing_when_it_is_sent_again() {
    let app = TestApp::start_with(QUICK).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let path = "/console/sandbox/keys/new";
    let number = form_number(&dev.get(path).await.text);
    let fields = [("name", "Reporting"), ("scope", "customers:read"), ("form_number", number.as_str())];
    let created = dev.post(path, &fields).await;
    assert_eq!(created.status, 200, "{}", created.text);
    let again = dev.post(path, &fields).await;
    assert!(again.status == 409 && again.text.contains("This form was sent already"), "{}", again.text);
    let list = dev.get("/console/sandbox/keys").await.text;
    assert_eq!(list.matches("<bdi>Reporting</bdi>").count(), 1, "{list}");

    let path = "/console/sandbox/webhooks/new";
    let form = dev.get(path).await.text;
    let number = form_number(&form);
    let key = form.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key").to_owned();
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let fields =
        [("url", receiver.url.as_str()), ("type", "customer.created"), ("key", &key), ("form_number", &number)];
    let made = dev.post(path, &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let again = dev.post(path, &fields).await;
    assert!(again.status == 409 && !again.text.contains("whsec_"), "{}", again.text);
    assert_eq!(app.get("/v0/webhooks").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    // What was wrong in a form is corrected in a form with a number of its own.
    let number = form_number(&dev.get(path).await.text);
    let wrong = [("url", "nonsense"), ("type", "customer.created"), ("key", &key), ("form_number", &number)];
    let wrong = dev.post(path, &wrong).await;
    assert!(wrong.status == 422 && form_number(&wrong.text) != number, "{}", wrong.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_not_rotated_again_while_the_old_one_still_signs() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let hook = register(&app, &receiver.url).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let page = format!("/console/sandbox/webhooks/{}", hook["id"].as_str().expect("an id"));
    let path = format!("{page}/secret");
    // Without an overlap nothing was promised, but a reload still does nothing.
    let number = form_number(&dev.get(&path).await.text);
    let at_once = [("overlap", "0"), ("form_number", number.as_str())];
    let first = value(&dev.post(&path, &at_once).await.text, "new-secret");
    let again = dev.post(&path, &at_once).await;
    assert!(again.status == 409 && again.text.contains("This form was sent already"), "{}", again.text);
    let second = value(&dev.post(&path, &[("overlap", "24")]).await.text, "new-secret");
    assert_ne!(first, second);
    for _ in 0..2 {
        let early = dev.post(&path, &[("overlap", "24")]).await;
        assert!(early.status == 409 && early.text.contains("the old one signs until"), "{}", early.text);
    }
    let form = dev.get(&path).await.text;
    assert!(form.contains("the old one signs until"), "the form says it before it is filled in: {form}");
    let shown = dev.get(&page).await.text;
    assert!(shown.contains("Old secret") && shown.contains("signs until"), "{shown}");
    dev.post(&format!("{page}/test"), &[]).await;
    let got = receiver.wait(1).await;
    assert_eq!(got[0].header("webhook-signature").split(' ').count(), 2, "both secrets sign");
    // A secret that leaked must end at once, whatever was promised.
    let third = value(&dev.post(&path, &[("overlap", "0")]).await.text, "new-secret");
    assert!(![&first, &second].contains(&&third));
    dev.post(&format!("{page}/test"), &[]).await;
    let got = receiver.wait(2).await;
    assert_eq!(got[1].header("webhook-signature").split(' ').count(), 1, "only the newest secret signs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_whose_key_is_revoked_says_so_and_sends_no_test_event() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let hook = register(&app, &receiver.url).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let page = format!("/console/sandbox/webhooks/{}", hook["id"].as_str().expect("an id"));
    assert!(dev.get(&page).await.text.contains("Active"));
    let other = [("name", "other"), ("scope", "events:read"), ("scope", "customers:read")];
    assert_eq!(dev.post("/console/sandbox/keys/new", &other).await.status, 200);
    let key = hook["key_id"].as_str().expect("a key");
    assert_eq!(dev.post(&format!("/console/sandbox/keys/{key}/revoke"), &[]).await.status, 303);
    // A signer is remembered for half a second.
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    for path in ["/console/sandbox/webhooks", &page] {
        let text = dev.get(path).await.text;
        assert!(text.contains("Key revoked") && text.contains("Nothing is delivered"), "{text}");
        assert!(!text.contains("Active") && !text.contains("Send a test event"), "{text}");
    }
    let test = dev.post(&format!("{page}/test"), &[]).await;
    assert!(test.status == 409 && test.text.contains("The key that signs is revoked"), "{}", test.text);
    assert!(receiver.wait(0).await.is_empty(), "nothing was sent");
    let form = dev.get(&page).await.text;
    let signer =
        form.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key").to_owned();
    assert_eq!(dev.post(&format!("{page}/enable"), &[("key", &signer)]).await.status, 303);
    assert!(dev.get(&page).await.text.contains("Active"));
    assert_eq!(dev.post(&format!("{page}/test"), &[]).await.status, 303);
    assert!(!receiver.wait(1).await[0].header("x-hmac-signature").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_a_key_or_a_webhook_needs_a_fresh_sign_in_and_keeps_what_was_entered() {
    let app = TestApp::start_with(QUICK).await;
    let hook = register(&app, "http://127.0.0.1:3000/hook").await;
    let dev = app.member("Dev", &[Role::Developer]).await;
    let webhook = format!("/console/sandbox/webhooks/{}", hook["id"].as_str().expect("an id"));
    let key = format!("/console/sandbox/keys/{}", hook["key_id"].as_str().expect("an id"));
    let ask = async |age: i64, method: Method, path: &str| {
        let mut visitor = app.session_since(&dev, age).await;
        let request = visitor.request(method, path).header("Content-Type", "application/x-www-form-urlencoded");
        visitor.send(request.body("url=https%3A%2F%2Ftyped%2F%3Ca%3E")).await
    };
    for (path, has_page) in [
        ("/console/sandbox/keys/new", true),
        (&*format!("{key}/roll"), true),
        (&format!("{key}/addresses"), true),
        (&format!("{key}/revoke"), true),
        ("/console/sandbox/webhooks/new", true),
        (&format!("{webhook}/edit"), true),
        (&format!("{webhook}/secret"), true),
        (&format!("{webhook}/enable"), false),
        (&format!("{webhook}/delete"), true),
    ] {
        if has_page {
            let stale = ask(11 * 60, Method::GET, path).await;
            assert!(stale.header("location").starts_with("/desk/sign-in?"), "{path}: {}", stale.status);
            assert_eq!(ask(9 * 60, Method::GET, path).await.status, 200, "{path}");
        }
        let stale = ask(11 * 60, Method::POST, path).await;
        let kept = format!("action=\"{path}\"><input type=\"hidden\" name=\"url\" value=\"https://typed/&lt;a&gt;\">");
        assert!(stale.status == 403 && stale.text.contains(&kept), "{path}: {} {}", stale.status, stale.text);
        assert!(stale.text.contains("target=\"_blank\""), "{path}");
    }
    let hooks = app.get("/v0/webhooks").await.expect(200);
    assert_eq!(hooks["items"].as_array().map(Vec::len), Some(1), "nothing was registered or deleted");
    assert_eq!(ask(11 * 60, Method::GET, &webhook).await.status, 200, "looking needs no fresh one");
    assert_eq!(ask(11 * 60, Method::GET, "/console/sandbox/keys").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_rare_type_are_found_behind_many_others() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    for number in 0..60 {
        app.put(&id, &json!({ "first_name": format!("Name {number}") })).await.expect(200);
    }
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let rows = |page: &str| page.matches("<th scope=\"row\">").count();
    let rare = dev.get("/console/sandbox/events?type=customer.kycs.updated").await.text;
    assert!(rows(&rare) >= 1 && !rare.contains("rel=\"next\""), "{rare}");
    let many = dev.get("/console/sandbox/events?type=customer.updated").await.text;
    assert_eq!(rows(&many), 50, "{many}");
    let next = many.split("href=\"?").find(|rest| rest.contains("rel=\"next\"")).expect("older ones");
    let next = next.split('"').next().expect("an end").replace("&amp;", "&");
    let rest = dev.get(&format!("/console/sandbox/events?{next}")).await.text;
    assert!(rows(&rest) == 10 && rest.contains("?type=customer.updated\""), "the filter stays: {rest}");
    let none = dev.get("/console/sandbox/events?type=customer.erased").await.text;
    assert!(none.contains("No event here.") && !none.contains("rel=\"next\""), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_in_a_form_is_said_beside_its_field() {
    let app = TestApp::start_with(QUICK).await;
    let hook = register(&app, "http://127.0.0.1:3000/hook").await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let path = "/console/sandbox/keys/new";
    let long = "x".repeat(1_000);
    let many: Vec<_> = (0..33).map(|one| format!("10.0.0.{one}")).collect();
    for (name, scope, days, addresses, wrong) in [
        ("ok", "events:read", "1", "10.0.0.0/8 foo", &["addresses"][..]),
        ("ok", "events:read", "1", &many.join(" "), &["addresses"]),
        (&long, "events:read", "1", "", &["name"]),
        (" ", "nonsense", "7", "foo", &["name", "scopes", "days", "addresses"]),
    ] {
        let fields = [("name", name), ("scope", scope), ("days", days), ("addresses", addresses)];
        let answer = dev.post(path, &fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        for field in ["name", "scopes", "days", "addresses"] {
            let is_said = answer.text.contains(&format!("id=\"{field}-problem\""));
            assert_eq!(is_said, wrong.contains(&field), "{field}: {}", answer.text);
        }
        assert!(answer.text.contains(&format!(">{addresses}</textarea>")), "what was entered stays: {}", answer.text);
    }
    let twice = [("name", "Twice"), ("scope", "events:read"), ("scope", "events:read"), ("days", "")];
    assert_eq!(dev.post(path, &twice).await.status, 200);
    let list = dev.get("/console/sandbox/keys").await.text;
    let row = list.split("<tr").find(|row| row.contains("Twice")).expect("a row");
    assert_eq!(row.matches("<code>events:read</code>").count(), 1, "{row}");

    let key = format!("/console/sandbox/keys/{}", hook["key_id"].as_str().expect("a key"));
    let webhook = format!("/console/sandbox/webhooks/{}", hook["id"].as_str().expect("an id"));
    for path in [format!("{key}/roll"), format!("{webhook}/secret")] {
        for overlap in ["", "2", "-1", "nonsense"] {
            let answer = dev.post(&path, &[("overlap", overlap)]).await;
            assert_eq!(answer.status, 422, "{path} {overlap}: {}", answer.text);
            assert!(answer.text.contains("id=\"overlap-problem\""), "{}", answer.text);
        }
        assert_eq!(dev.get(&path).await.status, 200, "nothing was done");
    }
    let without = [("url", "http://127.0.0.1:3000/"), ("type", "customer.created"), ("key", "nonsense")];
    let answer = dev.post("/console/sandbox/webhooks/new", &without).await;
    assert!(answer.status == 422 && answer.text.contains("Choose a key that works"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_have_a_body_where_the_description_of_the_api_has_one() {
    let app = TestApp::start().await;
    let document = app.get("/openapi.json").await.expect(200);
    let mut compared = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let content = &operation["requestBody"]["content"];
            let expected = match (&operation["requestBody"]["required"], content["multipart/form-data"].is_object()) {
                (_, true) => Body::Form,
                (Value::Bool(true), _) => Body::Required,
                _ if content.is_object() => Body::Optional,
                _ => Body::None,
            };
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                assert_eq!(body_of(&method.to_uppercase(), path), expected, "{method} {path}");
                compared += 1;
            }
        }
    }
    assert!(compared > 30, "{compared}");
}

/// The links of the table of errors, each with the count of its line.
fn error_links(overview: &str) -> Vec<(String, usize)> {
    let table = overview.split("id=\"errors-title\"").nth(1).and_then(|rest| rest.split("</section>").next());
    let rows = table.expect("a table").split("<tr>").filter(|row| row.contains("/requests?"));
    let link = |row: &str| {
        let href = row.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
        let count = row.split("data-label=\"Count\">").nth(1).and_then(|rest| rest.split('<').next());
        (href.replace("&amp;", "&"), count.and_then(|count| count.parse().ok()).expect("a count"))
    };
    rows.map(link).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_errors_leads_to_the_requests_of_its_kind_and_all_lines_can_be_shown() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    // The same code in two places, two codes, two methods, two statuses, with and without a place.
    app.put(&id, &json!({ "first_name": "x".repeat(2_000), "nationality": "XX" })).await.expect(400);
    app.put(&id, &json!({ "last_name": "x".repeat(2_000) })).await.expect(400);
    app.put(&id, &json!({ "nationality": "XX" })).await.expect(400);
    let body = json!({ "type": "individual", "email": "nonsense", "nationality": "XX" });
    app.post("/v0/customers", &body).await.expect(400);
    app.get("/v0/customers/019abc00-0000-7000-8000-000000000000").await.expect(404);
    app.get("/v0/webhooks/019abc00-0000-7000-8000-000000000000/deliveries").await.expect(404);
    let mut keys = Vec::new();
    for number in 0..6 {
        let fields = [("name", format!("k{number}")), ("scope", "customers:write".to_owned())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        keys.push(value(&dev.post("/console/sandbox/keys/new", &fields).await.text, "new-key"));
    }
    let names = [
        "first_name",
        "last_name",
        "nationality",
        "birth_date",
        "birth_place",
        "birth_country",
        "gender",
        "phone",
        "occupation",
        "tax_numbers",
        "address",
        "documents",
        "middle_name",
        "email",
    ];
    let wrong: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({ "x": [1] }))).collect();
    for key in &keys {
        let request = app.client.put(format!("{}/v0/customers/{id}", app.url)).header("Api-Key", key);
        TestApp::send(request.json(&wrong)).await.expect(400);
    }
    let (mut overview, mut links) = (String::new(), Vec::new());
    for _ in 0..200 {
        overview = dev.get("/console/sandbox").await.text;
        links = error_links(&overview);
        if links.len() == 50 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(links.len(), 50, "{overview}");
    let next = overview.split("href=\"").find(|rest| rest.contains("rel=\"next\"")).expect("less frequent ones");
    let next = next.split(['"', '#']).next().expect("an end").replace("&amp;", "&");
    links.extend(error_links(&dev.get(&format!("/console/sandbox{next}")).await.text));
    assert!(links.len() > 55, "{links:?}");
    for (link, count) in links {
        let list = dev.get(&link).await.text;
        assert_eq!(list.matches("data-row").count(), count, "{link}: {list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advanced_clock_moves_no_attempt_and_pages_say_which_time_they_show() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    register(&app, &receiver.url).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    assert!(dev.get("/console/sandbox/sandbox").await.text.contains("the clock was never advanced"));
    let id = app.given("individual").await;
    let put = app.put(&id, &json!({ "first_name": "Ada" })).await;
    let page = format!("/console/sandbox/requests/{}", put.header("x-request-id"));
    put.expect(200);
    receiver.wait(2).await;
    let attempts = "<dt>Delivery attempts</dt><dd>2</dd>";
    assert!(dev.get("/console/sandbox").await.text.contains("The last 24 hours"));
    assert!(dev.get("/console/sandbox?period=week").await.text.contains("The last 7 days"));
    let mut overview = String::new();
    for _ in 0..500 {
        overview = dev.get("/console/sandbox").await.text;
        if overview.contains(attempts) && dev.get(&page).await.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(overview.contains(attempts), "{overview}");
    assert!(!dev.get(&page).await.text.contains("The clock of this sandbox"));
    assert_eq!(dev.post("/console/sandbox/sandbox/clock", &[("by", "P30D")]).await.status, 303);
    let overview = dev.get("/console/sandbox").await.text;
    assert!(overview.contains(attempts), "the attempts are where they were: {overview}");
    let shown = dev.get(&page).await.text;
    assert!(shown.contains("The clock of this sandbox is 30 days ahead."), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_cannot_deliver_says_why_and_promises_nothing() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("410 Gone")).await;
    let hook = register(&app, &receiver.url).await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let page = format!("/console/sandbox/webhooks/{}", hook["id"].as_str().expect("an id"));
    let active = dev.get(&page).await.text;
    assert!(active.contains("Let another key sign") && !active.contains(">Enable<"), "{active}");
    app.given("individual").await;
    let mut shown = String::new();
    for _ in 0..500 {
        shown = dev.get(&page).await.text;
        if shown.contains(">Disabled<") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(shown.contains("<small>It answered 410.</small>"), "the reason is a text: {shown}");
    assert!(shown.contains("The webhook is disabled, so nothing is sent.") && shown.contains(">Enable<"), "{shown}");
    assert!(!shown.contains("Send again") && !shown.contains("Send a test event"), "{shown}");
    let delivery = shown.split("<tr id=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a delivery");
    let range = [("from", "2000-01-01T00:00"), ("to", "2099-01-01T00:00")];
    for fields in [&[("delivery", delivery)][..], &range] {
        let refused = dev.post(&format!("{page}/resend"), fields).await;
        assert!(refused.status == 409 && refused.text.contains("Enable it first."), "{}", refused.text);
    }
    assert_eq!(dev.post(&format!("{page}/test"), &[]).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_two_times_and_a_notice_is_shown_only_for_what_can_have_happened() {
    let app = TestApp::start_with(QUICK).await;
    let hook = register(&app, "http://127.0.0.1:3000/hook").await;
    let dev = Browser::with(&app, "Dev", &[Role::Developer]).await;
    let page = format!("/console/sandbox/webhooks/{}", hook["id"].as_str().expect("an id"));
    for (from, to) in [("garbage", "2026-01-01T00:00"), ("2026-01-02T00:00", "2026-01-01T00:00"), ("", "")] {
        let wrong = dev.post(&format!("{page}/resend"), &[("from", from), ("to", to)]).await;
        assert!(wrong.status == 422 && wrong.text.contains("Give two times"), "{from} {to}: {}", wrong.text);
        assert!(wrong.text.contains(&format!("value=\"{from}\"")), "what was entered stays: {}", wrong.text);
    }
    for (query, notice, class) in [
        ("resent=5", Some("5 deliveries are sent again."), "done"),
        ("resent=1001", None, ""),
        ("resent=many", None, ""),
        ("tested=204", Some("Test event: 204"), "done"),
        ("tested=delivered", Some("Test event: delivered"), "done"),
        ("tested=timeout", Some("Test event: timeout"), "warning"),
        ("tested=500", Some("Test event: 500"), "warning"),
        ("tested=999", None, ""),
        ("tested=%2B20", None, ""),
        ("tested=call+this+number", None, ""),
    ] {
        let shown = dev.get(&format!("{page}?{query}")).await.text;
        let found = shown.split("role=\"status\">").nth(1).and_then(|rest| rest.split('<').next());
        assert_eq!(found, notice, "{query}");
        assert!(notice.is_none() || shown.contains(&format!("<p class=\"{class}\" role=\"status\">")), "{query}");
    }
}

#[tokio::test]
async fn commands_about_webhooks_refuse_what_the_console_refuses() {
    let app = TestApp::start().await;
    let hook = register(&app, "http://127.0.0.1:19997/").await;
    let (hook, key) =
        (hook["id"].as_str().expect("an id").to_owned(), hook["key_id"].as_str().expect("a key").to_owned());
    app.given("individual").await;
    let folder = app.folder.path().to_owned();
    let commands = tokio::task::spawn_blocking(move || {
        let run = |arguments: &[&str]| json_of(&folder, &[arguments, &["--data-dir", "data"]].concat());
        let refused = |arguments: &[&str], why: &str| {
            let refused = dossier(&folder, &[arguments, &["--data-dir", "data"]].concat());
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && said.contains(why), "{arguments:?}: {said}");
        };
        let rotated = run(&["webhooks", "rotate-secret", &hook]);
        assert!(rotated["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{rotated}");
        refused(&["webhooks", "rotate-secret", &hook], "the old one signs until");
        assert_eq!(run(&["webhooks", "list"])[0]["status"], "active");
        run(&["keys", "revoke", &key]);
        assert_eq!(run(&["webhooks", "list"])[0]["status"], "key_revoked");
        for arguments in [
            &["webhooks", "test", &hook][..],
            &["webhooks", "resend", &hook, "dlv_1"],
            &["webhooks", "resend-failed", &hook, "--from", "2026-01-01"],
        ] {
            refused(arguments, "the key that signs is revoked");
        }
    });
    commands.await.expect("every command");
}
