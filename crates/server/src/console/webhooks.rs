//! The webhooks of an environment, and the form for a new one.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::api_key::KeyRecord;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Request;
use dossier_core::use_cases::webhooks::{self, WebhookError};
use dossier_core::webhook::{Endpoint, EndpointState, MAX_ENDPOINTS};
use maud::{Markup, html};
use serde_json::Value;
use zeroize::Zeroizing;

use super::frame::{self, Console, FreshConsole, FreshForm, KeyNames, base, unprocessable};
use super::webhook_form::{Entered, chosen, signers};
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with, time};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /console/{environment}/webhooks`
pub async fn page(State(app): State<App>, Console(desk): Console) -> Result<Response, Problem> {
    let endpoints = app.services.store.endpoints(desk.scope()).await?;
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let content = html! {
        p.hint { (say("webhooks-text")) }
        @if endpoints.is_empty() {
            p.empty { (say("webhooks-empty")) }
        } @else {
            (table(&desk, &endpoints, &keys, app.services.clock.now()))
        }
        @if endpoints.len() < MAX_ENDPOINTS {
            @let new = html! { a.button.primary href={ (base(&desk)) "/webhooks/new" } { (say("webhook-new")) } };
            (frame::given(&desk, &new))
        } @else {
            p.hint { (say_with("webhooks-full", &[("count", MAX_ENDPOINTS.into())])) }
        }
    };
    Ok(frame::page(&desk, "webhooks", &say("webhooks-title"), &content))
}

fn table(desk: &Desk, endpoints: &[Endpoint], keys: &[KeyRecord], now: Timestamp) -> Markup {
    let names = KeyNames::of(keys);
    let label = |column: &str| say(&format!("webhooks-{column}"));
    html! {
        div.scroll tabindex="0" role="region" aria-label=(say("webhooks-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in ["url", "state", "types", "key", "since"] { th scope="col" { (label(column)) } }
                    }
                }
                tbody {
                    @for one in endpoints {
                        tr {
                            th scope="row" {
                                a href={ (base(desk)) "/webhooks/" (one.id) } data-row { bdi { (one.url) } }
                            }
                            td data-label=(label("state")) { (state(one, one.state(keys, now))) }
                            td data-label=(label("types")) {
                                @for kind in &one.event_types { code { (kind.as_str()) } " " }
                            }
                            td data-label=(label("key")) { bdi { (names.name(one.key)) } }
                            td data-label=(label("since")) { (time(one.created_at)) }
                        }
                    }
                }
            }
        }
    }
}

/// Whether an endpoint gets events, in words.
pub fn state(endpoint: &Endpoint, state: EndpointState) -> Markup {
    html! {
        @match (state, endpoint.failing_since) {
            (EndpointState::Disabled, _) => {
                span.state data-state="rejected" { (say("webhook-disabled")) }
                @if let Some(why) = endpoint.disabled { " " small { (why.help()) } }
            },
            (EndpointState::KeyRevoked, _) => {
                span.state data-state="rejected" { (say("webhook-key-revoked")) }
                " " small { (say("webhook-delivers-nothing")) }
            },
            (EndpointState::Active, Some(since)) => {
                span.state { (say("webhook-failing")) } " " small { (say("webhook-since")) " " (time(since)) }
            },
            (EndpointState::Active, None) => span.state data-state="approved" { (say("webhook-active")) },
        }
    }
}

/// `GET /console/{environment}/webhooks/new`
pub async fn form(State(app): State<App>, FreshConsole(desk): FreshConsole) -> Result<Response, Problem> {
    shown(&app, &desk, &Entered::default()).await
}

async fn shown(app: &App, desk: &Desk, entered: &Entered) -> Result<Response, Problem> {
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let signers = signers(&keys, app.services.clock.now());
    let content = html! {
        @if signers.is_empty() {
            p { (say("webhook-needs-key")) }
            p { a.button.primary href={ (base(desk)) "/keys/new" } { (say("key-new")) } }
        } @else {
            form.narrow method="post" {
                (frame::form_number(app))
                (entered.fields(Some(&signers)))
                p.actions { button.primary type="submit" { (say("webhook-register")) } }
            }
        }
        p { a href={ (base(desk)) "/webhooks" } { (say("webhooks-back")) } }
    };
    let response = frame::page(desk, "webhooks", &say("webhook-new"), &content);
    let is_wrong = entered.lacks_key || !entered.violations.0.is_empty();
    Ok(if is_wrong { unprocessable(response) } else { response })
}

/// `POST /console/{environment}/webhooks/new`: registers it, and shows its secret.
pub async fn register(State(app): State<App>, FreshForm(desk, fields): FreshForm) -> Result<Response, Problem> {
    let mut entered = Entered::read(&fields);
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let Some(key) = chosen(&signers(&keys, app.services.clock.now()), &entered.key) else {
        entered.lacks_key = true;
        return shown(&app, &desk, &entered).await;
    };
    let list = format!("{}/webhooks", base(&desk));
    if let Some(sent) = frame::first_time(&app, &desk, &fields, ("webhooks", &list, &say("webhooks-back"))).await? {
        return Ok(sent);
    }
    let body = entered.body();
    let answer =
        |endpoint: &Endpoint, secret: &[u8; 32]| endpoint.to_json(Some(&secret_text(secret))).to_string().into_bytes();
    let request = Request::unkeyed(body.as_bytes());
    let registered =
        webhooks::register(&app.services, &desk.seat.caller, key, app.egress.as_ref(), request, answer).await;
    match registered {
        Ok(answer) => {
            let webhook: Value = serde_json::from_slice(answer.body.expose()).unwrap_or_default();
            let secret = webhook["secret"].as_str().unwrap_or_default();
            Ok(secret_page(&desk, webhook["id"].as_str().unwrap_or_default(), secret, "webhook-registered"))
        }
        Err(WebhookError::Invalid(violations)) => {
            entered.violations = violations;
            shown(&app, &desk, &entered).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A secret as receivers have it.
#[must_use]
pub fn secret_text(secret: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(format!("whsec_{}", STANDARD.encode(secret)))
}

/// The page that shows a new secret, this once.
pub fn secret_page(desk: &Desk, id: &str, secret: &str, title: &str) -> Response {
    let content = html! {
        p { (say("webhook-secret-text")) }
        label for="new-secret" { (say("webhook-secret")) }
        input #new-secret type="text" readonly value=(secret) autocomplete="off"
            spellcheck="false";
        button type="button" data-copies="new-secret" data-needs-script hidden { (say("copy")) }
        p.hint { (say("key-once")) }
        p { a.button href={ (base(desk)) "/webhooks/" (id) } { (say("webhook-to")) } }
    };
    frame::page(desk, "webhooks", &say(title), &content)
}
