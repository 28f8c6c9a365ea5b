//! Slow, silent and malformed clients, panics, and an orderly shutdown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};
use dossier::http::body::{Expected, WholeBody};
use dossier::http::budget::{Budget, Share};
use dossier::http::claimant::{Claimant, Claimants};
use dossier::http::connection::Deadlines;
use dossier::http::connection_limit::ConnectionLimit;
use dossier::http::context::RequestContext;
use dossier::http::listener::{Limits, serve};
use dossier::http::problem::Problem;
use dossier::http::request::Front;
use dossier::http::router::route_label;
use dossier::http::state::App;
use dossier_core::ids::{AccountId, KeyId};
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::app::TestApp;

const SHORT: Deadlines = Deadlines {
    first_byte: Duration::from_millis(300),
    header: Duration::from_millis(300),
    idle: Duration::from_millis(900),
    idle_unknown: Duration::from_millis(300),
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
        .route(
            "/known",
            get(|axum::Extension(context): axum::Extension<RequestContext>| async move {
                let (key, account) = (KeyId::from_bytes([1; 16]), AccountId::from_bytes([1; 16]));
                context.identify(Claimant::Key(key), account).map(|()| "known").map_err(Problem::from)
            }),
        )
        .route(
            "/whence",
            get(|axum::Extension(context): axum::Extension<RequestContext>| async move { context.address.to_string() }),
        )
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
    let limits = Limits { deadlines: SHORT, max_age: Duration::from_secs(2), grace: Duration::from_secs(5) };
    let places = ConnectionLimit::new(connections, None, state.proxies.clone(), Gauge::default());
    let (stop, stopped) = watch::channel(false);
    (
        address,
        stop,
        tokio::spawn(serve(
            socket,
            Front::new(state.clone(), router, route_label, state.slots.clone(), None),
            places,
            limits,
            stopped,
        )),
    )
}

/// Sends bytes, then only listens. Returns what arrived, and how long the connection stayed open.
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
    // A body that keeps arriving byte by byte is cut off as well if it is too slow on average.
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
    // Sending one byte at a time does not evade the deadline of the header.
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
async fn a_client_that_receives_nothing_is_disconnected() {
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
    assert!(taken < 64 * 1_024 * 1_024, "it was disconnected before everything was sent");
}

#[tokio::test]
async fn a_panic_is_a_500_with_a_request_id_and_the_process_lives() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    for _ in 0..100 {
        let answer = app.client.get(format!("http://{address}/panic")).send().await.expect("a response");
        assert_eq!(answer.status().as_u16(), 500);
        let request_id = answer.headers()["x-request-id"].to_str().expect("ASCII").to_owned();
        let problem: serde_json::Value = answer.json().await.expect("a problem");
        assert_eq!((&problem["code"], &problem["request_id"]), (&"internal_error".into(), &request_id.into()));
        assert!(!problem.to_string().contains("must not be shown"));
    }
    let answer = app.client.get(format!("http://{address}/")).send().await.expect("a response");
    assert_eq!(answer.text().await.expect("text"), "ok");
}

#[tokio::test]
async fn accepted_requests_are_finished_at_shutdown() {
    let app = TestApp::start().await;
    let (address, stop, task) = listener(&app).await;
    let slow = tokio::spawn(app.client.get(format!("http://{address}/slow")).send());
    let mut idle = TcpStream::connect(address).await.expect("a connection");
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.send(true).expect("listening");
    assert_eq!(slow.await.expect("no panic").expect("a response").text().await.expect("text"), "slow");
    assert!(task.await.expect("no panic"), "everything was finished in time");
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn raw_requests() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    let filler = "x".repeat(40_000);
    let post = |fields: &str| {
        format!(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}\r\n2\r\n{{}}\r\n0\r\n\r\n"
        )
    };
    for (name, request, status) in [
        ("no host", "GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(), 400),
        ("HTTP/1.0 without a host", "GET / HTTP/1.0\r\n\r\n".to_owned(), 200),
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
        ("connect", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 405),
        ("trace", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 405),
        ("length, then coding", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400),
        ("coding, then length", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), 400),
        ("the same length twice", post("Content-Length: 2\r\nContent-Length: 2\r\n"), 400),
        ("a list of lengths", post("Content-Length: 2, 2\r\n"), 400),
        ("the coding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400),
        ("chunked not last", post("Transfer-Encoding: chunked, gzip\r\n"), 400),
        ("HTTP/1.0 and chunked", post("Transfer-Encoding: chunked\r\n").replace("/1.1", "/1.0"), 400),
        ("bare line feeds", "GET / HTTP/1.1\nHost: x\n\n".to_owned(), 400),
        ("one bare line feed", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n".to_owned(), 400),
        ("a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n".to_owned(), 400),
        ("a bare carriage return", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n".to_owned(), 400),
        ("a zero byte", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n".to_owned(), 400),
        ("absolute form", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 200),
        ("absolute form with another host", "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 421),
        ("a user in the URL", "GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 421),
        ("no name in Host", "GET / HTTP/1.1\r\nHost: \r\n\r\n".to_owned(), 400),
        ("a user in Host", "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n".to_owned(), 400),
        ("a path in Host", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n".to_owned(), 400),
        ("a wrong port in Host", "GET / HTTP/1.1\r\nHost: x:8o\r\n\r\n".to_owned(), 400),
        ("an address in Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n".to_owned(), 200),
        ("4 KiB of URL", format!("GET /?{} HTTP/1.1\r\nHost: x\r\n\r\n", &filler[..4_094]), 200),
        ("more than 4 KiB of URL", format!("GET /?{} HTTP/1.1\r\nHost: x\r\n\r\n", &filler[..4_095]), 414),
        ("101 fields", format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(100)), 431),
        ("65 fields", format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(64)), 431),
        ("no HTTP", "hello\r\n\r\n".to_owned(), 400),
    ] {
        let (answer, _) = silent_after(address, request.as_bytes()).await;
        assert!(
            answer.starts_with("HTTP/1.") && answer.get(8..13) == Some(&format!(" {status} ")),
            "{name}: \
            {answer}"
        );
    }
}

#[tokio::test]
async fn nothing_is_read_after_a_coded_body() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    let coded = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    for next in ["GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let (answer, _) = silent_after(address, format!("{coded}{next}").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.matches("HTTP/1.1").count() == 1, "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
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

/// Shares of other callers that use up a budget.
fn used_up(budget: &Arc<Budget>) -> Vec<Share> {
    let take = |last: u8| budget.take(Claimants::stranger([192, 0, 2, last].into()), budget.total() / 4);
    (1..=4).map(|last| take(last).expect("room")).collect()
}

#[tokio::test]
async fn excess_requests_are_told_when_to_try_again() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let state = &app.server.as_ref().expect("running").app;
    let busy = used_up(&state.slots);
    let answer = app.get("/v0/customers").await;
    assert_eq!(answer.header("retry-after"), "1");
    answer.problem(503, "overloaded");
    let operations = app.client.get(format!("{}/readyz", app.metrics_url));
    assert_eq!(TestApp::send(operations).await.status, 200, "that port has its own slots");
    drop(busy);
    let busy = used_up(&state.body_bytes);
    let head = format!(
        "PUT /v0/customers/{id} HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nContent-Type: \
            application/json\r\nContent-Length: 18\r\n\r\n{{",
        app.key
    );
    let (answer, _) = silent_after(app.server.as_ref().expect("running").address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("overloaded"), "{answer}");
    app.get("/v0/customers?limit=16").await.expect(200);
    app.get("/v0/customers?limit=17").await.problem(503, "overloaded");
    app.get("/v0/events?limit=1000").await.expect(200);
    drop(busy);
    app.get("/v0/customers").await.expect(200);
    assert_eq!(app.put(&id, &serde_json::json!({})).await.header("etag"), "\"v1\"", "nothing was changed");
}

/// A connection on which a request was served.
async fn served(address: std::net::SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    ask(&mut stream, path).await.expect("a response");
    stream
}

/// Sends a request and reads the response, which is short.
async fn ask(stream: &mut TcpStream, path: &str) -> std::io::Result<String> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await?;
    let mut answer = vec![0; 4_096];
    let read = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut answer)).await??;
    answer.truncate(read);
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok(String::from_utf8_lossy(&answer).into_owned())
    } else {
        Err(std::io::ErrorKind::ConnectionAborted.into())
    }
}

#[tokio::test]
async fn at_the_limit_the_connection_that_is_idle_longest_gives_way() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener_of(&app, 2).await;
    let mut first = served(address, "/known").await;
    let mut second = served(address, "/known").await;
    ask(&mut first, "/known").await.expect("a response");
    let mut third = served(address, "/known").await;
    assert_eq!(second.read(&mut [0; 1]).await.unwrap_or(0), 0, "it has been idle longest");
    ask(&mut first, "/known").await.expect("it is still open");
    ask(&mut third, "/known").await.expect("so is the new one");
}

#[tokio::test]
async fn a_connection_that_has_begun_a_request_does_not_give_way() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener_of(&app, 2).await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("written");
        slow.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let _third = served(address, "/").await;
    assert!(began.elapsed() > Duration::from_millis(200), "it waited");
    for mut stream in slow {
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("a response");
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
}

#[tokio::test]
async fn a_connection_without_a_key_may_be_idle_for_a_shorter_time() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    for (path, least, most) in [("/", 250, 700), ("/known", 850, 1_600)] {
        let mut stream = served(address, path).await;
        let began = Instant::now();
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
        let open = began.elapsed().as_millis();
        assert!((least..most).contains(&open), "{path}: {open} ms");
    }
}

#[tokio::test]
async fn a_connection_ends_at_its_maximum_age_however_busy_it_is() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    let mut stream = served(address, "/known").await;
    let began = Instant::now();
    while ask(&mut stream, "/known").await.is_ok() {
        assert!(began.elapsed() < Duration::from_secs(4));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() > Duration::from_millis(1_500), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_connection_with_a_long_download_is_not_idle() {
    let app = TestApp::start().await;
    let (address, _stop, _task) = listener(&app).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("written");
    let (mut taken, mut buffer) = (0, vec![0; 4 << 20]);
    while taken < 64 << 20 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let read = stream.read(&mut buffer).await.expect("it goes on");
        assert!(read > 0, "cut after {taken}");
        taken += read;
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_names_the_client() {
    for (trusted, expected) in [("127.0.0.1", "192.0.2.7"), ("", "127.0.0.1"), ("10.0.0.0/8", "127.0.0.1")] {
        let app = TestApp::start_with(&[("trusted_proxies", trusted)]).await;
        let (address, _stop, _task) = listener(&app).await;
        for (name, value) in [
            ("X-Forwarded-For", "6.6.6.6, 192.0.2.7"),
            ("Forwarded", "for=6.6.6.6, for=\"192.0.2.7:4711\";proto=https"),
        ] {
            let request = app.client.get(format!("http://{address}/whence")).header(name, value);
            assert_eq!(TestApp::send(request).await.text, expected, "{name} with {trusted:?}");
        }
    }
    let app = TestApp::start_with(&[("trusted_proxies", "127.0.0.0/8")]).await;
    let request = app.request(reqwest::Method::GET, "/v0/customers");
    let request = request.header("Forwarded", "for=192.0.2.8").header("X-Forwarded-For", "192.0.2.7");
    TestApp::send(request).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn the_proxy_protocol_is_spoken_by_trusted_proxies_only() {
    let settings = [("trusted_proxies", "127.0.0.1"), ("proxy_protocol", "on")];
    let app = TestApp::start_with(&settings).await;
    let (address, _stop, _task) = listener(&app).await;
    let request = b"GET /whence HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n";
    let second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x0a\0\0\x01\0\x50\x01\xbb";
    for header in [&b"PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n"[..], second] {
        let (answer, _) = silent_after(address, &[header, request].concat()).await;
        assert!(answer.ends_with("\r\n\r\n192.0.2.7"), "{answer}");
    }
    // A proxy that speaks for itself may still name a client with each request.
    let (answer, _) = silent_after(address, &[&b"PROXY UNKNOWN\r\n"[..], request].concat()).await;
    assert!(answer.ends_with("6.6.6.6"), "{answer}");
    let (answer, open) = silent_after(address, request).await;
    assert_eq!((answer.as_str(), open < Duration::from_secs(1)), ("", true), "it did not name a client");
    let (answer, open) = silent_after(address, b"PROXY TCP4 192.0").await;
    assert_eq!((answer.as_str(), open < Duration::from_secs(1)), ("", true), "this one did not finish in time");

    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.2:0".parse().expect("an address")).expect("bound");
    let mut other = socket.connect(address).await.expect("a connection");
    other.write_all(&[&b"PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n"[..], request].concat()).await.expect("written");
    let mut answer = Vec::new();
    let _ = other.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 400"), "the header of an untrusted peer is not read");
}
