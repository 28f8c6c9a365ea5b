//! Webhooks: endpoints that are told of events, and how a delivery that fails is tried again.

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::audit::{Action, AuditEntry};
use crate::caller::{Actor, Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::idempotency::{Answer, KeyReused, Request};
use crate::ids::{CustomerId, KeyId, WebhookId};
use crate::parse::{Field, List, Nulls, SyntaxError, Text, parse};
use crate::pii::Pii;
use crate::services::Services;
use crate::store::StoreError;
use crate::violation::{Code, Violation, Violations};
use crate::write::{Outcome, Unkeyed, write};
use crate::{choice, record};

/// A scope has at most this many endpoints.
pub const MAX_ENDPOINTS: usize = 16;
/// Ended deliveries are shown for so long.
pub const LOG_SECONDS: i64 = 30 * 24 * 60 * 60;

choice! {
    /// What an endpoint can be told of.
    Subscription {
        CustomerCreated = "customer.created",
        CustomerUpdated = "customer.updated",
        KycsUpdated = "customer.kycs.updated",
    }
}

record! {
    /// The body of a new endpoint.
    value NewWebhook {
        /// Where to send events: an https URL; in the sandbox http and local addresses as well
        url: Text<1024>,
        /// Which events; customer.kycs.updated unless told
        event_types: Option<List<Subscription, 16>>,
    }
}

impl Field for List<Subscription, 16> {}

/// An endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookId,
    /// Where events go. Kept sealed: it may hold a secret.
    pub url: String,
    /// The key that registered it, and signs.
    pub key: KeyId,
    /// What it is told of.
    pub event_types: Vec<EventType>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Why it is no longer called; `None` while it is.
    pub disabled: Option<Disabled>,
    /// Since when nothing could be delivered.
    pub failing_since: Option<Timestamp>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.id)
    }
}

/// Why an endpoint is no longer called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub enum Disabled {
    /// It answered 410.
    Gone,
    /// It failed for three days.
    Failing,
}

impl Disabled {
    /// The reason as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// Reads a reason.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Gone, Self::Failing].into_iter().find(|reason| reason.as_str() == text)
    }
}

impl Endpoint {
    /// The JSON that the API shows; `secret` is shown once.
    #[must_use]
    pub fn to_json(&self, secret: Option<&str>) -> serde_json::Value {
        let view = EndpointView {
            id: self.id,
            url: &self.url,
            status: if self.disabled.is_some() { "disabled" } else { "active" },
            created_at: self.created_at,
            event_types: self.event_types.iter().map(|kind| kind.as_str()).collect(),
            key_id: self.key,
            disabled_reason: self.disabled,
            failing_since: self.failing_since,
            secret,
        };
        serde_json::to_value(view).expect("an endpoint has string keys only")
    }
}

/// What is shown of an endpoint.
#[derive(Serialize, schemars::JsonSchema)]
pub struct EndpointView<'a> {
    id: WebhookId,
    /// Where events are sent.
    url: &'a str,
    #[schemars(extend("enum" = ["active", "disabled"]))]
    status: &'static str,
    created_at: Timestamp,
    #[schemars(with = "Vec<Subscription>")]
    event_types: Vec<&'static str>,
    /// The key that signs.
    key_id: KeyId,
    /// Why it is disabled.
    disabled_reason: Option<Disabled>,
    /// Since when no delivery was taken.
    failing_since: Option<Timestamp>,
    /// Of the Standard Webhooks signature; shown in this answer only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    secret: Option<&'a str>,
}

/// An endpoint on its way into the store.
pub struct NewEndpoint {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The Standard Webhooks secret of its own.
    pub secret: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for NewEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

/// A delivery that was claimed.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its number.
    pub delivery: u64,
    /// Of which scope.
    pub scope: Scope,
    /// To which endpoint.
    pub endpoint: WebhookId,
    /// About whom.
    pub customer: CustomerId,
    /// The event's number among the customer's.
    pub number: u64,
    /// The event's place.
    pub event: u64,
    /// How often it was attempted and failed.
    pub attempts: u32,
    /// When it was first attempted; since then it is failing.
    pub failing_since: Option<Timestamp>,
    /// Since when the endpoint has taken nothing.
    pub endpoint_failing_since: Option<Timestamp>,
    /// Whether its first attempt showed the link to the form.
    pub shows_link: Option<bool>,
}

/// What is to be sent.
pub struct Message {
    /// Where to.
    pub url: String,
    /// The body, byte for byte what was signed.
    pub body: Pii<Vec<u8>>,
    /// `webhook-id`: the same for every attempt.
    pub id: String,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// `webhook-signature`, by the endpoint's own secret.
    pub standard: String,
    /// `x-hmac-signature`, by the registering key; `None` when that key is revoked, and then nothing may be sent.
    pub contract: Option<String>,
    /// `x-hmac-signature-next`, by its successor, while both work.
    pub next: Option<String>,
    /// Whether the body shows the link to the form.
    pub shows_link: bool,
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct Attempted {
    /// Which delivery.
    pub due: Due,
    /// When.
    pub at: Timestamp,
    /// What was answered, or what went wrong, in a word.
    pub said: Said,
    /// What follows.
    pub verdict: Verdict,
}

/// What was answered, or what went wrong, in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An HTTP status.
    Status(u16),
    /// `timeout`, `connection`, `tls`, `address_refused`, …; of a private address `delivered` or `not delivered`.
    Failure(&'static str),
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Delivered,
    /// Again at this moment.
    Again(Timestamp),
    /// Not counted: it could not be signed. Again at this moment.
    Paused(Timestamp),
    /// Never again: it was tried for long enough.
    GivenUp,
    /// The endpoint is not called any more; what waits for it stays.
    Disable(Disabled),
}

/// One line of the delivery log.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// The webhook that it goes to.
    pub webhook_id: WebhookId,
    /// The id of the event.
    pub event_id: String,
    /// The customer that the event is about.
    pub entity_id: CustomerId,
    /// What happened.
    #[schemars(with = "Subscription")]
    pub event_type: String,
    /// How it stands.
    #[schemars(extend("enum" = ["pending", "delivered", "failed"]))]
    pub state: &'static str,
    /// How often it was attempted.
    pub attempts: u32,
    /// When the event happened.
    pub created_at: Timestamp,
    /// null before the first attempt.
    pub last_attempt_at: Option<Timestamp>,
    /// null while it waits for an earlier one of the same customer, and once it has ended.
    pub next_attempt_at: Option<Timestamp>,
    /// An HTTP status, or what went wrong in a word; of a private address `delivered` or `not delivered`.
    pub last_answer: Option<String>,
    #[serde(skip)]
    /// Its number, by which a list goes on.
    pub number: u64,
}

/// The id of a delivery, from its number.
#[must_use]
pub fn delivery_id(number: u64) -> String {
    format!("dlv_{number}")
}

/// The number of a delivery, from its id.
#[must_use]
pub fn delivery_number(id: &str) -> Option<u64> {
    id.strip_prefix("dlv_").filter(|digits| !digits.starts_with(['+', '0']))?.parse().ok()
}

/// When what failed is tried again. Jitter keeps a thousand failures from coming back at once.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Milliseconds to wait after each attempt; the last is repeated.
    pub waits: Vec<i64>,
    /// Milliseconds after the first attempt when a delivery is given up, and an endpoint that took nothing disabled.
    pub give_up: i64,
}

impl Default for Schedule {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const HOUR: i64 = 60 * MINUTE;
        Self { waits: vec![5_000, 30_000, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR], give_up: 3 * 24 * HOUR }
    }
}

impl Schedule {
    /// What follows a failed attempt. `jitter` is anything from 0 to 1; `asked` is what a `Retry-After` asks for, in
    /// seconds.
    #[must_use]
    pub fn after(&self, due: &Due, at: Timestamp, jitter: f64, asked: Option<i64>) -> Verdict {
        let millis = |since: Timestamp| (at.as_micros() - since.as_micros()) / 1_000;
        if due.endpoint_failing_since.is_some_and(|since| millis(since) >= self.give_up) {
            return Verdict::Disable(Disabled::Failing);
        }
        if due.failing_since.is_some_and(|since| millis(since) >= self.give_up) {
            return Verdict::GivenUp;
        }
        let last = self.waits.last().copied().unwrap_or(1_000);
        let wait = self.waits.get(usize::try_from(due.attempts).unwrap_or(usize::MAX)).copied().unwrap_or(last);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let wait = (wait as f64 * (0.8 + 0.4 * jitter.clamp(0.0, 1.0))) as i64;
        // A receiver may ask for more time, but for no more than the longest wait.
        let asked = asked.map_or(0, |seconds| seconds.saturating_mul(1_000).clamp(0, last.max(wait)));
        Verdict::Again(Timestamp::from_micros(at.as_micros() + wait.max(asked) * 1_000))
    }
}

/// Whether an endpoint may be called at all; the addresses are looked at again at every call.
pub trait Guard: Send + Sync {
    /// Why a URL may not be called from an environment; `None` when it may.
    fn refuse(&self, url: &str, environment: Environment) -> Option<&'static str>;
}

/// Why an endpoint could not be managed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The body is no JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Every rule that the input breaks.
    #[error("{} rule(s) broken", .0.len())]
    Invalid(Violations),
    /// No such endpoint or delivery in this scope.
    #[error("no such webhook")]
    NotFound,
    /// The `Idempotency-Key` belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The scope has as many as it may.
    #[error("there are too many webhooks")]
    TooMany,
    /// The store's answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Registers an endpoint; the secret is in the answer, which `answer` makes, and nowhere else.
///
/// # Errors
///
/// See [`WebhookError`].
pub async fn register(
    services: &Services,
    caller: &Caller,
    guard: &dyn Guard,
    request: Request<'_>,
    answer: impl Fn(&Endpoint, &[u8; 32]) -> Vec<u8>,
) -> Result<Answer, WebhookError> {
    let load = || async {
        let asked = read(request.body, guard, caller.scope.environment)?;
        Ok((asked, services.store.endpoints(caller.scope).await?.len()))
    };
    write(services, caller, request.about(b""), load, |(NewWebhook { url, event_types }, count)| {
        let Actor::Key(key) = caller.actor else { return Err(WebhookError::NotFound) };
        if count >= MAX_ENDPOINTS {
            return Err(WebhookError::TooMany);
        }
        let now = services.now(caller.scope);
        let endpoint = Endpoint {
            id: services.random.uuid(now).into(),
            url: url.expose().to_owned(),
            key,
            event_types: wanted(event_types),
            created_at: now,
            disabled: None,
            failing_since: None,
        };
        let mut secret = Zeroizing::new([0; 32]);
        services.random.fill(&mut secret[..]);
        let body = answer(&endpoint, &secret);
        let audit = audit(services, caller, Action::WebhookCreated, (None, Some(&endpoint)));
        let effect = Effect::WebhookCreated(Box::new(NewEndpoint { endpoint, secret }));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), Answer::about_nobody(body)))
    })
    .await
}

fn read(body: &[u8], guard: &dyn Guard, environment: Environment) -> Result<NewWebhook, WebhookError> {
    let mut parsed = parse::<NewWebhook>(body, Nulls::Refused)?;
    let untyped: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if let Some(why) = untyped["url"].as_str().and_then(|url| guard.refuse(url, environment)) {
        parsed.refuse(vec![Violation::new("/url", Code::InvalidUrl, why)]);
    }
    if untyped["event_types"].as_array().is_some_and(Vec::is_empty) {
        parsed.refuse(vec![Violation::new("/event_types", Code::Required, "must name at least one")]);
    }
    parsed.finish().map_err(WebhookError::Invalid)
}

/// The events that a body asks for, each once.
fn wanted(named: Option<List<Subscription, 16>>) -> Vec<EventType> {
    let mut wanted: Vec<EventType> = Vec::new();
    for kind in named.map_or_else(|| vec![Subscription::KycsUpdated], |list| list.0) {
        let kind = match kind {
            Subscription::CustomerCreated => EventType::CustomerCreated,
            Subscription::CustomerUpdated => EventType::CustomerUpdated,
            Subscription::KycsUpdated => EventType::KycsUpdated,
        };
        if !wanted.contains(&kind) {
            wanted.push(kind);
        }
    }
    wanted
}

/// Calls an endpoint again that was disabled or whose key was revoked; the caller's key signs from now on, and what
/// waits is due at once.
///
/// # Errors
///
/// [`WebhookError::NotFound`].
pub async fn enable(
    services: &Services,
    caller: &Caller,
    id: Option<WebhookId>,
    request: Request<'_>,
) -> Result<Answer, WebhookError> {
    let id = find(services, caller, id).await?.id;
    let load = || find(services, caller, Some(id));
    write(services, caller, request.about(id.as_bytes()), load, |endpoint| {
        let Actor::Key(key) = caller.actor else { return Err(WebhookError::NotFound) };
        let effect = Effect::WebhookEnabled { id, key, at: services.now(caller.scope) };
        let enabled = Endpoint { key, disabled: None, failing_since: None, ..endpoint.clone() };
        let answer = Answer::about_nobody(enabled.to_json(None).to_string().into_bytes());
        let audit = audit(services, caller, Action::WebhookEnabled, (Some(&endpoint), Some(&enabled)));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), answer))
    })
    .await
}

/// Deletes an endpoint, and what waited for it.
///
/// # Errors
///
/// [`WebhookError::NotFound`].
pub async fn delete(services: &Services, caller: &Caller, id: Option<WebhookId>) -> Result<(), WebhookError> {
    write(
        services,
        caller,
        Unkeyed,
        || find(services, caller, id),
        |endpoint| {
            let effect = Effect::WebhookDeleted(endpoint.id);
            let audit = audit(services, caller, Action::WebhookDeleted, (Some(&endpoint), None));
            Ok(Outcome::Change(Change::new(caller.scope, effect, audit), ()))
        },
    )
    .await
}

/// Makes a delivery again, whatever came of it.
///
/// # Errors
///
/// [`WebhookError::NotFound`].
pub async fn resend(
    services: &Services,
    caller: &Caller,
    id: Option<WebhookId>,
    delivery: &str,
    request: Request<'_>,
) -> Result<Answer, WebhookError> {
    let id = find(services, caller, id).await?.id;
    let about = [id.as_bytes(), delivery.as_bytes()].concat();
    let load = || async {
        let number = delivery_number(delivery).ok_or(WebhookError::NotFound)?;
        let found = services.store.deliveries(caller.scope, id, number.checked_add(1), 1).await?.pop();
        found.filter(|found| found.number == number).ok_or(WebhookError::NotFound)
    };
    write(services, caller, request.about(&about), load, |found| {
        let effect = Effect::DeliveryResent { delivery: found.number, at: services.now(caller.scope) };
        let body = serde_json::json!(Delivery { state: "pending", ..found }).to_string().into_bytes();
        let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::WebhookResent);
        audit.fields = vec![format!("/webhooks/{id}")];
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), Answer::about_nobody(body)))
    })
    .await
}

/// The endpoint with an id.
///
/// # Errors
///
/// [`WebhookError::NotFound`].
pub async fn find(services: &Services, caller: &Caller, id: Option<WebhookId>) -> Result<Endpoint, WebhookError> {
    let endpoints = services.store.endpoints(caller.scope).await?;
    endpoints.into_iter().find(|endpoint| Some(endpoint.id) == id).ok_or(WebhookError::NotFound)
}

/// The entry of what is done to an endpoint: as it was before and is after. Its secret is in neither.
fn audit(
    services: &Services,
    caller: &Caller,
    action: Action,
    (before, after): (Option<&Endpoint>, Option<&Endpoint>),
) -> AuditEntry {
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), action);
    let json = |endpoint: Option<&Endpoint>| endpoint.map_or(serde_json::Value::Null, |one| one.to_json(None));
    if let Some(endpoint) = after.or(before) {
        audit.change(format!("/webhooks/{}", endpoint.id), &json(before), &json(after));
    }
    audit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AccountId;

    fn due(attempts: u32, failing_since: Option<i64>, endpoint_failing_since: Option<i64>) -> Due {
        Due {
            delivery: 1,
            scope: Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Sandbox },
            endpoint: WebhookId::from_bytes([0; 16]),
            customer: CustomerId::from_bytes([0; 16]),
            number: 1,
            event: 1,
            attempts,
            failing_since: failing_since.map(Timestamp::from_micros),
            endpoint_failing_since: endpoint_failing_since.map(Timestamp::from_micros),
            shows_link: None,
        }
    }

    #[test]
    fn waits_grow_with_jitter_and_end_after_three_days() {
        const HOUR: i64 = 3_600;
        let schedule = Schedule::default();
        let at = Timestamp::from_micros(0).plus_seconds(100 * 24 * HOUR);
        let ago = |seconds: i64| Some(at.plus_seconds(-seconds).as_micros());
        let again = |seconds: i64| Verdict::Again(at.plus_seconds(seconds));
        for (attempts, failing, endpoint, jitter, asked, expected) in [
            (0, None, None, 0.5, None, again(5)),
            (0, None, None, 0.0, None, again(4)),
            (0, None, None, 1.0, None, again(6)),
            (1, ago(5), None, 0.5, None, again(30)),
            (2, ago(5), None, 0.5, None, again(120)),
            (5, ago(5), None, 0.5, None, again(4 * HOUR)),
            (6, ago(5), None, 0.5, None, again(12 * HOUR)),
            (99, ago(5), None, 0.5, None, again(12 * HOUR)),
            (0, None, None, 0.5, Some(60), again(60)),
            (0, None, None, 0.5, Some(-60), again(5)),
            (0, None, None, 0.5, Some(10 * 365 * 24 * HOUR), again(12 * HOUR)),
            (0, None, None, 0.5, Some(i64::MAX), again(12 * HOUR)),
            (9, ago(72 * HOUR), ago(10), 0.5, None, Verdict::GivenUp),
            (9, ago(72 * HOUR), ago(72 * HOUR), 0.5, None, Verdict::Disable(Disabled::Failing)),
            (0, None, ago(72 * HOUR), 0.5, None, Verdict::Disable(Disabled::Failing)),
        ] {
            assert_eq!(
                schedule.after(&due(attempts, failing, endpoint), at, jitter, asked),
                expected,
                "{attempts} {asked:?}"
            );
        }
    }

    #[test]
    fn ids_of_deliveries_read_back() {
        assert_eq!(delivery_number(&delivery_id(17)), Some(17));
        for wrong in ["", "17", "dlv_", "dlv_+1", "dlv_01", "dlv_x", "dlv_99999999999999999999999"] {
            assert_eq!(delivery_number(wrong), None, "{wrong}");
        }
    }
}
