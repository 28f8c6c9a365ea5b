//! Pages for lost visitors: those who opened the bare host, an incomplete link or an unknown address. They are offered
//! the form that this browser has entered already, or a field for the whole link.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::ids::SessionId;
use dossier_core::use_cases::session::token_in;
use http::request::Parts;
use http::{Method, StatusCode, Uri};
use maud::{Markup, html};

use super::finish::finish_page;
use super::language::{Localization, localization};
use super::layout::PageContext;
use super::link_form::link_form;
use super::messages::respond;
use super::visit::open_form;
use crate::http::accept::Wants;
use crate::http::body::{Expected, WholeBody};
use crate::http::context::RequestContext;
use crate::http::problem::{Problem, ProblemCode};
use crate::http::state::App;

/// The largest body with a pasted link, in bytes. People paste more than the link.
const MAX_PASTED: usize = 16 * 1_024;

/// The address at which a visitor got lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The bare host.
    Start,
    /// An incomplete link.
    CutOff,
    /// Any other address.
    Elsewhere,
}

impl Lost {
    fn at(path: &str) -> Self {
        match path.split('/').nth(1).unwrap_or_default() {
            "" => Self::Start,
            "kyc" | "form" => Self::CutOff,
            _ => Self::Elsewhere,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Start => "home",
            Self::CutOff => "unknown-link",
            Self::Elsewhere => "not-found",
        }
    }
}

/// `GET /`: for people who did not follow a link.
///
/// # Errors
///
/// 404 for a program that asks for something other than a page.
pub async fn start(State(app): State<App>, parts: Parts) -> Result<Response, Problem> {
    if Wants::of(&parts.headers) == Wants::Data {
        let text =
            "The API is at /v0. The document at /openapi.json describes it, and /docs/reference shows it to people.";
        return Err(Problem::new(ProblemCode::NotFound, text));
    }
    let page = lost_page(&app, &parts, Lost::Start).await;
    Ok(finish_page(&app.form_url, &parts.headers, &parts.uri, page).await)
}

/// `POST /`: redirects to a pasted link.
pub async fn follow_pasted(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected { most: MAX_PASTED, ..Expected::FORM }).await?;
    let pasted = form_urlencoded::parse(&body).find(|(name, _)| name == "link").map(|(_, text)| text.into_owned());
    let pasted = pasted.unwrap_or_default();
    let response = match token_in(&pasted) {
        Some(token) => Redirect::to(&format!("/kyc/{}", *token)).into_response(),
        None => {
            let l10n = localization(&parts.headers, &parts.uri);
            let content = html! { p { (l10n.say("home-text")) } (link_form(&l10n, Some(&pasted))) };
            let page = PageContext::without_account(l10n).plain(&l10n.say("home-title"), &content);
            respond(StatusCode::UNPROCESSABLE_ENTITY, page)
        }
    };
    Ok(finish_page(&app.form_url, &parts.headers, &parts.uri, response).await)
}

/// `GET` of an unknown path: a page for a browser, `None` for a program. A link with extra characters at the end
/// redirects to the link itself.
pub async fn elsewhere(app: &App, parts: &Parts) -> Option<Response> {
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    if !is_read || Wants::of(&parts.headers) != Wants::Page {
        return None;
    }
    let response = match repaired(&parts.uri) {
        Some(link) => link,
        None => lost_page(app, parts, Lost::at(parts.uri.path())).await,
    };
    Some(finish_page(&app.form_url, &parts.headers, &parts.uri, response).await)
}

/// Redirects a link with a full stop, a slash or more at the end, as messages add them, to the link itself.
pub(super) fn repaired(uri: &Uri) -> Option<Response> {
    let written = uri.path().strip_prefix("/kyc/")?;
    let token = token_in(written).filter(|token| token.as_str() != written)?;
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    Some(Redirect::to(&format!("/kyc/{}{query}", *token)).into_response())
}

/// The page of a lost visitor.
pub(super) async fn lost_page(app: &App, parts: &Parts, lost: Lost) -> Response {
    let l10n = localization(&parts.headers, &parts.uri);
    let open = open_form(app, &parts.headers, RequestContext::of(parts)).await;
    let status = if lost == Lost::Start { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let content = content(&l10n, lost, open);
    respond(status, PageContext::without_account(l10n).plain(&l10n.say(&format!("{}-title", lost.key())), &content))
}

fn content(l10n: &Localization, lost: Lost, open: Option<SessionId>) -> Markup {
    html! {
        p { (l10n.say(&format!("{}-text", lost.key()))) }
        @if let Some(session) = open {
            p { a.button.primary href={ "/form/" (session) } { (l10n.say("home-resume")) } }
        }
        (link_form(l10n, None))
        @if lost != Lost::CutOff {
            p.developers { a href="/docs" lang="en" hreflang="en" { "Documentation" } }
        }
    }
}
