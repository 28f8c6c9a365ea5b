//! Decisions of reviewers: what was decided, and why.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::MemberId;
use crate::kyc::lifecycle::Transition;
use crate::kyc::rail::Rail;
use crate::parse::context::Context;
use crate::parse::leaf::Text;
use crate::parse::list::List;
use crate::parse::record::Field;
use crate::parse::value::Parse;
use crate::{choice, record};

choice! {
    /// What a reviewer or a provider decided.
    Outcome {
        Approve = "approve",
        Reject = "reject",
        RequestResubmission = "request_resubmission",
        Offboard = "offboard",
        Reinstate = "reinstate",
    }
}

/// The code of a reason for a decision. A table, to which the operator may add, says which codes there are. A stored
/// code may have left the table since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReasonCode(Box<str>);

impl ReasonCode {
    /// The codes that every installation has.
    pub const BASELINE: [&'static str; 17] = [
        "address_mismatch",
        "adverse_media",
        "document_expired",
        "document_incomplete",
        "document_mismatch",
        "document_unreadable",
        "duplicate",
        "fraud_suspected",
        "information_missing",
        "name_mismatch",
        "other",
        "ownership_unclear",
        "policy",
        "sanctions",
        "source_of_funds_unclear",
        "underage",
        "verified",
    ];

    /// The largest number of characters.
    pub const MAX: usize = 64;

    /// The code as it is stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a table may have this code.
    pub(super) fn is_well_formed(&self) -> bool {
        self.0.len() <= Self::MAX
            && self.0.starts_with(|c: char| c.is_ascii_lowercase())
            && self.0.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    }
}

/// Accepts any text. The use case, which knows the table, refuses codes that are not in it.
impl Parse for ReasonCode {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, _: Context<'_>) -> Option<Self> {
        Some(Self(text.into()))
    }
}

impl JsonSchema for ReasonCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ReasonCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "maxLength": Self::MAX, "pattern": "^[a-z][a-z0-9_]*$", "examples": Self::BASELINE,
        })
    }
}

/// The largest number of characters in a comment for the customer.
pub(super) const MAX_COMMENT: usize = 2_000;

/// The largest number of characters of a note.
pub(crate) const MAX_NOTE: usize = 2_000;

/// The largest number of reasons of one decision.
pub(crate) const MAX_REASONS: usize = 20;

record! {
    /// A rail, by its name.
    value RailName {
        /// Currency, in lower case
        currency: Text<16>,
        /// Payment rail
        payment_rails: Text<32>,
    }
}

record! {
    /// The body of a decision.
    value NewDecision {
        /// The kind of decision
        outcome: Outcome,
        /// The rails that an approval opens, if not all of them. The others stay as they are
        rails: Option<List<RailName, 32>>,
        /// The reasons
        reason_codes: Option<List<ReasonCode, MAX_REASONS>>,
        /// What the customer must give again: ids of requirements, or pointers into the body of PUT
        requirements: Option<List<Text<256>, 100>>,
        /// Your own labels, for sorting and counting. The customer does not see them
        labels: Option<List<Text<64>, 20>>,
        /// A message that the customer sees
        comment: Option<Text<MAX_COMMENT>>,
        /// An internal note. The customer never sees it
        note: Option<Text<MAX_NOTE>>,
    }
}

impl Field for List<RailName, 32> {}

impl Field for List<ReasonCode, MAX_REASONS> {}

impl Field for List<Text<256>, 100> {}

impl Field for List<Text<64>, 20> {}

impl Outcome {
    /// Whether the setting `four_eyes` applies to it.
    pub(crate) const fn may_need_two(self) -> bool {
        matches!(self, Self::Approve | Self::Reject | Self::Reinstate)
    }

    /// The transition that it is.
    #[must_use]
    pub const fn transition(self) -> Transition {
        match self {
            Self::Approve => Transition::Approve,
            Self::Reject => Transition::Reject,
            Self::RequestResubmission => Transition::RequestResubmission,
            Self::Offboard => Transition::Offboard,
            Self::Reinstate => Transition::Reinstate,
        }
    }
}

impl NewDecision {
    /// A decision that has only an outcome.
    #[must_use]
    pub const fn of(outcome: Outcome) -> Self {
        Self { outcome, rails: None, reason_codes: None, requirements: None, labels: None, comment: None, note: None }
    }

    /// Whether the decision applies to a rail. One that names no rails applies to all.
    pub(crate) fn names(&self, rail: &Rail) -> bool {
        self.rails.as_ref().is_none_or(|named| {
            named
                .0
                .iter()
                .any(|one| one.currency.expose() == rail.currency && one.payment_rails.expose() == rail.payment_rails)
        })
    }
}

/// A decision as the record keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// When it was decided.
    pub at: Timestamp,
    /// The actor, as the audit trail names it.
    pub by: String,
    /// The reasons, in the order in which they were given.
    pub reason_codes: Vec<ReasonCode>,
    /// The reviewers' own labels, for sorting and counting. The customer does not see them.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The message that the customer sees.
    pub comment: Option<String>,
    /// A note that the customer never sees.
    pub note: Option<String>,
    /// Who proposed it, if a second person confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
    /// The version of the record that the decision led to. Older records do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// A decision that waits for a second person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What is to be decided.
    pub decision: NewDecision,
    /// Who proposed it, as the audit trail names the actor.
    pub by: String,
    /// The member who proposed it. `None` if it was a key, the command line, or a provider.
    pub member: Option<MemberId>,
    /// When it was proposed.
    pub at: Timestamp,
    /// The version of the record that it is about. Any change of the record makes it void.
    pub version: u64,
    /// When it was decided elsewhere, if it was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
}
