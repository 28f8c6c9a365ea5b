//! Authentication: an API key becomes a caller.

use std::time::Duration;

use dossier_core::api_key::{ApiKey, KeyRecord, KeyScope, KeyState};
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller};
use dossier_core::clock::Timestamp;
use dossier_core::disclosure::Disclosure;
use dossier_core::use_cases::write::append_audit;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::sleep;

use super::claimant::Claimant;
use super::context::RequestContext;
use super::problem::{Problem, ProblemCode};
use super::state::AppState;

const API_KEY: HeaderName = HeaderName::from_static("api-key");
/// The use of a key is recorded at most once in this time.
const RECORDED_EVERY_SECONDS: i64 = 60;
/// How long a request above the rate waits for its response, give or take a half.
const BEFORE_A_REFUSAL: Duration = Duration::from_millis(200);

/// Finds the caller of a request, checks that the key has the scopes that the request needs, and says what the key may
/// see of customers.
pub async fn authorize(
    app: &AppState,
    headers: &HeaderMap,
    context: &RequestContext,
    needed: &[KeyScope],
) -> Result<(Caller, Disclosure), Problem> {
    let authorized = recognise(app, headers, context, needed).await;
    if let Err(problem) = &authorized
        && problem.code() == ProblemCode::Unauthorized
    {
        app.limiters.failed(context)?;
    }
    authorized
}

/// Finds the key of a request that is refused whoever sent it, so that the request log can show it to the owner.
pub async fn note_key(app: &AppState, headers: &HeaderMap, context: &RequestContext) {
    if let Ok(Some(_)) = presented(headers) {
        let _ = authorize(app, headers, context, &[]).await;
    }
}

async fn recognise(
    app: &AppState,
    headers: &HeaderMap,
    context: &RequestContext,
    needed: &[KeyScope],
) -> Result<(Caller, Disclosure), Problem> {
    let presented = presented(headers)?.ok_or_else(unauthorized)?;
    let key = ApiKey::parse(presented).ok_or_else(unauthorized)?;
    let record = app.services.store.api_key(&key).await?.ok_or_else(unauthorized)?;
    let now = app.services.clock.now();
    let caller = Caller {
        scope: record.scope,
        actor: Actor::Key(record.key_id),
        request_id: context.request_id.to_string(),
        address: Some(context.address),
    };
    let first_use_in_a_while = record_use(app, &record, now);
    let is_active = record.state(now) == KeyState::Active;
    context.set_key(record.scope, record.key_id, record.expires_at.filter(|_| is_active));
    if !is_active {
        audit_refusal(app, &caller, now, "the key has expired or was revoked", first_use_in_a_while).await;
        return Err(unauthorized());
    }
    if !record.admits(context.address) {
        audit_refusal(app, &caller, now, "the address is not allowed", first_use_in_a_while).await;
        let text = "This key may not be used from this address.";
        return Err(Problem::new(ProblemCode::AddressNotAllowed, text));
    }
    if app.services.closed.contains(record.scope.account) {
        audit_refusal(app, &caller, now, "the account is closed", first_use_in_a_while).await;
        return Err(Problem::new(ProblemCode::AccountClosed, "The account of this key was closed."));
    }
    if let Err(limited) = app.limiters.asked(record.key_id, record.scope.account, context.began) {
        context.leave_slot();
        // A client that repeats its requests at once would still slow down all others. Its connections wait for
        // different times, so that they do not all come back together.
        let mut byte = [0];
        app.services.random.fill(&mut byte);
        sleep(BEFORE_A_REFUSAL * (128 + u32::from(byte[0])) / 256).await;
        return Err(limited.into());
    }
    context.identify(Claimant::Key(record.key_id), record.scope.account)?;
    if let Some(missing) = needed.iter().find(|scope| !record.scopes.contains(scope)) {
        audit_refusal(app, &caller, now, "the key lacks the scope", first_use_in_a_while).await;
        let text = format!("This key lacks the scope {}.", missing.as_str());
        return Err(Problem::new(ProblemCode::InsufficientScope, text).member("scope", missing.as_str()));
    }
    Ok((caller, Disclosure::of(&record.scopes)))
}

/// The one key in the headers, in any of the three forms.
fn presented(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let keys = headers.get_all(API_KEY).iter().map(|value| value.to_str().unwrap_or("").trim());
    let authorizations = headers.get_all(header::AUTHORIZATION).iter().map(|value| {
        let value = value.to_str().unwrap_or("").trim();
        match value.split_at_checked(7) {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer ") => key.trim_start(),
            _ => value,
        }
    });
    let mut found = None;
    for key in keys.chain(authorizations) {
        if found.is_some_and(|found| found != key) {
            let text = "The request carries two different keys. Send one, in the Api-Key header.";
            return Err(Problem::new(ProblemCode::AmbiguousCredentials, text));
        }
        found = Some(key);
    }
    Ok(found)
}

/// The same response for every key that is not valid. It does not say why.
fn unauthorized() -> Problem {
    let text = "Send a valid API key in the Api-Key header (Authorization: Bearer <key> works as well).";
    Problem::new(ProblemCode::Unauthorized, text).header(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Api-Key realm=\"dossier\", Bearer realm=\"dossier\""),
    )
}

/// Remembers the use of a key, to be stored with others. Returns whether it is the first in a while.
fn record_use(app: &AppState, record: &KeyRecord, now: Timestamp) -> bool {
    let due = |last: Timestamp| last.plus_seconds(RECORDED_EVERY_SECONDS) <= now;
    if !record.last_used_at.is_none_or(due) {
        return false;
    }
    let mut used = app.keys_used.lock().expect("recording a use does not panic");
    used.insert(record.key_id, (record.scope, now)).is_none()
}

/// Audits the refusal of a key that exists. It does so once in a while, so that the holder cannot fill the trail.
async fn audit_refusal(app: &AppState, caller: &Caller, now: Timestamp, why: &str, first_in_a_while: bool) {
    if !first_in_a_while {
        return;
    }
    let mut audit = AuditEntry::new(caller, now, Action::RequestRefused);
    audit.detail.note = Some(why.to_owned());
    if let Err(error) = append_audit(&app.services, caller.scope, audit).await {
        tracing::error!(%error, "failed to audit a refusal");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_in_three_ways_and_never_two() {
        for (headers, expected) in [
            (&[("api-key", "k")][..], Ok(Some("k"))),
            (&[("authorization", "k")], Ok(Some("k"))),
            (&[("authorization", "Bearer k")], Ok(Some("k"))),
            (&[("authorization", "bearer  k")], Ok(Some("k"))),
            (&[("api-key", " k ")], Ok(Some("k"))),
            (&[("api-key", "k"), ("authorization", "k")], Ok(Some("k"))),
            (&[("api-key", "k"), ("authorization", "Bearer k")], Ok(Some("k"))),
            (&[("api-key", "k"), ("api-key", "k")], Ok(Some("k"))),
            (&[("api-key", "k"), ("api-key", "l")], Err(())),
            (&[("api-key", "k"), ("authorization", "l")], Err(())),
            (&[("api-key", "k"), ("authorization", "Bearer l")], Err(())),
            (&[("authorization", "k"), ("authorization", "Bearer l")], Err(())),
            (&[], Ok(None)),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(presented(&map).map_err(|_| ()), expected, "{headers:?}");
        }
    }
}
