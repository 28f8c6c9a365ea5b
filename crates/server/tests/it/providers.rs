//! Providers: the simulated one in the sandbox, and Sumsub, played by a local server that checks every request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};

async fn with_token(app: &TestApp, id: &str, token: &str) {
    let body = json!({ "external_kyc_provider_data": { "sumsub_share_kyc_token": token } });
    app.put(id, &body).await.expect(200);
}

async fn until(app: &TestApp, id: &str, stands: &str) {
    for _ in 0..250 {
        if app.stands(id).await == stands {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} and not {stands}", app.stands(id).await);
}

#[tokio::test]
async fn the_sandbox_s_provider_does_what_the_token_says() {
    let app = TestApp::start().await;
    for (token, stands) in [
        ("simulated-approve", "approved/submission_accepted"),
        ("simulated-reject", "rejected/submission_accepted"),
        ("simulated-retry", "pending/resubmission_required"),
        ("simulated-expired", "pending/submission_started"),
        ("anything else", "pending/submission_started"),
    ] {
        // In either order: the token first or the session first.
        for token_first in [true, false] {
            let id = app.given("individual").await;
            if token_first {
                with_token(&app, &id, token).await;
            }
            app.open_session(&id).await;
            if !token_first {
                with_token(&app, &id, token).await;
            }
            app.post("/v0/sandbox/clock", &json!({ "advance": "PT1S" })).await.expect(200);
            until(&app, &id, stands).await;
        }
    }
}

/// Our own Sumsub. It checks every signature, remembers the requests, and returns prepared responses.
#[derive(Clone, Default)]
struct Fake {
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    silent: Arc<Mutex<Duration>>,
}

fn hex(key: &str, message: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key.as_bytes());
    aws_lc_rs::hmac::sign(&key, message).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn answer(State(fake): State<Fake>, method: http::Method, uri: http::Uri, headers: http::HeaderMap) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = uri.path_and_query().expect("a path").as_str().to_owned();
    let signed = format!("{}{method}{target}", header("x-app-access-ts"));
    if header("x-app-token") != "the-token" || header("x-app-access-sig") != hex("the-secret", signed.as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    fake.asked.lock().expect("a list").push(format!("{method} {target}"));
    let silent = *fake.silent.lock().expect("a time");
    tokio::time::sleep(silent).await;
    let (status, body) = fake.answers.lock().expect("a list").pop_front().unwrap_or((500, String::new()));
    (StatusCode::from_u16(status).expect("a status"), body).into_response()
}

/// A production customer whose token goes to the fake.
struct Scene {
    app: TestApp,
    fake: Fake,
    key: String,
    id: String,
}

impl Scene {
    async fn set() -> Self {
        let fake = Fake::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let app = TestApp::start_with(&[
            ("provider", "sumsub"),
            ("sumsub_url", &url),
            ("sumsub_app_token", "the-token"),
            ("sumsub_secret", "the-secret"),
            ("sumsub_webhook_secret", "the-webhook-secret"),
        ])
        .await;
        let key = app.production_key().await;
        let mut scene = Self { app, fake, key, id: String::new() };
        let created =
            scene.call(Method::POST, "/v0/customers", &json!({ "email": "a@example.com", "type": "individual" })).await;
        scene.id = created.expect(201)["customer_id"].as_str().expect("an id").to_owned();
        scene
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Answered {
        let request = self.app.client.request(method, format!("{}{path}", self.app.url));
        TestApp::send(request.header("Api-Key", &self.key).json(body)).await
    }

    fn will_answer(&self, status: u16, body: &str) {
        self.fake.answers.lock().expect("a list").push_back((status, body.to_owned()));
    }

    async fn begin(&self) {
        let path = format!("/v0/customers/{}", self.id);
        let token = json!({ "external_kyc_provider_data": { "sumsub_share_kyc_token": "share me & once/" } });
        self.call(Method::PUT, &path, &token).await.expect(200);
        self.call(Method::POST, &format!("{path}/kycs"), &json!({})).await.expect(201);
    }

    async fn until(&self, wanted: &str) {
        for _ in 0..250 {
            let read = self.call(Method::GET, &format!("/v0/customers/{}", self.id), &json!({})).await.expect(200);
            if read["kycs"]["status"] == wanted || read["kycs"]["sub_status"] == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{wanted} never came");
    }

    async fn asked(&self, times: usize) -> Vec<String> {
        for _ in 0..250 {
            let asked = self.fake.asked.lock().expect("a list").clone();
            if asked.len() >= times {
                return asked;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it was asked {:?}", self.fake.asked.lock().expect("a list"));
    }

    /// A call from Sumsub.
    async fn called_back(&self, secret: &str, body: &str) -> Answered {
        let request = self.app.client.post(format!("{}/providers/sumsub", self.app.url));
        let request =
            request.header("content-type", "application/json").header("x-payload-digest-alg", "HMAC_SHA256_HEX");
        TestApp::send(request.header("x-payload-digest", hex(secret, body.as_bytes())).body(body.to_owned())).await
    }
}

const PENDING: &str = r#"{"reviewStatus":"pending"}"#;
const CASE: &str = r#"{"id":"5d08a63239b79354a2ebaa1d","clientId":"x"}"#;

#[tokio::test]
async fn a_share_token_is_handed_over_once_and_its_verdict_is_a_decision() {
    for (verdict, wanted) in [
        (json!({ "reviewStatus": "completed", "reviewResult": { "reviewAnswer": "GREEN" } }), "approved"),
        (
            json!({
                "reviewStatus": "completed", "reviewResult": { "reviewAnswer": "RED", "reviewRejectType": "FINAL" },
            }),
            "rejected",
        ),
        (
            json!({ "reviewStatus": "completed", "reviewResult": {
                "reviewAnswer": "RED", "reviewRejectType": "RETRY", "moderationComment": "Blurred.",
            } }),
            "kyc_form_resubmission_required",
        ),
    ] {
        let scene = Scene::set().await;
        scene.will_answer(200, CASE);
        scene.will_answer(200, &verdict.to_string());
        scene.begin().await;
        scene.until(wanted).await;
        let asked = scene.asked(2).await;
        assert_eq!(
            asked,
            [
                "POST /resources/applicants/-/import?shareToken=share+me+%26+once%2F",
                "GET /resources/applicants/5d08a63239b79354a2ebaa1d/status"
            ]
        );
        // Neither a restart nor another request sends the token again.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert_eq!(scene.asked(2).await.len(), 2);
    }
}

#[tokio::test]
async fn a_signed_call_makes_dossier_ask_for_the_result() {
    let scene = Scene::set().await;
    scene.will_answer(200, CASE);
    scene.will_answer(200, PENDING);
    scene.begin().await;
    scene.asked(2).await;
    // The case is recorded a moment after the response.
    let call = r#"{"applicantId":"5d08a63239b79354a2ebaa1d","type":"applicantReviewed",
        "reviewResult":{"reviewAnswer":"RED"}}"#;
    for secret in ["", "the-secret", "x"] {
        scene.called_back(secret, call).await.problem(401, "invalid_signature");
    }
    assert_eq!(scene.asked(2).await.len(), 2, "an unsigned call causes no request");
    for body in ["{}", r#"{"applicantId":7}"#, r#"{"applicantId":"unknown"}"#, "garbage"] {
        assert_eq!(scene.called_back("the-webhook-secret", body).await.status.as_u16(), 204, "{body}");
    }
    scene.will_answer(200, r#"{"reviewStatus":"completed","reviewResult":{"reviewAnswer":"GREEN"}}"#);
    for _ in 0..100 {
        assert_eq!(scene.called_back("the-webhook-secret", call).await.status.as_u16(), 204);
        if scene.asked(2).await.len() > 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The content of the call is not trusted: it said RED, and the response to our request said GREEN.
    scene.until("approved").await;
}

#[tokio::test]
async fn a_case_that_is_still_open_causes_no_event() {
    let scene = Scene::set().await;
    scene.will_answer(200, CASE);
    scene.will_answer(200, PENDING);
    scene.begin().await;
    scene.asked(2).await;
    let key = scene.app.new_key(None, Environment::Production, &[KeyScope::EventsRead], None).await;
    let events = async || {
        let request = scene.app.client.get(format!("{}/v0/events", scene.app.url));
        let events = TestApp::send(request.header("Api-Key", key["key"].as_str().expect("a key"))).await.expect(200);
        let items = events["items"].as_array().expect("events").clone();
        items.iter().map(|event| event["event_type"].as_str().expect("a type").to_owned()).collect::<Vec<_>>()
    };
    for asked in 3..6 {
        scene.will_answer(200, PENDING);
        // The case is recorded a moment after the response.
        for _ in 0..100 {
            scene.called_back("the-webhook-secret", r#"{"applicantId":"5d08a63239b79354a2ebaa1d"}"#).await;
            if scene.asked(2).await.len() >= asked {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let told = events().await;
    assert_eq!(told.iter().filter(|kind| *kind == "customer.kycs.updated").count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|kind| *kind == "customer.updated").count(), 1, "the PUT: {told:?}");
}

#[tokio::test]
async fn refusals_expiry_timeouts_and_garbage_leave_the_customer_unchanged() {
    for (name, status, body) in [
        ("an expired token", 401, r#"{"code":401,"description":"Token is invalid"}"#),
        ("a token of another applicant", 400, r#"{"errorCode":10503}"#),
        ("an error", 500, ""),
        ("garbage", 200, "<html>"),
        ("another shape", 200, r#"{"id":7}"#),
        ("an id that is none", 200, r#"{"id":"../../etc"}"#),
        ("too much", 200, &"x".repeat(300_000)),
    ] {
        let scene = Scene::set().await;
        scene.will_answer(status, body);
        scene.begin().await;
        scene.asked(1).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let read = scene.call(Method::GET, &format!("/v0/customers/{}", scene.id), &json!({})).await.expect(200);
        assert_eq!(read["kycs"]["sub_status"], "kyc_form_submission_started", "{name}");
        assert_eq!(scene.asked(1).await.len(), 1, "{name}: a token is used once");
        // Another token is another attempt.
        scene.will_answer(200, CASE);
        scene.will_answer(200, r#"{"reviewStatus":"completed","reviewResult":{"reviewAnswer":"GREEN"}}"#);
        let token = json!({ "external_kyc_provider_data": { "sumsub_share_kyc_token": "a fresh one" } });
        scene.call(Method::PUT, &format!("/v0/customers/{}", scene.id), &token).await.expect(200);
        scene.until("approved").await;
    }
    // No response: Dossier gives up after a while, and does not send the token again.
    let scene = Scene::set().await;
    *scene.fake.silent.lock().expect("a time") = Duration::from_secs(20);
    scene.begin().await;
    scene.asked(1).await;
    tokio::time::sleep(Duration::from_secs(17)).await;
    assert_eq!(scene.asked(1).await.len(), 1);
    let read = scene.call(Method::GET, &format!("/v0/customers/{}", scene.id), &json!({})).await.expect(200);
    assert_eq!(read["kycs"]["sub_status"], "kyc_form_submission_started");
}
