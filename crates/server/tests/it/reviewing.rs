//! What reviewers decide by, the reasons and the risks that an operator's files name, and what follows if a customer
//! does not answer.

use std::fs;

use dossier::cli::audit::{self, Query};
use dossier::cli::context::ScopeArgs;
use dossier::cli::review;
use dossier_core::caller::Environment;
use dossier_core::kyc::RuleSet;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::{dossier, json_of, settings_file};
use crate::kyc::complete;

const SANDBOX: ScopeArgs = ScopeArgs { account: None, environment: Environment::Sandbox };

const REASONS: &str = "version = 'mine'\n[[reason]]\ncode = 'branch_visit'\nlabel = 'Must come to a branch'\n";

const RISKS: &str = "[[risk]]\nid = 'large_volume'\nwhen = { volume_from = 100000 }\nbecause = 'Much money.'\n";

impl TestApp {
    async fn decide(&self, id: &str, body: &Value) -> Answered {
        self.post(&format!("/v0/customers/{id}/decisions"), body).await
    }

    async fn shown_to_reviewers(&self, id: &str) -> Value {
        let show = review::Show { customer_id: id.to_owned(), scope: SANDBOX };
        self.command(show).await.expect("a customer")
    }

    /// The reasons of the last decision, as the trail has them.
    async fn reasons_in_the_trail(&self) -> Value {
        let query = Query { action: Some("kyc.decided".to_owned()), ..Query::default() };
        let list = audit::List { scope: SANDBOX, query, before: None, limit: 1 };
        self.command(list).await.expect("a list")[0]["decision"]["reason_codes"].take()
    }
}

#[tokio::test]
async fn a_decision_may_have_a_reason_of_the_operator_and_keeps_it_for_good() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let own = json!({ "outcome": "reject", "reason_codes": ["policy", "branch_visit", 1] });
    assert_eq!(
        app.decide(&id, &own).await.violations(),
        ["/reason_codes/2 wrong_type", "/reason_codes/1 unknown_value"]
    );
    let file = app.folder.path().join("reasons.toml");
    settings_file(&file, REASONS);
    let file = file.to_string_lossy().into_owned();
    let app = app.restart_with(&[("reasons", &file)]).await;
    let both = json!(["policy", "branch_visit"]);
    app.decide(&id, &json!({ "outcome": "reject", "reason_codes": both })).await.expect(200);
    let app = app.restart().await;
    assert_eq!(app.shown_to_reviewers(&id).await["decision"]["reason_codes"], both);
    assert_eq!(app.reasons_in_the_trail().await, both);
    app.open_session(&id).await;
    let again = json!({ "outcome": "reject", "reason_codes": ["branch_visit"] });
    assert_eq!(app.decide(&id, &again).await.violations(), ["/reason_codes/0 unknown_value"]);
}

#[tokio::test]
async fn reviewers_see_why_the_risk_is_high_and_the_api_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("rules.toml");
    settings_file(&file, format!("{}\n{RISKS}", RuleSet::BASELINE));
    let file = file.to_string_lossy().into_owned();
    let app = TestApp::start_with(&[("rules", &file)]).await;
    let id = app.given("individual").await;
    assert_eq!(app.shown_to_reviewers(&id).await["risks"], json!([]));
    app.put(&id, &json!({ "expected_monthly_volume_usd": "250,000" })).await.expect(200);
    assert_eq!(app.shown_to_reviewers(&id).await["risks"], json!([{ "id": "large_volume", "because": "Much money." }]));
    let seen = app.get(&format!("/v0/customers/{id}?expand=requirements,profile")).await;
    assert!(!seen.expect(200).to_string().contains("large_volume"));
}

#[test]
fn reasons_and_risks_are_checked_and_reasons_are_shown_without_a_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| settings_file(&folder.path().join(name), text);
    let count = |command: &[&str], pointer: &str| json_of(folder.path(), command).pointer(pointer).cloned();
    write("risky.toml", &format!("{}\n{RISKS}", RuleSet::BASELINE));
    assert_eq!(count(&["rules", "check", "--file", "risky.toml"], "/risks"), Some(json!(1)));
    write("reasons.toml", REASONS);
    assert_eq!(count(&["rules", "check", "--reasons", "reasons.toml"], "/reasons"), Some(json!(18)));
    write("wrong.toml", &REASONS.replace("branch_visit", "Branch"));
    let refused = dossier(folder.path(), &["rules", "check", "--reasons", "wrong.toml"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("wrong.toml: Branch: code: must consist of"), "{said}");

    fs::create_dir(folder.path().join("data")).expect("a folder");
    write("data/dossier.toml", "reasons = 'reasons.toml'");
    let with_data = |command: &[&'static str]| [command, &["--data-dir", "data"]].concat();
    assert_eq!(count(&with_data(&["rules", "check"]), "/reasons/reasons"), Some(json!(18)));
    let shown = json_of(folder.path(), &with_data(&["rules", "show", "--reasons"]));
    assert_eq!((&shown[0]["code"], &shown[17]["code"]), (&json!("document_unreadable"), &json!("branch_visit")));
    let text = dossier(folder.path(), &with_data(&["rules", "show", "--reasons"]));
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.lines().any(|line| line.contains("branch_visit ") && line.contains("Must come to a")), "{text}");
    write("data/dossier.toml", "reasons = 'wrong.toml'");
    let refused = dossier(folder.path(), &with_data(&["config", "check"]));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("reasons: wrong.toml: Branch: code: must consist of"), "{said}");
}

#[tokio::test]
async fn who_owes_an_answer_is_reminded_with_a_link_and_then_told_that_the_form_is_closed() {
    let app = TestApp::start_with(&[("reminders", "8"), ("abandon_after", "12")]).await;
    let hook = json!({ "url": "http://127.0.0.1:19998/", "event_types": ["customer.kycs.reminder"] });
    let hook = app.post("/v0/webhooks", &hook).await.expect(201);
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let ask = json!({ "outcome": "request_resubmission", "requirements": ["/birth_date"] });
    app.decide(&id, &ask).await.expect(200);
    let advance = async |days: &str| {
        app.post("/v0/sandbox/clock", &json!({ "advance": days })).await.expect(200);
        app.get(&format!("/v0/customers/{id}")).await.expect(200)["kycs"]["kyc_flow_link"].take()
    };
    let told = async || {
        let events = app.get("/v0/events").await.expect(200)["items"].take();
        let events = events.as_array().expect("events").clone();
        events.last().expect("an event").clone()
    };
    let state = async || app.shown_to_reviewers(&id).await["state"].take();

    assert_eq!(advance("P7D").await, Value::Null, "the link has expired");
    let link = advance("P1D").await;
    let link = link.as_str().expect("a new link");
    let reminder = told().await;
    assert_eq!((&reminder["event_type"], &reminder["entity_id"]), (&json!("customer.kycs.reminder"), &json!(id)));
    assert_eq!(reminder["entity_object"]["kycs"]["kyc_flow_link"], link);
    let log = format!("/v0/webhooks/{}/deliveries", hook["id"].as_str().expect("an id"));
    let log = app.get(&log).await.expect(200)["items"].take();
    assert_eq!((log.as_array().map(Vec::len), &log[0]["event_type"]), (Some(1), &json!("customer.kycs.reminder")));
    let page = async |language: &str| {
        let answer = TestApp::send(app.client.get(link).header("accept-language", language)).await;
        (answer.status.as_u16(), answer.text)
    };
    assert_eq!(page("en").await.0, 200);

    assert_eq!((advance("P3D").await.as_str(), state().await), (Some(link), json!("resubmission_required")));
    assert_eq!((advance("P1D").await, state().await), (Value::Null, json!("abandoned")));
    assert_eq!(told().await["event_type"], "customer.kycs.updated");
    assert_eq!(app.stands(&id).await, "pending/resubmission_required");
    for (language, title) in [("en", "This form is closed for now"), ("de", "vorerst geschlossen")] {
        let (status, text) = page(language).await;
        assert!(status == 410 && text.contains(title), "{text}");
    }
    let again = app.open_session(&id).await;
    assert!(again["kyc_flow_link"].is_string() && again["kyc_flow_link"] != link);
    assert_eq!(state().await, "resubmission_required");
    let asked = app.get(&format!("/v0/customers/{id}?expand=requirements")).await.expect(200);
    let asked = asked["requirements"].as_array().expect("requirements").clone();
    assert!(asked.iter().any(|one| one["id"] == "birth_date"));
}

#[tokio::test]
async fn an_answer_that_came_while_there_was_no_session_counts_instead_of_a_reminder() {
    let app = TestApp::start_with(&[("reminders", "8")]).await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    complete(&app, &id, &mut json!({})).await;
    let ask = json!({ "outcome": "request_resubmission", "requirements": ["/birth_date"] });
    app.decide(&id, &ask).await.expect(200);
    app.post("/v0/sandbox/clock", &json!({ "advance": "P7D" })).await.expect(200);
    app.put(&id, &json!({ "birth_date": "1980-01-01" })).await.expect(200);
    assert_eq!(app.stands(&id).await, "pending/resubmission_required");
    app.post("/v0/sandbox/clock", &json!({ "advance": "P1D" })).await.expect(200);
    assert_eq!(app.stands(&id).await, "pending/submission_accepted");
    let events = app.get("/v0/events").await.expect(200)["items"].take();
    let events = events.as_array().expect("events");
    assert!(events.iter().all(|event| event["event_type"] != "customer.kycs.reminder"));
    assert_eq!(events.last().expect("an event")["event_type"], "customer.kycs.updated");
}

#[test]
fn days_of_reminders_are_checked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let check = |reminders: &str, abandon_after: &str| {
        let settings = format!("reminders = '{reminders}'\nabandon_after = '{abandon_after}'");
        settings_file(&folder.path().join("dossier.toml"), settings);
        let output = dossier(folder.path(), &["config", "check", "--config", "dossier.toml"]);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (reminders, abandon_after) in [("", "never"), ("1", "2"), (" 3,7 , 14 ", "3650"), ("3650", "never")] {
        let (is_good, said) = check(reminders, abandon_after);
        assert!(is_good, "{reminders} {abandon_after}: {said}");
    }
    for (reminders, abandon_after, wrong) in [
        ("7, 3", "30", "reminders: must be days in ascending order"),
        ("3, 3", "30", "reminders: must be days"),
        ("0", "30", "reminders: must be days"),
        ("3;7", "30", "reminders: must be days"),
        ("3", "0", "abandon_after: must be a number of days"),
        ("3", "off", "abandon_after: must be a number of days"),
        ("3, 30", "30", "reminders: must be less than abandon_after"),
    ] {
        let (is_good, said) = check(reminders, abandon_after);
        assert!(!is_good && said.contains(wrong), "{reminders} {abandon_after}: {said}");
    }
}
