//! Webhooks over HTTP: endpoints, the log of deliveries, and sending again.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::use_cases::webhooks;
use dossier_core::violation::{Code, Violation};
use dossier_core::webhook::{self, Endpoint, delivery_id, delivery_number};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::body::{Expected, WholeBody};
use super::conditions::{answered, repeatable};
use super::context::RequestContext;
use super::customers::{NoQuery, Query};
use super::problem::Problem;
use super::router::{DeliveryPath, WebhookManager, WebhookPath, WebhookSigner};
use super::{App, page};

const MAX_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 100;

/// `POST /v0/webhooks`: registers an endpoint; its secret is shown once.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn register(
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
    let answer = webhooks::register(&app.services, &caller, app.egress.as_ref(), request, answer).await?;
    Ok(answered(StatusCode::CREATED, answer))
}

/// `GET /v0/webhooks`: every endpoint.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn list(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    _: NoQuery,
) -> Result<Response, Problem> {
    let endpoints = app.services.store.endpoints(caller.scope).await?;
    let items: Vec<Value> = endpoints.iter().map(|endpoint| endpoint.to_json(None)).collect();
    Ok(axum::Json(json!({ "items": items })).into_response())
}

/// `DELETE /v0/webhooks/{webhook_id}`
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn delete(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    WebhookPath(id): WebhookPath,
) -> Result<Response, Problem> {
    webhooks::delete(&app.services, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /v0/webhooks/{webhook_id}/enable`: calls an endpoint again; this key signs from now on.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn enable(
    State(app): State<App>,
    WebhookSigner(caller, _): WebhookSigner,
    WebhookPath(id): WebhookPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let request = repeatable("POST /v0/webhooks/{webhook_id}/enable", &headers, b"")?;
    Ok(answered(StatusCode::OK, webhooks::enable(&app.services, &caller, id, request).await?))
}

/// `GET /v0/webhooks/{webhook_id}/deliveries`: the log, newest first.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn deliveries(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    WebhookPath(id): WebhookPath,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let mut errors = query.unknown(&["limit", "cursor"]);
    let limit = query.one("limit", &mut errors).map_or(DEFAULT_LIMIT, |text| text.parse().unwrap_or(0));
    if !(1..=MAX_LIMIT).contains(&limit) {
        let message = format!("must be a whole number from 1 to {MAX_LIMIT}");
        errors.push(Violation::new("/limit", Code::OutOfRange, message));
    }
    let before = query.one("cursor", &mut errors).map(delivery_number);
    if before == Some(None) {
        errors.push(Violation::new("/cursor", Code::InvalidCursor, "must be a next_cursor of this list"));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid_parameters(errors));
    }
    let endpoint = webhooks::find(&app.services, &caller, id).await?;
    let _room = page::room_for(&app, &context, limit)?;
    let items = app.services.store.deliveries(caller.scope, endpoint.id, before.flatten(), limit).await?;
    let next = items.last().filter(|_| items.len() == limit).map(|last| delivery_id(last.number));
    Ok(axum::Json(json!({ "items": items, "next_cursor": next })).into_response())
}

/// `POST /v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend`
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn resend(
    State(app): State<App>,
    WebhookManager(caller, _): WebhookManager,
    DeliveryPath(id, delivery): DeliveryPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let request = repeatable("POST /v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend", &headers, b"")?;
    Ok(answered(StatusCode::ACCEPTED, webhooks::resend(&app.services, &caller, id, &delivery, request).await?))
}
