//! Reminds customers who owe an answer, and closes the cases of those who do not give it in time.

use crate::audit::action::Action;
use crate::caller::{Caller, Scope};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::idempotency::Request;
use crate::ids::CustomerId;
use crate::kyc::lifecycle::{State, Transition};
use crate::kyc::reminders::Due;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::step::{News, Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;

/// Does what is due for a customer who owes an answer, and returns whether anything was. The commit refuses the second
/// of two processes that do it at the same moment, and the second then finds nothing to do.
pub(super) async fn remind(services: &Services, scope: Scope, id: CustomerId) -> Result<bool, UpdateError> {
    // Customers who asked to be erased, and those of a closed account, get no reminders.
    let is_quiet = services.closed.contains(scope.account) || services.store.erasure(scope, id).await?.is_some();
    let mut is_done = false;
    let compute = |customer: Customer, now: Timestamp| {
        let result = step(services, scope, customer, is_quiet, now)?;
        is_done = result.step.is_some();
        Ok(result)
    };
    let caller = Caller::system(scope, "reminders");
    take_step(services, &caller, Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await?;
    Ok(is_done)
}

fn step(
    services: &Services,
    scope: Scope,
    mut customer: Customer,
    is_quiet: bool,
    now: Timestamp,
) -> Result<StepResult, UpdateError> {
    let policy = &services.policy;
    let due = customer.kyc.awaited.as_mut().and_then(|awaited| awaited.take_due(&policy.reminders, now));
    let step = match due {
        None => None,
        Some(Due::End) => {
            customer.kyc.apply(Transition::Abandon)?;
            Some(Step::of(Action::Abandoned))
        }
        Some(Due::Reminder) if !is_quiet => {
            // A reminder without a link that works would be of no use.
            let needs_link = customer.kyc.open_session(now).is_none();
            let link = needs_link.then(|| customer.new_link(services, scope, None, now));
            // An answer may have come in when there was no session.
            customer.submit_when_complete(policy, now);
            let step = match customer.kyc.state {
                State::ResubmissionRequired => Step { news: News::Reminder, ..Step::of(Action::Reminded) },
                _ => Step::of(Action::Evaluated),
            };
            Some(Step { link, ..step })
        }
        Some(Due::Reminder | Due::Nothing) => Some(Step::unseen(Action::Evaluated)),
    };
    Ok(StepResult { step, after: customer })
}

/// Does all that is due in a scope, after its clock was advanced. What is left after an error is done by the next run
/// in the background.
pub(super) async fn remind_due(services: &Services, scope: Scope) -> Result<(), StoreError> {
    // The store returns a few at a time, and among them customers for whom something else is due.
    loop {
        let mut is_any_done = false;
        for id in services.store.due_cases_of(scope, services.now(scope)).await? {
            match remind(services, scope, id).await {
                Ok(is_done) => is_any_done |= is_done,
                // One damaged record must not keep the others waiting.
                Err(UpdateError::Store(StoreError::Corrupt(_))) => {}
                Err(UpdateError::Store(error)) => return Err(error),
                // The customer was decided or erased in the meantime.
                Err(_) => {}
            }
        }
        if !is_any_done {
            return Ok(());
        }
    }
}
