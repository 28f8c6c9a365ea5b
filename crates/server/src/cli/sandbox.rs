//! `dossier sandbox`.

use async_trait::async_trait;
use clap::Args;
use clap::builder::PossibleValuesParser;
use dossier_core::caller::{Environment, Scope};
use dossier_core::idempotency;
use dossier_core::use_cases::advance_clock::advance;
use dossier_core::use_cases::empty_sandbox;
use dossier_core::use_cases::simulate::{Action, simulate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::CommandContext;
use super::read::duration;
use super::review::in_words;
use crate::errors::text;

group! {
    /// Make things happen in sandboxes, or empty them
    Sandbox { Simulate, Clock, Empty }
}

/// Make something happen to a customer of a sandbox, as if a reviewer or the customer had done it
#[derive(Args, Serialize, Deserialize)]
pub struct Simulate {
    /// What happens
    #[arg(value_parser = action())]
    pub action: String,
    /// The customer's id
    pub customer_id: String,
    /// For kyc.status.request_resubmission: the id of a requirement, or a pointer into the body of PUT; repeatable
    #[arg(long = "requirement", value_name = "ID")]
    pub requirements: Vec<String>,
    /// A message that the customer sees
    #[arg(long)]
    pub comment: Option<String>,
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

/// Every action but the one whose rails no command line has room for.
fn action() -> PossibleValuesParser {
    let actions = Action::ALL.iter().filter(|action| **action != Action::SetBreakdown);
    actions.map(|action| action.as_str()).collect::<Vec<_>>().into()
}

#[async_trait]
impl DataCommand for Simulate {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = context.account(self.account.as_deref()).await?;
        let caller = context.caller(Scope { account, environment: Environment::Sandbox });
        let mut body = json!({ "action": self.action, "customer_id": self.customer_id });
        if !self.requirements.is_empty() {
            body["requirements"] = json!(self.requirements);
        }
        if let Some(comment) = &self.comment {
            body["comment"] = json!(comment);
        }
        let request = body.to_string();
        simulate(context.services, &caller, idempotency::Request::unkeyed(request.as_bytes()))
            .await
            .map_err(in_words)?;
        Ok(json!({ "action": self.action, "customer_id": self.customer_id }))
    }
}

/// Show the clock of a sandbox, or advance it
#[derive(Args, Serialize, Deserialize)]
pub struct Clock {
    /// How far to advance it, such as 30m, 12h or 7d
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    pub advance: Option<i64>,
    /// The account [default: the oldest]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
}

#[async_trait]
impl DataCommand for Clock {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let account = context.account(self.account.as_deref()).await?;
        let scope = Scope { account, environment: Environment::Sandbox };
        if let Some(seconds) = self.advance {
            let body = json!({ "advance": format!("PT{seconds}S") }).to_string();
            let request = idempotency::Request::unkeyed(body.as_bytes());
            advance(context.services, &context.caller(scope), request, |_| b"{}".to_vec()).await.map_err(in_words)?;
        }
        let ahead = context.services.sandboxes.ahead(account);
        Ok(json!({ "account_id": account, "now": context.services.now(scope), "ahead_seconds": ahead }))
    }
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
