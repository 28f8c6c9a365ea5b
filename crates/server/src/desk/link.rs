//! One-time links. A GET uses nothing up and says nothing about the link, because programs that preview links send one
//! too, and so would a person who finds the link in a log.

use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::sign_in::{self, Proof};
use http::request::Parts;
use http::{StatusCode, header};
use maud::html;

use super::enter::{enter, failed};
use super::pages::outside;
use super::text::say;
use crate::http::problem::Problem;
use crate::http::state::App;

/// The path of the page at which a link is used.
pub const PATH: &str = "/desk/link/";

/// `GET /desk/link/{token}`
pub async fn page() -> Response {
    let content = html! {
        p { (say("link-text")) }
        form method="post" { button.primary type="submit" { (say("link-use")) } }
        p.hint { (say("link-hint")) }
    };
    outside(StatusCode::OK, &say("link-title"), &content)
}

/// `POST /desk/link/{token}`: uses the link up, signs its member in, and offers to add a passkey.
pub async fn use_up(State(app): State<App>, Path(token): Path<String>, parts: Parts) -> Result<Response, Problem> {
    let entered = match sign_in::link(&app.services, &token).await {
        Ok((member, link)) => enter(&app, &parts, &member, Proof::Link(link.id)).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(cookie) => {
            let headers = AppendHeaders([(header::SET_COOKIE, cookie)]);
            Ok((headers, Redirect::to("/desk/passkeys?new=1")).into_response())
        }
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(_) => {
            failed(&app, &parts, None, "link: used already, expired, replaced or unknown").await?;
            let content = html! {
                p { (say("link-ended-text")) }
                p { a.button href="/desk/sign-in" { (say("sign-in-title")) } }
            };
            Ok(outside(StatusCode::GONE, &say("link-ended-title"), &content))
        }
    }
}
