//! What members see at the desk: numbers are masked, and every look is recorded.

use dossier_core::desk::Role;
use http::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::desk::{Browser, requirements, submitted, version};

const NUMBER: &str = "/identifying_information/id_document/number";

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_masked_and_showing_one_is_recorded() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let profile = app.profile(&id).await;
    let number = profile.pointer(NUMBER).and_then(Value::as_str).expect("a number").to_owned();
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    let page = ada.get(&format!("/desk/sandbox/customers/{id}")).await.text;
    assert!(!page.contains(&number) && page.contains("****"), "{page}");
    let link = "/kyc/dsl_";
    assert!(!page.contains(link), "no live link is on the screen");
    let shown = ada.post(&format!("/desk/sandbox/customers/{id}/reveal"), &[("pointer", NUMBER)]).await;
    assert!(shown.status == 200 && shown.text.contains(&number), "{}", shown.text);
    let page = ada.get(&format!("/desk/sandbox/customers/{id}")).await.text;
    assert!(page.contains("A member looked at a number in full."), "{page}");
    for wrong in ["/first_name", "/email", "", "/identifying_information"] {
        let refused = ada.post(&format!("/desk/sandbox/customers/{id}/reveal"), &[("pointer", wrong)]).await;
        assert_eq!(refused.status, 404, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_changed_while_a_member_decided_stays_masked() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let old = app.profile(&id).await.pointer(NUMBER).and_then(Value::as_str).expect("a number").to_owned();
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let path = format!("/desk/sandbox/customers/{id}/decide");
    let seen = version(&ada.get(&path).await.text);
    let new = "NEW-7654321";
    let changed = json!({ "identifying_information": { "id_document": { "number": new } } });
    app.patch(&id, &changed).await.expect(200);
    let stale = ada.post(&path, &[("version", &seen), ("outcome", "approve"), ("step", "preview")]).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert!(stale.text.contains("****"), "the change is shown: {}", stale.text);
    for number in [old.as_str(), new] {
        assert!(!stale.text.contains(number), "{}", stale.text);
    }
}

/// The looks of people at a customer, newest first: through what, and at what.
async fn looks(app: &TestApp, id: &str) -> Vec<String> {
    let seen = app.seen(id).await;
    let people = seen.iter().filter(|row| row["audit_seq"].is_u64());
    people.map(|row| format!("{} {}", row["through"], row["seen"]).replace('"', "")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_of_a_member_is_listed_with_what_was_seen() {
    let app = TestApp::start().await;
    let (id, other) = (submitted(&app).await, app.given("individual").await);
    let documents = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
    let file = documents["documents"][0]["file_id"].as_str().expect("a file").to_owned();
    app.put(&other, &json!({ "documents": [{ "file_id": file }] })).await.expect(200);
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let path = format!("/desk/sandbox/customers/{id}");
    let page = ada.get(&path).await.text;
    let about = format!("requirement={}&version={}", requirements(&page).remove(0), version(&page));
    let (unchanged, given) = (format!("{about}&verdict="), format!("{about}&verdict=matches"));
    let number = format!("pointer={NUMBER}");
    let profile = "customer.viewed profile";
    for (step, body, status, expected) in [
        ("", None, 200, Some(profile)),
        ("/decide", None, 200, Some(profile)),
        ("/decide", Some("version=0&outcome=approve"), 412, Some(profile)),
        ("/verdicts", Some(unchanged.as_str()), 200, Some(profile)),
        // The verdict is in the trail by itself.
        ("/verdicts", Some(given.as_str()), 200, None),
        ("/verdicts", Some(given.as_str()), 200, Some(profile)),
        ("/reveal", Some(number.as_str()), 200, Some("customer.number_revealed numbers")),
        (&format!("/files/{file}"), None, 200, Some("file.read file")),
    ] {
        let before = looks(&app, &id).await;
        let answer = fetch(&ada, &format!("{path}{step}"), body).await;
        assert_eq!(answer.status, status, "{step} {body:?}: {}", answer.text);
        let after = looks(&app, &id).await;
        let new: Vec<_> = after[..after.len() - before.len()].iter().map(String::as_str).collect();
        assert_eq!(new, Vec::from_iter(expected), "{step} {body:?}");
    }
    assert_eq!(looks(&app, &other).await, ["file.read file"], "the file is evidence of both");
}

/// A GET, or a POST as the desk's script sends it.
async fn fetch(browser: &Browser<'_>, path: &str, body: Option<&str>) -> Answered {
    let Some(body) = body else { return browser.get(path).await };
    let request = browser.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    let request = request.header("HX-Request", "true").header("Content-Type", "application/x-www-form-urlencoded");
    TestApp::send(request.body(body.to_owned())).await
}
