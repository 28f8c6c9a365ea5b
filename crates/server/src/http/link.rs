//! The page behind `kyc_flow_link`: who asks, what is still missing, and by when. Looking changes nothing, for programs
//! that preview links look as well. No link is a dead end.

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use dossier_core::account::Account;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, CustomerType};
use dossier_core::kyc::State as Stands;
use dossier_core::kyc::requirements::{Requirement, Status};
use dossier_core::kyc::session::{self, Landing};
use http::{HeaderName, StatusCode, Uri, header};
use maud::{DOCTYPE, Markup, html};

use super::App;
use super::problem::Problem;

const CSP: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The token is in the URL: no other site is told, nothing keeps a copy, no robot comes back.
const PRIVATE: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

/// `GET /kyc/{token}`
///
/// # Errors
///
/// The store's only: an unknown link has a page as well.
pub async fn page(State(app): State<App>, uri: Uri) -> Result<Response, Problem> {
    let text = uri.path().rsplit('/').next().unwrap_or_default();
    let found = match session::token(text) {
        Some(token) => session::follow(&app.services, &token).await?,
        None => None,
    };
    let Some((scope, landing)) = found else { return Ok(unknown()) };
    let accounts = app.services.store.accounts().await?;
    let account = accounts.iter().find(|account| account.account_id == scope.account);
    let asks = account.map_or("The company", asking_name);
    let now = app.services.now(scope);
    let (status, content) = match &landing {
        Landing::Open(customer) => {
            (StatusCode::OK, standing(asks, customer, &app.services.policy.rules.of(customer, now)))
        }
        Landing::Expired(customer) if customer.kyc.state.takes_input() => (StatusCode::GONE, expired(asks, customer)),
        Landing::Replaced(customer) if customer.kyc.state.takes_input() => (StatusCode::GONE, replaced(asks, customer)),
        // What was decided is what there is to say, however old the link.
        Landing::Expired(customer) | Landing::Replaced(customer) => (StatusCode::OK, standing(asks, customer, &[])),
    };
    Ok((status, PRIVATE, Html(content.into_string())).into_response())
}

fn asking_name(account: &Account) -> &str {
    if account.name == "default" { "The company" } else { &account.name }
}

fn document(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                link rel="stylesheet" href="/docs/page.css";
                link rel="icon" href="data:,";
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

fn day(moment: Timestamp) -> String {
    moment.to_string()[..10].to_owned()
}

/// The way on, out of here.
fn way_back(asks: &str, customer: &Customer) -> Markup {
    let back = customer.kyc.session.as_ref().and_then(|session| session.redirect_uri.as_deref());
    html! {
        @match back {
            Some(uri) => p { a href=(uri) rel="noreferrer" { "Go back to " (asks) } },
            None => p { "Questions? Write to " (asks) ", who sent you this link." },
        }
    }
}

fn standing(asks: &str, customer: &Customer, requirements: &[Requirement]) -> Markup {
    let subject = match customer.profile.kind() {
        CustomerType::Individual => "your identity",
        CustomerType::Corporate => "your business",
    };
    let comment = customer.kyc.comment.as_deref();
    match customer.kyc.state {
        Stands::InProgress | Stands::ResubmissionRequired | Stands::NotStarted => {
            let again = customer.kyc.state == Stands::ResubmissionRequired;
            let title = format!("{asks} asks you to verify {subject}");
            let open: Vec<_> = requirements.iter().filter(|one| one.is_open()).collect();
            let done = requirements.len() - open.len();
            let until = customer.kyc.session.as_ref().map(|session| day(session.expires_at));
            document(
                &title,
                &html! {
                    @if again { p { strong { "Something has to be given again." } } }
                    @if let Some(comment) = comment { blockquote { (comment) } }
                    @if let Some(until) = until { p { "This link is good until " time datetime=(until) { (until) } " (UTC)." } }
                    h2 { "Still missing" }
                    p { (done) " of " (requirements.len()) " are done." }
                    ul {
                        @for one in &open {
                            li {
                                (one.label)
                                @if let Some(person) = place_of_person(one) { " (person " (person) ")" }
                                @if one.status == Status::Error { ": " strong { (one.error.unwrap_or("is to be corrected")) } }
                                br; small { (one.because) }
                            }
                        }
                    }
                    h2 { "How to go on" }
                    p { "Give what is missing to " (asks) ", who passes it on to this page. It says at any time what is still missing." }
                    (way_back(asks, customer))
                },
            )
        }
        Stands::Submitted => document(
            "Thank you: everything is there",
            &html! {
                p { (asks) " is looking at it. There is nothing for you to do; you will hear from them." }
                (way_back(asks, customer))
            },
        ),
        Stands::Approved => document(
            "You are verified",
            &html! {
                p { (asks) " has verified " (subject) ". There is nothing more to do." }
                (way_back(asks, customer))
            },
        ),
        Stands::Rejected => document(
            "This could not be verified",
            &html! {
                p { (asks) " could not verify " (subject) "." }
                @if let Some(comment) = comment { blockquote { (comment) } }
                p { "If you think that this is a mistake, ask " (asks) ": they can begin again and send you a new link." }
                (way_back(asks, customer))
            },
        ),
        Stands::Offboarded => document(
            "There is nothing to do here",
            &html! {
                p { "Your relationship with " (asks) " has ended. If you think that this is a mistake, ask them." }
                (way_back(asks, customer))
            },
        ),
    }
}

fn place_of_person(requirement: &Requirement) -> Option<usize> {
    let rest = requirement.pointer.strip_prefix("/associated_persons/")?;
    rest.split('/').next()?.parse::<usize>().ok().map(|index| index + 1)
}

fn expired(asks: &str, customer: &Customer) -> Markup {
    document(
        "This link has expired",
        &html! {
            p { "Links are good for a few days, so that a lost one opens nothing. What was given so far is kept." }
            p { "To go on, ask " (asks) " for a new link." }
            (way_back(asks, customer))
        },
    )
}

fn replaced(asks: &str, customer: &Customer) -> Markup {
    document(
        "There is a newer link",
        &html! {
            p { (asks) " has sent you a newer link since; this one opens nothing any more. What was given so far is kept." }
            p { "To go on, use the newest link that you got, or ask " (asks) " for another." }
            (way_back(asks, customer))
        },
    )
}

fn unknown() -> Response {
    let content = document(
        "This link leads nowhere",
        &html! {
            p { "Perhaps it was cut off when it was copied: open it again from the message in which you got it." }
            p { "If that does not help, ask the company that sent it for a new link." }
        },
    );
    (StatusCode::NOT_FOUND, PRIVATE, Html(content.into_string())).into_response()
}
