//! The part of a record that is about the verification, and how the contract shows it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::customer::address::Address;
use crate::file::record::Flaw;
use crate::form::record::Form;
use crate::ids::{FileId, SessionId};
use crate::kyc::case::Case;
use crate::kyc::decision::{Decision, Proposal};
use crate::kyc::lifecycle::{Conflict, State, Transition};
use crate::kyc::rail::{Rail, RailStatus};
use crate::kyc::reminders::AwaitedAnswer;
use crate::parse::record::FieldChange;
use crate::violation::{Code, Violation, Violations};

/// The verification of one customer. It is sealed with the record, and `Debug` shows only the state.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kyc {
    /// The state in the table of transitions.
    pub state: State,
    /// The newest session.
    pub session: Option<Session>,
    /// The status of every rail, in the configured order. Empty before the first session.
    pub breakdown: Vec<Rail>,
    /// What the customer must give again.
    pub flags: Vec<Flag>,
    /// The answer that the customer owes after such a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awaited: Option<AwaitedAnswer>,
    /// The files of its documents that prove nothing, each with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flaws: BTreeMap<FileId, Flaw>,
    /// The reviewers' last comment to the customer.
    pub comment: Option<String>,
    /// Changes of an approved customer that wait for the reviewers.
    pub review: Option<Review>,
    /// Since when the customer waits for a decision.
    pub queued_at: Option<Timestamp>,
    /// When to evaluate the requirements again, because a date in the profile will be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluate_at: Option<Timestamp>,
    /// The newest decision.
    pub decision: Option<Decision>,
    /// A decision that waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Box<Proposal>>,
    /// Whether the customer was ever approved. Records from before this was kept show it by the other members.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub was_approved: bool,
    /// The address at the last approval.
    pub verified_address: Option<Address>,
    /// The case at a provider.
    pub provider: Option<Case>,
    /// What the hosted form keeps besides the profile. `None` until something is typed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Box<Form>>,
}

impl fmt::Debug for Kyc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kyc({})", self.state.as_str())
    }
}

/// The time in which a customer may fill in the hosted form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id of the session.
    pub id: SessionId,
    /// The URL that opens the form. It contains the token, which is a secret.
    pub link: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the link expires.
    pub expires_at: Timestamp,
    /// Whether the link has expired or was ended early.
    #[serde(default)]
    pub expired: bool,
    /// Where to send the customer after the form.
    pub redirect_uri: Option<String>,
}

/// A requirement that the customer must give again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// The requirement's id.
    pub requirement: String,
    /// A hash of the answer at the time of the flag. Any other answer is a new one.
    pub given: String,
    /// For a picture of an id document that is no longer the one in the profile: a hash of the earlier document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<String>,
    /// For a document, the files at the time of the flag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// The customer's statement that the answer is correct as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
}

/// The customer's statement that an answer that the reviewers want again is correct. It is sealed with the record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Confirmed {
    /// The customer's reason, in their own words.
    pub reason: String,
    /// When the customer stated it.
    pub at: Timestamp,
}

impl fmt::Debug for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// Changes of an approved customer that wait for the reviewers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When the first of them was made.
    pub opened_at: Timestamp,
    /// The changed fields, as JSON Pointers into the PUT body.
    pub fields: Vec<String>,
}

impl Kyc {
    /// Moves to the state that the table gives for a transition.
    ///
    /// # Errors
    ///
    /// [`Conflict::NotPossible`] when the table does not have the transition from this state. Nothing changes then.
    pub fn apply(&mut self, transition: Transition) -> Result<(), Conflict> {
        self.state = self.state.after(transition).ok_or(Conflict::NotPossible(self.state, transition))?;
        // The link of an approved customer opens nothing, not even after the approval ends.
        if matches!(transition, Transition::Approve | Transition::Abandon)
            && let Some(session) = &mut self.session
        {
            session.expired = true;
        }
        if self.state != State::ResubmissionRequired {
            self.awaited = None;
        }
        Ok(())
    }

    /// Removes the flags that a submission answers. One whose answer the customer says is correct stays, so that the
    /// reviewers can read the reason.
    pub(crate) fn forget_answered_flags(&mut self) {
        self.flags.retain(|flag| flag.confirmed.is_some());
    }

    /// The newest session, if it is still open.
    #[must_use]
    pub fn open_session(&self, now: Timestamp) -> Option<&Session> {
        self.session.as_ref().filter(|session| !session.expired && now < session.expires_at)
    }

    /// The status of one rail. The violation for an unknown one points to `at`.
    pub(crate) fn rail(&mut self, currency: &str, rails: &str, at: &str) -> Result<&mut RailStatus, Violations> {
        let found =
            self.breakdown.iter_mut().find(|one: &&mut Rail| one.currency == currency && one.payment_rails == rails);
        found
            .map(|rail| &mut rail.status)
            .ok_or_else(|| Violation::new(at, Code::UnknownValue, "is not a rail of this installation").into())
    }

    /// Gives every rail the same status.
    pub fn set_all(&mut self, rails: &[(String, String)], status: RailStatus) {
        let rail = |(currency, payment_rails): &(String, String)| Rail {
            currency: currency.clone(),
            payment_rails: payment_rails.clone(),
            status,
        };
        self.breakdown = rails.iter().map(rail).collect();
    }

    /// What clients see of the verification. A change of it is a `customer.kycs.updated` event. So is the end of a case
    /// that the customer abandoned, although the contract has no words for it.
    pub(crate) fn visible(&self) -> (Option<(&'static str, &'static str)>, bool, &[Rail]) {
        (self.state.on_the_wire(), self.state == State::Abandoned, &self.breakdown)
    }

    /// The contract's `kycs`. `None` before the first session.
    #[must_use]
    pub fn on_the_wire(&self) -> Option<KycsView<'_>> {
        let (status, sub_status) = self.state.on_the_wire()?;
        let link = self.session.as_ref().filter(|session| status == "pending" && !session.expired);
        Some(KycsView {
            status,
            sub_status,
            kyc_flow_link: link.map(|session| session.link.as_str()),
            status_breakdown: &self.breakdown,
        })
    }
}

/// The contract's `kycs`.
#[derive(Serialize, schemars::JsonSchema)]
pub struct KycsView<'a> {
    #[schemars(with = "RailStatus")]
    status: &'static str,
    #[schemars(extend("enum" = [
        "kyc_form_submission_started", "kyc_form_submission_accepted", "kyc_form_resubmission_required",
    ]))]
    sub_status: &'static str,
    /// The link to the form. `null` once it has expired or a decision was made, and for keys without `kyc:session`.
    kyc_flow_link: Option<&'a str>,
    status_breakdown: &'a [Rail],
}

/// The audited change of a verification, if it changed in a way that the trail records.
pub(crate) fn kyc_change(before: &Kyc, after: &Kyc) -> Option<FieldChange> {
    let json = |kyc: &Kyc| {
        serde_json::json!({ "state": kyc.state, "breakdown": kyc.breakdown, "decision": kyc.decision }).to_string()
    };
    (before.visible() != after.visible() || before.state != after.state || before.decision != after.decision)
        .then(|| FieldChange { pointer: "/kycs".to_owned(), before: json(before), after: json(after) })
}
