//! The last step: everything at one glance, consent, and submission.

use std::collections::HashMap;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Environment;
use dossier_core::form::sheet::{Sheet, Shown};
use dossier_core::form::{Kind, Trouble, short_hash};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::use_cases::submit_form::{Agreement, submit_form};
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};

use super::company::links;
use super::cookies::{keep_entered, set_cookie};
use super::files::Files;
use super::form::{leaves, store_draft};
use super::language::{AddressOrder, Talk};
use super::layout::{CSP, Surroundings};
use super::messages::page as answer;
use super::note::element_id;
use super::order::arrange;
use super::posted::fields_of;
use super::reveal::{TICKED, prompt};
use super::sentences::sentence;
use super::steps::{Step, steps};
use super::visit::Visit;
use super::wording::{label, name_of};
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;

/// Names the text of the consent; change it whenever `consent-*` or `company-*` change in any language.
const CONSENT_VERSION: &str = "2026-11-3";

/// The boxes of the declaration: the id of each, and what is said when it is not ticked.
const BOXES: [(&str, &str); 2] = [("truth", "truth-missing"), ("agree", "consent-missing")];
/// In the query of the page, why a submission was not taken: which boxes are not ticked, or that the record is not the
/// one that was shown.
const MISSING: &str = "missing";
const CHANGED: &str = "changed";

/// What the visitor declares, with a box of its own, and what it agrees to, sentence by sentence.
struct Declared {
    truth: String,
    consent: Vec<String>,
    agree: String,
}

impl Declared {
    fn new(around: &Surroundings) -> Self {
        let legal = around.company().and_then(|company| company.legal_name.clone());
        let consent = match legal {
            Some(legal) => vec![around.talk.say_with("company-legal", &[("legal", legal.into())])],
            None => Vec::new(),
        };
        let said = ["consent-use", "consent-share"].map(|key| around.say(key));
        Self {
            truth: around.say("consent-true"),
            consent: consent.into_iter().chain(said).collect(),
            agree: around.say("consent-agree"),
        }
    }

    /// All of it as it is kept, with the addresses of what the links lead to.
    fn text(&self, around: &Surroundings) -> String {
        let links = around.company().into_iter().flat_map(|company| {
            let links = [("company-privacy", &company.privacy_url), ("company-terms", &company.terms_url)];
            links.into_iter().filter_map(|(key, url)| Some(format!("{}: {}", around.say(key), url.as_ref()?)))
        });
        let sentences = std::iter::once(&self.truth).chain(&self.consent).cloned();
        let lines: Vec<String> = sentences.chain(links).chain([self.agree.clone()]).collect();
        lines.join("\n")
    }
}

/// `GET /form/{session}/review`
///
/// # Errors
///
/// The store's.
pub async fn page(
    State(app): State<App>,
    visit: Visit,
    said: Query<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let visit = store_draft(&app, visit).await?;
    let sheet = visit.sheet(&app);
    let files = Files::of(&app, &visit, &sheet).await?;
    let (around, talk) = (&visit.around, &visit.around.talk);
    let all = Step::all(&sheet);
    let complete = sheet.troubles.is_empty();
    let named: Vec<_> = said.get(MISSING).iter().flat_map(|ids| ids.split(',')).collect();
    let missing: Vec<_> = BOXES.into_iter().filter(|(id, _)| complete && named.contains(id)).collect();
    let content = html! {
        @if !missing.is_empty() {
            div.summary role="alert" tabindex="-1" autofocus aria-labelledby="summary-title" {
                h2 #summary-title { (talk.say_with("errors", &[("count", missing.len().into())])) }
                ul { @for (id, key) in &missing { li { a href={ "#" (id) } { (talk.say(key)) } } } }
            }
        }
        @if said.contains_key(CHANGED) { p.notice role="alert" { (talk.say("review-changed")) } }
        (prompt(&visit, &sheet, "review", said.get("reveal").map(String::as_str)))
        @if !complete {
            div.summary.todo role="group" aria-labelledby="left-title" {
                h2 #left-title { (talk.say_with("review-left", &[("count", sheet.troubles.len().into())])) }
                ul {
                    @for step in &all {
                        @for trouble in step.troubles(&sheet) {
                            li {
                                a href=(remedy(around, step, trouble)) {
                                    @if matches!(step, Step::Person(_)) { bdi { (step.title(&sheet, around)) } ": " }
                                    (sentence(&sheet, talk, trouble))
                                }
                            }
                        }
                    }
                }
            }
        }
        @for step in all.iter().filter(|step| **step != Step::People) {
            (answers(&visit, &sheet, &files, step))
        }
        @if complete {
            (declaration(&visit, &missing))
        } @else {
            div.actions {
                @if let Some((step, trouble)) = first_trouble(&all, &sheet) {
                    a.button.primary href=(remedy(around, step, trouble)) { (talk.say("overview-go")) }
                }
                (leaves(around))
            }
        }
    };
    let not_agreed = !missing.is_empty();
    let steps = steps(&sheet, around, "review", false);
    let mut response =
        answer(StatusCode::OK, around.with_steps(&talk.say("step-review"), not_agreed, &steps, &content));
    if let Some(origin) = onward(&visit).and_then(|uri| Some(url::Url::parse(uri).ok()?.origin().ascii_serialization()))
    {
        // Browsers hold the redirect that answers a form to `form-action` as well.
        let csp = CSP.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
        if let Ok(csp) = HeaderValue::try_from(csp) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
        }
    }
    Ok(response)
}

/// Where something is put right that is missing or wrong; from there the visitor comes back.
fn remedy(around: &Surroundings, step: &Step, trouble: &Trouble) -> String {
    format!("{}/{}?check&back=review#{}", around.base, step.path(), element_id(&trouble.place))
}

/// What is missing or wrong first, in the order of the steps.
fn first_trouble<'a>(all: &'a [Step], sheet: &'a Sheet<'_>) -> Option<(&'a Step, &'a Trouble)> {
    all.iter().find_map(|step| Some((step, step.troubles(sheet).next()?)))
}

/// The two boxes, and the button that submits. Of those of which one is missing, the other stays ticked.
fn declaration(visit: &Visit, missing: &[(&str, &str)]) -> Markup {
    let (around, talk) = (&visit.around, &visit.around.talk);
    let declared = Declared::new(around);
    let tick = |id: &str, label: &str| {
        let error = missing.iter().find(|(known, _)| *known == id).map(|(_, key)| talk.say(key));
        let wrong = error.is_some();
        let is_ticked = !missing.is_empty() && !wrong && visit.entered.contains_key(id);
        html! {
            div.field {
                @if let Some(error) = error { p id={ "e-" (id) } .error { (error) } }
                label.agree {
                    input id=(id) type="checkbox" name=(id) value=(TICKED) checked[is_ticked]
                        aria-invalid=[wrong.then_some("true")]
                        aria-describedby=[wrong.then(|| format!("e-{id}"))];
                    span { (label) }
                }
            }
        }
    };
    html! {
        form #main-form method="post" novalidate {
            h2 { (talk.say("truth-title")) }
            (tick("truth", &declared.truth))
            h2 { (talk.say("consent-title")) }
            @for sentence in &declared.consent { p { (sentence) } }
            (links(around))
            (tick("agree", &declared.agree))
            input type="hidden" name="reviewed" value=(visit.customer.version);
            input type="hidden" name="consent" value=(short_hash(&declared.text(around)));
            div.actions {
                button.primary type="submit" { (talk.say("submit")) }
                button.quiet.exit type="submit" formaction={ (around.base) "/leave" } { (talk.say("save-and-exit")) }
            }
        }
    }
}

/// What was given in one step; of a person, in a fold.
fn answers(visit: &Visit, sheet: &Sheet<'_>, files: &Files, step: &Step) -> Markup {
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
    let change = html! {
        a.change href={ (around.base) "/" (step.path()) "?back=review" } {
            (talk.say("change")) span.sr { ": " (title) }
        }
    };
    let list = html! {
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
                @let given = sheet.given(requirement);
                @if !given.is_empty() {
                    div { dt { (label(sheet, talk, requirement)) } dd { (files.list(around, &given)) } }
                }
            }
        }
    };
    html! {
        @if let Step::Person(id) = step {
            details.answers {
                summary { h2 { bdi { (title) } } (role(sheet, talk, id)) }
                (change)
                (list)
            }
        } @else {
            section.answers { div.head { h2 { bdi { (title) } } (change) } (list) }
        }
    }
}

/// What a person is to the business, as far as this device may see it.
fn role(sheet: &Sheet<'_>, talk: &Talk, id: &str) -> Markup {
    let shown = |name: &str| match sheet.shown(&format!("/associated_persons/{id}/{name}")) {
        Shown::Text(text) => Some(text),
        Shown::Hidden(_) | Shown::Empty => None,
    };
    let share = shown("ownership_percentage").map(|share| talk.say_with("review-share", &[("share", share.into())]));
    let control = shown("has_control").filter(|answer| answer == "yes").map(|_| talk.say("review-control"));
    html! { small { (share.into_iter().chain(control).collect::<Vec<_>>().join(" · ")) } }
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
    let fields = fields_of(&body)?;
    let text = Declared::new(&visit.around).text(&visit.around);
    // Shown in another language, or by an older version: it is shown again.
    if fields.get("consent").is_none_or(|shown| *shown != short_hash(&text)) {
        return Ok(again(&app, &visit, CHANGED, &[]));
    }
    let (ticked, missing): (Vec<_>, Vec<_>) =
        BOXES.into_iter().map(|(id, _)| id).partition(|id| fields.get(*id).is_some_and(|ticked| ticked == TICKED));
    if !missing.is_empty() {
        return Ok(again(&app, &visit, &format!("{MISSING}={}", missing.join(",")), &ticked));
    }
    let agreement = Agreement {
        version: CONSENT_VERSION,
        language: visit.around.talk.language.code(),
        text: &text,
        reviewed: fields.get("reviewed").and_then(|version| version.parse().ok()).unwrap_or_default(),
    };
    match submit_form(&app.services, &visit.visitor, agreement).await {
        Ok(()) => {
            // The pass has ended; the link has the page that says so, however often it is loaded.
            let own = visit.customer.kyc.session.as_ref().and_then(|session| session.link.rsplit('/').next());
            let own = format!("/kyc/{}", own.unwrap_or_default());
            let mut response = Redirect::to(onward(&visit).unwrap_or(&own)).into_response();
            let cookie = set_cookie(&app.public_url, visit.visitor.session, "", 0);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(UpdateError::ConditionFailed { .. } | UpdateError::Invalid(_)) => Ok(again(&app, &visit, CHANGED, &[])),
        Err(error) => visit.refused(error),
    }
}

/// Back to the review, which says why nothing was submitted, with the boxes as they were ticked.
fn again(app: &App, visit: &Visit, why: &str, ticked: &[&str]) -> Response {
    let ticked: Vec<_> = ticked.iter().map(|id| (*id, TICKED)).collect();
    let mut response = Redirect::to(&format!("{}/review?{why}", visit.around.base)).into_response();
    let cookie = keep_entered(&app.public_url, visit.visitor.session, &ticked);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
