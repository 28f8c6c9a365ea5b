//! The routes. Each leads to one handler. Routes of the API are made from the operation beside the handler.

use std::collections::HashSet;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodFilter, get, on};
use http::Method;
use http::request::Parts;
use serde_json::Value;

use super::accept::Wants;
use super::auth::note_key;
use super::context::RequestContext;
use super::openapi::operation::Operation;
use super::problem::{Problem, ProblemCode};
use super::state::App;
use super::{
    audit, customers, docs, erasure, events, files, health, kyc, looks, openapi, person_erasure, providers, retention,
    sandbox, webhooks,
};
use crate::{console, desk, pages};

macro_rules! operations {
    ($($operation:path => $handler:path,)*) => {
        /// Every operation of the API. Pages for people (below `/docs`, `/problems`, `/`) are not among them.
        pub const OPERATIONS: &[Operation] = &[$($operation),*];

        fn documented() -> Router<App> {
            Router::new()$(.route($operation.path, on(filter($operation.method), $handler)))*
        }
    };
}

// The Allow header of a path lists its methods in this order.
operations! {
    customers::list::LIST => customers::list::list,
    customers::CREATE => customers::create,
    customers::READ => customers::read,
    customers::PUT => customers::put,
    customers::PATCH => customers::patch,
    customers::REMOVE_DOCUMENT => customers::remove_document,
    customers::export::EXPORT => customers::export::export,
    files::UPLOAD => files::upload,
    files::READ => files::read,
    files::CONTENT => files::content,
    kyc::OPEN_SESSION => kyc::open_session,
    kyc::DECIDE => kyc::decide,
    kyc::REQUIREMENTS => kyc::requirements,
    erasure::REQUEST => erasure::request,
    erasure::READ => erasure::read,
    erasure::CANCEL => erasure::cancel,
    person_erasure::REQUEST => person_erasure::request,
    person_erasure::READ => person_erasure::read,
    person_erasure::CANCEL => person_erasure::cancel,
    retention::FORECAST => retention::forecast,
    retention::PLACE => retention::place,
    retention::LIST => retention::list,
    retention::END => retention::end,
    sandbox::SIMULATE => sandbox::simulate,
    sandbox::READ_CLOCK => sandbox::read_clock,
    sandbox::ADVANCE_CLOCK => sandbox::advance_clock,
    sandbox::EMPTY => sandbox::empty,
    events::LIST => events::list,
    audit::LIST => audit::list,
    looks::LIST => looks::list,
    webhooks::LIST => webhooks::list,
    webhooks::REGISTER => webhooks::register,
    webhooks::DELETE => webhooks::delete,
    webhooks::ENABLE => webhooks::enable,
    webhooks::DELIVERIES => webhooks::deliveries,
    webhooks::RESEND => webhooks::resend,
    providers::SUMSUB => providers::sumsub,
    docs::OPENAPI => openapi_json,
    health::HEALTHZ => health::healthz,
    health::READYZ => health::readyz,
}

fn filter(method: Method) -> MethodFilter {
    method.try_into().expect("operations have methods that the router knows")
}

/// Every route of the public port.
pub fn router(app: App) -> Router {
    documented()
        .merge(pages::routes(&app))
        .merge(desk::routes(&app))
        .merge(console::routes(&app))
        .merge(docs::site::routes(document, &app.public_url))
        .route("/problems", get(docs::problems::all))
        .route("/problems/{code}", get(docs::problems::one))
        .route("/", get(pages::lost::start).post(pages::lost::follow_pasted))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app)
}

/// The document that describes these routes.
#[must_use]
pub fn document() -> Value {
    openapi::document(OPERATIONS)
}

async fn openapi_json() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());
    docs::openapi(&DOCUMENT)
}

/// Health and metrics, for their own port.
pub fn operations(app: App, metrics: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let content_type = [(http::header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Router::new()
        .route("/metrics", get(move || async move { (content_type, metrics()) }))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(|| async { Problem::not_found() })
        .with_state(app)
}

/// The label of every path that is not a documented route.
pub const UNKNOWN: &str = "other";

/// The documented route of a path. The metrics use it as a label, because there are only a few.
pub fn route_label(path: &str) -> &'static str {
    let matches = |route: &str| {
        let (mut segments, mut of_route) = (path.split('/'), route.split('/'));
        of_route.all(|part| segments.next().is_some_and(|segment| segment == part || part.starts_with('{')))
            && segments.next().is_none()
    };
    let routes = || OPERATIONS.iter().map(|operation| operation.path);
    // A literal path goes before one with a parameter, as in the router.
    routes().find(|route| *route == path).or_else(|| routes().find(|route| matches(route))).unwrap_or(UNKNOWN)
}

/// The paths of the API, each once.
#[must_use]
pub fn api_paths() -> Vec<&'static str> {
    let mut paths: Vec<_> = OPERATIONS.iter().map(|one| one.path).filter(|path| path.starts_with("/v0")).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Whether the contract has a member or a parameter of this name.
#[must_use]
pub fn is_contract_word(text: &str) -> bool {
    static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let mut words = HashSet::new();
        collect_words(&document(), &mut words);
        words
    });
    WORDS.contains(text)
}

/// The names of properties and parameters in a part of the document.
fn collect_words(part: &Value, words: &mut HashSet<String>) {
    match part {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                words.extend(properties.keys().cloned());
            }
            if let (Some(Value::String(name)), Some(_)) = (members.get("name"), members.get("in")) {
                words.insert(name.clone());
            }
            members.values().for_each(|member| collect_words(member, words));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        _ => {}
    }
}

/// The response where no route leads. Outside the API, people get a page. Clients that build their URLs themselves
/// often append a slash.
async fn not_found(State(app): State<App>, parts: Parts) -> Result<Response, Problem> {
    let path = parts.uri.path();
    let shorter = path.strip_suffix('/').filter(|shorter| !shorter.ends_with('/'));
    if is_below(path, "/v0") {
        note_key(&app, &parts.headers, RequestContext::of(&parts)).await;
    } else if ["/desk", "/console", "/docs"].iter().any(|part| is_below(path, part)) {
        if Wants::of(&parts.headers) == Wants::Page && matches!(parts.method, Method::GET | Method::HEAD) {
            return Ok(match shorter {
                Some(shorter) => Redirect::permanent(shorter).into_response(),
                None => docs::site::nowhere(&parts.headers),
            });
        }
    } else if let Some(page) = pages::lost::elsewhere(&app, &parts).await {
        return Ok(page);
    }
    Err(match shorter {
        Some(shorter) if route_label(shorter) != UNKNOWN => {
            let text = "Not found. The same path without the slash at its end exists.";
            Problem::new(ProblemCode::NotFound, text)
        }
        _ => Problem::not_found(),
    })
}

fn is_below(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The response to a path that exists, with another method.
async fn method_not_allowed(State(app): State<App>, parts: Parts) -> Problem {
    note_key(&app, &parts.headers, RequestContext::of(&parts)).await;
    Problem::new(ProblemCode::MethodNotAllowed, "The Allow header lists the methods of this resource.")
}
