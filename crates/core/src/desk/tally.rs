//! The counted verdicts of a case, and the decisions they allow. A decision that contradicts them is refused.

use crate::desk::worksheet::{VerdictWord, Worksheet};
use crate::kyc::decision::{NewDecision, Outcome};
use crate::kyc::requirement::Requirement;
use crate::violation::{Code, Violation};

/// The verdicts of a case, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Claims that the evidence proves.
    pub matching: usize,
    /// The ids of requirements whose claims differ from the evidence, or that the reviewer is unsure about.
    pub doubtful: Vec<String>,
    /// The ids of requirements that cannot be judged, because something is missing or wrong.
    pub open: Vec<String>,
    /// Claims without a verdict.
    pub unjudged: usize,
}

impl Tally {
    /// Counts the verdicts on these requirements.
    #[must_use]
    pub fn of(requirements: &[Requirement], worksheet: &Worksheet) -> Self {
        let mut tally = Self::default();
        for requirement in requirements {
            match worksheet.verdict(requirement).map(|verdict| verdict.verdict) {
                _ if requirement.is_open() => tally.open.push(requirement.id.clone()),
                Some(VerdictWord::Matches) => tally.matching += 1,
                Some(VerdictWord::Differs | VerdictWord::Unsure) => tally.doubtful.push(requirement.id.clone()),
                None => tally.unjudged += 1,
            }
        }
        tally
    }

    /// Whether everything was judged, and everything matches.
    #[must_use]
    pub const fn may_approve(&self) -> bool {
        self.doubtful.is_empty() && self.open.is_empty() && self.unjudged == 0
    }

    /// What can be asked for again: what is missing, wrong or doubtful.
    pub fn askable(&self) -> impl Iterator<Item = &String> {
        self.open.iter().chain(&self.doubtful)
    }

    /// The parts of a decision that contradict the verdicts.
    #[must_use]
    pub fn contradictions(&self, decision: &NewDecision) -> Vec<Violation> {
        let mut violations = Vec::new();
        match decision.outcome {
            Outcome::Approve if !self.may_approve() => {
                let message = "contradicts the verdicts: something is missing, doubtful, or not judged yet";
                violations.push(Violation::new("/outcome", Code::Contradiction, message));
            }
            Outcome::RequestResubmission => {
                for (index, name) in decision.requirements.iter().flat_map(|names| &names.0).enumerate() {
                    if self.askable().all(|known| known != name.expose()) {
                        let message = "was not found to be missing or doubtful";
                        violations.push(Violation::new(format!("/requirements/{index}"), Code::Contradiction, message));
                    }
                }
            }
            Outcome::Reject if decision.reason_codes.as_ref().is_none_or(|codes| codes.0.is_empty()) => {
                violations.push(Violation::new("/reason_codes", Code::Required, "a rejection needs a reason"));
            }
            Outcome::Approve | Outcome::Reject | Outcome::Offboard | Outcome::Reinstate => {}
        }
        violations
    }
}
