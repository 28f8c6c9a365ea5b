//! The form, step by step. Scripts save a page while the visitor types; its buttons save it with or without scripts.

use std::collections::HashMap;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::form::edit::{Edit, PageEdit};
use dossier_core::form::sheet::Sheet;
use dossier_core::form::{IssueKind, attempt};
use dossier_core::ids::PersonId;
use dossier_core::kyc::State as KycState;
use dossier_core::use_cases::enter_form::end_pass;
use dossier_core::use_cases::save_form::save_edit;
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};

use super::changes::{changed, is_changed};
use super::cookies::{keep_entered, pass, set_cookie};
use super::documents::documents;
use super::error_filter::ErrorFilter;
use super::fields::StepFields;
use super::layout::PageContext;
use super::messages::{left, respond};
use super::note::{element_id, was};
use super::people::people;
use super::posted::{self, PostedPage};
use super::render_mode::{Failed, RenderMode};
use super::resubmission::reviewers_comment;
use super::reveal::prompt;
use super::sentences::sentence;
use super::steps::{Step, step_of, steps};
use super::upload::{DocumentsOutcome, apply_document_actions, failed_from_query, failed_to_query};
use super::visit::Visit;
use crate::http::problem::Problem;
use crate::http::state::App;

/// The query of a page, by name.
type PageQuery = Query<HashMap<String, String>>;

/// `GET /form/{session}`: what is done, and the next step.
pub async fn overview(State(app): State<App>, visit: Visit, query: PageQuery) -> Response {
    let sheet = visit.sheet(&app);
    let page = &visit.page;
    let next = Step::all(&sheet).into_iter().find(|step| step.issues(&sheet).next().is_some());
    let on = next.as_ref().map_or_else(|| "review".to_owned(), Step::path);
    let again = visit.customer.kyc.state == KycState::ResubmissionRequired;
    let content = html! {
        @if query.contains_key("saved") { p.notice role="status" { (page.say("exit-saved")) } }
        p { (page.say(if again { "overview-again" } else { "overview-text" })) }
        (prompt(&visit, &sheet, "overview", query.get("reveal").map(String::as_str)))
        @if let Some(comment) = visit.customer.kyc.comment.as_deref().filter(|_| again) {
            h2 { (page.say("comment")) }
            blockquote dir="auto" { (comment) }
            ul {
                @for step in Step::all(&sheet) {
                    @for issue in step.issues(&sheet).filter(|issue| matches!(issue.kind, IssueKind::Fault(_))) {
                        li {
                            a href={ (page.base) "/" (step.path()) } {
                                (sentence(&sheet, &page.l10n, issue))
                            }
                        }
                    }
                }
            }
        }
        div.actions {
            a.button.primary href={ (page.base) "/" (on) } {
                (page.l10n.say(if next.is_some() { "overview-go" } else { "overview-review" }))
            }
            form method="post" action={ (page.base) "/leave" } {
                button.quiet.exit type="submit" { (page.l10n.say("leave")) }
            }
        }
    };
    let steps = steps(&sheet, page, "", false);
    respond(StatusCode::OK, page.with_steps(&page.say("overview-title"), false, &steps, &content))
}

/// `GET /form/{session}/{step}`
///
/// # Errors
///
/// 404 for an unknown step.
pub async fn page(
    State(app): State<App>,
    visit: Visit,
    query: PageQuery,
    request: Request,
) -> Result<Response, Problem> {
    let sheet = visit.sheet(&app);
    let step = step_of(&request, &sheet)?;
    let mode = RenderMode {
        error_filter: ErrorFilter::from_query(query.get("check")),
        replaced: query.contains_key("replaced"),
        back: query.get("back").is_some_and(|back| back == "review"),
        completed: query.get("completed").cloned(),
        failed: query.get("failed").map_or_else(Failed::new, |failed| failed_from_query(failed)),
        is_full: query.contains_key("full"),
        ..RenderMode::default()
    };
    show(&app, &visit, &sheet, &step, mode).await
}

/// Renders a page of the form.
pub(super) async fn show(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    mode: RenderMode,
) -> Result<Response, Problem> {
    let page = &visit.page;
    let l10n = &page.l10n;
    let step_fields = StepFields::new(sheet, page, step, &mode.error_filter, &mode.saved);
    let url = format!("{}/{}", page.base, step.path());
    let documents = documents(app, visit, sheet, step, &mode).await?;
    let content = html! {
        (step_fields.summary(true))
        @if mode.replaced { p.notice role="status" { (l10n.say("replaced")) } }
        (reviewers_comment(sheet, page, step))
        @if *step == Step::People { (people(sheet, visit, &mode)) }
        @else {
            // Of the saves that wait for one in flight, only the last is sent: it contains everything that was typed.
            form #main-form method="post" action=(url) enctype="multipart/form-data" novalidate data-autosave
                hx-post=(url) hx-trigger="save" hx-sync="queue last" hx-encoding="application/x-www-form-urlencoded" {
                // The Enter key presses the first button.
                button.sr type="submit" tabindex="-1" aria-hidden="true" { (l10n.say("save-and-continue")) }
                // If the same page is sent twice, each of its files is stored once.
                input type="hidden" name="attempt" value=(attempt(app.services.random.as_ref()));
                (step_fields.fields(mode.back))
            }
            (documents)
            p #news .sr role="status" {}
            div.actions {
                button.primary type="submit" form="main-form" { (l10n.say("save-and-continue")) }
                button.quiet.exit type="submit" form="main-form" name="do" value="exit" { (l10n.say("save-and-exit")) }
            }
        }
        @if matches!(step, Step::Person(_)) {
            details.remove {
                summary { (l10n.say("person-remove")) }
                p { (l10n.say("person-remove-sure")) }
                form method="post" action={ (url) "/remove" } {
                    button.danger type="submit" { (l10n.say("person-remove-yes")) }
                }
            }
        }
    };
    let errors = step_fields.has_errors() || !mode.failed.is_empty();
    let steps = steps(sheet, page, &step.path(), false);
    Ok(respond(StatusCode::OK, page.with_steps(&step.title(sheet, page), errors, &steps, &content)))
}

/// The exit button of a page that has nothing to save.
pub(super) fn exit_button(page: &PageContext) -> Markup {
    html! {
        form method="post" action={ (page.base) "/leave" } {
            button.quiet.exit type="submit" { (page.l10n.say("save-and-exit")) }
        }
    }
}

/// The response to a script after a save: every piece of the page as it is now. The script replaces those that differ.
/// `was` contains the present values of the saved fields.
async fn pieces(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    mode: RenderMode,
    was: Markup,
) -> Result<Response, Problem> {
    let page = &visit.page;
    let step_fields = StepFields::new(sheet, page, step, &mode.error_filter, &mode.saved);
    let documents = documents(app, visit, sheet, step, &mode).await?;
    let pieces = html! {
        (page.title(&page.in_window(&step.title(sheet, page), step_fields.has_errors())))
        template hx type="partial" hx-target="#summary" hx-swap="outerHTML" { (step_fields.summary(false)) }
        template hx type="partial" hx-target="#fields" hx-swap="outerMorph" { (step_fields.fields(mode.back)) }
        template hx type="partial" hx-target="#documents" hx-swap="outerMorph" { (documents) }
        template hx type="partial" hx-target="#main h1" hx-swap="innerHTML" { (step.title(sheet, page)) }
        (steps(sheet, page, &step.path(), true))
        (was)
    };
    Ok(respond(StatusCode::OK, pieces))
}

/// `POST /form/{session}/{step}`: saves what changed on a page. A script gets the page's pieces. Without scripts, the
/// response redirects to the next page, or back to the errors.
pub async fn save(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (step, asked, is_settled) = {
        let sheet = visit.sheet(&app);
        (step_of(&request, &sheet)?, asked_ids(&sheet), sheet.is_settled)
    };
    let (parts, body) = request.into_parts();
    let before = Before { asked, is_settled };
    let posted = posted::read(&app, &visit, &parts, body).await?;
    let is_cut = posted.is_cut;
    let response = save_page(&app, visit, &step, &before, posted).await?;
    Ok(posted::ended(response, is_cut))
}

/// The form before a save.
struct Before {
    /// The ids of its requirements.
    asked: Vec<String>,
    /// Whether every valid value was in the profile.
    is_settled: bool,
}

/// Saves what a page sent, and returns what the visitor sees next.
async fn save_page(
    app: &App,
    visit: Visit,
    step: &Step,
    before: &Before,
    posted: PostedPage,
) -> Result<Response, Problem> {
    let PostedPage { fields, files, .. } = posted;
    let pressed = fields.get("do").map_or("", String::as_str);
    if *step == Step::People {
        return leave_people(app, visit, pressed).await;
    }
    let (typed, shown) = changed(&fields);
    let typing = typed.typing.clone();
    let is_news = !typed.is_empty() || !before.is_settled && typing.is_none();
    let (replaced, mut visit) = if is_news {
        match save_edit(&app.services, &visit.visitor, Edit::Fields(typed)).await {
            Ok(kept) => (kept.replaced, visit.after(kept.customer)),
            Err(error) => return visit.refused(error),
        }
    } else {
        (Vec::new(), visit)
    };
    let documents = match apply_document_actions(app, &mut visit, &fields, files).await {
        Ok(documents) => documents,
        Err(error) => return visit.refused(error),
    };
    let sheet = visit.sheet(app);
    let back = fields.contains_key("back");
    if !visit.is_script {
        let saved = SavedPage { sheet: &sheet, step, before: &before.asked, back, replaced: !replaced.is_empty() };
        let to = saved.onward(pressed, &documents);
        return Ok(Redirect::to(&format!("{}{to}", visit.page.base)).into_response());
    }
    let over = |place: &String| replaced.iter().find(|(known, _)| known == place).map(|(_, at)| *at);
    let changed = shown.iter().filter(|(place, text)| is_changed(&fields, place, text));
    let mode = RenderMode {
        error_filter: ErrorFilter::from_query(fields.get("check")).after(&before.asked, &sheet).while_typing(typing),
        saved: changed.map(|(place, _)| (place.clone(), over(place))).collect(),
        back,
        failed: documents.failed,
        ..RenderMode::default()
    };
    let was = html! {
        @for (place, text) in &shown {
            @let target = format!("#w-{}", element_id(place));
            template hx type="partial" hx-target=(target) hx-swap="outerHTML" { (was(place, text)) }
        }
    };
    pieces(app, &visit, &sheet, step, mode, was).await
}

/// A page that was saved without scripts.
struct SavedPage<'a> {
    sheet: &'a Sheet<'a>,
    step: &'a Step,
    /// The ids of the requirements before the save.
    before: &'a [String],
    /// The visitor came from the review.
    back: bool,
    /// The save replaced answers from another device.
    replaced: bool,
}

impl SavedPage<'_> {
    /// Where the visitor goes next, relative to the form.
    fn onward(&self, pressed: &str, documents: &DocumentsOutcome) -> String {
        let Self { sheet, step, .. } = self;
        let with = |path: String| if self.replaced { format!("{path}?replaced") } else { path };
        match (&documents.stays_at, pressed) {
            (Some(at), _) => return self.again(None, &documents.failed, at),
            _ if !documents.failed.is_empty() => {}
            (None, "exit") => return "?saved".to_owned(),
            (None, "back") => return with(step.path_back(sheet)),
            (None, _) => {}
        }
        let is_done = !step.is_in(sheet) || step.issues(sheet).next().is_none() && documents.failed.is_empty();
        match step {
            _ if is_done && self.back => with("/review".to_owned()),
            Step::Person(id) if is_done && sheet.persons().contains(id) => format!("/people?completed={id}"),
            Step::Person(id) if !sheet.persons().contains(id) => with("/people".to_owned()),
            _ if is_done => with(step.path_on(sheet)),
            _ => {
                // What this save made necessary does not count as missing yet.
                let error_filter = ErrorFilter::strict().after(self.before, sheet);
                let is_wrong = step.issues(sheet).any(|issue| error_filter.shows(sheet, issue));
                let at = match (is_wrong, documents.failed.is_empty()) {
                    (true, _) => "",
                    (false, true) => "needed",
                    (false, false) => "documents",
                };
                self.again(Some(&error_filter), &documents.failed, at)
            }
        }
    }

    /// The same page, with the errors to show in its query. What was typed is only in the record.
    fn again(&self, error_filter: Option<&ErrorFilter>, failed: &Failed, at: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(check) = error_filter.and_then(|error_filter| error_filter.check(self.sheet)) {
            query.append_pair("check", &check);
        }
        if self.back {
            query.append_pair("back", "review");
        }
        if self.replaced {
            query.append_pair("replaced", "");
        }
        if !failed.is_empty() {
            query.append_pair("failed", &failed_to_query(failed));
        }
        let (query, anchor) = (query.finish(), if at.is_empty() { String::new() } else { format!("#{at}") });
        format!("/{}{}{query}{anchor}", self.step.path(), if query.is_empty() { "" } else { "?" })
    }
}

/// Adds a person, or leaves the list. In both cases, persons that were added and left empty are removed.
async fn leave_people(app: &App, visit: Visit, pressed: &str) -> Result<Response, Problem> {
    let edit = if pressed == "add" { Edit::AddPerson } else { Edit::RemoveEmptyPersons };
    match save_edit(&app.services, &visit.visitor, edit).await {
        Ok(kept) => {
            let visit = visit.after(kept.customer);
            let sheet = visit.sheet(app);
            let to = match pressed {
                "add" => {
                    let newest = sheet.added_persons().pop().unwrap_or_default();
                    format!("/{}", Step::Person(newest).path())
                }
                "exit" => "?saved".to_owned(),
                "back" => Step::People.path_back(&sheet),
                _ => Step::People.path_on(&sheet),
            };
            Ok(Redirect::to(&format!("{}{to}", visit.page.base)).into_response())
        }
        // The contract accepts no more persons.
        Err(UpdateError::Invalid(_)) => {
            let to = format!("{}/{}?full#people-full", visit.page.base, Step::People.path());
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => visit.refused(error),
    }
}

fn asked_ids(sheet: &Sheet<'_>) -> Vec<String> {
    sheet.requirements.iter().map(|requirement| requirement.id.clone()).collect()
}

/// `POST /form/{session}/{step}/remove`: removes a person.
pub async fn remove_person(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let Step::Person(id) = step_of(&request, &visit.sheet(&app))? else { return Err(Problem::not_found()) };
    let person = PersonId::parse(&id).ok_or_else(Problem::not_found)?;
    match save_edit(&app.services, &visit.visitor, Edit::RemovePerson(person)).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/people", visit.page.base)).into_response()),
        Err(error) => visit.refused(error),
    }
}

/// Stores what was typed last, even if the visitor never left the field.
pub(super) async fn store_draft(app: &App, visit: Visit) -> Result<Visit, UpdateError> {
    if visit.sheet(app).is_settled {
        return Ok(visit);
    }
    let kept = save_edit(&app.services, &visit.visitor, Edit::Fields(PageEdit::default())).await?;
    Ok(visit.after(kept.customer))
}

/// `POST /form/{session}/leave`: ends the pass, and removes its cookies from the device.
pub async fn leave(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Result<Response, Problem> {
    let session = visit.visitor.session;
    if let Some(pass) = pass(&app.form_url, &headers, session) {
        end_pass(&app.services, &visit.visitor, pass).await?;
    }
    let mut response = left(&visit.page, &visit.customer);
    for gone in [set_cookie(&app.form_url, session, "", 0), keep_entered(&app.form_url, session, &[])] {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}
