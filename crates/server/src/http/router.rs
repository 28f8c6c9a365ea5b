//! The routes. Each leads to one handler; `openapi/` describes the same routes, and a test compares the two.

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{delete, get, post};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Caller;
use dossier_core::disclosure::Disclosure;
use dossier_core::ids::{CustomerId, FileId, WebhookId};
use http::request::Parts;
use http::{Method, Uri};

use super::context::RequestContext;
use super::customers::NoQuery;
use super::problem::{Problem, ProblemCode};
use super::{App, audit, auth, customers, docs, events, files, kyc, openapi, webhooks};
use crate::pages;

/// Every route of the public port.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v0/customers", get(customers::list).post(customers::create))
        .route("/v0/customers/{customer_id}", get(customers::read).put(customers::put).patch(customers::patch))
        .route("/v0/customers/{customer_id}/documents/{file_id}", delete(customers::remove_document))
        .route("/v0/customers/simulate", post(kyc::simulate))
        .route("/v0/customers/{customer_id}/kycs", post(kyc::open_session))
        .route("/v0/customers/{customer_id}/decisions", post(kyc::decide))
        .route("/v0/requirements", get(kyc::requirements))
        .route("/v0/sandbox/clock", get(kyc::read_clock).post(kyc::advance_clock))
        .route("/v0/events", get(events::list))
        .route("/v0/audit", get(audit::list))
        .route("/v0/webhooks", get(webhooks::list).post(webhooks::register))
        .route("/v0/webhooks/{webhook_id}", delete(webhooks::delete))
        .route("/v0/webhooks/{webhook_id}/enable", post(webhooks::enable))
        .route("/v0/webhooks/{webhook_id}/deliveries", get(webhooks::deliveries))
        .route("/v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend", post(webhooks::resend))
        .route("/providers/sumsub", post(kyc::sumsub))
        .merge(pages::routes(&app))
        .route("/v0/files", post(files::upload))
        .route("/v0/files/{file_id}", get(files::read))
        .route("/v0/files/{file_id}/content", get(files::content))
        .route("/openapi.json", get(docs::openapi))
        .route("/docs", get(docs::reference))
        .route("/docs/{asset}", get(docs::asset))
        .route("/problems", get(docs::problems))
        .route("/problems/{code}", get(docs::problem))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/", get(|| async { Redirect::to("/docs") }))
        .fallback(not_found)
        .method_not_allowed_fallback(|| async {
            Problem::new(ProblemCode::MethodNotAllowed, "The Allow header lists the methods of this resource.")
        })
        .with_state(app)
}

/// Health and metrics, for the port of their own.
pub fn operations(app: App, metrics: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let content_type = [(http::header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Router::new()
        .route("/metrics", get(move || async move { (content_type, metrics()) }))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .fallback(|| async { Problem::not_found() })
        .with_state(app)
}

/// The label of every path that is no documented route.
const UNKNOWN: &str = "other";

/// The documented route of a path, of which there are a known few: a label for the metrics.
pub(super) fn route_label(path: &str) -> &'static str {
    let matches = |route: &str| {
        let (mut segments, mut of_route) = (path.split('/'), route.split('/'));
        of_route.all(|part| segments.next().is_some_and(|segment| segment == part || part.starts_with('{')))
            && segments.next().is_none()
    };
    let routes = || openapi::OPERATIONS.iter().map(|operation| operation.path);
    // As the router does, a path that is spelt out goes before one with a parameter.
    routes().find(|route| *route == path).or_else(|| routes().find(|route| matches(route))).unwrap_or(UNKNOWN)
}

/// A client that builds its addresses itself often puts a slash too many behind them.
async fn not_found(uri: Uri) -> Problem {
    let path = uri.path();
    match path.strip_suffix('/') {
        Some(shorter) if !shorter.ends_with('/') && route_label(shorter) != UNKNOWN => {
            let text = "There is no such path. Without the slash at its end there is one.";
            Problem::new(ProblemCode::NotFound, text)
        }
        _ => Problem::not_found(),
    }
}

/// The process runs.
async fn healthz() -> Response {
    axum::Json(serde_json::json!({ "status": "ok" })).into_response()
}

/// The process can answer requests: its store can be read.
async fn readyz(State(app): State<App>) -> Result<Response, Problem> {
    app.services.store.ready().await?;
    Ok(axum::Json(serde_json::json!({ "status": "ready" })).into_response())
}

macro_rules! authorized {
    ($($(#[$doc:meta])* $extractor:ident: $($scope:ident),+;)*) => { $(
        $(#[$doc])*
        pub struct $extractor(pub Caller, pub Disclosure);

        impl FromRequestParts<App> for $extractor {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
                let context = RequestContext::of(parts);
                let needed = &[$(KeyScope::$scope),+];
                let (caller, sees) = auth::authorize(app, &parts.headers, context, needed).await?;
                // What reads takes parameters, or refuses them itself.
                if parts.method != Method::GET && parts.method != Method::HEAD {
                    NoQuery::from_request_parts(parts, app).await?;
                }
                Ok(Self(caller, sees))
            }
        }
    )* };
}

authorized! {
    /// A caller that may read customers.
    Reader: CustomersRead;
    /// A caller that may write customers.
    Writer: CustomersWrite;
    /// A caller that may upload files.
    Uploader: FilesWrite;
    /// A caller that may look at files.
    FileReader: FilesRead;
    /// A caller that may open KYC sessions.
    SessionOpener: KycSession;
    /// A caller that may decide about customers.
    Decider: KycDecide;
    /// A caller that may drive the sandbox.
    Simulator: Simulate;
    /// A caller that may read events.
    EventReader: EventsRead;
    /// A caller that may read the audit trail.
    AuditReader: AuditRead;
    /// A caller that may manage webhooks.
    WebhookManager: WebhooksManage;
    /// A caller whose key may sign for a webhook: what is delivered are events.
    WebhookSigner: WebhooksManage, EventsRead;
}

/// The customer that the path names; `None` when the text is no id, which is answered as an unknown id is, after every
/// check that an unknown id would go through.
pub struct CustomerPath(pub Option<CustomerId>);

/// The customer and the file that the path names, likewise.
pub struct DocumentPath(pub Option<CustomerId>, pub Option<FileId>);

/// The file that the path names, likewise.
pub struct FilePath(pub Option<FileId>);

/// The webhook that the path names, likewise.
pub struct WebhookPath(pub Option<WebhookId>);

/// The webhook and the delivery that the path names, likewise.
pub struct DeliveryPath(pub Option<WebhookId>, pub String);

/// A segment of the path, counted from 0. Not axum's `Path`, which answers text that is no UTF-8 in its own words.
fn segment(parts: &Parts, number: usize) -> &str {
    parts.uri.path().split('/').nth(number + 1).unwrap_or_default()
}

macro_rules! from_path {
    ($extractor:ident: $($id:ident at $number:literal),*) => {
        impl FromRequestParts<App> for $extractor {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
                Ok(Self($($id::parse(segment(parts, $number))),*))
            }
        }
    };
}

from_path!(CustomerPath: CustomerId at 2);
from_path!(DocumentPath: CustomerId at 2, FileId at 4);
from_path!(FilePath: FileId at 2);
from_path!(WebhookPath: WebhookId at 2);

impl FromRequestParts<App> for DeliveryPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(WebhookId::parse(segment(parts, 2)), segment(parts, 4).to_owned()))
    }
}
