//! Files over HTTP: received in one pass, and sent piece by piece.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Caller;
use dossier_core::file::{File, FileDetails, FileName, MAX_FILE, MediaType, Uploaded};
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::FileId;
use dossier_core::look::{LookedThrough, Seen};
use dossier_core::store::{ByteRange, FileReader, StoreError};
use dossier_core::use_cases::read_file;
use dossier_core::use_cases::upload_file::{Upload, UploadError};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use hyper::body::Body as _;
use serde_json::json;

use super::body::{Frames, MediaType as BodyType, no_room, unsupported};
use super::budget::Share;
use super::conditions::{IDEMPOTENT_REPLAYED, idempotency_key, names_tag};
use super::connection::Deadlines;
use super::context::RequestContext;
use super::extract::{ContentReader, FilePath, FileReader as Viewer, Uploader};
use super::looks::{self, Looker};
use super::multipart::{self, Parts, Piece};
use super::openapi::operation::{Operation, Problems, Shows, WRITES};
use super::openapi::parts::{FILES, bare, file_id, named, request_header, response, with_headers};
use super::problem::Problem;
use super::problem::ProblemCode::{
    self, DamagedFile, IdempotencyKeyReused, InfectedFile, InvalidHeader, MalformedMultipart, NotFound,
    PayloadTooLarge, RangeNotSatisfiable, RequestTimeout, ScannerUnavailable, UnsupportedFileType,
    UnsupportedMediaType,
};
use super::query::NoQuery;
use super::responses::UploadedFile;
use super::state::App;

/// The bytes that a body may have besides the file: boundaries and the part's header.
const ENVELOPE: u64 = multipart::MAX_HEADER as u64 + 1_024;
/// Whatever a file contains, no browser shows or runs it under our origin. (Every response has nosniff.)
const FILE_CSP: &str = "sandbox; default-src 'none'";
/// How long a whole upload may take.
const TOTAL: Duration = Duration::from_secs(120);

const UPLOADS: Problems = &[
    DamagedFile,
    InfectedFile,
    InvalidHeader,
    MalformedMultipart,
    RequestTimeout,
    IdempotencyKeyReused,
    PayloadTooLarge,
    ScannerUnavailable,
    UnsupportedFileType,
    UnsupportedMediaType,
];

pub(crate) const UPLOAD: Operation = Operation {
    method: Method::POST,
    path: "/v0/files",
    scopes: &[KeyScope::FilesWrite],
    shows: Shows::Own,
    problems: &[WRITES, UPLOADS],
    describe: || {
        json!({
            "operationId": "uploadFile",
            "tags": [FILES],
            "summary": "Upload a file",
            "description": "One JPEG, PNG or PDF of at most 10 MiB. The content decides which it is, not the name. To \
                attach the file, name its id in the `documents` of a customer. A file that is not attached is deleted \
                after 72 hours.",
            "requestBody": {
                "required": true,
                "content": { "multipart/form-data": {
                    "schema": named("NewFile"),
                    "encoding": { "file": { "contentType": "image/jpeg, image/png, application/pdf" } },
                } },
            },
            "responses": { "200": response("The file was stored", "UploadedFile") },
        })
    },
};

pub(crate) async fn upload(
    State(app): State<App>,
    Uploader(caller, _): Uploader,
    request: Request,
) -> Result<Response, Problem> {
    let key = idempotency_key(request.headers())?.map(ToOwned::to_owned);
    let Uploaded { file, replayed } = receive(&app, &caller, request, key.as_deref()).await?;
    let FileDetails { name, media_type, .. } = &file.details;
    let answer = UploadedFile { id: file.id, name: name.expose(), r#type: *media_type };
    let mut response = axum::Json(answer).into_response();
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Receives the one file of a multipart body.
async fn receive(app: &App, caller: &Caller, request: Request, key: Option<&str>) -> Result<Uploaded, Problem> {
    let (parts, body) = request.into_parts();
    let context = RequestContext::of(&parts);
    let boundary = boundary(&parts.headers)?;
    if body.size_hint().exact().is_some_and(|length| length > MAX_FILE + ENVELOPE) {
        return Err(UploadError::TooLarge.into());
    }
    // An upload takes memory only once its file begins, and holds no slot while it arrives.
    context.leave_slot();
    let mut place = None;
    let mut body_parts = Parts::new(&boundary, 1);
    let mut frames = Frames::new(body, Deadlines { body_total: TOTAL, ..Deadlines::DEFAULT });
    let mut upload = None;
    while let Some(bytes) = frames.next().await? {
        body_parts.push(&bytes);
        loop {
            match body_parts.take().map_err(malformed)? {
                Piece::Nothing => break,
                Piece::End => {}
                Piece::Part(part) => {
                    let name = FileName::new(&part.into_file().map_err(malformed)?);
                    place = Some(app.uploads.take(context.claimants(), 1).map_err(no_room)?);
                    let begun = Upload::begin(&app.services, caller, name, key);
                    upload = Some(frames.excused(begun).await.map_err(refused)?);
                }
                Piece::Data(bytes) => match &mut upload {
                    Some(upload) => frames.excused(upload.write(&bytes)).await.map_err(refused)?,
                    None => return Err(malformed_text("the body has no part".to_owned())),
                },
            }
        }
    }
    body_parts.finish().map_err(malformed)?;
    let mut upload = upload.ok_or_else(|| malformed_text("the body has no part".to_owned()))?;
    upload.end_scan().await?;
    context.take_slot()?;
    let uploaded = upload.finish().await?;
    drop(place);
    Ok(uploaded)
}

pub(crate) const READ: Operation = Operation {
    method: Method::GET,
    path: "/v0/files/{file_id}",
    scopes: &[KeyScope::FilesRead],
    shows: Shows::Own,
    problems: &[&[NotFound]],
    describe: || {
        json!({
            "operationId": "getFile",
            "tags": [FILES],
            "summary": "Read the details of a file",
            "description": "Its name, type, size and state, and whose evidence it is or was.",
            "parameters": [file_id()],
            "responses": { "200": response("The file", "File") },
        })
    },
};

pub(crate) async fn read(
    State(app): State<App>,
    Viewer(caller, _): Viewer,
    FilePath(id): FilePath,
    _: NoQuery,
) -> Result<Response, Problem> {
    let file = find(&app, caller.scope, id).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], file.to_json()).into_response())
}

pub(crate) const CONTENT: Operation = Operation {
    method: Method::GET,
    path: "/v0/files/{file_id}/content",
    scopes: &[KeyScope::FilesRead, KeyScope::PiiReveal],
    shows: Shows::Own,
    problems: &[WRITES, &[InvalidHeader, NotFound, RangeNotSatisfiable]],
    describe: || {
        let binary = json!({ "schema": { "type": "string", "format": "binary" } });
        let content = json!({ "image/jpeg": binary, "image/png": binary, "application/pdf": binary });
        let whole = |description: &str| json!({ "description": description, "content": content });
        let common = ["ETag", "Accept-Ranges", "Content-Disposition"];
        let range = json!({ "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" });
        let tags = json!({ "type": "string", "pattern": "^(\\*|\"[!#-~]*\")$" });
        let tag = json!({ "type": "string", "pattern": "^\"[!#-~]*\"$" });
        let if_range = "The ETag that the range belongs to. If it is no longer current, the whole content is returned";
        json!({
            "operationId": "getFileContent",
            "tags": [FILES],
            "summary": "Read the content of a file",
            "description": "Sent as an attachment, so that no browser shows or runs it. Every read is recorded in the \
                audit trail.",
            "parameters": [
                file_id(),
                request_header("Range", "One range of bytes", range),
                request_header("If-Range", if_range, tag),
                request_header("If-None-Match", "Respond with 304 if the content is still this one", tags),
                looks::reason(),
            ],
            "responses": {
                "200": with_headers(whole("The whole content"), &common),
                "206": with_headers(whole("The requested range"), &[&common[..], &["Content-Range"]].concat()),
                "304": bare("The content is still the one in `If-None-Match`", &["ETag", "Accept-Ranges"]),
            },
        })
    },
};

pub(crate) async fn content(
    State(app): State<App>,
    ContentReader(caller, _): ContentReader,
    looker: Looker,
    FilePath(id): FilePath,
    Extension(context): Extension<RequestContext>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers();
    let file = find(&app, caller.scope, id).await?;
    let details = &file.details;
    let tag = entity_tag(details);
    let mut response = Response::new(Body::empty());
    let given = response.headers_mut();
    given.insert(header::ETAG, HeaderValue::try_from(tag.as_str()).expect("hexadecimal digits in quotes"));
    given.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if names_tag(headers, &header::IF_NONE_MATCH, &tag)? {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let range = match wanted_range(headers, &tag, details.size)? {
        Some(range) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, details.size);
            let text = HeaderValue::try_from(text).expect("digits");
            response.headers_mut().insert(header::CONTENT_RANGE, text);
            range
        }
        None => 0..details.size,
    };
    let given = response.headers_mut();
    given.insert(header::CONTENT_TYPE, HeaderValue::from_static(details.media_type.as_str()));
    given.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    given.insert(header::CONTENT_DISPOSITION, disposition(details));
    given.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE_CSP));
    if request.method() != Method::HEAD {
        let share = app.downloads.take(context.claimants(), 1);
        let share = share.map_err(|refused| refused.at_once("downloads"))?;
        let reader = read_file::open(&app.services, &caller, &file, range).await?;
        *response.body_mut() = stream_of(reader, share).await?;
        let customers: BTreeSet<_> = file.attachments.iter().map(|attachment| attachment.customer).collect();
        looker.saw(&app, &caller, customers, (LookedThrough::GetFileContent, Seen::File));
    }
    Ok(response)
}

/// The whole content, for the pages.
pub(crate) async fn show_content(
    app: &App,
    caller: &Caller,
    context: &RequestContext,
    file: &File,
) -> Result<Response, Problem> {
    let share = app.downloads.take(context.claimants(), 1).map_err(|refused| refused.at_once("downloads"))?;
    let details = &file.details;
    let reader = read_file::open(&app.services, caller, file, 0..details.size).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(details.media_type.as_str())),
        (header::CONTENT_LENGTH, HeaderValue::from(details.size)),
        (header::CONTENT_DISPOSITION, disposition(details)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE_CSP)),
    ];
    Ok((headers, stream_of(reader, share).await?).into_response())
}

/// The first piece is opened before the response begins, so that damage found there becomes a problem and not a
/// response that breaks off. The share is returned once everything was sent or the client went away.
async fn stream_of(mut reader: Box<dyn FileReader>, share: Share) -> Result<Body, StoreError> {
    let first = reader.next().await?;
    let pieces = stream::try_unfold((first, reader, share), |(ready, mut reader, share)| async move {
        let piece = match ready {
            Some(piece) => Some(piece),
            None => reader.next().await.inspect_err(|error| {
                // The connection is cut. What was sent so far is intact, and the client sees that the rest is missing.
                tracing::error!(%error, "the content of a file ended early");
            })?,
        };
        Ok::<_, StoreError>(piece.map(|piece| (piece, (None, reader, share))))
    });
    Ok(Body::from_stream(pieces))
}

async fn find(app: &App, scope: dossier_core::caller::Scope, id: Option<FileId>) -> Result<File, Problem> {
    let id = id.ok_or_else(Problem::not_found)?;
    app.services.store.files(scope, &[id], None).await?.pop().ok_or_else(Problem::not_found)
}

pub(crate) fn boundary(headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let content_type = types.next().and_then(|value| value.to_str().ok());
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|value| value != "identity");
    match content_type.and_then(multipart::boundary) {
        Some(boundary) if types.next().is_none() && !encoded => boundary.map_err(malformed),
        _ => Err(unsupported(BodyType::FormData)),
    }
}

pub(crate) fn malformed(multipart::Malformed(why): multipart::Malformed) -> Problem {
    malformed_text(why.to_owned())
}

fn malformed_text(why: String) -> Problem {
    Problem::new(ProblemCode::MalformedMultipart, format!("The body is not a form with one file: {why}.")).close()
}

/// The problem for an upload that is refused before its end. The rest of the body is not read.
fn refused(error: UploadError) -> Problem {
    Problem::from(error).close()
}

fn entity_tag(details: &FileDetails) -> String {
    format!("\"{}\"", hexadecimal(&details.sha256[..16]))
}

/// The one range that is requested. Several ranges, or text that is not a range of bytes, are ignored (RFC 9110, 14.2).
/// A range after the end of the file is a problem.
fn wanted_range(headers: &HeaderMap, tag: &str, size: u64) -> Result<Option<ByteRange>, Problem> {
    let Some(text) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    if headers.get(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Ok(None);
    }
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Ok(None);
    };
    let digits = |text: &str| -> Option<u64> {
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (digits(first), digits(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return Ok(None),
    };
    if range.is_empty() {
        let length = HeaderValue::try_from(format!("bytes */{size}")).expect("digits");
        let text = "The range is after the end of the file; Content-Range gives the size of the file.";
        return Err(Problem::new(ProblemCode::RangeNotSatisfiable, text).header(header::CONTENT_RANGE, length));
    }
    Ok(Some(range))
}

/// RFC 6266: the name in ASCII for old clients and in full for others, always with an extension of the file's type.
fn disposition(details: &FileDetails) -> HeaderValue {
    let FileDetails { name, media_type, .. } = details;
    let name = with_extension(name.expose(), *media_type);
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            whole.push(byte.into());
        } else {
            let _ = write!(whole, "%{byte:02X}");
        }
    }
    let text = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("attachment"))
}

fn with_extension(name: &str, media_type: MediaType) -> String {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    if extension.is_some_and(|extension| media_type.extensions().contains(&extension.as_str())) {
        name.to_owned()
    } else {
        format!("{name}.{}", media_type.extensions()[0])
    }
}
