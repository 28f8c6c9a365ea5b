//! The last step: everything at one glance, consent, and submission.

use std::collections::HashMap;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Environment;
use dossier_core::form::sheet::{Sheet, Shown};
use dossier_core::form::{Kind, short_hash};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::use_cases::submit_form::{Agreement, submit as hand_in};
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};

use super::cookies::set_cookie;
use super::fields::element_id;
use super::form::refused;
use super::language::AddressOrder;
use super::layout::CSP;
use super::messages::page as answer;
use super::order::arrange;
use super::steps::{Step, steps};
use super::visit::Visit;
use super::wording::{label, name_of, subject_of, wrong};
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;

/// Names the text of the consent; change it whenever `consent-*` changes in any language.
const CONSENT_VERSION: &str = "2026-11-1";

/// What the visitor agrees to, sentence by sentence.
fn consent(visit: &Visit) -> Vec<String> {
    ["consent-true", "consent-use", "consent-share"].map(|key| visit.around.say(key)).into()
}

/// `GET /form/{session}/review`
pub async fn page(State(app): State<App>, visit: Visit) -> Response {
    show(&app, &visit, None)
}

/// Why a submission was not taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// The box was not ticked.
    NotAgreed,
    /// The record is not the one that was shown.
    Changed,
}

fn show(app: &App, visit: &Visit, refused: Option<Refused>) -> Response {
    let sheet = visit.sheet(app);
    let (around, talk) = (&visit.around, &visit.around.talk);
    let all = Step::all(&sheet);
    let complete = sheet.troubles.is_empty();
    let not_agreed = refused == Some(Refused::NotAgreed);
    let content = html! {
        @if not_agreed {
            div.summary role="alert" tabindex="-1" autofocus aria-labelledby="summary-title" {
                h2 #summary-title { (talk.say_with("errors", &[("count", 1.into())])) }
                ul { li { a href="#agree" { (talk.say("consent-missing")) } } }
            }
        }
        @if refused == Some(Refused::Changed) { p.notice role="alert" { (talk.say("review-changed")) } }
        @if !complete {
            div.summary role="group" aria-labelledby="left-title" {
                h2 #left-title { (talk.say_with("review-left", &[("count", sheet.troubles.len().into())])) }
                ul {
                    @for step in &all {
                        @for trouble in step.troubles(&sheet) {
                            li {
                                a href={ (around.base) "/" (step.path()) "?check#" (element_id(&trouble.place)) } {
                                    bdi { (step.title(&sheet, around)) } ": " (subject_of(&sheet, talk, trouble))
                                }
                                " " (wrong(talk, trouble.wrong))
                            }
                        }
                    }
                }
            }
        }
        @for step in all.iter().filter(|step| **step != Step::People) { (answers(visit, &sheet, step)) }
        @if complete {
            form #main-form method="post" novalidate {
                h2 { (talk.say("consent-title")) }
                @for sentence in consent(visit) { p { (sentence) } }
                div.field {
                    label.agree {
                        input #agree type="checkbox" name="agree" value="yes"
                            aria-invalid=[not_agreed.then_some("true")]
                            aria-describedby=[not_agreed.then_some("e-agree")];
                        span { (talk.say("consent-agree")) }
                    }
                    @if not_agreed { p #e-agree .error { (talk.say("consent-missing")) } }
                }
                input type="hidden" name="reviewed" value=(visit.customer.version);
                input type="hidden" name="consent" value=(short_hash(&consent(visit).join("\n")));
                div.actions { button.primary type="submit" { (talk.say("submit")) } }
            }
        }
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let steps = steps(&sheet, around, "review", false);
    let mut response = answer(status, around.with_steps(&talk.say("step-review"), not_agreed, &steps, &content));
    if let Some(origin) = onward(visit).and_then(|uri| Some(url::Url::parse(uri).ok()?.origin().ascii_serialization()))
    {
        // Browsers hold the redirect that answers a form to `form-action` as well.
        let csp = CSP.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
        if let Ok(csp) = HeaderValue::try_from(csp) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
        }
    }
    response
}

/// What was given in one step.
fn answers(visit: &Visit, sheet: &Sheet<'_>, step: &Step) -> Markup {
    let (around, talk) = (&visit.around, &visit.around.talk);
    let title = step.title(sheet, around);
    let mut inputs = match step {
        Step::Person(id) => sheet.inputs_of_person(id),
        _ => Vec::new(),
    };
    let of_requirement = |requirement: &Requirement| {
        let mut inputs = sheet.inputs(requirement);
        arrange(sheet, talk, &mut inputs, AddressOrder::written);
        inputs
    };
    for input in step.requirements(sheet).flat_map(of_requirement) {
        if !inputs.iter().any(|known| known.place == input.place) {
            inputs.push(input);
        }
    }
    let said = |kind: &Kind, text: String| match kind {
        Kind::Date => talk.date(&text).into_owned(),
        Kind::Country => talk.language.country(&text).map_or_else(|| text.clone(), |name| format!("{name} ({text})")),
        Kind::YesNo => talk.say(&text),
        Kind::Choice(_) => talk.say(&format!("choice-{text}")),
        Kind::Text(_) => text,
    };
    html! {
        section.answers {
            h2 { bdi { (title) } " \
                " a.change href={ (around.base) "/" (step.path()) } { (talk.say("change")) span.sr { ": " (title) } } }
            dl {
                @for input in &inputs {
                    @let value = match sheet.shown(&input.place) {
                        Shown::Empty => None,
                        Shown::Text(text) => Some(said(&input.kind, text)),
                        Shown::Hidden(mask) => Some(talk.say_with("review-kept", &[("mask", mask.into())])),
                    };
                    @if let Some(value) = value {
                        div { dt { (name_of(sheet, talk, &input.place)) } dd dir="auto" { (value) } }
                    }
                }
                @for requirement in step.requirements(sheet).filter(|requirement| requirement.document.is_some()) {
                    @let given = sheet.given(requirement).len();
                    @if given > 0 {
                        div {
                            dt { (label(sheet, talk, requirement)) }
                            dd { (talk.say_with("review-files", &[("count", given.into())])) }
                        }
                    }
                }
            }
        }
    }
}

/// Where the visitor is sent without being asked: in production only to hosts that the account named.
fn onward(visit: &Visit) -> Option<&str> {
    let uri = visit.customer.kyc.session.as_ref()?.redirect_uri.as_deref()?;
    let url = url::Url::parse(uri).ok()?;
    let known = match visit.visitor.scope().environment {
        Environment::Sandbox => true,
        Environment::Production => {
            let hosts = visit.around.account().map(|account| account.look.redirect_hosts.as_slice());
            url.scheme() == "https"
                && hosts.is_some_and(|hosts| hosts.iter().any(|host| Some(host.as_str()) == url.host_str()))
        }
    };
    known.then_some(uri)
}

/// `POST /form/{session}/review`: submits, and sends the visitor home.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn submit(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::FORM).await?;
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().take(16).collect();
    let text = consent(&visit).join("\n");
    // Shown in another language, or by an older version: it is shown again.
    if fields.get("consent").is_none_or(|shown| *shown != short_hash(&text)) {
        return Ok(show(&app, &visit, Some(Refused::Changed)));
    }
    if fields.get("agree").is_none_or(|agree| agree != "yes") {
        return Ok(show(&app, &visit, Some(Refused::NotAgreed)));
    }
    let agreement = Agreement {
        version: CONSENT_VERSION,
        language: visit.around.talk.language.code(),
        text: &text,
        reviewed: fields.get("reviewed").and_then(|version| version.parse().ok()).unwrap_or_default(),
    };
    match hand_in(&app.services, &visit.visitor, agreement).await {
        Ok(()) => {
            // The pass has ended; the link has the page that says so, however often it is loaded.
            let own = visit.customer.kyc.session.as_ref().and_then(|session| session.link.rsplit('/').next());
            let own = format!("/kyc/{}", own.unwrap_or_default());
            let mut response = Redirect::to(onward(&visit).unwrap_or(&own)).into_response();
            let cookie = set_cookie(&app.public_url, visit.visitor.session, "", 0);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(UpdateError::ConditionFailed { .. } | UpdateError::Invalid(_)) => {
            let customer = app.services.store.customer(visit.visitor.scope(), visit.visitor.customer).await?;
            let visit = match customer {
                Some(customer) => visit.after(customer),
                None => visit,
            };
            Ok(show(&app, &visit, Some(Refused::Changed)))
        }
        Err(error) => refused(&visit, error),
    }
}
