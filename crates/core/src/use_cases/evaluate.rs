//! Evaluates customers again after a date is reached or the rules have changed.

use crate::audit::action::Action;
use crate::caller::{Caller, Scope};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::idempotency::Request;
use crate::ids::CustomerId;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;

/// How many customers are read at a time.
const PORTION: usize = 500;

/// The result of evaluating every customer of a scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EvaluationResult {
    /// Customers whose requirements were met, and who were submitted.
    pub submitted: u64,
    /// Customers whose records could not be read.
    pub damaged: u64,
}

/// Evaluates every customer of a scope whose verification is open, after the rules or the days of reminders changed.
/// An interrupted run can be repeated.
pub async fn evaluate_all(services: &Services, scope: Scope) -> Result<EvaluationResult, StoreError> {
    let (mut after, mut evaluated) = (None, EvaluationResult::default());
    loop {
        let page = services.store.summaries(scope, after, PORTION).await?;
        for summary in page.summaries.iter().filter(|summary| summary.names.are_pending()) {
            match evaluate_by_new_rules(services, scope, summary.id).await {
                Ok(is_submitted) => evaluated.submitted += u64::from(is_submitted),
                // A damaged record must not stop the others. A verification of the store reports it.
                Err(UpdateError::Store(StoreError::Corrupt(_))) => evaluated.damaged += 1,
                Err(UpdateError::Store(error)) => return Err(error),
                // The customer was changed, which evaluated it, or was erased.
                Err(_) => {}
            }
        }
        after = page.summaries.last().map(|summary| summary.id);
        if !page.more {
            return Ok(evaluated);
        }
    }
}

/// Evaluates one customer. Returns whether it was submitted.
async fn evaluate_by_new_rules(services: &Services, scope: Scope, id: CustomerId) -> Result<bool, UpdateError> {
    let Some(before) = services.store.customer(scope, id).await? else { return Ok(false) };
    let mut after = before.clone();
    after.evaluate(&services.policy, services.now(scope));
    if after.kyc == before.kyc {
        return Ok(false);
    }
    evaluate(services, scope, id).await?;
    Ok(after.kyc.state != before.kyc.state)
}

/// Evaluates one customer, whose record may be complete now.
pub(super) async fn evaluate(services: &Services, scope: Scope, id: CustomerId) -> Result<(), UpdateError> {
    let caller = Caller::system(scope, "evaluation");
    let compute = |mut customer: Customer, now: Timestamp| {
        let before = customer.kyc.state;
        customer.evaluate(&services.policy, now);
        let is_seen = customer.kyc.state != before;
        let step = if is_seen { Step::of(Action::Evaluated) } else { Step::unseen(Action::Evaluated) };
        Ok(StepResult { step: Some(step), after: customer })
    };
    take_step(services, &caller, Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
}
