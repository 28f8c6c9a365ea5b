//! One member, for the admins of the account: name, address and roles, a new link, sessions, and removal.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::desk::Member;
use dossier_core::ids::{MemberId, SignInId};
use dossier_core::use_cases::members::{self, DeskError, MemberInput};
use dossier_core::use_cases::sign_in;
use http::StatusCode;
use maud::html;

use super::fields::Fields;
use super::member_form::Entered;
use super::members::{roles, with_link};
use super::pages;
use super::seat::{Admin, SignedIn, refusal};
use super::sessions;
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /desk/members/{id}`
pub async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    Admin(signed_in): Admin,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    shown(&app, &signed_in, &member, &Entered::from(&member)).await
}

async fn find(app: &App, signed_in: &SignedIn, id: &str) -> Result<Member, Problem> {
    let id = MemberId::parse(id).ok_or_else(Problem::not_found)?;
    app.services.store.member(signed_in.member.account, id).await?.ok_or_else(Problem::not_found)
}

async fn shown(app: &App, signed_in: &SignedIn, member: &Member, entered: &Entered) -> Result<Response, Problem> {
    let base = format!("/desk/members/{}", member.id);
    let mut own = sign_in::sign_ins(&app.services, member).await?;
    own.reverse();
    let current = Some(signed_in.sign_in.id);
    let content = html! {
        form method="post" action=(base) {
            (entered.fields())
            p { button.primary type="submit" { (say("member-save")) } }
        }
        section aria-labelledby="link-title" {
            h2 #link-title { (say("member-link-title")) }
            p { (say("member-link-text")) }
            form method="post" action={ (base) "/link" } { button type="submit" { (say("member-link")) } }
        }
        section aria-labelledby="sessions-title" {
            h2 #sessions-title { (say("sessions-title")) }
            @if own.is_empty() {
                p.empty { (say("sessions-none")) }
            } @else {
                (sessions::list(&own, current, &format!("{base}/sessions")))
                form method="post" action={ (base) "/sessions/end" } {
                    button type="submit" { (say("sessions-end-all")) }
                }
            }
        }
        section aria-labelledby="remove-title" {
            h2 #remove-title { (say("member-remove-title")) }
            p { (say("member-remove-text")) }
            p { a.button.danger href={ (base) "/remove" } { (say("member-remove")) } }
        }
        p { a href="/desk/members" { (say("back-to-members")) } }
    };
    let mut response = pages::page(signed_in, member.details.name.as_str(), "narrow", &content);
    if !entered.violations.0.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /desk/members/{id}`: name, address and roles.
pub async fn set(
    State(app): State<App>,
    Path(id): Path<String>,
    Admin(signed_in): Admin,
    fields: Fields,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    let mut entered = Entered::read(&fields);
    let (name, email, roles) = (entered.name.clone(), entered.email.clone(), entered.roles.clone());
    let input = MemberInput { name: Some(name), email: Some(email), roles: Some(roles) };
    match members::set(&app.services, &signed_in.caller, member.account, member.id, &input).await {
        Ok(_) => Ok(Redirect::to("/desk/members").into_response()),
        Err(DeskError::Invalid(violations)) => {
            entered.violations = violations;
            shown(&app, &signed_in, &member, &entered).await
        }
        Err(error) => refusal(&signed_in, error),
    }
}

/// `POST /desk/members/{id}/link`: a new one-time link.
pub async fn link(
    State(app): State<App>,
    Path(id): Path<String>,
    Admin(signed_in): Admin,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    match members::link(&app.services, &signed_in.caller, member.account, member.id).await {
        Ok(token) => Ok(with_link(&app, &signed_in, &member, &token)),
        Err(error) => refusal(&signed_in, error),
    }
}

/// `POST /desk/members/{id}/sessions/end`: all of them, and links that were not used.
pub async fn end_sessions(
    State(app): State<App>,
    Path(id): Path<String>,
    Admin(signed_in): Admin,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    let all = sign_in::sign_ins(&app.services, &member).await?;
    ended(&app, &signed_in, &member, all.iter().map(|one| one.id).collect()).await
}

/// `POST /desk/members/{id}/sessions/{session}/end`
pub async fn end_session(
    State(app): State<App>,
    Path((id, session)): Path<(String, String)>,
    Admin(signed_in): Admin,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    let session = SignInId::parse(&session).ok_or_else(Problem::not_found)?;
    ended(&app, &signed_in, &member, vec![session]).await
}

async fn ended(app: &App, signed_in: &SignedIn, member: &Member, ids: Vec<SignInId>) -> Result<Response, Problem> {
    match sign_in::end(&app.services, &signed_in.caller, member, ids).await {
        // One that is not there has ended.
        Ok(()) | Err(DeskError::NotFound) => Ok(Redirect::to(&format!("/desk/members/{}", member.id)).into_response()),
        Err(error) => refusal(signed_in, error),
    }
}

/// `GET /desk/members/{id}/remove`: asks whether it is meant.
pub async fn ask_removal(
    State(app): State<App>,
    Path(id): Path<String>,
    Admin(signed_in): Admin,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    let name = member.details.name.as_str();
    let content = html! {
        p { bdi { (member.details.email) } " · " (roles(&member)) }
        p { (say("member-remove-text")) }
        form method="post" { button.danger type="submit" { (say("member-remove")) } }
        p { a href={ "/desk/members/" (member.id) } { (say("member-keep")) } }
    };
    Ok(pages::message(&signed_in, StatusCode::OK, &say_with("member-remove-ask", &[("name", name.into())]), &content))
}

/// `POST /desk/members/{id}/remove`
pub async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    Admin(signed_in): Admin,
) -> Result<Response, Problem> {
    let member = find(&app, &signed_in, &id).await?;
    match members::remove(&app.services, &signed_in.caller, member.account, member.id).await {
        Ok(()) => Ok(Redirect::to("/desk/members").into_response()),
        Err(error) => refusal(&signed_in, error),
    }
}

/// `GET` where a link was shown or a session was ended: the page of the member.
pub async fn back(Path(id): Path<String>, _: Admin) -> Response {
    let id = MemberId::parse(&id).map_or_else(String::new, |id| format!("/{id}"));
    Redirect::to(&format!("/desk/members{id}")).into_response()
}
