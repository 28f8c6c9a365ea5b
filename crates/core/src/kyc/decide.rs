//! Decisions: approve, reject, ask again, end.

use super::record::{Decision, Rail, RailStatus};
use super::step::{Computed, Step, take_step};
use super::{Policy, Transition};
use crate::audit::{Action, Decided};
use crate::caller::Caller;
use crate::change::NewLink;
use crate::clock::Timestamp;
use crate::customer::update::{Conflict, UpdateError};
use crate::customer::{Customer, CustomerView};
use crate::idempotency::{Answer, Request};
use crate::ids::CustomerId;
use crate::parse::{Field, List, Nulls, Text, parse};
use crate::services::Services;
use crate::violation::{Code, Violation, Violations};
use crate::{choice, record};

choice! {
    /// What was decided.
    Outcome {
        Approve = "approve",
        Reject = "reject",
        RequestResubmission = "request_resubmission",
        Offboard = "offboard",
        Reinstate = "reinstate",
    }
}

choice! {
    /// Why.
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
    /// One rail.
    value RailName {
        /// Currency, in small letters
        currency: Text<16>,
        /// Payment rail
        payment_rails: Text<32>,
    }
}

record! {
    /// The body of a decision.
    value NewDecision {
        /// What is decided
        outcome: Outcome,
        /// Which rails an approval opens, when not all; the others stay as they are
        rails: Option<List<RailName, 32>>,
        /// Why
        reason_codes: Option<List<ReasonCode, 20>>,
        /// What is to be given again: ids of requirements, or pointers into the body of PUT
        requirements: Option<List<Text<256>, 100>>,
        /// Words of your own, to sort and count by; the customer does not see them
        labels: Option<List<Text<64>, 20>>,
        /// What the customer is told
        comment: Option<Text<2000>>,
        /// What never reaches the customer
        note: Option<Text<2000>>,
    }
}

impl Field for List<RailName, 32> {}
impl Field for List<ReasonCode, 20> {}
impl Field for List<Text<256>, 100> {}
impl Field for List<Text<64>, 20> {}

impl Outcome {
    pub(super) const fn transition(self) -> Transition {
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
    /// A decision without reasons.
    #[must_use]
    pub const fn of(outcome: Outcome) -> Self {
        Self { outcome, rails: None, reason_codes: None, requirements: None, labels: None, comment: None, note: None }
    }

    /// Whether it is about a rail. A decision that names none is about all.
    fn names(&self, rail: &Rail) -> bool {
        self.rails.as_ref().is_none_or(|named| {
            named
                .0
                .iter()
                .any(|one| one.currency.expose() == rail.currency && one.payment_rails.expose() == rail.payment_rails)
        })
    }
}

/// Decides about a customer. Answers the customer.
///
/// # Errors
///
/// [`Conflict::NotPossible`] where the table of states has no such way, and what an update knows.
pub async fn decide(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
) -> Result<Answer, UpdateError> {
    let mut parsed = parse::<NewDecision>(request.body, Nulls::Refused)?;
    parsed.refuse(contradictions(request.body));
    let decision = parsed.finish().map_err(UpdateError::Invalid)?;
    let compute =
        |customer: Customer, now: Timestamp| settled(services, caller, customer, &decision, Action::Decided, now);
    take_step(services, caller, id, request, compute, |customer| CustomerView::new(&customer.summary(), None).to_json())
        .await
}

/// What only makes sense with another outcome.
fn contradictions(body: &[u8]) -> Vec<Violation> {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let outcome = body["outcome"].as_str().unwrap_or_default();
    let mut violations = Vec::new();
    if outcome == "request_resubmission" && body["requirements"].as_array().is_none_or(Vec::is_empty) {
        violations.push(Violation::new("/requirements", Code::Required, "is required: what is to be given again"));
    }
    for (member, needs) in [("requirements", "request_resubmission"), ("rails", "approve")] {
        if body.get(member).is_some() && outcome != needs && !outcome.is_empty() {
            let message = format!("goes with the outcome {needs} only");
            violations.push(Violation::new(format!("/{member}"), Code::Contradiction, message));
        }
    }
    violations
}

/// The customer after a decision.
pub(super) fn settled(
    services: &Services,
    caller: &Caller,
    mut customer: Customer,
    decision: &NewDecision,
    action: Action,
    now: Timestamp,
) -> Result<Computed, UpdateError> {
    let policy = &services.policy;
    let before = customer.kyc.state;
    let outcome = decision.outcome;
    if !customer.kyc.go(outcome.transition()) {
        return Err(Conflict::NotPossible(before, outcome.transition()).into());
    }
    let link = match outcome {
        Outcome::Approve => {
            customer.approve(policy, decision)?;
            None
        }
        Outcome::Reject | Outcome::Offboard => {
            customer.kyc.set_all(&policy.rails, RailStatus::Rejected);
            customer.kyc.flags.clear();
            None
        }
        Outcome::RequestResubmission => Some(customer.ask_again(services, caller, decision, now)?),
        Outcome::Reinstate => {
            customer.kyc.breakdown.clear();
            customer.kyc.session = None;
            None
        }
    };
    let kyc = &mut customer.kyc;
    kyc.review = None;
    kyc.comment = decision.comment.as_ref().map(|text| text.expose().to_owned());
    kyc.decision = Some(Decision {
        outcome,
        at: now,
        by: caller.actor.to_string(),
        reason_codes: decision.reason_codes.iter().flat_map(|codes| &codes.0).copied().collect(),
        labels: decision.labels.iter().flat_map(|labels| &labels.0).map(|label| label.expose().to_owned()).collect(),
        comment: kyc.comment.clone(),
        note: decision.note.as_ref().map(|text| text.expose().to_owned()),
    });
    let decided = Decided::new(outcome.transition(), kyc, |rail| decision.names(rail));
    Ok(Computed { step: Some(Step { link, decision: Some(decided), ..Step::of(action) }), after: customer })
}

impl Customer {
    fn approve(&mut self, policy: &Policy, decision: &NewDecision) -> Result<(), Violations> {
        if self.kyc.breakdown.is_empty() {
            self.kyc.set_all(&policy.rails, RailStatus::Pending);
        }
        match &decision.rails {
            None => self.kyc.set_all(&policy.rails, RailStatus::Approved),
            Some(named) => {
                for (index, name) in named.0.iter().enumerate() {
                    let (currency, rail) = (name.currency.expose(), name.payment_rails.expose());
                    *self.kyc.rail(currency, rail, &format!("/rails/{index}"))? = RailStatus::Approved;
                }
            }
        }
        self.kyc.flags.clear();
        self.kyc.verified_address = self.address().cloned();
        Ok(())
    }

    /// Flags what is to be given again, and gives the customer a link to give it by.
    fn ask_again(
        &mut self,
        services: &Services,
        caller: &Caller,
        decision: &NewDecision,
        now: Timestamp,
    ) -> Result<NewLink, Violations> {
        let known = services.policy.rules.of(self, now);
        let mut violations = Vec::new();
        self.kyc.flags.clear();
        for (index, name) in decision.requirements.iter().flat_map(|names| &names.0).enumerate() {
            let name = name.expose();
            let matching = known.iter().filter(|one| one.is_named(name));
            let flags: Vec<_> = matching.map(super::requirements::Requirement::flag).collect();
            if flags.is_empty() {
                let message = "is not the id or pointer of a requirement of this customer";
                violations.push(Violation::new(format!("/requirements/{index}"), Code::UnknownRequirement, message));
            }
            self.kyc.flags.extend(flags);
        }
        if !violations.is_empty() {
            return Err(Violations(violations));
        }
        self.kyc.set_all(&services.policy.rails, RailStatus::Pending);
        Ok(self.new_link(services, caller.scope, None, now))
    }
}

impl super::Kyc {
    /// The status of one rail.
    pub(super) fn rail(&mut self, currency: &str, rails: &str, at: &str) -> Result<&mut RailStatus, Violations> {
        let found =
            self.breakdown.iter_mut().find(|one: &&mut Rail| one.currency == currency && one.payment_rails == rails);
        found
            .map(|rail| &mut rail.status)
            .ok_or_else(|| Violation::new(at, Code::UnknownValue, "is not a rail of this installation").into())
    }
}
