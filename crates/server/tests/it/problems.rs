//! Every code of the catalogue can be produced, has the right form, and has a page.

use std::collections::BTreeSet;

use dossier::cli::accounts::Create;
use dossier::http::problem::ProblemCode;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};

/// Codes that no client can cause at will. Other tests force them.
const FORCED_ELSEWHERE: &[ProblemCode] = &[
    ProblemCode::AccountClosed,
    ProblemCode::AddressNotAllowed,
    ProblemCode::InfectedFile,
    ProblemCode::InternalError,
    ProblemCode::Overloaded,
    ProblemCode::ScannerUnavailable,
    ProblemCode::StorageFull,
    ProblemCode::StorageUnavailable,
    ProblemCode::RequestTimeout,
    ProblemCode::MalformedRequest,
    ProblemCode::MisdirectedRequest,
    ProblemCode::QuotaExceeded,
    ProblemCode::TooManyRequests,
];

#[tokio::test]
async fn each_code_has_its_status_form_and_page() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let reader = app
        .new_key(
            None,
            dossier_core::caller::Environment::Sandbox,
            &[dossier_core::api_key::KeyScope::CustomersRead],
            None,
        )
        .await;
    let put = || app.request(Method::PUT, &format!("/v0/customers/{id}"));
    let json = |text: &'static str| put().header("content-type", "application/json").body(text);
    let taken = json!({ "email": "given-1@example.com", "type": "individual" });
    let file = app.given_file().await;
    let mut many = put();
    for n in 0..70 {
        many = many.header(format!("x-{n}"), "x");
    }
    let mut answers: Vec<Answered> = vec![
        TestApp::send(app.request(Method::GET, "/v0/customers").header("Authorization", "other")).await,
        app.post("/v0/customers", &taken).await,
        TestApp::send(
            app.client
                .put(format!("{}/v0/customers/{id}", app.url))
                .header("Api-Key", reader["key"].as_str().expect("a key")),
        )
        .await,
        TestApp::send(json("[]")).await,
        TestApp::send(json("{}").header("If-Match", "v1")).await,
        app.get("/v0/customers?limit=0").await,
        TestApp::send(json("{")).await,
        TestApp::send(many).await,
        TestApp::send(app.request(Method::DELETE, "/v0/customers")).await,
        app.get("/v0/nothing").await,
        app.get(&format!("/v0/customers?{}", "x".repeat(5_000))).await,
        TestApp::send(put().header("content-type", "application/json").body(vec![b' '; 4 * 1_024 * 1_024 + 1])).await,
        TestApp::send(json("{}").header("If-Match", "\"v9\"")).await,
        TestApp::send(app.client.get(format!("{}/v0/customers", app.url))).await,
        TestApp::send(put().header("content-type", "text/plain").body("{}")).await,
        TestApp::send(json("{}").header("Idempotency-Key", "k")).await,
        TestApp::send(json("{ }").header("Idempotency-Key", "k")).await,
        app.upload("a.gif", b"GIF89a and so on").await,
        app.upload("a.pdf", b"%PDF-1.7 cut off").await,
        TestApp::send(app.upload_request(b"--another boundary--".to_vec())).await,
        app.content(&file, "bytes=99999999-").await,
    ];
    answers.extend(problems_of_verification().await);
    answers.extend([erased(&app).await, single_rail_of_two_people().await]);
    let mut seen = BTreeSet::new();
    for answer in answers.into_iter().filter(|answer| !answer.status.is_success()) {
        let (status, kind) = (answer.status.as_u16(), answer.header("content-type").to_owned());
        let request_id = answer.header("x-request-id").to_owned();
        let problem = answer.json();
        assert_eq!((kind.as_str(), &problem["status"]), ("application/problem+json", &json!(status)), "{problem}");
        assert_eq!((&problem["request_id"], &problem["message"]), (&json!(request_id), &problem["detail"]));
        let code = problem["code"].as_str().expect("a code");
        let of_catalogue =
            ProblemCode::ALL.iter().find(|known| known.as_str() == code).expect("a code of the catalogue");
        assert_eq!((of_catalogue.status(), &problem["title"]), (status, &json!(of_catalogue.title())));
        seen.insert(code.to_owned());
    }
    let expected: BTreeSet<String> = ProblemCode::ALL
        .iter()
        .filter(|code| !FORCED_ELSEWHERE.contains(code))
        .map(|code| code.as_str().to_owned())
        .collect();
    assert_eq!(seen, expected);
}

/// What a read of an erased customer gets.
async fn erased(app: &TestApp) -> Answered {
    let id = app.given("individual").await;
    let made = app.new_key(None, Environment::Sandbox, &[KeyScope::ErasureRequest], None).await;
    let request = app.client.post(format!("{}/v0/customers/{id}/erasure", app.url));
    let request = request.header("Api-Key", made["key"].as_str().expect("a key"));
    TestApp::send(request.json(&json!({ "reason": "Article 17", "requested_by": "Ada" }))).await.expect(200);
    loop {
        let answer = app.get(&format!("/v0/customers/{id}")).await;
        if answer.status != 200 {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// What a decision about a single rail gets where decisions take two people.
async fn single_rail_of_two_people() -> Answered {
    let app = TestApp::start_with(&[("four_eyes_sandbox", "all")]).await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let rails = json!([{ "currency": "eur", "payment_rails": "sepa", "status": "approved" }]);
    let body = json!({ "action": "kyc.breakdown.set", "customer_id": id, "breakdown": rails });
    app.post("/v0/customers/simulate", &body).await
}

/// Problems with sessions, decisions, webhooks and providers.
async fn problems_of_verification() -> Vec<Answered> {
    let settings = [
        ("after_approval", "refuse"),
        ("provider", "sumsub"),
        ("sumsub_app_token", "t"),
        ("sumsub_secret", "s"),
        ("sumsub_webhook_secret", "w"),
    ];
    let app = TestApp::start_with(&settings).await;
    let id = app.given("individual").await;
    let mut answers = vec![app.simulate(&id, "kyc.status.approve").await];
    app.open_session(&id).await;
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    answers.push(app.put(&id, &json!({ "first_name": "Another" })).await);
    answers.push(app.simulate(&id, "kyc.status.submit").await);
    let session = |id: &str| app.request(Method::POST, &format!("/v0/customers/{id}/kycs"));
    answers.push(TestApp::send(session(&id)).await);
    app.simulate(&id, "kyc.status.offboard").await.expect(200);
    answers.push(TestApp::send(session(&id)).await);
    let live = app.client.get(format!("{}/v0/sandbox/clock", app.url)).header("Api-Key", app.production_key().await);
    answers.push(TestApp::send(live).await);
    let other = app.command(Create { name: "other".to_owned() }).await.expect("an account");
    let key = app.new_key(other["account_id"].as_str(), Environment::Production, KeyScope::ALL, None).await;
    let call = |path: &str, body: Value| {
        let request =
            app.client.post(format!("{}{path}", app.url)).header("Api-Key", key["key"].as_str().expect("a key"));
        TestApp::send(request.json(&body))
    };
    let created = call("/v0/customers", json!({ "type": "individual", "email": "live@example.com" })).await.expect(201);
    let id = created["customer_id"].as_str().expect("an id");
    answers.push(call(&format!("/v0/customers/{id}/kycs"), json!({})).await);
    for _ in 0..16 {
        app.post("/v0/webhooks", &json!({ "url": "http://127.0.0.1:19999/" })).await.expect(201);
    }
    answers.push(app.post("/v0/webhooks", &json!({ "url": "http://127.0.0.1:19999/" })).await);
    answers.push(app.post("/providers/sumsub", &json!({ "applicantId": "x" })).await);
    answers
}

#[tokio::test]
async fn every_type_is_a_page_of_this_server() {
    let app = TestApp::start().await;
    let problem = app.get("/v0/nothing").await.expect(404);
    let page = app.client.get(problem["type"].as_str().expect("a URL")).send().await.expect("a page");
    assert_eq!(page.status().as_u16(), 200);
    for code in ProblemCode::ALL {
        let page = app.get(&format!("/problems/{}", code.as_str())).await;
        assert!(
            page.status.is_success()
                && page.text.contains(code.title())
                && page.header("content-type").starts_with("text/html")
        );
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
    }
    app.get("/problems/none").await.problem(404, "not_found");
    assert!(app.get("/problems").await.text.contains("unknown_country"), "violations are explained too");
}

#[tokio::test]
async fn methods_media_types_and_sizes() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    for (method, path, allowed) in [
        (Method::DELETE, "/v0/customers".to_owned(), "GET,HEAD,POST"),
        (Method::POST, format!("/v0/customers/{id}"), "GET,HEAD,PUT,PATCH"),
        (Method::OPTIONS, "/v0/customers".to_owned(), "GET,HEAD,POST"),
        (Method::TRACE, "/healthz".to_owned(), "GET,HEAD"),
    ] {
        let answer = TestApp::send(app.request(method.clone(), &path)).await;
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
        answer.problem(405, "method_not_allowed");
    }
    for (content_type, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON;charset=\"UTF-8\"", 200),
        ("application/json; charset=utf-16", 415),
        ("text/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/merge-patch+json", 415),
        ("application/problem+json", 415),
        ("", 415),
    ] {
        let request =
            app.request(Method::PUT, &format!("/v0/customers/{id}")).header("content-type", content_type).body("{}");
        assert_eq!(TestApp::send(request).await.status.as_u16(), status, "{content_type:?}");
    }
    let compressed =
        app.request(Method::PUT, &format!("/v0/customers/{id}")).header("content-type", "application/json");
    TestApp::send(compressed.header("content-encoding", "gzip").body("{}"))
        .await
        .problem(415, "unsupported_media_type");
    let untyped = app.request(Method::PUT, &format!("/v0/customers/{id}")).body("{}");
    TestApp::send(untyped).await.problem(415, "unsupported_media_type");
    let padded = format!("{{}}{}", " ".repeat(4 * 1_024 * 1_024 - 2));
    app.put_text(&id, padded.clone()).await.expect(200);
    app.put_text(&id, padded + " ").await.problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_client_s_request_id_is_returned_beside_ours_if_it_is_sane() {
    let app = TestApp::start().await;
    let long = "x".repeat(129);
    for (sent, kept) in [("trace-1_2.3", "trace-1_2.3"), ("a b", ""), ("<x>", ""), (long.as_str(), "")] {
        let answer = TestApp::send(app.request(Method::GET, "/v0/customers").header("X-Request-Id", sent)).await;
        assert_eq!(answer.header("x-client-request-id"), kept, "{sent}");
        assert!(answer.header("x-request-id").starts_with("req-"));
    }
}
