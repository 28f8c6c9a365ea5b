//! The states of a customer's verification, and the table of transitions between them.

use crate::company::Missing;
use crate::ids::AccountId;
use crate::words::words;

words! {
    /// The state of a customer's verification.
    #[derive(Default)]
    State {
    #[default]
    NotStarted = "not_started": "No session has been opened yet.",
    InProgress = "in_progress": "A session was opened, and something is still missing.",
    Submitted = "submitted": "Complete, waiting for a decision.",
    ResubmissionRequired = "resubmission_required": "The reviewers want something given again.",
    Abandoned = "abandoned": "Nothing was given again in time; a new session may be opened.",
    Approved = "approved": "Verified.",
    Rejected = "rejected": "Rejected; a new session may be opened.",
    Offboarded = "offboarded": "The relationship has ended.",
}
}

words! {
    /// What can happen to a customer's verification.
    Transition {
    OpenSession = "open_session": "A session is opened, or the open one gets a new link.",
    ExpireSession = "expire_session": "The link of the session expires.",
    Submit = "submit": "Nothing that is required is missing.",
    Approve = "approve": "A decision: the customer is verified.",
    Reject = "reject": "A decision: the customer is rejected.",
    RequestResubmission = "request_resubmission": "A decision: the customer must give something again.",
    Abandon = "abandon": "What was to be given again was not given in time.",
    SetBreakdown = "set_breakdown": "Single rails are decided.",
    OpenReview = "open_review": "An approved customer's identity was changed; the reviewers must look at it.",
    Reopen = "reopen": "An approved customer's identity was changed; the approval ends until the next decision.",
    Offboard = "offboard": "The relationship ends.",
    Reinstate = "reinstate": "An ended relationship starts again.",
}
}

impl State {
    /// The table: the state that a transition leads to, or `None` where it cannot happen.
    #[must_use]
    pub const fn after(self, transition: Transition) -> Option<Self> {
        use State::{
            Abandoned, Approved, InProgress, NotStarted, Offboarded, Rejected, ResubmissionRequired, Submitted,
        };
        use Transition::{
            Abandon, Approve, ExpireSession, Offboard, OpenReview, OpenSession, Reinstate, Reject, Reopen,
            RequestResubmission, SetBreakdown, Submit,
        };
        match (self, transition) {
            (NotStarted | InProgress | Rejected, OpenSession) => Some(InProgress),
            (Submitted, OpenSession | ExpireSession | SetBreakdown) => Some(Submitted),
            (ResubmissionRequired, OpenSession | ExpireSession | SetBreakdown) | (Abandoned, OpenSession) => {
                Some(ResubmissionRequired)
            }
            (ResubmissionRequired, Abandon) => Some(Abandoned),
            (InProgress, ExpireSession | SetBreakdown) => Some(InProgress),
            (InProgress | ResubmissionRequired, Submit) => Some(Submitted),
            (InProgress | Submitted | ResubmissionRequired | Abandoned | Approved, Approve) => Some(Approved),
            (InProgress | Submitted | ResubmissionRequired | Abandoned | Approved, Reject) => Some(Rejected),
            (InProgress | Submitted | ResubmissionRequired | Abandoned | Approved, RequestResubmission) => {
                Some(ResubmissionRequired)
            }
            (Approved, SetBreakdown | OpenReview) => Some(Approved),
            (Approved, Reopen) => Some(Submitted),
            (
                NotStarted | InProgress | Submitted | ResubmissionRequired | Abandoned | Approved | Rejected,
                Offboard,
            ) => Some(Offboarded),
            (Offboarded, Reinstate) => Some(NotStarted),
            (NotStarted, ExpireSession | Submit | Approve | Reject | RequestResubmission | SetBreakdown)
            | (
                InProgress | Submitted | ResubmissionRequired | Abandoned | Rejected | NotStarted,
                OpenReview | Reopen,
            )
            | (NotStarted | InProgress | Submitted | Abandoned | Approved | Rejected, Abandon)
            | (Submitted | Approved, Submit)
            | (Approved, OpenSession | ExpireSession)
            | (Abandoned, ExpireSession | Submit | SetBreakdown)
            | (Rejected, ExpireSession | Submit | Approve | Reject | RequestResubmission | SetBreakdown)
            | (
                Offboarded,
                OpenSession | ExpireSession | Submit | Approve | Reject | RequestResubmission | Abandon | SetBreakdown
                | OpenReview | Reopen | Offboard,
            )
            | (
                NotStarted | InProgress | Submitted | ResubmissionRequired | Abandoned | Approved | Rejected,
                Reinstate,
            ) => None,
        }
    }

    /// `kyc.status` and `kyc.sub_status` of the contract. `None` before the first session. The contract has no word for
    /// an ended relationship, so its clients see such a customer as rejected. It has none for an abandoned case either:
    /// something is still to be given again, and there is no link.
    #[must_use]
    pub const fn on_the_wire(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::NotStarted => None,
            Self::InProgress => Some(("pending", "kyc_form_submission_started")),
            Self::Submitted => Some(("pending", "kyc_form_submission_accepted")),
            Self::ResubmissionRequired | Self::Abandoned => Some(("pending", "kyc_form_resubmission_required")),
            Self::Approved => Some(("approved", "kyc_form_submission_accepted")),
            Self::Rejected | Self::Offboarded => Some(("rejected", "kyc_form_submission_accepted")),
        }
    }

    /// Whether the customer may still fill in the form, if a session is open.
    #[must_use]
    pub const fn takes_input(self) -> bool {
        matches!(self, Self::InProgress | Self::ResubmissionRequired)
    }
}

/// Why the stored state of a customer does not allow a change.
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
    /// The table does not have this transition from this state.
    #[error("a customer in the state {} does not allow the transition {}", .0.as_str(), .1.as_str())]
    NotPossible(State, Transition),
    /// The policy asks for a second person, and this way cannot propose.
    #[error("the policy asks for a second person; propose a decision instead")]
    NeedsSecondPerson,
    /// There is no proposal, or the record was changed after it was made.
    #[error("nothing is proposed, or the record was changed since; look at it and propose again")]
    NoProposal,
    /// The member proposed it, or proposed nothing and cannot take it back.
    #[error("the member who proposed a decision cannot confirm it; another member must")]
    OwnProposal,
    /// The operator does not allow changes to the identity of an approved customer.
    #[error("the identity of an approved customer may not be changed")]
    ApprovedLocked,
    /// The account lacks what the form must say to production customers: who asks, and what happens to their data.
    #[error(
        "the account has no {1}, which customers of production are told before they give anything; set it with: \
            dossier accounts set --account {0} {options}", options = .1.options()
    )]
    AccountIncomplete(AccountId, Missing),
}
