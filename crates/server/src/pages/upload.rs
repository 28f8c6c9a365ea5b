//! Documents in the form: uploaded one by one, looked at, taken away.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::file::{File, MediaType};
use dossier_core::form::edit::Edit;
use dossier_core::form::sheet::{Sheet, Wrong};
use dossier_core::ids::FileId;
use dossier_core::kyc::requirements::Requirement;
use dossier_core::use_cases::save_form::save as keep;
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};

use super::fields::{because, element_id, label, wrong};
use super::form::{Manner, is_partial, refused, show};
use super::page as answer;
use super::steps::{Step, steps};
use super::visit::Visit;
use crate::http::App;
use crate::http::context::RequestContext;
use crate::http::files::{receive, show_content};
use crate::http::problem::{Problem, ProblemCode};

const ACCEPTED: &str = "image/jpeg,image/png,application/pdf";

/// The documents that a step asks for. Scripts exchange it as a whole.
pub(super) async fn documents(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    failed: Option<&(String, String)>,
) -> Result<Markup, Problem> {
    let wanted: Vec<_> = step.requirements(sheet).filter(|requirement| requirement.document.is_some()).collect();
    let given: Vec<FileId> = wanted.iter().flat_map(|one| sheet.given(one)).map(|given| given.file).collect();
    let files = app.services.store.files(visit.visitor.scope(), &given, Some(visit.visitor.customer)).await?;
    Ok(html! {
        div #documents {
            @for requirement in wanted {
                @let failed = failed.filter(|(id, _)| *id == requirement.id).map(|(_, why)| why.as_str());
                (document(app, visit, sheet, step, requirement, &files, failed))
            }
        }
    })
}

fn document(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    requirement: &Requirement,
    files: &[File],
    failed: Option<&str>,
) -> Markup {
    let (around, talk) = (&visit.around, &visit.around.talk);
    let id = element_id(&requirement.place());
    let url = format!("{}/{}", around.base, step.path());
    let (given, label) = (sheet.given(requirement), label(sheet, talk, requirement));
    let flagged = sheet
        .troubles_in(&requirement.place())
        .find(|trouble| trouble.wrong != Wrong::Missing)
        .map(|trouble| trouble.wrong);
    // The same attempt, repeated after a broken connection, is the same file.
    let attempt = dossier_core::form::attempt(app.services.random.as_ref());
    let action = format!("{url}/upload/{}?attempt={attempt}", requirement.id);
    let error = failed.map(ToOwned::to_owned).or_else(|| flagged.map(|flagged| wrong(talk, flagged)));
    let described = format!("h-{id}{}", if error.is_some() { format!(" e-{id}") } else { String::new() });
    html! {
        section.document aria-labelledby={ "l-" (id) } {
            h2 id={ "l-" (id) } { (label) }
            p.hint id={ "h-" (id) } { (because(sheet, talk, requirement)) " " (talk.say("upload-hint")) }
            @if let Some(error) = &error { p.error role="alert" id={ "e-" (id) } { (error) } }
            @if !given.is_empty() {
                ul.files {
                    @for (index, one) in given.iter().enumerate() {
                        @let file = files.iter().find(|file| file.id == one.file);
                        @let number = index + 1;
                        li {
                            span.mark.done aria-hidden="true" {}
                            span {
                                @match file.filter(|_| one.mine) {
                                    Some(file) => {
                                        a href={ (around.base) "/files/" (one.file) } target="_blank" rel="noopener" {
                                            bdi { (file.details.name.expose()) }
                                        }
                                    }
                                    None => (talk.say("file-given")),
                                }
                            }
                            form method="post" action={ (url) "/detach/" (one.file) } {
                                @let which = [("number", number.into()), ("document", label.as_str().into())];
                                button.quiet type="submit" aria-label=(talk.say_with("file-remove-number", &which)) {
                                    (talk.say("file-remove"))
                                }
                            }
                        }
                    }
                }
            }
            div.uploads {
                @for camera in [false, true] {
                    form.upload.camera[camera] method="post" enctype="multipart/form-data" action=(action) data-upload {
                        @let input = if camera { format!("c-{id}") } else { id.clone() };
                        @let says = match (camera, given.is_empty()) {
                            (true, _) => "upload-camera",
                            (false, true) => "upload-choose",
                            (false, false) => "upload-another",
                        };
                        label for=(input) { (talk.say(says)) span.sr { ": " (label) } }
                        input id=(input) type="file" name="file" required
                            accept=(if camera { "image/jpeg,image/png" } else { ACCEPTED })
                            capture=[camera.then_some("environment")] aria-describedby=(described)
                            aria-invalid=[error.is_some().then_some("true")];
                        button type="submit" { (talk.say("upload-send")) span.sr { ": " (label) } }
                        div.sending hidden {
                            img alt="" hidden;
                            progress max="100" value="0" aria-label=(talk.say("js-sending")) {}
                        }
                        p.state role="status" {}
                    }
                }
            }
        }
    }
}

/// The step and the last segment of a path below it.
fn place(request: &Request) -> Option<(Step, String)> {
    let mut segments = request.uri().path().split('/').skip(3);
    let step = Step::parse(segments.next()?)?;
    let last = segments.nth(1)?;
    Some((step, last.replace("%40", "@")))
}

/// `POST /form/{session}/{step}/upload/{requirement}`: takes one file for what is asked.
///
/// # Errors
///
/// See the catalogue of problems; of a file that is refused, the page says why.
pub async fn take(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (step, requirement) = place(&request).ok_or_else(Problem::not_found)?;
    let partial = is_partial(request.headers());
    let attempt =
        request.uri().query().and_then(|query| query.strip_prefix("attempt=")).filter(|attempt| attempt.len() == 16);
    let key = attempt.map(|attempt| format!("form:{}:{attempt}", visit.visitor.session));
    let taken = receive(&app, &visit.visitor.caller, request, key.as_deref()).await;
    let file = match taken {
        Ok(uploaded) => uploaded.file,
        Err(problem) => {
            let talk = &visit.around.talk;
            let why = match problem.code() {
                ProblemCode::UnsupportedFileType | ProblemCode::DamagedFile | ProblemCode::PayloadTooLarge => {
                    talk.say(&format!("upload-{}", problem.code().as_str()))
                }
                // The page had sent another file before, and was gone back to.
                ProblemCode::IdempotencyKeyReused => talk.say("upload-again"),
                ProblemCode::MalformedMultipart => talk.say("upload-none"),
                _ => return Err(problem),
            };
            return shown(&app, &visit, &step, partial, Some((requirement, why))).await;
        }
    };
    match keep(&app.services, &visit.visitor, Edit::Attach(requirement, file.id)).await {
        Ok(kept) => shown(&app, &visit.after(kept.customer), &step, partial, None).await,
        Err(error) => refused(&visit, error),
    }
}

/// The documents of a step as they are now: for a script, or as a page.
async fn shown(
    app: &App,
    visit: &Visit,
    step: &Step,
    partial: bool,
    failed: Option<(String, String)>,
) -> Result<Response, Problem> {
    let sheet = visit.sheet(app);
    if partial {
        let documents = documents(app, visit, &sheet, step, failed.as_ref()).await?;
        return Ok(answer(StatusCode::OK, html! { (documents) (steps(&sheet, &visit.around, &step.path(), false)) }));
    }
    if failed.is_some() {
        let mut response = show(app, visit, &sheet, step, Manner { failed, ..Manner::default() }).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    Ok(Redirect::to(&format!("{}/{}#documents", visit.around.base, step.path())).into_response())
}

/// `POST /form/{session}/{step}/detach/{file_id}`: takes a document away. Its file stays evidence.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn detach(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let (step, file) = place(&request).ok_or_else(Problem::not_found)?;
    let file = FileId::parse(&file).ok_or_else(Problem::not_found)?;
    match keep(&app.services, &visit.visitor, Edit::Detach(file)).await {
        Ok(kept) => shown(&app, &visit.after(kept.customer), &step, false, None).await,
        Err(error) => refused(&visit, error),
    }
}

/// `GET /form/{session}/files/{file_id}`: a document, for the device that gave it. The audit trail notes every reading.
///
/// # Errors
///
/// 404 for every other file.
pub async fn view(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let id = request.uri().path().rsplit('/').next().and_then(FileId::parse).ok_or_else(Problem::not_found)?;
    if !visit.sheet(&app).gave(id) {
        return Err(Problem::not_found());
    }
    let file =
        app.services.store.files(visit.visitor.scope(), &[id], None).await?.pop().ok_or_else(Problem::not_found)?;
    let context = request.extensions().get::<RequestContext>().expect("the outer layer sets it");
    let mut response = show_content(&app, &visit.visitor.caller, context, &file).await?;
    if file.details.media_type != MediaType::Pdf {
        // A picture is shown; what else a file could be, the browser saves. Neither runs in our name.
        response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    }
    Ok(response)
}
