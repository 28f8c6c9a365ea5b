//! Asks a provider to verify a customer. A share token lets a provider take over a verification that it made
//! elsewhere.

use crate::audit::action::Action;
use crate::caller::{Actor, Caller, Scope};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::idempotency::Request;
use crate::ids::CustomerId;
use crate::kyc::case::Stage;
use crate::kyc::decision::{NewDecision, Outcome};
use crate::kyc::lifecycle::Conflict;
use crate::kyc::provider::{Provider, ProviderError, Verdict};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::decide::settled;
use crate::use_cases::evaluate::evaluate;
use crate::use_cases::step::{Computed, Step, take_step};
use crate::use_cases::write_customer::UpdateError;

/// How long a provider that was asked may stay silent before it is asked again, in seconds; the last is repeated.
const POLLS: [i64; 5] = [60, 300, 900, 1_800, 3_600];

/// After so many failures in a row the reviewers take over.
const MAX_FAILURES: u32 = 20;

fn system(scope: Scope) -> Caller {
    Caller { scope, actor: Actor::System, request_id: "provider".to_owned(), address: None }
}

/// Does what is due about one customer: evaluates it on a date that is reached, hands its token over, or asks how its
/// case stands.
///
/// # Errors
///
/// The store's.
pub async fn work(
    services: &Services,
    provider: &dyn Provider,
    scope: Scope,
    id: CustomerId,
) -> Result<(), StoreError> {
    match step(services, provider, scope, id).await {
        Ok(()) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
        // Decided, changed or gone in the meantime: what is still due is found again.
        Err(_) => Ok(()),
    }
}

async fn step(services: &Services, provider: &dyn Provider, scope: Scope, id: CustomerId) -> Result<(), UpdateError> {
    let Some(customer) = services.store.customer(scope, id).await? else { return Ok(()) };
    if customer.kyc.evaluate_at.is_some_and(|at| at <= services.now(scope)) {
        return evaluate(services, scope, id).await;
    }
    let Some(case) = customer.kyc.provider else { return Ok(()) };
    match case.stage {
        Stage::TokenGiven => hand_over(services, provider, scope, id).await,
        // Somebody is asking just now.
        Stage::Asking if case.due_at.is_some_and(|due| services.now(scope) < due) => Ok(()),
        // A process died while it asked. The token is gone, and whether it arrived nobody knows.
        Stage::Asking => note(services, scope, id, Stage::Failed, None, 0).await,
        Stage::Open(case_id) => match provider.verdict(&case_id).await {
            Ok(Verdict::Pending) => {
                let wait = POLLS[usize::try_from(case.tries).unwrap_or(usize::MAX).min(POLLS.len() - 1)];
                note(services, scope, id, Stage::Open(case_id), Some(wait), case.tries + 1).await
            }
            Ok(verdict) => conclude(services, scope, id, &case_id, &verdict).await,
            Err(error) => {
                let again = case.tries < MAX_FAILURES && matches!(error, ProviderError::Unavailable(_));
                let (stage, wait) = if again { (Stage::Open(case_id), Some(POLLS[0])) } else { (Stage::Failed, None) };
                note(services, scope, id, stage, wait, case.tries + 1).await
            }
        },
        Stage::Closed(_) | Stage::Failed => note(services, scope, id, case.stage, None, 0).await,
    }
}

/// The token leaves the record before it leaves the process, so that nothing uses it twice.
async fn hand_over(
    services: &Services,
    provider: &dyn Provider,
    scope: Scope,
    id: CustomerId,
) -> Result<(), UpdateError> {
    let mut token = None;
    let compute = |mut customer: Customer, now: Timestamp| {
        token = customer.profile.take_share_token();
        let case = customer.kyc.provider.as_mut().filter(|case| case.stage == Stage::TokenGiven);
        let case = case.ok_or(Conflict::NoSession)?;
        case.stage = Stage::Asking;
        // By then the answer is there, or the process is not.
        case.due_at = Some(now.plus_seconds(120));
        Ok(Computed { step: Some(Step::unseen(Action::ProviderAsked)), after: customer })
    };
    take_step(services, &system(scope), Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await?;
    let Some(token) = token else { return note(services, scope, id, Stage::Failed, None, 0).await };
    match provider.import(token.expose()).await {
        Ok(case) => match provider.verdict(&case).await {
            Ok(Verdict::Pending) | Err(_) => note(services, scope, id, Stage::Open(case), Some(POLLS[0]), 0).await,
            Ok(verdict) => conclude(services, scope, id, &case, &verdict).await,
        },
        Err(_) => note(services, scope, id, Stage::Failed, None, 0).await,
    }
}

async fn note(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    stage: Stage,
    wait: Option<i64>,
    tries: u32,
) -> Result<(), UpdateError> {
    let compute = |mut customer: Customer, now: Timestamp| {
        let case = customer.kyc.provider.as_mut().ok_or(Conflict::NoSession)?;
        case.due_at = wait.map(|seconds| now.plus_seconds(seconds));
        case.stage = stage.clone();
        case.tries = tries;
        Ok(Computed { step: Some(Step::unseen(Action::ProviderAnswered)), after: customer })
    };
    take_step(services, &system(scope), Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
}

/// What a provider says is a decision, where the table has a way for it.
async fn conclude(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    case_id: &str,
    verdict: &Verdict,
) -> Result<(), UpdateError> {
    let caller = system(scope);
    let outcome = match verdict {
        Verdict::Pending => return Ok(()),
        Verdict::Approved => Outcome::Approve,
        Verdict::Rejected => Outcome::Reject,
        Verdict::Retry(_) => Outcome::RequestResubmission,
    };
    let compute = |mut customer: Customer, now: Timestamp| {
        if let Some(case) = &mut customer.kyc.provider {
            case.stage = Stage::Closed(case_id.to_owned());
            case.due_at = None;
        }
        let mut decision = NewDecision::of(outcome);
        if let Verdict::Retry(Some(comment)) = verdict {
            decision.comment = serde_json::from_value(comment.chars().take(2_000).collect::<String>().into()).ok();
        }
        if customer.kyc.state.after(outcome.transition()).is_none() {
            // Somebody was quicker; what they decided stands.
            return Ok(Computed { step: Some(Step::unseen(Action::ProviderAnswered)), after: customer });
        }
        settled(services, &caller, customer, &decision, Action::ProviderAnswered, now)
    };
    take_step(services, &caller, Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
}
