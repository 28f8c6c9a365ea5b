//! `dossier audit`: the audit trail.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueHint};
use dossier_core::audit::{
    Action, ActorFilter, AuditFilter, AuditPage, AuditRow, OpenedChange, OpenedDetail, OpenedEntry,
};
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::show_audit_entry;
use dossier_store::anchor::check;
use dossier_store::backup::Pace;
use dossier_store::records;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::audit_text;
use super::command::{DataCommand, DataFolder, group};
use super::context::{CommandContext, ScopeArgs};
use super::output::Output;
use super::read::{limit, time};
use crate::anchor::NamedAnchor;
use crate::errors::text;
use crate::installation::home::Home;

/// The number of entries that are read at once.
const PAGE: usize = 1_000;

group! {
    /// Show and verify the audit trail
    Audit { List, Show, Verify, Checkpoint, AcceptRestore }
}

/// List entries, newest first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
    #[command(flatten)]
    pub query: Query,
    /// Only entries with a smaller number
    #[arg(long, value_name = "SEQ")]
    pub before: Option<u64>,
    /// The maximum number of entries
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

/// The filter of a list.
#[derive(Default, Args, Serialize, Deserialize)]
pub struct Query {
    /// Only entries about this customer
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Only entries with this action, such as kyc.decided
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
    /// Only entries by this actor: system, operator:NAME, key:ID, session:ID, member:ID; or operator, key, session or
    /// member for every actor of that type
    #[arg(long, value_name = "ACTOR")]
    pub actor: Option<String>,
    /// Only entries at this time or later, such as 2026-01-05 or 2026-01-05T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Only entries before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Only entries of this request
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
}

impl Query {
    fn read(&self) -> Result<AuditFilter, String> {
        let Self { customer, action, actor, from, to, request } = self;
        let customer_of = |id: &String| CustomerId::parse(id).ok_or_else(|| format!("{id} is not a customer id"));
        let action_of = |name: &String| {
            Action::parse(name).ok_or_else(|| {
                let known: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
                format!("--action must be one of {}", known.join(", "))
            })
        };
        let actor_of = |text: &String| {
            ActorFilter::parse(text).ok_or_else(|| format!("--actor must be one of {}", ActorFilter::FORMS))
        };
        let time = |text: &String| time(text);
        Ok(AuditFilter {
            customer: customer.as_ref().map(customer_of).transpose()?,
            action: action.as_ref().map(action_of).transpose()?,
            actor: actor.as_ref().map(actor_of).transpose()?,
            from: from.as_ref().map(time).transpose()?,
            to: to.as_ref().map(time).transpose()?,
            request_id: request.clone(),
        })
    }
}

#[async_trait]
impl DataCommand for List {
    /// Reads the trail until `limit` entries are found or it ends.
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let Self { scope, query, before, limit } = self;
        let (scope, filter) = (context.scope(scope).await?, query.read()?);
        let is_before = |row: &AuditRow| before.is_none_or(|before| row.seq < before);
        // The links between a customer's entries start at the newest one.
        let mut next = before.filter(|_| filter.customer.is_none());
        let mut rows: Vec<AuditRow> = Vec::new();
        while rows.len() < *limit {
            let page = context.services.store.audit(scope, &filter, next, (limit - rows.len()).min(PAGE)).await;
            let AuditPage { rows: found, next: after } = page.map_err(text)?.unwrap_or_default();
            rows.extend(found.into_iter().filter(is_before));
            next = after;
            if next.is_none() {
                break;
            }
        }
        serde_json::to_value(rows).map_err(text)
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.value_as(&outcome, audit_text::list);
        Ok(ExitCode::SUCCESS)
    }
}

/// Show an entry with the values before and after the change; writes an audit entry
#[derive(Args, Serialize, Deserialize)]
pub struct Show {
    /// The number of the entry
    pub seq: u64,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Show {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let entry = show_audit_entry::show(context.services, &context.caller(scope), self.seq).await.map_err(text)?;
        let unknown = "no such entry in this account and environment; dossier audit list shows them all";
        entry.map(entry_json).ok_or_else(|| unknown.to_owned())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.value_as(&outcome, audit_text::entry);
        Ok(ExitCode::SUCCESS)
    }
}

/// Verify every chain, and compare it with the anchor; exit status 1 if there are findings
#[derive(Args, Serialize, Deserialize)]
pub struct Verify {
    /// Also compare each account, key, customer, file and endpoint with its audit entry
    #[arg(long)]
    pub records: bool,
    /// The anchor of another process, or a file with checkpoints; repeatable [default: the anchor of this process]
    #[arg(long = "anchor", visible_alias = "checkpoint", value_name = "FILE", value_parser = anchor_file(),
        value_hint = ValueHint::AnyPath)]
    pub anchors: Vec<NamedAnchor>,
}

#[async_trait]
impl DataCommand for Verify {
    fn needs(&self) -> DataFolder {
        DataFolder::MayBeOlder
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        for anchor in &self.anchors {
            // An unreadable file is an error of the operator and not a finding.
            anchor.text()?;
        }
        verify(context, self.records, &self.anchors).await
    }

    fn print(&self, report: Value, output: Output) -> Result<ExitCode, String> {
        output.value(&report);
        let well = report["findings"].as_array().is_none_or(Vec::is_empty);
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Print a signed checkpoint of every audit trail, to be kept outside the database
#[derive(Args, Serialize, Deserialize)]
pub struct Checkpoint {}

#[async_trait]
impl DataCommand for Checkpoint {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        Ok(context.anchor.checkpoints().await.map_err(text)?.into())
    }
}

/// Accept a database that is older than its anchor because it was restored; stop every server first
#[derive(Args, Serialize, Deserialize)]
pub struct AcceptRestore {
    /// The anchor of another process, to accept its audit trails as well; repeatable
    #[arg(long = "anchor", value_name = "FILE", value_parser = anchor_file(), value_hint = ValueHint::AnyPath)]
    pub anchors: Vec<NamedAnchor>,
}

#[async_trait]
impl DataCommand for AcceptRestore {
    fn needs(&self) -> DataFolder {
        DataFolder::MayBeOlder
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        if context.metrics.is_some() {
            return Err("a server is running on this data folder; stop every server first".to_owned());
        }
        context.anchor.accept(context.services, |scope| context.caller(scope), &self.anchors).await
    }
}

fn anchor_file() -> impl TypedValueParser<Value = NamedAnchor> {
    PathBufValueParser::new().map(|path| NamedAnchor::of(&path))
}

/// Verifies the chains, compares them with the anchors and, if `with_records` is set, compares the rows with them.
pub(super) async fn verify(
    context: &CommandContext<'_>,
    with_records: bool,
    anchors: &[NamedAnchor],
) -> Result<Value, String> {
    let CommandContext { services, store, anchor: own, progress, .. } = context;
    let mut report = services.store.verify_audit(progress).await.map_err(text)?;
    let (mut checkpoints, mut accepted) = (0, 0);
    match own.read(anchors) {
        Ok(anchors) => {
            for anchor in &anchors {
                let verdict = check(*store, anchor).await.map_err(text)?;
                checkpoints += anchor.checkpoints.len();
                accepted += verdict.accepted;
                report.findings.extend(verdict.findings);
            }
        }
        Err(error) => report.findings.push(error),
    }
    let mut compared = Value::Null;
    if with_records {
        let pace = if context.metrics.is_some() { Pace::Gentle } else { Pace::Fast };
        let home = Home::of(context.config);
        let rows = home.with_location(async |location| records::compare(location, pace, progress).await).await;
        let rows = rows.map_err(text)?;
        report.findings.extend(rows.findings);
        compared = rows.rows.into();
    }
    let mut value = serde_json::to_value(report).map_err(text)?;
    value["checkpoints"] = json!(checkpoints);
    value["older_than_an_accepted_restore"] = json!(accepted);
    value["records"] = compared;
    Ok(value)
}

fn entry_json(entry: OpenedEntry) -> Value {
    let OpenedEntry { row, detail, erased } = entry;
    let OpenedDetail { address, note, changes } = detail.into_exposed();
    let change = |OpenedChange { pointer, values }: OpenedChange| match values {
        Some((before, after)) => json!({ "pointer": pointer, "before": before, "after": after }),
        None => json!({ "pointer": pointer, "erased": true }),
    };
    let mut json = json!(row);
    json["address"] = json!(address);
    // A note is sealed with the rest, so it is not known whether there was one.
    json["note_erased"] = (note.is_none() && !erased.is_empty()).into();
    json["note"] = json!(note);
    json["changes"] = changes.into_iter().map(change).collect();
    json["erased"] = json!(erased);
    json
}
