//! Documents in the form: uploaded one by one, looked at, taken away.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::file::MediaType;
use dossier_core::form::edit::Edit;
use dossier_core::ids::FileId;
use dossier_core::use_cases::save_form::save as keep;
use http::{HeaderValue, StatusCode, header};
use maud::html;

use super::documents::documents;
use super::form::{refused, show};
use super::manner::Manner;
use super::messages::page as answer;
use super::steps::{Step, steps};
use super::visit::{Visit, is_partial};
use crate::http::context::RequestContext;
use crate::http::files::{receive, show_content};
use crate::http::problem::{Problem, ProblemCode};
use crate::http::state::App;

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
        let documents = documents(app, visit, &sheet, step, &Manner { failed, ..Manner::default() }).await?;
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
