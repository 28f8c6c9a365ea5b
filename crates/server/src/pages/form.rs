//! The form, step by step. Scripts save a page as it is typed, its buttons with or without scripts.

use std::collections::HashMap;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::form::edit::{Edit, Typed};
use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Wrong, attempt};
use dossier_core::ids::PersonId;
use dossier_core::kyc::State as Stands;
use dossier_core::use_cases::enter_form::end_pass;
use dossier_core::use_cases::save_form::save_edit;
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};

use super::again::reviewers_words;
use super::cookies::{keep_entered, pass, set_cookie};
use super::documents::documents;
use super::fields::Asked;
use super::judged::Judged;
use super::layout::Surroundings;
use super::manner::{Failed, Manner};
use super::messages::{left, page as answer};
use super::note::{element_id, was};
use super::people::people;
use super::posted::{self, Posted};
use super::reveal::prompt;
use super::sentences::sentence;
use super::steps::{Step, step_of, steps};
use super::typed::{changed, is_changed};
use super::upload::{DocumentsOutcome, apply_document_actions, read_failed, said_of};
use super::visit::Visit;
use crate::http::problem::Problem;
use crate::http::state::App;

/// What the query of a page may say.
type Said = Query<HashMap<String, String>>;

/// `GET /form/{session}`: where the visitor stands, and the way on.
pub async fn overview(State(app): State<App>, visit: Visit, said: Said) -> Response {
    let sheet = visit.sheet(&app);
    let around = &visit.around;
    let next = Step::all(&sheet).into_iter().find(|step| step.troubles(&sheet).next().is_some());
    let on = next.as_ref().map_or_else(|| "review".to_owned(), Step::path);
    let again = visit.customer.kyc.state == Stands::ResubmissionRequired;
    let content = html! {
        @if said.contains_key("saved") { p.notice role="status" { (around.say("exit-saved")) } }
        p { (around.say(if again { "overview-again" } else { "overview-text" })) }
        (prompt(&visit, &sheet, "overview", said.get("reveal").map(String::as_str)))
        @if let Some(comment) = visit.customer.kyc.comment.as_deref().filter(|_| again) {
            h2 { (around.say("comment")) }
            blockquote dir="auto" { (comment) }
            ul {
                @for step in Step::all(&sheet) {
                    @for trouble in step.troubles(&sheet).filter(|trouble| matches!(trouble.wrong, Wrong::Faulty(_))) {
                        li {
                            a href={ (around.base) "/" (step.path()) } {
                                (sentence(&sheet, &around.talk, trouble))
                            }
                        }
                    }
                }
            }
        }
        div.actions {
            a.button.primary href={ (around.base) "/" (on) } {
                (around.talk.say(if next.is_some() { "overview-go" } else { "overview-review" }))
            }
            form method="post" action={ (around.base) "/leave" } {
                button.quiet.exit type="submit" { (around.talk.say("leave")) }
            }
        }
    };
    let steps = steps(&sheet, around, "", false);
    answer(StatusCode::OK, around.with_steps(&around.say("overview-title"), false, &steps, &content))
}

/// `GET /form/{session}/{step}`
///
/// # Errors
///
/// 404 for a step that there is not.
pub async fn page(State(app): State<App>, visit: Visit, said: Said, request: Request) -> Result<Response, Problem> {
    let sheet = visit.sheet(&app);
    let step = step_of(&request, &sheet)?;
    let shown = Manner {
        judged: Judged::read(said.get("check")),
        replaced: said.contains_key("replaced"),
        back: said.get("back").is_some_and(|back| back == "review"),
        completed: said.get("completed").cloned(),
        failed: said.get("failed").map_or_else(Failed::new, |failed| read_failed(failed)),
        is_full: said.contains_key("full"),
        ..Manner::default()
    };
    show(&app, &visit, &sheet, &step, shown).await
}

/// A page of the form.
pub(super) async fn show(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    shown: Manner,
) -> Result<Response, Problem> {
    let around = &visit.around;
    let talk = &around.talk;
    let asked = Asked::new(sheet, around, step, &shown.judged, &shown.saved);
    let url = format!("{}/{}", around.base, step.path());
    let documents = documents(app, visit, sheet, step, &shown).await?;
    let content = html! {
        (asked.summary(true))
        @if shown.replaced { p.notice role="status" { (talk.say("replaced")) } }
        (reviewers_words(sheet, around, step))
        @if *step == Step::People { (people(sheet, visit, &shown)) }
        @else {
            // Of saves that are made while one is in flight, the last counts: it has everything that was typed.
            form #main-form method="post" action=(url) enctype="multipart/form-data" novalidate data-autosave
                hx-post=(url) hx-trigger="save" hx-sync="queue last" hx-encoding="application/x-www-form-urlencoded" {
                // The first button is the one that the Enter key presses.
                button.sr type="submit" tabindex="-1" aria-hidden="true" { (talk.say("save-and-continue")) }
                // The same page, sent twice, brings each of its files once.
                input type="hidden" name="attempt" value=(attempt(app.services.random.as_ref()));
                (asked.fields(shown.back))
            }
            (documents)
            p #news .sr role="status" {}
            div.actions {
                button.primary type="submit" form="main-form" { (talk.say("save-and-continue")) }
                button.quiet.exit type="submit" form="main-form" name="do" value="exit" { (talk.say("save-and-exit")) }
            }
        }
        @if matches!(step, Step::Person(_)) {
            details.remove {
                summary { (talk.say("person-remove")) }
                p { (talk.say("person-remove-sure")) }
                form method="post" action={ (url) "/remove" } {
                    button.danger type="submit" { (talk.say("person-remove-yes")) }
                }
            }
        }
    };
    let errors = asked.has_errors() || !shown.failed.is_empty();
    let steps = steps(sheet, around, &step.path(), false);
    Ok(answer(StatusCode::OK, around.with_steps(&step.title(sheet, around), errors, &steps, &content)))
}

/// The way out of a page on which there is nothing to save.
pub(super) fn leaves(around: &Surroundings) -> Markup {
    html! {
        form method="post" action={ (around.base) "/leave" } {
            button.quiet.exit type="submit" { (around.talk.say("save-and-exit")) }
        }
    }
}

/// What a script gets after a save: every piece of the page as it is now. The script exchanges those that differ. `was`
/// has what the fields that were saved show now.
async fn pieces(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    shown: Manner,
    was: Markup,
) -> Result<Response, Problem> {
    let around = &visit.around;
    let asked = Asked::new(sheet, around, step, &shown.judged, &shown.saved);
    let documents = documents(app, visit, sheet, step, &shown).await?;
    let pieces = html! {
        (around.title(&around.in_window(&step.title(sheet, around), asked.has_errors())))
        template hx type="partial" hx-target="#summary" hx-swap="outerHTML" { (asked.summary(false)) }
        template hx type="partial" hx-target="#fields" hx-swap="outerMorph" { (asked.fields(shown.back)) }
        template hx type="partial" hx-target="#documents" hx-swap="outerMorph" { (documents) }
        template hx type="partial" hx-target="#main h1" hx-swap="innerHTML" { (step.title(sheet, around)) }
        (steps(sheet, around, &step.path(), true))
        (was)
    };
    Ok(answer(StatusCode::OK, pieces))
}

/// `POST /form/{session}/{step}`: saves what changed on a page. A script gets the page's pieces; without one, the
/// visitor is sent on, or back to what is wrong.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn save(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (step, asked, is_settled) = {
        let sheet = visit.sheet(&app);
        (step_of(&request, &sheet)?, asked_ids(&sheet), sheet.is_settled)
    };
    let (parts, body) = request.into_parts();
    let before = Before { asked, is_settled };
    let posted = posted::read(&app, &visit, &parts, body).await?;
    let is_cut = posted.is_cut;
    let response = keep_page(&app, visit, &step, &before, posted).await?;
    Ok(posted::ended(response, is_cut))
}

/// What the form was before a save.
struct Before {
    /// The ids of what was asked.
    asked: Vec<String>,
    /// Whether the profile held all that it could.
    is_settled: bool,
}

/// Saves what a page sent, and shows where it goes on.
async fn keep_page(app: &App, visit: Visit, step: &Step, before: &Before, posted: Posted) -> Result<Response, Problem> {
    let Posted { fields, files, .. } = posted;
    let wish = fields.get("do").map_or("", String::as_str);
    if *step == Step::People {
        return leave_people(app, visit, wish).await;
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
        let to = saved.onward(wish, &documents);
        return Ok(Redirect::to(&format!("{}{to}", visit.around.base)).into_response());
    }
    let over = |place: &String| replaced.iter().find(|(known, _)| known == place).map(|(_, at)| *at);
    let changed = shown.iter().filter(|(place, text)| is_changed(&fields, place, text));
    let manner = Manner {
        judged: Judged::read(fields.get("check")).after(&before.asked, &sheet).while_typing(typing),
        saved: changed.map(|(place, _)| (place.clone(), over(place))).collect(),
        back,
        failed: documents.failed,
        ..Manner::default()
    };
    let was = html! {
        @for (place, text) in &shown {
            @let target = format!("#w-{}", element_id(place));
            template hx type="partial" hx-target=(target) hx-swap="outerHTML" { (was(place, text)) }
        }
    };
    pieces(app, &visit, &sheet, step, manner, was).await
}

/// A page that was saved without scripts.
struct SavedPage<'a> {
    sheet: &'a Sheet<'a>,
    step: &'a Step,
    /// What was asked before.
    before: &'a [String],
    /// The visitor came from the review.
    back: bool,
    /// It replaced what another device had given.
    replaced: bool,
}

impl SavedPage<'_> {
    /// Where the visitor is sent, below the form.
    fn onward(&self, wish: &str, documents: &DocumentsOutcome) -> String {
        let Self { sheet, step, .. } = self;
        let with = |path: String| if self.replaced { format!("{path}?replaced") } else { path };
        match (&documents.stays_at, wish) {
            (Some(at), _) => return self.again(None, &documents.failed, at),
            _ if !documents.failed.is_empty() => {}
            (None, "exit") => return "?saved".to_owned(),
            (None, "back") => return with(step.path_back(sheet)),
            (None, _) => {}
        }
        let is_done = !step.is_in(sheet) || step.troubles(sheet).next().is_none() && documents.failed.is_empty();
        match step {
            _ if is_done && self.back => with("/review".to_owned()),
            Step::Person(id) if is_done && sheet.persons().contains(id) => format!("/people?completed={id}"),
            Step::Person(id) if !sheet.persons().contains(id) => with("/people".to_owned()),
            _ if is_done => with(step.path_on(sheet)),
            _ => {
                // What was first asked for by this very page is not yet missing.
                let judged = Judged::strictly().after(self.before, sheet);
                let is_wrong = step.troubles(sheet).any(|trouble| judged.says(sheet, trouble));
                let at = match (is_wrong, documents.failed.is_empty()) {
                    (true, _) => "",
                    (false, true) => "needed",
                    (false, false) => "documents",
                };
                self.again(Some(&judged), &documents.failed, at)
            }
        }
    }

    /// The same page, with what is wrong in its query. What was typed is in the record, and nowhere else.
    fn again(&self, judged: Option<&Judged>, failed: &Failed, at: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(check) = judged.and_then(|judged| judged.check(self.sheet)) {
            query.append_pair("check", &check);
        }
        if self.back {
            query.append_pair("back", "review");
        }
        if self.replaced {
            query.append_pair("replaced", "");
        }
        if !failed.is_empty() {
            query.append_pair("failed", &said_of(failed));
        }
        let (query, anchor) = (query.finish(), if at.is_empty() { String::new() } else { format!("#{at}") });
        format!("/{}{}{query}{anchor}", self.step.path(), if query.is_empty() { "" } else { "?" })
    }
}

/// Adds a person, or goes on from the list. Persons who were added and left empty are taken away either way.
async fn leave_people(app: &App, visit: Visit, wish: &str) -> Result<Response, Problem> {
    let edit = if wish == "add" { Edit::AddPerson } else { Edit::RemoveEmptyPersons };
    match save_edit(&app.services, &visit.visitor, edit).await {
        Ok(kept) => {
            let visit = visit.after(kept.customer);
            let sheet = visit.sheet(app);
            let to = match wish {
                "add" => {
                    let newest = sheet.added_persons().pop().unwrap_or_default();
                    format!("/{}", Step::Person(newest).path())
                }
                "exit" => "?saved".to_owned(),
                "back" => Step::People.path_back(&sheet),
                _ => Step::People.path_on(&sheet),
            };
            Ok(Redirect::to(&format!("{}{to}", visit.around.base)).into_response())
        }
        // There are as many as the contract takes.
        Err(UpdateError::Invalid(_)) => {
            let to = format!("{}/{}?full#people-full", visit.around.base, Step::People.path());
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => visit.refused(error),
    }
}

fn asked_ids(sheet: &Sheet<'_>) -> Vec<String> {
    sheet.requirements.iter().map(|requirement| requirement.id.clone()).collect()
}

/// `POST /form/{session}/{step}/remove`: takes a person away.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn remove_person(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let Step::Person(id) = step_of(&request, &visit.sheet(&app))? else { return Err(Problem::not_found()) };
    let person = PersonId::parse(&id).ok_or_else(Problem::not_found)?;
    match save_edit(&app.services, &visit.visitor, Edit::RemovePerson(person)).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/people", visit.around.base)).into_response()),
        Err(error) => visit.refused(error),
    }
}

/// A visit in which what was typed last is in the profile, though the visitor never left the field.
pub(super) async fn store_draft(app: &App, visit: Visit) -> Result<Visit, UpdateError> {
    if visit.sheet(app).is_settled {
        return Ok(visit);
    }
    let kept = save_edit(&app.services, &visit.visitor, Edit::Fields(Typed::default())).await?;
    Ok(visit.after(kept.customer))
}

/// `POST /form/{session}/leave`: forgets the visitor, on this device and here.
///
/// # Errors
///
/// The store's.
pub async fn leave(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Result<Response, Problem> {
    let session = visit.visitor.session;
    if let Some(pass) = pass(&app.public_url, &headers, session) {
        end_pass(&app.services, &visit.visitor, pass).await?;
    }
    let mut response = left(&visit.around, &visit.customer);
    for gone in [set_cookie(&app.public_url, session, "", 0), keep_entered(&app.public_url, session, &[])] {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}
