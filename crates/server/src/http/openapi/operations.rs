//! Every operation, with the scopes and the problems of each. The router has the same routes; a test compares the two.

use dossier_core::api_key::KeyScope;
use http::Method;

use super::{Operation, Shows, audit, customers, files, kyc, sandbox, service, webhooks};
use crate::http::problem::ProblemCode;

use ProblemCode::{
    AlreadyApproved, AmbiguousCredentials, ApprovedLocked, DamagedFile, EmailTaken, IdempotencyKeyReused,
    InsufficientScope, InternalError, InvalidBody, InvalidHeader, InvalidParameters, InvalidSignature, MalformedJson,
    MalformedMultipart, MalformedRequest, NoSession, NotFound, NotPossible, Offboarded, Overloaded, PayloadTooLarge,
    PreconditionFailed, RangeNotSatisfiable, RequestTimeout, SandboxOnly, StorageFull, StorageUnavailable,
    TooManyRequests, TooManyWebhooks, Unauthorized, UnsupportedFileType, UnsupportedMediaType,
};

pub(super) type Problems = &'static [ProblemCode];

/// What every operation may answer that asks for a key,
pub(super) const KEYED: Problems = &[
    AmbiguousCredentials,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    TooManyRequests,
    InternalError,
    Overloaded,
    StorageUnavailable,
];
/// every one that writes,
const WRITES: Problems = &[StorageFull];
/// and every one that takes JSON.
const TAKES_JSON: Problems = &[InvalidBody, MalformedJson, RequestTimeout, PayloadTooLarge, UnsupportedMediaType];

const UPDATES: Problems = &[InvalidHeader, NotFound, ApprovedLocked, IdempotencyKeyReused, PreconditionFailed];
const SANDBOX: Problems = &[InvalidHeader, SandboxOnly, NotFound, IdempotencyKeyReused, NoSession, NotPossible];
const UPLOADS: Problems = &[
    DamagedFile,
    InvalidHeader,
    MalformedMultipart,
    RequestTimeout,
    IdempotencyKeyReused,
    PayloadTooLarge,
    UnsupportedFileType,
    UnsupportedMediaType,
];
/// Of a provider, which has no key but signs.
const CALLS: Problems = &[
    MalformedRequest,
    InvalidSignature,
    NotFound,
    RequestTimeout,
    PayloadTooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    InternalError,
    Overloaded,
    StorageUnavailable,
];

/// What an operation may answer that asks for none.
const PUBLIC: Problems = &[MalformedRequest, InternalError, Overloaded];

/// Every operation that has a contract. Pages for people (`/docs`, `/problems`, `/`) are not among them.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::POST,
        path: "/v0/customers",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::CustomerOr("{customer_id}"),
        describe: customers::create,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, EmailTaken, IdempotencyKeyReused]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/customers",
        scopes: &[KeyScope::CustomersRead],
        shows: Shows::Customers,
        describe: customers::list,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/customers/{customer_id}",
        scopes: &[KeyScope::CustomersRead],
        shows: Shows::Customers,
        describe: customers::read,
        problems: &[&[InvalidHeader, InvalidParameters, NotFound]],
    },
    Operation {
        method: Method::PUT,
        path: "/v0/customers/{customer_id}",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::Preferred,
        describe: customers::update,
        problems: &[TAKES_JSON, WRITES, UPDATES, &[EmailTaken]],
    },
    Operation {
        method: Method::PATCH,
        path: "/v0/customers/{customer_id}",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::CustomerOr("{}"),
        describe: customers::patch,
        problems: &[TAKES_JSON, WRITES, UPDATES, &[EmailTaken]],
    },
    Operation {
        method: Method::DELETE,
        path: "/v0/customers/{customer_id}/documents/{file_id}",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::Own,
        describe: customers::remove_document,
        problems: &[WRITES, &[InvalidHeader, NotFound, PreconditionFailed]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/files",
        scopes: &[KeyScope::FilesWrite],
        shows: Shows::Own,
        describe: files::upload,
        problems: &[WRITES, UPLOADS],
    },
    Operation {
        method: Method::GET,
        path: "/v0/files/{file_id}",
        scopes: &[KeyScope::FilesRead],
        shows: Shows::Own,
        describe: files::read,
        problems: &[&[NotFound]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/files/{file_id}/content",
        scopes: &[KeyScope::FilesRead],
        shows: Shows::Own,
        describe: files::content,
        problems: &[WRITES, &[InvalidHeader, NotFound, RangeNotSatisfiable]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/customers/{customer_id}/kycs",
        scopes: &[KeyScope::KycSession],
        shows: Shows::Kycs,
        describe: kyc::open_session,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, AlreadyApproved, IdempotencyKeyReused, Offboarded]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/customers/{customer_id}/decisions",
        scopes: &[KeyScope::KycDecide],
        shows: Shows::CustomerOr("{}"),
        describe: kyc::decide,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused, NotPossible]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/requirements",
        scopes: &[KeyScope::CustomersRead],
        shows: Shows::Own,
        describe: kyc::requirements,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/customers/simulate",
        scopes: &[KeyScope::Simulate],
        shows: Shows::Own,
        describe: sandbox::simulate,
        problems: &[TAKES_JSON, WRITES, SANDBOX],
    },
    Operation {
        method: Method::GET,
        path: "/v0/sandbox/clock",
        scopes: &[KeyScope::Simulate],
        shows: Shows::Own,
        describe: sandbox::read_clock,
        problems: &[&[SandboxOnly]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/sandbox/clock",
        scopes: &[KeyScope::Simulate],
        shows: Shows::Own,
        describe: sandbox::advance_clock,
        problems: &[TAKES_JSON, WRITES, SANDBOX],
    },
    Operation {
        method: Method::GET,
        path: "/v0/events",
        scopes: &[KeyScope::EventsRead],
        shows: Shows::Events,
        describe: webhooks::list_events,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/audit",
        scopes: &[KeyScope::AuditRead],
        shows: Shows::Own,
        describe: audit::list,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/webhooks",
        scopes: &[KeyScope::WebhooksManage, KeyScope::EventsRead],
        shows: Shows::Own,
        describe: webhooks::register,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, IdempotencyKeyReused, TooManyWebhooks]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/webhooks",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: webhooks::list_webhooks,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::DELETE,
        path: "/v0/webhooks/{webhook_id}",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: webhooks::delete_webhook,
        problems: &[WRITES, &[NotFound]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/webhooks/{webhook_id}/enable",
        scopes: &[KeyScope::WebhooksManage, KeyScope::EventsRead],
        shows: Shows::Own,
        describe: webhooks::enable_webhook,
        problems: &[WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/webhooks/{webhook_id}/deliveries",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: webhooks::list_deliveries,
        problems: &[&[InvalidParameters, NotFound]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: webhooks::resend,
        problems: &[WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused]],
    },
    Operation {
        method: Method::POST,
        path: "/providers/sumsub",
        scopes: &[],
        shows: Shows::Own,
        describe: service::sumsub,
        problems: &[WRITES, CALLS],
    },
    Operation {
        method: Method::GET,
        path: "/openapi.json",
        scopes: &[],
        shows: Shows::Own,
        describe: service::openapi,
        problems: &[PUBLIC],
    },
    Operation {
        method: Method::GET,
        path: "/healthz",
        scopes: &[],
        shows: Shows::Own,
        describe: service::healthz,
        problems: &[PUBLIC],
    },
    Operation {
        method: Method::GET,
        path: "/readyz",
        scopes: &[],
        shows: Shows::Own,
        describe: service::readyz,
        problems: &[PUBLIC, &[StorageUnavailable]],
    },
];
