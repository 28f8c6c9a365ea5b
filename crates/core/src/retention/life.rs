//! What the rules of retention look at: what has happened to a customer, and when.

use crate::change::NewDocument;
use crate::clock::Timestamp;
use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::file::record::File;
use crate::kyc::decision::Outcome;
use crate::kyc::lifecycle::State;
use crate::retention::rules::Start;

/// Whether a customer has a relationship with the company, and since when not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The customer owes something and was never verified. Nothing has happened since this moment.
    Unfinished(Timestamp),
    /// The customer waits for the first decision.
    Waiting,
    /// The customer was verified, and the relationship goes on.
    Related,
    /// The customer was rejected.
    Rejected(Timestamp),
    /// The relationship has ended.
    Offboarded(Timestamp),
}

impl Standing {
    /// `closed_at` is when the account was closed, which ends every relationship that has not ended before.
    fn of(customer: &Customer, closed_at: Option<Timestamp>) -> Self {
        let kyc = &customer.kyc;
        let decided = |outcome: Outcome| {
            let decision = kyc.decision.as_ref().filter(|decision| decision.outcome == outcome);
            decision.map_or(customer.updated_at, |decision| decision.at)
        };
        let was_verified = kyc.was_approved
            || kyc.state == State::Approved
            || kyc.verified_address.is_some()
            || kyc.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Reinstate);
        match (kyc.state, closed_at) {
            (State::Rejected, _) => Self::Rejected(decided(Outcome::Reject)),
            (State::Offboarded, _) => Self::Offboarded(decided(Outcome::Offboard)),
            (_, Some(at)) if was_verified => Self::Offboarded(at.max(customer.updated_at)),
            _ if was_verified => Self::Related,
            // A closed account makes no more decisions.
            (State::Submitted | State::Approved, Some(at)) => Self::Unfinished(at.max(customer.updated_at)),
            (State::Submitted | State::Approved, None) => Self::Waiting,
            // The case may have been closed before the last link would have expired.
            (State::Abandoned, _) => {
                let until = kyc.session.as_ref().map_or(customer.updated_at, |session| session.expires_at);
                Self::Unfinished(until.max(customer.updated_at))
            }
            (State::NotStarted | State::InProgress | State::ResubmissionRequired, _) => {
                let session = kyc.session.as_ref().filter(|session| !session.expired);
                let until = session.map_or(customer.updated_at, |session| session.expires_at);
                Self::Unfinished(until.max(customer.updated_at))
            }
        }
    }
}

/// A document of a customer or of one of its persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The file and its data subject.
    pub document: NewDocument,
    /// What it proves.
    pub purpose: Option<String>,
    /// When it was attached. `None` if the file is not known.
    pub attached_at: Option<Timestamp>,
}

/// What has happened to a customer, as far as the rules of retention look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Individual or business.
    pub kind: CustomerType,
    /// Whether the customer has a relationship with the company.
    pub standing: Standing,
    /// When the last decision was made that ended a verification. Asking for something again does not end it.
    pub decided_at: Option<Timestamp>,
    /// When the record last changed.
    pub recorded_at: Timestamp,
    /// The documents that the record names.
    pub evidence: Vec<Evidence>,
}

impl Life {
    /// The life of a customer so far. `files` are those of its documents whose dates are of interest.
    #[must_use]
    pub fn of(customer: &Customer, files: &[File], closed_at: Option<Timestamp>) -> Self {
        let attached_at = |document: NewDocument| {
            files.iter().find(|file| file.id == document.file).and_then(|file| file.attached_at(document.subject))
        };
        let evidence = customer.profile.evidence(customer.id).into_iter();
        let evidence =
            evidence.map(|(document, purpose)| Evidence { document, purpose, attached_at: attached_at(document) });
        let decision = customer.kyc.decision.as_ref();
        Self {
            kind: customer.profile.kind(),
            standing: Standing::of(customer, closed_at),
            decided_at: decision
                .filter(|decision| decision.outcome != Outcome::RequestResubmission)
                .map(|decision| decision.at),
            recorded_at: customer.updated_at,
            evidence: evidence.collect(),
        }
    }

    /// When something happened that starts clocks; for one document, if one is given. `None` if it has not happened.
    pub(super) fn start(&self, of: Start, evidence: Option<&Evidence>) -> Option<Timestamp> {
        match (of, self.standing) {
            (Start::Offboarded, Standing::Offboarded(at))
            | (Start::Rejected, Standing::Rejected(at))
            | (Start::Abandoned, Standing::Unfinished(at)) => Some(at),
            (Start::Offboarded | Start::Rejected | Start::Abandoned, _) => None,
            (Start::Decided, _) => self.decided_at,
            (Start::Recorded, _) => evidence.map_or(Some(self.recorded_at), |evidence| evidence.attached_at),
        }
    }
}
