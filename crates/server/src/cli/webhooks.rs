//! `dossier webhooks`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::idempotency::Request;
use dossier_core::ids::WebhookId;
use dossier_core::use_cases::webhooks;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::Output;
use super::read::{limit, time};
use crate::errors::text;

group! {
    /// List webhook endpoints and deliveries, and send deliveries again
    Webhooks { List, Deliveries, Resend, ResendFailed }
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
        Ok(endpoints.iter().map(|endpoint| endpoint.to_json(None)).collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["id", "url", "status"]);
        Ok(ExitCode::SUCCESS)
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
        let scope = context.scope(&self.scope).await?;
        let id = WebhookId::parse(&self.webhook_id).ok_or("no such endpoint; dossier webhooks list shows them all")?;
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
