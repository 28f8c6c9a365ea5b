//! Decisions: approve, reject, ask again, offboard, reinstate. Where the policy asks for a second person, a decision is
//! at first only proposed, and another member confirms it.

use crate::audit::action::Action;
use crate::audit::entry::Decided;
use crate::caller::{Actor, Caller, Scope};
use crate::change::NewLink;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::customer::view::CustomerView;
use crate::desk::role::Permission;
use crate::desk::tally::Tally;
use crate::idempotency::{Answer, Request};
use crate::ids::CustomerId;
use crate::kyc::decision::{Decision, MAX_REASONS, NewDecision, Outcome, Proposal};
use crate::kyc::lifecycle::Conflict;
use crate::kyc::policy::{FourEyes, Policy};
use crate::kyc::rail::RailStatus;
use crate::kyc::reasons::Reasons;
use crate::kyc::reminders::AwaitedAnswer;
use crate::kyc::requirement::Requirement;
use crate::parse::value::parse_checked;
use crate::services::Services;
use crate::use_cases::members::DeskError;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::worksheet::Seat;
use crate::use_cases::write_customer::UpdateError;
use crate::violation::{Code, Violation, Violations};

/// Makes a decision about a customer, or proposes it where the policy asks for a second person. The answer shows the
/// customer, and has the warning [`PROPOSED`](crate::use_cases::step::PROPOSED) if nothing is decided yet.
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
    let decision = read(services, request.body)?;
    make(services, caller, (&decision, true, None), id, request, |_, _| Vec::new()).await
}

/// As [`decide`], by a member at the desk. Members who may work but not decide only propose, except that they may ask
/// again.
///
/// # Errors
///
/// [`MemberDecisionError::Desk`] without a role that allows it, and those of [`decide`].
pub async fn decide_as(
    services: &Services,
    seat: &Seat,
    id: Option<CustomerId>,
    version: u64,
    request: Request<'_>,
) -> Result<Answer, MemberDecisionError> {
    seat.require(Permission::Work)?;
    let decision = read(services, request.body)?;
    let customer = id.ok_or(UpdateError::NotFound)?;
    let worksheet = services.store.worksheet(seat.caller.scope, customer).await.map_err(UpdateError::from)?;
    let alone = decides_alone(seat, decision.outcome);
    make(services, &seat.caller, (&decision, alone, Some(version)), id, request, |customer, now| {
        let tally = Tally::of(&customer.judged(&services.policy.rules, now), &worksheet);
        tally.contradictions(&decision)
    })
    .await
    .map_err(Into::into)
}

async fn make(
    services: &Services,
    caller: &Caller,
    (decision, alone, version): (&NewDecision, bool, Option<u64>),
    id: Option<CustomerId>,
    request: Request<'_>,
    wrong: impl Fn(&Customer, Timestamp) -> Vec<Violation>,
) -> Result<Answer, UpdateError> {
    let compute = |customer: Customer, now: Timestamp| {
        is_at(&customer, version)?;
        let wrong = wrong(&customer, now);
        if !wrong.is_empty() {
            return Err(Violations(wrong).into());
        }
        decide_or_propose(services, caller, alone, customer, decision, Action::Decided, now)
    };
    let answer = |customer: &Customer| CustomerView::new(&customer.summary(), None).to_json();
    take_step(services, caller, id, request, compute, answer).await
}

/// Why a member's decision was not made.
#[derive(Debug, thiserror::Error)]
pub enum MemberDecisionError {
    /// The member may not.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The decision is not possible.
    #[error(transparent)]
    Update(#[from] UpdateError),
}

/// Makes the decision that another member, a key or an operator proposed. The record must still be as it was then.
///
/// # Errors
///
/// [`Conflict::NoProposal`] and [`Conflict::OwnProposal`], and those of [`decide_as`].
pub async fn confirm(
    services: &Services,
    seat: &Seat,
    id: Option<CustomerId>,
    version: u64,
) -> Result<Answer, MemberDecisionError> {
    seat.require(Permission::Decide)?;
    let compute = |mut customer: Customer, now: Timestamp| {
        is_at(&customer, Some(version))?;
        // A change of the record would have removed it.
        let proposal = customer.kyc.proposal.take().ok_or(Conflict::NoProposal)?;
        if proposal.member == Some(seat.member.id) {
            return Err(Conflict::OwnProposal.into());
        }
        let mut result = apply_decision(services, &seat.caller, customer, &proposal.decision, Action::Decided, now)?;
        if let Some(decision) = &mut result.after.kyc.decision {
            decision.proposed_by = Some(proposal.by);
            decision.at = proposal.decided_at.unwrap_or(decision.at);
        }
        Ok(result)
    };
    let answer = |customer: &Customer| CustomerView::new(&customer.summary(), None).to_json();
    Ok(take_step(services, &seat.caller, id, Request::unkeyed(b""), compute, answer).await?)
}

/// Takes a proposal back, or declines it. This is allowed to the one who proposed it, and to all who may confirm it.
///
/// # Errors
///
/// [`Conflict::NoProposal`], and those of [`decide_as`].
pub async fn withdraw(
    services: &Services,
    seat: &Seat,
    id: Option<CustomerId>,
    version: u64,
) -> Result<Answer, MemberDecisionError> {
    seat.require(Permission::Work)?;
    let compute = |mut customer: Customer, _: Timestamp| {
        is_at(&customer, Some(version))?;
        let proposal = customer.kyc.proposal.take().ok_or(Conflict::NoProposal)?;
        if proposal.member != Some(seat.member.id) && !seat.may(Permission::Decide) {
            return Err(Conflict::OwnProposal.into());
        }
        Ok(StepResult { step: Some(Step::unseen(Action::ProposalWithdrawn)), after: customer })
    };
    Ok(take_step(services, &seat.caller, id, Request::unkeyed(b""), compute, |_| b"{}".to_vec()).await?)
}

/// Refuses a decision about another version than the one that the member looked at, unless both hold the same.
fn is_at(customer: &Customer, version: Option<u64>) -> Result<(), UpdateError> {
    match version.is_none_or(|version| customer.is_alike(version)) {
        true => Ok(()),
        false => Err(UpdateError::ConditionFailed { version: customer.version, changed: Vec::new() }),
    }
}

/// Whether a member's decision would only be proposed.
#[must_use]
pub fn is_proposal(services: &Services, seat: &Seat, customer: &Customer, outcome: Outcome, now: Timestamp) -> bool {
    !decides_alone(seat, outcome) || needs_two(services, seat.caller.scope, customer, outcome, now)
}

/// Whether the roles of a member suffice for a decision. Everyone who may work may ask again.
fn decides_alone(seat: &Seat, outcome: Outcome) -> bool {
    seat.may(Permission::Decide) || outcome == Outcome::RequestResubmission
}

/// Whether a decision about this customer takes two people.
fn needs_two(services: &Services, scope: Scope, customer: &Customer, outcome: Outcome, now: Timestamp) -> bool {
    outcome.may_need_two() && is_covered(services, scope, customer, now)
}

/// Whether the policy of the second person covers a customer.
pub(super) fn is_covered(services: &Services, scope: Scope, customer: &Customer, now: Timestamp) -> bool {
    match services.policy.four_eyes(scope.environment) {
        FourEyes::Off => false,
        FourEyes::HighRisk => !services.policy.rules.risks(customer, now).is_empty(),
        FourEyes::All => true,
    }
}

/// Makes a decision, or proposes it if the policy asks for a second person or the caller may not decide `alone`.
pub(super) fn decide_or_propose(
    services: &Services,
    caller: &Caller,
    alone: bool,
    customer: Customer,
    decision: &NewDecision,
    action: Action,
    now: Timestamp,
) -> Result<StepResult, UpdateError> {
    if alone && !needs_two(services, caller.scope, &customer, decision.outcome, now) {
        return apply_decision(services, caller, customer, decision, action, now);
    }
    // What could not be decided cannot be proposed either.
    let decided = apply_decision(services, caller, customer.clone(), decision, action, now)?;
    let mut after = customer;
    let member = if let Actor::Member(id, _) = &caller.actor { Some(*id) } else { None };
    let (by, version) = (caller.actor.to_string(), after.version + 1);
    after.kyc.proposal =
        Some(Box::new(Proposal { decision: decision.clone(), by, member, at: now, version, decided_at: None }));
    let decision = decided.step.and_then(|step| step.decision);
    Ok(StepResult { step: Some(Step { decision, ..Step::unseen(Action::Proposed) }), after })
}

/// Reads the body of a decision.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read(services: &Services, body: &[u8]) -> Result<NewDecision, UpdateError> {
    let reasons = &services.policy.reasons;
    let wrong = |body: &serde_json::Value| [unknown_reasons(reasons, body), contradictions(body)].concat();
    parse_checked(body, wrong)
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
fn apply_decision(
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
        proposed_by: None,
        version: Some(customer.version + 1),
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

#[cfg(test)]
mod tests;
