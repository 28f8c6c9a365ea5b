//! Decisions that take two people, as programs and the command line see them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::json_of;
use crate::described::is_described;

/// A submitted customer of a sandbox whose decisions take two people.
async fn submitted() -> (TestApp, String) {
    let app = TestApp::start_with(&[("four_eyes_sandbox", "all")]).await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    app.simulate(&id, "kyc.status.submit").await.expect(200);
    (app, id)
}

async fn decide(app: &TestApp, id: &str, outcome: &str, key: Option<&str>) -> Answered {
    let request = app.request(Method::POST, &format!("/v0/customers/{id}/decisions"));
    let request = match key {
        Some(key) => request.header("Idempotency-Key", key),
        None => request,
    };
    let answer = TestApp::send(request.json(&json!({ "outcome": outcome }))).await;
    is_described("POST", "/v0/customers/{customer_id}/decisions", &answer);
    answer
}

/// The customer as a client sees it, without the time of the last change.
async fn seen(app: &TestApp, id: &str) -> Value {
    let mut customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
    customer.as_object_mut().expect("an object").remove("updated_at");
    customer
}

async fn actions(app: &TestApp, id: &str) -> Vec<String> {
    let folder = app.folder.path().to_owned();
    let arguments = ["audit", "list", "--customer", id, "--data-dir", "data"].map(ToOwned::to_owned);
    let listing = move || json_of(&folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let listed = tokio::task::spawn_blocking(listing).await.expect("a list");
    let rows = listed.as_array().expect("a list").iter();
    rows.map(|row| row["action"].as_str().expect("an action").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_takes_two_people_is_accepted_as_a_proposal_and_changes_nothing_visible() {
    let (app, id) = submitted().await;
    let before = seen(&app, &id).await;
    let events = app.get("/v0/events").await.expect(200);
    let first = decide(&app, &id, "approve", Some("k")).await;
    let again = decide(&app, &id, "approve", Some("k")).await;
    for (answer, is_replayed) in [(&first, false), (&again, true)] {
        assert_eq!((answer.status.as_u16(), answer.header("dossier-warning")), (202, "decision_proposed"));
        assert_eq!(answer.header("idempotent-replayed") == "true", is_replayed);
        assert_eq!(answer.json()["kycs"], before["kycs"], "{}", answer.text);
    }
    assert_eq!((first.text.as_str(), first.header("etag")), (again.text.as_str(), again.header("etag")));
    assert_eq!(seen(&app, &id).await, before);
    assert_eq!(app.get("/v0/events").await.expect(200), events, "no event tells of it");
    assert_eq!(actions(&app, &id).await[..2], ["kyc.proposed", "kyc.simulated"], "newest first");

    // A simulation is no way around it, and what needs no second person is decided.
    let simulated = app.simulate(&id, "kyc.status.reject").await;
    is_described("POST", "/v0/customers/simulate", &simulated);
    assert_eq!((simulated.status.as_u16(), simulated.header("dossier-warning")), (202, "decision_proposed"));
    assert_eq!(seen(&app, &id).await, before);
    let offboarded = decide(&app, &id, "offboard", None).await;
    assert_eq!((offboarded.status.as_u16(), offboarded.header("dossier-warning")), (200, ""));
    assert_eq!(decide(&app, &id, "reinstate", None).await.status.as_u16(), 202);
    // A proposal must be possible as well.
    decide(&app, &id, "approve", None).await.problem(409, "not_possible");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_shows_a_proposal_and_says_when_it_only_proposed() {
    let (app, id) = submitted().await;
    let folder = app.folder.path().to_owned();
    let commands = tokio::task::spawn_blocking(move || {
        let run = |arguments: &[&str]| json_of(&folder, &[arguments, &["--data-dir", "data"]].concat());
        assert_eq!(run(&["review", "show", &id])["proposal"], Value::Null);
        let made =
            run(&["review", "decide", &id, "reject", "--reason", "fraud_suspected", "--note", "n", "--as", "Ada"]);
        assert_eq!(made["kycs"]["status"], "pending", "{made}");
        assert!(made["proposed"].as_str().expect("words").starts_with("nothing is decided yet"), "{made}");
        let proposal = &run(&["review", "show", &id])["proposal"];
        assert_eq!(
            (&proposal["by"], &proposal["decision"]["outcome"], &proposal["decision"]["note"]),
            (&"operator:Ada".into(), &"reject".into(), &"n".into()),
            "{proposal}"
        );
        let listed = run(&["review", "list"]);
        assert_eq!((&listed[0]["customer_id"], &listed[0]["proposed"]), (&id.as_str().into(), &"reject".into()));
        let made = run(&["review", "decide", &id, "request_resubmission", "--requirement", "birth_date"]);
        assert!(made.get("proposed").is_none(), "{made}");
        assert_eq!(run(&["review", "show", &id])["proposal"], Value::Null, "the decision made it void");
    });
    commands.await.expect("every command");
}
