//! Decisions: approve, reject, ask again, offboard, reinstate.

use crate::audit::action::Action;
use crate::audit::entry::Decided;
use crate::caller::Caller;
use crate::change::NewLink;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::customer::view::CustomerView;
use crate::idempotency::{Answer, Request};
use crate::ids::CustomerId;
use crate::kyc::decision::{Decision, MAX_REASONS, NewDecision, Outcome};
use crate::kyc::policy::Policy;
use crate::kyc::rail::RailStatus;
use crate::kyc::reasons::Reasons;
use crate::kyc::reminders::AwaitedAnswer;
use crate::kyc::requirement::Requirement;
use crate::parse::value::parse_checked;
use crate::services::Services;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;
use crate::violation::{Code, Violation, Violations};

/// Applies a reviewer's decision about a customer. The answer shows the customer.
///
/// # Errors
///
/// [`Conflict::NotPossible`](crate::kyc::Conflict::NotPossible) when the table does not have the transition, and those
/// of an update.
pub async fn decide(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
) -> Result<Answer, UpdateError> {
    let reasons = &services.policy.reasons;
    let wrong = |body: &serde_json::Value| [unknown_reasons(reasons, body), contradictions(body)].concat();
    let decision = parse_checked::<NewDecision, UpdateError>(request.body, wrong)?;
    let compute = |customer: Customer, now: Timestamp| {
        apply_decision(services, caller, customer, &decision, Action::Decided, now)
    };
    take_step(services, caller, id, request, compute, |customer| CustomerView::new(&customer.summary(), None).to_json())
        .await
}

/// Reasons that the table does not have. A list that is too long is refused for that.
fn unknown_reasons(reasons: &Reasons, body: &serde_json::Value) -> Vec<Violation> {
    let codes = body["reason_codes"].as_array().into_iter().flatten().enumerate().take(MAX_REASONS);
    let unknown = codes.filter(|(_, code)| code.as_str().is_some_and(|code| reasons.get(code).is_none()));
    let message = "is not a reason of this installation; dossier rules show --reasons lists them";
    let violation = |index| Violation::new(format!("/reason_codes/{index}"), Code::UnknownValue, message);
    unknown.map(|(index, _)| violation(index)).collect()
}

/// Members that are missing for the outcome, or that belong to another one.
fn contradictions(body: &serde_json::Value) -> Vec<Violation> {
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

/// Applies a decision to a customer.
pub(super) fn apply_decision(
    services: &Services,
    caller: &Caller,
    mut customer: Customer,
    decision: &NewDecision,
    action: Action,
    now: Timestamp,
) -> Result<StepResult, UpdateError> {
    let policy = &services.policy;
    let outcome = decision.outcome;
    customer.kyc.apply(outcome.transition())?;
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
        reason_codes: decision.reason_codes.iter().flat_map(|codes| &codes.0).cloned().collect(),
        labels: decision.labels.iter().flat_map(|labels| &labels.0).map(|label| label.expose().to_owned()).collect(),
        comment: kyc.comment.clone(),
        note: decision.note.as_ref().map(|text| text.expose().to_owned()),
    });
    let decided = Decided::new(outcome.transition(), kyc, |rail| decision.names(rail));
    Ok(StepResult { step: Some(Step { link, decision: Some(decided), ..Step::of(action) }), after: customer })
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
        self.kyc.was_approved = true;
        self.kyc.verified_address = self.address().cloned();
        Ok(())
    }

    /// Flags what the customer must give again, and makes a link to the form.
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
            let flags: Vec<_> = matching.map(Requirement::flag).collect();
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
        self.kyc.awaited = Some(AwaitedAnswer::to_request(&services.policy.reminders, now));
        Ok(self.new_link(services, caller.scope, None, now))
    }
}
