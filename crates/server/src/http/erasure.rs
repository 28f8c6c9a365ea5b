//! The erasure of customers over HTTP.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::use_cases::erase;
use http::{Method, StatusCode};
use serde_json::json;

use super::body::{Expected, WholeBody};
use super::conditions::{answered, repeatable};
use super::extract::{CustomerPath, Eraser};
use super::openapi::operation::{Operation, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{ERASURE, bare, customer_id, json_body, response, response_with};
use super::problem::Problem;
use super::problem::ProblemCode::{Erased, IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound};
use super::query::NoQuery;
use super::state::App;
use crate::erasures::ErasureState;

pub(crate) const REQUEST: Operation = Operation {
    method: Method::POST,
    path: "/v0/customers/{customer_id}/erasure",
    scopes: &[KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, Erased, IdempotencyKeyReused]],
    describe: || {
        let example = json!({
            "reason": "Request under article 17 of the GDPR", "requested_by": "the customer", "dry_run": true,
        });
        json!({
            "operationId": "requestErasure",
            "tags": [ERASURE],
            "summary": "Request the erasure of a customer",
            "description": "The erasure runs by itself at `due_at`: in production after `erasure_wait`, in the sandbox \
                at once. It destroys the keys of the customer and of every associated person, and the files that no \
                other customer uses. After that every read of the customer returns 410 `erased`, and the e-mail can \
                be used again. A second request keeps the first date. With `dry_run` nothing is scheduled. If a law \
                requires that the customer is kept, the decision is `refused`; if a hold does, it is `held`. The \
                erasure then runs by itself once nothing keeps the customer any longer, and `text` says so to the \
                person.",
            "parameters": [customer_id()],
            "requestBody": json_body("NewErasure", true, &example),
            "responses": { "200": response_with("The decision", "ErasureDecision", &["ETag"]) },
        })
    },
};

/// Schedules an erasure, or says what it would do.
pub(crate) async fn request(
    State(app): State<App>,
    Eraser(caller, _): Eraser,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/customers/{customer_id}/erasure", &parts.headers, &body)?;
    Ok(answered(StatusCode::OK, erase::request(&app.services, &caller, id, request).await?))
}

pub(crate) const READ: Operation = Operation {
    method: Method::GET,
    path: "/v0/customers/{customer_id}/erasure",
    scopes: &[KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[&[InvalidParameters, NotFound]],
    describe: || {
        json!({
            "operationId": "readErasure",
            "tags": [ERASURE],
            "summary": "Read the erasure of a customer, with its certificates",
            "description": "404 if none was requested. A certificate can be verified offline with \
                `dossier erasure verify`, or with any JOSE library.",
            "parameters": [customer_id()],
            "responses": { "200": response("The erasure", "Erasure") },
        })
    },
};

/// The erasure of a customer, scheduled or done.
pub(crate) async fn read(
    State(app): State<App>,
    Eraser(caller, _): Eraser,
    CustomerPath(id): CustomerPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (id, now) = (id.ok_or_else(Problem::not_found)?, app.services.clock.now());
    let state = ErasureState::of(&*app.engine, &app.services, &app.erasure, (caller.scope, id), now).await?;
    Ok(axum::Json(state.ok_or_else(Problem::not_found)?).into_response())
}

pub(crate) const CANCEL: Operation = Operation {
    method: Method::DELETE,
    path: "/v0/customers/{customer_id}/erasure",
    scopes: &[KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[WRITES, &[NotFound, Erased]],
    describe: || {
        json!({
            "operationId": "cancelErasure",
            "tags": [ERASURE],
            "summary": "Cancel the scheduled erasure of a customer",
            "description": "404 if none is scheduled, 410 if it has run.",
            "parameters": [customer_id()],
            "responses": { "204": bare("The erasure was cancelled", &[]) },
        })
    },
};

/// Cancels a scheduled erasure.
pub(crate) async fn cancel(
    State(app): State<App>,
    Eraser(caller, _): Eraser,
    CustomerPath(id): CustomerPath,
) -> Result<StatusCode, Problem> {
    erase::cancel(&app.services, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
