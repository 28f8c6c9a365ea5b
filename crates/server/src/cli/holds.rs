//! `dossier holds`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, HoldId};
use dossier_core::use_cases::hold;
use dossier_core::use_cases::write_customer::UpdateError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::Output;
use super::review::in_words;
use crate::errors::text;

group! {
    /// Place and end holds, which stop the deletion of customers
    Holds { #[command(name = "place")] PlaceHold, List, End }
}

/// Place a hold on a customer, which stops its deletion
#[derive(Args, Serialize, Deserialize)]
pub struct PlaceHold {
    /// The customer's id
    pub customer_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The reference of the order
    #[arg(long)]
    pub reference: String,
    /// The court, the authority or the person who ordered it
    #[arg(long, value_name = "NAME")]
    pub authority: String,
    /// Why it was ordered
    #[arg(long)]
    pub reason: String,
    /// When it ends by itself, such as 2030-01-01T00:00:00Z [default: it lasts until it is ended]
    #[arg(long, value_name = "TIME")]
    #[serde(default)]
    pub ends_at: Option<String>,
}

#[async_trait]
impl DataCommand for PlaceHold {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let mut body = json!({ "reference": self.reference, "authority": self.authority, "reason": self.reason });
        if let Some(end) = &self.ends_at {
            body["ends_at"] = end.as_str().into();
        }
        let (id, body) = (CustomerId::parse(&self.customer_id), body.to_string());
        let request = Request::unkeyed(body.as_bytes());
        let answer = hold::place(context.services, &caller, id, request).await.map_err(in_words)?;
        serde_json::from_slice(answer.body.expose()).map_err(text)
    }
}

/// List the holds on a customer, oldest first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    /// The customer's id
    pub customer_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let (caller, id) = (context.caller(scope), CustomerId::parse(&self.customer_id));
        let holds = hold::list(context.services, &caller, id).await.map_err(in_words)?;
        let now = context.services.now(scope);
        Ok(holds.iter().map(|hold| json!(hold.view(now))).collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["id", "active", "authority", "reference", "placed_at", "ends_at", "ended_at"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// End a hold; what it stopped continues
#[derive(Args, Serialize, Deserialize)]
pub struct End {
    /// The customer's id
    pub customer_id: String,
    /// The hold's id
    pub hold_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for End {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let (id, hold) = (CustomerId::parse(&self.customer_id), HoldId::parse(&self.hold_id));
        let ended = hold::end(context.services, &context.caller(scope), id, hold).await;
        let ended = ended.map_err(|error| match error {
            UpdateError::NotFound => "there is no such hold on this customer".to_owned(),
            error => in_words(error),
        })?;
        Ok(json!(ended.view(context.services.now(scope))))
    }
}
