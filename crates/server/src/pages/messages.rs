//! Pages with a message and no form.

use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::account::Account;
use dossier_core::customer::Customer;
use dossier_core::kyc::State as KycState;
use dossier_core::use_cases::session::Landing;
use http::StatusCode;
use maud::{Markup, html};

use super::language::Localization;
use super::layout::PageContext;
use super::link_form::link_form;
use crate::http::limiter::Limited;

/// A page that says what happened and what to do next.
pub(super) fn message(l10n: &Localization, status: StatusCode, key: &str) -> Response {
    message_with(l10n, status, key, &html! {})
}

/// The same page, with more content below the message.
pub(super) fn message_with(l10n: &Localization, status: StatusCode, key: &str, more: &Markup) -> Response {
    let surroundings = PageContext::without_account(*l10n);
    let content = html! { p { (l10n.say(&format!("{key}-text"))) } (more) };
    respond(status, surroundings.plain(&l10n.say(&format!("{key}-title")), &content))
}

/// The page for a session that writes too often, or an address that guesses too often.
pub(super) fn too_fast(l10n: &Localization, limited: Limited) -> Response {
    let mut response = message(l10n, StatusCode::TOO_MANY_REQUESTS, "too-fast");
    limited.tell(response.headers_mut());
    response
}

pub(super) fn respond(status: StatusCode, content: Markup) -> Response {
    (status, Html(content.into_string())).into_response()
}

/// The page of a form that is not open. It tells the decision even if the link is old.
pub(super) fn closed(page: &PageContext, landing: &Landing) -> Response {
    let (Landing::Open(customer) | Landing::Expired(customer) | Landing::Replaced(customer)) = landing;
    let (status, key) = match (landing, customer.kyc.state) {
        (Landing::Expired(_), state) if state.takes_input() => (StatusCode::GONE, "expired"),
        (Landing::Replaced(_), state) if state.takes_input() => (StatusCode::GONE, "replaced"),
        (_, KycState::NotStarted | KycState::InProgress | KycState::ResubmissionRequired) => {
            (StatusCode::GONE, "expired")
        }
        (_, KycState::Abandoned) => (StatusCode::GONE, "abandoned"),
        (_, KycState::Submitted) => (StatusCode::OK, "submitted"),
        (_, KycState::Approved) => (StatusCode::OK, "approved"),
        (_, KycState::Rejected) => (StatusCode::OK, "rejected"),
        (_, KycState::Offboarded) => (StatusCode::OK, "offboarded"),
    };
    let comment = customer.kyc.comment.as_deref().filter(|_| customer.kyc.state == KycState::Rejected);
    let content = html! {
        p { (page.say(&format!("{key}-text"))) }
        @if let Some(comment) = comment { blockquote dir="auto" { (comment) } }
        @if key == "submitted" && let Some(takes) = page.review_takes() { p { (takes) } }
        (reference(page, customer))
        (ways_out(page, redirect_uri(customer)))
    };
    respond(status, page.plain(&page.say(&format!("{key}-title")), &content))
}

/// The reference by which support finds the record.
fn reference(page: &PageContext, customer: &Customer) -> Markup {
    let reference = customer.id.reference();
    html! {
        p.reference {
            strong { (page.l10n.say_with("reference", &[("reference", reference.into())])) }
            br;
            (page.say("reference-use"))
        }
    }
}

/// The page after leaving. The pass has ended, and the link opens the form again.
pub(super) fn left(page: &PageContext, customer: &Customer) -> Response {
    let content = html! {
        p { (page.say("left-text")) }
        p { (page.say("left-why")) }
        details.come-back {
            summary.button { (page.say("left-again")) }
            (link_form(&page.l10n, None))
        }
        (ways_out(page, redirect_uri(customer)))
    };
    respond(StatusCode::OK, page.plain(&page.say("left-title"), &content))
}

/// Links to the company's own pages and to its support.
fn ways_out(page: &PageContext, back: Option<&str>) -> Markup {
    let support = page.account().and_then(Account::support_url);
    html! {
        @if let Some(uri) = back { p { a.button href=(uri) rel="noreferrer" { (page.say("go-back")) } } }
        @if let Some(uri) = support { p { a href=(uri) rel="noreferrer" { (page.say("support")) } } }
        @if back.is_none() && support.is_none() { p { (page.say("questions")) } }
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
        let l10n = Localization::new(Language::English, &HeaderMap::new());
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
                form: dossier_core::account::FormSettings::default(),
                closed_at: None,
            };
            account.form.company.support_url = support.map(ToOwned::to_owned);
            let page = ways_out(&PageContext::new(l10n, Some(account), None), back).into_string();
            assert!(shown.iter().all(|text| page.contains(text)), "{page}");
            assert!(!not_shown.iter().any(|text| page.contains(text)), "{page}");
        }
    }
}
