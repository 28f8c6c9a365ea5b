//! The form, step by step. A field is saved as it is left, by script; a whole page by its button, with or without one.

use std::collections::HashMap;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::clock::Timestamp;
use dossier_core::form::edit::Edit;
use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Wrong, ascii_digit, short_hash};
use dossier_core::ids::PersonId;
use dossier_core::kyc::State as Stands;
use dossier_core::use_cases::enter_form::end_pass;
use dossier_core::use_cases::save_form::save as keep;
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};

use super::cookies::{pass, set_cookie};
use super::documents::documents;
use super::fields::{Asked, Below, element_id, is_said, note};
use super::messages::{message, page as answer};
use super::order::shapes_its_group;
use super::steps::{Step, steps};
use super::visit::{Visit, is_partial};
use super::wording::{subject_of, wrong};
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;

/// More fields than any page has.
const MAX_FIELDS: usize = 1_000;

/// What the query of a page may say.
type Said = Query<HashMap<String, String>>;

/// `GET /form/{session}`: where the visitor stands, and the way on.
pub async fn overview(State(app): State<App>, visit: Visit) -> Response {
    let sheet = visit.sheet(&app);
    let around = &visit.around;
    let next = Step::all(&sheet).into_iter().find(|step| step.troubles(&sheet).next().is_some());
    let on = next.as_ref().map_or_else(|| "review".to_owned(), Step::path);
    let again = visit.customer.kyc.state == Stands::ResubmissionRequired;
    let content = html! {
        p { (around.say(if again { "overview-again" } else { "overview-text" })) }
        @if let Some(comment) = visit.customer.kyc.comment.as_deref().filter(|_| again) {
            h2 { (around.say("comment")) }
            blockquote dir="auto" { (comment) }
            ul {
                @for step in Step::all(&sheet) {
                    @for trouble in step.troubles(&sheet).filter(|trouble| matches!(trouble.wrong, Wrong::Faulty(_))) {
                        li {
                            a href={ (around.base) "/" (step.path()) } {
                                (subject_of(&sheet, &around.talk, trouble))
                            }
                            ": " (wrong(&around.talk, trouble.wrong))
                        }
                    }
                }
            }
        }
        p {
            a.button.primary href={ (around.base) "/" (on) } {
                (around.talk.say(if next.is_some() { "overview-go" } else { "overview-review" }))
            }
        }
        form method="post" action={ (around.base) "/leave" } {
            button.quiet type="submit" { (around.talk.say("leave")) }
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
    let shown = Manner { strict: said.contains_key("check"), replaced: said.contains_key("replaced"), failed: None };
    show(&app, &visit, &sheet, &step, shown).await
}

/// The step of a path; one that is no longer asked leads to the overview.
fn step_of(request: &Request, sheet: &Sheet<'_>) -> Result<Step, Problem> {
    let text = request.uri().path().split('/').nth(3).unwrap_or_default();
    let step = Step::parse(text).ok_or_else(Problem::not_found)?;
    Step::all(sheet).contains(&step).then_some(step).ok_or_else(Problem::not_found)
}

/// How a page is shown.
#[derive(Default)]
pub(super) struct Manner {
    /// What is missing is an error.
    pub(super) strict: bool,
    /// The last save replaced what another device had given.
    pub(super) replaced: bool,
    /// An upload that was refused: of which requirement, and why.
    pub(super) failed: Option<(String, String)>,
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
    let asked = Asked::new(sheet, around, step, shown.strict);
    let url = format!("{}/{}", around.base, step.path());
    let documents = documents(app, visit, sheet, step, shown.failed.as_ref()).await?;
    let content = html! {
        (asked.summary())
        @if shown.replaced { p.notice role="status" { (talk.say("replaced")) } }
        @if *step == Step::People { (people(sheet, visit)) }
        @else {
            form #main-form method="post" action=(url) novalidate { (asked.fields()) }
            (documents)
        }
        div.actions {
            @if *step == Step::People {
                form method="post" action=(url) {
                    button type="submit" name="do" value="add" { (talk.say("person-add")) }
                }
                a.button.primary href={ (around.base) "/" (after(sheet, step)) } { (talk.say("continue")) }
            } @else {
                button.primary type="submit" form="main-form" { (talk.say("save-and-continue")) }
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
    let errors = asked.has_errors() || shown.failed.is_some();
    let steps = steps(sheet, around, &step.path(), false);
    Ok(answer(StatusCode::OK, around.with_steps(&step.title(sheet, around), errors, &steps, &content)))
}

/// Who owns and controls the business.
fn people(sheet: &Sheet<'_>, visit: &Visit) -> Markup {
    let around = &visit.around;
    let persons: Vec<_> = sheet.persons().into_iter().map(Step::Person).collect();
    html! {
        p { (around.say("people-text")) }
        @if persons.is_empty() { p.hint { (around.talk.say("people-none")) } }
        ul #people .people tabindex="-1" {
            @for person in &persons {
                @let left = person.troubles(sheet).count();
                li {
                    a href={ (around.base) "/" (person.path()) } { bdi { (person.title(sheet, around)) } }
                    small {
                        @if left == 0 { (around.talk.say("step-done")) }
                        @else { (around.talk.say_with("step-left", &[("count", left.into())])) }
                    }
                }
            }
        }
    }
}

/// The page after a step: the next one that lacks something, or the next at all, or the review.
fn after(sheet: &Sheet<'_>, step: &Step) -> String {
    let all = Step::all(sheet);
    let rest = all.iter().skip_while(|known| *known != step).skip(1);
    let next = rest
        .clone()
        .find(|step| step.troubles(sheet).next().is_some())
        .or_else(|| all.iter().find(|step| step.troubles(sheet).next().is_some()));
    next.map_or_else(|| "review".to_owned(), Step::path)
}

/// `POST /form/{session}/{step}`: saves what changed on a page, or one field when a script asks.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn save(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (step, before) = {
        let sheet = visit.sheet(&app);
        (step_of(&request, &sheet)?, asked_ids(&sheet))
    };
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::FORM).await?;
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().take(MAX_FIELDS).collect();
    if fields.get("do").is_some_and(|what| what == "add") {
        return add_person(&app, visit).await;
    }
    // A script sends the whole form and says which field was left.
    let only = fields.get("field").filter(|_| is_partial(&parts.headers));
    let (mut edits, mut shown) = changed(&fields);
    if let Some(only) = only {
        edits.retain(|(place, _)| place == only);
        shown.retain(|(place, _)| place == only);
    }
    let (kept, visit) = if edits.is_empty() {
        (Vec::new(), visit)
    } else {
        match keep(&app.services, &visit.visitor, Edit::Fields(edits)).await {
            Ok(kept) => (kept.replaced, visit.after(kept.customer)),
            // Closed in this very moment: a script loads the page, which says so.
            Err(UpdateError::Conflict(_)) if only.is_some() => return Ok(StatusCode::CONFLICT.into_response()),
            Err(error) => return refused(&visit, error),
        }
    };
    let sheet = visit.sheet(&app);
    if is_partial(&parts.headers) {
        // What their pictures are called depends on the type of a document.
        let is_same = asked_ids(&sheet) == before && only.is_none_or(|place| !place.ends_with("/id_document/type"));
        let documents = if is_same { None } else { Some(documents(&app, &visit, &sheet, &step, None).await?) };
        let talk = &visit.around.talk;
        let notes = html! {
            @for (place, text) in &shown {
                @let mut here = sheet.troubles.iter().filter(|trouble| trouble.place == *place);
                @let trouble = here.find(|trouble| is_said(&sheet, trouble));
                @let replaced = kept.iter().find(|(replaced, _)| replaced == place).map(|(_, at)| *at);
                @let below = trouble.map_or(Below::Saved(replaced), |trouble| Below::Wrong(trouble.wrong));
                (note(talk, place, text, below))
            }
            @if let Some(group) = reshaped(&visit, &sheet, &step, only, kept.first().map(|(_, at)| *at)) { (group) }
            (steps(&sheet, &visit.around, &step.path(), true))
            @if let Some(documents) = documents {
                template hx type="partial" hx-target="#documents" hx-swap="outerHTML" { (documents) }
            }
        };
        return Ok(answer(StatusCode::OK, notes));
    }
    if !Step::all(&sheet).contains(&step) || step.troubles(&sheet).next().is_none() {
        let replaced = if kept.is_empty() { "" } else { "?replaced" };
        return Ok(Redirect::to(&format!("{}/{}{replaced}", visit.around.base, after(&sheet, &step))).into_response());
    }
    let shown = Manner { strict: true, replaced: !kept.is_empty(), failed: None };
    let mut response = show(&app, &visit, &sheet, &step, shown).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The group of fields that the answer to one field has changed, to take the place of the one on the page.
fn reshaped(
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    only: Option<&String>,
    over: Option<Timestamp>,
) -> Option<Markup> {
    let place = only?;
    let asked = Asked::new(sheet, &visit.around, step, false).with_saved(place, over);
    let id = match place.strip_suffix("has_ownership") {
        Some(person) => format!("g-{}", element_id(&format!("{person}ownership_percentage"))),
        None => shapes_its_group(place).then(|| asked.group_of(place))??.to_owned(),
    };
    let group = asked.group(&id)?;
    Some(html! {
        template hx type="partial" hx-target={ "#" (id) } hx-swap="outerMorph" { (group) }
    })
}

fn asked_ids(sheet: &Sheet<'_>) -> Vec<String> {
    sheet.requirements.iter().map(|requirement| requirement.id.clone()).collect()
}

/// Text by place.
type Typed = Vec<(String, String)>;

/// The fields that differ from what the page showed, and what it shows now. Without that, a page that was opened long
/// ago would put its old values over what another device has saved since.
fn changed(fields: &HashMap<String, String>) -> (Typed, Typed) {
    let (mut edits, mut shown) = (Vec::new(), Vec::new());
    for (name, was) in fields {
        let Some(place) = name.strip_prefix("was:") else { continue };
        let text = typed(fields, place);
        if short_hash(&text) != *was {
            edits.push((place.to_owned(), text.clone()));
        }
        shown.push((place.to_owned(), text));
    }
    (edits, shown)
}

/// What was typed at a place; a date has three parts.
fn typed(fields: &HashMap<String, String>, place: &str) -> String {
    if let Some(date) = fields.get(&format!("use:{place}")) {
        // The visitor took the date that was suggested instead.
        return date.clone();
    }
    if let Some(text) = fields.get(place) {
        // Browsers send line breaks as CR LF.
        return text.replace("\r\n", "\n").trim().to_owned();
    }
    let part = |suffix: &str| {
        let text = fields.get(&format!("{place}.{suffix}")).map_or("", |text| text.trim());
        text.chars().filter(|c| *c != '-').map(ascii_digit).collect::<String>()
    };
    let (year, month, day) = (part("y"), part("m"), part("d"));
    if year.is_empty() && month.is_empty() && day.is_empty() {
        return String::new();
    }
    let padded = |part: String| if part.is_empty() { part } else { format!("{part:0>2}") };
    format!("{year}-{}-{}", padded(month), padded(day))
}

async fn add_person(app: &App, visit: Visit) -> Result<Response, Problem> {
    match keep(&app.services, &visit.visitor, Edit::AddPerson).await {
        Ok(kept) => {
            let visit = visit.after(kept.customer);
            let newest = visit.sheet(app).persons().pop().unwrap_or_default();
            Ok(Redirect::to(&format!("{}/{}", visit.around.base, Step::Person(newest).path())).into_response())
        }
        Err(error) => refused(&visit, error),
    }
}

/// `POST /form/{session}/{step}/remove`: takes a person away.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn remove_person(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let Step::Person(id) = step_of(&request, &visit.sheet(&app))? else { return Err(Problem::not_found()) };
    let person = PersonId::parse(&id).ok_or_else(Problem::not_found)?;
    match keep(&app.services, &visit.visitor, Edit::RemovePerson(person)).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/people", visit.around.base)).into_response()),
        Err(error) => refused(&visit, error),
    }
}

/// What could not be saved: the form was closed meanwhile, which its page says, or there is too much of something.
pub(super) fn refused(visit: &Visit, error: UpdateError) -> Result<Response, Problem> {
    match error {
        UpdateError::Conflict(_) => Ok(Redirect::to(&visit.around.base).into_response()),
        UpdateError::Invalid(_) => Ok(message(&visit.around.talk, StatusCode::UNPROCESSABLE_ENTITY, "too-many")),
        other => Err(other.into()),
    }
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
    let mut response = message(&visit.around.talk, StatusCode::OK, "left");
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&app.public_url, session, "", 0));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_put_together_from_what_was_typed() {
        for (year, month, day, text) in [
            ("1990", "4", "23", "1990-04-23"),
            (" 1990 ", "04", "3", "1990-04-03"),
            ("", "", "", ""),
            ("1990", "", "", "1990--"),
            ("", "4", "", "-04-"),
            ("90", "4", "23", "90-04-23"),
            ("١٩٩٠", "٤", "٢٣", "1990-04-23"),
            ("१९९०", "४", "२३", "1990-04-23"),
            ("April", "4", "2-3", "April-04-23"),
        ] {
            let fields = [("y", year), ("m", month), ("d", day)];
            let fields = fields.into_iter().map(|(part, typed)| (format!("/birth_date.{part}"), typed.to_owned()));
            assert_eq!(typed(&fields.collect(), "/birth_date"), text);
        }
    }

    #[test]
    fn only_what_differs_from_what_the_page_showed_is_saved() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields: HashMap<_, _> = [
            pair("/first_name", "Ada"),
            pair("was:/first_name", &short_hash("Ada")),
            pair("/last_name", " King "),
            pair("was:/last_name", &short_hash("Byron")),
            pair("/middle_name", "ignored: the page did not ask"),
            pair("was:/nationality", &short_hash("")),
        ]
        .into();
        assert_eq!(changed(&fields).0, [pair("/last_name", "King")]);
    }
}
