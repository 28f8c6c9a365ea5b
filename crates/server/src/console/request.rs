//! One request, and what it led to: its audit entries, their events, deliveries, and every attempt.

use axum::extract::{Path, State};
use axum::response::Response;
use dossier_core::audit::{Action, AuditRow};
use dossier_core::requests::LoggedRequest;
use dossier_core::use_cases::requests::{Followed, follow};
use dossier_core::violation::Code;
use dossier_core::webhook::{AnnouncedEvent, Attempt, Delivery, delivery_id};
use http::StatusCode;
use maud::{Markup, html};

use super::curl::{Body, body_of, command, words};
use super::frame::{self, Console, KeyNames, base, duration};
use super::requests::answer;
use crate::desk::queue::visible;
use crate::desk::queue_view::actor_name;
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with, time};
use crate::http::problem::Problem;
use crate::http::state::App;

const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// `GET /console/{environment}/requests/{id}`
pub async fn page(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let Some(followed) = follow(&app.services, desk.scope(), &id).await? else {
        let content = html! {
            @if app.request_log.is_none() { p.warning { (say("console-log-off")) } }
            p { (say("request-unknown-text")) }
            p { a.button href={ (base(&desk)) "/requests" } { (say("request-back")) } }
        };
        let mut response = frame::page(&desk, "requests", &say("request-unknown"), &content);
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    let names = KeyNames::read(&app, &desk).await?;
    let request = &followed.request;
    let content = html! {
        (facts(&app, request, &names))
        (wrong(request))
        section aria-labelledby="led-title" {
            h2 #led-title { (say("request-led")) }
            (clock_note(&app, &desk))
            (steps(&desk, &followed, &names))
        }
        section aria-labelledby="curl-title" {
            h2 #curl-title { (say("request-curl")) }
            (as_curl(&app, request))
        }
        p { a href={ (base(&desk)) "/requests" } { (say("request-back")) } }
    };
    let title = format!("{} {}", request.method, request.route);
    Ok(frame::page(&desk, "requests", &title, &content))
}

fn facts(app: &App, one: &LoggedRequest, names: &KeyNames) -> Markup {
    html! {
        dl.record {
            dt { (say("requests-answer")) }
            dd { (answer(&LoggedRequest { violations: Vec::new(), ..one.clone() })) }
            dt { (say("requests-time")) } dd { (time(one.at)) }
            dt { (say("requests-took")) } dd { (duration(one.duration_us)) }
            dt { (say("requests-key")) } dd { bdi { (names.name(one.key)) } }
            dt { (say("request-path")) } dd { code { (one.path()) } }
            dt { (say("request-id")) } dd { code { (one.request_id) } }
            @if let Some(code) = &one.code {
                dt { (say("request-help")) }
                dd {
                    a href={ (app.public_url) "/problems/" (code) } {
                        (say_with("request-problem", &[("code", (&**code).into())]))
                    }
                }
            }
        }
    }
}

/// Which times are those of an advanced sandbox.
fn clock_note(app: &App, desk: &Desk) -> Markup {
    let (now, here) = (app.services.clock.now(), app.services.now(desk.scope()));
    let ahead = here.as_micros() - now.as_micros();
    // Two readings of one clock differ by a moment, and the shortest step is an hour.
    html! {
        @if ahead > 60_000_000 {
            p.hint { (say_with("request-clock", &[("days", (ahead / DAY_MICROS).into())])) }
        }
    }
}

/// The command that repeats the request, with what the log does not have and a person has to add.
fn as_curl(app: &App, request: &LoggedRequest) -> Markup {
    let words = words(request);
    let body = match body_of(&request.method, &request.route) {
        Body::None => None,
        Body::Optional => Some("request-curl-optional"),
        Body::Required => Some("request-curl-body"),
        Body::Form => Some("request-curl-file"),
    };
    html! {
        @if let Some(command) = command(&app.public_url, request) {
            p.hint {
                (say("request-curl-text"))
                @if let Some(body) = body { " " (say(body)) }
                @if matches!(&*request.method, "GET" | "HEAD") { " " (say("request-curl-query")) }
                @if !words.is_empty() {
                    " " (say_with("request-curl-words", &[("words", words.join(", ").into())]))
                }
            }
            pre.command tabindex="0" #curl { (command) }
            button type="button" data-copies="curl" data-needs-script hidden { (say("request-copy")) }
        } @else {
            p.hint { (say("request-curl-none")) }
        }
    }
}

/// What was wrong in the request.
fn wrong(one: &LoggedRequest) -> Markup {
    html! {
        @if !one.violations.is_empty() {
            section aria-labelledby="wrong-title" {
                h2 #wrong-title { (say("request-wrong")) }
                ul.wrong {
                    @for violation in &one.violations {
                        li {
                            code { (violation.pointer) } " " strong { (violation.code) }
                            @if let Some(code) = Code::parse(&violation.code) { " " (code.help()) }
                        }
                    }
                }
            }
        }
    }
}

fn kind(word: &str) -> Markup {
    html! { span.kind { (say(&format!("history-{word}"))) } " " }
}

fn steps(desk: &Desk, followed: &Followed, names: &KeyNames) -> Markup {
    html! {
        ol.steps {
            li {
                (kind("request")) (time(followed.request.at)) " " (answer(&followed.request))
                @if followed.entries.is_empty() {
                    p.hint { (say("request-nothing")) }
                } @else {
                    ul { @for (row, events) in &followed.entries { (entry(desk, row, events, followed, names)) } }
                }
            }
        }
    }
}

fn entry(desk: &Desk, row: &AuditRow, events: &[AnnouncedEvent], followed: &Followed, names: &KeyNames) -> Markup {
    let what = match Action::parse(&row.action) {
        Some(action) => action.help(),
        None => &row.action,
    };
    let who = match row.actor.strip_prefix("key:").and_then(dossier_core::ids::KeyId::parse) {
        Some(key) => names.name(key),
        None => visible(actor_name(&row.actor)),
    };
    html! {
        li {
            (kind("entry")) (time(row.at)) " " strong { (what) } " " bdi { (who) }
            " · " (say_with("request-entry", &[("number", row.seq.to_string().into())]))
            @if let Some(customer) = row.customer_id { " · " code { (customer) } }
            @if let Some(version) = row.version { " · v" (version) }
            @if !row.fields.is_empty() { " " code { (row.fields.join(" ")) } }
            @if !events.is_empty() { ul { @for one in events { (event(desk, one, &followed.attempts)) } } }
        }
    }
}

fn event(desk: &Desk, event: &AnnouncedEvent, attempts: &[Attempt]) -> Markup {
    html! {
        li {
            (kind("event")) (time(event.at)) " " code { (event.event_type) }
            @if event.deliveries.is_empty() {
                p.hint { (say("request-no-delivery")) }
            } @else {
                ul { @for one in &event.deliveries { (delivery(desk, one, attempts)) } }
            }
        }
    }
}

/// The line of a delivery on the page of its webhook. The list begins with it, however old it is.
fn delivery_path(desk: &Desk, delivery: &Delivery) -> String {
    let Delivery { webhook_id, id, number, .. } = delivery;
    format!("{}/webhooks/{webhook_id}?before={}#{id}", base(desk), delivery_id(number + 1))
}

fn delivery(desk: &Desk, delivery: &Delivery, attempts: &[Attempt]) -> Markup {
    let own: Vec<_> = attempts.iter().filter(|one| one.delivery == delivery.number).collect();
    html! {
        li data-state=(delivery.state) {
            (kind("delivery")) (time(delivery.created_at)) " "
            a href=(delivery_path(desk, delivery)) { code { (delivery.id) } }
            " " strong { (say(&format!("delivery-state-{}", delivery.state))) }
            @if let Some(next) = delivery.next_attempt_at { " · " (say("delivery-next")) " " (time(next)) }
            @if own.is_empty() {
                p.hint { (say("request-no-attempt")) }
            } @else {
                ul { @for one in own { (attempt(one)) } }
            }
        }
    }
}

fn attempt(attempt: &Attempt) -> Markup {
    html! {
        li data-state=(if attempt.accepted { "delivered" } else { "failed" }) {
            (kind("attempt")) (time(attempt.at)) " " strong { (attempt.result) } " · " (duration(attempt.duration_us))
        }
    }
}
