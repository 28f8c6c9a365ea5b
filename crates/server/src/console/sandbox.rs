//! Tools of the sandbox: what the API's simulations do, and its clock.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Environment;
use dossier_core::idempotency::Request;
use dossier_core::use_cases::advance_clock::advance;
use dossier_core::use_cases::empty_sandbox;
use dossier_core::use_cases::simulate::{Action, simulate as make_happen};
use dossier_core::use_cases::write_customer::UpdateError;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::json;

use super::frame::{self, Console, FreshForm, base, select};
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with, time};
use crate::http::problem::Problem;
use crate::http::state::App;

/// Actions that need nothing but a customer.
const ACTIONS: [Action; 7] = [
    Action::Submit,
    Action::Approve,
    Action::Reject,
    Action::Abandon,
    Action::Offboard,
    Action::Reinstate,
    Action::ExpireSession,
];
/// How far the clock can be advanced at once.
const STEPS: [&str; 5] = ["PT1H", "P1D", "P7D", "P30D", "P365D"];

/// The sandbox that the page is about. Production has none of this.
fn in_sandbox(desk: &Desk) -> Result<(), Problem> {
    if desk.environment() == Environment::Sandbox { Ok(()) } else { Err(Problem::not_found()) }
}

/// `GET /console/{environment}/sandbox`
pub async fn page(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Console(desk): Console,
) -> Result<Response, Problem> {
    in_sandbox(&desk)?;
    let fields = Fields::read(query.as_deref().unwrap_or_default().as_bytes());
    let done = Some(fields.get("done")).filter(|done| ["simulated", "advanced", "emptied"].contains(done));
    Ok(shown(&app, &desk, done, None, fields.get("customer")))
}

fn shown(app: &App, desk: &Desk, done: Option<&str>, wrong: Option<&str>, customer: &str) -> Response {
    let (now, here) = (app.services.clock.now(), app.services.now(desk.scope()));
    let actions: Vec<_> = ACTIONS.iter().map(|one| (one.as_str().to_owned(), one.as_str().to_owned())).collect();
    let steps: Vec<_> = STEPS.iter().map(|one| ((*one).to_owned(), say(&format!("clock-{one}")))).collect();
    let ahead = here.as_micros() - now.as_micros();
    let days = ahead / (24 * 60 * 60 * 1_000_000);
    // Two readings of one clock differ by a moment, and the shortest step is an hour.
    let ahead = match ahead {
        ..60_000_000 => say("clock-never"),
        _ => say_with("clock-ahead", &[("days", days.into())]),
    };
    let content = html! {
        @if let Some(done) = done { p.done role="status" { (say(&format!("sandbox-{done}"))) } }
        @if let Some(wrong) = wrong { p.status role="alert" { (wrong) } }
        section aria-labelledby="simulate-title" {
            h2 #simulate-title { (say("simulate-title")) }
            p { (say("simulate-text")) }
            form.filter method="post" action={ (base(desk)) "/sandbox/simulate" } {
                div.field.wide {
                    label for="customer" { (say("simulate-customer")) }
                    input #customer type="text" name="customer" value=(customer) autocomplete="off" spellcheck="false"
                        required;
                }
                (select("action", &say("simulate-action"), &actions, ""))
                div.field.send { button.primary type="submit" { (say("simulate")) } }
            }
        }
        section aria-labelledby="clock-title" {
            h2 #clock-title { (say("clock-title")) }
            p { (say("clock-now")) " " (time(here)) " · " (ahead) }
            p.hint { (say("clock-text")) }
            form.filter method="post" action={ (base(desk)) "/sandbox/clock" } {
                (select("by", &say("clock-by"), &steps, "P1D"))
                div.field.send { button type="submit" { (say("clock-advance")) } }
            }
        }
        section aria-labelledby="empty-title" {
            h2 #empty-title { (say("empty-title")) }
            p { (say("empty-text")) }
            form.narrow method="post" action={ (base(desk)) "/sandbox/empty" } {
                label.choice { input type="checkbox" name="sure" value="yes" required; span { (say("empty-sure")) } }
                p.actions { button.danger type="submit" { (say("empty-do")) } }
            }
        }
        (links())
    };
    let mut response = frame::page(desk, "sandbox", &say("sandbox-title"), &content);
    if wrong.is_some() {
        *response.status_mut() = StatusCode::CONFLICT;
    }
    response
}

fn links() -> Markup {
    html! { p.hint { (say("sandbox-more")) " " a href="/docs" { (say("sandbox-docs")) } } }
}

/// What prevents it, in words. Errors of the store are problems like everywhere.
fn prevented(error: UpdateError) -> Result<String, Problem> {
    match error {
        UpdateError::Store(error) => Err(error.into()),
        UpdateError::Invalid(violations) => {
            Ok(violations.0.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join(" · "))
        }
        error => Ok(error.to_string()),
    }
}

/// `POST /console/{environment}/sandbox/simulate`
pub async fn simulate(State(app): State<App>, Console(desk): Console, fields: Fields) -> Result<Response, Problem> {
    in_sandbox(&desk)?;
    let customer = fields.get("customer").trim();
    let body = json!({ "action": fields.get("action"), "customer_id": customer }).to_string();
    match make_happen(&app.services, &desk.seat.caller, Request::unkeyed(body.as_bytes())).await {
        Ok(_) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("done", "simulated")
                .append_pair("customer", customer)
                .finish();
            Ok(Redirect::to(&format!("{}/sandbox?{query}", base(&desk))).into_response())
        }
        Err(error) => Ok(shown(&app, &desk, None, Some(&prevented(error)?), customer)),
    }
}

/// `POST /console/{environment}/sandbox/clock`
pub async fn clock(State(app): State<App>, Console(desk): Console, fields: Fields) -> Result<Response, Problem> {
    in_sandbox(&desk)?;
    let body = json!({ "advance": fields.get("by") }).to_string();
    match advance(&app.services, &desk.seat.caller, Request::unkeyed(body.as_bytes()), |_| b"{}".to_vec()).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/sandbox?done=advanced", base(&desk))).into_response()),
        Err(error) => Ok(shown(&app, &desk, None, Some(&prevented(error)?), "")),
    }
}

/// `POST /console/{environment}/sandbox/empty`
pub async fn empty(State(app): State<App>, FreshForm(desk, fields): FreshForm) -> Result<Response, Problem> {
    in_sandbox(&desk)?;
    if fields.get("sure") != "yes" {
        return Ok(shown(&app, &desk, None, Some(&say("empty-sure-wrong")), ""));
    }
    match empty_sandbox::begin(&app.services, &desk.seat.caller, Request::unkeyed(b""), b"{}").await {
        Ok(_) => Ok(Redirect::to(&format!("{}/sandbox?done=emptied", base(&desk))).into_response()),
        Err(error) => Ok(shown(&app, &desk, None, Some(&prevented(error)?), "")),
    }
}
