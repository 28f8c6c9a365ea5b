//! `dossier webhooks`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::caller::Scope;
use dossier_core::idempotency::Request;
use dossier_core::ids::{KeyId, WebhookId};
use dossier_core::use_cases::webhooks::{self, WebhookError};
use dossier_core::webhook::{Endpoint, is_accepted};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::keys::overlap;
use super::output::Output;
use super::read::{limit, time};
use crate::console::webhook_form::{chosen, signers};
use crate::console::webhooks::secret_text;
use crate::egress::Egress;
use crate::egress::targets::Targets;
use crate::errors::text;

group! {
    /// Manage webhook endpoints, and list deliveries and send them again
    Webhooks { List, Register, Edit, Enable, RotateSecret, Test, Delete, Deliveries, Resend, ResendFailed }
}

/// List webhook endpoints
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let endpoints = context.services.store.endpoints(scope).await.map_err(text)?;
        let keys = context.services.store.api_keys(scope).await.map_err(text)?;
        let now = context.services.clock.now();
        let shown = endpoints.iter().map(|endpoint| {
            let mut json = endpoint.to_json(None);
            json["status"] = json!(endpoint.state(&keys, now));
            json
        });
        Ok(shown.collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["id", "url", "status"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Register a webhook endpoint; its secret is shown only once
#[derive(Args, Serialize, Deserialize)]
pub struct Register {
    /// Where to send events
    pub url: String,
    /// The id of the API key that signs deliveries; it must be allowed to read events
    #[arg(long, value_name = "ID")]
    pub key: String,
    /// A type of event to send; repeatable [default: customer.kycs.updated]
    #[arg(long = "event-type", value_name = "TYPE")]
    pub event_types: Vec<String>,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Register {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let key = signer(context, caller.scope, &self.key).await?;
        let (body, guard) = (body(&self.url, &self.event_types), egress(context));
        let answer = |endpoint: &Endpoint, secret: &[u8; 32]| {
            endpoint.to_json(Some(&secret_text(secret))).to_string().into_bytes()
        };
        let request = Request::unkeyed(body.as_bytes());
        let registered = webhooks::register(context.services, &caller, key, &guard, request, answer).await;
        serde_json::from_slice(registered.map_err(in_words)?.body.expose()).map_err(text)
    }
}

/// Change the URL or the event types of an endpoint; the other one stays as it is
#[derive(Args, Serialize, Deserialize)]
pub struct Edit {
    /// The endpoint's id
    pub webhook_id: String,
    /// Where to send events
    #[arg(long, required_unless_present = "event_types")]
    pub url: Option<String>,
    /// A type of event to send, in the place of all earlier ones; repeatable
    #[arg(long = "event-type", value_name = "TYPE")]
    pub event_types: Vec<String>,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Edit {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let id = WebhookId::parse(&self.webhook_id);
        let known = webhooks::find(context.services, &caller, id).await.map_err(text)?;
        let types = if self.event_types.is_empty() {
            known.event_types.iter().map(ToString::to_string).collect()
        } else {
            self.event_types.clone()
        };
        let body = body(self.url.as_ref().unwrap_or(&known.url), &types);
        webhooks::edit(context.services, &caller, &egress(context), id, body.as_bytes()).await.map_err(in_words)?;
        Ok(webhooks::find(context.services, &caller, id).await.map_err(text)?.to_json(None))
    }
}

/// Enable an endpoint again, or let another key sign; waiting deliveries are sent at once
#[derive(Args, Serialize, Deserialize)]
pub struct Enable {
    /// The endpoint's id
    pub webhook_id: String,
    /// The id of the API key that signs deliveries
    #[arg(long, value_name = "ID")]
    pub key: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Enable {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let key = signer(context, caller.scope, &self.key).await?;
        let (id, request) = (WebhookId::parse(&self.webhook_id), Request::unkeyed(b""));
        let enabled = webhooks::enable(context.services, &caller, key, id, request).await;
        serde_json::from_slice(enabled.map_err(text)?.body.expose()).map_err(text)
    }
}

/// Give an endpoint a new secret; the old one signs as well until the overlap ends
#[derive(Args, Serialize, Deserialize)]
pub struct RotateSecret {
    /// The endpoint's id
    pub webhook_id: String,
    /// How long the old secret still signs: 0s to 7d
    #[arg(long, value_parser = overlap, default_value = "24h", value_name = "DURATION")]
    pub overlap: i64,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for RotateSecret {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let id = WebhookId::parse(&self.webhook_id);
        let secret = webhooks::rotate_secret(context.services, &caller, id, self.overlap).await.map_err(text)?;
        Ok(json!({ "id": id, "secret": *secret_text(&secret) }))
    }
}

/// Send a test event to an endpoint, and print its response
#[derive(Args, Serialize, Deserialize)]
pub struct Test {
    /// The endpoint's id
    pub webhook_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Test {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let id = WebhookId::parse(&self.webhook_id);
        let message = webhooks::test_message(context.services, &caller, id).await.map_err(text)?;
        let sent = egress(context).send(caller.scope.environment, message, context.services.clock.now()).await;
        Ok(json!({ "result": sent.result.word() }))
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.value(&outcome);
        Ok(if outcome["result"].as_str().is_some_and(is_accepted) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Delete an endpoint and its waiting deliveries
#[derive(Args, Serialize, Deserialize)]
pub struct Delete {
    /// The endpoint's id
    pub webhook_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Delete {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let id = WebhookId::parse(&self.webhook_id);
        webhooks::delete(context.services, &caller, id).await.map_err(text)?;
        Ok(json!({ "deleted": id }))
    }
}

/// The body of the API's own request for an endpoint.
fn body(url: &str, event_types: &[String]) -> String {
    let mut body = json!({ "url": url });
    if !event_types.is_empty() {
        body["event_types"] = json!(event_types);
    }
    body.to_string()
}

/// Which addresses may be called, as for the server's own deliveries.
fn egress(context: &CommandContext<'_>) -> Egress {
    let listening = &context.config.listening;
    let own =
        [Some(listening.address), listening.metrics.map(|metrics| metrics.address)].into_iter().flatten().collect();
    Egress::new(Targets::new(own, context.config.webhooks.private.clone()))
}

/// The key that is to sign.
async fn signer(context: &CommandContext<'_>, scope: Scope, id: &str) -> Result<KeyId, String> {
    let keys = context.services.store.api_keys(scope).await.map_err(text)?;
    let found = signers(&keys, context.services.clock.now());
    chosen(&found, id)
        .ok_or_else(|| "no such key that works and may read events; dossier keys list shows all".to_owned())
}

/// Every rule that the input breaks.
fn in_words(error: WebhookError) -> String {
    match error {
        WebhookError::Invalid(violations) => {
            let lines = violations.0.iter().map(|one| format!("{}: {}", one.pointer, one.message));
            lines.collect::<Vec<_>>().join("\n")
        }
        error => error.to_string(),
    }
}

/// List the deliveries to an endpoint, newest first
#[derive(Args, Serialize, Deserialize)]
pub struct Deliveries {
    /// The endpoint's id
    pub webhook_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The maximum number of deliveries
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

#[async_trait]
impl DataCommand for Deliveries {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let endpoint = webhooks::find(context.services, &caller, WebhookId::parse(&self.webhook_id)).await;
        let (scope, id) = (caller.scope, endpoint.map_err(text)?.id);
        let deliveries = context.services.store.deliveries(scope, id, None, self.limit).await.map_err(text)?;
        serde_json::to_value(deliveries).map_err(text)
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["id", "event_type", "entity_id", "state", "attempts", "last_answer"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Send a delivery again, whatever its state
#[derive(Args, Serialize, Deserialize)]
pub struct Resend {
    /// The endpoint's id
    pub webhook_id: String,
    /// The delivery's id
    pub delivery_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Resend {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let id = WebhookId::parse(&self.webhook_id);
        // A client of the API may prepare a delivery for later; who types a command wants to see it arrive.
        webhooks::deliverable(context.services, &caller, id).await.map_err(text)?;
        let request = Request::unkeyed(b"");
        let resent = webhooks::resend(context.services, &caller, id, &self.delivery_id, request).await;
        serde_json::from_slice(resent.map_err(text)?.body.expose()).map_err(text)
    }
}

/// Send every delivery again that was given up, for events of a time
#[derive(Args, Serialize, Deserialize)]
pub struct ResendFailed {
    /// The endpoint's id
    pub webhook_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Events at this time or later, such as 2026-01-05 or 2026-01-05T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// Events before this time [default: now]
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
}

#[async_trait]
impl DataCommand for ResendFailed {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let now = context.services.now(caller.scope);
        let (from, to) = (time(&self.from)?, self.to.as_deref().map_or(Ok(now), time)?);
        let id = WebhookId::parse(&self.webhook_id);
        let resent = webhooks::resend_failed(context.services, &caller, id, from, to).await.map_err(text)?;
        Ok(json!({ "resent": resent }))
    }
}
