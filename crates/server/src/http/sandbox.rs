//! The sandbox over HTTP: simulated steps, and its clock.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Caller, Environment};
use dossier_core::use_cases::simulate;
use dossier_core::use_cases::{advance_clock, empty_sandbox};
use http::{Method, StatusCode};
use serde_json::json;

use super::body::{Expected, WholeBody};
use super::conditions::{answered, decided, repeatable};
use super::extract::{SandboxEraser, Simulator};
use super::openapi::operation::{Operation, Problems, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{SANDBOX, json_body, response, response_with};
use super::problem::ProblemCode::{
    IdempotencyKeyReused, InvalidHeader, NoSession, NotFound, NotPossible, SandboxOnly, SecondPersonNeeded,
};
use super::problem::{Problem, ProblemCode};
use super::query::NoQuery;
use super::responses::SandboxClock;
use super::state::App;

const STEPS: Problems = &[InvalidHeader, SandboxOnly, NotFound, IdempotencyKeyReused, NoSession, NotPossible];

fn sandbox_only(caller: &Caller) -> Result<(), Problem> {
    match caller.scope.environment {
        Environment::Sandbox => Ok(()),
        Environment::Production => Err(Problem::new(
            ProblemCode::SandboxOnly,
            "This works only in the sandbox, and this key is for production.",
        )),
    }
}

pub(crate) const SIMULATE: Operation = Operation {
    method: Method::POST,
    path: "/v0/customers/simulate",
    scopes: &[KeyScope::Simulate],
    shows: Shows::Own,
    problems: &[TAKES_JSON, WRITES, STEPS, &[SecondPersonNeeded]],
    describe: || {
        let example = json!({ "action": "kyc.status.approve", "customer_id": "019abc00-0000-7000-8000-000000000000" });
        json!({
            "operationId": "simulate",
            "tags": [SANDBOX],
            "summary": "Simulate an action on a sandbox customer",
            "description": "Every transition in the table of states can be simulated. The API guide lists them. Where \
                the setting `four_eyes_sandbox` asks for a second person, approvals, rejections and reinstatements \
                are only proposed: the response is a 202 with the warning `decision_proposed`. Single rails cannot be \
                proposed, and are refused.",
            "requestBody": json_body("Simulation", true, &example),
            "responses": {
                "200": response_with("The action was simulated", "Empty", &["ETag"]),
                "202": response_with(
                    "The decision was proposed, and waits for a second person. The customer is as before",
                    "Empty",
                    &["ETag", "Dossier-Warning"],
                ),
            },
        })
    },
};

pub(crate) async fn simulate(
    State(app): State<App>,
    Simulator(caller, _): Simulator,
    request: Request,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/customers/simulate", &parts.headers, &body)?;
    Ok(decided(simulate::simulate(&app.services, &caller, request).await?))
}

pub(crate) const ADVANCE_CLOCK: Operation = Operation {
    method: Method::POST,
    path: "/v0/sandbox/clock",
    scopes: &[KeyScope::Simulate],
    shows: Shows::Own,
    problems: &[TAKES_JSON, WRITES, STEPS],
    describe: || {
        json!({
            "operationId": "advanceSandboxClock",
            "tags": [SANDBOX],
            "summary": "Advance the clock of the sandbox",
            "description": "Links, deliveries and everything else that waits in this sandbox follow its clock. The \
                clock cannot be set back.",
            "requestBody": json_body("Advance", true, &json!({ "advance": "P1D" })),
            "responses": { "200": response("The time in the sandbox", "SandboxClock") },
        })
    },
};

pub(crate) async fn advance_clock(
    State(app): State<App>,
    Simulator(caller, _): Simulator,
    request: Request,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/sandbox/clock", &parts.headers, &body)?;
    let answer = |ahead| serde_json::to_vec(&clock(&app, ahead)).expect("a clock has string keys only");
    Ok(answered(StatusCode::OK, advance_clock::advance(&app.services, &caller, request, answer).await?))
}

pub(crate) const READ_CLOCK: Operation = Operation {
    method: Method::GET,
    path: "/v0/sandbox/clock",
    scopes: &[KeyScope::Simulate],
    shows: Shows::Own,
    problems: &[&[SandboxOnly]],
    describe: || {
        json!({
            "operationId": "readSandboxClock",
            "tags": [SANDBOX],
            "summary": "Read the clock of the sandbox",
            "description": "The time in the sandbox, and how far it is ahead of real time.",
            "responses": { "200": response("The time in the sandbox", "SandboxClock") },
        })
    },
};

pub(crate) async fn read_clock(
    State(app): State<App>,
    Simulator(caller, _): Simulator,
    _: NoQuery,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let ahead = app.services.sandboxes.ahead(caller.scope.account);
    Ok(axum::Json(clock(&app, ahead)).into_response())
}

pub(crate) const EMPTY: Operation = Operation {
    method: Method::POST,
    path: "/v0/sandbox/empty",
    scopes: &[KeyScope::Simulate, KeyScope::ErasureRequest],
    shows: Shows::Own,
    problems: &[WRITES, &[InvalidHeader, SandboxOnly, IdempotencyKeyReused]],
    describe: || {
        json!({
            "operationId": "emptySandbox",
            "tags": [SANDBOX],
            "summary": "Empty the sandbox",
            "description": "Erases every customer that the sandbox has at this moment, with files, events, deliveries \
                and kept answers. No event announces it. It begins within a second and continues by itself, also after \
                a restart. The audit trail remains.",
            "responses": { "202": response("The sandbox is being emptied", "Empty") },
        })
    },
};

pub(crate) async fn empty(
    State(app): State<App>,
    SandboxEraser(caller, _): SandboxEraser,
    request: Request,
) -> Result<Response, Problem> {
    sandbox_only(&caller)?;
    let (parts, _) = request.into_parts();
    let request = repeatable("POST /v0/sandbox/empty", &parts.headers, b"")?;
    let answer = empty_sandbox::begin(&app.services, &caller, request, b"{}").await?;
    Ok(answered(StatusCode::ACCEPTED, answer))
}

fn clock(app: &App, ahead_seconds: i64) -> SandboxClock {
    SandboxClock { now: app.services.clock.now().plus_seconds(ahead_seconds), ahead_seconds }
}
