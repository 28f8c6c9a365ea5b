//! Decisions of reviewers: what was decided, and why.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::MemberId;
use crate::kyc::lifecycle::Transition;
use crate::kyc::rail::Rail;
use crate::parse::leaf::Text;
use crate::parse::list::List;
use crate::parse::record::Field;
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

choice! {
    /// A reason for a decision.
    ReasonCode {
        AddressMismatch = "address_mismatch",
        AdverseMedia = "adverse_media",
        DocumentExpired = "document_expired",
        DocumentIncomplete = "document_incomplete",
        DocumentMismatch = "document_mismatch",
        DocumentUnreadable = "document_unreadable",
        Duplicate = "duplicate",
        FraudSuspected = "fraud_suspected",
        InformationMissing = "information_missing",
        NameMismatch = "name_mismatch",
        Other = "other",
        OwnershipUnclear = "ownership_unclear",
        Policy = "policy",
        Sanctions = "sanctions",
        SourceOfFundsUnclear = "source_of_funds_unclear",
        Underage = "underage",
        Verified = "verified",
    }
}

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
        reason_codes: Option<List<ReasonCode, 20>>,
        /// What the customer must give again: ids of requirements, or pointers into the body of PUT
        requirements: Option<List<Text<256>, 100>>,
        /// Your own labels, for sorting and counting. The customer does not see them
        labels: Option<List<Text<64>, 20>>,
        /// A message that the customer sees
        comment: Option<Text<2000>>,
        /// An internal note. The customer never sees it
        note: Option<Text<2000>>,
    }
}

impl Field for List<RailName, 32> {}

impl Field for List<ReasonCode, 20> {}

impl Field for List<Text<256>, 100> {}

impl Field for List<Text<64>, 20> {}

impl Outcome {
    /// Whether the policy of the second person covers it: it gives a customer something, or takes it away for good.
    pub(crate) const fn may_need_two(self) -> bool {
        matches!(self, Self::Approve | Self::Reject | Self::Reinstate)
    }

    pub(crate) const fn transition(self) -> Transition {
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
}
