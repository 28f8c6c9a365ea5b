//! Events: numbered without gaps, read from a position, and waited for.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn every_change_is_an_event_numbered_without_gaps() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
    app.open_session(&id).await;
    app.simulate(&id, "session.expire").await.expect(200);
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    let other = app.given("corporate").await;
    let list = app.get("/v0/events").await.expect(200);
    let told: Vec<_> = list["items"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| {
            (
                event["entity_id"].as_str().expect("an id"),
                event["number"].as_u64().expect("a number"),
                event["event_type"].as_str().expect("a type"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (id.as_str(), 1, "customer.created"),
            (id.as_str(), 2, "customer.updated"),
            (id.as_str(), 3, "customer.kycs.updated"),
            (id.as_str(), 4, "customer.updated"),
            (id.as_str(), 5, "customer.kycs.updated"),
            (other.as_str(), 1, "customer.created"),
        ]
    );
    let last = &list["items"][4];
    assert_eq!(last["entity_object"]["kycs"]["status"], "approved");
    assert_eq!(last["id"], format!("evt_{}_5", id.replace('-', "")));
    // Reading page by page gives the same list.
    let (mut after, mut paged) = (String::new(), Vec::new());
    loop {
        let page = app.get(&format!("/v0/events?limit=2&after={after}")).await;
        let page = if after.is_empty() { app.get("/v0/events?limit=2").await } else { page }.expect(200);
        after = page["next_after"].as_str().expect("a position").to_owned();
        let items = page["items"].as_array().expect("events").clone();
        if items.is_empty() {
            break;
        }
        paged.extend(items);
    }
    assert_eq!(json!(paged), list["items"]);
    for wrong in ["after=x", "after=dlv_1", "limit=0", "limit=1001", "wait=31", "wait=x"] {
        app.get(&format!("/v0/events?{wrong}")).await.problem(400, "invalid_parameters");
    }
}

#[tokio::test]
async fn a_waiting_client_gets_a_response_at_an_event_and_at_shutdown() {
    let mut app = TestApp::start().await;
    app.given("individual").await;
    let newest = app.get("/v0/events?after=newest").await.expect(200);
    assert_eq!(newest["items"], json!([]));
    let after = newest["next_after"].as_str().expect("a position").to_owned();
    let path = format!("/v0/events?wait=20&after={after}");
    let began = Instant::now();
    let wait = TestApp::send(app.request(reqwest::Method::GET, &path));
    let write = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.given("individual").await
    };
    let (answer, id) = tokio::join!(wait, write);
    let answer = answer.expect(200);
    assert_eq!(answer["items"][0]["entity_id"], id);
    assert!(began.elapsed() < Duration::from_secs(5));
    let after = answer["next_after"].as_str().expect("a position");
    assert_eq!(app.get(&format!("/v0/events?wait=1&after={after}")).await.expect(200)["items"], json!([]));
    let request = app.request(reqwest::Method::GET, &format!("/v0/events?wait=20&after={after}"));
    let waiting = tokio::spawn(TestApp::send(request));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    assert!(app.server.take().expect("running").stop().await);
    assert!(began.elapsed() < Duration::from_secs(5), "waiting clients do not delay the shutdown");
    waiting.await.expect("no panic").expect(200);
}
