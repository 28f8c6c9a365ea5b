//! The audit trail as it is read: filters, lines of a list, and whole entries.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::audit::action::Action;
use crate::audit::entry::Decided;
use crate::caller::OperatorName;
use crate::clock::Timestamp;
use crate::ids::{CustomerId, KeyId, MemberId, PersonId, SessionId};
use crate::pii::Pii;

/// The result of verifying every chain.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AuditReport {
    /// How many chains there are: one for each account and environment with entries.
    pub chains: u64,
    /// How many entries were checked.
    pub entries: u64,
    /// How many rows that grant access or find something were compared with their seals.
    pub rows: u64,
    /// What is wrong. Each text names the account, environment and entry or row. It is empty when all is well.
    pub findings: Vec<String>,
}

/// A line of a list of entries. None of it is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct AuditRow {
    /// The number of the entry in the trail, from 1.
    #[schemars(range(min = 1))]
    pub seq: u64,
    /// When it was done.
    pub at: Timestamp,
    // In entries of older versions an operator has no name.
    /// Who did it: `system`, `operator:<name>`, `key:<id>`, `session:<id>` or `member:<id>:<name>`.
    pub actor: String,
    /// What was done, such as `kyc.decided`.
    pub action: String,
    /// The customer that the entry is about, if any.
    pub customer_id: Option<CustomerId>,
    /// The resulting version of the customer's record.
    #[schemars(range(min = 1))]
    pub version: Option<u64>,
    /// Pointers to the members of PUT that changed, or to other objects: `/files/<id>`, `/api_keys/<id>`,
    /// `/webhooks/<id>`, `/settings/<name>`.
    pub fields: Vec<String>,
    /// The decision, if the entry is about one.
    pub decision: Option<Decided>,
    /// The id of the request.
    pub request_id: String,
    /// The hash of the entry, on which the next entry builds.
    pub hash: String,
}

/// A filter of entries. By default it accepts all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only entries about this customer.
    pub customer: Option<CustomerId>,
    /// Only entries of this action.
    pub action: Option<Action>,
    /// Only entries of this actor, or of all actors of a kind.
    pub actor: Option<ActorFilter>,
    /// Only entries at this moment or later.
    pub from: Option<Timestamp>,
    /// Only entries before this moment.
    pub to: Option<Timestamp>,
    /// Only entries of this request.
    pub request_id: Option<String>,
}

/// An actor as the trail names it, a member by id, or a kind of actor: `key`, `session`, `member`, `operator` or
/// `system`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorFilter(Vec<String>);

impl ActorFilter {
    /// What a filter can be, for error messages.
    pub const FORMS: &str =
        "system, operator, operator:NAME, key, key:ID, session, session:ID, member, member:ID or member:ID:NAME";

    /// Reads a filter. `None` when no actor can have this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |name: &str| OperatorName::new(name).is_ok_and(|read| read.as_str() == name);
        let is_member = |id: &str| MemberId::parse(id).is_some_and(|read| read.to_string() == id);
        let known = match text.split_once(':') {
            None => matches!(text, "system" | "operator" | "key" | "session" | "member"),
            Some(("operator", name)) => is_name(name),
            Some(("member", rest)) => match rest.split_once(':') {
                None => is_member(rest),
                Some((id, name)) => is_member(id) && is_name(name),
            },
            Some(("key", id)) => KeyId::parse(id).is_some_and(|read| read.to_string() == id),
            Some(("session", id)) => SessionId::parse(id).is_some_and(|read| read.to_string() == id),
            Some(_) => false,
        };
        known.then(|| Self(vec![text.to_owned()]))
    }

    /// Every person: operators and members.
    #[must_use]
    pub fn people() -> Self {
        Self(["operator", "member"].map(ToOwned::to_owned).into())
    }

    /// Whether the filter accepts this actor.
    fn is(&self, actor: &str) -> bool {
        self.0.iter().any(|wanted| {
            // A kind, or the id of a member, whose name comes after it.
            let is_open = match wanted.split_once(':') {
                None => true,
                Some((kind, rest)) => kind == "member" && !rest.contains(':'),
            };
            actor.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || is_open && rest.starts_with(':'))
        })
    }
}

impl AuditFilter {
    /// Whether the filter accepts an entry.
    #[must_use]
    pub fn accepts(
        &self,
        customer: Option<CustomerId>,
        (action, actor, request_id): (&str, &str, &str),
        at: Timestamp,
    ) -> bool {
        self.customer.is_none_or(|wanted| customer == Some(wanted))
            && self.action.is_none_or(|wanted| action == wanted.as_str())
            && self.actor.as_ref().is_none_or(|wanted| wanted.is(actor))
            && self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at < to)
            && self.request_id.as_ref().is_none_or(|wanted| request_id == wanted)
    }
}

/// A page of the list of entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// Entries, newest first. There may be few or none although others follow, because one read examines a limited
    /// number of entries.
    pub rows: Vec<AuditRow>,
    /// The number before which the list continues. `None` at its end.
    pub next: Option<u64>,
}

/// One whole entry.
#[derive(Clone)]
pub struct OpenedEntry {
    /// What lists show of it.
    pub row: AuditRow,
    /// The details, which are personal.
    pub detail: Pii<OpenedDetail>,
    /// The data subjects whose keys are gone, so that details about them cannot be opened.
    pub erased: Vec<PersonId>,
}

impl fmt::Debug for OpenedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenedEntry({})", self.row.seq)
    }
}

/// The details of an entry, as far as they can be opened.
#[derive(Clone, Default)]
pub struct OpenedDetail {
    /// The network address that the request came from.
    pub address: Option<String>,
    /// The reason, or what else an examiner needs.
    pub note: Option<String>,
    /// Every changed place.
    pub changes: Vec<OpenedChange>,
}

/// A place with its value before and after.
#[derive(Clone)]
pub struct OpenedChange {
    /// The JSON Pointer of the place that changed.
    pub pointer: String,
    /// Before and after. `None` when they are erased.
    pub values: Option<(Value, Value)>,
}

impl OpenedEntry {
    /// An entry with its detail as it was sealed: `{"address", "note", "changes": {"/pointer": {"before", "after"}}}`,
    /// and `erased` with the ids of data subjects whose keys are gone. If there are any, places that the detail does
    /// not have are taken to be theirs.
    #[must_use]
    pub fn new(row: AuditRow, mut detail: Value) -> Self {
        let mut text = |name: &str| detail[name].take().as_str().map(str::to_owned);
        let (address, note) = (text("address"), text("note"));
        let mut changes = Vec::new();
        if let Value::Object(opened) = detail["changes"].take() {
            changes.extend(opened.into_iter().map(|(pointer, mut change)| OpenedChange {
                pointer,
                values: Some((change["before"].take(), change["after"].take())),
            }));
        }
        let erased: Vec<_> = detail["erased"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let erased: Vec<_> = erased.into_iter().filter_map(PersonId::parse).collect();
        if !erased.is_empty() {
            let is_open = |field: &String| {
                changes
                    .iter()
                    .any(|change| change.pointer == *field || change.pointer.starts_with(&format!("{field}/")))
            };
            let gone: Vec<String> = row.fields.iter().filter(|field| !is_open(field)).cloned().collect();
            changes.extend(gone.into_iter().map(|pointer| OpenedChange { pointer, values: None }));
        }
        Self { row, detail: Pii::new(OpenedDetail { address, note, changes }), erased }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_an_actor_or_a_kind_of_actors() {
        let id = "019abc00-0000-7000-8000-000000000000";
        let (ada, bob) = (format!("member:{id}:Ada: L"), "member:019abc00-0000-7000-8000-000000000001:Ada");
        for text in ["system", "operator", "key", "session", "member", "operator:Ada Lovelace", &ada] {
            assert!(ActorFilter::parse(text).is_some(), "{text}");
        }
        for kind in ["key", "session", "member"] {
            assert!(ActorFilter::parse(&format!("{kind}:{id}")).is_some(), "{kind}");
            assert!(ActorFilter::parse(&format!("{kind}:{}", id.to_uppercase())).is_none(), "{kind}");
        }
        for (filter, actor, is_meant) in [
            ("operator", "operator", true),
            ("operator", "operator:Ada", true),
            ("operator:Ada", "operator:Ada", true),
            ("operator:Ada", "operator:Ada:B", false),
            ("operator:Ada", "operator", false),
            ("key", "keys", false),
            ("system", "session:1", false),
            ("member", &ada, true),
            ("member", "members", false),
            (&format!("member:{id}"), &ada, true),
            (&format!("member:{id}"), bob, false),
            (&ada, &ada, true),
            (&format!("member:{id}:Ada"), &ada, false),
            ("operator", &ada, false),
        ] {
            assert_eq!(ActorFilter::parse(filter).expect(filter).is(actor), is_meant, "{filter} {actor}");
        }
        for text in
            ["", "root", "key:", "key:1", "operator:", "operator:a\nb", "system:x", "Operator", "member:", "member:1"]
        {
            assert!(ActorFilter::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn places_that_cannot_be_opened_any_more_are_marked() {
        let row = AuditRow {
            seq: 7,
            at: Timestamp::from_micros(0),
            actor: "system".into(),
            action: "customer.updated".into(),
            customer_id: None,
            version: None,
            fields: vec!["/first_name".into(), "/associated_persons".into(), "/tax_number".into()],
            decision: None,
            request_id: String::new(),
            hash: String::new(),
        };
        let detail = serde_json::json!({
            "changes": {
                "/first_name": { "before": null, "after": "Ada" },
                "/associated_persons/1": { "before": {}, "after": null },
            },
            "erased": [PersonId::from_bytes([7; 16])],
        });
        let entry = OpenedEntry::new(row, detail);
        assert_eq!(entry.erased, [PersonId::from_bytes([7; 16])]);
        let shown = |change: &OpenedChange| (change.pointer.clone(), change.values.is_some());
        let shown: Vec<_> = entry.detail.expose().changes.iter().map(shown).collect();
        let expected = [("/first_name", true), ("/associated_persons/1", true), ("/tax_number", false)];
        assert_eq!(shown, expected.map(|(pointer, open)| (pointer.to_owned(), open)));
        assert!(!format!("{entry:?}").contains("Ada"));
    }
}
