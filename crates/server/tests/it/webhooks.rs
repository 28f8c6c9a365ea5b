//! Webhooks are delivered at least once, in order and signed, whatever receivers do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dossier::cli::keys;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::app::TestApp;
use crate::described::closed_document;

pub(crate) const QUICK: &[(&str, &str)] = &[("webhook_waits", "20ms, 40ms, 80ms"), ("webhook_give_up", "1h")];

/// A request that a receiver got.
#[derive(Clone)]
pub(crate) struct Got {
    headers: HashMap<String, String>,
    body: Vec<u8>,
    at: Instant,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What a receiver does with a request: the raw bytes of its response, and how it then treats the connection.
#[derive(Clone)]
pub(crate) enum Act {
    Answer(String),
    Silence(Duration),
    Reset,
    /// Before the request is read.
    Slam,
    Trickle,
    Flood,
}

pub(crate) fn status(line: &str) -> Act {
    Act::Answer(format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n"))
}

/// A receiver that speaks raw HTTP, so that it can misbehave.
pub(crate) struct Receiver {
    pub(crate) url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    pub(crate) async fn start(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let got = Arc::new(Mutex::new(Vec::new()));
        let (log, act) = (Arc::clone(&got), Arc::new(act));
        let slams = Arc::new(Mutex::new(0_usize));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&act), Arc::clone(&slams)));
            }
        });
        Self { url, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().expect("a log").clone()
    }

    /// Waits until this many distinct events were accepted.
    pub(crate) async fn wait(&self, events: usize) -> Vec<Got> {
        for _ in 0..1_500 {
            let got = self.got();
            let distinct: std::collections::HashSet<_> =
                got.iter().map(|one| one.header("webhook-id").to_owned()).collect();
            if distinct.len() >= events {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} of {events} events came", self.got().len());
    }
}

async fn serve(
    mut stream: TcpStream,
    log: Arc<Mutex<Vec<Got>>>,
    act: Arc<impl Fn(usize) -> Act>,
    slams: Arc<Mutex<usize>>,
) {
    let mut buffer = Vec::new();
    loop {
        let number = log.lock().expect("a log").len() + *slams.lock().expect("a count");
        if matches!(act(number), Act::Slam) {
            *slams.lock().expect("a count") += 1;
            return;
        }
        let head = loop {
            if let Some(end) = memchr::memmem::find(&buffer, b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
        let headers: HashMap<String, String> = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        while buffer.len() < head + 4 + length {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let body = buffer[head + 4..head + 4 + length].to_vec();
        buffer.drain(..head + 4 + length);
        let number = {
            let mut log = log.lock().expect("a log");
            log.push(Got { headers, body, at: Instant::now() });
            log.len() - 1 + *slams.lock().expect("a count")
        };
        match act(number) {
            Act::Answer(text) => {
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Act::Silence(time) => {
                tokio::time::sleep(time).await;
                return;
            }
            Act::Reset | Act::Slam => return,
            Act::Trickle => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n").await;
                for _ in 0..5 {
                    let _ = stream.write_all(b"x").await;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                return;
            }
            Act::Flood => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n").await;
                let piece = vec![0; 65_536];
                while stream.write_all(&piece).await.is_ok() {}
                return;
            }
        }
    }
}

pub(crate) async fn register(app: &TestApp, url: &str) -> Value {
    let body = json!({ "url": url, "event_types": ["customer.created", "customer.updated", "customer.kycs.updated"] });
    app.post("/v0/webhooks", &body).await.expect(201)
}

async fn deliveries(app: &TestApp, hook: &Value) -> Value {
    let id = hook["id"].as_str().expect("an id");
    app.get(&format!("/v0/webhooks/{id}/deliveries?limit=1000")).await.expect(200)["items"].take()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &str, message: &[u8]) -> Vec<u8> {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key.as_bytes());
    aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
}

/// The numbers of each customer's events, in the order in which they were first accepted.
fn orders(got: &[Got]) -> HashMap<String, Vec<u64>> {
    let mut orders: HashMap<String, Vec<u64>> = HashMap::new();
    for one in got {
        let (customer, number) = one.header("webhook-id").trim_start_matches("evt_").split_once('_').expect("an id");
        let numbers = orders.entry(customer.to_owned()).or_default();
        let number = number.parse().expect("a number");
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }
    orders
}

#[tokio::test]
async fn an_endpoint_is_registered_listed_and_deleted_and_by_default_gets_only_verification_events() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("200 OK")).await;
    let hook = app.post("/v0/webhooks", &json!({ "url": receiver.url })).await.expect(201);
    assert_eq!((&hook["status"], &hook["event_types"]), (&json!("active"), &json!(["customer.kycs.updated"])));
    assert!(hook["secret"].as_str().expect("a secret").starts_with("whsec_"));
    let list = app.get("/v0/webhooks").await.expect(200);
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["url"]), (&hook["id"], &hook["url"]));
    assert_eq!(list["items"][0].get("secret"), None, "shown once");
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
    app.open_session(&id).await;
    let got = receiver.wait(1).await;
    assert_eq!(got.len(), 1);
    let event = got[0].json();
    assert_eq!(event["event_type"], "customer.kycs.updated");
    assert_eq!((&event["entity_id"], &event["entity_type"]), (&json!(id), &json!("customer")));
    assert_eq!(event["entity_object"], app.get(&format!("/v0/customers/{id}")).await.expect(200));
    assert_eq!(event.as_object().expect("an envelope").len(), 5, "the contract's body is not touched");
    crate::described::fits("EventMessage", &event);
    for parameter in closed_document()["webhooks"]["customerEvent"]["post"]["parameters"].as_array().expect("headers") {
        let is_sent = got[0].headers.contains_key(parameter["name"].as_str().expect("a name"));
        assert!(is_sent || parameter["required"] == false, "{parameter}");
    }
    let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
    assert_eq!(TestApp::send(app.request(Method::DELETE, &path)).await.status.as_u16(), 204);
    TestApp::send(app.request(Method::DELETE, &path)).await.problem(404, "not_found");
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.got().len(), 1, "a deleted endpoint gets nothing");
    for (body, violation) in [
        (json!({}), "/url required"),
        (json!({ "url": "ftp://x.example/" }), "/url invalid_url"),
        (json!({ "url": "http://169.254.169.254/latest" }), "/url invalid_url"),
        (json!({ "url": app.url }), "/url invalid_url"),
        (json!({ "url": format!("https://x.example/{}", "a".repeat(1_024)) }), "/url too_long"),
        (json!({ "url": "https://x.example/", "event_types": [] }), "/event_types required"),
        (json!({ "url": "https://x.example/", "event_types": ["x"] }), "/event_types/0 unknown_value"),
    ] {
        assert_eq!(app.post("/v0/webhooks", &body).await.violations(), [violation]);
    }
    let live = app.production_key().await;
    for url in ["http://example.com/", receiver.url.as_str(), "https://10.0.0.1/"] {
        let request = app.client.post(format!("{}/v0/webhooks", app.url)).header("Api-Key", &live);
        assert_eq!(TestApp::send(request.json(&json!({ "url": url }))).await.violations(), ["/url invalid_url"]);
    }
}

#[tokio::test]
async fn private_addresses_are_reached_only_if_the_operator_names_them() {
    for (settings, reached) in [
        (&[][..], &["http://127.0.0.1:3000/", "http://localhost:3000/", "http://127.0.0.2:3000/"][..]),
        (&[("webhook_private", "none")], &[]),
        // A server that other machines can reach protects its own network.
        (&[("listen", "0.0.0.0:0")], &[]),
        (&[("webhook_private", "10.0.0.0/8:8443, 127.0.0.2")], &["http://10.1.2.3:8443/", "http://127.0.0.2:3000/"]),
    ] {
        let app = TestApp::start_with(settings).await;
        for url in [
            "http://127.0.0.1:3000/",
            "http://localhost:3000/",
            "http://10.1.2.3:8443/",
            "http://10.1.2.3:8444/",
            "http://127.0.0.2:3000/",
            "http://192.168.1.1/",
            "http://[fd00:ec2::254]/",
        ] {
            let body = json!({ "url": url });
            let answer = app.post("/v0/webhooks", &body).await;
            if reached.contains(&url) {
                answer.expect(201);
            } else {
                assert_eq!(answer.violations(), ["/url invalid_url"], "{url} with {settings:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_signed_time_is_real_time_whatever_the_sandbox_clock_says() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    register(&app, &receiver.url).await;
    app.post("/v0/sandbox/clock", &json!({ "advance": "P7D" })).await.expect(200);
    app.given("individual").await;
    let delivery = receiver.wait(1).await[0].clone();
    let sent: i64 = delivery.header("webhook-timestamp").parse().expect("seconds");
    let now = app.server.as_ref().expect("running").app.services.clock.now().as_micros() / 1_000_000;
    assert!(now.abs_diff(sent) < 60, "{sent} and {now}");
}

#[tokio::test]
async fn deliveries_are_signed_with_key_and_secret_and_also_with_a_rolled_key_s_successor() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("204 No Content")).await;
    let hook = register(&app, &receiver.url).await;
    app.given("individual").await;
    let first = receiver.wait(1).await[0].clone();
    assert_eq!(first.header("x-hmac-signature"), hex(&hmac(&app.key, &first.body)));
    assert_eq!(first.header("x-hmac-signature-next"), "");
    // Standard Webhooks, as specified.
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD;
    let secret =
        base64.decode(hook["secret"].as_str().expect("a secret").trim_start_matches("whsec_")).expect("base64");
    let signed = [
        format!("{}.{}.", first.header("webhook-id"), first.header("webhook-timestamp")).as_bytes(),
        first.body.as_slice(),
    ]
    .concat();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &secret);
    let expected = format!("v1,{}", base64.encode(aws_lc_rs::hmac::sign(&key, &signed).as_ref()));
    assert_eq!(first.header("webhook-signature"), expected);
    // A rolled key: both keys sign. After the overlap: only the new one. Revoked: none, and deliveries wait.
    let key_id = hook["key_id"].as_str().expect("an id").to_owned();
    let rolled = app.command(keys::Roll { key_id, overlap: 2 }).await.expect("rolled");
    let (new, new_id) = (rolled["key"].as_str().expect("a key"), rolled["key_id"].as_str().expect("an id"));
    app.given("individual").await;
    let second = receiver.wait(2).await[1].clone();
    assert_eq!(second.header("x-hmac-signature"), hex(&hmac(&app.key, &second.body)));
    assert_eq!(second.header("x-hmac-signature-next"), hex(&hmac(new, &second.body)));
    tokio::time::sleep(Duration::from_millis(2_600)).await;
    let create = |email: &str| {
        let request = app.client.post(format!("{}/v0/customers", app.url)).header("Api-Key", new);
        TestApp::send(request.json(&json!({ "email": email, "type": "individual" })))
    };
    create("c@example.com").await.expect(201);
    let third = receiver.wait(3).await[2].clone();
    assert_eq!(third.header("x-hmac-signature"), hex(&hmac(new, &third.body)));
    assert_eq!(third.header("x-hmac-signature-next"), "");
    let other = app.new_key(None, Environment::Sandbox, &[], None).await;
    app.command(keys::Revoke { key_id: new_id.to_owned() }).await.expect("revoked");
    let other = other["key"].as_str().expect("a key");
    let with_other =
        |method: Method, path: &str| app.client.request(method, format!("{}{path}", app.url)).header("Api-Key", other);
    let body = json!({ "email": "d@example.com", "type": "individual" });
    TestApp::send(with_other(Method::POST, "/v0/customers").json(&body)).await.expect(201);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(receiver.got().len(), 3, "a revoked key signs nothing");
    let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
    let log = TestApp::send(with_other(Method::GET, &format!("{path}/deliveries"))).await.expect(200);
    assert_eq!(
        (&log["items"][0]["state"], &log["items"][0]["last_answer"]),
        (&json!("pending"), &json!("key_revoked"))
    );
    TestApp::send(with_other(Method::POST, &format!("{path}/enable"))).await.expect(200);
    let fourth = receiver.wait(4).await[3].clone();
    assert_eq!(fourth.header("x-hmac-signature"), hex(&hmac(other, &fourth.body)));
}

/// Every receiver first misbehaves in its own way and then accepts. Nothing is lost, repetitions carry the same id,
/// order is kept, and an endpoint that behaves does not have to wait.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_receivers_do_nothing_is_lost_and_order_is_kept() {
    let app = TestApp::start_with(QUICK).await;
    let good = Receiver::start(|_| status("200 OK")).await;
    register(&app, &good.url).await;
    let tantrums: Vec<(&str, Act)> = vec![
        ("reset after the request", Act::Reset),
        ("reset before the request", Act::Slam),
        (
            "a redirect to a private address",
            Act::Answer("HTTP/1.1 301 Moved\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n".into()),
        ),
        (
            "a redirect to itself",
            Act::Answer("HTTP/1.1 302 Found\r\nlocation: /hook\r\ncontent-length: 0\r\n\r\n".into()),
        ),
        ("400", status("400 Bad Request")),
        ("401", status("401 Unauthorized")),
        ("404", status("404 Not Found")),
        ("429", status("429 Too Many Requests")),
        ("429, at once", Act::Answer("HTTP/1.1 429 No\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n".into())),
        ("429, in the past", Act::Answer("HTTP/1.1 429 No\r\nretry-after: -5\r\ncontent-length: 0\r\n\r\n".into())),
        (
            "429, in ten years",
            Act::Answer("HTTP/1.1 429 No\r\nretry-after: 315360000\r\ncontent-length: 0\r\n\r\n".into()),
        ),
        (
            "429, a date",
            Act::Answer(
                "HTTP/1.1 429 No\r\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\ncontent-length: 0\r\n\r\n".into(),
            ),
        ),
        ("500", status("500 No")),
        ("503", status("503 No")),
        ("no HTTP, after a silence", Act::Silence(Duration::from_millis(300))),
    ];
    let mut receivers = Vec::new();
    for (name, act) in tantrums {
        let receiver = Receiver::start(move |number| if number < 3 { act.clone() } else { status("200 OK") }).await;
        let hook = register(&app, &receiver.url).await;
        receivers.push((name, receiver, hook));
    }
    let began = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(app.given("individual").await);
    }
    for name in ["A", "B", "C"] {
        for id in &ids {
            app.put(id, &json!({ "first_name": name })).await.expect(200);
        }
    }
    let prompt = good.wait(20).await;
    assert!(prompt.last().expect("one").at - began < Duration::from_secs(5), "bad receivers delay no others");
    for (name, receiver, hook) in &receivers {
        let got = receiver.wait(20).await;
        for numbers in orders(&got).values() {
            assert!(numbers.is_sorted() && numbers.len() >= 4, "{name}: {numbers:?}");
        }
        for _ in 0..200 {
            let log = deliveries(&app, hook).await;
            if log.as_array().expect("a log").iter().all(|one| one["state"] == "delivered") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = deliveries(&app, hook).await;
        let log = log.as_array().expect("a log");
        assert!(log.len() == 20 && log.iter().all(|one| one["state"] == "delivered"), "{name}");
        assert!(log.iter().any(|one| one["attempts"].as_u64() > Some(1)), "{name} was not accepted at once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dossier_does_not_wait_for_the_end_of_endless_responses() {
    let app = TestApp::start_with(QUICK).await;
    for act in [Act::Trickle, Act::Flood] {
        let receiver = Receiver::start(move |_| act.clone()).await;
        let hook = register(&app, &receiver.url).await;
        let began = Instant::now();
        app.given("individual").await;
        receiver.wait(1).await;
        while deliveries(&app, &hook).await[0]["state"] != "delivered" {
            assert!(began.elapsed() < Duration::from_secs(5), "a 2xx is a 2xx, however much follows");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
        TestApp::send(app.request(Method::DELETE, &path)).await;
    }
}

#[tokio::test]
async fn gone_disables_and_enabling_sends_what_waits() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|number| if number == 0 { status("410 Gone") } else { status("200 OK") }).await;
    let hook = register(&app, &receiver.url).await;
    let id = app.given("individual").await;
    receiver.wait(1).await;
    let shown = || async { app.get("/v0/webhooks").await.expect(200)["items"][0].take() };
    while shown().await["status"] != "disabled" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(shown().await["disabled_reason"], "gone");
    app.put(&id, &json!({ "first_name": "unheard" })).await.expect(200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.got().len(), 1);
    let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
    let enabled = TestApp::send(app.request(Method::POST, &format!("{path}/enable"))).await.expect(200);
    assert_eq!(enabled["status"], "active");
    app.put(&id, &json!({ "first_name": "heard" })).await.expect(200);
    let got = receiver.wait(2).await;
    assert_eq!(
        got.iter()
            .map(|one| one.header("webhook-id").rsplit('_').next().expect("a number").to_owned())
            .collect::<Vec<_>>(),
        ["1", "1", "3"]
    );
}

#[tokio::test]
async fn a_delivery_in_flight_to_a_deleted_endpoint_does_not_block_a_new_endpoint() {
    let app = TestApp::start_with(QUICK).await;
    let slow = Receiver::start(|_| Act::Silence(Duration::from_secs(30))).await;
    let hook = register(&app, &slow.url).await;
    app.given("individual").await;
    slow.wait(1).await;
    let path = format!("/v0/webhooks/{}", hook["id"].as_str().expect("an id"));
    assert_eq!(TestApp::send(app.request(Method::DELETE, &path)).await.status.as_u16(), 204);
    let good = Receiver::start(|_| status("200 OK")).await;
    let new = register(&app, &good.url).await;
    let began = Instant::now();
    app.given("corporate").await;
    good.wait(1).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(
        deliveries(&app, &new).await[0]["id"],
        "dlv_2",
        "the id of a delivery that is gone is not given out again"
    );
}

#[tokio::test]
async fn three_days_of_failure_by_the_sandbox_clock_disable_an_endpoint() {
    let settings = &[("webhook_waits", "1h"), ("webhook_give_up", "3d")];
    let app = TestApp::start_with(settings).await;
    let receiver = Receiver::start(|_| status("500 No")).await;
    let hook = register(&app, &receiver.url).await;
    app.given("individual").await;
    receiver.wait(1).await;
    for (times, advance) in ["PT2H", "P3D"].iter().enumerate() {
        app.post("/v0/sandbox/clock", &json!({ "advance": advance })).await.expect(200);
        while receiver.got().len() < times + 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    while app.get("/v0/webhooks").await.expect(200)["items"][0]["status"] != "disabled" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let first = &deliveries(&app, &hook).await[0];
    assert_eq!(
        (&first["state"], &first["attempts"], &first["last_answer"]),
        (&json!("pending"), &json!(3), &json!("not delivered"))
    );
    assert_eq!(first["next_attempt_at"], Value::Null);
}

#[tokio::test]
async fn a_delivery_is_sent_again_on_request() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("200 OK")).await;
    let hook = register(&app, &receiver.url).await;
    app.given("individual").await;
    receiver.wait(1).await;
    while deliveries(&app, &hook).await[0]["state"] != "delivered" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let delivery = deliveries(&app, &hook).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v0/webhooks/{}/deliveries", hook["id"].as_str().expect("an id"));
    let again = TestApp::send(app.request(Method::POST, &format!("{path}/{delivery}/resend"))).await.expect(202);
    assert_eq!(again["state"], "pending");
    while receiver.got().len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let got = receiver.got();
    assert_eq!((got[0].header("webhook-id"), &got[0].body), (got[1].header("webhook-id"), &got[1].body));
    for wrong in ["dlv_99999", "x", "dlv_0"] {
        TestApp::send(app.request(Method::POST, &format!("{path}/{wrong}/resend"))).await.problem(404, "not_found");
    }
    let page = app.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(page["next_cursor"], page["items"][0]["id"]);
    app.get(&format!("{path}?cursor=x")).await.problem(400, "invalid_parameters");
}

#[tokio::test]
async fn pending_deliveries_are_sent_after_a_restart() {
    let app = TestApp::start_with(QUICK).await;
    let down = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = down.local_addr().expect("an address");
    drop(down);
    register(&app, &format!("http://{address}/hook")).await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let app = app.restart().await;
    let got = Arc::new(Mutex::new(Vec::new()));
    let listener = TcpListener::bind(address).await.expect("the port again");
    let log = Arc::clone(&got);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&log), Arc::new(|_| status("200 OK")), Arc::default()));
        }
    });
    // The restarted server waits as long as usual; advancing the sandbox clock shortens the wait.
    for _ in 0..100 {
        app.post("/v0/sandbox/clock", &json!({ "advance": "PT5M" })).await.expect(200);
        if got.lock().expect("a log").len() >= 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let got = got.lock().expect("a log").clone();
    assert_eq!(orders(&got).values().next(), Some(&vec![1, 2]));
}

#[tokio::test]
async fn a_delivery_shows_the_link_to_the_form_only_if_the_registering_key_may_see_it() {
    let app = TestApp::start_with(QUICK).await;
    let whole = Receiver::start(|_| status("200 OK")).await;
    let failing = |number| status(if number == 0 { "500 Internal Server Error" } else { "200 OK" });
    let shut = Receiver::start(failing).await;
    register(&app, &whole.url).await;
    let without = [KeyScope::WebhooksManage, KeyScope::EventsRead, KeyScope::CustomersRead];
    let key = app.new_key(None, Environment::Sandbox, &without, None).await["key"].clone();
    let key = key.as_str().expect("a key");
    let body = json!({ "url": shut.url, "event_types": ["customer.kycs.updated"] });
    let request = app.client.post(format!("{}/v0/webhooks", app.url)).header("Api-Key", key).json(&body);
    TestApp::send(request).await.expect(201);
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let shown = whole.wait(2).await;
    let link = &shown.iter().find(|got| got.json()["event_type"] == "customer.kycs.updated").expect("an event").json()
        ["entity_object"]["kycs"]["kyc_flow_link"];
    assert!(link.as_str().is_some_and(|link| link.contains("/kyc/")), "{link}");
    while shut.got().len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for got in shut.got() {
        let kycs = got.json()["entity_object"]["kycs"].take();
        assert_eq!((&kycs["status"], kycs.get("kyc_flow_link")), (&json!("pending"), Some(&Value::Null)));
        assert_eq!(got.header("x-hmac-signature"), hex(&hmac(key, &got.body)), "what was sent is signed");
    }
}

#[tokio::test]
async fn a_key_without_events_registers_and_enables_no_webhook() {
    let app = TestApp::start_with(QUICK).await;
    let hook = register(&app, "http://127.0.0.1:19997/").await;
    let key = app.new_key(None, Environment::Sandbox, &[KeyScope::WebhooksManage], None).await["key"].clone();
    let send = |path: &str| {
        let request = app.client.post(format!("{}{path}", app.url)).header("Api-Key", key.as_str().expect("a key"));
        TestApp::send(request.json(&json!({ "url": "http://127.0.0.1:19997/" })))
    };
    let enable = format!("/v0/webhooks/{}/enable", hook["id"].as_str().expect("an id"));
    for path in ["/v0/webhooks", &enable] {
        assert_eq!(send(path).await.problem(403, "insufficient_scope")["scope"], "events:read");
    }
}

#[tokio::test]
async fn events_that_listen_forwards_show_no_link_that_its_key_may_not_see() {
    let app = TestApp::start_with(QUICK).await;
    let receiver = Receiver::start(|_| status("200 OK")).await;
    let key = app.new_key(None, Environment::Sandbox, &[KeyScope::EventsRead], None).await["key"].clone();
    let mut listen = std::process::Command::new(env!("CARGO_BIN_EXE_dossier"));
    listen.current_dir(app.folder.path()).env_clear().env("DOSSIER_API_KEY", key.as_str().expect("a key"));
    listen.args(["listen", "--from-start", "--forward-to", &receiver.url, "--api", &app.url, "--state", "state.json"]);
    let mut listen = listen.stdout(std::process::Stdio::null()).spawn().expect("the binary");
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let got = receiver.wait(2).await;
    listen.kill().and_then(|()| listen.wait()).expect("ended");
    let kycs = got[1].json()["entity_object"]["kycs"].take();
    assert_eq!((&kycs["status"], kycs.get("kyc_flow_link")), (&json!("pending"), Some(&Value::Null)));
}
