//! Calls from identity providers.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::use_cases::ask_provider;
use http::{HeaderName, Method, StatusCode};
use serde_json::json;

use super::body::{Expected, WholeBody};
use super::context::RequestContext;
use super::openapi::operation::{Operation, Problems, Shows, WRITES};
use super::openapi::parts::{SERVICE, bare, parameter};
use super::problem::Problem;
use super::problem::ProblemCode::{
    self, InternalError, InvalidSignature, MalformedRequest, NotFound, Overloaded, PayloadTooLarge, RequestTimeout,
    StorageUnavailable, TooManyRequests, UnsupportedMediaType,
};
use super::state::App;
use crate::sumsub::Sumsub;

const DIGEST: HeaderName = HeaderName::from_static("x-payload-digest");
const DIGEST_ALGORITHM: HeaderName = HeaderName::from_static("x-payload-digest-alg");

/// The problems of a call from a provider, which signs its calls and has no API key.
const CALLS: Problems = &[
    MalformedRequest,
    InvalidSignature,
    NotFound,
    RequestTimeout,
    PayloadTooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    InternalError,
    Overloaded,
    StorageUnavailable,
];

pub(crate) const SUMSUB: Operation = Operation {
    method: Method::POST,
    path: "/providers/sumsub",
    scopes: &[],
    shows: Shows::Own,
    problems: &[WRITES, CALLS],
    describe: || {
        let digest = json!({ "type": "string", "pattern": "^[0-9A-Fa-f]+$", "minLength": 64, "maxLength": 128 });
        let algorithm = json!({ "type": "string", "enum": ["HMAC_SHA256_HEX", "HMAC_SHA512_HEX"] });
        json!({
            "operationId": "sumsubCall",
            "tags": [SERVICE],
            "summary": "Called by Sumsub when a verification has changed",
            "description": "Calls are signed with the secret in the setting `sumsub_webhook_secret`. The path exists \
                only if Sumsub is the provider.",
            "parameters": [
                parameter("x-payload-digest", "header", true, "Hexadecimal HMAC of the body", digest),
                parameter("x-payload-digest-alg", "header", true, "The algorithm of the HMAC", algorithm),
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "type": "object" } } } },
            "responses": { "204": bare("The call was accepted", &[]) },
        })
    },
};

/// A call says only whose verification changed. The server then asks Sumsub for its state.
pub(crate) async fn sumsub(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let sumsub = app.sumsub.as_ref().ok_or_else(Problem::not_found)?;
    let (parts, body) = request.into_parts();
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (algorithm, digest) = (text(&DIGEST_ALGORITHM), text(&DIGEST));
    let unsigned = || match app.limiters.failed(RequestContext::of(&parts)) {
        Ok(()) => Problem::new(ProblemCode::InvalidSignature, "The signature of the call is missing or wrong.").close(),
        Err(limited) => Problem::from(limited).close(),
    };
    // Anyone can call, so a body is read only if the headers at least look like a signature.
    if !Sumsub::has_signature(algorithm, digest) {
        return Err(unsigned());
    }
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    if !sumsub.is_theirs(algorithm, digest, &body) {
        return Err(unsigned());
    }
    // A call that names no case is accepted and ignored.
    let Ok(call) = serde_json::from_slice::<crate::sumsub::Call>(&body) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    if let Some((scope, customer)) = app.services.store.customer_of_case(&call.applicant_id).await? {
        ask_provider::work(&app.services, sumsub.as_ref(), scope, customer).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
