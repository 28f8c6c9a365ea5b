//! `dossier sandbox`.

use async_trait::async_trait;
use clap::Args;
use dossier_core::caller::{Environment, Scope};
use dossier_core::idempotency;
use dossier_core::use_cases::empty_sandbox;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::CommandContext;
use super::review::in_words;
use crate::errors::text;

group! {
    /// Manage sandboxes
    Sandbox { Empty }
}

/// Erase everything in a sandbox: customers, files, events, deliveries and kept answers; the audit trail remains
#[derive(Args, Serialize, Deserialize)]
pub struct Empty {
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

#[async_trait]
impl DataCommand for Empty {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = context.account(self.account.as_deref()).await?;
        let caller = context.caller(Scope { account, environment: Environment::Sandbox });
        let request = idempotency::Request::unkeyed(b"");
        empty_sandbox::begin(context.services, &caller, request, b"{}").await.map_err(in_words)?;
        // If the command is interrupted, the server continues, or its next start does.
        let customers = empty_sandbox::run(context.services).await.map_err(text)?;
        Ok(json!({ "account_id": account, "erased_customers": customers, "state": "empty" }))
    }
}
