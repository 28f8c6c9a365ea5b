//! Asks a provider to verify a customer. A share token lets a provider reuse a verification that it made for another
//! client.

use crate::audit::action::Action;
use crate::caller::{Caller, Scope};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::idempotency::Request;
use crate::ids::CustomerId;
use crate::kyc::case::{Case, Stage};
use crate::kyc::decision::{NewDecision, Outcome};
use crate::kyc::lifecycle::Conflict;
use crate::kyc::provider::{Provider, ProviderError, Verdict};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::decide::decide_or_propose;
use crate::use_cases::evaluate::evaluate;
use crate::use_cases::remind::remind;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;

/// The pauses between questions to a provider that has no verdict yet, in seconds. The last one repeats. Each question
/// is a version of the record, and most providers call when they have a verdict.
const POLLS: [i64; 5] = [60, 300, 1_800, 7_200, 21_600];

/// After this many failures in a row the reviewers take over.
const MAX_FAILURES: u32 = 20;

fn caller(scope: Scope) -> Caller {
    Caller::system(scope, "provider")
}

/// Does what is due for one customer: evaluates it because a date is reached, reminds it of an answer that it owes,
/// sends its token to the provider, or asks for the verdict on its case.
pub async fn work(
    services: &Services,
    provider: &dyn Provider,
    scope: Scope,
    id: CustomerId,
) -> Result<(), StoreError> {
    match step(services, provider, scope, id).await {
        Ok(()) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
        // The customer was decided, changed or erased in the meantime. Whatever is still due will be found again.
        Err(_) => Ok(()),
    }
}

async fn step(services: &Services, provider: &dyn Provider, scope: Scope, id: CustomerId) -> Result<(), UpdateError> {
    let Some(customer) = services.store.customer(scope, id).await? else { return Ok(()) };
    if customer.kyc.evaluate_at.is_some_and(|at| at <= services.now(scope)) {
        return evaluate(services, scope, id).await;
    }
    if customer.kyc.awaited.is_some_and(|awaited| awaited.due_at.is_some_and(|at| at <= services.now(scope))) {
        return remind(services, scope, id).await.map(drop);
    }
    let Some(case) = customer.kyc.provider else { return Ok(()) };
    match case.stage {
        Stage::TokenGiven => hand_over(services, provider, scope, id).await,
        // Another process is asking the provider.
        Stage::Asking if case.due_at.is_some_and(|due| services.now(scope) < due) => Ok(()),
        // A process died while it asked. The token is gone, and it is unknown whether it arrived.
        Stage::Asking => set_stage(services, scope, id, Stage::Failed, None).await,
        Stage::Open(ref case_id) => match provider.verdict(case_id).await {
            Ok(Verdict::Pending) => wait(services, scope, id, &case, false).await,
            Ok(verdict) => conclude(services, scope, id, case_id, &verdict).await,
            Err(ProviderError::Unavailable(_)) if case.failures < MAX_FAILURES => {
                wait(services, scope, id, &case, true).await
            }
            Err(_) => set_stage(services, scope, id, Stage::Failed, None).await,
        },
        Stage::Closed(_) | Stage::Failed => set_stage(services, scope, id, case.stage, None).await,
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
        // By then this process has an answer, or has died.
        case.due_at = Some(now.plus_seconds(120));
        Ok(StepResult { step: Some(Step::unseen(Action::ProviderAsked)), after: customer })
    };
    take_step(services, &caller(scope), Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await?;
    let Some(token) = token else { return set_stage(services, scope, id, Stage::Failed, None).await };
    match provider.import(token.expose()).await {
        Ok(case) => match provider.verdict(&case).await {
            Ok(Verdict::Pending) | Err(_) => set_stage(services, scope, id, Stage::Open(case), Some(POLLS[0])).await,
            Ok(verdict) => conclude(services, scope, id, &case, &verdict).await,
        },
        Err(_) => set_stage(services, scope, id, Stage::Failed, None).await,
    }
}

/// Records how far the case has come, and when to ask again: after `wait` seconds, or not at all.
async fn set_stage(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    stage: Stage,
    wait: Option<i64>,
) -> Result<(), UpdateError> {
    let compute = |mut customer: Customer, now: Timestamp| {
        // A newer token has its own turn.
        let case = customer.kyc.provider.as_mut().filter(|case| case.stage != Stage::TokenGiven);
        let case = case.ok_or(Conflict::NoSession)?;
        case.due_at = wait.map(|seconds| now.plus_seconds(seconds));
        case.stage = stage.clone();
        // Only a case without a verdict waits, and it was asked once.
        case.tries = u32::from(wait.is_some());
        case.failures = 0;
        Ok(StepResult { step: Some(Step::unseen(Action::ProviderAnswered)), after: customer })
    };
    take_step(services, &caller(scope), Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
}

/// Records that a provider gave no verdict on a case, or could not be asked, and when to ask again. This changes
/// nothing that anyone decides about, so a proposal stays, and a decision about the version before is accepted.
async fn wait(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    asked: &Case,
    has_failed: bool,
) -> Result<(), UpdateError> {
    let compute = |mut customer: Customer, now: Timestamp| {
        let case = customer.kyc.provider.as_mut().filter(|case| case.stage == asked.stage);
        let case = case.ok_or(Conflict::NoSession)?;
        let polls = if has_failed { 0 } else { usize::try_from(case.tries).unwrap_or(usize::MAX) };
        case.due_at = Some(now.plus_seconds(POLLS[polls.min(POLLS.len() - 1)]));
        case.tries += u32::from(!has_failed);
        case.failures = if has_failed { case.failures + 1 } else { 0 };
        case.asked_in_vain(customer.version);
        if let Some(proposal) = customer.kyc.proposal.as_mut().filter(|one| one.version == customer.version) {
            proposal.version += 1;
        }
        Ok(StepResult { step: Some(Step::unseen(Action::ProviderAsked)), after: customer })
    };
    take_step(services, &caller(scope), Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
}

/// Applies the provider's verdict as a decision, if the table has the transition.
async fn conclude(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    case_id: &str,
    verdict: &Verdict,
) -> Result<(), UpdateError> {
    let caller = caller(scope);
    let outcome = match verdict {
        Verdict::Pending => return Ok(()),
        Verdict::Approved => Outcome::Approve,
        Verdict::Rejected => Outcome::Reject,
        Verdict::Retry(_) => Outcome::RequestResubmission,
    };
    let compute = |mut customer: Customer, now: Timestamp| {
        if let Some(case) = &mut customer.kyc.provider {
            if case.stage == Stage::TokenGiven {
                // The verdict is about an earlier token.
                return Err(Conflict::NoSession.into());
            }
            case.stage = Stage::Closed(case_id.to_owned());
            case.due_at = None;
        }
        let mut decision = NewDecision::of(outcome);
        if let Verdict::Retry(Some(comment)) = verdict {
            decision.comment = serde_json::from_value(comment.chars().take(2_000).collect::<String>().into()).ok();
        }
        if customer.kyc.state.after(outcome.transition()).is_none() {
            // A reviewer decided first, and that decision stands.
            return Ok(StepResult { step: Some(Step::unseen(Action::ProviderAnswered)), after: customer });
        }
        decide_or_propose(services, &caller, true, customer, &decision, Action::ProviderAnswered, now)
    };
    take_step(services, &caller, Some(id), Request::unkeyed(b""), compute, |_| Vec::new()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;

    use super::*;
    use crate::clock::Clock as _;
    use crate::kyc::case::Name;
    use crate::use_cases::write::scripted::{Noon, SCOPE, Scripted, at_once, services};

    /// A provider that has the case, and the next answer about it.
    struct Says(Mutex<Result<Verdict, ProviderError>>);

    #[async_trait]
    impl Provider for Says {
        async fn import(&self, _: &str) -> Result<String, ProviderError> {
            Ok("case".to_owned())
        }

        async fn verdict(&self, _: &str) -> Result<Verdict, ProviderError> {
            let fallback = Ok(Verdict::Pending);
            std::mem::replace(&mut *self.0.lock().expect("an answer"), fallback)
        }
    }

    /// Asks once for each letter, `p` for "pending" and `u` for "unavailable". Returns the pauses after the answers, in
    /// seconds, and the last stage.
    fn asked(answers: &str) -> (Vec<Option<i64>>, Stage) {
        let store = Arc::new(Scripted::default());
        let services = services(&store);
        let mut customer = crate::form::edit::tests::customer(Noon.now());
        let stage = Stage::Open("case".to_owned());
        customer.kyc.provider = Some(Case { tries: 1, ..Case::new(Name::Simulated, stage, None) });
        let id = customer.id;
        *store.customer.lock().expect("a record") = Some(customer);
        let case =
            || store.customer.lock().expect("a record").clone().and_then(|one| one.kyc.provider).expect("a case");
        let pauses = answers.chars().map(|answer| {
            let answer = match answer {
                'p' => Ok(Verdict::Pending),
                _ => Err(ProviderError::Unavailable("no route".to_owned())),
            };
            at_once(work(&services, &Says(Mutex::new(answer)), SCOPE, id)).expect("asked");
            let second = |at: Timestamp| (at.as_micros() - Noon.now().as_micros()) / 1_000_000;
            case().due_at.map(second)
        });
        (pauses.collect(), case().stage)
    }

    #[test]
    fn pauses_grow_while_a_provider_has_no_verdict_and_only_failures_in_a_row_end_a_case() {
        let open = Stage::Open("case".to_owned());
        let pauses = [300, 1_800, 7_200, 21_600, 21_600].map(Some);
        assert_eq!(asked("ppppp"), (pauses.to_vec(), open.clone()));
        assert_eq!(asked("puup"), ([300, 60, 60, 1_800].map(Some).to_vec(), open.clone()), "failures are not answers");
        let some = "u".repeat(MAX_FAILURES as usize);
        assert_eq!(asked(&format!("{some}p{some}")).1, open, "an answer in between");
        let (pauses, stage) = asked(&format!("{some}u"));
        assert_eq!((pauses.last(), stage), (Some(&None), Stage::Failed));
    }
}
