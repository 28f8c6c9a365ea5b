//! Retention over HTTP: what is due for deletion, and the holds that stop it.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::due_deletions::{MAX_DAYS, deletions};
use dossier_core::use_cases::hold;
use dossier_core::violation::Code;
use http::{Method, StatusCode};
use serde_json::json;

use super::body::{Expected, WholeBody};
use super::conditions::{answered, repeatable};
use super::context::RequestContext;
use super::extract::{CustomerPath, HoldPath, Keeper};
use super::openapi::operation::{Operation, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{RETENTION, customer_id, hold_id, json_body, query, response, response_with};
use super::page::{PORTION, room_for};
use super::problem::Problem;
use super::problem::ProblemCode::{Erased, IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound};
use super::query::{NoQuery, Query};
use super::responses::{DeletionList, HoldList};
use super::state::App;

const DEFAULT_DAYS: i64 = 90;

pub(crate) const FORECAST: Operation = Operation {
    method: Method::GET,
    path: "/v0/retention/forecast",
    scopes: &[KeyScope::RetentionManage],
    shows: Shows::Own,
    problems: &[&[InvalidParameters]],
    describe: || {
        let days = json!({ "type": "integer", "minimum": 0, "maximum": MAX_DAYS, "default": DEFAULT_DAYS });
        let cursor = json!({ "type": "string", "format": "uuid" });
        json!({
            "operationId": "forecastRetention",
            "tags": [RETENTION],
            "summary": "List what will be due for deletion",
            "description": "Records that no rule of retention will keep any longer within the given days, newest \
                customer first. Each request looks through some of the customers, so a page may have few items or none \
                although `next_cursor` leads to more. With the setting `retention = \"on\"` the server deletes what is \
                due. With `off` the list is empty.",
            "parameters": [
                query("days", "How many days to look ahead; 0 lists what is due now", days),
                query("cursor", "`next_cursor` of the previous page, with the same days", cursor),
            ],
            "responses": { "200": response("A page of deletions", "DeletionList") },
        })
    },
};

pub(crate) async fn forecast(
    State(app): State<App>,
    Keeper(caller, _): Keeper,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let mut parameters = query.only(&["days", "cursor"]);
    let read = |text: &str| text.parse().ok().filter(|days| (0..=MAX_DAYS).contains(days));
    let message = format!("must be a whole number from 0 to {MAX_DAYS}");
    let days = parameters.read("days", read, Code::OutOfRange, message);
    let message = "must be a next_cursor of this list";
    let after = parameters.read("cursor", CustomerId::parse, Code::InvalidCursor, message);
    parameters.end()?;
    let _share = room_for(&app, &context, PORTION)?;
    let until = app.services.now(caller.scope).plus_days(days.unwrap_or(DEFAULT_DAYS));
    let found = deletions(&app.services, caller.scope, after, until).await?;
    Ok(axum::Json(DeletionList { items: found.due, next_cursor: found.next }).into_response())
}

pub(crate) const PLACE: Operation = Operation {
    method: Method::POST,
    path: "/v0/customers/{customer_id}/holds",
    scopes: &[KeyScope::RetentionManage],
    shows: Shows::Own,
    problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, Erased, IdempotencyKeyReused]],
    describe: || {
        let example = json!({
            "reference": "4 KLs 12/26", "authority": "District Court", "reason": "Evidence in a pending case",
            "ends_at": "2099-01-01T00:00:00Z",
        });
        json!({
            "operationId": "placeHold",
            "tags": [RETENTION],
            "summary": "Place a hold on a customer",
            "description": "As long as it is active, the customer is neither erased nor deleted by retention. Once all \
                holds have ended, what they stopped continues.",
            "parameters": [customer_id()],
            "requestBody": json_body("NewHold", true, &example),
            "responses": { "200": response_with("The hold", "Hold", &["ETag"]) },
        })
    },
};

pub(crate) async fn place(
    State(app): State<App>,
    Keeper(caller, _): Keeper,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/customers/{customer_id}/holds", &parts.headers, &body)?;
    Ok(answered(StatusCode::OK, hold::place(&app.services, &caller, id, request).await?))
}

pub(crate) const LIST: Operation = Operation {
    method: Method::GET,
    path: "/v0/customers/{customer_id}/holds",
    scopes: &[KeyScope::RetentionManage],
    shows: Shows::Own,
    problems: &[&[InvalidParameters, NotFound, Erased]],
    describe: || {
        json!({
            "operationId": "listHolds",
            "tags": [RETENTION],
            "summary": "List the holds on a customer",
            "description": "The oldest comes first. A customer has at most 100.",
            "parameters": [customer_id()],
            "responses": { "200": response("The holds", "HoldList") },
        })
    },
};

pub(crate) async fn list(
    State(app): State<App>,
    Keeper(caller, _): Keeper,
    CustomerPath(id): CustomerPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let now = app.services.now(caller.scope);
    let holds = hold::list(&app.services, &caller, id).await?;
    let items = holds.iter().map(|hold| hold.view(now)).collect();
    Ok(axum::Json(HoldList { items }).into_response())
}

pub(crate) const END: Operation = Operation {
    method: Method::DELETE,
    path: "/v0/customers/{customer_id}/holds/{hold_id}",
    scopes: &[KeyScope::RetentionManage],
    shows: Shows::Own,
    problems: &[WRITES, &[NotFound, Erased]],
    describe: || {
        json!({
            "operationId": "endHold",
            "tags": [RETENTION],
            "summary": "End a hold",
            "description": "The hold stays in the list. Ending it again changes nothing.",
            "parameters": [customer_id(), hold_id()],
            "responses": { "200": response("The hold", "Hold") },
        })
    },
};

pub(crate) async fn end(
    State(app): State<App>,
    Keeper(caller, _): Keeper,
    HoldPath(id, hold): HoldPath,
) -> Result<Response, Problem> {
    let hold = hold::end(&app.services, &caller, id, hold).await?;
    let now = app.services.now(caller.scope);
    Ok(axum::Json(hold.view(now)).into_response())
}
