//! The key becomes a caller.

use std::time::Duration;

use dossier_core::api_key::{ApiKey, KeyRecord, KeyScope, KeyState};
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller};
use dossier_core::clock::Timestamp;
use dossier_core::disclosure::Disclosure;
use dossier_core::use_cases::write::append_audit;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::sleep;

use super::AppState;
use super::budget::Claimant;
use super::context::RequestContext;
use super::problem::{Problem, ProblemCode};

const API_KEY: HeaderName = HeaderName::from_static("api-key");
/// A use is noted at most once in this time.
const NOTED_EVERY_SECONDS: i64 = 60;
/// How long a request above the rate waits for its answer, half as much more or less.
const BEFORE_A_REFUSAL: Duration = Duration::from_millis(200);

/// Finds out who asks, whether the key may do what is asked, and what it may see of customers.
///
/// # Errors
///
/// 400 for two different keys, 401 for none that is good, 403 for one without the scopes, 429 for too many requests.
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
    let first_use_in_a_while = note_use(app, &record, now);
    let is_active = record.state(now) == KeyState::Active;
    context.set_key(record.key_id, record.expires_at.filter(|_| is_active));
    if !is_active {
        note_refusal(app, &caller, now, "the key has ended", first_use_in_a_while).await;
        return Err(unauthorized());
    }
    if let Err(limited) = app.limiters.asked(record.key_id, record.scope.account, context.began) {
        context.leave_slot();
        // A client that asks again at once would still take the time of everybody else. Its connections do not wait
        // equally long: if they did, they would all come back together.
        let mut byte = [0];
        app.services.random.fill(&mut byte);
        sleep(BEFORE_A_REFUSAL * (128 + u32::from(byte[0])) / 256).await;
        return Err(limited.into());
    }
    context.identify(Claimant::Key(record.key_id), record.scope.account)?;
    if let Some(missing) = needed.iter().find(|scope| !record.scopes.contains(scope)) {
        note_refusal(app, &caller, now, "the key lacks the scope", first_use_in_a_while).await;
        let text = format!("This key lacks the scope {}.", missing.as_str());
        return Err(Problem::new(ProblemCode::InsufficientScope, text).member("scope", missing.as_str()));
    }
    Ok((caller, Disclosure::of(&record.scopes)))
}

/// The one key that the headers carry, in any of the three ways.
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

/// One answer for every key that opens nothing, so that nobody learns why.
fn unauthorized() -> Problem {
    let text = "Send a valid API key in the Api-Key header (Authorization: Bearer <key> works as well).";
    Problem::new(ProblemCode::Unauthorized, text).header(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Api-Key realm=\"dossier\", Bearer realm=\"dossier\""),
    )
}

/// Remembers the use of a key, to be written with others. Answers whether it is the first in a while.
fn note_use(app: &AppState, record: &KeyRecord, now: Timestamp) -> bool {
    let due = |last: Timestamp| last.plus_seconds(NOTED_EVERY_SECONDS) <= now;
    if !record.last_used_at.is_none_or(due) {
        return false;
    }
    let mut used = app.keys_used.lock().expect("noting a use does not panic");
    used.insert(record.key_id, (record.scope, now)).is_none()
}

/// A key that exists and is refused is worth knowing; its owner cannot fill the trail with it.
async fn note_refusal(app: &AppState, caller: &Caller, now: Timestamp, why: &str, first_in_a_while: bool) {
    if !first_in_a_while {
        return;
    }
    let mut audit = AuditEntry::new(caller, now, Action::RequestRefused);
    audit.detail.note = Some(why.to_owned());
    if let Err(error) = append_audit(&app.services, caller.scope, audit).await {
        tracing::error!(%error, "a refusal could not be audited");
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
