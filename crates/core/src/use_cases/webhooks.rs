//! Manages webhook endpoints, and resends deliveries.

use zeroize::Zeroizing;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::idempotency::{Answer, KeyReused, Request};
use crate::ids::{KeyId, WebhookId};
use crate::parse::list::List;
use crate::parse::value::{SyntaxError, parse_checked};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, Unkeyed, append_audit, write};
use crate::violation::{Code, Violation, Violations};
use crate::webhook::delivery::{Delivery, Message, delivery_id, delivery_number};
use crate::webhook::endpoint::{
    Disabled, Endpoint, EndpointState, Guard, MAX_ENDPOINTS, NewEndpoint, NewSecret, NewWebhook,
};

/// How many deliveries are sent again at once.
pub const MAX_RESENT: usize = 1_000;
/// How many deliveries are read at once.
const PORTION: usize = 1_000;

/// Why an operation on an endpoint failed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The body is not JSON.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Every rule that the input breaks.
    #[error("{} rule(s) broken", .0.len())]
    Invalid(Violations),
    /// The scope has no such endpoint or delivery.
    #[error("no such webhook")]
    NotFound,
    /// The `Idempotency-Key` belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The scope has [`MAX_ENDPOINTS`] endpoints already.
    #[error("there are too many webhooks")]
    TooMany,
    /// It is disabled, so nothing is sent.
    #[error("the webhook is disabled; enable it first")]
    Disabled,
    /// The key that signs is revoked, so nothing is sent.
    #[error("the key that signs is revoked; enable the webhook with another key")]
    KeyRevoked,
    /// The secret was rotated, and the one before it signs until this moment.
    #[error(
        "the secret was rotated already, and the old one signs until {0}; a rotation without an overlap ends it at once"
    )]
    Rotating(Timestamp),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Violations> for WebhookError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

/// Registers an endpoint, whose deliveries the given key signs. `answer` makes the response body, which is the only
/// place that shows the secret.
///
/// # Errors
///
/// See [`WebhookError`].
pub async fn register(
    services: &Services,
    caller: &Caller,
    key: KeyId,
    guard: &dyn Guard,
    request: Request<'_>,
    answer: impl Fn(&Endpoint, &[u8; 32]) -> Vec<u8>,
) -> Result<Answer, WebhookError> {
    let load = || async {
        let asked = read(request.body, guard, caller.scope.environment)?;
        Ok((asked, services.store.endpoints(caller.scope).await?.len()))
    };
    write(services, caller, request.about(b""), load, |(NewWebhook { url, event_types }, count)| {
        if count >= MAX_ENDPOINTS {
            return Err(WebhookError::TooMany);
        }
        let now = services.now(caller.scope);
        let endpoint = Endpoint {
            id: services.random.uuid().into(),
            url: url.expose().to_owned(),
            key,
            event_types: wanted(event_types),
            created_at: now,
            disabled: None,
            failing_since: None,
            old_secret_until: None,
        };
        let mut secret = Zeroizing::new([0; 32]);
        services.random.fill(&mut secret[..]);
        let body = answer(&endpoint, &secret);
        let audit = audit(services, caller, Action::WebhookCreated, (None, Some(&endpoint)));
        let effect = Effect::WebhookCreated(Box::new(NewEndpoint { endpoint, secret }));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), Answer::about_no_customer(body)))
    })
    .await
}

fn read(body: &[u8], guard: &dyn Guard, environment: Environment) -> Result<NewWebhook, WebhookError> {
    parse_checked(body, |body| {
        let mut violations = Vec::new();
        if let Some(why) = body["url"].as_str().and_then(|url| guard.refuse(url, environment)) {
            violations.push(Violation::new("/url", Code::InvalidUrl, why));
        }
        if body["event_types"].as_array().is_some_and(Vec::is_empty) {
            violations.push(Violation::new("/event_types", Code::Required, "must name at least one"));
        }
        violations
    })
}

/// The event types that a body asks for, each once.
fn wanted(named: Option<List<EventType, 16>>) -> Vec<EventType> {
    let mut wanted = Vec::new();
    for kind in named.map_or_else(|| vec![EventType::KycsUpdated], |list| list.0) {
        if !wanted.contains(&kind) {
            wanted.push(kind);
        }
    }
    wanted
}

/// Enables an endpoint that was disabled or whose key was revoked. From now on the given key signs, and waiting
/// deliveries are due at once.
///
/// # Errors
///
/// [`WebhookError::NotFound`].
pub async fn enable(
    services: &Services,
    caller: &Caller,
    key: KeyId,
    id: Option<WebhookId>,
    request: Request<'_>,
) -> Result<Answer, WebhookError> {
    let id = id.ok_or(WebhookError::NotFound)?;
    let load = || find(services, caller, Some(id));
    write(services, caller, request.about(id.as_bytes()), load, |endpoint| {
        let effect = Effect::WebhookEnabled { id, key, at: services.now(caller.scope) };
        let enabled = Endpoint { key, disabled: None, failing_since: None, ..endpoint.clone() };
        let answer = Answer::about_no_customer(enabled.to_json(None).to_string().into_bytes());
        let audit = audit(services, caller, Action::WebhookEnabled, (Some(&endpoint), Some(&enabled)));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), answer))
    })
    .await
}

/// Changes the URL and the event types of an endpoint. `body` is that of a new endpoint.
///
/// # Errors
///
/// See [`WebhookError`].
pub async fn edit(
    services: &Services,
    caller: &Caller,
    guard: &dyn Guard,
    id: Option<WebhookId>,
    body: &[u8],
) -> Result<(), WebhookError> {
    let load = || async {
        let asked = read(body, guard, caller.scope.environment)?;
        Ok((asked, find(services, caller, id).await?))
    };
    write(services, caller, Unkeyed, load, |(NewWebhook { url, event_types }, before)| {
        let after = Endpoint { url: url.expose().to_owned(), event_types: wanted(event_types), ..before.clone() };
        let (url, event_types) = (after.url.clone(), after.event_types.clone());
        let effect = Effect::WebhookChanged { id: before.id, url, event_types };
        let audit = audit(services, caller, Action::WebhookChanged, (Some(&before), Some(&after)));
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), ()))
    })
    .await
}

/// Gives an endpoint a new secret, and returns it. The old one signs as well for another `overlap_seconds`. There is
/// room for one old secret, so until its overlap ends, another rotation would break the promise that it still signs.
///
/// # Errors
///
/// [`WebhookError::NotFound`], and [`WebhookError::Rotating`] during the overlap of an earlier rotation. A rotation
/// without an overlap is always possible: it ends both old secrets, which a leak needs. The store compares it as well,
/// so of two rotations at once only one succeeds.
pub async fn rotate_secret(
    services: &Services,
    caller: &Caller,
    id: Option<WebhookId>,
    overlap_seconds: i64,
) -> Result<Zeroizing<[u8; 32]>, WebhookError> {
    let load = || find(services, caller, id);
    write(services, caller, Unkeyed, load, |endpoint| {
        // Signatures carry real time, not a sandbox's.
        let at = services.clock.now();
        if let Some(until) = endpoint.old_secret_until.filter(|until| at < *until && overlap_seconds > 0) {
            return Err(WebhookError::Rotating(until));
        }
        let mut secret = Zeroizing::new([0; 32]);
        services.random.fill(&mut secret[..]);
        let until = at.plus_seconds(overlap_seconds);
        let effect = Effect::SecretRotated(NewSecret { id: endpoint.id, secret: secret.clone(), at, until });
        let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::WebhookSecretRotated);
        audit.fields = vec![format!("/webhooks/{}", endpoint.id)];
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), secret))
    })
    .await
}

/// The message of a test event, signed like every other. The trail records it.
///
/// # Errors
///
/// [`WebhookError::NotFound`], and [`WebhookError::Disabled`] and [`WebhookError::KeyRevoked`] when no delivery would
/// be sent either.
pub async fn test_message(
    services: &Services,
    caller: &Caller,
    id: Option<WebhookId>,
) -> Result<Message, WebhookError> {
    let endpoint = deliverable(services, caller, id).await?;
    let now = services.clock.now();
    let body = serde_json::json!({
        "event_type": "webhook.test",
        "entity_id": endpoint.id,
        "entity_type": "webhook",
        "created_at": now,
        "entity_object": {},
    });
    let message_id = format!("test_{}", services.random.uuid().simple());
    let body = body.to_string().into_bytes();
    let message = services.store.sign(caller.scope, endpoint.id, message_id, body, now).await?;
    let message = message.ok_or(WebhookError::Disabled)?;
    if message.contract.is_none() {
        return Err(WebhookError::KeyRevoked);
    }
    let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::WebhookTested);
    audit.fields = vec![format!("/webhooks/{}", endpoint.id)];
    append_audit(services, caller.scope, audit).await?;
    Ok(message)
}

/// Deletes an endpoint and its waiting deliveries.
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

/// Sends a delivery again, whatever its result was.
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
    let id = id.ok_or(WebhookError::NotFound)?;
    let about = [id.as_bytes(), delivery.as_bytes()].concat();
    let load = || async {
        find(services, caller, Some(id)).await?;
        let number = delivery_number(delivery).ok_or(WebhookError::NotFound)?;
        let found = services.store.deliveries(caller.scope, id, number.checked_add(1), 1).await?.pop();
        found.filter(|found| found.number == number).ok_or(WebhookError::NotFound)
    };
    write(services, caller, request.about(&about), load, |found| {
        let effect = Effect::DeliveryResent { delivery: found.number, at: services.now(caller.scope) };
        let body = serde_json::json!(Delivery { state: "pending", ..found }).to_string().into_bytes();
        let mut audit = AuditEntry::new(caller, services.now(caller.scope), Action::WebhookResent);
        audit.fields = vec![format!("/webhooks/{id}")];
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), Answer::about_no_customer(body)))
    })
    .await
}

/// Sends every delivery to an endpoint again that was given up and whose event happened in `from..to`, oldest first, at
/// most [`MAX_RESENT`]. Returns how many.
///
/// # Errors
///
/// Those of [`deliverable`].
pub async fn resend_failed(
    services: &Services,
    caller: &Caller,
    id: Option<WebhookId>,
    from: Timestamp,
    to: Timestamp,
) -> Result<u64, WebhookError> {
    let endpoint = deliverable(services, caller, id).await?;
    let (mut before, mut failed) = (None, Vec::new());
    loop {
        let page = services.store.deliveries(caller.scope, endpoint.id, before, PORTION).await?;
        before = page.last().map(|last| last.number);
        let is_last = page.len() < PORTION || page.last().is_none_or(|oldest| oldest.created_at < from);
        let is_meant = |one: &Delivery| one.state == "failed" && (from..to).contains(&one.created_at);
        failed.extend(page.into_iter().filter(is_meant).map(|one| one.number));
        if is_last {
            break;
        }
    }
    // The oldest first, because the deliveries of a customer go out in order.
    failed.reverse();
    failed.truncate(MAX_RESENT);
    for number in &failed {
        let request = Request::unkeyed(b"");
        resend(services, caller, id, &delivery_id(*number), request).await?;
    }
    Ok(failed.len() as u64)
}

/// Records that deliveries disabled an endpoint, and why.
pub async fn record_disabled(
    services: &Services,
    scope: Scope,
    endpoint: WebhookId,
    reason: Disabled,
    at: Timestamp,
) -> Result<(), StoreError> {
    let caller = Caller::system(scope, "deliveries");
    let mut audit = AuditEntry::new(&caller, at, Action::WebhookDisabled);
    audit.fields = vec![format!("/webhooks/{endpoint}")];
    audit.detail.note = Some(reason.as_str().to_owned());
    append_audit(services, scope, audit).await
}

/// Finds an endpoint to which something can be sent now.
///
/// # Errors
///
/// [`WebhookError::NotFound`], [`WebhookError::Disabled`] and [`WebhookError::KeyRevoked`].
pub async fn deliverable(
    services: &Services,
    caller: &Caller,
    id: Option<WebhookId>,
) -> Result<Endpoint, WebhookError> {
    let endpoint = find(services, caller, id).await?;
    match endpoint.state(&services.store.api_keys(caller.scope).await?, services.clock.now()) {
        EndpointState::Active => Ok(endpoint),
        EndpointState::Disabled => Err(WebhookError::Disabled),
        EndpointState::KeyRevoked => Err(WebhookError::KeyRevoked),
    }
}

/// Finds an endpoint by its id.
///
/// # Errors
///
/// [`WebhookError::NotFound`].
pub async fn find(services: &Services, caller: &Caller, id: Option<WebhookId>) -> Result<Endpoint, WebhookError> {
    let endpoints = services.store.endpoints(caller.scope).await?;
    endpoints.into_iter().find(|endpoint| Some(endpoint.id) == id).ok_or(WebhookError::NotFound)
}

/// The audit entry of a change to an endpoint, with its state before and after. Neither shows the secret.
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
