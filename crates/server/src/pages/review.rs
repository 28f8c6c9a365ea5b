//! The last step: a summary of all answers, the consent, and the submission.

use std::collections::HashMap;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Environment;
use dossier_core::form::sheet::{FieldView, Sheet};
use dossier_core::form::{Issue, Kind, short_hash};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::use_cases::submit_form::{Agreement, submit_form};
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};

use super::company::links;
use super::cookies::{keep_entered, set_cookie};
use super::files::Files;
use super::form::{exit_button, store_draft};
use super::language::{AddressOrder, Localization};
use super::layout::{CSP, PageContext};
use super::messages::respond;
use super::note::element_id;
use super::order::{arrange, issues_of};
use super::posted::fields_of;
use super::reveal::{TICKED, prompt};
use super::sentences::sentence;
use super::steps::{Step, steps};
use super::visit::Visit;
use super::wording::{label, name_of};
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;

/// The version of the consent. Change it whenever `consent-*` or `company-*` change in any language.
const CONSENT_VERSION: &str = "2026-11-3";

/// The boxes of the declaration: the id of each, and the message if it is not ticked.
const BOXES: [(&str, &str); 2] = [("truth", "truth-missing"), ("agree", "consent-missing")];
/// Why a submission was refused, in the query of the page: boxes that are not ticked, or a record that has changed
/// since it was shown.
const MISSING: &str = "missing";
const CHANGED: &str = "changed";

/// What the visitor declares and agrees to. Each has a separate box.
struct Declaration {
    truth: String,
    consent: Vec<String>,
    agree: String,
}

impl Declaration {
    fn new(page: &PageContext) -> Self {
        let legal = page.company().and_then(|company| company.legal_name.clone());
        let consent = match legal {
            Some(legal) => vec![page.l10n.say_with("company-legal", &[("legal", legal.into())])],
            None => Vec::new(),
        };
        let said = ["consent-use", "consent-share"].map(|key| page.say(key));
        Self {
            truth: page.say("consent-true"),
            consent: consent.into_iter().chain(said).collect(),
            agree: page.say("consent-agree"),
        }
    }

    /// The whole text as it is stored, with the URLs of its links.
    fn text(&self, page: &PageContext) -> String {
        let links = page.company().into_iter().flat_map(|company| {
            let links = [("company-privacy", &company.privacy_url), ("company-terms", &company.terms_url)];
            links.into_iter().filter_map(|(key, url)| Some(format!("{}: {}", page.say(key), url.as_ref()?)))
        });
        let sentences = std::iter::once(&self.truth).chain(&self.consent).cloned();
        let lines: Vec<String> = sentences.chain(links).chain([self.agree.clone()]).collect();
        lines.join("\n")
    }
}

/// `GET /form/{session}/review`
pub async fn page(
    State(app): State<App>,
    visit: Visit,
    query: Query<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let visit = store_draft(&app, visit).await?;
    let sheet = visit.sheet(&app);
    let files = Files::of(&app, &visit, &sheet).await?;
    let (page, l10n) = (&visit.page, &visit.page.l10n);
    let all = Step::all(&sheet);
    let complete = sheet.issues.is_empty();
    let named: Vec<_> = query.get(MISSING).iter().flat_map(|ids| ids.split(',')).collect();
    let missing: Vec<_> = BOXES.into_iter().filter(|(id, _)| complete && named.contains(id)).collect();
    let content = html! {
        @if !missing.is_empty() {
            div.summary role="alert" tabindex="-1" autofocus aria-labelledby="summary-title" {
                h2 #summary-title { (l10n.say_with("errors", &[("count", missing.len().into())])) }
                ul { @for (id, key) in &missing { li { a href={ "#" (id) } { (l10n.say(key)) } } } }
            }
        }
        @if query.contains_key(CHANGED) { p.notice role="alert" { (l10n.say("review-changed")) } }
        (prompt(&visit, &sheet, "review", query.get("reveal").map(String::as_str)))
        @if !complete {
            div.summary.todo role="group" aria-labelledby="left-title" {
                h2 #left-title { (l10n.say_with("review-left", &[("count", sheet.issues.len().into())])) }
                ul {
                    @for step in &all {
                        @for issue in issues_of(&sheet, l10n, step) {
                            li {
                                a href=(link_to(page, step, issue)) {
                                    @if matches!(step, Step::Person(_)) { bdi { (step.title(&sheet, page)) } ": " }
                                    (sentence(&sheet, l10n, issue))
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
                @if let Some((step, issue)) = first_issue(&all, &sheet, l10n) {
                    a.button.primary href=(link_to(page, step, issue)) { (l10n.say("overview-go")) }
                }
                (exit_button(page))
            }
        }
    };
    let not_agreed = !missing.is_empty();
    let steps = steps(&sheet, page, "review", false);
    let mut response = respond(StatusCode::OK, page.with_steps(&l10n.say("step-review"), not_agreed, &steps, &content));
    if let Some(origin) =
        redirect_target(&visit).and_then(|uri| Some(url::Url::parse(uri).ok()?.origin().ascii_serialization()))
    {
        // Browsers apply `form-action` to the redirect after a form too.
        let csp = CSP.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
        if let Ok(csp) = HeaderValue::try_from(csp) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
        }
    }
    Ok(response)
}

/// The field where an issue can be fixed. From its page the visitor returns to the review.
fn link_to(page: &PageContext, step: &Step, issue: &Issue) -> String {
    format!("{}/{}?check&back=review#{}", page.base, step.path(), element_id(&issue.place))
}

/// The first issue, in the order of the steps.
fn first_issue<'a>(all: &'a [Step], sheet: &'a Sheet<'_>, l10n: &Localization) -> Option<(&'a Step, &'a Issue)> {
    all.iter().find_map(|step| Some((step, *issues_of(sheet, l10n, step).first()?)))
}

/// The two boxes and the submit button. If only one box was ticked, it stays ticked.
fn declaration(visit: &Visit, missing: &[(&str, &str)]) -> Markup {
    let (page, l10n) = (&visit.page, &visit.page.l10n);
    let declared = Declaration::new(page);
    let tick = |id: &str, label: &str| {
        let error = missing.iter().find(|(known, _)| *known == id).map(|(_, key)| l10n.say(key));
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
            h2 { (l10n.say("truth-title")) }
            (tick("truth", &declared.truth))
            h2 { (l10n.say("consent-title")) }
            @for sentence in &declared.consent { p { (sentence) } }
            (links(page))
            (tick("agree", &declared.agree))
            input type="hidden" name="reviewed" value=(visit.customer.version);
            input type="hidden" name="consent" value=(short_hash(&declared.text(page)));
            div.actions {
                button.primary type="submit" { (l10n.say("submit")) }
                button.quiet.exit type="submit" formaction={ (page.base) "/leave" } { (l10n.say("save-and-exit")) }
            }
        }
    }
}

/// The answers of one step. Those of a person are folded.
fn answers(visit: &Visit, sheet: &Sheet<'_>, files: &Files, step: &Step) -> Markup {
    let (page, l10n) = (&visit.page, &visit.page.l10n);
    let title = step.title(sheet, page);
    let mut inputs = match step {
        Step::Person(id) => sheet.inputs_of_person(id),
        _ => Vec::new(),
    };
    let of_requirement = |requirement: &Requirement| {
        let mut inputs = sheet.inputs(requirement);
        arrange(sheet, l10n, &mut inputs, AddressOrder::written);
        inputs
    };
    for input in step.requirements(sheet).flat_map(of_requirement) {
        if !inputs.iter().any(|known| known.place == input.place) {
            inputs.push(input);
        }
    }
    let said = |kind: &Kind, text: String| match kind {
        Kind::Date => l10n.date(&text).into_owned(),
        Kind::Country => l10n.language.country(&text).map_or_else(|| text.clone(), |name| format!("{name} ({text})")),
        Kind::YesNo => l10n.say(&text),
        Kind::Choice(_) => l10n.say(&format!("choice-{text}")),
        Kind::Text(_) => text,
    };
    let change = html! {
        a.change href={ (page.base) "/" (step.path()) "?back=review" } {
            (l10n.say("change")) span.sr { ": " (title) }
        }
    };
    let list = html! {
        dl {
            @for input in &inputs {
                @let value = match sheet.shown(&input.place) {
                    FieldView::Empty => None,
                    FieldView::Text(text) => Some(said(&input.kind, text)),
                    FieldView::Masked(mask) => Some(l10n.say_with("review-kept", &[("mask", mask.into())])),
                };
                @if let Some(value) = value {
                    div { dt { (name_of(sheet, l10n, &input.place)) } dd dir="auto" { (value) } }
                }
            }
            @for requirement in step.requirements(sheet).filter(|requirement| requirement.document.is_some()) {
                @let given = sheet.given(requirement);
                @if !given.is_empty() {
                    div { dt { (label(sheet, l10n, requirement)) } dd { (files.list(page, &given)) } }
                }
            }
        }
    };
    html! {
        @if let Step::Person(id) = step {
            details.answers {
                summary { h2 { bdi { (title) } } (role(sheet, l10n, id)) }
                (change)
                (list)
            }
        } @else {
            section.answers { div.head { h2 { bdi { (title) } } (change) } (list) }
        }
    }
}

/// The role of a person in the business, as far as this device may see it.
fn role(sheet: &Sheet<'_>, l10n: &Localization, id: &str) -> Markup {
    let shown = |name: &str| match sheet.shown(&format!("/associated_persons/{id}/{name}")) {
        FieldView::Text(text) => Some(text),
        FieldView::Masked(_) | FieldView::Empty => None,
    };
    let share = shown("ownership_percentage").map(|share| l10n.say_with("review-share", &[("share", share.into())]));
    let control = shown("has_control").filter(|answer| answer == "yes").map(|_| l10n.say("review-control"));
    html! { small { (share.into_iter().chain(control).collect::<Vec<_>>().join(" · ")) } }
}

/// Where the visitor is redirected after the submission. In production, only hosts that the account allows.
fn redirect_target(visit: &Visit) -> Option<&str> {
    let uri = visit.customer.kyc.session.as_ref()?.redirect_uri.as_deref()?;
    let url = url::Url::parse(uri).ok()?;
    let known = match visit.visitor.scope().environment {
        Environment::Sandbox => true,
        Environment::Production => {
            let hosts = visit.page.account().map(|account| account.form.redirect_hosts.as_slice());
            url.scheme() == "https"
                && hosts.is_some_and(|hosts| hosts.iter().any(|host| Some(host.as_str()) == url.host_str()))
        }
    };
    known.then_some(uri)
}

/// `POST /form/{session}/review`: submits, and redirects the visitor to the company.
pub async fn submit(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::FORM).await?;
    let fields = fields_of(&body)?;
    let text = Declaration::new(&visit.page).text(&visit.page);
    // The text was shown in another language or by an older version, so it is shown again.
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
        language: visit.page.l10n.language.code(),
        text: &text,
        reviewed: fields.get("reviewed").and_then(|version| version.parse().ok()).unwrap_or_default(),
    };
    match submit_form(&app.services, &visit.visitor, agreement).await {
        Ok(()) => {
            // The pass has ended. The link shows the closing page, however often it is loaded.
            let own = visit.customer.kyc.session.as_ref().and_then(|session| session.link.rsplit('/').next());
            let own = format!("/kyc/{}", own.unwrap_or_default());
            let mut response = Redirect::to(redirect_target(&visit).unwrap_or(&own)).into_response();
            let cookie = set_cookie(&app.form_url, visit.visitor.session, "", 0);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(UpdateError::ConditionFailed { .. } | UpdateError::Invalid(_)) => Ok(again(&app, &visit, CHANGED, &[])),
        Err(error) => visit.refused(error),
    }
}

/// Redirects to the review, which says why nothing was submitted and keeps the ticked boxes.
fn again(app: &App, visit: &Visit, why: &str, ticked: &[&str]) -> Response {
    let ticked: Vec<_> = ticked.iter().map(|id| (*id, TICKED)).collect();
    let mut response = Redirect::to(&format!("{}/review?{why}", visit.page.base)).into_response();
    let cookie = keep_entered(&app.form_url, visit.visitor.session, &ticked);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
