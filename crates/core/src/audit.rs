//! What an entry of the audit trail says. Entries form a hash chain per account and environment, which the store keeps.

mod read;
mod show;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::caller::{Actor, Caller};
use crate::catalogue::catalogue;
use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::kyc::decide::ReasonCode;
use crate::kyc::record::Rail;
use crate::kyc::{Kyc, Transition};
use crate::parse::FieldChange;

pub use read::{ActorFilter, AuditFilter, AuditPage, AuditRow, OpenedChange, OpenedDetail, OpenedEntry};
pub use show::show;

catalogue! {
    /// What was done.
    Action {
    AccountChanged = "account.changed": "An account was given another name or look.",
    AccountCreated = "account.created": "An account was created.",
    KeyCreated = "api_key.created": "An API key was created.",
    KeyRolled = "api_key.rolled": "An API key was replaced by a new one.",
    KeyRevoked = "api_key.revoked": "An API key was revoked.",
    CustomerCreated = "customer.created": "A customer was created.",
    CustomerUpdated = "customer.updated": "A customer's profile was changed.",
    EmailIndexed = "customer.email_indexed": "An e-mail that an older version had stored was made findable again.",
    CustomerViewed = "customer.viewed": "A person looked at a customer's unmasked data.",
    SessionOpened = "kyc.session_opened": "A KYC session was opened, or its link was given again.",
    SessionExpired = "kyc.session_expired": "The link of a KYC session ran out.",
    FormOpened = "kyc.form_opened": "Somebody entered the hosted form through a link.",
    FormLeft = "kyc.form_left": "Somebody left the hosted form on the device that had entered it.",
    FormSaved = "kyc.form_saved": "Something was typed into the hosted form that cannot be stored in the profile yet.",
    FormSubmitted = "kyc.form_submitted": "A customer consented and submitted the hosted form.",
    Evaluated = "kyc.evaluated": "The requirements stand differently: a date was reached, or rules changed.",
    Decided = "kyc.decided": "A decision about a customer was made.",
    Simulated = "kyc.simulated": "A sandbox customer was put somewhere.",
    ProviderAsked = "kyc.provider_asked": "A provider was given a share token, which was then forgotten.",
    ProviderAnswered = "kyc.provider_answered": "A provider said how a verification stands.",
    ClockAdvanced = "sandbox.clock_advanced": "The clock of a sandbox was put forward.",
    WebhookCreated = "webhook.created": "A webhook endpoint was registered.",
    WebhookEnabled = "webhook.enabled": "A webhook endpoint was enabled again.",
    WebhookDisabled = "webhook.disabled": "A webhook endpoint was disabled.",
    WebhookDeleted = "webhook.deleted": "A webhook endpoint was deleted.",
    WebhookResent = "webhook.resent": "A delivery was asked for again.",
    FileUploaded = "file.uploaded": "A file was uploaded.",
    FileRead = "file.read": "The content of a file was read.",
    SettingsChanged = "settings.changed": "The server started with other settings than the last time.",
    RotationStarted = "keyring.rotation_started": "A rotation of the keys was started.",
    KeyringRotated = "keyring.rotated": "All keys were wrapped again under a new epoch, and the old epochs destroyed.",
    BackupStarted = "backup.started": "A backup of all records was started.",
    EntryViewed = "audit.entry_viewed": "A person looked at the details of an entry of the audit trail.",
    RecordsNoted = "audit.records_noted": "What was stored before entries said what they wrote was noted.",
    RestoreAccepted = "audit.restore_accepted": "An older state of the database was accepted.",
    RequestRefused = "request.refused": "A key was refused: revoked, expired, or without the scope.",
}
}

impl Action {
    /// Reads an action.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.as_str() == text)
    }
}

/// One entry: who, what, when, in plain text; from where, why, before and after, which are personal, in `detail`.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To whom.
    pub customer: Option<CustomerId>,
    /// The version of the record that came out of it.
    pub version: Option<u64>,
    /// Which fields, as JSON Pointers into the PUT body; or what else, as `/files/<id>`, `/api_keys/<id>`,
    /// `/webhooks/<id>`, `/settings/<name>`, `/keyring/epochs/<number>` or `/audit/<seq>`.
    pub fields: Vec<String>,
    /// What was decided, when the entry is about a decision. Boxed, because most entries are not.
    pub decision: Option<Box<Decided>>,
    /// Under which request.
    pub request_id: String,
    /// What is sealed before it is stored.
    pub detail: AuditDetail,
}

/// The personal part of an entry.
#[derive(Debug, Clone, Default)]
pub struct AuditDetail {
    /// The network address that the request came from.
    pub address: Option<std::net::IpAddr>,
    /// Why, or what else an examiner needs.
    pub note: Option<String>,
    /// Before and after of every changed field.
    pub changes: Vec<FieldChange>,
}

/// What was decided about a customer, in words that say nothing personal. It is stored in plain text, so that it can
/// still be read after the customer's keys are gone. Comments and notes of reviewers are in the sealed record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Decided {
    /// `approve`, `reject`, `request_resubmission`, `offboard` or `reinstate`; of a simulated step also `submit` or
    /// `set_breakdown`.
    pub outcome: Cow<'static, str>,
    /// The rails that the decision set, each with its status since then.
    pub rails: Vec<Rail>,
    /// Why.
    pub reason_codes: Vec<ReasonCode>,
}

impl Decided {
    /// A decision that led to this verification. `named` limits the rails to those that the decision named.
    pub(crate) fn new(outcome: Transition, after: &Kyc, named: impl Fn(&Rail) -> bool) -> Box<Self> {
        let reason_codes = after.decision.as_ref().map_or_else(Vec::new, |decision| decision.reason_codes.clone());
        let rails = after.breakdown.iter().filter(|rail| named(rail)).cloned().collect();
        Box::new(Self { outcome: outcome.as_str().into(), rails, reason_codes })
    }
}

impl AuditEntry {
    /// An entry about what a caller does now.
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

/// What a verification of every chain found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AuditReport {
    /// How many chains there are: one for each account and environment with entries.
    pub chains: u64,
    /// How many entries were checked.
    pub entries: u64,
    /// How many rows that grant or find something were compared with their seals.
    pub rows: u64,
    /// What is wrong, each naming the account, environment and entry or row; empty when all is well.
    pub findings: Vec<String>,
}
