//! `dossier customers`.

use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::Scope;
use dossier_core::customer::filter::Filter;
use dossier_core::customer::{CustomerView, Summary};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::parse::Email;
use dossier_core::use_cases::export_customer;
use dossier_core::use_cases::list_customers;
use dossier_core::use_cases::seen::{SeenError, SeenPlace, seen};
use dossier_core::use_cases::write::append_audit;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{DataCommand, group};
use super::context::{CommandContext, ScopeArgs};
use super::fetch::Fetch;
use super::filter::FilterArgs;
use super::import::Import;
use super::output::Output;
use super::read::limit;
use crate::errors::text;
use crate::export;

const UNKNOWN: &str = "there is no such customer in this account and environment";

group! {
    /// Show, list, import and export customers, and list who saw them
    Customers { Get, List, Import, Export, Seen } local { Fetch }
}

/// Show a customer with its profile; writes an audit entry
#[derive(Args, Serialize, Deserialize)]
pub struct Get {
    /// The customer's id
    pub customer_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[async_trait]
impl DataCommand for Get {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        view_customer(context, &self.scope, &self.customer_id).await
    }
}

/// A customer with its profile. The operator sees personal data, so the audit trail records it.
pub(super) async fn view_customer(
    context: &CommandContext<'_>,
    scope: &ScopeArgs,
    customer_id: &str,
) -> Result<Value, String> {
    let unknown = || UNKNOWN.to_owned();
    let scope = context.scope(scope).await?;
    let id = CustomerId::parse(customer_id).ok_or_else(unknown)?;
    let customer = context.services.store.customer(scope, id).await.map_err(text)?.ok_or_else(unknown)?;
    let mut audit = AuditEntry::new(&context.caller(scope), context.services.now(scope), Action::CustomerViewed);
    audit.customer = Some(id);
    append_audit(context.services, scope, audit).await.map_err(text)?;
    Ok(view_json(&CustomerView::new(&customer.summary(), Some(&customer.profile))))
}

/// List customers, newest first
#[derive(Args, Serialize, Deserialize)]
pub struct List {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Only customers with this e-mail
    #[arg(long, conflicts_with = "FilterArgs")]
    pub email: Option<String>,
    /// Only customers with this reference, which the form shows to the customer
    #[arg(long, conflicts_with_all = ["email", "FilterArgs"])]
    #[serde(default)]
    pub reference: Option<String>,
    /// Also list erased customers, of whom only the id, the type, the status and dates remain
    #[arg(long, value_name = "WHAT", value_parser = ["erased"])]
    #[arg(conflicts_with_all = ["email", "reference", "FilterArgs"])]
    #[serde(default)]
    pub include: Option<String>,
    #[command(flatten)]
    #[serde(default)]
    pub filter: FilterArgs,
    /// Only count them
    #[arg(long, conflicts_with_all = ["email", "reference", "include"])]
    #[serde(default)]
    pub count: bool,
    /// The maximum number of customers
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

/// The newest customers that match a filter. Unlike a request, a command waits until it has found them.
async fn filtered(
    context: &CommandContext<'_>,
    scope: Scope,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Summary>, String> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let left = limit - found.len();
        let page = list_customers::page(context.services, scope, filter, after, left).await.map_err(text)?;
        found.extend(page.summaries);
        after = page.next;
        if after.is_none() || found.len() == limit {
            return Ok(found);
        }
    }
}

#[async_trait]
impl DataCommand for List {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let (store, filter) = (&context.services.store, self.filter.filter());
        if self.count {
            let count = list_customers::count(context.services, scope, &filter).await.map_err(text)?;
            return Ok(json!({ "total": count }));
        }
        let found = match (&self.email, &self.reference) {
            (Some(email), _) => store.summaries_by_email(scope, &Email::searched(email)).await.map_err(text)?,
            (None, Some(reference)) => with_reference(context, scope, reference, self.limit).await?,
            (None, None) if filter != Filter::default() => filtered(context, scope, &filter, self.limit).await?,
            (None, None) => store.summaries(scope, None, self.limit).await.map_err(text)?.summaries,
        };
        let mut shown: Vec<(CustomerId, Value)> =
            found.iter().map(|summary| (summary.id, view_json(&CustomerView::new(summary, None)))).collect();
        if self.include.is_some() {
            let erased = store.tombstones(scope, None, self.limit).await.map_err(text)?;
            shown.extend(erased.iter().map(|tombstone| (tombstone.id, json!(tombstone.view()))));
            // Newest first: the order of ids is that of creation.
            shown.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
            shown.truncate(self.limit);
        }
        Ok(shown.into_iter().map(|(_, customer)| customer).collect())
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        let columns = ["customer_id", "type", "email", "kycs.status", "created_at", "erased_at"];
        output.rows(&outcome, if self.include.is_some() { &columns } else { &columns[..5] });
        Ok(ExitCode::SUCCESS)
    }
}

/// List who saw a customer's personal data, newest hour first, also of an erased customer
#[derive(Args, Serialize, Deserialize)]
pub struct Seen {
    /// The customer's id
    pub customer_id: String,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// The maximum number of lines
    #[arg(long, default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

#[async_trait]
impl DataCommand for Seen {
    /// Reads the list until `limit` lines are found or it ends.
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let unknown = || UNKNOWN.to_owned();
        let scope = context.scope(&self.scope).await?;
        let id = CustomerId::parse(&self.customer_id).ok_or_else(unknown)?;
        let (mut rows, mut place) = (Vec::new(), SeenPlace::default());
        while rows.len() < self.limit {
            let page = seen(context.services, scope, id, place, self.limit - rows.len()).await;
            let page = page.map_err(|error| if let SeenError::NotFound = error { unknown() } else { text(error) })?;
            rows.extend(page.rows.into_iter().map(|(row, _)| row));
            match page.next {
                Some(next) => place = next,
                None => break,
            }
        }
        serde_json::to_value(rows).map_err(text)
    }

    fn print(&self, outcome: Value, output: Output) -> Result<ExitCode, String> {
        output.rows(&outcome, &["at", "actor", "seen", "through", "looks", "reason"]);
        Ok(ExitCode::SUCCESS)
    }
}

/// Save a customer's data and documents as a zip file, to answer an access request; writes an audit entry
#[derive(Args, Serialize, Deserialize)]
pub struct Export {
    /// The customer's id
    #[arg(required_unless_present = "all")]
    pub customer_id: Option<String>,
    /// All customers, as the rows and documents that dossier customers import reads
    #[arg(long, conflicts_with_all = ["customer_id", "person"])]
    #[serde(default)]
    pub all: bool,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Only the data and documents of this associated person
    #[arg(long, value_name = "ID")]
    #[serde(default)]
    pub person: Option<String>,
    /// The path to save it at, which must not exist yet [default: ID.zip or customers.zip in the current folder]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub to: Option<PathBuf>,
}

impl Export {
    fn ids(&self) -> Result<(CustomerId, Option<PersonId>), String> {
        let unknown = || UNKNOWN.to_owned();
        let person = self.person.as_ref().map(|id| PersonId::parse(id).ok_or_else(unknown)).transpose()?;
        let customer = self.customer_id.as_deref().and_then(CustomerId::parse);
        Ok((customer.ok_or_else(unknown)?, person))
    }
}

#[async_trait]
impl DataCommand for Export {
    fn saves(&self) -> Result<Option<PathBuf>, String> {
        if self.all {
            return Ok(Some(self.to.clone().unwrap_or_else(|| "customers.zip".into())));
        }
        let (customer, person) = self.ids()?;
        let subject = person.unwrap_or(PersonId::of_customer(customer));
        Ok(Some(self.to.clone().unwrap_or_else(|| format!("{subject}.zip").into())))
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let CommandContext { services, pieces, progress, .. } = context;
        if self.all {
            let written = export::write_all(services, &context.caller(scope), *progress, pieces).await;
            let (customers, files) = written.map_err(text)?;
            return Ok(json!({ "customers": customers, "files": files }));
        }
        let (id, person) = self.ids()?;
        let export = export_customer::export(services, &context.caller(scope), id, person).await.map_err(text)?;
        let export = export.ok_or(UNKNOWN)?;
        export::write(&export, &*services.store, scope, pieces).await.map_err(text)?;
        Ok(json!({ "customer_id": id, "person_id": person, "files": export.files.len() }))
    }

    fn print(&self, mut outcome: Value, output: Output) -> Result<ExitCode, String> {
        outcome["saved_as"] = self.saves()?.map(|path| path.display().to_string()).into();
        output.value(&outcome);
        Ok(ExitCode::SUCCESS)
    }
}

/// The customers with this reference. A search by reference is rare, so there is no index and every customer of the
/// account is read.
async fn with_reference(
    context: &CommandContext<'_>,
    scope: Scope,
    reference: &str,
    limit: usize,
) -> Result<Vec<Summary>, String> {
    const AT_ONCE: usize = 500;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = context.services.store.summaries(scope, after, AT_ONCE).await.map_err(text)?;
        after = page.summaries.last().map(|summary| summary.id);
        found.extend(page.summaries.into_iter().filter(|summary| summary.id.has_reference(reference)));
        if !page.more || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

fn view_json(view: &CustomerView<'_>) -> Value {
    serde_json::from_slice(&view.to_json()).expect("a view is JSON")
}
