//! Documents in the form: attaching, viewing and removing them.

use std::collections::HashMap;

use axum::extract::{Request, State};
use axum::response::Response;
use dossier_core::file::MediaType;
use dossier_core::form::edit::Edit;
use dossier_core::ids::FileId;
use dossier_core::use_cases::save_form::save_edit;
use dossier_core::use_cases::write_customer::UpdateError;
use http::{HeaderValue, StatusCode, header};
use maud::html;

use super::documents::{card_id, documents};
use super::messages::respond;
use super::posted::{self, ReceivedFile};
use super::render_mode::{Failed, RenderMode};
use super::steps::{step_of, steps};
use super::visit::Visit;
use crate::http::context::RequestContext;
use crate::http::files::show_content;
use crate::http::problem::Problem;
use crate::http::state::App;

/// `POST /form/{session}/{step}/upload`: stores a file that a script sends, and returns the documents as they are now.
///
/// # Errors
///
/// See the catalogue of problems. If a file is refused, its document says why.
pub async fn take(State(app): State<App>, mut visit: Visit, request: Request) -> Result<Response, Problem> {
    let step = step_of(&request, &visit.sheet(&app))?;
    let (head, body) = request.into_parts();
    let posted = posted::read(&app, &visit, &head, body).await?;
    let failed = match attach(&app, &mut visit, posted.files).await {
        Ok(failed) => failed,
        Err(error) => return visit.refused(error),
    };
    let sheet = visit.sheet(&app);
    let documents = documents(&app, &visit, &sheet, &step, &RenderMode { failed, ..RenderMode::default() }).await?;
    let pieces = html! { (documents) (steps(&sheet, &visit.page, &step.path(), false)) };
    Ok(posted::ended(respond(StatusCode::OK, pieces), posted.is_cut))
}

/// The result of a page's files and of its document buttons.
pub(super) struct DocumentsOutcome {
    /// Refused files, and why.
    pub(super) failed: Failed,
    /// The element to return to, if a document's button was pressed.
    pub(super) stays_at: Option<String>,
}

/// The messages about refused files that a page may have in its query.
const REFUSALS: &[&str] = &[
    "upload-none",
    "upload-again",
    "upload-full",
    "upload-heic",
    "upload-pixels",
    "upload-unsupported_file_type",
    "upload-damaged_file",
    "upload-infected_file",
    "upload-not_scanned",
    "upload-payload_too_large",
    "fault-needs_password",
    "fault-unusable_picture",
];

/// Writes refused files for the query of a page.
pub(super) fn failed_to_query(failed: &Failed) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(failed).finish()
}

/// Reads refused files from the query of a page.
pub(super) fn failed_from_query(text: &str) -> Failed {
    let refused = form_urlencoded::parse(text.as_bytes()).into_owned();
    refused.filter(|(_, why)| REFUSALS.contains(&why.as_str())).collect()
}

/// Attaches the files of a page, and carries out the action of a document's button.
pub(super) async fn apply_document_actions(
    app: &App,
    visit: &mut Visit,
    fields: &HashMap<String, String>,
    files: Vec<ReceivedFile>,
) -> Result<DocumentsOutcome, UpdateError> {
    let pressed = fields.get("do").map_or("", String::as_str);
    let asked = pressed.strip_prefix("upload:");
    let has_file = files.iter().any(|file| Some(file.requirement.as_str()) == asked);
    let mut failed = attach(app, visit, files).await?;
    if let Some(requirement) = asked.filter(|_| !has_file) {
        failed.push((requirement.to_owned(), "upload-none".to_owned()));
    }
    let detached = pressed.strip_prefix("detach:").and_then(FileId::parse);
    if let Some(file) = detached {
        // The file itself is kept as evidence.
        let kept = save_edit(&app.services, &visit.visitor, Edit::Detach(file)).await?;
        *visit.customer = kept.customer;
    }
    let sheet = visit.sheet(app);
    let requirement = |id: &str| sheet.requirements.iter().find(|requirement| requirement.id == id);
    // A document that is no longer required is not on the page, so it cannot show a message.
    failed.retain(|(id, _)| requirement(id).is_some());
    let card = asked.and_then(requirement).map_or_else(|| "documents".to_owned(), card_id);
    let stays_at = (asked.is_some() || detached.is_some()).then_some(card);
    Ok(DocumentsOutcome { failed, stays_at })
}

/// Attaches the stored files. Returns the refused ones.
async fn attach(app: &App, visit: &mut Visit, files: Vec<ReceivedFile>) -> Result<Failed, UpdateError> {
    let mut failed = Failed::new();
    for ReceivedFile { requirement, file } in files {
        match file {
            Ok(file) => {
                match save_edit(&app.services, &visit.visitor, Edit::Attach(requirement.clone(), file)).await {
                    Ok(kept) => *visit.customer = kept.customer,
                    // The contract accepts no more documents.
                    Err(UpdateError::Invalid(_)) => failed.push((requirement, "upload-full".to_owned())),
                    Err(error) => return Err(error),
                }
            }
            Err(key) => failed.push((requirement, key)),
        }
    }
    Ok(failed)
}

/// The file id at the end of a path.
///
/// # Errors
///
/// 404 if the path ends with anything else.
pub(super) fn file_of(path: &str) -> Result<FileId, Problem> {
    path.rsplit('/').next().and_then(FileId::parse).ok_or_else(Problem::not_found)
}

/// `GET /form/{session}/files/{file_id}`: the content of a file, for a device that may see it. The audit trail records
/// every reading.
///
/// # Errors
///
/// 404 for every other file.
pub async fn view(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Problem> {
    let id = file_of(request.uri().path())?;
    if !visit.sheet(&app).may_look_at(id) {
        return Err(Problem::not_found());
    }
    let file =
        app.services.store.files(visit.visitor.scope(), &[id], None).await?.pop().ok_or_else(Problem::not_found)?;
    let context = request.extensions().get::<RequestContext>().expect("the outer layer sets it");
    let mut response = show_content(&app, &visit.visitor.caller, context, &file).await?;
    if file.details.media_type != MediaType::Pdf {
        // Pictures are shown in the browser. A PDF is downloaded, so that it cannot run scripts on our origin.
        response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    }
    Ok(response)
}
