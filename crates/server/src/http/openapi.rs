//! The OpenAPI document, assembled from the types that parse and the catalogue that answers.

use dossier_core::api_key::KeyScope;
use dossier_core::customer::create::NewCustomer;
use dossier_core::customer::{Business, Individual};
use dossier_core::file::MediaType;
use dossier_core::kyc::decide::NewDecision;
use dossier_core::kyc::session::NewSession;
use dossier_core::kyc::simulate::{Advance, Simulation};
use dossier_core::schema;
use dossier_core::violation::Code;
use dossier_core::webhook::NewWebhook;
use http::Method;
use serde_json::{Value, json};

use super::problem::ProblemCode;

/// One operation of the public port.
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path, as the router has it.
    pub path: &'static str,
    /// The scopes that a key needs, all of them; none where no key is asked for.
    pub scopes: &'static [KeyScope],
    /// What its answer shows of customers.
    pub shows: Shows,
    describe: fn() -> Value,
    /// What it answers besides what its kind does.
    problems: &'static [Problems],
}

/// What an answer shows of customers. Other scopes of the key decide about some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// No customer: the answer has the fields of its own schema.
    Own,
    /// Customers.
    Customers,
    /// The customer to a key that may read customers, and this to others.
    CustomerOr(&'static str),
    /// The customer if the request prefers it, to a key that may read customers; `{}` otherwise.
    Preferred,
    /// Where the customer's verification stands, with the link.
    Kycs,
    /// Events, each with the customer as of then.
    Events,
}

use ProblemCode::{
    AlreadyApproved, AmbiguousCredentials, ApprovedLocked, DamagedFile, EmailTaken, IdempotencyKeyReused,
    InsufficientScope, InternalError, InvalidBody, InvalidHeader, InvalidParameters, InvalidSignature, MalformedJson,
    MalformedMultipart, MalformedRequest, NoSession, NotFound, NotPossible, Offboarded, Overloaded, PayloadTooLarge,
    PreconditionFailed, QuotaExceeded, RangeNotSatisfiable, RequestTimeout, SandboxOnly, StorageFull,
    StorageUnavailable, TooManyRequests, TooManyWebhooks, Unauthorized, UnsupportedFileType, UnsupportedMediaType,
};

type Problems = &'static [ProblemCode];

/// What every operation may answer that asks for a key,
const KEYED: Problems = &[
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

/// Every operation that has a contract. Pages for people (`/docs`, `/problems`, `/`) are not among them.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::POST,
        path: "/v0/customers",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::CustomerOr("{customer_id}"),
        describe: create,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, EmailTaken, IdempotencyKeyReused]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/customers",
        scopes: &[KeyScope::CustomersRead],
        shows: Shows::Customers,
        describe: list,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/customers/{customer_id}",
        scopes: &[KeyScope::CustomersRead],
        shows: Shows::Customers,
        describe: read,
        problems: &[&[InvalidHeader, InvalidParameters, NotFound]],
    },
    Operation {
        method: Method::PUT,
        path: "/v0/customers/{customer_id}",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::Preferred,
        describe: update,
        problems: &[TAKES_JSON, WRITES, UPDATES],
    },
    Operation {
        method: Method::PATCH,
        path: "/v0/customers/{customer_id}",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::CustomerOr("{}"),
        describe: patch,
        problems: &[TAKES_JSON, WRITES, UPDATES],
    },
    Operation {
        method: Method::DELETE,
        path: "/v0/customers/{customer_id}/documents/{file_id}",
        scopes: &[KeyScope::CustomersWrite],
        shows: Shows::Own,
        describe: remove_document,
        problems: &[WRITES, &[InvalidHeader, NotFound, PreconditionFailed]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/files",
        scopes: &[KeyScope::FilesWrite],
        shows: Shows::Own,
        describe: upload,
        problems: &[WRITES, UPLOADS],
    },
    Operation {
        method: Method::GET,
        path: "/v0/files/{file_id}",
        scopes: &[KeyScope::FilesRead],
        shows: Shows::Own,
        describe: read_file,
        problems: &[&[NotFound]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/files/{file_id}/content",
        scopes: &[KeyScope::FilesRead],
        shows: Shows::Own,
        describe: read_content,
        problems: &[WRITES, &[InvalidHeader, NotFound, RangeNotSatisfiable]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/customers/{customer_id}/kycs",
        scopes: &[KeyScope::KycSession],
        shows: Shows::Kycs,
        describe: open_session,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, AlreadyApproved, IdempotencyKeyReused, Offboarded]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/customers/{customer_id}/decisions",
        scopes: &[KeyScope::KycDecide],
        shows: Shows::CustomerOr("{}"),
        describe: decide,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused, NotPossible]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/requirements",
        scopes: &[KeyScope::CustomersRead],
        shows: Shows::Own,
        describe: requirements,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/customers/simulate",
        scopes: &[KeyScope::Simulate],
        shows: Shows::Own,
        describe: simulate,
        problems: &[TAKES_JSON, WRITES, SANDBOX],
    },
    Operation {
        method: Method::GET,
        path: "/v0/sandbox/clock",
        scopes: &[KeyScope::Simulate],
        shows: Shows::Own,
        describe: read_clock,
        problems: &[&[SandboxOnly]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/sandbox/clock",
        scopes: &[KeyScope::Simulate],
        shows: Shows::Own,
        describe: advance_clock,
        problems: &[TAKES_JSON, WRITES, SANDBOX],
    },
    Operation {
        method: Method::GET,
        path: "/v0/events",
        scopes: &[KeyScope::EventsRead],
        shows: Shows::Events,
        describe: list_events,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/webhooks",
        scopes: &[KeyScope::WebhooksManage, KeyScope::EventsRead],
        shows: Shows::Own,
        describe: register,
        problems: &[TAKES_JSON, WRITES, &[InvalidHeader, IdempotencyKeyReused, TooManyWebhooks]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/webhooks",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: list_webhooks,
        problems: &[&[InvalidParameters]],
    },
    Operation {
        method: Method::DELETE,
        path: "/v0/webhooks/{webhook_id}",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: delete_webhook,
        problems: &[WRITES, &[NotFound]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/webhooks/{webhook_id}/enable",
        scopes: &[KeyScope::WebhooksManage, KeyScope::EventsRead],
        shows: Shows::Own,
        describe: enable_webhook,
        problems: &[WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused]],
    },
    Operation {
        method: Method::GET,
        path: "/v0/webhooks/{webhook_id}/deliveries",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: list_deliveries,
        problems: &[&[InvalidParameters, NotFound]],
    },
    Operation {
        method: Method::POST,
        path: "/v0/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
        scopes: &[KeyScope::WebhooksManage],
        shows: Shows::Own,
        describe: resend,
        problems: &[WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused]],
    },
    Operation {
        method: Method::POST,
        path: "/providers/sumsub",
        scopes: &[],
        shows: Shows::Own,
        describe: sumsub,
        problems: &[WRITES, CALLS],
    },
    Operation {
        method: Method::GET,
        path: "/openapi.json",
        scopes: &[],
        shows: Shows::Own,
        describe: openapi,
        problems: &[],
    },
    Operation {
        method: Method::GET,
        path: "/healthz",
        scopes: &[],
        shows: Shows::Own,
        describe: healthz,
        problems: &[],
    },
    Operation {
        method: Method::GET,
        path: "/readyz",
        scopes: &[],
        shows: Shows::Own,
        describe: readyz,
        problems: &[&[InternalError, StorageUnavailable]],
    },
];

impl Operation {
    /// What its answer shows, and to which keys: as the documentation says it.
    #[must_use]
    pub fn fields(&self) -> String {
        const LINK: &str = "`kyc_flow_link` with `kyc:session`, otherwise `null`";
        match self.shows {
            Shows::Own => self.own_fields(),
            Shows::Customers => format!("{}; {LINK}", self.own_fields()),
            Shows::CustomerOr(less) => format!("the customer with `customers:read`, otherwise `{less}`; {LINK}"),
            Shows::Preferred => {
                format!("`{{}}`; if the request prefers it and with `customers:read`, the customer; {LINK}")
            }
            Shows::Kycs => format!("{}, the link included", self.own_fields()),
            Shows::Events => format!("{}, each event with the customer as of then; {LINK}", self.own_fields()),
        }
    }

    /// The fields that the schema of its answer names.
    fn own_fields(&self) -> String {
        let description = (self.describe)();
        let answers = description["responses"].as_object().into_iter().flatten();
        let Some((_, answer)) = answers.into_iter().find(|(status, _)| status.starts_with('2')) else {
            return String::new();
        };
        let Some(content) = answer["content"].as_object() else { return "no body".to_owned() };
        let Some(json) = content.get("application/json") else { return "the content".to_owned() };
        let schema = match json["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            Some("Customer") => return "the customer".to_owned(),
            Some(name) => schemas()[name].take(),
            None => json["schema"].clone(),
        };
        let names: Vec<_> =
            schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys()).collect();
        if names.is_empty() {
            return "`{}`".to_owned();
        }
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut paths = serde_json::Map::new();
    for operation in OPERATIONS {
        let mut description = (operation.describe)();
        complete(&mut description, operation);
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = description;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Dossier",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The KYC/KYB record of your customers. The Customers API v0, self-hosted.",
            "description": "Rules that no schema can say: the body of PUT is read by the type of the stored customer, \
                never by guessing between the two variants; absent members stay as they are; `null` is refused (clear \
                members with PATCH); unknown members are refused; documents accumulate. Every problem has a page \
                under /problems.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "ApiKey": { "type": "apiKey", "in": "header", "name": "Api-Key", "description": "dsk_test_… or \
                    dsk_live_…; as Authorization, raw or Bearer, it works as well" },
            },
            "schemas": schemas(),
        },
    })
}

fn schemas() -> Value {
    json!({
        "Customer": customer(),
        "File": file(),
        "Kycs": kycs(),
        "Requirement": requirement(),
        "Event": event(),
        "Webhook": webhook(),
        "Delivery": delivery(),
        "CustomerList": {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": { "type": "array", "items": { "$ref": "#/components/schemas/Customer" } },
                "next_cursor": { "type": ["string", "null"], "description": "Give it as cursor to get the \
                    next page" },
            },
        },
        "Problem": problem(),
    })
}

/// What every operation of a kind has in common: the key, and the problems by status.
fn complete(description: &mut Value, operation: &Operation) {
    let mut problems: Vec<ProblemCode> = operation.problems.concat();
    if !operation.scopes.is_empty() {
        description["security"] = json!([{ "ApiKey": [] }]);
        description["x-scopes"] = json!(operation.scopes);
        description["x-fields"] = operation.fields().into();
        problems.extend(KEYED);
    }
    if problems.contains(&IdempotencyKeyReused) {
        // Keys are counted, and so are the files that these operations store or name.
        problems.push(QuotaExceeded);
        let parameters = description["parameters"].as_array_mut();
        match parameters {
            Some(parameters) => parameters.push(idempotency_key()),
            None => description["parameters"] = json!([idempotency_key()]),
        }
    }
    // In the order of the catalogue.
    for problem in ProblemCode::ALL.iter().filter(|problem| problems.contains(problem)) {
        let response = &mut description["responses"][problem.status().to_string()];
        let codes = match response["description"].as_str() {
            Some(codes) => format!("{codes}, `{}`", problem.as_str()),
            None => format!("`{}`", problem.as_str()),
        };
        *response = json!({
            "description": codes,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
    }
}

fn customer() -> Value {
    let nullable = |description: &str| json!({ "type": ["string", "null"], "description": description });
    let profile = |schema: Value| {
        let mut schema = schema;
        // Credentials are never shown again.
        schema["properties"].as_object_mut().expect("a record has properties").remove("external_kyc_provider_data");
        schema
    };
    json!({
        "type": "object",
        "required": [
            "customer_id", "email", "type", "first_name", "last_name", "company_name", "address", "kycs", "created_at",
            "updated_at",
        ],
        "properties": {
            "customer_id": { "type": "string", "format": "uuid" },
            "email": { "type": "string" },
            "type": { "type": "string", "enum": ["individual", "corporate"] },
            "first_name": nullable("Of an individual, as in its profile"),
            "last_name": nullable("Of an individual, as in its profile"),
            "company_name": nullable("Of a business: the legal name of its profile"),
            "address": { "type": ["object", "null"], "description": "The verified address, while KYC is approved" },
            "kycs": { "anyOf": [{ "$ref": "#/components/schemas/Kycs" }, { "type": "null" }], "description": "null \
                until a KYC session exists" },
            "created_at": { "type": "string", "format": "date-time" },
            "updated_at": { "type": "string", "format": "date-time" },
            "profile": {
                "description": "Every KYC field as stored, with the ids of persons; with expand=profile",
                "anyOf": [profile(schema::of::<Individual>()), profile(schema::of::<Business>())],
            },
            "documents": {
                "type": "array",
                "description": "The documents, those of associated persons included, with what is known of their \
                    files; with expand=documents",
                "items": document_schema(),
            },
            "requirements": {
                "type": "array",
                "description": "What is required and how it stands; with expand=requirements",
                "items": { "$ref": "#/components/schemas/Requirement" },
            },
        },
    })
}

fn kycs() -> Value {
    json!({
        "type": "object",
        "required": ["status", "sub_status", "kyc_flow_link", "status_breakdown"],
        "properties": {
            "status": { "type": "string", "enum": ["pending", "approved", "rejected"] },
            "sub_status": { "type": "string", "enum": [
                "kyc_form_submission_started", "kyc_form_submission_accepted", "kyc_form_resubmission_required",
            ] },
            "kyc_flow_link": { "type": ["string", "null"], "description": "Where the customer goes on; null once \
                decided or run out, and to keys without kyc:session" },
            "status_breakdown": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["currency", "payment_rails", "status"],
                    "properties": {
                        "currency": { "type": "string" },
                        "payment_rails": { "type": "string" },
                        "status": { "type": "string", "enum": ["pending", "approved", "rejected"] },
                    },
                },
            },
        },
    })
}

fn requirement() -> Value {
    json!({
        "type": "object",
        "required": ["id", "pointer", "status", "label", "because", "schema", "example"],
        "properties": {
            "id": { "type": "string" },
            "pointer": { "type": "string", "description": "Where it goes in the body of PUT, as a JSON Pointer; - \
                stands behind the last item of an array" },
            "status": { "type": "string", "enum": ["due", "error", "pending", "done"] },
            "label": { "type": "string" },
            "because": { "type": "string" },
            "error": { "type": "string", "description": "What is wrong with what is there, as people read it. Two \
                values are words for programs: needs_password, the document is a PDF that opens only with a password; \
                unusable_picture, it is a picture with a side of less than 200 pixels. Upload another file" },
            "schema": { "description": "JSON Schema of the value at the pointer" },
            "example": { "description": "A value that would do; of a document the file_id is still to be added" },
            "document": {
                "type": "object",
                "required": ["purposes", "upload"],
                "properties": {
                    "purposes": { "type": "array", "items": { "type": "string" } },
                    "side": { "type": "string", "enum": ["front", "back"] },
                    "upload": { "type": "string", "description": "Where the file goes first" },
                },
            },
            "person_id": { "type": "string" },
        },
    })
}

fn event() -> Value {
    json!({
        "type": "object",
        "required": ["id", "number", "event_type", "entity_id", "entity_type", "created_at", "entity_object"],
        "properties": {
            "id": { "type": "string", "description": "The same as webhook-id of a delivery" },
            "number": { "type": "integer", "description": "Counts the customer's events from 1, without gaps" },
            "event_type": {
                "type": "string", "enum": ["customer.created", "customer.updated", "customer.kycs.updated"],
            },
            "entity_id": { "type": "string", "format": "uuid" },
            "entity_type": { "type": "string", "enum": ["customer"] },
            "created_at": { "type": "string", "format": "date-time" },
            "entity_object": { "$ref": "#/components/schemas/Customer" },
        },
    })
}

fn webhook() -> Value {
    json!({
        "type": "object",
        "required": ["id", "url", "status", "created_at", "event_types", "key_id", "disabled_reason", "failing_since"],
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "url": { "type": "string" },
            "status": { "type": "string", "enum": ["active", "disabled"] },
            "created_at": { "type": "string", "format": "date-time" },
            "event_types": { "type": "array", "items": { "type": "string" } },
            "key_id": { "type": "string", "format": "uuid", "description": "The key that signs" },
            "disabled_reason": { "type": ["string", "null"], "enum": ["gone", "failing", null] },
            "failing_since": { "type": ["string", "null"], "format": "date-time" },
        },
    })
}

fn delivery() -> Value {
    json!({
        "type": "object",
        "required": [
            "id", "webhook_id", "event_id", "entity_id", "event_type", "state", "attempts", "created_at",
            "last_attempt_at", "next_attempt_at", "last_answer",
        ],
        "properties": {
            "id": { "type": "string" },
            "webhook_id": { "type": "string", "format": "uuid" },
            "event_id": { "type": "string" },
            "entity_id": { "type": "string", "format": "uuid" },
            "event_type": { "type": "string" },
            "state": { "type": "string", "enum": ["pending", "delivered", "failed"] },
            "attempts": { "type": "integer" },
            "created_at": { "type": "string", "format": "date-time" },
            "last_attempt_at": { "type": ["string", "null"], "format": "date-time" },
            "next_attempt_at": { "type": ["string", "null"], "format": "date-time", "description": "null when it \
                waits for an earlier one of the same customer, or has ended" },
            "last_answer": { "type": ["string", "null"], "description": "An HTTP status, or what went wrong in a \
                word; of a private address delivered or not delivered" },
        },
    })
}

fn media_type() -> Value {
    let types: Vec<_> = MediaType::ALL.iter().map(|known| known.as_str()).collect();
    json!({ "type": "string", "enum": types })
}

fn file() -> Value {
    json!({
        "type": "object",
        "required": [
            "id", "name", "type", "size", "state", "customer_id", "uploaded_at", "attached_at", "attachments",
        ],
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "name": { "type": "string", "description": "As its sender named it, without folders and hidden \
                characters" },
            "type": media_type(),
            "size": { "type": "integer", "description": "In bytes" },
            "state": { "type": "string", "enum": ["unattached", "attached"], "description": "What nobody attaches is \
                deleted after 72 hours" },
            "customer_id": { "type": ["string", "null"], "format": "uuid", "description": "The first \
                customer whose evidence it became" },
            "uploaded_at": { "type": "string", "format": "date-time" },
            "attached_at": { "type": ["string", "null"], "format": "date-time" },
            "attachments": {
                "type": "array",
                "description": "Whose evidence it is or was, oldest first, 100 at most",
                "items": {
                    "type": "object",
                    "required": ["customer_id", "person_id", "attached_at"],
                    "properties": {
                        "customer_id": { "type": "string", "format": "uuid" },
                        "person_id": { "type": ["string", "null"], "format": "uuid", "description": "The associated \
                            person; null for the customer's own" },
                        "attached_at": { "type": "string", "format": "date-time" },
                    },
                },
            },
        },
    })
}

fn document_schema() -> Value {
    let nullable = |description: &str| json!({ "type": ["string", "null"], "description": description });
    json!({
        "type": "object",
        "required": [
            "file_id", "person_id", "purpose", "doc_side", "description", "name", "type", "size", "state",
            "uploaded_at", "attached_at",
        ],
        "properties": {
            "file_id": { "type": "string", "format": "uuid" },
            "person_id": { "type": ["string", "null"], "format": "uuid", "description": "The associated person whose \
                document it is; null for the customer's own" },
            "purpose": nullable("As in the profile"),
            "doc_side": nullable("As in the profile"),
            "description": nullable("As in the profile"),
            "name": { "type": "string", "description": "The file's name" },
            "type": media_type(),
            "size": { "type": "integer", "description": "In bytes" },
            "state": { "type": "string", "enum": ["unattached", "attached"] },
            "uploaded_at": { "type": "string", "format": "date-time" },
            "attached_at": { "type": ["string", "null"], "format": "date-time" },
        },
    })
}

fn problem() -> Value {
    let codes: Vec<_> = ProblemCode::ALL.iter().map(|problem| problem.as_str()).collect();
    let violations: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "code", "message", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri", "description": "A page that explains the code" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string" },
            "code": { "type": "string", "enum": codes },
            "message": { "type": "string", "description": "The same text as detail" },
            "request_id": { "type": "string" },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "code", "message"],
                    "properties": {
                        "pointer": { "type": "string", "description": "JSON Pointer into the body" },
                        "code": { "type": "string", "enum": violations },
                        "message": { "type": "string" },
                    },
                },
            },
        },
    })
}

fn header(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" },
    })
}

fn idempotency_key() -> Value {
    let mut parameter = header(
        "Idempotency-Key",
        "The same key and request, sent again within 30 days, have one effect and get the same answer",
    );
    parameter["schema"] = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
    parameter
}

/// A condition on the version: `*` or a list of entity tags.
fn etag_condition(name: &str, description: &str) -> Value {
    let mut parameter = header(name, description);
    parameter["schema"] =
        json!({ "type": "string", "pattern": "^(\\*|\"v[0-9]+\"(, ?\"v[0-9]+\")*)$", "examples": ["\"v3\""] });
    parameter
}

fn customer_id() -> Value {
    json!({
        "name": "customer_id", "in": "path", "description": "The unique identifier of the customer", "required": true,
        "schema": { "type": "string", "format": "uuid" },
    })
}

/// As the published document has it.
fn api_key() -> Value {
    json!({
        "name": "Api-Key", "in": "header",
        "description": "Your secret API key, available in the developer dashboard. Include this header on every \
            request to authenticate your application.",
        "required": true, "schema": { "type": "string" },
    })
}

fn expand() -> Value {
    json!({
        "name": "expand", "in": "query", "required": false, "description": "What to show besides",
        "schema": {
            "type": "string",
            "pattern": "^(profile|documents|requirements)(,(profile|documents|requirements))*$",
            "examples": ["profile,documents,requirements"],
        },
    })
}

fn shows(description: &str, schema: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn example(json: &str) -> Value {
    serde_json::from_str(json).expect("examples are JSON")
}

fn create() -> Value {
    let mut body = schema::of::<NewCustomer>();
    body["anyOf"] = json!([{ "required": ["type"] }, { "required": ["beneficiary_type"] }]);
    body["additionalProperties"] = false.into();
    json!({
        "operationId": "createCustomer",
        "summary": "Create a customer",
        "description": "`email` and `type` are needed, the names are optional; what else is missing is asked for \
            later.",
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": body, "examples": {
                "individual": { "value": {
                    "email": "john.doe@example.com", "type": "individual", "first_name": "John", "last_name": "Doe",
                } },
                "business": { "value": {
                    "email": "office@harbour.example", "type": "corporate", "company_name": "Harbour Software Limited",
                } },
            } } },
        },
        "responses": { "201": shows("The customer; only its customer_id to a key without customers:read", "Customer") },
    })
}

fn list() -> Value {
    let query = |name: &str, description: &str, schema: Value| parameter(name, "query", false, description, schema);
    json!({
        "operationId": "listCustomers",
        "summary": "List customers, newest first",
        "parameters": [
            query("email", "The customer with this e-mail, compared without case and surrounding white \
                space", json!({ "type": "string" })),
            query("limit", "How many, 100 unless told", json!({ "type": "integer", "minimum": 1, "maximum": 1000 })),
            query("cursor", "next_cursor of the page \
                before", json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$" })),
            expand(),
        ],
        "responses": { "200": shows("A page; the Link header leads to the next", "CustomerList") },
    })
}

fn read() -> Value {
    json!({
        "operationId": "getCustomer",
        "summary": "Read a customer",
        "parameters": [customer_id(), expand(), etag_condition("If-None-Match", "Answer 304 when the version is still \
            this one")],
        "responses": {
            "200": shows("The customer; ETag is its version", "Customer"),
            "304": { "description": "The version is still the one that If-None-Match names" },
        },
    })
}

fn update() -> Value {
    json!({
        "operationId": "updateCustomer",
        "summary": "Update customer data",
        "parameters": [
            customer_id(),
            api_key(),
            etag_condition("If-Match", "Update only when the version is this one"),
            header("Prefer", "return=representation answers the whole customer instead of {}, to a key with \
                customers:read"),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": schema::update_body(), "examples": {
                "individual": { "value": example(include_str!("../../assets/examples/update-individual.json")) },
                "business": { "value": example(include_str!("../../assets/examples/update-business.json")) },
            } } },
        },
        "responses": {
            "200": {
                "description": "Successful update of customer data",
                "content": { "application/json": { "schema": { "type": "object" } } },
            },
        },
    })
}

fn patch() -> Value {
    json!({
        "operationId": "patchCustomer",
        "summary": "Change or clear single members (JSON Merge Patch, RFC 7396)",
        "description": "`null` clears a member. Lists follow the rules of PUT: documents accumulate, associated \
            persons keep their identity.",
        "parameters": [
            customer_id(),
            etag_condition("If-Match", "Update only when the version is this one"),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/merge-patch+json": { "schema": { "type": "object" }, "examples": {
                "individual": { "value": { "middle_name": null, "residential_address": { "city": "Boston" } } },
                "business": { "value": { "primary_website": null } },
            } } },
        },
        "responses": { "200": shows("The customer with its profile; {} to a key without customers:read", "Customer") },
    })
}

fn file_id() -> Value {
    json!({
        "name": "file_id", "in": "path", "description": "The id of an uploaded file", "required": true,
        "schema": { "type": "string", "format": "uuid" },
    })
}

fn remove_document() -> Value {
    json!({
        "operationId": "removeDocument",
        "summary": "Take a document out of a customer's record",
        "description": "Also one of an associated person. The file stays with the customer: it was evidence once.",
        "parameters": [customer_id(), file_id(), etag_condition("If-Match", "Remove only when the version is this \
            one")],
        "responses": { "204": { "description": "Removed; ETag is the new version" } },
    })
}

fn upload() -> Value {
    json!({
        "operationId": "uploadFile",
        "summary": "Upload a file",
        "description": "One JPEG, PNG or PDF, judged by its content, of at most 10 MiB. Attach it by naming its id in \
            `documents` of a customer; \
            what nobody attaches is deleted after 72 hours.",
        "requestBody": {
            "required": true,
            "content": { "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": { "file": { "type": "string", "format": "binary" } },
                    "additionalProperties": false,
                },
                "encoding": { "file": { "contentType": "image/jpeg, image/png, application/pdf" } },
            } },
        },
        "responses": { "200": {
            "description": "The file is stored",
            "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["id", "name", "type"],
                "properties": {
                    "id": { "type": "string", "format": "uuid" },
                    "name": { "type": "string" },
                    "type": media_type(),
                },
            } } },
        } },
    })
}

fn read_file() -> Value {
    json!({
        "operationId": "getFile",
        "summary": "What is known of a file",
        "parameters": [file_id()],
        "responses": { "200": shows("The file", "File") },
    })
}

fn read_content() -> Value {
    let header = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let binary = json!({ "schema": { "type": "string", "format": "binary" } });
    let content = json!({ "image/jpeg": binary, "image/png": binary, "application/pdf": binary });
    json!({
        "operationId": "getFileContent",
        "summary": "The content of a file",
        "description": "Always an attachment, never shown or run by a browser. Every reading stands in the audit \
            trail.",
        "parameters": [
            file_id(),
            json!({ "name": "Range", "in": "header", "required": false, "description": "One range of \
                bytes", "schema": { "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" } }),
            json!({ "name": "If-None-Match", "in": "header", "required": false, "description": "Answer 304 when the \
                content is still this one", "schema": { "type": "string", "pattern": "^(\\*|\"[!#-~]*\")$" } }),
        ],
        "responses": {
            "200": { "description": "The whole content", "headers": { "ETag": header("Of the \
                content"), "Content-Disposition": header("attachment, with the file's name") }, "content": content },
            "206": { "description": "The range that was asked for", "headers": { "Content-Range": header("Which \
                range, of how many bytes") }, "content": content },
            "304": { "description": "The content is still the one that If-None-Match names" },
        },
    })
}

/// A JSON body of one of our own types, which refuse what they do not know.
fn body(schema: Value, required: bool, example: Value) -> Value {
    let mut schema = schema;
    schema["additionalProperties"] = false.into();
    json!({ "required": required, "content": { "application/json": { "schema": schema, "example": example } } })
}

fn parameter(name: &str, place: &str, required: bool, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema })
}

fn answer(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

/// A list under `items`, and what leads on.
fn items(description: &str, of: &str, next: Option<&str>) -> Value {
    let mut schema = json!({
        "type": "object",
        "required": ["items"],
        "properties": { "items": { "type": "array", "items": { "$ref": format!("#/components/schemas/{of}") } } },
    });
    if let Some(next) = next {
        schema["properties"][next] = json!({ "type": ["string", "null"] });
    }
    answer(description, schema)
}

fn open_session() -> Value {
    json!({
        "operationId": "openKycSession",
        "summary": "Open a KYC session, or get the link of the open one",
        "description": "The body is optional, and so is its type. A link is good for 7 days; a session whose link has \
            run out is given a new one, and after a rejection a new session begins. With renew the customer gets a new \
            link even so; the old one, and every browser in the form, leads nowhere. A customer whose session is open \
            and whose requirements are met is submitted by itself.",
        "parameters": [customer_id()],
        "requestBody": body(schema::of::<NewSession>(), false, json!({
            "redirect_uri": "https://app.example.com/welcome",
        })),
        "responses": { "201": answer("The session", json!({
            "type": "object", "required": ["kycs"], "properties": { "kycs": { "$ref": "#/components/schemas/Kycs" } },
        })) },
    })
}

fn decide() -> Value {
    json!({
        "operationId": "decide",
        "summary": "Decide about a customer",
        "description": "approve opens all rails, or those that rails names; reject closes all; request_resubmission \
            asks for the named requirements again, with a new link; offboard ends the relationship and reinstate \
            begins it anew. note never reaches the customer. A decision about an approved customer also settles its \
            change review.",
        "parameters": [customer_id()],
        "requestBody": body(schema::of::<NewDecision>(), true, json!({
            "outcome": "request_resubmission", "requirements": ["proof_of_address"],
            "reason_codes": ["document_unreadable"], "comment": "The bill is blurred.", "note": "second time",
        })),
        "responses": { "200": shows("The customer; {} to a key without customers:read", "Customer") },
    })
}

fn requirements() -> Value {
    json!({
        "operationId": "listRequirements",
        "summary": "What would be required, before a customer exists",
        "parameters": [
            parameter("type", "query", true, "The type of \
                customer", json!({ "type": "string", "enum": ["individual", "corporate", "business"] })),
            parameter("country", "query", false, "Where the customer \
                is", json!({ "type": "string", "pattern": "^[A-Z]{2}$", "examples": ["FR"] })),
            parameter("purpose", "query", false, "account_purpose", json!({ "type": "string" })),
            parameter("volume", "query", false, "Expected monthly volume in US \
                dollars", json!({ "type": "number", "minimum": 0 })),
        ],
        "responses": { "200": answer("The requirements", json!({
            "type": "object",
            "required": ["rule_set", "items"],
            "properties": {
                "rule_set": { "type": "string", "description": "The version of the rules" },
                "items": { "type": "array", "items": { "$ref": "#/components/schemas/Requirement" } },
            },
        })) },
    })
}

fn simulate() -> Value {
    json!({
        "operationId": "simulate",
        "summary": "Make something happen to a sandbox customer",
        "description": "Every transition of the table of states can be reached; the API guide lists them.",
        "requestBody": body(schema::of::<Simulation>(), true, json!({
            "action": "kyc.status.approve", "customer_id": "019abc00-0000-7000-8000-000000000000",
        })),
        "responses": { "200": answer("It happened", json!({ "type": "object" })) },
    })
}

fn clock_answer() -> Value {
    answer(
        "What time it is in the sandbox",
        json!({
            "type": "object",
            "required": ["now", "ahead_seconds"],
            "properties": {
                "now": { "type": "string", "format": "date-time" }, "ahead_seconds": { "type": "integer" },
            },
        }),
    )
}

fn read_clock() -> Value {
    json!({
        "operationId": "readSandboxClock",
        "summary": "What time is it in the sandbox?",
        "responses": { "200": clock_answer() },
    })
}

fn advance_clock() -> Value {
    json!({
        "operationId": "advanceSandboxClock",
        "summary": "Put the clock of the sandbox forward",
        "description": "Links, deliveries and everything else that waits in this sandbox read it. It cannot be put \
            back.",
        "requestBody": body(schema::of::<Advance>(), true, json!({ "advance": "P1D" })),
        "responses": { "200": clock_answer() },
    })
}

fn list_events() -> Value {
    let integer = |least: u32, most: u32| json!({ "type": "integer", "minimum": least, "maximum": most });
    json!({
        "operationId": "listEvents",
        "summary": "Read events on, oldest first",
        "description": "With wait an empty list is answered only after so many seconds without an event (long \
            polling). Give next_after as after of the next request.",
        "parameters": [
            parameter("after", "query", false, "next_after of the last answer; newest begins behind all events that \
                there \
                are", json!({ "type": "string", "pattern": "^(newest|A{5}[A-Za-z0-9_-]{5}[AEIMQUYcgkosw048])$" })),
            parameter("limit", "query", false, "How many, 100 unless told", integer(1, 1_000)),
            parameter("wait", "query", false, "Seconds to wait for an event", integer(0, 30)),
        ],
        "responses": { "200": items("Events", "Event", Some("next_after")) },
    })
}

fn webhook_id() -> Value {
    parameter("webhook_id", "path", true, "The id of a webhook", json!({ "type": "string", "format": "uuid" }))
}

fn register() -> Value {
    let mut registered = webhook();
    registered["properties"]["secret"] =
        json!({ "type": "string", "description": "Of the Standard Webhooks signature; shown in this answer only" });
    json!({
        "operationId": "registerWebhook",
        "summary": "Register a webhook",
        "description": "Deliveries are signed by the key that registers (x-hmac-signature) and, as Standard Webhooks, \
            by the secret that this answer shows once.",
        "requestBody": body(schema::of::<NewWebhook>(), true, json!({
            "url": "https://app.example.com/hooks/dossier",
        })),
        "responses": { "201": answer("The webhook, with its secret", registered) },
    })
}

fn list_webhooks() -> Value {
    json!({
        "operationId": "listWebhooks",
        "summary": "List webhooks",
        "responses": { "200": items("Every webhook, oldest first", "Webhook", None) },
    })
}

fn delete_webhook() -> Value {
    json!({
        "operationId": "deleteWebhook",
        "summary": "Delete a webhook, and what waits for it",
        "parameters": [webhook_id()],
        "responses": { "204": { "description": "Deleted" } },
    })
}

fn enable_webhook() -> Value {
    json!({
        "operationId": "enableWebhook",
        "summary": "Call a webhook again",
        "description": "One that was disabled, or whose key was revoked. The key of this request signs from now on, \
            and what waits is sent at once.",
        "parameters": [webhook_id()],
        "responses": { "200": shows("The webhook", "Webhook") },
    })
}

fn list_deliveries() -> Value {
    json!({
        "operationId": "listDeliveries",
        "summary": "The log of deliveries, newest first",
        "parameters": [
            webhook_id(),
            parameter("limit", "query", false, "How many, 100 unless \
                told", json!({ "type": "integer", "minimum": 1, "maximum": 1000 })),
            parameter("cursor", "query", false, "next_cursor of the page \
                before", json!({ "type": "string", "pattern": "^dlv_[1-9][0-9]{0,17}$" })),
        ],
        "responses": { "200": items("Deliveries; those that ended are kept for 30 \
            days", "Delivery", Some("next_cursor")) },
    })
}

fn resend() -> Value {
    json!({
        "operationId": "resendDelivery",
        "summary": "Send a delivery again, whatever came of it",
        "parameters": [webhook_id(), parameter("delivery_id", "path", true, "The id of a \
            delivery", json!({ "type": "string" }))],
        "responses": { "202": shows("It is due now", "Delivery") },
    })
}

fn sumsub() -> Value {
    json!({
        "operationId": "sumsubCall",
        "summary": "Sumsub calls here when a verification has changed",
        "description": "Signed with the secret of the setting sumsub_webhook_secret. Exists only when Sumsub is the \
            provider.",
        "requestBody": { "required": true, "content": { "application/json": { "schema": { "type": "object" } } } },
        "responses": { "204": { "description": "Understood" } },
    })
}

fn openapi() -> Value {
    json!({
        "operationId": "getOpenApi",
        "summary": "This document",
        "responses": { "200": { "description": "OpenAPI \
            3.1", "content": { "application/json": { "schema": { "type": "object" } } } } },
    })
}

fn status(id: &str, summary: &str) -> Value {
    let schema = json!({ "type": "object", "required": ["status"], "properties": { "status": { "type": "string" } } });
    json!({
        "operationId": id,
        "summary": summary,
        "responses": { "200": { "description": "Yes", "content": { "application/json": { "schema": schema } } } },
    })
}

fn healthz() -> Value {
    status("getHealth", "Does the process run?")
}

fn readyz() -> Value {
    status("getReadiness", "Can it answer requests?")
}
