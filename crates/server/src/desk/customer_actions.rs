//! What the page of a customer can do: take the case, judge a claim, note something, look at a number or a file.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use dossier_core::desk::VerdictWord;
use dossier_core::desk::worksheet::MAX_NOTE;
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::review_case;
use dossier_core::use_cases::worksheet;
use dossier_core::violation::Violations;
use http::StatusCode;
use maud::html;

use super::claims::{self, Claims};
use super::customer::note_form;
use super::fields::Fields;
use super::filter::Filter;
use super::focus::{CustomerPath, customer_id};
use super::pages;
use super::queue::visible;
use super::seat::{Desk, refusal};
use super::text::{say, say_with};
use crate::http::context::RequestContext;
use crate::http::files::show_content;
use crate::http::problem::Problem;
use crate::http::state::App;

/// `POST …/take`: takes the case, or takes it over with a reason.
pub async fn take(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<Response, Problem> {
    let Some(id) = customer_id(&path) else { return Err(Problem::not_found()) };
    let reason = Some(fields.get("reason").trim()).filter(|reason| !reason.is_empty());
    match worksheet::take(&app.services, &desk.seat, id, reason).await {
        Ok(_) => {
            done(&app, &desk, id, &format!("?{}", Filter::read(query.as_deref().unwrap_or_default()).query())).await
        }
        Err(error) => refusal(&desk, error),
    }
}

/// `POST …/give-back`: ends the hold, and returns to the queue.
pub async fn give_back(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let Some(id) = customer_id(&path) else { return Err(Problem::not_found()) };
    match worksheet::release(&app.services, &desk.seat, id).await {
        Ok(()) => {
            app.queues.forget(desk.scope()).await;
            let query = Filter::read(query.as_deref().unwrap_or_default()).query();
            Ok(Redirect::to(&format!("{}/queue?{query}", desk.base())).into_response())
        }
        Err(error) => refusal(&desk, error),
    }
}

/// `POST …/renew`: the page is still open.
pub async fn renew(State(app): State<App>, desk: Desk, path: CustomerPath) -> Result<Response, Problem> {
    let Some(id) = customer_id(&path) else { return Err(Problem::not_found()) };
    match worksheet::renew(&app.services, &desk.seat, id).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => refusal(&desk, error),
    }
}

/// `POST …/verdicts`. A script gets the claim with its new verdict; a form returns to it. If the answer changed after
/// the member saw it, a script gets the claim with the new one, and a form a page that says so.
pub async fn verdict(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<Response, Problem> {
    let Some(id) = customer_id(&path) else { return Err(Problem::not_found()) };
    let queue = Filter::read(query.as_deref().unwrap_or_default()).query();
    let (requirement, verdict) = (fields.get("requirement"), fields.get("verdict"));
    let word = VerdictWord::parse(verdict);
    if word.is_none() && !verdict.is_empty() {
        return Err(Problem::not_found());
    }
    // A form without a version has seen nothing.
    let seen = fields.get("version").parse().unwrap_or(0);
    let given = worksheet::give_verdict(&app.services, &desk.seat, id, requirement, word, seen).await;
    let (is_script, is_new) = (desk.signed_in.is_script, matches!(given, Err(DeskError::AnswerChanged)));
    let case = match given {
        Ok(_) if !is_script => {
            return done(&app, &desk, id, &format!("?{queue}#{}", claims::anchor(requirement))).await;
        }
        Ok(worksheet) => review_case::again(&app.services, &desk.seat, id, worksheet).await,
        Err(_) if is_new && !is_script => return Ok(answer_changed(&desk, id, requirement, &queue)),
        Err(_) if is_new => review_case::open(&app.services, &desk.seat, Some(id)).await,
        Err(error) => return refusal(&desk, error),
    };
    let case = match case {
        Ok(case) => case,
        Err(error) => return refusal(&desk, error),
    };
    let before = review_case::values_before(&app.services, &desk.seat, &case.customer).await?;
    let claims = Claims { desk: &desk, case: &case, before: &before, queue: &queue };
    let piece = Html(claims.piece(requirement, is_new).into_string());
    let status = if is_new { StatusCode::PRECONDITION_FAILED } else { StatusCode::OK };
    Ok((status, piece).into_response())
}

/// The page that leads to the new answer, for those without scripts.
fn answer_changed(desk: &Desk, id: CustomerId, requirement: &str, queue: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("claim", requirement).finish();
    let anchor = claims::anchor(requirement);
    let content = html! {
        p { (say("answer-changed-text")) }
        p {
            a.button href={ (desk.base()) "/customers/" (id) "?" (query) "&" (queue) "#" (anchor) } {
                (say("answer-changed-look"))
            }
        }
    };
    pages::message(desk, StatusCode::PRECONDITION_FAILED, &say("answer-changed-title"), &content)
}

/// `POST …/notes`: adds an internal note.
pub async fn add_note(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
    fields: Fields,
) -> Result<Response, Problem> {
    let Some(id) = customer_id(&path) else { return Err(Problem::not_found()) };
    let (queue, text) = (Filter::read(query.as_deref().unwrap_or_default()).query(), fields.get("text"));
    match worksheet::add_note(&app.services, &desk.seat, id, text).await {
        Ok(_) => done(&app, &desk, id, &format!("?{queue}#notes")).await,
        Err(DeskError::Invalid(violations)) => Ok(note_refused(&desk, id, &queue, text, &violations)),
        Err(error) => refusal(&desk, error),
    }
}

/// The page that says what is wrong with a note, and keeps what was typed.
fn note_refused(desk: &Desk, id: CustomerId, queue: &str, text: &str, violations: &Violations) -> Response {
    let content = html! {
        div role="alert" {
            @for one in &violations.0 { p { (say_with(&format!("note-{}", one.code), &[("most", MAX_NOTE.into())])) } }
        }
        (note_form(desk, id, queue, text))
        p { a.button href={ (desk.base()) "/customers/" (id) "?" (queue) } { (say("back-to-customer")) } }
    };
    pages::message(desk, StatusCode::BAD_REQUEST, &say("note-refused-title"), &content)
}

/// `POST …/reveal`: a number in full. A script gets only the number.
pub async fn reveal(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    fields: Fields,
) -> Result<Response, Problem> {
    let id = customer_id(&path);
    let number = match review_case::reveal(&app.services, &desk.seat, id, fields.get("pointer")).await {
        Ok(number) => number,
        Err(error) => return refusal(&desk, error),
    };
    let shown = html! { span.number { (visible(&number)) } };
    if desk.signed_in.is_script {
        return Ok(Html(shown.into_string()).into_response());
    }
    let back = id.map_or_else(String::new, |id| format!("{}/customers/{id}", desk.base()));
    let content = html! { p { (shown) } p { a.button href=(back) { (say("back-to-customer")) } } };
    Ok(pages::message(&desk, StatusCode::OK, &say("number-title"), &content))
}

/// `POST …/link`: the link to the form, for a script to copy. It is never part of a page.
pub async fn link(State(app): State<App>, desk: Desk, path: CustomerPath) -> Result<Response, Problem> {
    if !desk.signed_in.is_script {
        let content = html! { p { (say("link-needs-script")) } };
        return Ok(pages::message(&desk, StatusCode::OK, &say("copy-link"), &content));
    }
    match review_case::copy_link(&app.services, &desk.seat, customer_id(&path)).await {
        Ok(link) => Ok(link.into_response()),
        Err(error) => refusal(&desk, error),
    }
}

/// `GET …/files/{file_id}`: the content of a file, which browsers show without running anything.
pub async fn file(
    State(app): State<App>,
    desk: Desk,
    Path((_, customer, file)): Path<(String, String, String)>,
    Extension(context): Extension<RequestContext>,
) -> Result<Response, Problem> {
    let (customer, file) = (CustomerId::parse(&customer), FileId::parse(&file));
    match review_case::file(&app.services, &desk.seat, customer, file).await {
        Ok(file) => show_content(&app, &desk.seat.caller, &context, &file).await,
        Err(error) => refusal(&desk, error),
    }
}

/// Back to the page of the customer, after something was stored.
pub(super) async fn done(app: &App, desk: &Desk, id: CustomerId, place: &str) -> Result<Response, Problem> {
    app.queues.forget(desk.scope()).await;
    Ok(Redirect::to(&format!("{}/customers/{id}{place}", desk.base())).into_response())
}
