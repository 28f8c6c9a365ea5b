//! Pages that only say something.

use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::account::Account;
use dossier_core::customer::Customer;
use dossier_core::kyc::State as Stands;
use dossier_core::use_cases::session::Landing;
use http::StatusCode;
use maud::{Markup, html};

use super::language::Talk;
use super::layout::Surroundings;
use super::link_form::link_form;
use crate::http::limiter::Limited;

/// A page that only says something: what happened, and how to go on.
pub(super) fn message(talk: &Talk, status: StatusCode, key: &str) -> Response {
    message_with(talk, status, key, &html! {})
}

/// The same with more below it.
pub(super) fn message_with(talk: &Talk, status: StatusCode, key: &str, more: &Markup) -> Response {
    let surroundings = Surroundings::of_nobody(*talk);
    let content = html! { p { (talk.say(&format!("{key}-text"))) } (more) };
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
        @if key == "submitted" && let Some(takes) = around.review_takes() { p { (takes) } }
        (reference(around, customer))
        (ways_out(around, redirect_uri(customer)))
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

/// The page of a visitor who has left: the pass has ended, and the link leads back in.
pub(super) fn left(around: &Surroundings, customer: &Customer) -> Response {
    let content = html! {
        p { (around.say("left-text")) }
        p { (around.say("left-why")) }
        details.come-back {
            summary.button { (around.say("left-again")) }
            (link_form(&around.talk, None))
        }
        (ways_out(around, redirect_uri(customer)))
    };
    page(StatusCode::OK, around.plain(&around.say("left-title"), &content))
}

/// The ways out of here: back to the company's own pages, and to its support.
fn ways_out(around: &Surroundings, back: Option<&str>) -> Markup {
    let support = around.account().and_then(Account::support_url);
    html! {
        @if let Some(uri) = back { p { a.button href=(uri) rel="noreferrer" { (around.say("go-back")) } } }
        @if let Some(uri) = support { p { a href=(uri) rel="noreferrer" { (around.say("support")) } } }
        @if back.is_none() && support.is_none() { p { (around.say("questions")) } }
    }
}

fn redirect_uri(customer: &Customer) -> Option<&str> {
    customer.kyc.session.as_ref()?.redirect_uri.as_deref()
}

#[cfg(test)]
mod tests {
    use dossier_core::clock::Timestamp;
    use dossier_core::ids::AccountId;
    use http::HeaderMap;

    use super::*;
    use crate::pages::language::Language;

    #[test]
    fn a_closed_page_leads_back_to_the_company_or_to_its_support() {
        let talk = Talk::new(Language::English, &HeaderMap::new());
        let asked = "Questions? Contact Harbour";
        for (back, support, shown, not_shown) in [
            (None, None, vec![asked], vec!["<a "]),
            (Some("https://a.example/done"), None, vec!["https://a.example/done"], vec![asked, "Get help"]),
            (None, Some("mailto:help@a.example"), vec!["mailto:help@a.example", "Get help from Harbour"], vec![asked]),
            (
                Some("https://a.example/done"),
                Some("https://a.example/help"),
                vec!["https://a.example/done", "https://a.example/help"],
                vec![asked],
            ),
        ] {
            let mut account = Account {
                account_id: AccountId::from_bytes([7; 16]),
                name: "Harbour".to_owned(),
                created_at: Timestamp::from_micros(0),
                look: dossier_core::account::Look::default(),
            };
            account.look.company.support_url = support.map(ToOwned::to_owned);
            let page = ways_out(&Surroundings::new(talk, Some(account), None), back).into_string();
            assert!(shown.iter().all(|text| page.contains(text)), "{page}");
            assert!(!not_shown.iter().any(|text| page.contains(text)), "{page}");
        }
    }
}
