//! What changes a webhook: its URL and events, its key, its secret, and its end. It also sends test events.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::idempotency::Request;
use dossier_core::ids::WebhookId;
use dossier_core::use_cases::webhooks::{self, WebhookError};
use dossier_core::webhook::Endpoint;
use maud::html;

use super::frame::{self, Console, FreshConsole, FreshForm, base, unprocessable};
use super::key_form::{overlap, overlap_field};
use super::webhook::{find, path, refused, rotating};
use super::webhook_form::{Entered, chosen, signers};
use super::webhooks::{secret_page, secret_text};
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
    let message = match webhooks::test_message(&app.services, &desk.seat.caller, Some(endpoint.id)).await {
        Ok(message) => message,
        Err(error) => return refused(&desk, &endpoint, error),
    };
    let sent = app.egress.send(desk.environment(), message, app.services.clock.now()).await;
    let result = sent.result.word();
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("tested", &result).finish();
    Ok(Redirect::to(&format!("{}?{query}", path(&desk, &endpoint))).into_response())
}

/// `GET /console/{environment}/webhooks/{id}/edit`
pub async fn form(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
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
    let response = frame::page(desk, "webhooks", &say("webhook-edit"), &content);
    if entered.violations.0.is_empty() { response } else { unprocessable(response) }
}

/// `POST /console/{environment}/webhooks/{id}/edit`
pub async fn edit(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, fields): FreshForm,
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
    Ok(rotation_form(&app, &desk, &endpoint, false))
}

fn rotation_form(app: &App, desk: &Desk, endpoint: &Endpoint, is_wrong: bool) -> Response {
    let content = html! {
        p { bdi { (endpoint.url) } }
        p { (say("webhook-rotate-text")) }
        @if let Some(until) = endpoint.old_secret_until.filter(|until| app.services.clock.now() < *until) {
            p.status { (rotating(until)) }
        }
        form.narrow method="post" {
            (frame::form_number(app))
            (overlap_field(&say("webhook-overlap"), is_wrong))
            p.actions { button type="submit" { (say("webhook-rotate")) } }
        }
        p { a href=(path(desk, endpoint)) { (say("webhook-to")) } }
    };
    frame::page(desk, "webhooks", &say("webhook-rotate"), &content)
}

/// `POST /console/{environment}/webhooks/{id}/secret`: makes a new secret, and shows it.
pub async fn rotate(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, fields): FreshForm,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let Some(overlap) = overlap(&fields) else {
        return Ok(unprocessable(rotation_form(&app, &desk, &endpoint, true)));
    };
    let page = path(&desk, &endpoint);
    if let Some(sent) = frame::first_time(&app, &desk, &fields, ("webhooks", &page, &say("webhook-to"))).await? {
        return Ok(sent);
    }
    match webhooks::rotate_secret(&app.services, &desk.seat.caller, Some(endpoint.id), overlap).await {
        Ok(secret) => Ok(secret_page(&desk, &endpoint.id.to_string(), &secret_text(&secret), "webhook-rotated")),
        Err(error) => refused(&desk, &endpoint, error),
    }
}

/// `POST /console/{environment}/webhooks/{id}/enable`
pub async fn enable(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, fields): FreshForm,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let Some(key) = chosen(&signers(&keys, app.services.clock.now()), fields.get("key")) else {
        let link = html! { a.button href=(path(&desk, &endpoint)) { (say("webhook-to")) } };
        return Ok(frame::refused(&desk, "webhooks", (&say("webhook-refused"), &say("webhook-key-wrong")), &link));
    };
    let request = Request::unkeyed(b"");
    webhooks::enable(&app.services, &desk.seat.caller, key, Some(endpoint.id), request).await?;
    Ok(Redirect::to(&path(&desk, &endpoint)).into_response())
}

/// `GET /console/{environment}/webhooks/{id}/delete`: asks whether it is meant.
pub async fn ask_deletion(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let content = html! {
        p { bdi { (endpoint.url) } }
        p { (say("webhook-delete-text")) }
        form method="post" { button.danger type="submit" { (say("webhook-delete")) } }
        p { a href=(path(&desk, &endpoint)) { (say("webhook-keep")) } }
    };
    Ok(frame::page(&desk, "webhooks", &say("webhook-delete-title"), &content))
}

/// `POST /console/{environment}/webhooks/{id}/delete`
pub async fn delete(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, _): FreshForm,
) -> Result<Response, Problem> {
    webhooks::delete(&app.services, &desk.seat.caller, WebhookId::parse(&id)).await?;
    Ok(Redirect::to(&format!("{}/webhooks", base(&desk))).into_response())
}
