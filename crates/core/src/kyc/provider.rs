//! Providers: who verifies besides the reviewers. A share token lets a provider take over a verification that it made
//! elsewhere.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::decide::{NewDecision, Outcome, settled};
use super::follow_up::evaluate;
use super::step::{Computed, Step, take_step};
use super::{Policy, State};
use crate::audit::Action;
use crate::caller::{Actor, Caller, Environment, Scope};
use crate::clock::Timestamp;
use crate::customer::account_use::ExternalKycProviderData;
use crate::customer::update::{Conflict, UpdateError};
use crate::customer::{Customer, Profile};
use crate::idempotency::Request;
use crate::ids::CustomerId;
use crate::parse::ShareToken;
use crate::services::Services;
use crate::store::StoreError;

/// How long a provider that was asked may stay silent before it is asked again, in seconds; the last is repeated.
const POLLS: [i64; 5] = [60, 300, 900, 1_800, 3_600];
/// After so many failures in a row the reviewers take over.
const MAX_FAILURES: u32 = 20;

/// The providers that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// Nobody: the reviewers decide, and share tokens are kept for them.
    Manual,
    /// The sandbox's: the token says what comes of it.
    Simulated,
    /// Sumsub.
    Sumsub,
}

/// Verification of one customer by a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Whose.
    pub provider: Name,
    /// How far it is.
    pub stage: Stage,
    /// When something is to be done about it next.
    pub due_at: Option<Timestamp>,
    /// How often it was asked for, or failed, in a row.
    #[serde(default)]
    pub tries: u32,
}

impl Case {
    /// The provider's id for it, once there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open(id) | Stage::Closed(id) => Some(id),
            Stage::TokenGiven | Stage::Asking | Stage::Failed => None,
        }
    }
}

/// How far a case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The token is to be handed over.
    TokenGiven,
    /// The token was handed over; whether it arrived is not known.
    Asking,
    /// The provider has the case, under this id.
    Open(String),
    /// The provider said how it ended.
    Closed(String),
    /// The token could not be used; another one is needed.
    Failed,
}

/// What a provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet.
    Pending,
    /// Verified.
    Approved,
    /// Turned down for good.
    Rejected,
    /// Turned down, but the customer may try again; what the customer is told.
    Retry(Option<String>),
}

/// Why a provider did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It refused: the token is used, expired, or not for us.
    #[error("the provider refused the token or the case")]
    Refused,
    /// It could not be reached, or said what nobody understands. The text holds nothing that was sent.
    #[error("the provider could not be asked: {0}")]
    Unavailable(String),
}

/// A provider.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Hands over a share token, once; answers the id of the case there.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]; the token is not to be used again.
    async fn import(&self, token: &str) -> Result<String, ProviderError>;

    /// How a case stands.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]; asking again is safe.
    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError>;
}

/// The reviewers: they take no tokens and say nothing here.
pub struct Manual;

#[async_trait]
impl Provider for Manual {
    async fn import(&self, _: &str) -> Result<String, ProviderError> {
        Err(ProviderError::Refused)
    }

    async fn verdict(&self, _: &str) -> Result<Verdict, ProviderError> {
        Ok(Verdict::Pending)
    }
}

/// The sandbox's provider: `simulated-approve`, `simulated-reject`, `simulated-retry`, `simulated-expired`; every other
/// token stays pending.
pub struct Simulated;

#[async_trait]
impl Provider for Simulated {
    async fn import(&self, token: &str) -> Result<String, ProviderError> {
        match token.strip_prefix("simulated-") {
            Some("expired") => Err(ProviderError::Refused),
            Some(outcome @ ("approve" | "reject" | "retry")) => Ok(outcome.to_owned()),
            _ => Ok("pending".to_owned()),
        }
    }

    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError> {
        Ok(match case {
            "approve" => Verdict::Approved,
            "reject" => Verdict::Rejected,
            "retry" => Verdict::Retry(Some("The picture could not be read.".to_owned())),
            _ => Verdict::Pending,
        })
    }
}

/// Who verifies in an environment: the sandbox simulates.
#[must_use]
pub const fn in_force(policy: &Policy, environment: Environment) -> Name {
    match environment {
        Environment::Sandbox => Name::Simulated,
        Environment::Production => policy.provider,
    }
}

impl Customer {
    /// When a token was given and a session is open, the provider is to be asked.
    pub(crate) fn ask_provider(&mut self, policy: &Policy, environment: Environment, now: Timestamp) {
        let open = matches!(self.kyc.state, State::InProgress | State::Submitted | State::ResubmissionRequired);
        let provider = in_force(policy, environment);
        if open
            && provider != Name::Manual
            && self.share_token_mut().is_some_and(|data| data.sumsub_share_kyc_token.is_some())
        {
            self.kyc.provider = Some(Case { provider, stage: Stage::TokenGiven, due_at: Some(now), tries: 0 });
        }
    }

    fn share_token_mut(&mut self) -> Option<&mut ExternalKycProviderData> {
        match &mut self.profile {
            Profile::Individual(individual) => individual.external_kyc_provider_data.as_mut(),
            Profile::Business(business) => business.external_kyc_provider_data.as_mut(),
        }
    }

    /// Takes the token out of the record: it is used once.
    fn take_share_token(&mut self) -> Option<ShareToken> {
        let token = self.share_token_mut()?.sumsub_share_kyc_token.take();
        match &mut self.profile {
            Profile::Individual(individual) => individual.external_kyc_provider_data = None,
            Profile::Business(business) => business.external_kyc_provider_data = None,
        }
        token
    }
}

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
        token = customer.take_share_token();
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
