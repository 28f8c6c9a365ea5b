//! What changes a webhook: its URL and events, its secret, and a test event.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::ids::WebhookId;
use dossier_core::use_cases::webhooks::{self, WebhookError};
use dossier_core::webhook::Endpoint;
use http::StatusCode;
use maud::html;

use super::frame::{self, Console, FreshConsole};
use super::key_form::{overlap, overlap_field};
use super::webhook::{find, path};
use super::webhook_form::Entered;
use super::webhooks::{secret_page, secret_text};
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::say;
use crate::http::problem::Problem;
use crate::http::state::App;

/// `POST /console/{environment}/webhooks/{id}/test`: sends a test event, and says what came back.
pub async fn test(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let message = webhooks::test_message(&app.services, &desk.seat.caller, Some(endpoint.id)).await?;
    let result = match message {
        None => "disabled".to_owned(),
        Some(message) => app.egress.send(desk.environment(), message, app.services.clock.now()).await.result.word(),
    };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("tested", &result).finish();
    Ok(Redirect::to(&format!("{}?{query}", path(&desk, &endpoint))).into_response())
}

/// `GET /console/{environment}/webhooks/{id}/edit`
pub async fn form(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    Ok(shown(&desk, &endpoint, &Entered::of(&endpoint)))
}

fn shown(desk: &Desk, endpoint: &Endpoint, entered: &Entered) -> Response {
    let content = html! {
        form.narrow method="post" {
            (entered.fields(None))
            p.actions { button.primary type="submit" { (say("webhook-save")) } }
        }
        p { a href=(path(desk, endpoint)) { (say("webhook-to")) } }
    };
    let mut response = frame::page(desk, "webhooks", &say("webhook-edit"), &content);
    if !entered.violations.0.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// `POST /console/{environment}/webhooks/{id}/edit`
pub async fn edit(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Console(desk): Console,
    fields: Fields,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let mut entered = Entered::read(&fields);
    let (caller, guard) = (&desk.seat.caller, app.egress.as_ref());
    match webhooks::edit(&app.services, caller, guard, Some(endpoint.id), entered.body().as_bytes()).await {
        Ok(()) => Ok(Redirect::to(&path(&desk, &endpoint)).into_response()),
        Err(WebhookError::Invalid(violations)) => {
            entered.violations = violations;
            Ok(shown(&desk, &endpoint, &entered))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /console/{environment}/webhooks/{id}/secret`
pub async fn ask_rotation(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let content = html! {
        p { bdi { (endpoint.url) } }
        p { (say("webhook-rotate-text")) }
        form.narrow method="post" {
            (overlap_field(&say("webhook-overlap")))
            p.actions { button type="submit" { (say("webhook-rotate")) } }
        }
        p { a href=(path(&desk, &endpoint)) { (say("webhook-to")) } }
    };
    Ok(frame::page(&desk, "webhooks", &say("webhook-rotate"), &content))
}

/// `POST /console/{environment}/webhooks/{id}/secret`: makes a new secret, and shows it.
pub async fn rotate(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = WebhookId::parse(&id);
    let overlap = overlap(&fields).unwrap_or_default();
    let secret = webhooks::rotate_secret(&app.services, &desk.seat.caller, id, overlap).await?;
    let id = id.map_or_else(String::new, |id| id.to_string());
    Ok(secret_page(&desk, &id, &secret_text(&secret), "webhook-rotated"))
}
