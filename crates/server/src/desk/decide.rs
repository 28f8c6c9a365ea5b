//! The decision about a customer: made of the verdicts, previewed as the customer will read it, and confirmed.

use axum::extract::State;
use axum::response::Response;
use dossier_core::desk::Permission;
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::decision::{NewDecision, Outcome};
use dossier_core::use_cases::decide::{self, MemberDecisionError};
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::step::PROPOSED;
use dossier_core::use_cases::worksheet;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Violation;
use http::StatusCode;
use maud::{Markup, html};

use super::entered::Entered;
use super::fields::Fields;
use super::focus::{CustomerPath, customer_id};
use super::pages;
use super::panel::{Panel, summary, waiting};
use super::queue::visible;
use super::queue_view::name;
use super::seat::{Desk, refusal};
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET …/decide`
///
/// # Errors
///
/// When the customer cannot be read.
pub async fn page(State(app): State<App>, desk: Desk, path: CustomerPath) -> Result<Response, Problem> {
    if let Err(refused) = desk.require(Permission::Work) {
        return Ok(refused);
    }
    let id = customer_id(&path).ok_or_else(Problem::not_found)?;
    let panel = Panel::load(&app, &desk, id).await?.ok_or_else(Problem::not_found)?;
    let entered = Entered::new(panel.customer.version);
    Ok(show(&app, &desk, &panel, &entered, &html! {}))
}

/// The panel, or the proposal that waits for a second person.
fn show(app: &App, desk: &Desk, panel: &Panel, entered: &Entered, notice: &Markup) -> Response {
    let title = say_with("decide-title", &[("name", visible(&name(&panel.customer)).into())]);
    let content = html! {
        p { a href={ (desk.base()) "/customers/" (panel.customer.id) } data-key="u" { "‹ " (say("back-to-customer")) } }
        (notice)
        @match panel.proposal() {
            Some(proposal) => (waiting(desk, panel, proposal)),
            None => (form(app, desk, panel, entered)),
        }
    };
    pages::page(desk, &title, "decide", &content)
}

/// The form of a decision. What the verdicts do not allow cannot be chosen.
fn form(app: &App, desk: &Desk, panel: &Panel, entered: &Entered) -> Markup {
    let tally = &panel.tally;
    let values = [
        ("matching", tally.matching.into()),
        ("doubtful", tally.doubtful.len().into()),
        ("open", tally.open.len().into()),
        ("unjudged", tally.unjudged.into()),
    ];
    let asked: Vec<_> = tally.askable().collect();
    html! {
        p.tally { (say_with("tally", &values)) }
        form.decision method="post" action={ (desk.base()) "/customers/" (panel.customer.id) "/decide" } {
            input type="hidden" name="version" value=(entered.version);
            fieldset {
                legend { (say("decision-outcome")) }
                @for (outcome, key) in OUTCOMES { (choice(panel, entered, outcome, key)) }
                label.choice {
                    input type="radio" name="outcome" value="escalate" data-key="e" required
                        checked[entered.outcome == "escalate"] disabled[panel.customer.kyc.queued_at.is_none()];
                    span { (say("outcome-escalate")) " " kbd { "e" } }
                }
            }
            @if !asked.is_empty() {
                fieldset {
                    legend { (say("decision-again")) }
                    @for id in asked {
                        label.choice {
                            input type="checkbox" name="requirement" value=(id)
                                checked[!entered.is_sent || entered.requirements.iter().any(|one| one == id)];
                            span { (panel.label(id)) }
                        }
                    }
                }
            }
            fieldset {
                legend { (say("decision-rails-approve")) }
                @for (currency, rail) in &app.services.policy.rails {
                    @let value = format!("{currency}/{rail}");
                    label.choice.inline {
                        input type="checkbox" name="rail" value=(value)
                            checked[!entered.is_sent || entered.rails.contains(&value)];
                        span { (value) }
                    }
                }
            }
            fieldset {
                legend { (say("decision-reasons")) }
                @for reason in app.services.policy.reasons.iter() {
                    label.choice.inline {
                        input type="checkbox" name="reason" value=(reason.code.as_str())
                            checked[entered.reasons.iter().any(|code| code == reason.code.as_str())];
                        span { (reason.label) }
                    }
                }
            }
            label for="comment" { (say_with("decision-comment-in", &[("language", panel.language().into())])) }
            textarea #comment name="comment" rows="4" maxlength="2000" dir="auto" lang=(panel.language()) {
                (entered.comment)
            }
            p.hint { (say("decision-comment-hint")) }
            label for="decision-note" { (say("decision-note")) }
            textarea #decision-note name="note" rows="2" maxlength="2000" dir="auto" { (entered.note) }
            button.primary type="submit" name="step" value="preview" { (say("preview")) }
        }
    }
}

const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Approve, "a"),
    (Outcome::RequestResubmission, "s"),
    (Outcome::Reject, "r"),
    (Outcome::Offboard, "w"),
    (Outcome::Reinstate, "i"),
];

fn choice(panel: &Panel, entered: &Entered, outcome: Outcome, key: &str) -> Markup {
    let is_possible = panel.is_possible(outcome);
    let why_not = match outcome {
        Outcome::Approve => "not-approve",
        Outcome::RequestResubmission => "not-ask",
        Outcome::Reject | Outcome::Offboard | Outcome::Reinstate => "not-state",
    };
    html! {
        label.choice {
            input type="radio" name="outcome" value=(outcome.as_str()) data-key=[is_possible.then_some(key)] required
                checked[entered.outcome == outcome.as_str()] disabled[!is_possible];
            span {
                (say(&format!("outcome-{}", outcome.as_str()))) " " kbd { (key) }
                @if !is_possible { " " small { (say(why_not)) } }
            }
        }
    }
}

/// `POST …/decide`: shows what will happen, and then does it.
///
/// # Errors
///
/// When the customer cannot be read.
pub async fn decide(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    fields: Fields,
) -> Result<Response, Problem> {
    if let Err(refused) = desk.require(Permission::Work) {
        return Ok(refused);
    }
    let id = customer_id(&path).ok_or_else(Problem::not_found)?;
    let mut entered = Entered::read(&fields);
    let panel = Panel::load(&app, &desk, id).await?.ok_or_else(Problem::not_found)?;
    if entered.version != panel.customer.version {
        return stale(&app, &desk, &panel, entered).await;
    }
    if entered.outcome == "escalate" {
        return escalate(&app, &desk, &panel, &entered).await;
    }
    entered.fill_comment(&app.services.policy.reasons, panel.language());
    let decision = match entered.decision(&app.services) {
        Ok(decision) => decision,
        Err(error) => return refused(&app, &desk, id, entered, error.into()).await,
    };
    let wrong = panel.tally.contradictions(&decision);
    if !wrong.is_empty() || entered.step == "edit" {
        return Ok(again(&app, &desk, &panel, &entered, &wrong));
    }
    if entered.step == "confirm" {
        let json = entered.json().to_string();
        let request = Request::unkeyed(json.as_bytes());
        let decided = decide::decide_as(&app.services, &desk.seat, Some(id), entered.version, request).await;
        return match decided {
            Ok(answer) => {
                app.queues.forget(desk.scope()).await;
                let is_proposed = answer.warnings.iter().any(|warning| warning == PROPOSED);
                Ok(after(&desk, if is_proposed { "proposed" } else { decision.outcome.as_str() }))
            }
            Err(error) => refused(&app, &desk, id, entered, error).await,
        };
    }
    Ok(preview(&app, &desk, &panel, &entered, &decision))
}

/// What will happen, and the button that makes it happen.
fn preview(app: &App, desk: &Desk, panel: &Panel, entered: &Entered, decision: &NewDecision) -> Response {
    let scope = desk.scope();
    let is_proposal = decide::needs_two(&app.services, scope, &panel.customer, decision.outcome, panel.now)
        || (!desk.seat.may(Permission::Decide) && decision.outcome != Outcome::RequestResubmission);
    let action = format!("{}/customers/{}/decide", desk.base(), panel.customer.id);
    let content = html! {
        (summary(panel, decision))
        p.will {
            (say(&format!("will-{}", if is_proposal { "propose" } else { decision.outcome.as_str() })))
        }
        form method="post" action=(action) {
            (entered.hidden())
            button.primary type="submit" name="step" value="confirm" data-key="y" {
                (say(if is_proposal { "propose" } else { "confirm" })) " " kbd { "y" }
            }
            button type="submit" name="step" value="edit" formnovalidate { (say("change")) }
        }
    };
    pages::page(desk, &say("preview-title"), "decide", &content)
}

/// The form once more, with what is wrong.
fn again(app: &App, desk: &Desk, panel: &Panel, entered: &Entered, violations: &[Violation]) -> Response {
    let notice = html! {
        @if !violations.is_empty() {
            div.warning role="alert" tabindex="-1" data-focus {
                ul { @for one in violations { li { code { (one.pointer) } " " (one.message) } } }
            }
        }
    };
    let mut response = show(app, desk, panel, entered, &notice);
    if !violations.is_empty() {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

/// The record changed while the member decided: what changed, and everything that was entered.
async fn stale(app: &App, desk: &Desk, panel: &Panel, entered: Entered) -> Result<Response, Problem> {
    let id = panel.customer.id;
    let changed = app.services.store.changed_since(desk.scope(), id, entered.version).await?;
    let notice = html! {
        div.warning role="alert" tabindex="-1" data-focus {
            p { (say("stale")) }
            ul { @for pointer in &changed { li { code { (pointer) } } } }
            p { a href={ (desk.base()) "/customers/" (id) } { (say("stale-look")) } }
        }
    };
    let entered = Entered { version: panel.customer.version, ..entered };
    let mut response = show(app, desk, panel, &entered, &notice);
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(response)
}

async fn escalate(app: &App, desk: &Desk, panel: &Panel, entered: &Entered) -> Result<Response, Problem> {
    let why = if entered.note.trim().is_empty() { &entered.comment } else { &entered.note };
    match worksheet::escalate(&app.services, &desk.seat, panel.customer.id, why).await {
        Ok(_) => {
            app.queues.forget(desk.scope()).await;
            Ok(after(desk, "escalate"))
        }
        Err(DeskError::Invalid(violations)) => Ok(again(app, desk, panel, entered, &violations.0)),
        Err(error) => refusal(desk, error),
    }
}

/// `POST …/confirm`: the second person agrees.
///
/// # Errors
///
/// When the store fails.
pub async fn confirm(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = customer_id(&path).ok_or_else(Problem::not_found)?;
    let entered = Entered::read(&fields);
    match decide::confirm(&app.services, &desk.seat, Some(id), entered.version).await {
        Ok(_) => {
            app.queues.forget(desk.scope()).await;
            Ok(after(&desk, "confirmed"))
        }
        Err(error) => refused(&app, &desk, id, entered, error).await,
    }
}

/// `POST …/withdraw`: the proposal is taken back or declined.
///
/// # Errors
///
/// When the store fails.
pub async fn withdraw(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = customer_id(&path).ok_or_else(Problem::not_found)?;
    let entered = Entered::read(&fields);
    match decide::withdraw(&app.services, &desk.seat, Some(id), entered.version).await {
        Ok(_) => super::case_actions::done(&app, &desk, id, "").await,
        Err(error) => refused(&app, &desk, id, entered, error).await,
    }
}

async fn refused(
    app: &App,
    desk: &Desk,
    id: CustomerId,
    entered: Entered,
    error: MemberDecisionError,
) -> Result<Response, Problem> {
    match error {
        MemberDecisionError::Desk(error) => refusal(desk, error),
        MemberDecisionError::Update(UpdateError::ConditionFailed { .. }) => {
            let panel = Panel::load(app, desk, id).await?.ok_or_else(Problem::not_found)?;
            stale(app, desk, &panel, entered).await
        }
        MemberDecisionError::Update(UpdateError::Invalid(violations)) => {
            let panel = Panel::load(app, desk, id).await?.ok_or_else(Problem::not_found)?;
            Ok(again(app, desk, &panel, &entered, &violations.0))
        }
        MemberDecisionError::Update(UpdateError::Conflict(conflict)) => {
            let content = html! {
                p { (conflict.to_string()) "." }
                p { a.button href={ (desk.base()) "/customers/" (id) } { (say("back-to-customer")) } }
            };
            Ok(pages::message(desk, StatusCode::CONFLICT, &say("conflict-title"), &content))
        }
        MemberDecisionError::Update(error) => Err(error.into()),
    }
}

/// After a decision: what was done, and the way to the next case.
fn after(desk: &Desk, what: &str) -> Response {
    let content = html! {
        p role="status" { (say(&format!("after-{what}"))) }
        form method="post" action={ (desk.base()) "/next" } {
            button.primary type="submit" data-key="n" { (say("next")) " " kbd { "n" } }
        }
        p { a href={ (desk.base()) "/queue" } { (say("back-to-queue")) } }
    };
    pages::message(desk, StatusCode::OK, &say("after-title"), &content)
}
