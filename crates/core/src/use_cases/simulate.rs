//! The sandbox: makes transitions of the table happen on request.

use crate::audit::action::Action as Audited;
use crate::audit::entry::Decided;
use crate::caller::Caller;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::idempotency::{Answer, Request};
use crate::ids::CustomerId;
use crate::kyc::decision::{NewDecision, Outcome};
use crate::kyc::lifecycle::{Conflict, State, Transition};
use crate::kyc::rail::{Rail, RailStatus};
use crate::kyc::record::Kyc;
use crate::parse::leaf::Text;
use crate::parse::list::List;
use crate::parse::record::Field;
use crate::parse::value::parse_checked;
use crate::services::Services;
use crate::use_cases::decide::{decide_or_propose, is_covered};
use crate::use_cases::session::expire;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;
use crate::violation::{Code, Violation};
use crate::{choice, record};

choice! {
    /// What should happen to a sandbox customer.
    Action {
        Approve = "kyc.status.approve",
        Reject = "kyc.status.reject",
        RequestResubmission = "kyc.status.request_resubmission",
        Submit = "kyc.status.submit",
        Abandon = "kyc.status.abandon",
        Offboard = "kyc.status.offboard",
        Reinstate = "kyc.status.reinstate",
        SetBreakdown = "kyc.breakdown.set",
        ExpireSession = "session.expire",
    }
}

record! {
    /// A rail and its new status.
    value NewRail {
        /// Currency, in lower case
        currency: Text<16>,
        /// Payment rail
        payment_rails: Text<32>,
        /// The new status of the rail
        status: RailStatus,
    }
}

record! {
    /// The body of a simulation.
    value Simulation {
        /// The action to simulate
        action: Action,
        /// The id of the customer
        customer_id: Text<64>,
        /// For kyc.status.request_resubmission: ids of requirements, or pointers into the body of PUT
        requirements: Option<List<Text<256>, 100>>,
        /// A message that the customer sees
        comment: Option<Text<2000>>,
        /// For kyc.breakdown.set: rails with their new statuses
        breakdown: Option<List<NewRail, 32>>,
    }
}

impl Field for List<NewRail, 32> {}

/// Makes something happen to a sandbox customer.
///
/// # Errors
///
/// [`Conflict::NoSession`] without a session, [`Conflict::NotPossible`], and those of an update.
pub async fn simulate(services: &Services, caller: &Caller, request: Request<'_>) -> Result<Answer, UpdateError> {
    let Simulation { action, customer_id, requirements, comment, breakdown } =
        parse_checked::<_, UpdateError>(request.body, missing_breakdown)?;
    // Text that is not an id is treated like an unknown id.
    let id = CustomerId::parse(customer_id.expose());
    let nothing = |_: &Customer| b"{}".to_vec();
    let outcome = match action {
        Action::Approve => Outcome::Approve,
        Action::Reject => Outcome::Reject,
        Action::Offboard => Outcome::Offboard,
        Action::Reinstate => Outcome::Reinstate,
        Action::RequestResubmission => Outcome::RequestResubmission,
        Action::ExpireSession => return expire(services, caller, id, request, true, nothing).await,
        Action::Submit => {
            let compute = |mut customer: Customer, _: Timestamp| {
                customer.kyc.needs_session()?;
                customer.kyc.apply(Transition::Submit)?;
                customer.kyc.forget_answered_flags();
                Ok(simulated(Transition::Submit, customer, |_| false))
            };
            return take_step(services, caller, id, request, compute, nothing).await;
        }
        Action::Abandon => {
            let compute = |mut customer: Customer, _: Timestamp| {
                customer.kyc.needs_session()?;
                customer.kyc.apply(Transition::Abandon)?;
                Ok(simulated(Transition::Abandon, customer, |_| false))
            };
            return take_step(services, caller, id, request, compute, nothing).await;
        }
        Action::SetBreakdown => {
            let rails = breakdown.unwrap_or_default();
            let compute = |mut customer: Customer, now: Timestamp| {
                customer.kyc.needs_session()?;
                let decides = rails.0.iter().any(|rail| rail.status != RailStatus::Pending);
                if decides && is_covered(services, caller.scope, &customer, now) {
                    return Err(Conflict::NeedsSecondPerson.into());
                }
                customer.kyc.apply(Transition::SetBreakdown)?;
                for (index, rail) in rails.0.iter().enumerate() {
                    let at = format!("/breakdown/{index}");
                    let (currency, name) = (rail.currency.expose(), rail.payment_rails.expose());
                    *customer.kyc.rail(currency, name, &at)? = rail.status;
                }
                let is_named = |rail: &Rail| {
                    let is = |new: &NewRail| {
                        new.currency.expose() == rail.currency && new.payment_rails.expose() == rail.payment_rails
                    };
                    rails.0.iter().any(is)
                };
                Ok(simulated(Transition::SetBreakdown, customer, is_named))
            };
            return take_step(services, caller, id, request, compute, nothing).await;
        }
    };
    let decision = NewDecision { requirements, comment, ..NewDecision::of(outcome) };
    let ends = matches!(outcome, Outcome::Offboard | Outcome::Reinstate);
    let compute = |customer: Customer, now: Timestamp| {
        if !ends {
            customer.kyc.needs_session()?;
        }
        // Unlike a reviewer, the sandbox may ask for everything again.
        let mut decision = decision.clone();
        if outcome == Outcome::RequestResubmission && decision.requirements.is_none() {
            let all = services.policy.rules.of(&customer, now);
            let ids = all.iter().take(100).filter_map(|one| serde_json::from_value(one.id.clone().into()).ok());
            decision.requirements = Some(List(ids.collect()));
        }
        decide_or_propose(services, caller, true, customer, &decision, Audited::Simulated, now)
    };
    take_step(services, caller, id, request, compute, nothing).await
}

fn missing_breakdown(body: &serde_json::Value) -> Vec<Violation> {
    let is_missing = body["action"] == Action::SetBreakdown.as_str() && body.get("breakdown").is_none();
    let violation = || Violation::new("/breakdown", Code::Required, "is required for this action");
    is_missing.then(violation).into_iter().collect()
}

/// A simulated step that is not a decision. It has no reasons, even if an earlier decision had.
fn simulated(transition: Transition, after: Customer, named: impl Fn(&Rail) -> bool) -> StepResult {
    let mut decided = Decided::new(transition, &after.kyc, named);
    decided.reason_codes.clear();
    StepResult { step: Some(Step { decision: Some(decided), ..Step::of(Audited::Simulated) }), after }
}

impl Kyc {
    fn needs_session(&self) -> Result<(), Conflict> {
        if self.state == State::NotStarted { Err(Conflict::NoSession) } else { Ok(()) }
    }
}
