//! `dossier listen`: reads events from its saved cursor on and posts each to a URL, with the headers of webhooks. The
//! cursor is saved after the events of a page were accepted, so no event is lost when this command, the server or the
//! receiver restarts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use dossier_core::clock::Clock as _;
use dossier_core::hexadecimal::hexadecimal;
use dossier_store::durable;
use reqwest::{Client, StatusCode};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use url::Url;

use super::command::{Local, LocalCommand};
use super::output::Output;
use crate::errors::{cannot, text};
use crate::system::SystemClock;

/// How long to wait before the server or the receiver is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// Forward events of a running server to your URL, signed like webhooks
#[derive(Args)]
pub struct Listen {
    /// The URL to post events to
    #[arg(long, value_name = "URL")]
    forward_to: String,
    /// The URL of the running server's API [default: the configured one]
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    /// The API key, which reads events and signs the forwarded ones
    #[arg(long, env = "DOSSIER_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: String,
    /// The file in which the position in the list of events is saved [default: listen.json in the data folder]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Without a saved position, start with the oldest event instead of the next new one
    #[arg(long)]
    from_start: bool,
    /// Only events of this type, such as customer.kycs.updated; repeatable [default: all]
    #[arg(long = "event", value_name = "TYPE")]
    events: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    next_after: String,
}

#[async_trait(?Send)]
impl LocalCommand for Listen {
    /// Forwards events until it is interrupted.
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let Local { config, output, .. } = *local;
        let api = self.api.clone().unwrap_or_else(|| config.own_urls().public);
        let state = self.state.clone().unwrap_or_else(|| config.data_dir.join("listen.json"));
        let is_target = Url::parse(&self.forward_to).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_target {
            return Err("--forward-to must be a URL, such as http://127.0.0.1:3000/webhooks".to_owned());
        }
        let client = Client::builder().no_proxy().connect_timeout(CONNECT_TIMEOUT);
        let client = client.timeout(Duration::from_secs(45)).build().map_err(text)?;
        let secret = secret(&self.key);
        let mut after = match load_cursor(&state)? {
            Some(after) => after,
            None if self.from_start => String::new(),
            None => {
                let page = poll(&client, &api, &self.key, "newest", 0, output).await?;
                let after = parse(&page)?.next_after;
                save_cursor(&state, &after)?;
                after
            }
        };
        let (target, whsec) = (&self.forward_to, format!("whsec_{}", STANDARD.encode(secret.as_ref())));
        output.line(
            &json!({ "forwarding": api, "to": target, "secret": whsec }),
            &format!("Forwarding events from {api} to {target}\nSigning secret of webhook-signature: {whsec}"),
        );
        loop {
            let page = poll(&client, &api, &self.key, &after, 20, output).await?;
            let page = parse(&page)?;
            for event in &page.items {
                forward(&client, self, secret.as_ref(), event.get(), output).await;
                // Only the end of a page is a cursor. After a restart, events of a page may be sent twice.
            }
            if page.next_after != after {
                after = page.next_after;
                save_cursor(&state, &after)?;
            }
        }
    }
}

/// The secret that signs forwarded events in place of an endpoint's. It depends only on the key.
fn secret(key: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), b"dossier listen")
}

fn parse(page: &str) -> Result<Page<'_>, String> {
    serde_json::from_str(page)
        .map_err(|_| "the response is not a page of events; is --api the URL of dossier?".to_owned())
}

/// Reads a page of events. Retries while the server cannot be reached.
async fn poll(client: &Client, api: &str, key: &str, after: &str, wait: u32, output: Output) -> Result<String, String> {
    let after = if after.is_empty() { String::new() } else { format!("&after={after}") };
    let url = format!("{api}/v0/events?limit=20&wait={wait}{after}");
    let mut reported = false;
    loop {
        let response = match client.get(&url).header("Api-Key", key).send().await {
            Ok(response) => response,
            Err(error) if error.is_builder() => return Err(format!("{api} is not a URL")),
            Err(_) => {
                if !reported {
                    output.line(&json!({ "unreached": api }), &format!("cannot connect to {api}; retrying"));
                    reported = true;
                }
                tokio::time::sleep(RETRY_AFTER).await;
                continue;
            }
        };
        let status = response.status();
        match (status, response.text().await) {
            (StatusCode::OK, Ok(text)) => return Ok(text),
            (status, Ok(text)) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                let problem: Value = serde_json::from_str(&text).unwrap_or_default();
                let refused = || format!("the API refused the request with status {}", status.as_u16());
                return Err(problem["message"].as_str().map_or_else(refused, ToOwned::to_owned));
            }
            _ => tokio::time::sleep(RETRY_AFTER).await,
        }
    }
}

/// Posts an event until it is accepted, so that the order is kept.
async fn forward(client: &Client, arguments: &Listen, secret: &[u8], event: &str, output: Output) {
    let Ok(parsed) = serde_json::from_str::<Value>(event) else { return };
    let kind = parsed["event_type"].as_str().unwrap_or_default();
    if !arguments.events.is_empty() && !arguments.events.iter().any(|wanted| wanted == kind) {
        return;
    }
    // The body of a webhook: the event without its id and number, which come first.
    let Some(at) = event.find("\"event_type\"") else { return };
    let body = format!("{{{}", &event[at..]);
    let key = hmac::Key::new(hmac::HMAC_SHA256, arguments.key.as_bytes());
    let standard_key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, body.as_bytes());
    let signature = hexadecimal(tag.as_ref());
    let id = parsed["id"].as_str().unwrap_or_default();
    let mut reported = false;
    loop {
        // Like the server, signs with the time of the attempt.
        let timestamp = SystemClock.now().as_micros().div_euclid(1_000_000);
        let standard = hmac::sign(&standard_key, format!("{id}.{timestamp}.{body}").as_bytes());
        let request = client
            .post(&arguments.forward_to)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", format!("v1,{}", STANDARD.encode(standard.as_ref())))
            .header("x-hmac-signature", &signature)
            .timeout(Duration::from_secs(10));
        let result = match request.body(body.clone()).send().await {
            Ok(response) if response.status().is_success() => {
                let number = &parsed["number"];
                let entity = parsed["entity_id"].as_str().unwrap_or_default();
                let status = response.status().as_u16();
                let line = json!({ "status": status, "event_type": kind, "entity_id": entity, "number": number });
                return output.line(&line, &format!("{status}  {kind}  {entity} #{number}"));
            }
            Ok(response) => response.status().as_u16().to_string(),
            Err(_) => "no response".to_owned(),
        };
        if !reported {
            let line = json!({ "said": result, "event_type": kind });
            output.line(&line, &format!("{result}  {kind}  retrying until the receiver returns 2xx"));
            reported = true;
        }
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

fn load_cursor(state: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(state) {
        Ok(text) => {
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            let after = value["after"].as_str().map(ToOwned::to_owned);
            let malformed = || format!("{} holds no position; delete it to start with new events", state.display());
            after.map(Some).ok_or_else(malformed)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", state)(error)),
    }
}

/// Saves the cursor durably.
fn save_cursor(state: &Path, after: &str) -> Result<(), String> {
    let text = json!({ "after": after }).to_string();
    durable::replace(state, text.as_bytes()).map_err(cannot("write", state))
}
