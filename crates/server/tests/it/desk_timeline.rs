//! The history of a customer at the desk: entries, events, deliveries and looks in one list, page by page.

use std::time::Duration;

use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::desk::Role;
use dossier_core::use_cases::api_keys::{self, NewKey};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::desk::{Browser, account};
use crate::webhooks::{QUICK, Receiver, register, status};

const EVIL: &str = "<script>alert(1)</script>\"'&";

/// The history of a page.
fn history(page: &str) -> &str {
    page.split_once("id=\"history\"").unwrap_or_else(|| panic!("no history: {page}")).1
}

/// The lines of a kind.
fn lines(page: &str, kind: &str) -> usize {
    history(page).matches(&format!("<span class=\"kind\">{kind}</span>")).count()
}

/// The link to the older lines.
fn older(page: &str) -> Option<String> {
    let link = history(page).split("href=\"").skip(1).find(|link| link.contains("history="))?;
    Some(link.split_once('"').expect("an end").0.replace("&amp;", "&"))
}

/// A key with this name.
async fn key_named(app: &TestApp, name: &str) -> String {
    let services = &app.server.as_ref().expect("running").app.services;
    let caller = Caller::system(Scope { account: account(app).await, environment: Environment::Sandbox }, "test");
    let new = NewKey { name: name.to_owned(), scopes: KeyScope::ALL.to_vec(), expires_at: None, addresses: Vec::new() };
    let (key, _) = api_keys::create(services, &caller, new).await.expect("a key");
    key.expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_has_events_with_their_deliveries_and_the_looks_of_keys() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let failing = Receiver::start(|_| status("500 Internal Server Error")).await;
    let hooks = [register(&app, &receiver.url).await, register(&app, &failing.url).await];
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": EVIL })).await.expect(200);
    receiver.wait(2).await;
    failing.wait(1).await;
    let key = key_named(&app, EVIL).await;
    let read = app.client.get(format!("{}/v0/customers/{id}?expand=profile", app.url)).header("Api-Key", &key);
    for reason in [None, Some(EVIL), Some(EVIL)] {
        let read = read.try_clone().expect("no body");
        let read = reason.into_iter().fold(read, |read, reason| read.header("Dossier-Reason", reason));
        TestApp::send(read).await.expect(200);
    }
    let server = &app.server.as_ref().expect("running").app;
    server.looks.store(&*server.services.store).await.expect("stored");

    let ada = Browser::with(&app, "Ada", &[Role::Viewer]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    let mut page = ada.get(&path).await.text;
    for _ in 0..500 {
        // The results of attempts are recorded in small batches.
        if history(&page).matches("delivered after 1 attempt").count() == 2 && history(&page).contains("not accepted") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        page = ada.get(&path).await.text;
    }
    assert_eq!((lines(&page, "Event"), lines(&page, "Delivery")), (2, 4), "{page}");
    assert_eq!(history(&page).matches("delivered after 1 attempt").count(), 2, "{page}");
    assert_eq!(history(&page).matches("waits for an earlier delivery").count(), 1, "{page}");
    assert!(history(&page).contains("next attempt <time datetime="), "{page}");
    for hook in &hooks {
        assert!(history(&page).contains(hook["id"].as_str().expect("an id")), "{page}");
    }
    assert!(!page.contains("127.0.0.1") && !page.contains("/hook"), "the URL is for those who manage webhooks: {page}");
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;";
    assert_eq!(lines(&page, "Looks"), 2, "{page}");
    for line in ["1 look within the hour", "2 looks within the hour", &format!("key {escaped}"), "Numbers"] {
        assert!(history(&page).contains(line), "{line}: {page}");
    }
    assert!(!page.contains("<script>alert"), "{page}");

    let other = app.given("individual").await;
    let foreign = ada.get(&format!("/desk/sandbox/customers/{other}")).await.text;
    assert_eq!((lines(&foreign, "Event"), lines(&foreign, "Looks")), (1, 0), "{foreign}");
    let admin = Browser::with(&app, "Eve", &[Role::Admin]).await;
    assert_eq!(admin.get(&path).await.status, 403);
}

/// A profile of which every member differs from the one before.
fn every_field(round: usize) -> Value {
    let text = format!("{round} ").repeat(20);
    let is_even = round.is_multiple_of(2);
    let country = if is_even { "FR" } else { "DE" };
    json!({
        "first_name": text, "middle_name": text, "last_name": text, "most_recent_occupation": text,
        "account_purpose": if is_even { "other" } else { "investment_purposes" }, "account_purpose_other": text,
        "acting_as_intermediary": is_even, "expected_monthly_volume_usd": format!("{}", round + 1),
        "source_of_funds_description": text, "nationality": country, "birth_country": country,
        "birth_date": format!("1990-01-{:02}", round % 28 + 1),
        "employment_status": if is_even { "employed" } else { "retired" },
        "residential_address": {
            "street_line_1": text, "street_line_2": text, "city": text, "postal_code": format!("{}", 10_000 + round),
            "country": country,
        },
        "identifying_information": {
            "id_document": { "type": "passport", "number": format!("X{round}"), "issuing_country": country },
            "tax_number": { "number": format!("T{round}"), "issuing_country": country },
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_long_history_have_every_version_once_and_are_small() {
    let app = TestApp::start().await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    for _ in 0..2 {
        register(&app, &receiver.url).await;
    }
    let id = app.given("individual").await;
    for round in 0..60 {
        app.put(&id, &every_field(round)).await.expect(200);
    }
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    let (mut versions, mut next, mut pages) = (Vec::new(), Some(format!("{path}?view=mine")), 0);
    while let Some(path) = next {
        let page = ada.get(path.split('#').next().expect("a path")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.bytes.len() <= 100 * 1024, "{} bytes", page.bytes.len());
        let found = history(&page.text).split(" · v").skip(1);
        versions.extend(found.map(|rest| rest.split(['<', ' ']).next().expect("a number").to_owned()));
        assert_eq!(lines(&page.text, "Delivery"), 2 * lines(&page.text, "Event"), "{}", page.text);
        assert_eq!(history(&page.text).contains(">Newest</a>"), pages > 0);
        next = older(&page.text);
        assert!(next.iter().all(|next| next.contains("view=mine&")), "{next:?}");
        pages += 1;
    }
    let expected: Vec<_> = (1..=61).rev().map(|version| version.to_string()).collect();
    assert_eq!(versions, expected);
    assert!(pages >= 2, "{pages}");

    let first = ada.get(&format!("{path}?history=x")).await;
    assert!(first.status == 200 && history(&first.text).contains(" · v61"), "{}", first.text);
    let place = older(&first.text).expect("more");
    let other = app.given("individual").await;
    let foreign = ada.get(&place.replace(&id, &other)).await;
    assert_eq!(foreign.status, 404, "a place in the history of another customer: {}", foreign.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_the_trail_of_the_environment_with_filters() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(app.given("individual").await);
    }
    app.put(&ids[7], &json!({ "first_name": "Ada" })).await.expect(200);
    let auditor = Browser::with(&app, "Ann", &[Role::Auditor]).await;
    let read = |query: String| {
        let auditor = &auditor;
        async move {
            let page = auditor.get(&format!("/desk/sandbox/trail{query}")).await;
            assert_eq!(page.status, 200, "{query}: {}", page.text);
            page.text
        }
    };
    let entries = |page: &str| page.matches("<li><time").count();
    let first = read(String::new()).await;
    assert_eq!(entries(&first), 50);
    assert!(first.contains("key first start") && !first.contains("given-"), "who, and nothing about customers");
    let older =
        first.split("<a href=\"?before=").nth(1).and_then(|rest| rest.split('"').next()).expect("older entries");
    let second = read(format!("?before={older}")).await;
    assert!(entries(&second) > 10 && second.contains(&ids[0]) && !first.contains(&ids[0]), "{second}");
    assert!(second.contains("Newest"), "{second}");

    let changed = read(format!("?customer={}&action=customer.updated&actor=key", ids[7])).await;
    assert_eq!(entries(&changed), 1, "{changed}");
    assert!(changed.contains("/first_name") && !changed.contains("Ada"), "the place and not the value: {changed}");
    for query in ["?action=api_key.revoked", "?actor=session", &format!("?customer={}&actor=member", ids[8])] {
        assert!(read(query.to_owned()).await.contains("No entry matches."), "{query}");
    }
    // What is not known filters nothing, except that the list of a customer is never that of all.
    assert_eq!(entries(&read("?action=x&actor=%3Cb%3E&before=-1".to_owned()).await), 50);
    let wrong = auditor.get("/desk/sandbox/trail?customer=%3Cb%3Eada").await;
    assert_eq!((wrong.status.as_u16(), entries(&wrong.text)), (400, 0));
    assert!(wrong.text.contains("This is not a customer ID.") && wrong.text.contains("value=\"&lt;b&gt;ada\""));
    let foreign = auditor.get(&format!("/desk/sandbox/trail?customer={}&before=1", ids[9])).await;
    assert_eq!(foreign.status, 404, "no entry of that customer: {}", foreign.text);
}
