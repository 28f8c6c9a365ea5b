//! What a customer's record holds about its verification, and how the contract shows it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::customer::address::Address;
use crate::file::record::Flaw;
use crate::form::record::Form;
use crate::ids::{FileId, SessionId};
use crate::kyc::case::Case;
use crate::kyc::decision::Decision;
use crate::kyc::lifecycle::{State, Transition};
use crate::kyc::rail::{Rail, RailStatus};
use crate::parse::record::FieldChange;
use crate::violation::{Code, Violation, Violations};

/// The verification of one customer. Sealed with its record; `Debug` shows the state only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kyc {
    /// Where it stands.
    pub state: State,
    /// The newest session.
    pub session: Option<Session>,
    /// The status of every rail, in the configured order; empty before the first session.
    pub breakdown: Vec<Rail>,
    /// What the reviewers want given again.
    pub flags: Vec<Flag>,
    /// The files of its documents that prove nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flaws: BTreeMap<FileId, Flaw>,
    /// What they said about it to the customer.
    pub comment: Option<String>,
    /// An approved customer's changes that nobody has looked at.
    pub review: Option<Review>,
    /// Since when it waits for a decision.
    pub queued_at: Option<Timestamp>,
    /// When its requirements will stand differently by themselves, because a date is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluate_at: Option<Timestamp>,
    /// The last decision.
    pub decision: Option<Decision>,
    /// The address that was verified, once it was.
    pub verified_address: Option<Address>,
    /// Verification by a provider.
    pub provider: Option<Case>,
    /// What the hosted form keeps besides the profile; `None` until something was typed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Box<Form>>,
}

impl fmt::Debug for Kyc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kyc({})", self.state.as_str())
    }
}

/// One attempt to be verified.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Where the customer goes on. Holds the token, which is the only thing that opens the form.
    pub link: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Until when the link is good.
    pub expires_at: Timestamp,
    /// Whether the link has run out.
    #[serde(default)]
    pub expired: bool,
    /// Where to send the customer afterwards.
    pub redirect_uri: Option<String>,
}

/// A requirement that is to be given again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// The requirement's id.
    pub requirement: String,
    /// A hash of what was given when it was flagged; anything else is a new answer.
    pub given: String,
    /// For a picture of an id document that another one has replaced: a hash of what that document was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<String>,
    /// Of a document, the files that were there when it was flagged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
    /// The customer's word that it is correct as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
}

/// The customer's word that what the reviewers want again is correct as it is. Sealed with the record.
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

/// Changes of an approved customer that the reviewers are to look at.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Since when.
    pub opened_at: Timestamp,
    /// What was changed, as JSON Pointers into the PUT body.
    pub fields: Vec<String>,
}

impl Kyc {
    /// Makes a transition, when the table has it. Answers whether it has.
    pub fn go(&mut self, transition: Transition) -> bool {
        match self.state.after(transition) {
            Some(state) => {
                self.state = state;
                // What led to an approval leads nowhere any more, not even when the approval ends.
                if transition == Transition::Approve
                    && let Some(session) = &mut self.session
                {
                    session.expired = true;
                }
                true
            }
            None => false,
        }
    }

    /// Forgets what the reviewers wanted again, because it was answered. Where the answer is that it was correct, the
    /// reviewers are to read why.
    pub(crate) fn forget_answered_flags(&mut self) {
        self.flags.retain(|flag| flag.confirmed.is_some());
    }

    /// The session that is open now.
    #[must_use]
    pub fn open_session(&self, now: Timestamp) -> Option<&Session> {
        self.session.as_ref().filter(|session| !session.expired && now < session.expires_at)
    }

    /// The status of one rail.
    pub(crate) fn rail(&mut self, currency: &str, rails: &str, at: &str) -> Result<&mut RailStatus, Violations> {
        let found =
            self.breakdown.iter_mut().find(|one: &&mut Rail| one.currency == currency && one.payment_rails == rails);
        found
            .map(|rail| &mut rail.status)
            .ok_or_else(|| Violation::new(at, Code::UnknownValue, "is not a rail of this installation").into())
    }

    /// Every rail, with one status.
    pub fn set_all(&mut self, rails: &[(String, String)], status: RailStatus) {
        let rail = |(currency, payment_rails): &(String, String)| Rail {
            currency: currency.clone(),
            payment_rails: payment_rails.clone(),
            status,
        };
        self.breakdown = rails.iter().map(rail).collect();
    }

    /// What clients see of it: when this changes, a `customer.kycs.updated` is due.
    pub(crate) fn visible(&self) -> (Option<(&'static str, &'static str)>, &[Rail]) {
        (self.state.on_the_wire(), &self.breakdown)
    }

    /// The contract's `kycs`; `None` while nothing was begun.
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

/// What the audit trail records of a verification that changed.
pub(crate) fn kyc_change(before: &Kyc, after: &Kyc) -> Option<FieldChange> {
    let json = |kyc: &Kyc| {
        serde_json::json!({ "state": kyc.state, "breakdown": kyc.breakdown, "decision": kyc.decision }).to_string()
    };
    (before.visible() != after.visible() || before.state != after.state || before.decision != after.decision)
        .then(|| FieldChange { pointer: "/kycs".to_owned(), before: json(before), after: json(after) })
}
