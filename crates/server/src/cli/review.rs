//! `dossier review`.

use async_trait::async_trait;
use clap::Args;
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::decide;
use dossier_core::use_cases::step::PROPOSED;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Violation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::customers::view_customer;
use super::read::limit;
use crate::errors::text;

group! {
    /// Review customers and decide about them
    Review { List, Show, Decide }
}

/// List the customers that wait for a decision, longest wait first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The maximum number of customers
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let store = &context.services.store;
        let mut rows = Vec::new();
        for id in store.review_queue(scope, self.limit).await.map_err(text)? {
            let Some(customer) = store.customer(scope, id).await.map_err(text)? else { continue };
            rows.push(json!({
                "customer_id": id,
                "type": customer.profile.kind(),
                "state": customer.kyc.state,
                "waits_since": customer.kyc.queued_at,
                "changed": customer.kyc.review.as_ref().map_or(&[][..], |review| &review.fields),
                "proposed": customer.kyc.proposal.as_ref().map(|proposal| proposal.decision.outcome),
            }));
        }
        Ok(Value::Array(rows))
    }
}

/// Show a customer with everything that a decision needs; writes an audit entry
#[derive(Args, Serialize, Deserialize)]
pub struct Show {
    /// The customer's id
    pub customer_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Show {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let CommandContext { services, .. } = context;
        let scope = context.scope(&self.scope).await?;
        let mut json = view_customer(context, &self.scope, &self.customer_id).await?;
        let id = CustomerId::parse(&self.customer_id).ok_or("no such customer")?;
        let customer = services.store.customer(scope, id).await.map_err(text)?.ok_or("no such customer")?;
        let rules = &services.policy.rules;
        let now = services.now(scope);
        let requirements = rules.of(&customer, now);
        json["state"] = json!(customer.kyc.state);
        json["decision"] = json!(customer.kyc.decision);
        json["proposal"] = json!(customer.kyc.proposal);
        json["review"] = json!(customer.kyc.review);
        json["awaited"] = json!(customer.kyc.awaited);
        json["provider"] = json!(customer.kyc.provider);
        json["consent"] = json!(customer.kyc.form.as_ref().and_then(|form| form.consent.as_ref()));
        json["rule_set"] = json!(rules.version);
        json["risks"] = json!(rules.risks(&customer, now));
        json["requirements"] = requirements
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "pointer": one.pointer, "status": one.status, "label": one.label, "error": one.error,
                    "confirmed": one.confirmed,
                })
            })
            .collect();
        Ok(json)
    }
}

/// Decide about a customer, or propose it where the setting four_eyes asks for a second person
#[derive(Args, Serialize, Deserialize)]
pub struct Decide {
    /// The customer's id
    pub customer_id: String,
    /// approve, reject, request_resubmission, offboard or reinstate
    pub outcome: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// What the customer must answer again: the id or pointer of a requirement; repeatable
    #[arg(long = "requirement", value_name = "ID")]
    pub requirements: Vec<String>,
    /// The rails that an approval opens, as currency/rail; repeatable [default: all]
    #[arg(long = "rail", value_name = "RAIL")]
    pub rails: Vec<String>,
    /// The code of a reason, as `dossier rules show --reasons` lists them; repeatable
    #[arg(long = "reason", value_name = "CODE")]
    pub reasons: Vec<String>,
    /// A label of your own, for sorting and counting; repeatable
    #[arg(long = "label", value_name = "WORD")]
    pub labels: Vec<String>,
    /// A comment for the customer
    #[arg(long)]
    pub comment: Option<String>,
    /// A note for reviewers, which the customer never sees
    #[arg(long)]
    pub note: Option<String>,
}

impl Decide {
    /// The body of `POST /v0/customers/{customer_id}/decisions`. The use case validates it.
    fn body(&self) -> Value {
        let rail = |rail: &String| {
            let (currency, rails) = rail.split_once('/').unwrap_or((rail, ""));
            json!({ "currency": currency, "payment_rails": rails })
        };
        let rails = self.rails.iter().map(rail).collect();
        let mut body = json!({ "outcome": self.outcome });
        for (name, list) in [
            ("rails", rails),
            ("requirements", json!(self.requirements)),
            ("reason_codes", json!(self.reasons)),
            ("labels", json!(self.labels)),
        ] {
            if list != json!([]) {
                body[name] = list;
            }
        }
        for (name, text) in [("comment", &self.comment), ("note", &self.note)] {
            if let Some(text) = text {
                body[name] = json!(text);
            }
        }
        body
    }
}

#[async_trait]
impl DataCommand for Decide {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let caller = context.caller(context.scope(&self.scope).await?);
        let body = self.body().to_string().into_bytes();
        let request = Request::unkeyed(&body);
        let decided = decide::decide(context.services, &caller, CustomerId::parse(&self.customer_id), request).await;
        let answer = decided.map_err(in_words)?;
        let mut json: Value = serde_json::from_slice(answer.body.expose()).map_err(text)?;
        if answer.warnings.iter().any(|warning| warning == PROPOSED) {
            json["proposed"] = json!("nothing is decided yet: a member must confirm it at the desk");
        }
        Ok(json)
    }
}

/// Why a use case refused a command, a line for each violation.
pub(super) fn in_words(error: UpdateError) -> String {
    match error {
        UpdateError::NotFound => "there is no such customer in this account and environment".to_owned(),
        UpdateError::Store(error) => error.to_string(),
        UpdateError::Invalid(violations) => {
            let line = |found: &Violation| format!("{}: {}", found.pointer, found.message);
            violations.0.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        error => error.to_string(),
    }
}
