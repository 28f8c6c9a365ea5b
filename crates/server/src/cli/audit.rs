//! `dossier audit`: the audit trail.

use std::process::ExitCode;

use async_trait::async_trait;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueHint};
use dossier_core::audit::{
    Action, ActorFilter, AuditFilter, AuditPage, AuditRow, OpenedChange, OpenedDetail, OpenedEntry,
};
use dossier_core::clock::Timestamp;
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
use crate::anchor::NamedAnchor;
use crate::errors::text;
use crate::installation::home::Home;

/// Entries that are read at a time.
const PAGE: usize = 1_000;

group! {
    /// The audit trail
    Audit { List, Show, Verify, Checkpoint, AcceptRestore }
}

/// List entries, newest first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
    #[command(flatten)]
    pub query: Query,
    /// Entries before this number
    #[arg(long, value_name = "SEQ")]
    pub before: Option<u64>,
    /// How many
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

/// Which entries are listed, as a person names them.
#[derive(Default, Args, Serialize, Deserialize)]
pub struct Query {
    /// Those about this customer
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Those of this action, such as kyc.decided
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
    /// Those of this actor: system, operator:NAME, key:ID, session:ID, or operator, key or session for all of a
    /// kind
    #[arg(long, value_name = "ACTOR")]
    pub actor: Option<String>,
    /// Those at this moment or later, such as 2026-01-05 or 2026-01-05T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Those before this moment
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
}

impl Query {
    fn read(&self) -> Result<AuditFilter, String> {
        let Self { customer, action, actor, from, to } = self;
        let customer_of =
            |id: &String| CustomerId::parse(id).ok_or_else(|| format!("{id} is not the id of a customer"));
        let action_of = |name: &String| {
            Action::parse(name).ok_or_else(|| {
                let known: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
                format!("the action must be one of {}", known.join(", "))
            })
        };
        let actor_of = |text: &String| {
            ActorFilter::parse(text).ok_or_else(|| format!("the actor must be one of {}", ActorFilter::FORMS))
        };
        let moment = |text: &String| {
            let midnight = Timestamp::parse(&format!("{text}T00:00:00Z"));
            let form = "a moment is written 2026-01-05 or 2026-01-05T12:00:00Z";
            midnight.or_else(|| Timestamp::parse(text)).ok_or_else(|| form.to_owned())
        };
        Ok(AuditFilter {
            customer: customer.as_ref().map(customer_of).transpose()?,
            action: action.as_ref().map(action_of).transpose()?,
            actor: actor.as_ref().map(actor_of).transpose()?,
            from: from.as_ref().map(moment).transpose()?,
            to: to.as_ref().map(moment).transpose()?,
        })
    }
}

#[async_trait]
impl DataCommand for List {
    /// Goes on through the trail until there are `limit` entries or it ends.
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let Self { scope, query, before, limit } = self;
        let (scope, filter) = (context.scope(scope).await?, query.read()?);
        let is_before = |row: &AuditRow| before.is_none_or(|before| row.seq < before);
        // The links of a customer's entries begin at its newest.
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

/// Show an entry with before and after of each changed place; the audit trail notes it
#[derive(Args, Serialize, Deserialize)]
pub struct Show {
    /// The number of the entry
    pub seq: u64,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Show {
    /// The trail says who looked.
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let entry = show_audit_entry::show(context.services, &context.caller(scope), self.seq).await.map_err(text)?;
        let unknown = "there is no such entry in this account and environment; see dossier audit list";
        entry.map(entry_json).ok_or_else(|| unknown.to_owned())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.value_as(&outcome, audit_text::entry);
        Ok(ExitCode::SUCCESS)
    }
}

/// Verify every chain, and that none is older than the anchor; exit status 1 if anything is wrong
#[derive(Args, Serialize, Deserialize)]
pub struct Verify {
    /// Also compare each account, key, customer, file and endpoint with the entry that wrote it
    #[arg(long)]
    pub records: bool,
    /// An anchor of another process, or checkpoints that were kept elsewhere; may be repeated [default: the anchor
    /// of this process]
    #[arg(long = "anchor", visible_alias = "checkpoint", value_name = "FILE", value_parser = anchor_file(),
        value_hint = ValueHint::AnyPath)]
    pub anchors: Vec<NamedAnchor>,
}

#[async_trait]
impl DataCommand for Verify {
    fn needs(&self) -> DataFolder {
        DataFolder::PerhapsOlder
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        for anchor in &self.anchors {
            // One that cannot be read is no finding.
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

/// Print how far every trail has come, a signed line each, to be kept elsewhere
#[derive(Args, Serialize, Deserialize)]
pub struct Checkpoint {}

#[async_trait]
impl DataCommand for Checkpoint {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        Ok(context.anchored.checkpoints().await.map_err(text)?.into())
    }
}

/// Note that an older state of the database is meant, after it was restored; every process must be stopped
#[derive(Args, Serialize, Deserialize)]
pub struct AcceptRestore {
    /// The anchor of another process, so that its trails are noted as well; may be repeated
    #[arg(long = "anchor", value_name = "FILE", value_parser = anchor_file(), value_hint = ValueHint::AnyPath)]
    pub anchors: Vec<NamedAnchor>,
}

#[async_trait]
impl DataCommand for AcceptRestore {
    fn needs(&self) -> DataFolder {
        DataFolder::PerhapsOlder
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        if context.metrics.is_some() {
            let running = "stop every process first: what one of them has seen of the database is not the older state";
            return Err(running.to_owned());
        }
        context.anchored.accept(context.services, |scope| context.caller(scope), &self.anchors).await
    }
}

fn anchor_file() -> impl TypedValueParser<Value = NamedAnchor> {
    PathBufValueParser::new().map(|path| NamedAnchor::of(&path))
}

/// Verifies the chains, the anchors, and, when `with_records` is set, the rows.
pub(super) async fn verify(
    context: &CommandContext<'_>,
    with_records: bool,
    anchors: &[NamedAnchor],
) -> Result<Value, String> {
    let CommandContext { services, store, anchored, progress, .. } = context;
    let mut report = services.store.verify_audit(progress).await.map_err(text)?;
    let (mut checkpoints, mut accepted) = (0, 0);
    match anchored.read(anchors) {
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
    json["note"] = json!(note);
    json["changes"] = changes.into_iter().map(change).collect();
    json["erased"] = json!(erased);
    json
}
