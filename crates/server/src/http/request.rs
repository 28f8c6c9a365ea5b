//! The outer layer around every request: its id, checks that need no route, counters, the handling of panics, and the
//! rendering of problems.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::store::StoreError;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header};
use tower::Service as _;

use super::budget::Budget;
use super::clients::Contradiction;
use super::context::{RequestContext, RequestId};
use super::listener::{Answer, MAX_HEADER_BYTES, Peer};
use super::problem::{Problem, ProblemCode};
use super::state::{App, AppState};
use crate::request_log::{RequestEntry, RequestLog};

/// When the key of the request expires, so that an integrator notices that it was rolled.
const API_KEY_EXPIRES: HeaderName = HeaderName::from_static("api-key-expires");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");
const MAX_HEADERS: usize = 64;
const MAX_URI_BYTES: usize = 4 * 1_024;

/// Makes ids that are unique across requests and processes.
struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    fn next(&self) -> RequestId {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("req-{:016x}-{next:x}", self.process).into())
    }
}

/// The client's own id, if it is safe in a header and a log line. It does not replace ours, because a client that chose
/// ids could make its requests look like those of another.
fn clients_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let sane = |id: &&HeaderValue| {
        (1..=128).contains(&id.len())
            && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    headers.get(X_REQUEST_ID).filter(sane).cloned()
}

/// The router, and what happens around it.
#[derive(Clone)]
pub struct Front {
    app: App,
    router: Router,
    /// The label of a path for the metrics and the log.
    route_label: fn(&str) -> &'static str,
    slots: Arc<Budget>,
    log: Option<Arc<RequestLog>>,
    ids: Arc<RequestIds>,
}

impl Front {
    /// Puts the outer layer around a router. A request holds one of the slots while it is handled. It is logged
    /// afterwards.
    #[must_use]
    pub fn new(
        app: App,
        router: Router,
        route_label: fn(&str) -> &'static str,
        slots: Arc<Budget>,
        log: Option<Arc<RequestLog>>,
    ) -> Self {
        let mut process = [0; 8];
        app.services.random.fill(&mut process);
        let ids = RequestIds { process: u64::from_be_bytes(process), next: AtomicU64::new(1) };
        Self { app, router, route_label, slots, log, ids: Arc::new(ids) }
    }

    async fn route(&self, mut request: Request, context: RequestContext) -> Response {
        if let Err(problem) = check_request(&request) {
            return problem.into_response();
        }
        if !self.app.room.admits(request.method()) {
            return Problem::from(StoreError::Full).into_response();
        }
        if let Err(full) = context.take_slot() {
            return Problem::from(full).into_response();
        }
        request.extensions_mut().insert(context);
        let mut router = self.router.clone();
        match AssertUnwindSafe(router.call(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            Err(_) => {
                // The panic hook has logged the place. The message may contain a value, so it is not repeated.
                self.app.metrics.panics.inc();
                Problem::internal().close().into_response()
            }
        }
    }
}

/// Counts a request as being handled until this is dropped, which also happens when the client goes away.
struct Answering<'a>(&'a AppState);

impl<'a> Answering<'a> {
    fn begin(app: &'a AppState) -> Self {
        app.metrics.in_flight.inc();
        app.answering.fetch_add(1, Ordering::Relaxed);
        app.asked.fetch_add(1, Ordering::Relaxed);
        Self(app)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Answer for Front {
    async fn answer(&self, request: Request, peer: &Peer) -> Response {
        let began = Instant::now();
        let request_id = self.ids.next();
        let is_coded = request.headers().contains_key(header::TRANSFER_ENCODING);
        let clients_id = clients_id(request.headers());
        let method = method_label(request.method());
        let route = (self.route_label)(request.uri().path());
        let (customer, file) = path_ids(route, request.uri().path());
        let answering = Answering::begin(&self.app);
        let client = match peer.is_proxy {
            true => self.app.proxies.client(request.headers(), peer.address),
            false => Ok(peer.address),
        };
        let context = RequestContext::new(request_id.clone(), client.unwrap_or(peer.address), began, &self.slots);
        let mut response = match client {
            Ok(_) if peer.progress.is_ambiguous() => {
                let text = "A header line ends without a carriage return, or the length of the body is given twice.";
                Problem::new(ProblemCode::MalformedRequest, text).close().into_response()
            }
            Ok(_) => self.route(request, context.clone()).await,
            Err(Contradiction) => {
                let text = "Forwarded and X-Forwarded-For name different clients; the proxy must forward only its own.";
                Problem::new(ProblemCode::MalformedRequest, text).close().into_response()
            }
        };
        context.leave_slot();
        if context.is_known() {
            peer.progress.know();
        }
        drop(answering);
        let problem = response.extensions_mut().remove::<Problem>();
        let code = problem.as_ref().map(|problem| problem.code().as_str());
        if let Some(problem) = &problem {
            response = self.render(problem, response, &request_id);
        }
        let status = response.status().as_u16();
        let elapsed = began.elapsed();
        self.app.metrics.answered(method, route, status, elapsed.as_secs_f64());
        if let Some(log) = &self.log {
            let (at, duration_us) = (self.app.services.clock.now(), elapsed.as_micros() as u64);
            let (request_id, key) = (Arc::clone(&request_id.0), context.key());
            let entry = RequestEntry { at, request_id, method, route, status, code, key, customer, file, duration_us };
            log.push(entry, problem.as_ref().map(Problem::errors).unwrap_or_default());
        }
        if let Some(theirs) = clients_id.as_ref().and_then(|id| id.to_str().ok()) {
            tracing::debug!(%request_id, client_request_id = theirs, "the client sent its own request id");
        }
        let headers = response.headers_mut();
        let id = HeaderValue::try_from(&*request_id.0).expect("ids are made of visible ASCII");
        headers.insert(X_REQUEST_ID, id);
        if let Some(id) = clients_id {
            headers.insert(X_CLIENT_REQUEST_ID, id);
        }
        if let Some(end) = context.key_end() {
            headers.insert(API_KEY_EXPIRES, HeaderValue::try_from(end.to_string()).expect("a time is visible ASCII"));
        }
        if is_coded {
            // Only hyper knows where its body ends, so what follows it was not inspected.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
}

impl Front {
    fn render(&self, problem: &Problem, bare: Response, request_id: &RequestId) -> Response {
        let mut response = problem.render(&self.app.public_url, &request_id.0);
        // Headers that the router has set on the bare response, such as Allow.
        for (name, value) in bare.headers() {
            if name != header::CONTENT_LENGTH {
                response.headers_mut().insert(name.clone(), value.clone());
            }
        }
        response
    }
}

/// Refuses requests that can be read in two ways (request smuggling), and those that are too large.
fn check_request(request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    let malformed = |text: &'static str| Err(Problem::new(ProblemCode::MalformedRequest, text).close());
    // hyper's own limit is for its buffer, which one read may exceed by as much again.
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        let text =
            format!("A request may have at most {MAX_HEADERS} header fields and {MAX_HEADER_BYTES} bytes of headers.");
        return Err(Problem::new(ProblemCode::HeadersTooLarge, text).close());
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > MAX_URI_BYTES) {
        let text = format!("A path with its query may have at most {MAX_URI_BYTES} bytes.");
        return Err(Problem::new(ProblemCode::UriTooLong, text).close());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() || (host.is_none() && request.version() == Version::HTTP_11) {
        return malformed("A request must have one Host header.");
    }
    if host.is_some_and(|host| !is_host(host.as_bytes())) {
        return malformed("Host must be a name or an address, with or without a port.");
    }
    if request.method() == Method::CONNECT {
        let allow = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
        let problem = Problem::new(ProblemCode::MethodNotAllowed, "This server is not a proxy.");
        return Err(problem.header(header::ALLOW, allow).close());
    }
    if let (Some(authority), Some(host)) = (request.uri().authority(), host)
        && !authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes())
    {
        let text = "The request line and the Host header name different servers.";
        return Err(Problem::new(ProblemCode::MisdirectedRequest, text).close());
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    if let Some(coding) = codings.next()
        && (!coding.as_bytes().eq_ignore_ascii_case(b"chunked") || codings.next().is_some())
    {
        return malformed("The only supported transfer coding is chunked.");
    }
    if headers.get_all(header::CONTENT_LENGTH).iter().count() > 1 {
        return malformed("A request must have at most one Content-Length header.");
    }
    Ok(())
}

/// Whether this is a name or an address, with or without a port (RFC 9110, 7.2), and without a user or path.
fn is_host(host: &[u8]) -> bool {
    let (name, port) = match host.iter().rposition(|byte| *byte == b':') {
        Some(colon) if !host.ends_with(b"]") => (&host[..colon], &host[colon + 1..]),
        _ => (host, &[][..]),
    };
    let named = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(byte));
    let addressed = |inner: &[u8]| inner.iter().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte));
    let bracketed = name.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    !name.is_empty() && bracketed.map_or_else(|| named(name), addressed) && port.iter().all(u8::is_ascii_digit)
}

/// The ids of Dossier's in a path. Other text in it may be anything.
fn path_ids(route: &str, path: &str) -> (Option<CustomerId>, Option<FileId>) {
    let mut ids = (None, None);
    for (name, text) in route.split('/').zip(path.split('/')) {
        match name {
            "{customer_id}" => ids.0 = CustomerId::parse(text),
            "{file_id}" => ids.1 = FileId::parse(text),
            _ => {}
        }
    }
    ids
}

fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
