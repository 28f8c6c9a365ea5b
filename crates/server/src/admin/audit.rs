//! Commands that read the audit trail.

use dossier_core::audit::{
    self, Action, ActorFilter, AuditFilter, AuditPage, AuditRow, OpenedChange, OpenedDetail, OpenedEntry,
};
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::show_audit_entry;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Context, Place, said};

/// Entries that are read at a time.
const PAGE: usize = 1_000;

/// Which entries are listed, as a person names them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Those about this customer.
    pub customer_id: Option<String>,
    /// Those of this action.
    pub action: Option<String>,
    /// Those of this actor, or of all actors of a kind.
    pub actor: Option<String>,
    /// Those at this moment or later: a date or a date with a time.
    pub from: Option<String>,
    /// Those before this moment.
    pub to: Option<String>,
}

impl AuditQuery {
    fn read(&self) -> Result<AuditFilter, String> {
        let Self { customer_id, action, actor, from, to } = self;
        let customer = |id: &String| CustomerId::parse(id).ok_or_else(|| format!("{id} is not the id of a customer"));
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
            customer: customer_id.as_ref().map(customer).transpose()?,
            action: action.as_ref().map(action_of).transpose()?,
            actor: actor.as_ref().map(actor_of).transpose()?,
            from: from.as_ref().map(moment).transpose()?,
            to: to.as_ref().map(moment).transpose()?,
        })
    }
}

impl Context<'_> {
    /// Goes on through the trail until there are `limit` entries or it ends.
    pub(super) async fn list_audit(
        &self,
        place: Place,
        query: &AuditQuery,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Value, String> {
        let (scope, filter) = (self.scope(place).await?, query.read()?);
        let is_before = |row: &AuditRow| before.is_none_or(|before| row.seq < before);
        // The links of a customer's entries begin at its newest.
        let mut next = before.filter(|_| filter.customer.is_none());
        let mut rows: Vec<AuditRow> = Vec::new();
        while rows.len() < limit {
            let page = self.services.store.audit(scope, &filter, next, (limit - rows.len()).min(PAGE)).await;
            let AuditPage { rows: found, next: after } = page.map_err(said)?.unwrap_or_default();
            rows.extend(found.into_iter().filter(is_before));
            next = after;
            if next.is_none() {
                break;
            }
        }
        serde_json::to_value(rows).map_err(|error| error.to_string())
    }

    /// The trail says who looked.
    pub(super) async fn show_audit(&self, place: Place, seq: u64) -> Result<Value, String> {
        let scope = self.scope(place).await?;
        let entry = show_audit_entry::show(self.services, &self.operator(scope), seq).await.map_err(said)?;
        let unknown = "there is no such entry in this account and environment; see dossier audit list";
        entry.map(entry_json).ok_or_else(|| unknown.to_owned())
    }
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
