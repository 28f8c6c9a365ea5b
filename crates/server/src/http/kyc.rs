//! Verification over HTTP: sessions, requirements, decisions, the sandbox, and the calls of a provider.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::caller::{Caller, Environment};
use dossier_core::customer::CustomerType;
use dossier_core::kyc::provider;
use dossier_core::kyc::requirements::Prospect;
use dossier_core::parse::Country;
use dossier_core::use_cases::advance_clock;
use dossier_core::use_cases::ask_provider;
use dossier_core::use_cases::{decide as decisions, session, simulate as sandbox};
use dossier_core::violation::{Code, Violation};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::App;
use super::body::{Expected, WholeBody};
use super::conditions::{answered, nothing, repeatable};
use super::context::RequestContext;
use super::customers::{NoQuery, Query};
use super::problem::{Problem, ProblemCode};
use super::router::{CustomerPath, Decider, Reader, SessionOpener, Simulator};
use crate::sumsub::Sumsub;

/// `POST /v0/customers/{customer_id}/kycs`: opens a session, or answers the open one. The body is optional.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn open_session(
    State(app): State<App>,
    SessionOpener(caller, _): SessionOpener,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read_optional(&app, &parts, body).await?;
    let request = repeatable("POST /v0/customers/{customer_id}/kycs", &parts.headers, &body)?;
    let answer = session::open(&app.services, &caller, id, request).await?;
    Ok(answered(StatusCode::CREATED, answer))
}

/// `POST /v0/customers/{customer_id}/decisions`: approves, rejects, asks again, or ends.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn decide(
    State(app): State<App>,
    Decider(caller, sees): Decider,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/customers/{customer_id}/decisions", &parts.headers, &body)?;
    let answer = decisions::decide(&app.services, &caller, id, request).await?;
    Ok(answered(StatusCode::OK, sees.answer(answer, nothing)))
}

fn sandbox_only(caller: &Caller) -> Result<(), Problem> {
    match caller.scope.environment {
        Environment::Sandbox => Ok(()),
        Environment::Production => {
            Err(Problem::new(ProblemCode::SandboxOnly, "This works in the sandbox only; the key is of production."))
        }
    }
}

/// `POST /v0/customers/simulate`: makes something happen to a sandbox customer.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn simulate(
    State(app): State<App>,
    Simulator(caller, _): Simulator,
    request: Request,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/customers/simulate", &parts.headers, &body)?;
    Ok(answered(StatusCode::OK, sandbox::simulate(&app.services, &caller, request).await?))
}

/// `POST /v0/sandbox/clock`: puts the sandbox's clock forward.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn advance_clock(
    State(app): State<App>,
    Simulator(caller, _): Simulator,
    request: Request,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/sandbox/clock", &parts.headers, &body)?;
    let answer = |ahead| clock(&app, ahead).to_string().into_bytes();
    Ok(answered(StatusCode::OK, advance_clock::advance(&app.services, &caller, request, answer).await?))
}

/// `GET /v0/sandbox/clock`: what time it is in the sandbox.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn read_clock(
    State(app): State<App>,
    Simulator(caller, _): Simulator,
    _: NoQuery,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let ahead = app.services.sandboxes.ahead(caller.scope.account);
    Ok(axum::Json(clock(&app, ahead)).into_response())
}

fn clock(app: &App, ahead: i64) -> Value {
    json!({ "now": app.services.clock.now().plus_seconds(ahead), "ahead_seconds": ahead })
}

/// `GET /v0/requirements`: what would be required of somebody who is no customer yet.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn requirements(
    State(app): State<App>,
    Reader(caller, _): Reader,
    query: Query,
) -> Result<Response, Problem> {
    let mut errors = query.unknown(&["type", "country", "purpose", "volume"]);
    let kind = match query.one("type", &mut errors) {
        Some("individual") => Some(CustomerType::Individual),
        Some("corporate" | "business") => Some(CustomerType::Corporate),
        Some(_) => {
            errors.push(Violation::new("/type", Code::UnknownValue, "must be one of: individual corporate"));
            None
        }
        None => {
            errors.push(Violation::new("/type", Code::Required, "is required: individual or corporate"));
            None
        }
    };
    let country = query.one("country", &mut errors).map(Country::new);
    if country == Some(None) {
        let message = "must be an officially assigned ISO 3166-1 alpha-2 code in capitals, or XK";
        errors.push(Violation::new("/country", Code::UnknownCountry, message));
    }
    let volume = query.one("volume", &mut errors).map(|text| text.parse::<f64>().ok().filter(|volume| *volume >= 0.0));
    if volume == Some(None) {
        errors.push(Violation::new("/volume", Code::OutOfRange, "must be a number that is not negative"));
    }
    let purpose = query.one("purpose", &mut errors).map(ToOwned::to_owned);
    let (Some(kind), true) = (kind, errors.is_empty()) else { return Err(Problem::invalid_parameters(errors)) };
    let prospect = Prospect { country: country.flatten(), purpose, volume: volume.flatten() };
    let rules = &app.services.policy.rules;
    let items = rules.before(kind, &prospect, app.services.now(caller.scope));
    Ok(axum::Json(json!({ "rule_set": rules.version, "items": items })).into_response())
}

const DIGEST: HeaderName = HeaderName::from_static("x-payload-digest");
const DIGEST_ALGORITHM: HeaderName = HeaderName::from_static("x-payload-digest-alg");

/// `POST /providers/sumsub`: Sumsub says that something happened; what, it is asked.
///
/// # Errors
///
/// 404 when it is not configured, 401 without its signature, 429 after too many of those.
pub async fn sumsub(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let sumsub = app.sumsub.as_ref().ok_or_else(Problem::not_found)?;
    let (parts, body) = request.into_parts();
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (algorithm, digest) = (text(&DIGEST_ALGORITHM), text(&DIGEST));
    let unsigned = || match app.limiters.failed(RequestContext::of(&parts)) {
        Ok(()) => Problem::new(ProblemCode::InvalidSignature, "The signature of the call is missing or wrong.").close(),
        Err(limited) => Problem::from(limited).close(),
    };
    // Anyone can call: without the form of a signature no body is read.
    if !Sumsub::has_signature(algorithm, digest) {
        return Err(unsigned());
    }
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    if !sumsub.is_theirs(algorithm, digest, &body) {
        return Err(unsigned());
    }
    // What they say beyond whose case it is need not be understood: it is asked for.
    let Ok(call) = serde_json::from_slice::<crate::sumsub::Call>(&body) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    if let Some((scope, customer)) = app.services.store.customer_of_case(&call.applicant_id).await? {
        ask_provider::work(&app.services, sumsub.as_ref(), scope, customer).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
