//! What a page of the form sends: what was typed, and the files that were chosen. A refused file takes nothing else
//! with it, and what the browser still sends of it is read, so that the visitor sees why.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use bytes::BytesMut;
use dossier_core::file::check::{Fault, TOO_MANY_PIXELS};
use dossier_core::file::{FileName, MAX_FILE, Uploaded};
use dossier_core::form::short_hash;
use dossier_core::ids::FileId;
use dossier_core::kyc::requirement::Fault as RequirementFault;
use dossier_core::use_cases::upload_file::{Upload, UploadError};
use http::request::Parts as Head;
use http::{HeaderMap, HeaderValue, header};

use super::visit::Visit;
use crate::http::body::{Expected, Frames, WholeBody, no_room};
use crate::http::budget::Share;
use crate::http::claimant::Claimant;
use crate::http::connection::Deadlines;
use crate::http::context::RequestContext;
use crate::http::files::{boundary, malformed};
use crate::http::limiter::Limited;
use crate::http::multipart::{Found, Malformed, Part, Parts};
use crate::http::problem::{Problem, ProblemCode};
use crate::http::state::App;

/// More fields and files than any page has.
const MAX_PARTS: usize = 1_000;
/// More files than any page asks for.
const MAX_FILES: usize = 16;
/// Everything that is typed on a page, in bytes.
const MAX_TEXT: usize = 1_024 * 1_024;
/// What is read of refused files.
const MAX_WASTE: u64 = 2 * MAX_FILE;
/// How long a page with files may take to come.
const TOTAL: Duration = Duration::from_secs(300);
/// What the names of file inputs begin with; the requirement follows.
pub(super) const FILE: &str = "file:";

/// What a page sent.
#[derive(Default)]
pub(super) struct PostedPage {
    /// What was typed, by the name of the field.
    pub(super) fields: HashMap<String, String>,
    /// The files that were chosen.
    pub(super) files: Vec<ReceivedFile>,
    /// Whether the browser was still sending when it was no longer listened to.
    pub(super) is_cut: bool,
    /// The memory that the fields take.
    memory: Option<Share>,
}

/// A file of a page.
pub(super) struct ReceivedFile {
    /// The requirement that it is for, as the page named it.
    pub(super) requirement: String,
    /// The file, or the key of the message that says why it was refused.
    pub(super) file: Result<FileId, String>,
}

/// Why a file was not taken.
enum Refusal {
    /// Because of the file: another one can be chosen.
    File(UploadError),
    /// Because of anything else.
    Request(Problem),
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Store(error) => Self::Request(error.into()),
            error => Self::File(error),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Request(problem)
    }
}

impl From<Limited> for Refusal {
    fn from(limited: Limited) -> Self {
        Self::Request(limited.into())
    }
}

/// Reads what a page sent, as text alone or with files.
///
/// # Errors
///
/// See the catalogue of problems. A file that is refused is no error: the rest of the page counts.
pub(super) async fn read(app: &App, visit: &Visit, head: &Head, body: Body) -> Result<PostedPage, Problem> {
    if !has_parts(&head.headers) {
        let body = WholeBody::read(app, head, body, Expected::FORM).await?;
        return Ok(PostedPage { fields: fields_of(&body)?, ..PostedPage::default() });
    }
    let parts = Parts::new(&boundary(&head.headers)?, MAX_PARTS);
    let frames = Frames::new(body, Deadlines { body_total: TOTAL, ..Deadlines::DEFAULT });
    let context = RequestContext::of(head);
    context.leave_slot();
    let source = Source { frames, parts, in_part: false, is_broken: false };
    let mut reading =
        Reading { app, visit, context, source, posted: PostedPage::default(), text: 0, waste: Waste::default() };
    match reading.all().await {
        Ok(()) => Ok(reading.posted),
        Err(problem) => {
            reading.drain().await;
            Err(problem)
        }
    }
}

/// The fields of a page that sends no files.
///
/// # Errors
///
/// 400 when there are more than any page has: what was left out would look as if it had been emptied.
pub(super) fn fields_of(body: &[u8]) -> Result<HashMap<String, String>, Problem> {
    if form_urlencoded::parse(body).count() > MAX_PARTS {
        return Err(malformed(Malformed("the page has too many fields")));
    }
    Ok(form_urlencoded::parse(body).into_owned().collect())
}

/// Tells the browser that the connection ends, if it was still sending.
pub(super) fn ended(mut response: Response, is_cut: bool) -> Response {
    if is_cut {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn has_parts(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

/// The key of the message about a refused file.
fn message(error: &UploadError) -> &'static str {
    match error {
        UploadError::Refused(Fault::OtherType(Some(known))) if known.contains("HEI") => "upload-heic",
        UploadError::Refused(Fault::OtherType(_)) => "upload-unsupported_file_type",
        UploadError::Refused(Fault::Damaged { why, .. }) if *why == TOO_MANY_PIXELS => "upload-pixels",
        UploadError::TooLarge => "upload-payload_too_large",
        // The page had sent another file before, and was gone back to.
        UploadError::KeyReused(_) => "upload-again",
        UploadError::Refused(Fault::Empty | Fault::Damaged { .. }) | UploadError::Store(_) => "upload-damaged_file",
    }
}

/// The body, part by part.
struct Source {
    frames: Frames,
    parts: Parts,
    in_part: bool,
    /// The browser is gone, or too slow.
    is_broken: bool,
}

impl Source {
    /// The next part; `None` at the end of the body.
    async fn part(&mut self) -> Result<Option<Part>, Problem> {
        while let Some(found) = self.next().await? {
            if let Found::Part(part) = found {
                self.in_part = true;
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// The next bytes of the part; `None` at its end.
    async fn data(&mut self) -> Result<Option<BytesMut>, Problem> {
        while self.in_part {
            match self.next().await? {
                Some(Found::Data(bytes)) if !bytes.is_empty() => return Ok(Some(bytes)),
                Some(Found::Data(_)) => {}
                _ => self.in_part = false,
            }
        }
        Ok(None)
    }

    async fn next(&mut self) -> Result<Option<Found>, Problem> {
        loop {
            match self.parts.take().map_err(malformed)? {
                Found::Nothing => match self.frame().await? {
                    Some(bytes) => self.parts.push(&bytes),
                    None => return self.parts.finish().map(|()| None).map_err(malformed),
                },
                found => return Ok(Some(found)),
            }
        }
    }

    async fn frame(&mut self) -> Result<Option<bytes::Bytes>, Problem> {
        self.frames.next().await.inspect_err(|_| self.is_broken = true)
    }
}

/// What is read of files that are refused, and the place among those that are read at the same time.
#[derive(Default)]
struct Waste {
    bytes: u64,
    place: Option<Share>,
}

/// A page on its way.
struct Reading<'a> {
    app: &'a App,
    visit: &'a Visit,
    context: &'a RequestContext,
    source: Source,
    posted: PostedPage,
    /// Bytes of names and text so far.
    text: usize,
    waste: Waste,
}

impl Reading<'_> {
    async fn all(&mut self) -> Result<(), Problem> {
        while !self.posted.is_cut {
            let Some(Part { name, file_name }) = self.source.part().await? else { break };
            let name = String::from_utf8_lossy(&name).into_owned();
            match file_name {
                Some(file_name) => self.file(&name, &file_name).await?,
                None => self.field(name).await?,
            }
        }
        Ok(self.context.take_slot()?)
    }

    async fn field(&mut self, name: String) -> Result<(), Problem> {
        self.count(name.len())?;
        let mut text = Vec::new();
        while let Some(bytes) = self.source.data().await? {
            self.count(bytes.len())?;
            text.extend_from_slice(&bytes);
        }
        self.posted.fields.insert(name, String::from_utf8_lossy(&text).into_owned());
        Ok(())
    }

    /// Counts text against what a page may have, and what all pages may have in memory.
    fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.text += bytes;
        if self.text > MAX_TEXT {
            let text = format!("The fields of a page may have at most {} KiB.", MAX_TEXT / 1_024);
            return Err(Problem::new(ProblemCode::PayloadTooLarge, text).close());
        }
        match &mut self.posted.memory {
            Some(memory) => memory.grow(bytes as u64).map_err(no_room),
            memory => {
                let share = self.app.body_bytes.take(self.context.claimants(), bytes as u64).map_err(no_room)?;
                *memory = Some(share);
                Ok(())
            }
        }
    }

    /// Takes a file. An input in which nothing was chosen comes without a name and empty.
    async fn file(&mut self, name: &str, file_name: &[u8]) -> Result<(), Problem> {
        let requirement = name.strip_prefix(FILE).unwrap_or_default().to_owned();
        let first = self.source.data().await?;
        if first.is_none() && file_name.is_empty() {
            return Ok(());
        }
        if self.posted.files.len() == MAX_FILES {
            return Err(malformed(Malformed("the page has more files than it asks for")));
        }
        let file = match self.store(&requirement, file_name, first).await {
            Ok(Uploaded { file, .. }) => match file.details.flaw {
                // It is no evidence: what is stored of it is forgotten in time, and another one is asked for at once.
                Some(flaw) => Err(format!("fault-{}", RequirementFault::from(flaw).as_str())),
                None => Ok(file.id),
            },
            Err(Refusal::File(error)) => {
                self.skip().await?;
                Err(message(&error).to_owned())
            }
            Err(Refusal::Request(problem)) => return Err(problem),
        };
        self.posted.files.push(ReceivedFile { requirement, file });
        Ok(())
    }

    async fn store(
        &mut self,
        requirement: &str,
        file_name: &[u8],
        first: Option<BytesMut>,
    ) -> Result<Uploaded, Refusal> {
        let (app, visitor) = (self.app, &self.visit.visitor);
        let Some(first) = first else { return Err(UploadError::Refused(Fault::Empty).into()) };
        app.limiters.form_uploads.spend(Claimant::Session(visitor.session), Instant::now())?;
        let _place = app.uploads.take(self.context.claimants(), 1).map_err(no_room)?;
        // The same file, sent again by the same page, is one file. Another file is not, though the page is the same.
        let attempt = self.posted.fields.get("attempt").filter(|attempt| attempt.len() == 16);
        let key = attempt.map(|attempt| {
            let file = short_hash(&format!("{requirement}\n{}", String::from_utf8_lossy(file_name)));
            format!("form:{}:{attempt}:{file}", visitor.session)
        });
        let name = FileName::new(file_name);
        let mut upload = Upload::begin(&app.services, &visitor.caller, name, key.as_deref()).await?;
        let mut piece = Some(first);
        while let Some(bytes) = piece {
            upload.write(&bytes).await?;
            piece = self.source.data().await?;
        }
        self.context.take_slot().map_err(Problem::from)?;
        let uploaded = upload.finish().await;
        self.context.leave_slot();
        Ok(uploaded?)
    }

    /// Reads the rest of a refused file. If too much is left, or too many others are being read, the response is sent
    /// at once, whether or not the browser listens.
    async fn skip(&mut self) -> Result<(), Problem> {
        while let Some(bytes) = self.source.data().await? {
            if !self.wastes(bytes.len()) {
                self.posted.is_cut = true;
                break;
            }
        }
        Ok(())
    }

    /// Reads the rest of a refused page, within the same limits.
    async fn drain(&mut self) {
        while !self.source.is_broken
            && let Ok(Some(bytes)) = self.source.frame().await
            && self.wastes(bytes.len())
        {}
    }

    /// Counts bytes that are read for nothing. `false` when no more of them are to be read.
    fn wastes(&mut self, bytes: usize) -> bool {
        self.waste.bytes += bytes as u64;
        if self.waste.place.is_none() {
            self.waste.place = self.app.drains.take(self.context.claimants(), 1).ok();
        }
        self.waste.place.is_some() && self.waste.bytes <= MAX_WASTE
    }
}
