//! One webhook: its deliveries, and what can be done with it.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Request;
use dossier_core::ids::WebhookId;
use dossier_core::use_cases::webhooks;
use dossier_core::webhook::{Delivery, Endpoint, EndpointState, delivery_id, delivery_number};
use maud::{Markup, html};

use super::frame::{self, Console, KeyNames, base, short_time};
use super::requests::moment;
use super::webhook_form::{signer_field, signers};
use super::webhooks::state as state_text;
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::{say, time};
use crate::http::problem::Problem;
use crate::http::state::App;

const PAGE: usize = 50;

pub(super) async fn find(app: &App, desk: &Desk, id: &str) -> Result<Endpoint, Problem> {
    Ok(webhooks::find(&app.services, &desk.seat.caller, WebhookId::parse(id)).await?)
}

pub(super) fn path(desk: &Desk, endpoint: &Endpoint) -> String {
    format!("{}/webhooks/{}", base(desk), endpoint.id)
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
    let deliveries = app.services.store.deliveries(desk.scope(), endpoint.id, before, PAGE).await?;
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let now = app.services.clock.now();
    let state = endpoint.state(&keys, now);
    let next = deliveries.last().filter(|_| deliveries.len() == PAGE).map(|last| delivery_id(last.number));
    let resent = fields.get("resent").parse::<u64>().ok();
    // Only words that the server writes are shown.
    let is_word = |text: &&str| {
        text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_ ".contains(&byte))
    };
    let tested = Some(fields.get("tested")).filter(|text| !text.is_empty()).filter(is_word);
    let content = html! {
        @if let Some(count) = resent {
            p.done role="status" { (crate::desk::text::say_with("webhook-resent", &[("count", count.into())])) }
        }
        @if let Some(result) = tested {
            p.done role="status" { (crate::desk::text::say_with("webhook-tested", &[("result", result.into())])) }
        }
        (facts(&endpoint, state, &KeyNames::of(&keys), now))
        (tools(&desk, &endpoint, state))
        section aria-labelledby="deliveries-title" {
            h2 #deliveries-title { (say("deliveries-title")) }
            @if deliveries.is_empty() {
                p.empty { (say("deliveries-empty")) }
            } @else {
                (table(&desk, &endpoint, &deliveries))
            }
            nav.pages aria-label=(say("pages")) {
                @if before.is_some() { a href="?" { (say("requests-newest")) } }
                @if let Some(next) = &next { a href={ "?before=" (next) } rel="next" { (say("requests-older")) } }
            }
        }
        (resend_form(&desk, &endpoint))
        section aria-labelledby="enable-title" {
            h2 #enable-title { (say("webhook-enable-title")) }
            p { (say("webhook-enable-text")) }
            form.narrow method="post" action={ (path(&desk, &endpoint)) "/enable" } {
                (signer_field(&signers(&keys, now), &endpoint.key.to_string()))
                p.actions { button type="submit" { (say("webhook-enable")) } }
            }
        }
        section aria-labelledby="delete-title" {
            h2 #delete-title { (say("webhook-delete-title")) }
            p { a.button.danger href={ (path(&desk, &endpoint)) "/delete" } { (say("webhook-delete")) } }
        }
        p { a href={ (base(&desk)) "/webhooks" } { (say("webhooks-back")) } }
    };
    Ok(frame::page(&desk, "webhooks", &endpoint.url, &content))
}

/// What can be done with it at once, or on a page of its own.
fn tools(desk: &Desk, endpoint: &Endpoint, state: EndpointState) -> Markup {
    let path = path(desk, endpoint);
    html! {
        div.actions {
            @if state == EndpointState::Active {
                form method="post" action={ (path) "/test" } { button type="submit" { (say("webhook-test")) } }
            }
            a.button href={ (path) "/edit" } { (say("webhook-edit")) }
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

fn table(desk: &Desk, endpoint: &Endpoint, deliveries: &[Delivery]) -> Markup {
    let label = |column: &str| say(&format!("deliveries-{column}"));
    html! {
        div.scroll tabindex="0" role="group" aria-label=(say("deliveries-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in ["created", "event", "customer", "state", "answer", "next", "again"] {
                            th scope="col" { (label(column)) }
                        }
                    }
                }
                tbody {
                    @for one in deliveries {
                        tr data-state=(one.state) {
                            th scope="row" { (short_time(one.created_at)) }
                            td data-label=(label("event")) { code { (one.event_type) } }
                            td data-label=(label("customer")) { code { (one.entity_id) } }
                            td data-label=(label("state")) {
                                (say(&format!("delivery-state-{}", one.state))) " · "
                                (crate::desk::text::say_with("delivery-tries", &[("count", one.attempts.into())]))
                            }
                            td data-label=(label("answer")) { (one.last_answer.as_deref().unwrap_or("–")) }
                            td data-label=(label("next")) {
                                @match one.next_attempt_at { Some(next) => (short_time(next)), None => "–" }
                            }
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

fn resend_form(desk: &Desk, endpoint: &Endpoint) -> Markup {
    html! {
        section aria-labelledby="resend-title" {
            h2 #resend-title { (say("resend-title")) }
            p { (say("resend-text")) }
            form.filter method="post" action={ (path(desk, endpoint)) "/resend" } {
                @for name in ["from", "to"] {
                    div.field {
                        label for=(name) { (say(&format!("requests-{name}"))) }
                        input id=(name) type="datetime-local" name=(name) required;
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
    let count = match fields.get("delivery") {
        "" => {
            let (from, to) = (moment(fields.get("from")), moment(fields.get("to")));
            let (Some(from), Some(to)) = (from, to) else { return Ok(back(&desk, &endpoint, 0)) };
            webhooks::resend_failed(services, caller, Some(endpoint.id), from, to).await?
        }
        delivery => {
            webhooks::resend(services, caller, Some(endpoint.id), delivery, Request::unkeyed(b"")).await?;
            1
        }
    };
    Ok(back(&desk, &endpoint, count))
}

fn back(desk: &Desk, endpoint: &Endpoint, resent: u64) -> Response {
    Redirect::to(&format!("{}?resent={resent}", path(desk, endpoint))).into_response()
}
