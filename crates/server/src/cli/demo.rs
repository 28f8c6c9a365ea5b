//! `dossier demo`: takes an individual and a business from empty to approved, in the running server's sandbox. It
//! prints each request as a curl command, and each delivery. It knows no field: it answers the open requirements. At
//! the end it leaves a customer for the desk and another's form, and opens both in a browser, if there is one.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use axum::extract::State;
use axum::routing::post;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::place::Place;
use http::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::api_url::ApiUrl;
use super::command::Local;
use super::context::ScopeArgs;
use super::keys::{self, Keys};
use super::output::Output;
use super::registry::Command;
use super::saving::Saving;
use crate::control;

/// The file that is uploaded for every required document.
const PICTURE: &[u8] = include_bytes!("../../assets/examples/passport.png");
const BOUNDARY: &str = "dossier-demo-boundary";
const EVENTS: [&str; 3] = ["customer.created", "customer.updated", "customer.kycs.updated"];
/// How long the demo waits for a delivery.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn demo(local: &Local<'_>) -> Result<ExitCode, String> {
    let Local { config, operator, output } = *local;
    let began = Instant::now();
    let command = |command: Command| async move {
        let answered = control::call(&config.data_dir, operator, &command, &|_, _| {}, &mut Saving::nothing()).await;
        answered
            .unwrap_or_else(|| Err("no server is running on this data folder; start one with dossier serve".to_owned()))
    };
    let made = Command::Keys(Keys::Create(keys::Create {
        scope: ScopeArgs { account: None, environment: Environment::Sandbox },
        name: "dossier demo".to_owned(),
        scopes: KeyScope::defaults(Environment::Sandbox),
        expires_in: Some(3_600),
        addresses: Vec::new(),
    }));
    let made = command(made).await?;
    let (key, ends) = (text(&made["key"]), text(&made["expires_at"]));
    let urls = command(Command::ApiUrl(ApiUrl {})).await?;
    let (api, desk) = (text(&urls["api"]), text(&urls["desk"]));
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build();
    let demo = Demo { api, key: key.clone(), client: client.map_err(|error| error.to_string())?, output };
    let (url, mut delivered) = receive(&key, output).await.map_err(|error| error.to_string())?;
    demo.say(&format!("# Sandbox key, valid for an hour: export KEY={key}\n# Webhook receiver: {url}\n"));
    let hook = demo.call(Method::POST, "/v0/webhooks", Some(&json!({ "url": url, "event_types": EVENTS }))).await?;
    let mut outcome = Ok(());
    for (kind, names) in [
        ("individual", json!({ "first_name": "Ada", "last_name": "Lovelace" })),
        ("corporate", json!({ "company_name": "Harbour Software Limited" })),
    ] {
        outcome = demo.until_approved(kind, &names, &mut delivered).await;
        if outcome.is_err() {
            break;
        }
    }
    demo.say(&format!("# Clean up: delete the webhook. The key expires at {ends}."));
    let removed = demo.call(Method::DELETE, &format!("/v0/webhooks/{}", text(&hook["id"])), None).await;
    outcome.and(removed)?;
    demo.say(&format!(
        "\nBoth customers were approved, and their events delivered, in {:.1} s.",
        began.elapsed().as_secs_f64()
    ));
    let (id, _) = demo.create("individual", &json!({ "first_name": "Grace", "last_name": "Hopper" })).await?;
    demo.complete(&id).await?;
    let (_, form) = demo.create("individual", &json!({ "first_name": "Alan", "last_name": "Turing" })).await?;
    let queue = format!("{desk}/desk/sandbox/queue");
    demo.say(&format!("\n# Your turn. Grace waits at the desk: {queue}\n# Alan's form: {form}"));
    demo.say("# Sign in at the desk with the link that the first start printed, or with one of dossier members link.");
    if matches!(output, Output::Text) {
        open_in_browser(&[&queue, &form]);
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens pages in the browser of the person who runs the command, if there is one.
fn open_in_browser(urls: &[&str]) {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let opener = match std::env::consts::OS {
        "macos" => "open",
        _ if is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") => "xdg-open",
        _ => return,
    };
    // No one looks at a browser that a script opened.
    if !std::io::stdout().is_terminal() {
        return;
    }
    for url in urls {
        let null = std::process::Stdio::null;
        // The URLs were printed, so they can be opened without such a program.
        let _ = std::process::Command::new(opener).arg(url).stdin(null()).stdout(null()).stderr(null()).spawn();
    }
}

struct Demo {
    api: String,
    key: String,
    client: Client,
    output: Output,
}

impl Demo {
    fn say(&self, line: &str) {
        say(self.output, line);
    }

    /// Takes one customer from empty to approved.
    async fn until_approved(&self, kind: &str, names: &Value, delivered: &mut Deliveries) -> Result<(), String> {
        self.say(&format!("\n# ---- {kind} ----"));
        let (id, _) = self.create(kind, names).await?;
        self.complete(&id).await?;
        self.say("# Nothing is missing, so the customer is submitted. Simulate the reviewer's approval:");
        let approve = json!({ "action": "kyc.status.approve", "customer_id": id });
        self.call(Method::POST, "/v0/customers/simulate", Some(&approve)).await?;
        delivered.until_approved(&id).await
    }

    /// Creates a customer and opens a session. Returns the id, and the link to the form.
    async fn create(&self, kind: &str, names: &Value) -> Result<(String, String), String> {
        let mut new = names.clone();
        new["email"] = format!("demo-{kind}-{:x}@example.com", std::process::id() ^ rand_part()).into();
        new["type"] = kind.into();
        let customer = self.call(Method::POST, "/v0/customers", Some(&new)).await?;
        let id = text(&customer["customer_id"]);
        let session = self.call(Method::POST, &format!("/v0/customers/{id}/kycs"), None).await?;
        let form = text(&session["kycs"]["kyc_flow_link"]);
        self.say(&format!("# The customer's form: {form}"));
        Ok((id, form))
    }

    /// Answers everything that is required of a customer.
    async fn complete(&self, id: &str) -> Result<(), String> {
        let mut body = json!({});
        loop {
            let path = format!("/v0/customers/{id}?expand=requirements");
            let read = self.call(Method::GET, &path, None).await?;
            let open: Vec<Value> = read["requirements"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|one| one["status"] == "due" || one["status"] == "error")
                .cloned()
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            let labels: Vec<_> = open.iter().map(|one| text(&one["label"])).collect();
            self.say(&format!("# Missing: {}", labels.join("; ")));
            for one in &open {
                let mut value = one["example"].clone();
                if one.get("document").is_some() {
                    value["file_id"] = self.upload().await?["id"].clone();
                }
                place(&mut body, one["pointer"].as_str().unwrap_or_default(), value);
            }
            self.call(Method::PUT, &format!("/v0/customers/{id}"), Some(&body)).await?;
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let url = format!("{}{path}", self.api);
        let mut line = format!("curl -X {method} '{url}' -H \"Api-Key: $KEY\"");
        let mut request = self.client.request(method, &url).header("Api-Key", &self.key);
        if let Some(body) = body {
            let shown = body.to_string().replace('\'', "'\\''");
            line.push_str(&format!(" -H 'Content-Type: application/json' -d '{shown}'"));
            request = request.json(body);
        }
        self.say(&line);
        self.answer(request).await
    }

    async fn upload(&self) -> Result<Value, String> {
        let url = format!("{}/v0/files", self.api);
        self.say(&format!("curl -X POST '{url}' -H \"Api-Key: $KEY\" -F file=@passport.png"));
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; \
                filename=\"passport.png\"\r\nContent-Type: image/png\r\n\r\n"
        );
        let form = [head.as_bytes(), PICTURE, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        let request = self.client.post(&url).header("Api-Key", &self.key);
        self.answer(request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(form))
            .await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value, String> {
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let (status, body) = (answer.status(), answer.text().await.map_err(|error| error.to_string())?);
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        if !status.is_success() {
            return Err(format!("{status}: {}", text(&json["message"])));
        }
        self.say(&format!("  {}", status.as_u16()));
        Ok(json)
    }
}

/// Sets the value at a JSON Pointer, creating the parents; `-` and an index after the end append to an array.
pub fn place(body: &mut Value, pointer: &str, value: Value) {
    let mut at = body;
    for part in Place::new(pointer).steps() {
        let is_index = part == "-" || part.bytes().all(|byte| byte.is_ascii_digit());
        if !at.is_object() && !at.is_array() {
            *at = if is_index { json!([]) } else { json!({}) };
        }
        at = match at {
            Value::Array(items) => {
                let index = part.parse().unwrap_or(items.len()).min(items.len());
                if index == items.len() {
                    items.push(Value::Null);
                }
                &mut items[index]
            }
            Value::Object(members) => members.entry(part.to_owned()).or_insert(Value::Null),
            _ => return,
        };
    }
    *at = value;
}

/// The events that the receiver got.
struct Deliveries(mpsc::UnboundedReceiver<Value>);

impl Deliveries {
    async fn until_approved(&mut self, id: &str) -> Result<(), String> {
        loop {
            let event = tokio::time::timeout(DELIVERY_TIMEOUT, self.0.recv()).await;
            let event = event.map_err(|_| {
                "no webhook was delivered within 30 seconds; dossier webhooks list and \
                deliveries show why"
            })?;
            let event = event.ok_or("the webhook receiver has stopped")?;
            if event["entity_id"] == id && event["entity_object"]["kycs"]["status"] == "approved" {
                return Ok(());
            }
        }
    }
}

/// Starts a webhook receiver on this machine, which verifies signatures and prints events.
async fn receive(key: &str, output: Output) -> std::io::Result<(String, Deliveries)> {
    let (send, receive) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let state = Arc::new((hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), send, output));
    let router = axum::Router::new().route("/webhooks", post(take)).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((url, Deliveries(receive)))
}

async fn take(
    State(state): State<Arc<(hmac::Key, mpsc::UnboundedSender<Value>, Output)>>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> http::StatusCode {
    let (key, send, output) = &*state;
    let expected = hexadecimal(hmac::sign(key, &body).as_ref());
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("x-hmac-signature") != expected {
        return http::StatusCode::UNAUTHORIZED;
    }
    let event: Value = serde_json::from_slice(&body).unwrap_or_default();
    let kycs = &event["entity_object"]["kycs"];
    let line = format!(
        "  <- webhook {} {}: {} / {} (signature verified)",
        header("webhook-id"),
        text(&event["event_type"]),
        text(&kycs["status"]),
        text(&kycs["sub_status"])
    );
    say(*output, &line);
    let _ = send.send(event);
    http::StatusCode::OK
}

fn rand_part() -> u32 {
    let mut bytes = [0; 4];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives randomness");
    u32::from_be_bytes(bytes)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn say(output: Output, line: &str) {
    output.line(&json!({ "line": line }), line);
}
