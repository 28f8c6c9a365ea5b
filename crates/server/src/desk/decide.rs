//! The decision about a customer: it follows from the verdicts, is previewed as the customer will read it, and
//! confirmed.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::desk::Permission;
use dossier_core::idempotency::{Answer, Request};
use dossier_core::kyc::decision::NewDecision;
use dossier_core::use_cases::decide::{self, MemberDecisionError};
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::review_case;
use dossier_core::use_cases::step::PROPOSED;
use dossier_core::use_cases::worksheet;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::{Code, Violation};
use http::StatusCode;
use maud::{Markup, html};

use super::claims::change;
use super::customer_actions::done;
use super::decide_form::{Panel, form, part, summary, waiting};
use super::entered::Entered;
use super::fields::Fields;
use super::focus::{CustomerPath, customer_id};
use super::pages;
use super::queue::visible;
use super::queue_view::name;
use super::seat::{Desk, refusal};
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET …/decide`
pub async fn page(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    if let Err(refused) = desk.require(Permission::Work) {
        return Ok(refused);
    }
    let panel = load(&app, &desk, &path, query.as_deref()).await?;
    if let Err(held) = panel.require_free(&desk) {
        return Ok(held);
    }
    let outcome = panel.suggested().map_or_else(String::new, |outcome| outcome.as_str().to_owned());
    let entered = Entered { outcome, ..Entered::new(panel.customer.version) };
    Ok(show(&app, &desk, &panel, &entered, &html! {}))
}

async fn load(app: &App, desk: &Desk, path: &CustomerPath, query: Option<&str>) -> Result<Panel, Problem> {
    let id = customer_id(path).ok_or_else(Problem::not_found)?;
    Panel::load(app, desk, id, query).await?.ok_or_else(Problem::not_found)
}

/// The panel, or the proposal that waits for a second person.
fn show(app: &App, desk: &Desk, panel: &Panel, entered: &Entered, notice: &Markup) -> Response {
    let title = say_with("decide-title", &[("name", visible(&name(&panel.customer)).into())]);
    let content = html! {
        p { a href=(panel.at(desk, "")) data-key="u" { "‹ " (say("back-to-customer")) } }
        (notice)
        @match panel.proposal() {
            Some(proposal) => (waiting(app, desk, panel, proposal)),
            None => (form(app, desk, panel, entered)),
        }
    };
    pages::page(desk, &title, "decide", &content)
}

/// `POST …/decide`: shows what will happen, and then does it.
pub async fn decide(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<Response, Problem> {
    if let Err(refused) = desk.require(Permission::Work) {
        return Ok(refused);
    }
    let mut entered = Entered::read(&fields);
    let panel = load(&app, &desk, &path, query.as_deref()).await?;
    if let Err(held) = panel.require_free(&desk) {
        return Ok(held);
    }
    let id = panel.customer.id;
    if !panel.customer.is_alike(entered.version) {
        return stale(&app, &desk, &panel, entered).await;
    }
    if entered.outcome == "escalate" {
        return escalate(&app, &desk, &panel, entered).await;
    }
    entered.fill_comment(&app.services.policy.reasons, panel.language());
    let decision = match entered.decision(&app.services) {
        Ok(decision) => decision,
        Err(error) => return refused(&app, &desk, panel, entered, error.into()).await,
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
                Ok(after(&desk, &panel, if is_proposed { "proposed" } else { decision.outcome.as_str() }))
            }
            Err(error) => refused(&app, &desk, panel, entered, error).await,
        };
    }
    Ok(preview(&app, &desk, &panel, &entered, &decision))
}

/// What will happen, and the button that makes it happen.
fn preview(app: &App, desk: &Desk, panel: &Panel, entered: &Entered, decision: &NewDecision) -> Response {
    let is_proposal = decide::is_proposal(&app.services, &desk.seat, &panel.customer, decision.outcome, panel.now);
    let content = html! {
        (summary(app, panel, decision))
        p.will {
            (say(&format!("will-{}", if is_proposal { "propose" } else { decision.outcome.as_str() })))
        }
        (confirmation(desk, panel, entered, if is_proposal { "propose" } else { "confirm" }))
    };
    previewed(desk, panel, &content)
}

/// The buttons below a preview.
fn confirmation(desk: &Desk, panel: &Panel, entered: &Entered, confirm: &str) -> Markup {
    html! {
        form.actions method="post" action=(panel.at(desk, "/decide")) {
            (entered.hidden())
            button.primary type="submit" name="step" value="confirm" data-key="y" { (say(confirm)) " " kbd { "y" } }
            button type="submit" name="step" value="edit" formnovalidate data-key="u" {
                (say("change")) " " kbd { "u" }
            }
        }
    }
}

fn previewed(desk: &Desk, panel: &Panel, content: &Markup) -> Response {
    let title = say_with("preview-title", &[("name", visible(&name(&panel.customer)).into())]);
    pages::page(desk, &title, "decide", content)
}

/// The form once more, with what is wrong.
fn again(app: &App, desk: &Desk, panel: &Panel, entered: &Entered, violations: &[Violation]) -> Response {
    let notice = html! {
        @if !violations.is_empty() {
            div.warning role="alert" tabindex="-1" data-focus {
                ul {
                    @for one in violations {
                        @let (id, name) = part(&one.pointer);
                        li { a href={ "#" (id) } { (say(name)) } ": " (one.message) }
                    }
                }
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
    let before = review_case::values_at(&app.services, &desk.seat, &panel.customer, entered.version).await?;
    let after = panel.customer.masked_profile();
    // What only follows from the other changes says nothing to a reviewer.
    let changed = changed.iter().filter(|pointer| *pointer != "/kycs");
    let notice = html! {
        div.warning role="alert" tabindex="-1" data-focus {
            p { (say("stale")) }
            ul.changes {
                @for pointer in changed { (change(pointer, before.get(pointer), after.pointer(pointer))) }
            }
            p { a href=(panel.at(desk, "")) { (say("stale-look")) } }
        }
    };
    let entered = Entered { version: panel.customer.version, ..entered };
    let mut response = show(app, desk, panel, &entered, &notice);
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(response)
}

async fn escalate(app: &App, desk: &Desk, panel: &Panel, entered: Entered) -> Result<Response, Problem> {
    let why = entered.note.trim();
    if why.is_empty() || entered.step == "edit" {
        let wrong = Violation::new("/note", Code::Required, "the approvers need to know what to look at");
        let wrong = if why.is_empty() { vec![wrong] } else { Vec::new() };
        return Ok(again(app, desk, panel, &entered, &wrong));
    }
    if entered.step != "confirm" {
        let content = html! {
            dl.decision {
                dt { (say("decision-outcome")) } dd { (say("outcome-escalate")) }
                dt { (say("decision-note")) } dd.text dir="auto" { (visible(why)) }
            }
            p.will { (say("will-escalate")) }
            (confirmation(desk, panel, &entered, "confirm"))
        };
        return Ok(previewed(desk, panel, &content));
    }
    match worksheet::escalate(&app.services, &desk.seat, panel.customer.id, why).await {
        Ok(_) => {
            app.queues.forget(desk.scope()).await;
            Ok(after(desk, panel, "escalate"))
        }
        Err(DeskError::Invalid(violations)) => Ok(again(app, desk, panel, &entered, &violations.0)),
        Err(error) => refusal(desk, error),
    }
}

/// `POST …/confirm`: the second person agrees.
pub async fn confirm(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<Response, Problem> {
    let entered = Entered::read(&fields);
    let confirmed = decide::confirm(&app.services, &desk.seat, customer_id(&path), entered.version).await;
    let panel = match answered(&app, &desk, &path, query.as_deref(), entered, confirmed).await? {
        Ok(panel) => panel,
        Err(refused) => return Ok(refused),
    };
    app.queues.forget(desk.scope()).await;
    Ok(after(&desk, &panel, "confirmed"))
}

/// `POST …/withdraw`: the proposal is taken back or declined.
pub async fn withdraw(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<Response, Problem> {
    let entered = Entered::read(&fields);
    let withdrawn = decide::withdraw(&app.services, &desk.seat, customer_id(&path), entered.version).await;
    match answered(&app, &desk, &path, query.as_deref(), entered, withdrawn).await? {
        Ok(panel) => done(&app, &desk, panel.customer.id, &format!("?{}", panel.queue)).await,
        Err(refused) => Ok(refused),
    }
}

/// The case after a proposal was confirmed or declined, or why that was refused.
async fn answered(
    app: &App,
    desk: &Desk,
    path: &CustomerPath,
    query: Option<&str>,
    entered: Entered,
    answer: Result<Answer, MemberDecisionError>,
) -> Result<Result<Panel, Response>, Problem> {
    if let Err(MemberDecisionError::Desk(error)) = answer {
        return refusal(desk, error).map(Err);
    }
    let panel = load(app, desk, path, query).await?;
    match answer {
        Ok(_) => Ok(Ok(panel)),
        Err(error) => refused(app, desk, panel, entered, error).await.map(Err),
    }
}

async fn refused(
    app: &App,
    desk: &Desk,
    panel: Panel,
    entered: Entered,
    error: MemberDecisionError,
) -> Result<Response, Problem> {
    let id = panel.customer.id;
    match error {
        MemberDecisionError::Desk(error) => refusal(desk, error),
        MemberDecisionError::Update(UpdateError::ConditionFailed { .. }) => {
            // It changed after the page was loaded.
            let panel = Panel::load(app, desk, id, Some(&panel.queue)).await?.ok_or_else(Problem::not_found)?;
            stale(app, desk, &panel, entered).await
        }
        MemberDecisionError::Update(UpdateError::Invalid(violations)) => {
            Ok(again(app, desk, &panel, &entered, &violations.0))
        }
        MemberDecisionError::Update(UpdateError::Conflict(conflict)) => {
            let content = html! {
                p { (conflict.to_string()) "." }
                p { a.button href=(panel.at(desk, "")) { (say("back-to-customer")) } }
            };
            Ok(pages::message(desk, StatusCode::CONFLICT, &say("conflict-title"), &content))
        }
        MemberDecisionError::Update(error) => Err(error.into()),
    }
}

/// After a decision: what was done, and the way to the next case.
fn after(desk: &Desk, panel: &Panel, what: &str) -> Response {
    let content = html! {
        p.done role="status" { (say(&format!("after-{what}"))) }
        form method="post" action={ (desk.base()) "/next?" (panel.queue) } {
            button.primary type="submit" data-key="n" { (say("next")) " " kbd { "n" } }
        }
        p {
            a href={ (desk.base()) "/queue?" (panel.queue) } data-key="u" { (say("back-to-queue")) }
            " · " a href=(panel.at(desk, "")) { (say("back-to-customer")) }
        }
    };
    pages::message(desk, StatusCode::OK, &visible(&name(&panel.customer)), &content)
}
