//! Verification from an empty record to each decision, and the requirements on the way.

use dossier::cli::context::ScopeArgs;
use dossier::cli::demo::place;
use dossier::cli::review;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::samples::pdf;

pub(crate) const COMPLETE: &str = "pending/submission_accepted";
const STARTED: &str = "pending/submission_started";
const AGAIN: &str = "pending/resubmission_required";

/// A client that knows no field. It reads the requirements, fills in their examples, uploads, and sends a PUT.
async fn fill(app: &TestApp, body: &mut Value, requirements: &Value) -> usize {
    let mut open = 0;
    for one in requirements.as_array().expect("requirements") {
        if !["due", "error"].contains(&one["status"].as_str().expect("a status")) {
            continue;
        }
        open += 1;
        let mut value = one["example"].clone();
        if let Some(document) = one.get("document") {
            assert_eq!(document["upload"], "/v0/files");
            let file = app.upload("a.pdf", &pdf(one["id"].to_string().as_bytes())).await.expect(200);
            value["file_id"] = file["id"].clone();
        }
        place(body, one["pointer"].as_str().expect("a pointer"), value);
    }
    open
}

pub(crate) async fn required(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v0/customers/{id}?expand=requirements")).await.expect(200)["requirements"].take()
}

/// Repeats this until no requirement is open. Returns the number of rounds.
pub(crate) async fn complete(app: &TestApp, id: &str, body: &mut Value) -> usize {
    for round in 0..10 {
        let open = fill(app, body, &required(app, id).await).await;
        if open == 0 {
            return round;
        }
        app.put(id, body).await.expect(200);
    }
    panic!("requirements never end: {}", required(app, id).await);
}

/// Uses a country from every group in the rules, and one that is in none.
#[tokio::test]
async fn a_client_that_knows_no_field_reaches_submitted_everywhere() {
    let app = TestApp::start().await;
    let rules = dossier_core::kyc::RuleSet::baseline();
    let mut countries: Vec<String> =
        rules.groups.values().map(|group| group[0].expose().to_owned()).chain(["FR".to_owned()]).collect();
    countries.sort();
    assert!(countries.len() >= 3);
    for kind in ["individual", "corporate"] {
        for country in &countries {
            for more in ["", "&volume=100000", "&purpose=other"] {
                let before =
                    app.get(&format!("/v0/requirements?type={kind}&country={country}{more}")).await.expect(200);
                assert_eq!(before["rule_set"], rules.version);
                let id = app.given(kind).await;
                app.open_session(&id).await;
                let mut body = match more {
                    "&volume=100000" => json!({ "expected_monthly_volume_usd": "100000" }),
                    "&purpose=other" => json!({ "account_purpose": "other" }),
                    _ => json!({}),
                };
                fill(&app, &mut body, &before["items"]).await;
                app.put(&id, &body).await.expect(200);
                complete(&app, &id, &mut body).await;
                assert_eq!(app.stands(&id).await, COMPLETE, "{kind} {country} {more}");
            }
        }
    }
}

#[tokio::test]
async fn requirements_say_what_is_due_wrong_looked_at_and_done() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let status = |requirements: &Value, id: &str| {
        let found = requirements.as_array().expect("a list").iter().find(|one| one["id"] == id).cloned();
        found.map(|one| one["status"].as_str().expect("a status").to_owned()).unwrap_or_default()
    };
    let due = required(&app, &id).await;
    assert_eq!(status(&due, "birth_date"), "due");
    let entry =
        due.as_array().expect("a list").iter().find(|one| one["id"] == "residential_address").expect("asked for");
    assert_eq!(entry["pointer"], "/residential_address");
    assert_eq!(entry["schema"]["required"], json!(["street_line_1", "city", "country", "postal_code"]));
    assert!(entry["because"].as_str().expect("a reason").len() > 10);
    app.put(&id, &json!({ "birth_date": "2020-01-01" })).await.expect(200);
    let wrong = required(&app, &id).await;
    assert_eq!(status(&wrong, "birth_date"), "error");
    app.open_session(&id).await;
    let mut body = json!({});
    complete(&app, &id, &mut body).await;
    assert_eq!(status(&required(&app, &id).await, "birth_date"), "pending");
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    assert_eq!(status(&required(&app, &id).await, "birth_date"), "done");
    for (query, pointer) in [
        ("", "/type"),
        ("type=x", "/type"),
        ("type=individual&country=ZZ", "/country"),
        ("type=individual&volume=x", "/volume"),
    ] {
        let problem = app.get(&format!("/v0/requirements?{query}")).await.problem(400, "invalid_parameters");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn a_session_is_opened_with_and_without_a_body_and_only_once() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let path = format!("/v0/customers/{id}/kycs");
    assert_eq!(app.stands(&id).await, "");
    let first = app.open_session(&id).await;
    assert_eq!((&first["status"], &first["sub_status"]), (&json!("pending"), &json!("kyc_form_submission_started")));
    assert_eq!(first["status_breakdown"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        first["status_breakdown"][0],
        json!({ "currency": "aed", "payment_rails": "uaefts", "status": "pending" })
    );
    let link = first["kyc_flow_link"].as_str().expect("a link");
    assert!(link.starts_with(&format!("{}/kyc/dsl_test_", app.url)));
    for request in [
        app.request(Method::POST, &path).json(&json!({})),
        app.request(Method::POST, &path).body("{}"),
        app.request(Method::POST, &path).header("content-type", "application/x-www-form-urlencoded").body(""),
        app.request(Method::POST, &path).header("content-type", "application/json"),
    ] {
        assert_eq!(TestApp::send(request).await.expect(201)["kycs"], first, "the same link again");
    }
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.expect(200)["kycs"], first);
    let back = app.post(&path, &json!({ "redirect_uri": "https://app.example.com/done?x=1" })).await.expect(201);
    assert_eq!(back["kycs"]["kyc_flow_link"], first["kyc_flow_link"]);
    for wrong in
        ["ftp://x.example", "javascript:alert(1)", "https://", "/done", "https://u:p@x.example", "https://x.example/ a"]
    {
        let answer = app.post(&path, &json!({ "redirect_uri": wrong })).await;
        assert_eq!(answer.violations(), ["/redirect_uri invalid_url"], "{wrong}");
    }
    assert_eq!(app.post(&path, &json!({ "x": 1 })).await.violations(), ["/x unknown_property"]);
    app.post("/v0/customers/0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e/kycs", &json!({})).await.problem(404, "not_found");
    app.post("/v0/customers/x/kycs", &json!({})).await.problem(404, "not_found");
    let keyed = || app.request(Method::POST, &path).header("Idempotency-Key", "k").json(&json!({}));
    let once = TestApp::send(keyed()).await;
    let again = TestApp::send(keyed()).await;
    assert_eq!((again.header("idempotent-replayed"), &again.text), ("true", &once.text));
}

#[tokio::test]
async fn no_concurrent_advance_of_the_clock_is_lost() {
    let app = TestApp::start().await;
    let advance = json!({ "advance": "PT1H" });
    let answers = futures_util::future::join_all((0..12).map(|_| app.post("/v0/sandbox/clock", &advance))).await;
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 200));
    let clock = app.get("/v0/sandbox/clock").await.expect(200);
    assert_eq!(clock["ahead_seconds"], 12 * 3_600);
}

#[tokio::test]
async fn a_link_expires_is_renewed_and_is_new_after_a_rejection() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let first = app.open_session(&id).await["kyc_flow_link"].as_str().expect("a link").to_owned();
    let page = |url: String| TestApp::send(app.client.get(url));
    assert_eq!(page(first.clone()).await.status.as_u16(), 200);
    let clock = app.post("/v0/sandbox/clock", &json!({ "advance": "P7D" })).await.expect(200);
    assert_eq!(clock["ahead_seconds"], 604_800);
    // Expired sessions have ended when the response to the advance arrives.
    let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
    assert_eq!(customer["kycs"]["kyc_flow_link"], Value::Null);
    assert_eq!(app.stands(&id).await, STARTED);
    let expired = page(first.clone()).await;
    assert_eq!(expired.status.as_u16(), 410);
    assert!(expired.text.contains("has expired") && expired.text.contains("new link"));
    let second = app.open_session(&id).await["kyc_flow_link"].as_str().expect("a link").to_owned();
    assert_ne!(first, second);
    assert!(page(first.clone()).await.text.contains("newer link"));
    app.simulate(&id, "kyc.status.reject").await.expect(200);
    assert_eq!(app.stands(&id).await, "rejected/submission_accepted");
    assert!(page(second.clone()).await.text.contains("Your verification was not successful"));
    let third = app.open_session(&id).await;
    assert_eq!(third["status_breakdown"][0]["status"], "pending");
    assert_eq!(app.stands(&id).await, STARTED);
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    let done = page(third["kyc_flow_link"].as_str().expect("a link").to_owned()).await;
    assert!(done.text.contains("You are verified"));
    let answer = TestApp::send(app.request(Method::POST, &format!("/v0/customers/{id}/kycs"))).await;
    answer.problem(409, "already_approved");
    let unknown = page(format!("{}/kyc/nothing", app.url)).await;
    assert_eq!(unknown.status.as_u16(), 404);
    assert!(
        unknown.text.contains("This link does not work") && unknown.header("content-type").starts_with("text/html")
    );
}

/// Each transition in the table except those of a PUT or of time, by a documented call.
#[tokio::test]
async fn every_transition_is_reachable_in_the_sandbox() {
    let app = TestApp::start().await;
    let mut seen = Vec::new();
    let ways: &[(&[&str], &str)] = &[
        (&["open"], STARTED),
        (&["kyc.status.offboard"], "rejected/submission_accepted"),
        (&["open", "open"], STARTED),
        (&["open", "session.expire"], STARTED),
        (&["open", "breakdown"], STARTED),
        (&["open", "kyc.status.submit"], COMPLETE),
        (&["open", "kyc.status.approve"], "approved/submission_accepted"),
        (&["open", "kyc.status.reject"], "rejected/submission_accepted"),
        (&["open", "kyc.status.request_resubmission"], AGAIN),
        (&["open", "kyc.status.offboard"], "rejected/submission_accepted"),
        (&["open", "kyc.status.submit", "open"], COMPLETE),
        (&["open", "kyc.status.submit", "session.expire"], COMPLETE),
        (&["open", "kyc.status.submit", "breakdown"], COMPLETE),
        (&["open", "kyc.status.submit", "kyc.status.approve"], "approved/submission_accepted"),
        (&["open", "kyc.status.submit", "kyc.status.reject"], "rejected/submission_accepted"),
        (&["open", "kyc.status.submit", "kyc.status.request_resubmission"], AGAIN),
        (&["open", "kyc.status.submit", "kyc.status.offboard"], "rejected/submission_accepted"),
        (&["open", "kyc.status.request_resubmission", "open"], AGAIN),
        (&["open", "kyc.status.request_resubmission", "session.expire"], AGAIN),
        (&["open", "kyc.status.request_resubmission", "breakdown"], AGAIN),
        (&["open", "kyc.status.request_resubmission", "kyc.status.submit"], COMPLETE),
        (&["open", "kyc.status.request_resubmission", "kyc.status.approve"], "approved/submission_accepted"),
        (&["open", "kyc.status.request_resubmission", "kyc.status.reject"], "rejected/submission_accepted"),
        (&["open", "kyc.status.request_resubmission", "kyc.status.request_resubmission"], AGAIN),
        (&["open", "kyc.status.request_resubmission", "kyc.status.offboard"], "rejected/submission_accepted"),
        (&["open", "kyc.status.request_resubmission", "kyc.status.abandon"], AGAIN),
        (&["open", "kyc.status.request_resubmission", "kyc.status.abandon", "open"], AGAIN),
        (
            &["open", "kyc.status.request_resubmission", "kyc.status.abandon", "kyc.status.approve"],
            "approved/submission_accepted",
        ),
        (
            &["open", "kyc.status.request_resubmission", "kyc.status.abandon", "kyc.status.reject"],
            "rejected/submission_accepted",
        ),
        (&["open", "kyc.status.request_resubmission", "kyc.status.abandon", "kyc.status.request_resubmission"], AGAIN),
        (
            &["open", "kyc.status.request_resubmission", "kyc.status.abandon", "kyc.status.offboard"],
            "rejected/submission_accepted",
        ),
        (&["open", "kyc.status.approve", "kyc.status.approve"], "approved/submission_accepted"),
        (&["open", "kyc.status.approve", "kyc.status.reject"], "rejected/submission_accepted"),
        (&["open", "kyc.status.approve", "kyc.status.request_resubmission"], AGAIN),
        (&["open", "kyc.status.approve", "breakdown"], "approved/submission_accepted"),
        (&["open", "kyc.status.approve", "kyc.status.offboard"], "rejected/submission_accepted"),
        (&["open", "kyc.status.reject", "open"], STARTED),
        (&["open", "kyc.status.reject", "kyc.status.offboard"], "rejected/submission_accepted"),
        (&["kyc.status.offboard", "kyc.status.reinstate"], ""),
    ];
    for (calls, expected) in ways {
        let id = app.given("individual").await;
        for call in *calls {
            match *call {
                "open" => drop(app.open_session(&id).await),
                "breakdown" => {
                    let body = json!({ "action": "kyc.breakdown.set", "customer_id": id,
                        "breakdown": [{ "currency": "usd", "payment_rails": "ach", "status": "rejected" }] });
                    app.post("/v0/customers/simulate", &body).await.expect(200);
                    let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
                    assert_eq!(customer["kycs"]["status_breakdown"][2]["status"], "rejected");
                }
                action => drop(app.simulate(&id, action).await.expect(200)),
            }
        }
        assert_eq!(app.stands(&id).await, *expected, "{calls:?}");
        seen.push(calls.len());
    }
    // Together with the two that a PUT makes (a review, and reopening) these are all transitions in the table.
    assert_eq!(seen.len() + 2, 41);
}

#[tokio::test]
async fn simulations_are_refused_where_they_make_no_sense() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    for action in [
        "kyc.status.approve",
        "kyc.status.reject",
        "kyc.status.request_resubmission",
        "kyc.status.submit",
        "kyc.status.abandon",
        "session.expire",
    ] {
        app.simulate(&id, action).await.problem(409, "no_session");
    }
    app.simulate("0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e", "kyc.status.approve").await.problem(404, "not_found");
    app.simulate("x", "kyc.status.approve").await.problem(404, "not_found");
    assert_eq!(app.simulate(&id, "x").await.violations(), ["/action unknown_value"]);
    assert_eq!(
        app.post("/v0/customers/simulate", &json!({})).await.violations(),
        ["/action required", "/customer_id required"]
    );
    assert_eq!(app.simulate(&id, "kyc.breakdown.set").await.violations(), ["/breakdown required"]);
    let live = app.production_key().await;
    let request = app.client.post(format!("{}/v0/customers/simulate", app.url)).header("Api-Key", &live);
    let body = json!({ "action": "kyc.status.approve", "customer_id": id });
    TestApp::send(request.json(&body)).await.problem(403, "sandbox_only");
    for (advance, violation) in [
        ("P1M", "/advance invalid_duration"),
        ("-P1D", "/advance invalid_duration"),
        ("P9999D", "/advance out_of_range"),
    ] {
        assert_eq!(app.post("/v0/sandbox/clock", &json!({ "advance": advance })).await.violations(), [violation]);
    }
    assert_eq!(app.get("/v0/sandbox/clock").await.expect(200)["ahead_seconds"], 0);
}

impl TestApp {
    /// The customers that wait for a decision, as the command line lists them.
    async fn review_list(&self) -> Value {
        let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
        self.command(review::List { scope, limit: 100 }).await.expect("a list")
    }
}

async fn decide(app: &TestApp, id: &str, body: &Value) -> crate::app::Answered {
    app.post(&format!("/v0/customers/{id}/decisions"), body).await
}

#[tokio::test]
async fn reviewers_ask_again_for_what_they_name_and_only_a_new_answer_counts() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let mut body = json!({});
    complete(&app, &id, &mut body).await;
    assert_eq!(app.stands(&id).await, COMPLETE);
    let asked = json!({
        "outcome": "request_resubmission", "requirements": ["proof_of_address", "/birth_date"],
        "reason_codes": ["document_unreadable"], "comment": "The bill is blurred.", "note": "never shown",
    });
    let answer = decide(&app, &id, &asked).await.expect(200);
    assert_eq!(answer["kycs"]["sub_status"], "kyc_form_resubmission_required");
    let link = answer["kycs"]["kyc_flow_link"].as_str().expect("a new link").to_owned();
    // The comment is for the customer in the form, not for everyone who has the link.
    let page = TestApp::send(app.client.get(&link)).await.text;
    assert!(page.contains("needs some of it again") && !page.contains("blurred") && !page.contains("never shown"));
    let open = |requirements: &Value| {
        let open = requirements.as_array().expect("a list").iter().filter(|one| one["status"] == "error");
        open.map(|one| one["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(open(&required(&app, &id).await), ["birth_date", "proof_of_address"]);
    // The same values again do not count as an answer.
    app.put(&id, &body).await.expect(200);
    assert_eq!(app.stands(&id).await, AGAIN);
    let file = app.given_file().await;
    app.put(&id, &json!({ "documents": [{ "file_id": file, "purpose": "proof_of_address" }] })).await.expect(200);
    assert_eq!(open(&required(&app, &id).await), ["birth_date"]);
    app.put(&id, &json!({ "birth_date": "1980-01-01" })).await.expect(200);
    assert_eq!(app.stands(&id).await, COMPLETE);
    let unknown =
        json!({ "outcome": "request_resubmission", "requirements": ["tax_number", "proof_of_address", "/x"] });
    assert_eq!(
        decide(&app, &id, &unknown).await.violations(),
        ["/requirements/0 unknown_requirement", "/requirements/2 unknown_requirement"]
    );
    for (body, violation) in [
        (json!({ "outcome": "request_resubmission" }), "/requirements required"),
        (json!({ "outcome": "approve", "requirements": ["birth_date"] }), "/requirements contradiction"),
        (json!({ "outcome": "reject", "rails": [] }), "/rails contradiction"),
        (json!({ "outcome": "maybe" }), "/outcome unknown_value"),
        (json!({ "outcome": "reject", "reason_codes": ["bad_mood"] }), "/reason_codes/0 unknown_value"),
        (
            json!({ "outcome": "approve", "rails": [{ "currency": "usd", "payment_rails": "cash" }] }),
            "/rails/0 unknown_value",
        ),
    ] {
        assert_eq!(decide(&app, &id, &body).await.violations(), [violation]);
    }
    assert_eq!(app.stands(&id).await, COMPLETE, "what was refused changed nothing");
}

#[tokio::test]
async fn an_approval_may_open_single_rails_and_shows_the_verified_address() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    decide(&app, &id, &json!({ "outcome": "approve" })).await.problem(409, "not_possible");
    app.open_session(&id).await;
    let mut body = json!({});
    complete(&app, &id, &mut body).await;
    let some = json!({ "outcome": "approve", "rails": [{ "currency": "eur", "payment_rails": "sepa" }] });
    let answer = decide(&app, &id, &some).await.expect(200);
    let statuses = |answer: &Value| {
        let rows = answer["kycs"]["status_breakdown"].as_array().expect("rows").iter();
        rows.map(|row| row["status"].as_str().expect("a status").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&answer), ["pending", "approved", "pending", "pending", "pending"]);
    assert_eq!(answer["kycs"]["kyc_flow_link"], Value::Null);
    assert_eq!(answer["address"], body["residential_address"]);
    let all = decide(&app, &id, &json!({ "outcome": "approve" })).await.expect(200);
    assert_eq!(statuses(&all), ["approved"; 5]);
    let rejected = decide(&app, &id, &json!({ "outcome": "reject", "reason_codes": ["sanctions"] })).await.expect(200);
    assert_eq!((statuses(&rejected), &rejected["address"]), (vec!["rejected".to_owned(); 5], &Value::Null));
    let key = app.new_key(None, Environment::Sandbox, &[KeyScope::CustomersWrite], None).await;
    let request = app.client.post(format!("{}/v0/customers/{id}/decisions", app.url));
    let request = request.header("Api-Key", key["key"].as_str().expect("a key")).json(&json!({ "outcome": "approve" }));
    TestApp::send(request).await.problem(403, "insufficient_scope");
}

#[tokio::test]
async fn a_change_of_identity_after_an_approval_follows_the_setting() {
    for (setting, status, stands) in [
        ("review", 200, "approved/submission_accepted"),
        ("reopen", 200, COMPLETE),
        ("refuse", 409, "approved/submission_accepted"),
    ] {
        let app = TestApp::start_with(&[("after_approval", setting)]).await;
        let id = app.given("individual").await;
        app.open_session(&id).await;
        let mut body = json!({});
        complete(&app, &id, &mut body).await;
        app.simulate(&id, "kyc.status.approve").await.expect(200);
        app.put(&id, &json!({ "most_recent_occupation": "Painter" })).await.expect(200);
        assert_eq!(app.stands(&id).await, "approved/submission_accepted", "an occupation is not part of the identity");
        app.put(&id, &json!({ "last_name": "Other" })).await.expect(status);
        assert_eq!(app.stands(&id).await, stands, "{setting}");
        let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
        assert_eq!(customer["kycs"]["kyc_flow_link"], Value::Null, "the link that led to the approval no longer works");
        let queue = app.review_list().await;
        assert_eq!(queue.as_array().map(Vec::len), Some(usize::from(setting != "refuse")), "{setting}: {queue}");
        if setting == "review" {
            assert_eq!(queue[0]["changed"], json!(["/last_name"]));
            let address = json!({ "street_line_1": "2", "city": "B", "country": "FR", "postal_code": "2" });
            let moved = json!({ "residential_address": address });
            app.put(&id, &moved).await.expect(200);
            let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
            assert_eq!(customer["address"], body["residential_address"], "the verified one, until it is decided");
            decide(&app, &id, &json!({ "outcome": "approve" })).await.expect(200);
            let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
            assert_eq!(customer["address"], moved["residential_address"]);
            assert_eq!(app.review_list().await, json!([]));
        }
    }
}

/// The statuses and errors of the requirements for pictures of id documents.
fn pictures(requirements: &Value) -> Vec<(String, Value)> {
    let all = requirements.as_array().expect("requirements").iter();
    let asked =
        all.filter(|one| one["document"]["purposes"].as_array().is_some_and(|it| it.contains(&json!("id_document"))));
    asked.map(|one| (one["status"].as_str().expect("a status").to_owned(), one["error"].clone())).collect()
}

#[tokio::test]
async fn a_picture_of_one_passport_does_not_prove_the_next() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let passport = |number: &str| {
        let document = json!({ "number": number, "type": "passport", "issuing_country": "FR" });
        json!({ "identifying_information": { "id_document": document } })
    };
    let mut body = passport("12AB34567");
    body["residential_address"] = json!({ "street_line_1": "1", "city": "P", "country": "FR", "postal_code": "2" });
    complete(&app, &id, &mut body).await;
    // It has not been reviewed yet: a typing error is corrected, and the picture stays valid.
    app.put(&id, &passport("12AB34568")).await.expect(200);
    let is_good = |requirements: &Value| {
        pictures(requirements).iter().all(|(status, _)| ["done", "pending"].contains(&status.as_str()))
    };
    assert!(is_good(&required(&app, &id).await));
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    app.put(&id, &passport("12ab-34568")).await.expect(200);
    assert!(is_good(&required(&app, &id).await), "it is the same number");
    app.put(&id, &passport("98ZZ76543")).await.expect(200);
    let (status, error) = pictures(&required(&app, &id).await).remove(0);
    assert_eq!((&*status, error), ("error", json!("shows a document that is no longer the one in the profile")));
    // In two steps, back, and there again.
    app.put(&id, &passport("12AB34568")).await.expect(200);
    assert!(is_good(&required(&app, &id).await), "it is the one that was approved");
    app.patch(&id, &json!({ "identifying_information": { "id_document": null } })).await.expect(200);
    app.put(&id, &passport("98ZZ76543")).await.expect(200);
    assert_eq!(pictures(&required(&app, &id).await).remove(0).0, "error");
    let file = app.upload("c.pdf", &pdf(b"third")).await.expect(200)["id"].clone();
    let picture = json!({ "documents": [{ "file_id": file, "purpose": "id_document", "doc_side": "front" }] });
    app.put(&id, &picture).await.expect(200);
    assert!(is_good(&required(&app, &id).await));
}

/// A customer in the sandbox that lacks nothing but its age.
async fn minor(app: &TestApp, of_age_in_days: i64) -> String {
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let mut body = json!({});
    fill(app, &mut body, &required(app, &id).await).await;
    let now = app.server.as_ref().expect("running").app.services.clock.now();
    let day = now.plus_seconds(of_age_in_days * 24 * 3_600).to_string();
    let year: u16 = day[..4].parse().expect("a year");
    // A person whose 18th birthday does not exist in the calendar turns 18 on the next day.
    body["birth_date"] = format!("{}{}", year - 18, &day[4..10].replace("-02-29", "-03-01")).into();
    app.put(&id, &body).await.expect(200);
    complete_but_age(app, &id, &mut body).await;
    assert_eq!(app.stands(&id).await, "pending/submission_started");
    id
}

async fn complete_but_age(app: &TestApp, id: &str, body: &mut Value) {
    for _ in 0..10 {
        let mut open = required(app, id).await;
        open.as_array_mut().expect("requirements").retain(|one| one["pointer"] != "/birth_date");
        if fill(app, body, &open).await == 0 {
            return;
        }
        app.put(id, body).await.expect(200);
    }
    panic!("requirements never end");
}

#[tokio::test]
async fn a_record_is_submitted_when_a_date_is_reached_without_a_request() {
    let app = TestApp::start().await;
    let (id, later) = (minor(&app, 2).await, minor(&app, 6).await);
    app.post("/v0/sandbox/clock", &json!({ "advance": "P3D" })).await.expect(200);
    app.comes_to_stand(&id, "pending/submission_accepted").await;
    assert_eq!(app.stands(&later).await, "pending/submission_started");
    let events = app.get("/v0/events").await.expect(200);
    let newest = events["items"].as_array().expect("events").iter().rfind(|event| event["entity_id"] == *id);
    assert_eq!(newest.expect("an event")["event_type"], "customer.kycs.updated");
}

/// A customer that lacks only what an additional rule of the operator requires.
async fn asked_for_more() -> (TestApp, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rules = folder.path().join("rules.toml");
    let baseline = include_str!("../../../core/rules/baseline.toml");
    let more = "\n[[rule]]\nid = \"more\"\nlabel = \"More\"\nbecause = \"Because.\"\nexample = \"x\"\n\
        when = { type = \"individual\" }\nneeds = { field = \"/most_recent_occupation\" }\n";
    std::fs::write(&rules, format!("{baseline}{more}")).expect("a file");
    let app = TestApp::start_with(&[("rules", rules.to_str().expect("UTF-8"))]).await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let mut body = json!({});
    for _ in 0..5 {
        let mut open = required(&app, &id).await;
        open.as_array_mut().expect("requirements").retain(|one| one["id"] != "more");
        fill(&app, &mut body, &open).await;
        app.put(&id, &body).await.expect(200);
    }
    assert_eq!(app.stands(&id).await, "pending/submission_started");
    (app, id)
}

#[tokio::test]
async fn a_start_with_other_rules_evaluates_every_customer_once() {
    let (app, id) = asked_for_more().await;
    let before = app.get(&format!("/v0/customers/{id}")).await.header("etag").to_owned();
    let app = app.restart_with(&[]).await;
    app.comes_to_stand(&id, "pending/submission_accepted").await;
    let after = app.get(&format!("/v0/customers/{id}")).await.header("etag").to_owned();
    assert_ne!(after, before);
    let events = app.get("/v0/events").await.expect(200);
    let newest = events["items"].as_array().expect("events").iter().rfind(|event| event["entity_id"] == *id);
    assert_eq!(newest.expect("an event")["event_type"], "customer.kycs.updated");
    let app = app.restart_with(&[]).await;
    assert_eq!(app.put(&id, &json!({})).await.header("etag"), after, "once");
}
