//! Webhooks over HTTP: endpoints, the log of deliveries, and how to send one again.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Actor, Caller};
use dossier_core::ids::KeyId;
use dossier_core::use_cases::webhooks;
use dossier_core::violation::Code;
use dossier_core::webhook::{Endpoint, delivery_id, delivery_number};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::body::{Expected, WholeBody};
use super::conditions::{answered, repeatable};
use super::context::RequestContext;
use super::extract::{DeliveryPath, WebhookManager, WebhookPath, WebhookSigner};
use super::openapi::operation::{Operation, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{WEBHOOKS, bare, json_body, limit, parameter, query, response, webhook_id};
use super::page::room_for;
use super::problem::Problem;
use super::problem::ProblemCode::{IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound, TooManyWebhooks};
use super::query::{NoQuery, Query};
use super::responses::DeliveryList;
use super::state::App;

pub(crate) const REGISTER: Operation = Operation {
    method: Method::POST,
    path: "/v0/webhooks",
    scopes: &[KeyScope::WebhooksManage, KeyScope::EventsRead],
    shows: Shows::Own,
    problems: &[TAKES_JSON, WRITES, &[InvalidHeader, IdempotencyKeyReused, TooManyWebhooks]],
    describe: || {
        json!({
            "operationId": "registerWebhook",
            "tags": [WEBHOOKS],
            "summary": "Register a webhook",
            "description": "Deliveries are signed with the API key that registers the webhook (`x-hmac-signature`) \
                and, following Standard Webhooks, with the secret that this response shows once.",
            "requestBody": json_body("NewWebhook", true, &json!({ "url": "https://app.example.com/hooks/dossier" })),
            "responses": { "201": response("The webhook, with its secret", "RegisteredWebhook") },
        })
    },
};

pub(crate) async fn register(
    State(app): State<App>,
    WebhookSigner(caller, _): WebhookSigner,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/webhooks", &parts.headers, &body)?;
    let answer = |endpoint: &Endpoint, secret: &[u8; 32]| {
        let secret = zeroize::Zeroizing::new(format!("whsec_{}", STANDARD.encode(secret)));
        endpoint.to_json(Some(&secret)).to_string().into_bytes()
    };
    let answer =
        webhooks::register(&app.services, &caller, signer(&caller)?, app.egress.as_ref(), request, answer).await?;
    Ok(answered(StatusCode::CREATED, answer))
}

/// The key of the request, which signs.
fn signer(caller: &Caller) -> Result<KeyId, Problem> {
    match caller.actor {
        Actor::Key(key) => Ok(key),
        _ => Err(Problem::not_found()),
    }
}

pub(crate) const LIST: Operation = Operation {
    method: Method::GET,
    path: "/v0/webhooks",
    scopes: &[KeyScope::WebhooksManage],
    shows: Shows::Own,
    problems: &[&[InvalidParameters]],
    describe: || {
        json!({
            "operationId": "listWebhooks",
            "tags": [WEBHOOKS],
            "summary": "List webhooks",
            "description": "All webhooks of this account and environment, without their secrets.",
            "responses": { "200": response("The webhooks, oldest first", "WebhookList") },
        })
    },
};

pub(crate) async fn list(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    _: NoQuery,
) -> Result<Response, Problem> {
    let endpoints = app.services.store.endpoints(caller.scope).await?;
    let items: Vec<Value> = endpoints.iter().map(|endpoint| endpoint.to_json(None)).collect();
    Ok(axum::Json(json!({ "items": items })).into_response())
}

pub(crate) const DELETE: Operation = Operation {
    method: Method::DELETE,
    path: "/v0/webhooks/{webhook_id}",
    scopes: &[KeyScope::WebhooksManage],
    shows: Shows::Own,
    problems: &[WRITES, &[NotFound]],
    describe: || {
        json!({
            "operationId": "deleteWebhook",
            "tags": [WEBHOOKS],
            "summary": "Delete a webhook",
            "description": "Its pending deliveries are deleted as well.",
            "parameters": [webhook_id()],
            "responses": { "204": bare("The webhook was deleted", &[]) },
        })
    },
};

pub(crate) async fn delete(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    WebhookPath(id): WebhookPath,
) -> Result<Response, Problem> {
    webhooks::delete(&app.services, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) const ENABLE: Operation = Operation {
    method: Method::POST,
    path: "/v0/webhooks/{webhook_id}/enable",
    scopes: &[KeyScope::WebhooksManage, KeyScope::EventsRead],
    shows: Shows::Own,
    problems: &[WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused]],
    describe: || {
        json!({
            "operationId": "enableWebhook",
            "tags": [WEBHOOKS],
            "summary": "Enable a webhook again",
            "description": "For a webhook that was disabled, or whose key was revoked. The key of this request signs \
                from now on, and pending deliveries are sent at once.",
            "parameters": [webhook_id()],
            "responses": { "200": response("The webhook", "Webhook") },
        })
    },
};

pub(crate) async fn enable(
    State(app): State<App>,
    WebhookSigner(caller, _): WebhookSigner,
    WebhookPath(id): WebhookPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let request = repeatable("POST /v0/webhooks/{webhook_id}/enable", &headers, b"")?;
    Ok(answered(StatusCode::OK, webhooks::enable(&app.services, &caller, signer(&caller)?, id, request).await?))
}

pub(crate) const DELIVERIES: Operation = Operation {
    method: Method::GET,
    path: "/v0/webhooks/{webhook_id}/deliveries",
    scopes: &[KeyScope::WebhooksManage],
    shows: Shows::Own,
    problems: &[&[InvalidParameters, NotFound]],
    describe: || {
        let cursor = json!({ "type": "string", "pattern": "^dlv_[1-9][0-9]{0,17}$" });
        json!({
            "operationId": "listDeliveries",
            "tags": [WEBHOOKS],
            "summary": "List deliveries, newest first",
            "description": "Deliveries that have ended are listed for 30 days.",
            "parameters": [webhook_id(), limit(), query("cursor", "`next_cursor` of the previous page", cursor)],
            "responses": { "200": response("A page of deliveries", "DeliveryList") },
        })
    },
};

pub(crate) async fn deliveries(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    WebhookPath(id): WebhookPath,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let mut parameters = query.only(&["limit", "cursor"]);
    let limit = parameters.limit();
    let message = "must be a next_cursor of this list";
    let before = parameters.read("cursor", delivery_number, Code::InvalidCursor, message);
    parameters.end()?;
    let endpoint = webhooks::find(&app.services, &caller, id).await?;
    let _room = room_for(&app, &context, limit)?;
    let items = app.services.store.deliveries(caller.scope, endpoint.id, before, limit).await?;
    let next_cursor = items.last().filter(|_| items.len() == limit).map(|last| delivery_id(last.number));
    Ok(axum::Json(DeliveryList { items, next_cursor }).into_response())
}

pub(crate) const RESEND: Operation = Operation {
    method: Method::POST,
    path: "/v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    scopes: &[KeyScope::WebhooksManage],
    shows: Shows::Own,
    problems: &[WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused]],
    describe: || {
        let delivery = parameter("delivery_id", "path", true, "The id of the delivery", json!({ "type": "string" }));
        json!({
            "operationId": "resendDelivery",
            "tags": [WEBHOOKS],
            "summary": "Send a delivery again",
            "description": "It does not matter how earlier attempts ended.",
            "parameters": [webhook_id(), delivery],
            "responses": { "202": response("The delivery, which is due now", "Delivery") },
        })
    },
};

pub(crate) async fn resend(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    DeliveryPath(id, delivery): DeliveryPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let request = repeatable("POST /v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend", &headers, b"")?;
    Ok(answered(StatusCode::ACCEPTED, webhooks::resend(&app.services, &caller, id, &delivery, request).await?))
}
