//! Request bodies: of the expected type, not too large, not too slow, and not too many at once.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Frame};
use tokio::time::{Instant, timeout_at};

use super::budget::{NoRoom, Share};
use super::connection::Deadlines;
use super::context::RequestContext;
use super::problem::{Problem, ProblemCode};
use super::state::AppState;

/// The limit for a body with a customer. The largest valid one, with every character escaped, has about 3.83 MB.
const MAX_CUSTOMER: usize = 4 * 1_024 * 1_024;
/// The limit for any other JSON body.
const MAX_JSON: usize = 64 * 1_024;
/// How fast a body must arrive on average, once its grace period is over.
const BYTES_PER_SECOND: u64 = 16 * 1_024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    Json,
    MergePatch,
    /// `multipart/form-data`, for files.
    FormData,
    /// `application/x-www-form-urlencoded`, as a page sends it.
    Form,
}

impl MediaType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::MergePatch => "application/merge-patch+json",
            Self::FormData => "multipart/form-data",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// The requirements for a body.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    pub media_type: MediaType,
    /// The most bytes that it may have.
    pub most: usize,
    pub deadlines: Deadlines,
}

impl Expected {
    /// A customer, in JSON.
    pub const CUSTOMER: Self = Self { media_type: MediaType::Json, most: MAX_CUSTOMER, deadlines: Deadlines::DEFAULT };
    /// A merge patch of a customer.
    pub const PATCH: Self = Self { media_type: MediaType::MergePatch, ..Self::CUSTOMER };
    /// The fields of a page.
    pub const FORM: Self = Self { media_type: MediaType::Form, ..Self::CUSTOMER };
    /// JSON other than a customer.
    pub const JSON: Self = Self { most: MAX_JSON, ..Self::CUSTOMER };
    /// The fields of a short form.
    pub const SHORT_FORM: Self = Self { most: MAX_JSON, ..Self::FORM };

    fn too_large(self) -> Problem {
        let text = format!("This body may have at most {} KiB.", self.most / 1_024);
        Problem::new(ProblemCode::PayloadTooLarge, text).close()
    }
}

/// A whole body, with its share of the memory for bodies.
pub struct WholeBody {
    bytes: Bytes,
    _share: Option<Share>,
}

impl WholeBody {
    /// The same bytes, to keep them alive while another thread works on them.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

impl std::ops::Deref for WholeBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl WholeBody {
    /// Reads a body. One that is too large is refused before it is read if its length was announced.
    pub async fn read(app: &AppState, parts: &Parts, body: Body, expected: Expected) -> Result<Self, Problem> {
        check_type(&parts.headers, expected.media_type)?;
        Self::collect(app, parts, body, expected).await
    }

    /// Reads a JSON body that may be missing. `Content-Type` may be missing too, but must not name another type unless
    /// the body is empty.
    pub async fn read_optional(app: &AppState, parts: &Parts, body: Body) -> Result<Self, Problem> {
        if body.size_hint().exact() == Some(0) {
            return Ok(Self { bytes: Bytes::new(), _share: None });
        }
        if parts.headers.contains_key(header::CONTENT_TYPE) {
            check_type(&parts.headers, MediaType::Json)?;
        } else {
            check_coding(&parts.headers, MediaType::Json)?;
        }
        Self::collect(app, parts, body, Expected::JSON).await
    }

    /// A body that arrived together with the header is in the connection's buffer, and the request's slot limits how
    /// many of these there are. When the body has to be waited for, the request leaves its slot, and is charged for the
    /// bytes that have arrived.
    async fn collect(app: &AppState, parts: &Parts, body: Body, expected: Expected) -> Result<Self, Problem> {
        if body.size_hint().exact().is_some_and(|length| length > expected.most as u64) {
            return Err(expected.too_large());
        }
        let context = RequestContext::of(parts);
        let mut pieces = Pieces::of(&body);
        let mut frames = Frames::new(body, expected.deadlines);
        let mut share: Option<Share> = None;
        loop {
            let piece = match frames.next_ready() {
                Some(piece) => piece?,
                None => {
                    if share.is_none() {
                        context.leave_slot();
                        pieces.keep();
                        share = Some(app.body_bytes.take(context.claimants(), pieces.len() as u64).map_err(no_room)?);
                    }
                    frames.next().await?
                }
            };
            let Some(piece) = piece else { break };
            if let Some(share) = &mut share {
                share.grow(piece.len() as u64).map_err(no_room)?;
            }
            if pieces.len() + piece.len() > expected.most {
                return Err(expected.too_large());
            }
            pieces.push(piece);
        }
        context.take_slot()?;
        Ok(Self { bytes: pieces.whole(), _share: share })
    }
}

/// The 503 for a request whose body was not read.
pub(crate) fn no_room(full: NoRoom) -> Problem {
    Problem::from(full).close()
}

/// The part of a body that has arrived. Most bodies arrive in one piece, which is not copied.
struct Pieces {
    first: Option<Bytes>,
    others: Vec<u8>,
    /// The length of the whole body, if it was announced.
    announced: Option<usize>,
}

impl Pieces {
    fn of(body: &Body) -> Self {
        let announced = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
        Self { first: None, others: Vec::new(), announced }
    }

    fn len(&self) -> usize {
        self.first.as_ref().map_or(self.others.len(), Bytes::len)
    }

    fn push(&mut self, piece: Bytes) {
        if self.first.is_none() && self.others.is_empty() {
            self.first = Some(piece);
        } else {
            self.keep();
            self.add(&piece);
        }
    }

    /// Whenever the buffer grows, the old one becomes garbage. So it grows fourfold, up to the announced length.
    fn add(&mut self, piece: &[u8]) {
        let length = self.others.len() + piece.len();
        if length > self.others.capacity() {
            let wanted = self.announced.map_or(2 * length, |announced| announced.min(4 * length)).max(length);
            self.others.reserve_exact(wanted - self.others.len());
        }
        self.others.extend_from_slice(piece);
    }

    /// Copies the first piece, so that it does not keep the connection's buffer alive.
    fn keep(&mut self) {
        if let Some(first) = self.first.take() {
            self.add(&first);
        }
    }

    fn whole(self) -> Bytes {
        self.first.unwrap_or_else(|| self.others.into())
    }
}

/// The pieces of a body, each within its deadline.
pub(crate) struct Frames {
    body: Body,
    deadlines: Deadlines,
    began: Instant,
    received: u64,
}

impl Frames {
    pub(crate) fn new(body: Body, deadlines: Deadlines) -> Self {
        Self { body, deadlines, began: Instant::now(), received: 0 }
    }

    /// The next piece if it has already arrived. `None` means that the client has to be waited for.
    pub(super) fn next_ready(&mut self) -> Option<Result<Option<Bytes>, Problem>> {
        loop {
            match self.body.frame().now_or_never()? {
                None => return Some(Ok(None)),
                Some(frame) => match self.data(frame) {
                    Ok(None) => {}
                    other => return Some(other),
                },
            }
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            match timeout_at(self.deadline(), self.body.frame()).await {
                Ok(None) => return Ok(None),
                Ok(Some(frame)) => {
                    if let Some(data) = self.data(frame)? {
                        return Ok(Some(data));
                    }
                }
                Err(_) => {
                    return Err(Problem::new(ProblemCode::RequestTimeout, "The body arrived too slowly.").close());
                }
            }
        }
    }

    /// Waits for something that the client cannot speed up. Its deadlines move by as long as this takes.
    pub(crate) async fn excused<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let result = wait.await;
        self.began += began.elapsed();
        result
    }

    fn deadline(&self) -> Instant {
        let Deadlines { body_idle, body_total, body_grace, .. } = self.deadlines;
        let paid = Duration::from_millis(self.received * 1_000 / BYTES_PER_SECOND);
        (Instant::now() + body_idle).min(self.began + body_total).min(self.began + body_grace + paid)
    }

    /// `None` for trailers, which are not used.
    fn data(&mut self, frame: Result<Frame<Bytes>, axum::Error>) -> Result<Option<Bytes>, Problem> {
        let Ok(frame) = frame else {
            let text = "The body ended before its announced length, or its chunks are malformed.";
            return Err(Problem::new(ProblemCode::MalformedRequest, text).close());
        };
        let data = frame.into_data().ok();
        self.received += data.as_ref().map_or(0, Bytes::len) as u64;
        Ok(data)
    }
}

/// The 415 that names the expected type.
pub(super) fn unsupported(expected: MediaType) -> Problem {
    let form = match expected {
        MediaType::Json | MediaType::MergePatch | MediaType::Form => "in UTF-8 and not compressed",
        MediaType::FormData => "with one part named file, not compressed",
    };
    let text = format!("Send Content-Type: {}, {form}.", expected.as_str());
    let problem = Problem::new(ProblemCode::UnsupportedMediaType, text);
    match expected {
        MediaType::Json | MediaType::FormData | MediaType::Form => problem,
        MediaType::MergePatch => problem.header(
            http::HeaderName::from_static("accept-patch"),
            HeaderValue::from_static(MediaType::MergePatch.as_str()),
        ),
    }
}

fn check_type(headers: &HeaderMap, expected: MediaType) -> Result<(), Problem> {
    let refuse = || unsupported(expected);
    check_coding(headers, expected)?;
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let value = types.next().and_then(|value| value.to_str().ok()).ok_or_else(refuse)?;
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(expected.as_str()));
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
            charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    if essence && utf8 && types.next().is_none() { Ok(()) } else { Err(refuse()) }
}

fn check_coding(headers: &HeaderMap, expected: MediaType) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(unsupported(expected)),
        _ => Ok(()),
    }
}
