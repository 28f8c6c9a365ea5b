//! One webhook: its deliveries, and what can be done with it.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::api_key::KeyRecord;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Request;
use dossier_core::ids::WebhookId;
use dossier_core::use_cases::webhooks::{self, MAX_RESENT, WebhookError};
use dossier_core::webhook::{Delivery, Endpoint, EndpointState, delivery_id, delivery_number, is_accepted};
use maud::{Markup, html};

use super::frame::{self, Console, KeyNames, base, short_time, unprocessable};
use super::requests::moment;
use super::webhook_form::{signer_field, signers};
use super::webhooks::state as state_text;
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with, time};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::readable::moment as in_words;

const PAGE: usize = 50;

pub(super) async fn find(app: &App, desk: &Desk, id: &str) -> Result<Endpoint, Problem> {
    Ok(webhooks::find(&app.services, &desk.seat.caller, WebhookId::parse(id)).await?)
}

pub(super) fn path(desk: &Desk, endpoint: &Endpoint) -> String {
    format!("{}/webhooks/{}", base(desk), endpoint.id)
}

/// That an old secret signs, and until when.
pub(super) fn rotating(until: Timestamp) -> String {
    let until = in_words(&until.to_string()).unwrap_or_default();
    say_with("webhook-rotating", &[("until", until.into())])
}

/// A page that says what about the webhook prevents an action. Any other error is a problem, as everywhere.
pub(super) fn refused(desk: &Desk, endpoint: &Endpoint, error: WebhookError) -> Result<Response, Problem> {
    let text = match error {
        WebhookError::Rotating(until) => rotating(until),
        WebhookError::Disabled => say("webhook-is-disabled"),
        WebhookError::KeyRevoked => say("webhook-key-is-revoked"),
        error => return Err(error.into()),
    };
    let link = html! { a.button href=(path(desk, endpoint)) { (say("webhook-to")) } };
    Ok(frame::refused(desk, "webhooks", (&say("webhook-refused"), &text), &link))
}

/// The results of a test event beside the statuses, as deliveries have them.
const RESULTS: [&str; 7] =
    ["delivered", "not delivered", "address_refused", "broken_answer", "connection", "timeout", "tls"];

/// What the page shows beside the webhook.
#[derive(Default)]
struct Shown<'a> {
    /// The delivery before which the list begins.
    before: Option<u64>,
    /// What was done.
    notice: Markup,
    /// The times of the failed deliveries that could not be read.
    range: Option<[&'a str; 2]>,
}

/// `GET /console/{environment}/webhooks/{id}`
pub async fn page(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let fields = Fields::read(query.as_deref().unwrap_or_default().as_bytes());
    let before = delivery_number(fields.get("before"));
    shown(&app, &desk, &endpoint, Shown { before, notice: notice(&fields), range: None }).await
}

/// What the step before said. It is in the URL, so only what the server itself could have written there is shown.
fn notice(fields: &Fields) -> Markup {
    let resent = fields.get("resent").parse::<u64>().ok().filter(|count| *count <= MAX_RESENT as u64);
    let tested = fields.get("tested");
    let status = tested.parse::<u16>().ok().filter(|status| (100..600).contains(status) && tested.len() == 3);
    html! {
        @if let Some(count) = resent {
            p.done role="status" { (say_with("webhook-resent", &[("count", count.into())])) }
        }
        @if status.is_some() || RESULTS.contains(&tested) {
            p.(if is_accepted(tested) { "done" } else { "warning" }) role="status" {
                (say_with("webhook-tested", &[("result", tested.into())]))
            }
        }
    }
}

async fn shown(app: &App, desk: &Desk, endpoint: &Endpoint, shown: Shown<'_>) -> Result<Response, Problem> {
    let Shown { before, notice, range } = shown;
    let deliveries = app.services.store.deliveries(desk.scope(), endpoint.id, before, PAGE).await?;
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let now = app.services.clock.now();
    let state = endpoint.state(&keys, now);
    let next = deliveries.last().filter(|_| deliveries.len() == PAGE).map(|last| delivery_id(last.number));
    let content = html! {
        (notice)
        (facts(endpoint, state, &KeyNames::of(&keys), now))
        (tools(desk, endpoint, state))
        section aria-labelledby="deliveries-title" {
            h2 #deliveries-title { (say("deliveries-title")) }
            @if deliveries.is_empty() {
                p.empty { (say("deliveries-empty")) }
            } @else {
                (table(desk, endpoint, state, &deliveries))
            }
            nav.pages aria-label=(say("pages")) {
                @if before.is_some() { a href="?" { (say("requests-newest")) } }
                @if let Some(next) = &next { a href={ "?before=" (next) } rel="next" { (say("requests-older")) } }
            }
        }
        @if state == EndpointState::Active { (resend_form(desk, endpoint, range)) }
        (signer_form(desk, endpoint, state, &signers(&keys, now)))
        section aria-labelledby="delete-title" {
            h2 #delete-title { (say("webhook-delete-title")) }
            p { a.button.danger href={ (path(desk, endpoint)) "/delete" } { (say("webhook-delete")) } }
        }
        p { a href={ (base(desk)) "/webhooks" } { (say("webhooks-back")) } }
    };
    let response = frame::page(desk, "webhooks", &endpoint.url, &content);
    Ok(if range.is_some() { unprocessable(response) } else { response })
}

/// Lets another key sign, which enables a disabled webhook as well.
fn signer_form(desk: &Desk, endpoint: &Endpoint, state: EndpointState, signers: &[&KeyRecord]) -> Markup {
    let what = if state == EndpointState::Disabled { "enable" } else { "signer" };
    html! {
        section aria-labelledby="enable-title" {
            h2 #enable-title { (say(&format!("webhook-{what}-title"))) }
            @if signers.is_empty() {
                p { (say("webhook-needs-key")) }
            } @else {
                p { (say(&format!("webhook-{what}-text"))) }
                form.narrow method="post" action={ (path(desk, endpoint)) "/enable" } {
                    (signer_field(signers, &endpoint.key.to_string()))
                    p.actions { button type="submit" { (say(&format!("webhook-{what}"))) } }
                }
            }
        }
    }
}

/// What can be done with it at once, or on a page of its own.
fn tools(desk: &Desk, endpoint: &Endpoint, state: EndpointState) -> Markup {
    let path = path(desk, endpoint);
    html! {
        @match state {
            EndpointState::Active => {},
            EndpointState::Disabled => p.hint { (say("webhook-is-disabled")) },
            EndpointState::KeyRevoked => p.hint { (say("webhook-key-is-revoked")) },
        }
        div.actions {
            @if state == EndpointState::Active {
                form method="post" action={ (path) "/test" } { button type="submit" { (say("webhook-test")) } }
            }
            @if frame::gives_access(desk) { a.button href={ (path) "/edit" } { (say("webhook-edit")) } }
            a.button href={ (path) "/secret" } { (say("webhook-rotate")) }
        }
    }
}

fn facts(endpoint: &Endpoint, state: EndpointState, names: &KeyNames, now: Timestamp) -> Markup {
    html! {
        dl.record {
            dt { (say("webhooks-state")) } dd { (state_text(endpoint, state)) }
            dt { (say("webhooks-types")) }
            dd { @for kind in &endpoint.event_types { code { (kind.as_str()) } " " } }
            dt { (say("webhooks-key")) } dd { bdi { (names.name(endpoint.key)) } }
            dt { (say("webhooks-since")) } dd { (time(endpoint.created_at)) }
            @if let Some(until) = endpoint.old_secret_until.filter(|until| now < *until) {
                dt { (say("webhook-old-secret")) } dd { (say("webhook-signs-until")) " " (time(until)) }
            }
            dt { (say("webhook-id")) } dd { code { (endpoint.id) } }
        }
    }
}

fn table(desk: &Desk, endpoint: &Endpoint, state: EndpointState, deliveries: &[Delivery]) -> Markup {
    let label = |column: &str| say(&format!("deliveries-{column}"));
    let is_active = state == EndpointState::Active;
    let columns = ["created", "event", "customer", "state", "answer", "next", "again"];
    html! {
        div.scroll tabindex="0" role="group" aria-label=(say("deliveries-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in columns.iter().take(if is_active { 7 } else { 6 }) {
                            th scope="col" { (label(column)) }
                        }
                    }
                }
                tbody {
                    @for one in deliveries {
                        tr #(one.id) data-state=(one.state) {
                            th scope="row" { (short_time(one.created_at)) br; code { (one.id) } }
                            td data-label=(label("event")) { code { (one.event_type) } }
                            td data-label=(label("customer")) { code { (one.entity_id) } }
                            td data-label=(label("state")) {
                                (say(&format!("delivery-state-{}", one.state))) " · " (tries(one))
                            }
                            td data-label=(label("answer")) { (one.last_answer.as_deref().unwrap_or("–")) }
                            td data-label=(label("next")) {
                                @match one.next_attempt_at { Some(next) => (short_time(next)), None => "–" }
                            }
                            @if is_active {
                                td data-label=(label("again")) {
                                    form method="post" action={ (path(desk, endpoint)) "/resend" } {
                                        button type="submit" name="delivery" value=(one.id)
                                            aria-label={ (say("delivery-resend")) " " (one.id) } {
                                            (say("delivery-resend"))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How often a delivery was attempted. The count starts again when it is sent again, while its last response stays.
fn tries(delivery: &Delivery) -> String {
    match (delivery.attempts, delivery.last_answer.as_deref()) {
        (0, Some("key_revoked")) => say("delivery-unsigned"),
        (0, Some(_)) => say("delivery-starts-again"),
        (count, _) => say_with("delivery-tries", &[("count", count.into())]),
    }
}

/// The form for deliveries of a time. `wrong` is what was entered, if it was no time.
fn resend_form(desk: &Desk, endpoint: &Endpoint, wrong: Option<[&str; 2]>) -> Markup {
    let fields = ["from", "to"].into_iter().zip(wrong.unwrap_or_default());
    html! {
        section aria-labelledby="resend-title" {
            h2 #resend-title { (say("resend-title")) }
            p { (say("resend-text")) }
            @if wrong.is_some() { p.status role="alert" { (say("resend-wrong")) } }
            form.filter method="post" action={ (path(desk, endpoint)) "/resend" } {
                @for (name, entered) in fields {
                    div.field {
                        label for=(name) { (say(&format!("requests-{name}"))) }
                        input id=(name) type="datetime-local" name=(name) value=(entered) required;
                    }
                }
                div.field.send { button type="submit" { (say("resend-failed")) } }
            }
        }
    }
}

/// `POST /console/{environment}/webhooks/{id}/resend`: one delivery, or those that failed in a time.
pub async fn resend(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Console(desk): Console,
    fields: Fields,
) -> Result<Response, Problem> {
    let endpoint = find(&app, &desk, &id).await?;
    let (services, caller) = (&app.services, &desk.seat.caller);
    // Such a delivery would only wait, so the notice that it is sent would not be true.
    if let Err(error) = webhooks::deliverable(services, caller, Some(endpoint.id)).await {
        return refused(&desk, &endpoint, error);
    }
    let count = match fields.get("delivery") {
        "" => {
            let texts = [fields.get("from"), fields.get("to")];
            let [from, to] = texts.map(moment);
            let (Some(from), Some(to)) = (from, to.filter(|to| from.is_some_and(|from| from < *to))) else {
                return shown(&app, &desk, &endpoint, Shown { range: Some(texts), ..Shown::default() }).await;
            };
            webhooks::resend_failed(services, caller, Some(endpoint.id), from, to).await?
        }
        delivery => {
            webhooks::resend(services, caller, Some(endpoint.id), delivery, Request::unkeyed(b"")).await?;
            1
        }
    };
    Ok(Redirect::to(&format!("{}?resent={count}", path(&desk, &endpoint))).into_response())
}
