//! The erasure of single associated persons over HTTP.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::use_cases::erase_person;
use http::{Method, StatusCode};
use serde_json::json;

use super::body::{Expected, WholeBody};
use super::conditions::{answered, repeatable};
use super::extract::{Eraser, PersonPath};
use super::openapi::operation::{Operation, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{ERASURE, bare, customer_id, json_body, person_id, response, response_with};
use super::problem::Problem;
use super::problem::ProblemCode::{Erased, IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound};
use super::query::NoQuery;
use super::state::App;
use crate::erasures::ErasureState;

const PATH: &str = "/v0/customers/{customer_id}/associated_persons/{person_id}/erasure";

const ROUTE: &str = "POST /v0/customers/{customer_id}/associated_persons/{person_id}/erasure";

pub(crate) const REQUEST: Operation = Operation {
    method: Method::POST,
    path: PATH,
    scopes: &[KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, Erased, IdempotencyKeyReused]],
    describe: || {
        let example = json!({
            "reason": "Request under article 17 of the GDPR", "requested_by": "the former director",
        });
        json!({
            "operationId": "requestPersonErasure",
            "tags": [ERASURE],
            "summary": "Request the erasure of one associated person",
            "description": "The erasure runs by itself at `due_at`, like that of a customer. It destroys the key of \
                the person, and the files that are evidence of no one else. The business remains, in a new version \
                without the person, and its requirements are evaluated again. A former person who is no longer in \
                the record can be erased as well. A second request keeps the first date. With `dry_run` nothing is \
                scheduled.",
            "parameters": [customer_id(), person_id()],
            "requestBody": json_body("NewErasure", true, &example),
            "responses": { "200": response_with("The decision", "ErasureDecision", &["ETag"]) },
        })
    },
};

/// Schedules the erasure of a person, or says what it would do.
pub(crate) async fn request(
    State(app): State<App>,
    Eraser(caller, _): Eraser,
    PersonPath(id, person): PersonPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable(ROUTE, &parts.headers, &body)?;
    let answer = erase_person::request(&app.services, &caller, (id, person), request).await?;
    Ok(answered(StatusCode::OK, answer))
}

pub(crate) const READ: Operation = Operation {
    method: Method::GET,
    path: PATH,
    scopes: &[KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[&[InvalidParameters, NotFound, Erased]],
    describe: || {
        json!({
            "operationId": "readPersonErasure",
            "tags": [ERASURE],
            "summary": "Read the erasure of an associated person, with its certificates",
            "description": "404 if none was requested, 410 once the whole customer was erased.",
            "parameters": [customer_id(), person_id()],
            "responses": { "200": response("The erasure", "Erasure") },
        })
    },
};

/// The erasure of a person, scheduled or done.
pub(crate) async fn read(
    State(app): State<App>,
    Eraser(caller, _): Eraser,
    PersonPath(id, person): PersonPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let (Some(id), Some(person)) = (id, person) else { return Err(Problem::not_found()) };
    let (whom, now) = ((caller.scope, id, person), app.services.clock.now());
    let state = ErasureState::of_person(&*app.engine, &app.services, &app.erasure, whom, now).await?;
    if let Some(state) = state {
        return Ok(axum::Json(state).into_response());
    }
    // Fails once the customer was erased, and the persons with it.
    app.services.store.summary(caller.scope, id).await?;
    Err(Problem::not_found())
}

pub(crate) const CANCEL: Operation = Operation {
    method: Method::DELETE,
    path: PATH,
    scopes: &[KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[WRITES, &[NotFound, Erased]],
    describe: || {
        json!({
            "operationId": "cancelPersonErasure",
            "tags": [ERASURE],
            "summary": "Cancel the scheduled erasure of an associated person",
            "description": "404 if none is scheduled, 410 if it has run.",
            "parameters": [customer_id(), person_id()],
            "responses": { "204": bare("The erasure was cancelled", &[]) },
        })
    },
};

/// Cancels the scheduled erasure of a person.
pub(crate) async fn cancel(
    State(app): State<App>,
    Eraser(caller, _): Eraser,
    PersonPath(id, person): PersonPath,
) -> Result<StatusCode, Problem> {
    erase_person::cancel(&app.services, &caller, (id, person)).await?;
    Ok(StatusCode::NO_CONTENT)
}
