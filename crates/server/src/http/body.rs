//! Request bodies: the right type, not too large, in time, and not too many at once.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

use super::AppState;
use super::connection::Deadlines;
use super::problem::{Problem, ProblemCode};

/// The largest JSON body: the largest legal one, every character escaped, has about 3.83 MB.
pub const MAX_JSON: usize = 4 * 1_024 * 1_024;

/// What a body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`
    Json,
    /// `application/merge-patch+json`
    MergePatch,
    /// `multipart/form-data`
    FormData,
    /// `application/x-www-form-urlencoded`: what a page sends.
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

/// A whole body, and its share of the memory that bodies may take.
pub struct JsonBody {
    bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

impl std::ops::Deref for JsonBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl JsonBody {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// 415 for another type, 413 when it is too large (told before it is read, where its length is announced), 408 when
    /// it does not come, 503 when too many bodies are being read.
    pub async fn read(app: &AppState, headers: &HeaderMap, body: Body, expected: MediaType) -> Result<Self, Problem> {
        Self::read_within(app, headers, body, expected, Deadlines::default()).await
    }

    /// Reads a JSON body that may be missing, and then needs no type. What has a type has the right one, unless it is
    /// empty.
    ///
    /// # Errors
    ///
    /// As [`JsonBody::read`].
    pub async fn read_optional(app: &AppState, headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        if body.size_hint().exact() == Some(0) {
            return Ok(Self { bytes: Bytes::new(), _share: AppState::share(app, 0)? });
        }
        if !headers.contains_key(header::CONTENT_TYPE) {
            let mut headers = headers.clone();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            return Self::read(app, &headers, body, MediaType::Json).await;
        }
        Self::read(app, headers, body, MediaType::Json).await
    }

    /// [`JsonBody::read`] with other deadlines.
    ///
    /// # Errors
    ///
    /// As [`JsonBody::read`].
    pub async fn read_within(
        app: &AppState,
        headers: &HeaderMap,
        body: Body,
        expected: MediaType,
        deadlines: Deadlines,
    ) -> Result<Self, Problem> {
        check_type(headers, expected)?;
        let announced = body.size_hint().exact();
        if announced.is_some_and(|length| length > MAX_JSON as u64) {
            return Err(too_large());
        }
        // An announced length is paid for as announced, an unannounced one as the largest.
        let bytes = announced.map_or(MAX_JSON, |length| usize::try_from(length).unwrap_or(MAX_JSON));
        let kibibytes = u32::try_from(bytes / 1_024 + 1).expect("a body has at most 4 MiB");
        let share = AppState::share(app, kibibytes)?;
        let bytes = collect(body, deadlines).await?;
        Ok(Self { bytes, _share: share })
    }
}

impl AppState {
    fn share(&self, kibibytes: u32) -> Result<OwnedSemaphorePermit, Problem> {
        let budget = std::sync::Arc::clone(&self.body_budget);
        budget.try_acquire_many_owned(kibibytes).map_err(|_| Problem::overloaded().close())
    }
}

/// 415, saying which type is expected.
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
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(refuse());
    }
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

/// Most bodies come in one piece, which is then not copied.
async fn collect(mut body: Body, deadlines: Deadlines) -> Result<Bytes, Problem> {
    let end = Instant::now() + deadlines.body_total;
    let mut first: Option<Bytes> = None;
    let mut whole = BytesMut::new();
    loop {
        let next = timeout(deadlines.body_idle, timeout_at(end, body.frame())).await;
        let frame = match next.map(|within| within.map(|frame| frame.transpose())) {
            Ok(Ok(Ok(Some(frame)))) => frame,
            Ok(Ok(Ok(None))) => break,
            Ok(Ok(Err(_))) => {
                let text = "The body ended before its announced length, or its chunks are malformed.";
                return Err(Problem::new(ProblemCode::MalformedRequest, text).close());
            }
            Ok(Err(_)) | Err(_) => {
                return Err(Problem::new(ProblemCode::RequestTimeout, "The body did not come in time.").close());
            }
        };
        // Trailers are of no use to anybody here.
        let Ok(data) = frame.into_data() else { continue };
        match (first.take(), whole.is_empty()) {
            (None, true) => first = Some(data),
            (before, _) => {
                whole.extend_from_slice(before.as_deref().unwrap_or_default());
                whole.extend_from_slice(&data);
            }
        }
        if first.as_ref().map_or(whole.len(), Bytes::len) > MAX_JSON {
            return Err(too_large());
        }
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}

fn too_large() -> Problem {
    Problem::new(ProblemCode::PayloadTooLarge, "A JSON body may have at most 4 MiB.").close()
}
