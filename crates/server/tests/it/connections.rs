//! Slow, silent and malformed clients, panics, and an orderly end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};
use dossier::http::App;
use dossier::http::body::{Expected, WholeBody};
use dossier::http::budget::{Budget, Claimants, Share};
use dossier::http::connection::Deadlines;
use dossier::http::listener::{Limits, serve};
use dossier::http::problem::Problem;
use dossier::http::request::Front;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::app::TestApp;

const SHORT: Deadlines = Deadlines {
    first_byte: Duration::from_millis(300),
    header: Duration::from_millis(300),
    idle: Duration::from_millis(300),
    write: Duration::from_millis(300),
    body_idle: Duration::from_millis(300),
    body_total: Duration::from_secs(3),
    body_grace: Duration::from_millis(600),
    linger: Duration::from_millis(400),
};

/// A listener with short deadlines in front of the real outer layer, and a few routes to misbehave with.
async fn listener(app: &TestApp) -> (std::net::SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<bool>) {
    listener_of(app, 64).await
}

async fn listener_of(
    app: &TestApp,
    connections: usize,
) -> (std::net::SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<bool>) {
    let state: App = app.server.as_ref().expect("running").app.clone();
    let echo = |axum::extract::State(app): axum::extract::State<App>, request: axum::extract::Request| async move {
        let (parts, body) = request.into_parts();
        let expected = Expected { deadlines: SHORT, ..Expected::CUSTOMER };
        WholeBody::read(&app, &parts, body, expected).await.map(|body| body.len().to_string())
    };
    let router = Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/echo", post(echo))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(500)).await;
                "slow"
            }),
        )
        .route("/large", get(|| async { vec![b'x'; 64 * 1_024 * 1_024] }))
        .route(
            "/panic",
            get(|| async {
                if std::hint::black_box(true) {
                    panic!("a value that must not be shown");
                }
                Ok::<&str, Problem>("never")
            }),
        )
        .with_state(state.clone());
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("an address");
    let limits = Limits { connections, deadlines: SHORT, grace: Duration::from_secs(5) };
    let (stop, stopped) = watch::channel(false);
    (
        address,
        stop,
        tokio::spawn(serve(socket, Front::new(state.clone(), router, state.slots.clone()), limits, stopped)),
    )
}

/// Sends bytes, then only listens: what came back, and how long the connection stayed open.
async fn silent_after(address: std::net::SocketAddr, bytes: &[u8]) -> (String, Duration) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(bytes).await.expect("written");
    let began = Instant::now();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection stayed open");
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

#[tokio::test]
async fn every_wait_for_a_client_has_an_end() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    for (name, bytes, answers) in [
        ("silent connection", &b""[..], 0),
        ("half a header", b"GET / HTTP/1.1\r\nHost: x\r\nX-Hal", 0),
        ("half an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\n", 0),
        ("half of half a preface", b"PRI * HT", 0),
        ("idle keep-alive", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (
            "stalled body",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \
            10\r\n\r\n{",
            408,
        ),
        (
            "stalled chunk",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: \
            chunked\r\n\r\n5\r\n{",
            408,
        ),
        ("second header half", b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT", 200),
    ] {
        let (answer, open) = silent_after(address, bytes).await;
        assert!(open < Duration::from_secs(2), "{name}: open for {open:?}");
        let expected = format!("HTTP/1.1 {answers}");
        assert!(
            if answers == 0 { !answer.contains(" 200 ") } else { answer.starts_with(&expected) },
            "{name}: \
            {answer}"
        );
    }
    // Nor is a body that comes byte by byte, each in time, if it comes slower than its pace.
    let head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(head).await.expect("written");
    let began = Instant::now();
    let mut answer = [0; 12];
    while began.elapsed() < Duration::from_secs(3) {
        let _ = stream.write_all(b" ").await;
        let read = tokio::time::timeout(Duration::from_millis(50), stream.read_exact(&mut answer)).await;
        if read.is_ok() {
            break;
        }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(began.elapsed() < Duration::from_secs(2));
    // One byte at a time is no way around the deadline of the header.
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let began = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".iter().cycle() {
        if stream.write_all(&[*byte]).await.is_err() || began.elapsed() > Duration::from_secs(3) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_let_go() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("written");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut taken = 0;
    let mut buffer = vec![0; 1 << 20];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        taken += read;
    }
    assert!(taken < 64 * 1_024 * 1_024, "it was let go before everything was sent");
}

#[tokio::test]
async fn a_panic_is_a_500_with_a_request_id_and_the_process_lives() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    for _ in 0..100 {
        let answer = app.client.get(format!("http://{address}/panic")).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 500);
        let request_id = answer.headers()["x-request-id"].to_str().expect("ASCII").to_owned();
        let problem: serde_json::Value = answer.json().await.expect("a problem");
        assert_eq!((&problem["code"], &problem["request_id"]), (&"internal_error".into(), &request_id.into()));
        assert!(!problem.to_string().contains("must not be shown"));
    }
    let answer = app.client.get(format!("http://{address}/")).send().await.expect("an answer");
    assert_eq!(answer.text().await.expect("text"), "ok");
}

#[tokio::test]
async fn what_was_accepted_is_finished_at_the_end() {
    let app = TestApp::start().await;
    let (address, stop, task) = listener(&app).await;
    let slow = tokio::spawn(app.client.get(format!("http://{address}/slow")).send());
    let mut idle = TcpStream::connect(address).await.expect("a connection");
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.send(true).expect("listening");
    assert_eq!(slow.await.expect("no panic").expect("an answer").text().await.expect("text"), "slow");
    assert!(task.await.expect("no panic"), "all was finished in time");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn raw_requests() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    let filler = "x".repeat(40_000);
    for (name, request, status) in [
        ("no host", "GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(), 400),
        ("old and hostless", "GET / HTTP/1.0\r\n\r\n".to_owned(), 200),
        (
            "two lengths",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: \
            3\r\n\r\n{}"
                .to_owned(),
            400,
        ),
        ("signed length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}".to_owned(), 400),
        (
            "unknown coding",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, \
            chunked\r\n\r\n0\r\n\r\n"
                .to_owned(),
            400,
        ),
        (
            "bad chunk",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: \
            chunked\r\n\r\nzz\r\n"
                .to_owned(),
            400,
        ),
        ("folded header", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n".to_owned(), 400),
        ("32 KiB of header", format!("GET / HTTP/1.1\r\nHost: x\r\nA: {filler}\r\n\r\n"), 431),
        ("connect", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 404),
        ("no HTTP", "hello\r\n\r\n".to_owned(), 400),
    ] {
        let (answer, _) = silent_after(address, request.as_bytes()).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.{} {status} ", u8::from(!name.starts_with("old")))),
            "{name}: \
            {answer}"
        );
    }
}

#[tokio::test]
async fn unfinished_bodies_change_nothing() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let address = app.server.as_ref().expect("running").address;
    let body = r#"{"first_name":"Ada","last_name":"L"}"#;
    for cut in 0..body.len() {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "PUT /v0/customers/{id} HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nContent-Type: \
                application/json\r\nContent-Length: {}\r\n\r\n",
            app.key,
            body.len()
        );
        stream.write_all(format!("{head}{}", &body[..cut]).as_bytes()).await.expect("written");
    }
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.header("etag"), "\"v1\"");
}

/// Shares of others that leave nothing of a budget.
fn used_up(budget: &Arc<Budget>) -> Vec<Share> {
    let take = |last: u8| budget.take(Claimants::stranger([192, 0, 2, last].into()), budget.total() / 4);
    (1..=4).map(|last| take(last).expect("room")).collect()
}

#[tokio::test]
async fn what_is_too_much_is_told_to_come_back() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let state = &app.server.as_ref().expect("running").app;
    let busy = used_up(&state.slots);
    let answer = app.get("/v0/customers").await;
    assert_eq!(answer.header("retry-after"), "1");
    answer.problem(503, "overloaded");
    let operations = app.client.get(format!("{}/readyz", app.metrics_url));
    assert_eq!(TestApp::send(operations).await.status, 200, "that port has slots of its own");
    drop(busy);
    let busy = used_up(&state.body_bytes);
    let head = format!(
        "PUT /v0/customers/{id} HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nContent-Type: \
            application/json\r\nContent-Length: 18\r\n\r\n{{",
        app.key
    );
    let (answer, _) = silent_after(app.server.as_ref().expect("running").address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("overloaded"), "{answer}");
    app.get("/v0/customers").await.expect(200);
    drop(busy);
    assert_eq!(app.put(&id, &serde_json::json!({})).await.header("etag"), "\"v1\"", "nothing was changed");
}

#[tokio::test]
async fn a_connection_past_the_limit_waits_for_one_to_end() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener_of(&app, 2).await;
    let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(request).await.expect("written");
        stream.read_exact(&mut [0; 12]).await.expect("an answer");
        open.push(stream);
    }
    let mut third = TcpStream::connect(address).await.expect("the system takes it");
    third.write_all(request).await.expect("written");
    let waits = tokio::time::timeout(Duration::from_millis(100), third.read(&mut [0; 12])).await;
    assert!(waits.is_err(), "it is not served yet");
    drop(open.pop());
    let served = tokio::time::timeout(Duration::from_secs(2), third.read_exact(&mut [0; 12])).await;
    assert!(served.is_ok_and(|read| read.is_ok()), "it is served once there is room");
}
