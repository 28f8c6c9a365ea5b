//! Extractors: the caller to whom a request's key belongs, and the ids in its path.

use axum::extract::FromRequestParts;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Caller;
use dossier_core::disclosure::Disclosure;
use dossier_core::ids::{CustomerId, FileId, HoldId, PersonId, WebhookId};
use http::Method;
use http::request::Parts;

use super::auth::authorize;
use super::context::RequestContext;
use super::problem::Problem;
use super::query::NoQuery;
use super::state::App;

macro_rules! authorized {
    ($($(#[$doc:meta])* $extractor:ident: $($scope:ident),+;)*) => { $(
        $(#[$doc])*
        pub struct $extractor(pub Caller, pub Disclosure);

        impl FromRequestParts<App> for $extractor {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
                let context = RequestContext::of(parts);
                let needed = &[$(KeyScope::$scope),+];
                let (caller, sees) = authorize(app, &parts.headers, context, needed).await?;
                // Handlers that read take parameters, or refuse them themselves.
                if parts.method != Method::GET && parts.method != Method::HEAD {
                    NoQuery::from_request_parts(parts, app).await?;
                }
                Ok(Self(caller, sees))
            }
        }
    )* };
}

authorized! {
    Reader: CustomersRead;
    Writer: CustomersWrite;
    Exporter: CustomersRead, FilesRead, PiiReveal;
    Uploader: FilesWrite;
    FileReader: FilesRead;
    /// A caller whose key may read the content of files.
    ContentReader: FilesRead, PiiReveal;
    SessionOpener: KycSession;
    Decider: KycDecide;
    Simulator: Simulate;
    SandboxEraser: Simulate, ErasureRequest;
    EventReader: EventsRead;
    Eraser: ErasureRequest;
    Keeper: RetentionManage;
    AuditReader: AuditRead;
    WebhookManager: WebhooksManage;
    /// A caller whose key may sign for a webhook. The key must be able to read events, because it delivers them.
    WebhookSigner: WebhooksManage, EventsRead;
}

/// The customer that the path names. `None` when the text is not an id. The response is then that for an unknown id,
/// after the same checks.
pub struct CustomerPath(pub Option<CustomerId>);

/// The customer and the file that the path names, likewise.
pub struct DocumentPath(pub Option<CustomerId>, pub Option<FileId>);

/// The customer and the hold that the path names, likewise.
pub struct HoldPath(pub Option<CustomerId>, pub Option<HoldId>);

/// The customer and the associated person that the path names, likewise.
pub struct PersonPath(pub Option<CustomerId>, pub Option<PersonId>);

/// The file that the path names, likewise.
pub struct FilePath(pub Option<FileId>);

/// The webhook that the path names, likewise.
pub struct WebhookPath(pub Option<WebhookId>);

/// The webhook and the delivery that the path names, likewise.
pub struct DeliveryPath(pub Option<WebhookId>, pub String);

/// A segment of the path, counted from 0. axum's `Path` would respond to invalid UTF-8 with its own text.
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
from_path!(HoldPath: CustomerId at 2, HoldId at 4);
from_path!(PersonPath: CustomerId at 2, PersonId at 4);
from_path!(FilePath: FileId at 2);
from_path!(WebhookPath: WebhookId at 2);

impl FromRequestParts<App> for DeliveryPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(WebhookId::parse(segment(parts, 2)), segment(parts, 4).to_owned()))
    }
}
