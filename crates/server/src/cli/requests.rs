//! `dossier requests`.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::ids::KeyId;
use dossier_core::requests::{LoggedRequest, RequestFilter};
use dossier_core::use_cases::requests::{errors, follow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::Output;
use super::read::{limit, time};
use crate::errors::text;
use crate::http::router::{UNKNOWN, api_paths};

/// Errors of this many days are counted together.
const ERROR_DAYS: i64 = 7;

group! {
    /// Look at what API keys asked, what was wrong, and what it led to
    Requests { List, Show, Errors }
}

/// List requests, newest first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Only responses with this status, or with a status that begins with this digit
    #[arg(long, value_parser = status)]
    pub status: Option<u16>,
    /// Only with this code of a problem or a violation
    #[arg(long)]
    pub code: Option<String>,
    /// Only with a violation here, as requests errors shows it, such as /documents/*/purpose
    #[arg(long)]
    pub pointer: Option<String>,
    /// Only requests with this method
    #[arg(long)]
    pub method: Option<String>,
    /// Only requests of this API key
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,
    /// Only requests to this documented path, such as /v0/customers/{customer_id}, or other for all unknown ones
    #[arg(long, value_name = "PATH", value_parser = route)]
    pub route: Option<String>,
    /// Only requests at this time or later, such as 2026-01-05 or 2026-01-05T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Only requests before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The maximum number of requests
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

fn status(text: &str) -> Result<u16, String> {
    let is_status = |status: &u16| matches!(status, 1..=5 | 100..=599);
    text.parse().ok().filter(is_status).ok_or_else(|| "must be a status from 100 to 599, or its first digit".to_owned())
}

fn route(text: &str) -> Result<String, String> {
    let mut routes = api_paths();
    routes.push(UNKNOWN);
    if routes.contains(&text) { Ok(text.to_owned()) } else { Err(format!("must be one of {}", routes.join(", "))) }
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let key = self.key.as_ref().map(|id| KeyId::parse(id).ok_or("no such key; dossier keys list shows them all"));
        let statuses = match self.status {
            Some(class @ 1..=5) => Some((class * 100, class * 100 + 99)),
            status => status.map(|status| (status, status)),
        };
        let filter = RequestFilter {
            statuses,
            code: self.code.clone(),
            pointer: self.pointer.clone(),
            key: key.transpose()?,
            route: self.route.clone(),
            method: self.method.as_ref().map(|method| method.to_uppercase()),
            from: self.from.as_deref().map(time).transpose()?,
            to: self.to.as_deref().map(time).transpose()?,
        };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let missing = self.limit - found.len();
            let (page, next) = context.services.store.requests(scope, &filter, after, missing).await.map_err(text)?;
            found.extend(page);
            after = next;
            if found.len() == self.limit || after.is_none() {
                return Ok(found.iter().map(request_json).collect());
            }
        }
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["at", "method", "path", "status", "code", "request_id"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Follow one request: its audit entries, their events, deliveries, and every attempt
#[derive(Args, Serialize, Deserialize)]
pub struct Show {
    /// The request's id, as in X-Request-Id
    pub request_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Show {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let followed = follow(context.services, scope, &self.request_id).await.map_err(text)?;
        let followed = followed.ok_or("the log has no such request in this environment")?;
        let entries = followed.entries.iter().map(|(row, events)| {
            let events = events.iter().map(|event| {
                let deliveries = event.deliveries.iter().map(|delivery| {
                    let mut json = json!(delivery);
                    let own = followed.attempts.iter().filter(|one| one.delivery == delivery.number);
                    json["tried"] = own.map(|one| json!(one)).collect();
                    json
                });
                json!({
                    "event_type": event.event_type, "number": event.number, "at": event.at,
                    "deliveries": deliveries.collect::<Vec<_>>(),
                })
            });
            json!({ "entry": row, "events": events.collect::<Vec<_>>() })
        });
        let mut json = request_json(&followed.request);
        json["entries"] = entries.collect();
        Ok(json)
    }
}

/// Count the errors of the last 7 days by what was wrong and where, most frequent first
#[derive(Args, Serialize, Deserialize)]
pub struct Errors {
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Errors {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let from = context.services.clock.now().plus_days(-ERROR_DAYS);
        let groups = errors(context.services, scope, from).await.map_err(text)?;
        let json = groups.iter().map(|(key, count)| {
            json!({
                "count": count.count,
                "status": key.status,
                "code": key.code,
                "pointer": Some(&key.pointer).filter(|text| !text.is_empty()),
                "violation": Some(&key.violation).filter(|text| !text.is_empty()),
                "operation": format!("{} {}", key.method, key.route),
                "key_id": key.key,
                "first_request_id": count.first_request,
                "last_at": count.last_at,
            })
        });
        Ok(json.collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["count", "code", "violation", "pointer", "operation", "first_request_id"]);
        Ok(ExitCode::SUCCESS)
    }
}

fn request_json(one: &LoggedRequest) -> Value {
    json!({
        "request_id": one.request_id,
        "at": one.at,
        "method": one.method,
        "route": one.route,
        "path": one.path(),
        "status": one.status,
        "code": one.code,
        "violations": one.violations.iter().map(|one| json!({ "pointer": one.pointer, "code": one.code }))
            .collect::<Vec<_>>(),
        "key_id": one.key,
        "customer_id": one.customer,
        "duration_us": one.duration_us,
    })
}
