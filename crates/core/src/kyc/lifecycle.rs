//! The states of a customer's verification, and the one table that says what leads from which to which.

use crate::company::Missing;
use crate::ids::AccountId;
use crate::words::words;

words! {
    /// Where a customer stands.
    #[derive(Default)]
    State {
    #[default]
    NotStarted = "not_started": "No session was opened yet.",
    InProgress = "in_progress": "A session was opened; something is still missing.",
    Submitted = "submitted": "Complete, waiting for a decision.",
    ResubmissionRequired = "resubmission_required": "The reviewers want something given again.",
    Approved = "approved": "Verified.",
    Rejected = "rejected": "Turned down; a new session may be opened.",
    Offboarded = "offboarded": "The relationship has ended.",
}
}

words! {
    /// What can happen to a customer's verification.
    Transition {
    OpenSession = "open_session": "A session is opened, or the open one is given a link again.",
    ExpireSession = "expire_session": "The link of the session runs out.",
    Submit = "submit": "Everything that is required is there.",
    Approve = "approve": "A decision: verified.",
    Reject = "reject": "A decision: turned down.",
    RequestResubmission = "request_resubmission": "A decision: something has to be given again.",
    SetBreakdown = "set_breakdown": "Single rails are decided.",
    OpenReview = "open_review": "An approved customer's identity was changed; the reviewers are to look.",
    Reopen = "reopen": "An approved customer's identity was changed; the approval ends until the next decision.",
    Offboard = "offboard": "The relationship ends.",
    Reinstate = "reinstate": "An ended relationship begins anew.",
}
}

impl State {
    /// The table: the state that a transition leads to, or `None` where it cannot happen.
    #[must_use]
    pub const fn after(self, transition: Transition) -> Option<Self> {
        use State::{Approved, InProgress, NotStarted, Offboarded, Rejected, ResubmissionRequired, Submitted};
        use Transition::{
            Approve, ExpireSession, Offboard, OpenReview, OpenSession, Reinstate, Reject, Reopen, RequestResubmission,
            SetBreakdown, Submit,
        };
        match (self, transition) {
            (NotStarted | InProgress | Rejected, OpenSession) => Some(InProgress),
            (Submitted, OpenSession | ExpireSession | SetBreakdown) => Some(Submitted),
            (ResubmissionRequired, OpenSession | ExpireSession | SetBreakdown) => Some(ResubmissionRequired),
            (InProgress, ExpireSession | SetBreakdown) => Some(InProgress),
            (InProgress | ResubmissionRequired, Submit) => Some(Submitted),
            (InProgress | Submitted | ResubmissionRequired | Approved, Approve) => Some(Approved),
            (InProgress | Submitted | ResubmissionRequired | Approved, Reject) => Some(Rejected),
            (InProgress | Submitted | ResubmissionRequired | Approved, RequestResubmission) => {
                Some(ResubmissionRequired)
            }
            (Approved, SetBreakdown | OpenReview) => Some(Approved),
            (Approved, Reopen) => Some(Submitted),
            (NotStarted | InProgress | Submitted | ResubmissionRequired | Approved | Rejected, Offboard) => {
                Some(Offboarded)
            }
            (Offboarded, Reinstate) => Some(NotStarted),
            (NotStarted, ExpireSession | Submit | Approve | Reject | RequestResubmission | SetBreakdown)
            | (InProgress | Submitted | ResubmissionRequired | Rejected | NotStarted, OpenReview | Reopen)
            | (Submitted | Approved, Submit)
            | (Approved, OpenSession | ExpireSession)
            | (Rejected, ExpireSession | Submit | Approve | Reject | RequestResubmission | SetBreakdown)
            | (
                Offboarded,
                OpenSession | ExpireSession | Submit | Approve | Reject | RequestResubmission | SetBreakdown
                | OpenReview | Reopen | Offboard,
            )
            | (NotStarted | InProgress | Submitted | ResubmissionRequired | Approved | Rejected, Reinstate) => None,
        }
    }

    /// `kyc.status` and `kyc.sub_status` as the contract has them; `None` while nothing was begun. The contract has no
    /// word for an ended relationship: to its clients such a customer is one that was turned down.
    #[must_use]
    pub const fn on_the_wire(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::NotStarted => None,
            Self::InProgress => Some(("pending", "kyc_form_submission_started")),
            Self::Submitted => Some(("pending", "kyc_form_submission_accepted")),
            Self::ResubmissionRequired => Some(("pending", "kyc_form_resubmission_required")),
            Self::Approved => Some(("approved", "kyc_form_submission_accepted")),
            Self::Rejected | Self::Offboarded => Some(("rejected", "kyc_form_submission_accepted")),
        }
    }

    /// Whether the customer can still give something: a session that is open leads somewhere.
    #[must_use]
    pub const fn takes_input(self) -> bool {
        matches!(self, Self::InProgress | Self::ResubmissionRequired)
    }
}

/// Why what is stored does not allow a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The customer is approved already.
    #[error("the customer is approved already")]
    AlreadyApproved,
    /// No session was opened, or none is open.
    #[error("the customer has no KYC session")]
    NoSession,
    /// The relationship has ended.
    #[error("the customer is offboarded")]
    Offboarded,
    /// The table of states has no such way.
    #[error("a customer in the state {} has no way to {}", .0.as_str(), .1.as_str())]
    NotPossible(State, Transition),
    /// The identity of an approved customer may not be changed here.
    #[error("the identity of an approved customer may not be changed")]
    ApprovedLocked,
    /// Customers of production could not be told who asks and what becomes of their data.
    #[error(
        "the account has no {1}, which customers of production are told before they give anything; set it with: \
            dossier accounts set --account {0} {options}", options = .1.options()
    )]
    AccountIncomplete(AccountId, Missing),
}
