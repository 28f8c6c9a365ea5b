//! Reads what a page of the form sends: its fields and files. A refused file does not affect the rest of the page. The
//! remaining bytes of a refused file are read and dropped, because browsers show no response before they have sent all.

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
use crate::http::multipart::{Malformed, Part, Parts, Piece};
use crate::http::problem::{Problem, ProblemCode};
use crate::http::state::App;

/// The limit of fields and files. No page has more.
const MAX_PARTS: usize = 1_000;
/// The limit of files. No page asks for more.
const MAX_FILES: usize = 16;
/// The limit of the text on a page, in bytes.
const MAX_TEXT: usize = 1_024 * 1_024;
/// How many bytes of refused files are read.
const MAX_WASTE: u64 = 2 * MAX_FILE;
/// How long a page with files may take to arrive.
const TOTAL: Duration = Duration::from_secs(300);
/// The prefix of the names of file inputs. The requirement's id follows.
pub(super) const FILE: &str = "file:";

/// What a page sent.
#[derive(Default)]
pub(super) struct PostedPage {
    /// Text, by the name of the field.
    pub(super) fields: HashMap<String, String>,
    /// The chosen files.
    pub(super) files: Vec<ReceivedFile>,
    /// Whether reading stopped while the browser was still sending.
    pub(super) is_cut: bool,
    /// The share of memory that the fields use.
    memory: Option<Share>,
}

/// A file of a page.
pub(super) struct ReceivedFile {
    /// The id of the requirement, as the page sent it.
    pub(super) requirement: String,
    /// The file, or the key of the message about its refusal.
    pub(super) file: Result<FileId, String>,
}

/// Why a file was not stored.
enum Refusal {
    /// The file was refused. The visitor can choose another one.
    File(UploadError),
    /// The whole request failed.
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

/// Reads a page, with or without files.
///
/// # Errors
///
/// See the catalogue of problems. A refused file is not an error.
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
/// 400 if there are too many fields. Ignoring the excess would clear fields of the form.
pub(super) fn fields_of(body: &[u8]) -> Result<HashMap<String, String>, Problem> {
    if form_urlencoded::parse(body).count() > MAX_PARTS {
        return Err(malformed(Malformed("the page has too many fields")));
    }
    Ok(form_urlencoded::parse(body).into_owned().collect())
}

/// Adds `Connection: close` if reading stopped early.
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
        UploadError::Infected => "upload-infected_file",
        UploadError::NotScanned => "upload-not_scanned",
        UploadError::TooLarge => "upload-payload_too_large",
        // The visitor went back to a page that had already sent another file.
        UploadError::KeyReused(_) => "upload-again",
        UploadError::Refused(Fault::Empty | Fault::Damaged { .. }) | UploadError::Store(_) => "upload-damaged_file",
    }
}

/// The body, part by part.
struct Source {
    frames: Frames,
    parts: Parts,
    in_part: bool,
    /// The browser has disconnected or is too slow.
    is_broken: bool,
}

impl Source {
    /// The next part; `None` at the end of the body.
    async fn part(&mut self) -> Result<Option<Part>, Problem> {
        while let Some(found) = self.next().await? {
            if let Piece::Part(part) = found {
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
                Some(Piece::Data(bytes)) if !bytes.is_empty() => return Ok(Some(bytes)),
                Some(Piece::Data(_)) => {}
                _ => self.in_part = false,
            }
        }
        Ok(None)
    }

    async fn next(&mut self) -> Result<Option<Piece>, Problem> {
        loop {
            match self.parts.take().map_err(malformed)? {
                Piece::Nothing => match self.frame().await? {
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

/// The bytes of refused files that were read, and a place among the requests that may read them at the same time.
#[derive(Default)]
struct Waste {
    bytes: u64,
    place: Option<Share>,
}

/// A page that is being read.
struct Reading<'a> {
    app: &'a App,
    visit: &'a Visit,
    context: &'a RequestContext,
    source: Source,
    posted: PostedPage,
    /// The bytes of names and text so far.
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

    /// Counts text against the limit of a page, and against the memory for all pages.
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

    /// Stores a file. An input without a chosen file arrives empty and without a name.
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
                // The file is not evidence: it is deleted later, and the visitor is asked for another one now.
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
        // The key makes a file that the same page sends again the same file, and another file a new one.
        let attempt = self.posted.fields.get("attempt").filter(|attempt| attempt.len() == 16);
        let key = attempt.map(|attempt| {
            let file = short_hash(&format!("{requirement}\n{}", String::from_utf8_lossy(file_name)));
            format!("form:{}:{attempt}:{file}", visitor.session)
        });
        let name = FileName::new(file_name);
        let begun = Upload::begin(&app.services, &visitor.caller, name, key.as_deref());
        let mut upload = self.source.frames.excused(begun).await?;
        let mut piece = Some(first);
        while let Some(bytes) = piece {
            self.source.frames.excused(upload.write(&bytes)).await?;
            piece = self.source.data().await?;
        }
        self.source.frames.excused(upload.end_scan()).await?;
        self.context.take_slot().map_err(Problem::from)?;
        let uploaded = upload.finish().await;
        self.context.leave_slot();
        Ok(uploaded?)
    }

    /// Reads and drops the rest of a refused file. If too much is left, or too many other requests do the same, the
    /// response is sent at once, even if the browser does not read it.
    async fn skip(&mut self) -> Result<(), Problem> {
        while let Some(bytes) = self.source.data().await? {
            if !self.wastes(bytes.len()) {
                self.posted.is_cut = true;
                break;
            }
        }
        Ok(())
    }

    /// Reads and drops the rest of a refused page, within the same limits.
    async fn drain(&mut self) {
        while !self.source.is_broken
            && let Ok(Some(bytes)) = self.source.frame().await
            && self.wastes(bytes.len())
        {}
    }

    /// Counts dropped bytes. `false` if no more should be read.
    fn wastes(&mut self, bytes: usize) -> bool {
        self.waste.bytes += bytes as u64;
        if self.waste.place.is_none() {
            self.waste.place = self.app.drains.take(self.context.claimants(), 1).ok();
        }
        self.waste.place.is_some() && self.waste.bytes <= MAX_WASTE
    }
}
