//! The sessions of a member: listed and ended.

use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use dossier_core::clock::Timestamp;
use dossier_core::desk::{SignIn, SignInKind};
use dossier_core::ids::SignInId;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::sign_in;
use http::{HeaderName, HeaderValue, header};
use maud::{Markup, html};

use super::device;
use super::enter::without_session;
use super::pages;
use super::seat::{SignedIn, refusal};
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::readable::moment;

/// `GET /desk/sessions`
pub async fn page(State(app): State<App>, signed_in: SignedIn) -> Result<Response, Problem> {
    let mut own = sign_in::sign_ins(&app.services, &signed_in.member).await?;
    own.reverse();
    let has_others = own.iter().any(|one| one.id != signed_in.sign_in.id);
    let content = html! {
        p { (say("sessions-text")) }
        (list(&own, Some(signed_in.sign_in.id), "/desk/sessions"))
        @if has_others {
            form method="post" action="/desk/sessions/end-others" {
                button type="submit" { (say("sessions-end-others")) }
            }
        }
    };
    Ok(pages::page(&signed_in, &say("sessions-title"), "narrow", &content))
}

/// Sessions and links that can still be used, with buttons that end them. `base` is the path of the buttons.
pub fn list(sign_ins: &[SignIn], current: Option<SignInId>, base: &str) -> Markup {
    html! {
        ul.cards {
            @for one in sign_ins {
                li.card {
                    h2 { (title(one)) @if current == Some(one.id) { " " span.tag { (say("session-this")) } } }
                    p.hint {
                        (say_with("session-began", &[("time", time(one.details.created_at).into())]))
                        @if let Some(used) = one.used_at {
                            " · " (say_with("last-used", &[("time", time(used).into())]))
                        }
                        " · " (say_with("session-ends", &[("time", time(one.expires_at).into())]))
                    }
                    @if current != Some(one.id) {
                        form method="post" action={ (base) "/" (one.id) "/end" } {
                            button type="submit" { (say("session-end")) span.sr { " " (title(one)) } }
                        }
                    }
                }
            }
        }
    }
}

fn title(one: &SignIn) -> String {
    match one.details.kind {
        SignInKind::Link => say("session-link"),
        SignInKind::Session => {
            let device = device::name(&one.details.device).unwrap_or_else(|| say("session-unknown"));
            say_with(&format!("session-by-{}", one.details.method), &[("device", device.into())])
        }
    }
}

/// A moment as pages show it.
#[must_use]
pub fn time(at: Timestamp) -> String {
    moment(&at.to_string()).unwrap_or_default()
}

/// `POST /desk/sessions/{id}/end`
pub async fn end(State(app): State<App>, Path(id): Path<String>, signed_in: SignedIn) -> Result<Response, Problem> {
    let id = SignInId::parse(&id).ok_or_else(Problem::not_found)?;
    ended(&app, &signed_in, vec![id]).await
}

/// `POST /desk/sessions/end-others`: all of the member's but the one that sends this.
pub async fn end_others(State(app): State<App>, signed_in: SignedIn) -> Result<Response, Problem> {
    let own = sign_in::sign_ins(&app.services, &signed_in.member).await?;
    ended(&app, &signed_in, own.iter().map(|one| one.id).filter(|id| *id != signed_in.sign_in.id).collect()).await
}

async fn ended(app: &App, signed_in: &SignedIn, ids: Vec<SignInId>) -> Result<Response, Problem> {
    match sign_in::end(&app.services, &signed_in.caller, &signed_in.member, ids).await {
        // One that is not there has ended.
        Ok(()) | Err(DeskError::NotFound) => Ok(Redirect::to("/desk/sessions").into_response()),
        Err(error) => refusal(signed_in, error),
    }
}

/// `POST /desk/sign-out`: ends the session, and has the browser forget its pages.
pub async fn sign_out(State(app): State<App>, signed_in: Result<SignedIn, Response>) -> Result<Response, Problem> {
    if let Ok(SignedIn { member, sign_in, caller, .. }) = signed_in {
        match sign_in::end(&app.services, &caller, &member, vec![sign_in.id]).await {
            Ok(()) | Err(DeskError::NotFound) => {}
            Err(DeskError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(Problem::internal()),
        }
    }
    let forget = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    let headers = AppendHeaders([(header::SET_COOKIE, without_session(&app)), forget]);
    Ok((headers, Redirect::to("/desk/sign-in")).into_response())
}
