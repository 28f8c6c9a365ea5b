//! The sandbox: every transition of the table by a call, and a clock that can be put forward.

use super::decide::{NewDecision, Outcome, settled};
use super::record::{Rail, RailStatus};
use super::session::{expire, expire_due};
use super::step::{Computed, Step, take_step};
use super::{State, Transition};
use crate::audit::{Action as Audited, AuditEntry, Decided};
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::customer::Customer;
use crate::customer::update::{Conflict, UpdateError};
use crate::idempotency::{Answer, Request};
use crate::ids::CustomerId;
use crate::parse::{Field, List, Nulls, Text, parse};
use crate::services::Services;
use crate::violation::{Code, Violation};
use crate::{choice, record, write};

choice! {
    /// What is to happen to a sandbox customer.
    Action {
        Approve = "kyc.status.approve",
        Reject = "kyc.status.reject",
        RequestResubmission = "kyc.status.request_resubmission",
        Submit = "kyc.status.submit",
        Offboard = "kyc.status.offboard",
        Reinstate = "kyc.status.reinstate",
        SetBreakdown = "kyc.breakdown.set",
        ExpireSession = "session.expire",
    }
}

choice! {
    /// The status of a rail.
    NewRailStatus { Pending = "pending", Approved = "approved", Rejected = "rejected" }
}

record! {
    /// One rail and its new status.
    value NewRail {
        /// Currency, in small letters
        currency: Text<16>,
        /// Payment rail
        payment_rails: Text<32>,
        /// Its status
        status: NewRailStatus,
    }
}

record! {
    /// The body of a simulation.
    value Simulation {
        /// What is to happen
        action: Action,
        /// To which customer
        customer_id: Text<64>,
        /// Of kyc.status.request_resubmission: ids of requirements, or pointers into the body of PUT
        requirements: Option<List<Text<256>, 100>>,
        /// What the customer is told
        comment: Option<Text<2000>>,
        /// Of kyc.breakdown.set
        breakdown: Option<List<NewRail, 32>>,
    }
}

impl Field for List<NewRail, 32> {}

record! {
    /// How far a clock is to be put forward.
    value Advance {
        /// An ISO 8601 duration of days, hours, minutes and seconds, such as P35D or PT12H
        advance: Text<64>,
    }
}

/// The farthest that a sandbox clock can be ahead: ten years.
const MAX_AHEAD_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

/// Makes something happen to a sandbox customer.
///
/// # Errors
///
/// [`Conflict::NoSession`] without a session, [`Conflict::NotPossible`], and what an update knows.
pub async fn simulate(services: &Services, caller: &Caller, request: Request<'_>) -> Result<Answer, UpdateError> {
    let mut parsed = parse::<Simulation>(request.body, Nulls::Refused)?;
    let untyped: serde_json::Value = serde_json::from_slice(request.body).unwrap_or_default();
    if untyped["action"] == "kyc.breakdown.set" && untyped.get("breakdown").is_none() {
        parsed.refuse(vec![Violation::new("/breakdown", Code::Required, "is required for this action")]);
    }
    let Simulation { action, customer_id, requirements, comment, breakdown } =
        parsed.finish().map_err(UpdateError::Invalid)?;
    // What is no id is as unknown as an unknown one.
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
                let before = customer.kyc.state;
                if !customer.kyc.go(Transition::Submit) {
                    return Err(Conflict::NotPossible(before, Transition::Submit).into());
                }
                customer.kyc.flags.clear();
                Ok(simulated(Transition::Submit, customer, |_| false))
            };
            return take_step(services, caller, id, request, compute, nothing).await;
        }
        Action::SetBreakdown => {
            let rails = breakdown.unwrap_or_default();
            let compute = |mut customer: Customer, _: Timestamp| {
                customer.kyc.needs_session()?;
                let before = customer.kyc.state;
                if !customer.kyc.go(Transition::SetBreakdown) {
                    return Err(Conflict::NotPossible(before, Transition::SetBreakdown).into());
                }
                for (index, rail) in rails.0.iter().enumerate() {
                    let at = format!("/breakdown/{index}");
                    let (currency, name) = (rail.currency.expose(), rail.payment_rails.expose());
                    let status = customer.kyc.rail(currency, name, &at).map_err(UpdateError::Invalid)?;
                    *status = match rail.status {
                        NewRailStatus::Pending => RailStatus::Pending,
                        NewRailStatus::Approved => RailStatus::Approved,
                        NewRailStatus::Rejected => RailStatus::Rejected,
                    };
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
        settled(services, caller, customer, &decision, Audited::Simulated, now)
    };
    take_step(services, caller, id, request, compute, nothing).await
}

/// A step of the sandbox that no decision of a reviewer takes. It has no reasons, whatever was decided before.
fn simulated(transition: Transition, after: Customer, named: impl Fn(&Rail) -> bool) -> Computed {
    let mut decided = Decided::new(transition, &after.kyc, named);
    decided.reason_codes.clear();
    Computed { step: Some(Step { decision: Some(decided), ..Step::of(Audited::Simulated) }), after }
}

impl super::Kyc {
    fn needs_session(&self) -> Result<(), Conflict> {
        if self.state == State::NotStarted { Err(Conflict::NoSession) } else { Ok(()) }
    }
}

/// Puts the clock of the caller's sandbox forward; `answer` makes the body of the answer of the seconds that it is
/// ahead then. Sessions that ran out by that are ended before this returns.
///
/// # Errors
///
/// [`UpdateError::Invalid`] for what is no duration, or too long a one.
pub async fn advance(
    services: &Services,
    caller: &Caller,
    request: Request<'_>,
    answer: impl Fn(i64) -> Vec<u8>,
) -> Result<Answer, UpdateError> {
    let mut parsed = parse::<Advance>(request.body, Nulls::Refused)?;
    let untyped: serde_json::Value = serde_json::from_slice(request.body).unwrap_or_default();
    let seconds = untyped["advance"].as_str().map(seconds);
    if seconds == Some(None) {
        let message =
            "must be an ISO 8601 duration of days, hours, minutes and seconds, such as P35D, and not negative";
        parsed.refuse(vec![Violation::new("/advance", Code::InvalidDuration, message)]);
    }
    parsed.finish().map_err(UpdateError::Invalid)?;
    let (account, by) = (caller.scope.account, seconds.flatten().unwrap_or(0));
    let mut ahead = 0;
    // From the store, not from memory: another process may have put it forward.
    let load = || async { Ok(services.store.sandbox_clocks().await?) };
    let answer = write::write(services, caller, request.about(b""), load, |clocks| {
        let expected = clocks.iter().find(|(of, _)| *of == account).map_or(0, |(_, seconds)| *seconds);
        services.sandboxes.set(account, expected);
        ahead = expected.saturating_add(by);
        if ahead > MAX_AHEAD_SECONDS {
            let message = "a sandbox clock can be ten years ahead at most";
            return Err(UpdateError::Invalid(Violation::new("/advance", Code::OutOfRange, message).into()));
        }
        let audit = AuditEntry::new(caller, services.now(caller.scope), Audited::ClockAdvanced);
        let effect = Effect::ClockAdvanced { expected, seconds: ahead };
        let answer = Answer::about_nobody(answer(ahead));
        Ok(write::Outcome::Change(Change::new(caller.scope, effect, audit), answer))
    })
    .await?;
    if !answer.replayed {
        services.sandboxes.set(account, ahead);
        expire_due(services).await?;
    }
    Ok(answer)
}

/// Days of 24 hours, hours, minutes and seconds; months and years have no length.
fn seconds(text: &str) -> Option<i64> {
    // jiff reads friendlier forms as well.
    if !text.starts_with('P') {
        return None;
    }
    let span: jiff::Span = text.parse().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let hours = days.checked_mul(24)?.checked_add(span.get_hours().into())?;
    let minutes = hours.checked_mul(60)?.checked_add(span.get_minutes())?;
    minutes.checked_mul(60)?.checked_add(span.get_seconds()).filter(|seconds| *seconds >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_days_and_less() {
        for (text, expected) in [
            ("P35D", Some(35 * 86_400)),
            ("PT12H", Some(43_200)),
            ("P1W", Some(604_800)),
            ("P1DT1M1S", Some(86_461)),
            ("P1M", None),
            ("P1Y", None),
            ("-P1D", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
