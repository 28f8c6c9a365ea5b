//! One caller cannot lock out the others: slow bodies, stalled uploads, and unsigned calls.

use std::time::Duration;

use dossier::cli::accounts;
use dossier_core::caller::Environment;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::app::{Answered, BOUNDARY, TestApp, form};
use crate::samples::png;

/// Connections that begin a request with a body and then send nothing more.
async fn stalled(app: &TestApp, count: usize, head: &str, begun: &[u8]) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("a connection");
        let request = format!("{head} HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\n", app.key);
        stream.write_all(request.as_bytes()).await.expect("written");
        stream.write_all(begun).await.expect("written");
        streams.push(stream);
    }
    // Wait until the server has read them all.
    tokio::time::sleep(Duration::from_millis(300)).await;
    streams
}

fn json_body(length: usize) -> Vec<u8> {
    format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{").into_bytes()
}

/// A key of another account.
async fn neighbour(app: &TestApp) -> String {
    let account = app.command(accounts::Create { name: "neighbour".into() }).await.expect("an account");
    let made = app.new_key(account["account_id"].as_str(), Environment::Sandbox, &[], None).await;
    made["key"].as_str().expect("a key").to_owned()
}

async fn create(app: &TestApp, key: &str, email: &str) -> StatusCode {
    let request = app.client.post(format!("{}/v0/customers", app.url)).header("Api-Key", key);
    TestApp::send(request.json(&json!({ "email": email, "type": "individual" }))).await.status
}

#[tokio::test]
async fn slow_bodies_of_one_key_leave_the_writes_of_another_account_alone() {
    let app = TestApp::start().await;
    let (id, key) = (app.given("individual").await, neighbour(&app).await);
    let begun = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";
    let _slow = stalled(&app, 32, &format!("PUT /v0/customers/{id}"), begun).await;
    assert_eq!(create(&app, &key, "neighbour@example.com").await, 201);
    assert_eq!(create(&app, &app.key, "own@example.com").await, 201, "not even its own writes have to wait");
}

#[tokio::test]
async fn slow_bodies_stop_neither_reads_nor_health_nor_metrics() {
    let app = TestApp::start_with(&[("max_requests", "32")]).await;
    let id = app.given("individual").await;
    let _slow = stalled(&app, 96, &format!("PUT /v0/customers/{id}"), &json_body(10)).await;
    app.get("/v0/customers").await.expect(200);
    for url in [&app.url, &app.metrics_url] {
        assert_eq!(TestApp::send(app.client.get(format!("{url}/healthz"))).await.status, 200);
    }
    let metrics = TestApp::send(app.client.get(format!("{}/metrics", app.metrics_url))).await;
    assert_eq!(metrics.status, 200);
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
}

#[tokio::test]
async fn stalled_uploads_of_one_key_leave_room_for_those_of_another_account() {
    let app = TestApp::start().await;
    let key = neighbour(&app).await;
    let body = form("a.png", &png(320, 200, 200_000));
    let head =
        format!("Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n", body.len());
    let _stalled = stalled(&app, 96, "POST /v0/files", &[head.as_bytes(), &body[..1_000]].concat()).await;
    let upload = app
        .client
        .post(format!("{}/v0/files", app.url))
        .header("Api-Key", key)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(form("b.png", &png(320, 200, 1_000)));
    TestApp::send(upload).await.expect(200);
}

#[tokio::test]
async fn a_call_without_anything_like_a_signature_is_refused_before_its_body_is_read() {
    let settings =
        [("provider", "sumsub"), ("sumsub_app_token", "a"), ("sumsub_secret", "b"), ("sumsub_webhook_secret", "c")];
    let app = TestApp::start_with(&settings).await;
    for signature in [
        String::new(),
        "X-Payload-Digest-Alg: HMAC_SHA256_HEX\r\n".to_owned(),
        format!("X-Payload-Digest-Alg: HMAC_SHA1_HEX\r\nX-Payload-Digest: {}\r\n", "0".repeat(40)),
        format!("X-Payload-Digest-Alg: HMAC_SHA256_HEX\r\nX-Payload-Digest: {}\r\n", "0".repeat(63)),
        format!("X-Payload-Digest-Alg: HMAC_SHA256_HEX\r\nX-Payload-Digest: {}\r\n", "x".repeat(64)),
    ] {
        let head = [signature.as_bytes(), &json_body(1_000)].concat();
        let mut stream = stalled(&app, 1, "POST /providers/sumsub", &head).await.pop().expect("one");
        let mut answer = [0; 12];
        let answered = tokio::time::timeout(Duration::from_secs(2), stream.read_exact(&mut answer)).await;
        assert!(answered.is_ok_and(|read| read.is_ok()), "the response did not wait for the body: {signature}");
        assert_eq!(&answer, b"HTTP/1.1 401");
    }
}

#[tokio::test]
async fn only_a_customer_may_be_large() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let large = json!({ "email": "x".repeat(65 * 1_024), "type": "individual" });
    for (method, path, status) in [
        (Method::POST, "/v0/customers".to_owned(), 400),
        (Method::PUT, format!("/v0/customers/{id}"), 400),
        (Method::POST, "/v0/customers/simulate".to_owned(), 413),
        (Method::POST, "/v0/sandbox/clock".to_owned(), 413),
        (Method::POST, format!("/v0/customers/{id}/kycs"), 413),
        (Method::POST, format!("/v0/customers/{id}/decisions"), 413),
        (Method::POST, "/v0/webhooks".to_owned(), 413),
    ] {
        let key = app.new_key(None, Environment::Sandbox, dossier_core::api_key::KeyScope::ALL, None).await;
        let request = app.client.request(method, format!("{}{path}", app.url)).json(&large);
        let answer = TestApp::send(request.header("Api-Key", key["key"].as_str().expect("a key"))).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}

/// A connection from another address of this machine.
async fn connect_from(app: &TestApp, from: &str) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(format!("{from}:0").parse().expect("an address"))?;
    socket.connect(app.url.trim_start_matches("http://").parse().expect("an address")).await
}

/// Whether the server has left a connection open on which nothing was sent.
async fn is_open(stream: &mut TcpStream) -> bool {
    tokio::time::timeout(Duration::from_millis(1), stream.read(&mut [0; 1])).await.is_err()
}

#[tokio::test]
async fn idle_connections_of_one_address_lock_out_no_other() {
    let settings = [("max_connections", "256"), ("max_connections_per_address", "64")];
    let app = TestApp::start_with(&settings).await;
    let mut idle = Vec::new();
    for _ in 0..768 {
        idle.extend(connect_from(&app, "127.0.0.2").await);
    }
    let answer = tokio::time::timeout(Duration::from_secs(2), app.get("/v0/customers")).await;
    answer.expect("the response comes at once").expect(200);
    let mut open = 0;
    for stream in &mut idle {
        open += usize::from(is_open(stream).await);
    }
    assert_eq!(open, 64);
}

#[tokio::test]
async fn idle_connections_of_many_addresses_give_way_to_the_next() {
    let app = TestApp::start_with(&[("max_connections", "64")]).await;
    let mut idle = Vec::new();
    for last in 0..200 {
        idle.push(connect_from(&app, &format!("127.0.1.{last}")).await.expect("a connection"));
    }
    let answer = tokio::time::timeout(Duration::from_secs(2), app.get("/v0/customers")).await;
    answer.expect("the response comes at once").expect(200);
    assert!(!is_open(&mut idle[0]).await, "those that have been idle longest are closed");
}

/// Asserts a 429 with the headers that say when to try again.
#[track_caller]
fn expect_limited(answer: &Answered, policy: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert_eq!(answer.header("ratelimit-policy"), policy);
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=20).contains(&seconds));
    let name = policy.split(';').next().expect("a name");
    assert_eq!(answer.header("ratelimit"), format!("{name};r=0;t={seconds}"));
}

#[tokio::test]
async fn invalid_keys_are_limited_and_a_valid_one_from_the_same_address_never() {
    let app = TestApp::start_with(&[("failed_authentications", "5")]).await;
    let list =
        |key: &'static str| TestApp::send(app.client.get(format!("{}/v0/customers", app.url)).header("Api-Key", key));
    for _ in 0..5 {
        list("dsk_test_x").await.problem(401, "unauthorized");
    }
    let limited = list("").await;
    expect_limited(&limited, "\"failed-authentication\";q=5;w=60");
    limited.problem(429, "too_many_requests");
    let link = app.client.get(format!("{}/kyc/dsl_test_x", app.url));
    expect_limited(&TestApp::send(link).await, "\"failed-authentication\";q=5;w=60");
    for _ in 0..50 {
        app.get("/v0/customers").await.expect(200);
    }
}

#[tokio::test]
async fn wrong_passes_and_signatures_are_limited_as_wrong_keys_are() {
    let settings = [
        ("failed_authentications", "4"),
        ("provider", "sumsub"),
        ("sumsub_app_token", "a"),
        ("sumsub_secret", "b"),
        ("sumsub_webhook_secret", "c"),
    ];
    let policy = "\"failed-authentication\";q=4;w=60";
    let app = TestApp::start_with(&settings).await;
    let session = "018f0000-0000-7000-8000-000000000000";
    let page = || {
        let request = app.client.get(format!("{}/form/{session}", app.url));
        TestApp::send(request.header("cookie", format!("dossier-{session}=dsl_test_x")))
    };
    let call = |digest: Option<String>| {
        let request = app.client.post(format!("{}/providers/sumsub", app.url)).json(&json!({}));
        let request = request.header("X-Payload-Digest-Alg", "HMAC_SHA256_HEX");
        TestApp::send(request.header("X-Payload-Digest", digest.unwrap_or_default()))
    };
    assert_eq!(page().await.status, 403);
    assert_eq!(page().await.status, 403);
    call(None).await.problem(401, "invalid_signature");
    call(Some("0".repeat(64))).await.problem(401, "invalid_signature");
    for limited in [call(Some("0".repeat(64))).await, page().await] {
        expect_limited(&limited, policy);
    }
    app.get("/v0/customers").await.expect(200);
}

#[tokio::test]
async fn a_proxy_s_clients_are_limited_one_by_one() {
    let app = TestApp::start_with(&[("failed_authentications", "1"), ("trusted_proxies", "127.0.0.1")]).await;
    let from = |client: &'static str| {
        TestApp::send(app.client.get(format!("{}/v0/customers", app.url)).header("X-Forwarded-For", client))
    };
    assert_eq!(from("192.0.2.1").await.status, 401);
    assert_eq!(from("192.0.2.1").await.status, 429);
    assert_eq!(from("192.0.2.2").await.status, 401);
    assert_eq!(from("192.0.2.1, 192.0.2.3").await.status, 401);
}

#[tokio::test]
async fn a_key_and_an_account_have_a_rate() {
    let app = TestApp::start_with(&[("rate_per_key", "5"), ("rate_per_account", "8")]).await;
    let key = neighbour(&app).await;
    let asks = async |key: &str| {
        let requests = (0..30).map(|_| {
            TestApp::send(app.client.get(format!("{}/v0/customers", app.url)).header("Api-Key", key.to_owned()))
        });
        futures_util::future::join_all(requests).await
    };
    for key in [&app.key, &key] {
        let answers = asks(key).await;
        let (good, limited): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        // Five at once, and one more for every fifth of a second that the requests take.
        assert!((5..15).contains(&good.len()), "{}", good.len());
        expect_limited(&limited[0], "\"key\";q=5;w=1");
    }
    let second = app.new_key(None, Environment::Sandbox, &[], None).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let second = second["key"].as_str().expect("a key");
    let (one, other) = tokio::join!(asks(&app.key), asks(second));
    assert!(one.into_iter().chain(other).any(|answer| answer.header("ratelimit-policy") == "\"account\";q=8;w=1"));
}

#[tokio::test]
async fn a_key_waits_for_events_in_few_requests_at_a_time() {
    let app = TestApp::start().await;
    let poll = || TestApp::send(app.request(Method::GET, "/v0/events?wait=3&after=newest"));
    let waiting = futures_util::future::join_all((0..4).map(|_| poll()));
    let one_more = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let limited = poll().await;
        expect_limited(&limited, "\"long-polls\";q=4;qu=\"concurrent-requests\"");
        app.get("/v0/events").await.expect(200);
    };
    let (waited, ()) = tokio::join!(waiting, one_more);
    assert!(waited.iter().all(|answer| answer.status == 200));
    poll().await.expect(200);
}

/// A connection that sends requests and receives little of the responses.
async fn unread(app: &TestApp, key: &str, path: &str, times: usize) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let server = app.url.trim_start_matches("http://").parse().expect("an address");
    let mut stream = socket.connect(server).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nApi-Key: {key}\r\n\r\n").repeat(times);
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.expect("the answer begins");
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}

#[tokio::test]
async fn a_key_reads_few_files_at_the_same_time() {
    let app = TestApp::start().await;
    // More than the kernel keeps for a client that does not read.
    let file = app.upload("large.png", &png(320, 200, 9_000_000)).await.expect(200);
    let path = format!("/v0/files/{}/content", file["id"].as_str().expect("an id"));
    let key = app.viewer().await;
    let mut unread_ones = Vec::new();
    for _ in 0..8 {
        unread_ones.push(unread(&app, &key, &path, 1).await);
    }
    let ask = |method, key: &str| {
        TestApp::send(app.client.request(method, format!("{}{path}", app.url)).header("Api-Key", key))
    };
    let limited = ask(Method::GET, &key).await;
    expect_limited(&limited, "\"downloads\";q=8;qu=\"concurrent-requests\"");
    limited.problem(429, "too_many_requests");
    assert_eq!(ask(Method::HEAD, &key).await.status, 200);
    assert_eq!(ask(Method::GET, &app.viewer().await).await.status, 200, "another key has its own limit");
    drop(unread_ones);
    for _ in 0..100 {
        if ask(Method::GET, &key).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("downloads that were broken off are still counted");
}

#[tokio::test]
async fn large_pages_that_are_not_received_leave_room_for_another_account() {
    let app = TestApp::start().await;
    let long = json!({ "account_purpose": "other", "account_purpose_other": "\u{1f600}".repeat(1_024) });
    for _ in 0..60 {
        let id = app.given("individual").await;
        app.put(&id, &long).await.expect(200);
    }
    let path = "/v0/customers?limit=1000&expand=profile";
    let mut unread_ones = Vec::new();
    // Three quarters of 40 MiB, 2 MiB each. The kernel buffers the first pages of a connection.
    for _ in 0..15 {
        unread_ones.push(unread(&app, &app.key, path, 40).await);
    }
    let mut refused = app.get(path).await;
    for _ in 0..100 {
        if refused.status == 503 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        refused = app.get(path).await;
    }
    assert!(!refused.header("retry-after").is_empty());
    refused.problem(503, "overloaded");
    app.get("/v0/customers?limit=10").await.expect(200);
    let other = TestApp::send(app.client.get(format!("{}{path}", app.url)).header("Api-Key", neighbour(&app).await));
    other.await.expect(200);
}

#[tokio::test]
async fn new_idempotency_keys_are_limited_per_day() {
    let app = TestApp::start_with(&[("idempotency_keys_per_day", "2")]).await;
    let post = |key: &'static str| {
        let body = json!({ "email": format!("{key}@example.com"), "type": "individual" });
        TestApp::send(app.request(Method::POST, "/v0/customers").header("Idempotency-Key", key).json(&body))
    };
    for key in ["a", "b"] {
        post(key).await.expect(201);
    }
    let refused = post("c").await;
    expect_limited(&refused, "\"idempotency-keys\";q=2;w=86400");
    refused.problem(429, "quota_exceeded");
    assert_eq!(post("a").await.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn an_account_and_a_customer_have_limits_on_files() {
    let app = TestApp::start_with(&[("files_per_account", "2"), ("files_per_customer", "1")]).await;
    let (id, first, second) = (app.given("individual").await, app.given_file().await, app.given_file().await);
    let refused = app.upload("third.png", &png(320, 200, 100)).await;
    expect_limited(&refused, "\"files-of-account\";q=2");
    refused.problem(429, "quota_exceeded");
    let naming = |file: &str| json!({ "documents": [{ "file_id": file, "purpose": "other" }] });
    app.put(&id, &naming(&first)).await.expect(200);
    let refused = app.put(&id, &naming(&second)).await;
    expect_limited(&refused, "\"files-of-customer\";q=1");
    refused.problem(429, "quota_exceeded");
}
