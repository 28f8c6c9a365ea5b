//! One entry of the audit trail, before it is stored.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::action::Action;
use crate::caller::{Actor, Caller};
use crate::clock::Timestamp;
use crate::ids::{CustomerId, PersonId};
use crate::kyc::decision::ReasonCode;
use crate::kyc::lifecycle::Transition;
use crate::kyc::rail::Rail;
use crate::kyc::record::Kyc;
use crate::parse::record::FieldChange;

/// One entry. Who did what, and when, is plain text. The address, the reason and the values are personal, so they are
/// in `detail`.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// The customer that it was done to, if any.
    pub customer: Option<CustomerId>,
    /// The version of the record that it led to.
    pub version: Option<u64>,
    /// Which fields, as JSON Pointers into the PUT body, or what else: `/files/<id>`, `/api_keys/<id>`,
    /// `/webhooks/<id>`, `/settings/<name>`, `/keyring/epochs/<number>` or `/audit/<seq>`.
    pub fields: Vec<String>,
    /// The decision, when the entry is about one. It is boxed, because most entries are not.
    pub decision: Option<Box<Decided>>,
    /// The id of the request.
    pub request_id: String,
    /// The personal part, which is sealed before it is stored.
    pub detail: AuditDetail,
}

/// The personal part of an entry.
#[derive(Clone, Default)]
pub struct AuditDetail {
    /// The network address that the request came from.
    pub address: Option<std::net::IpAddr>,
    /// The reason, or what else an examiner needs.
    pub note: Option<String>,
    /// The associated person whom the note is about. It is sealed under that person's key.
    pub note_about: Option<PersonId>,
    /// Before and after of every changed field.
    pub changes: Vec<FieldChange>,
}

impl fmt::Debug for AuditDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// What was decided about a customer, in words without personal data. It is stored in plain text, so that it can be
/// read after the customer's keys are gone. Comments and notes of reviewers are in the sealed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Decided {
    /// `approve`, `reject`, `request_resubmission`, `offboard` or `reinstate`. A simulated step may also be `submit`,
    /// `abandon` or `set_breakdown`.
    pub outcome: Cow<'static, str>,
    /// The rails that the decision set, each with its new status.
    pub rails: Vec<Rail>,
    /// The codes of the reasons that were given for the decision.
    pub reason_codes: Vec<ReasonCode>,
}

impl Decided {
    /// The decision that led to this verification. `named` limits the rails to those that the decision named.
    pub(crate) fn new(outcome: Transition, after: &Kyc, named: impl Fn(&Rail) -> bool) -> Box<Self> {
        let reason_codes = after.decision.as_ref().map_or_else(Vec::new, |decision| decision.reason_codes.clone());
        let rails = after.breakdown.iter().filter(|rail| named(rail)).cloned().collect();
        Box::new(Self { outcome: outcome.as_str().into(), rails, reason_codes })
    }
}

impl AuditEntry {
    /// An entry about what a caller does at this moment.
    #[must_use]
    pub fn new(caller: &Caller, at: Timestamp, action: Action) -> Self {
        Self {
            at,
            actor: caller.actor.clone(),
            action,
            customer: None,
            version: None,
            fields: Vec::new(),
            decision: None,
            request_id: caller.request_id.clone(),
            detail: AuditDetail { address: caller.address, ..AuditDetail::default() },
        }
    }
}

impl AuditEntry {
    /// Adds a changed place, with its JSON text before and after.
    pub(crate) fn change(&mut self, pointer: String, before: &serde_json::Value, after: &serde_json::Value) {
        self.fields.push(pointer.clone());
        self.detail.changes.push(FieldChange { pointer, before: before.to_string(), after: after.to_string() });
    }
}

impl AuditDetail {
    /// The JSON text that is sealed: `{"address", "note", "changes": {"/pointer": {"before", "after"}}}`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        struct Changes<'a>(&'a [FieldChange]);

        impl Serialize for Changes<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|change| {
                    let raw = |json: &str| serde_json::value::RawValue::from_string(json.to_owned()).ok();
                    (&change.pointer, BeforeAfter { before: raw(&change.before), after: raw(&change.after) })
                }))
            }
        }

        #[derive(Serialize)]
        struct BeforeAfter {
            before: Option<Box<serde_json::value::RawValue>>,
            after: Option<Box<serde_json::value::RawValue>>,
        }

        #[derive(Serialize)]
        struct Detail<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            address: Option<std::net::IpAddr>,
            #[serde(skip_serializing_if = "Option::is_none")]
            note: Option<&'a str>,
            changes: Changes<'a>,
        }

        serde_json::to_vec(&Detail {
            address: self.address,
            note: self.note.as_deref(),
            changes: Changes(&self.changes),
        })
        .expect("an audit detail has string keys only")
    }
}
