//! `dossier listen`: reads the events after where it stopped and posts each to a URL, with the headers that
//! webhooks have. What was taken is noted on disk before the next is sent, so that neither a restart of this command,
//! nor of the server, nor of the receiver loses one.

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

/// Until the server or the receiver is asked again.
const AGAIN: Duration = Duration::from_millis(500);
/// Who is not reached in this time is said to be away.
const CONNECT: Duration = Duration::from_secs(4);

/// Forward events of a running server to a URL of yours, signed like webhooks
#[derive(Args)]
pub struct Listen {
    /// Where to post events
    #[arg(long, value_name = "URL")]
    forward_to: String,
    /// The API of the running server [default: that of the settings]
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    /// The API key, which reads events and signs what is forwarded
    #[arg(long, env = "DOSSIER_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: String,
    /// Where to note how far it came [default: listen.json in the data folder]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Begin with the oldest event, when nothing is noted yet; else only with new ones
    #[arg(long)]
    from_start: bool,
    /// Which events, customer.kycs.updated for instance; may be repeated [default: all]
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
    /// Forwards until it is ended.
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let Local { config, output, .. } = *local;
        let api = self.api.clone().unwrap_or_else(|| config.links_to());
        let state = self.state.clone().unwrap_or_else(|| config.data_dir.join("listen.json"));
        let is_target = Url::parse(&self.forward_to).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_target {
            return Err("--forward-to must be a URL, like http://127.0.0.1:3000/webhooks".to_owned());
        }
        let client = Client::builder().no_proxy().connect_timeout(CONNECT).timeout(Duration::from_secs(45)).build();
        let client = client.map_err(text)?;
        let secret = secret(&self.key);
        let mut after = match saved_cursor(&state)? {
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
            &format!("Forwarding events of {api} to {target}\nThe secret of webhook-signature is {whsec}"),
        );
        loop {
            let page = poll(&client, &api, &self.key, &after, 20, output).await?;
            let page = parse(&page)?;
            for event in &page.items {
                forward(&client, self, secret.as_ref(), event.get(), output).await;
                // The page's end is a position; within it events are taken one by one and could come twice, never not.
            }
            if page.next_after != after {
                after = page.next_after;
                save_cursor(&state, &after)?;
            }
        }
    }
}

/// The secret that signs what is forwarded as an endpoint's own would: there is no endpoint. It is the same for a key.
fn secret(key: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), b"dossier listen")
}

fn parse(page: &str) -> Result<Page<'_>, String> {
    serde_json::from_str(page).map_err(|_| "the API answered what is no page of events".to_owned())
}

/// One page of events; a server that is away is waited for.
async fn poll(client: &Client, api: &str, key: &str, after: &str, wait: u32, output: Output) -> Result<String, String> {
    let after = if after.is_empty() { String::new() } else { format!("&after={after}") };
    let url = format!("{api}/v0/events?limit=20&wait={wait}{after}");
    let mut complained = false;
    loop {
        let answer = match client.get(&url).header("Api-Key", key).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_builder() => return Err(format!("{api} is no URL of an API")),
            Err(_) => {
                if !complained {
                    output.line(&json!({ "unreached": api }), &format!("{api} is not reached; waiting until it is"));
                    complained = true;
                }
                tokio::time::sleep(AGAIN).await;
                continue;
            }
        };
        let status = answer.status();
        match (status, answer.text().await) {
            (StatusCode::OK, Ok(text)) => return Ok(text),
            (status, Ok(text)) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                let problem: Value = serde_json::from_str(&text).unwrap_or_default();
                return Err(problem["message"].as_str().unwrap_or("the API refused").to_owned());
            }
            _ => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// Posts one event until it is taken: order is worth more than speed here.
async fn forward(client: &Client, arguments: &Listen, secret: &[u8], event: &str, output: Output) {
    let Ok(parsed) = serde_json::from_str::<Value>(event) else { return };
    let kind = parsed["event_type"].as_str().unwrap_or_default();
    if !arguments.events.is_empty() && !arguments.events.iter().any(|wanted| wanted == kind) {
        return;
    }
    // The envelope as webhooks have it: without the id and number in front.
    let Some(at) = event.find("\"event_type\"") else { return };
    let body = format!("{{{}", &event[at..]);
    let key = hmac::Key::new(hmac::HMAC_SHA256, arguments.key.as_bytes());
    let standard_key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, body.as_bytes());
    let signature = hexadecimal(tag.as_ref());
    let id = parsed["id"].as_str().unwrap_or_default();
    let mut complained = false;
    loop {
        // The time of this attempt, as the server signs its own.
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
        let said = match request.body(body.clone()).send().await {
            Ok(answer) if answer.status().is_success() => {
                let number = &parsed["number"];
                let entity = parsed["entity_id"].as_str().unwrap_or_default();
                let status = answer.status().as_u16();
                let line = json!({ "status": status, "event_type": kind, "entity_id": entity, "number": number });
                return output.line(&line, &format!("{status}  {kind}  {entity} #{number}"));
            }
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(_) => "not reached".to_owned(),
        };
        if !complained {
            let line = json!({ "said": said, "event_type": kind });
            output.line(&line, &format!("{said}  {kind}  waiting until it is taken"));
            complained = true;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn saved_cursor(state: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(state) {
        Ok(text) => {
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            let after = value["after"].as_str().map(ToOwned::to_owned);
            after
                .map(Some)
                .ok_or_else(|| format!("{} does not say how far it came; remove it to begin anew", state.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", state)(error)),
    }
}

/// Durable before the next event is asked for.
fn save_cursor(state: &Path, after: &str) -> Result<(), String> {
    let text = json!({ "after": after }).to_string();
    durable::replace(state, text.as_bytes()).map_err(cannot("write", state))
}
