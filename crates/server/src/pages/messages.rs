//! Pages that only say something.

use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::customer::Customer;
use dossier_core::kyc::State as Stands;
use dossier_core::use_cases::session::Landing;
use http::StatusCode;
use maud::{Markup, html};

use super::language::Talk;
use super::layout::Surroundings;
use crate::http::limiter::Limited;

/// A page that only says something: what happened, and how to go on.
pub(super) fn message(talk: &Talk, status: StatusCode, key: &str) -> Response {
    let surroundings = Surroundings::of_nobody(*talk);
    let content = html! { p { (talk.say(&format!("{key}-text"))) } };
    page(status, surroundings.plain(&talk.say(&format!("{key}-title")), &content))
}

/// More than a session may write, or an address may guess.
pub(super) fn too_fast(talk: &Talk, limited: Limited) -> Response {
    let mut response = message(talk, StatusCode::TOO_MANY_REQUESTS, "too-fast");
    limited.tell(response.headers_mut());
    response
}

pub(super) fn page(status: StatusCode, content: Markup) -> Response {
    (status, Html(content.into_string())).into_response()
}

/// What there is to say when the form is not open. What was decided is said, however old the link.
pub(super) fn closed(around: &Surroundings, landing: &Landing) -> Response {
    let (Landing::Open(customer) | Landing::Expired(customer) | Landing::Replaced(customer)) = landing;
    let (status, key) = match (landing, customer.kyc.state) {
        (Landing::Expired(_), state) if state.takes_input() => (StatusCode::GONE, "expired"),
        (Landing::Replaced(_), state) if state.takes_input() => (StatusCode::GONE, "replaced"),
        (_, Stands::NotStarted | Stands::InProgress | Stands::ResubmissionRequired) => (StatusCode::GONE, "expired"),
        (_, Stands::Submitted) => (StatusCode::OK, "submitted"),
        (_, Stands::Approved) => (StatusCode::OK, "approved"),
        (_, Stands::Rejected) => (StatusCode::OK, "rejected"),
        (_, Stands::Offboarded) => (StatusCode::OK, "offboarded"),
    };
    let comment = customer.kyc.comment.as_deref().filter(|_| customer.kyc.state == Stands::Rejected);
    let content = html! {
        p { (around.say(&format!("{key}-text"))) }
        @if let Some(comment) = comment { blockquote dir="auto" { (comment) } }
        (reference(around, customer))
        (way_back(around, customer))
    };
    page(status, around.plain(&around.say(&format!("{key}-title")), &content))
}

/// What the visitor tells support, so that the right record is found.
fn reference(around: &Surroundings, customer: &Customer) -> Markup {
    let reference = customer.id.reference();
    html! {
        p.reference {
            strong { (around.talk.say_with("reference", &[("reference", reference.into())])) }
            br;
            (around.say("reference-use"))
        }
    }
}

/// The way on, out of here.
fn way_back(around: &Surroundings, customer: &Customer) -> Markup {
    let back = customer.kyc.session.as_ref().and_then(|session| session.redirect_uri.as_deref());
    html! {
        @match back {
            Some(uri) => p { a.button href=(uri) rel="noreferrer" { (around.say("go-back")) } },
            None => p { (around.say("questions")) },
        }
    }
}
