//! The OpenAPI document, assembled from the types that parse and the catalogue that answers.

use dossier_core::api_key::KeyScope;
use dossier_core::customer::create::NewCustomer;
use dossier_core::customer::{Business, Individual};
use dossier_core::file::MediaType;
use dossier_core::schema;
use dossier_core::violation::Code;
use http::Method;
use serde_json::{Value, json};

use super::problem::ProblemCode;

/// One operation of the public port.
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path, as the router has it.
    pub path: &'static str,
    /// The scope that a key needs; `None` where no key is asked for.
    pub scope: Option<KeyScope>,
    describe: fn() -> Value,
    problems: &'static [ProblemCode],
}

use ProblemCode::{
    AmbiguousCredentials, DamagedFile, EmailTaken, IdempotencyKeyReused, InsufficientScope, InternalError, InvalidBody,
    InvalidHeader, InvalidParameters, MalformedJson, MalformedMultipart, MalformedRequest, NotFound, Overloaded,
    PayloadTooLarge, PreconditionFailed, RangeNotSatisfiable, RequestTimeout, StorageFull, StorageUnavailable,
    Unauthorized, UnsupportedFileType, UnsupportedMediaType,
};

const READS: &[ProblemCode] = &[
    AmbiguousCredentials,
    InvalidHeader,
    InvalidParameters,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    NotFound,
    InternalError,
    Overloaded,
];
const LISTS: &[ProblemCode] = &[
    AmbiguousCredentials,
    InvalidParameters,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    InternalError,
    Overloaded,
];
const CREATES: &[ProblemCode] = &[
    AmbiguousCredentials,
    InvalidBody,
    InvalidHeader,
    MalformedJson,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    RequestTimeout,
    EmailTaken,
    IdempotencyKeyReused,
    PayloadTooLarge,
    UnsupportedMediaType,
    InternalError,
    Overloaded,
    StorageFull,
];
const UPDATES: &[ProblemCode] = &[
    AmbiguousCredentials,
    InvalidBody,
    InvalidHeader,
    MalformedJson,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    NotFound,
    RequestTimeout,
    IdempotencyKeyReused,
    PreconditionFailed,
    PayloadTooLarge,
    UnsupportedMediaType,
    InternalError,
    Overloaded,
    StorageFull,
];

const REMOVES: &[ProblemCode] = &[
    AmbiguousCredentials,
    InvalidHeader,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    NotFound,
    PreconditionFailed,
    InternalError,
    Overloaded,
    StorageFull,
];
const UPLOADS: &[ProblemCode] = &[
    AmbiguousCredentials,
    DamagedFile,
    InvalidHeader,
    MalformedMultipart,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    RequestTimeout,
    IdempotencyKeyReused,
    PayloadTooLarge,
    UnsupportedFileType,
    UnsupportedMediaType,
    InternalError,
    Overloaded,
    StorageUnavailable,
    StorageFull,
];
const FILES: &[ProblemCode] =
    &[AmbiguousCredentials, MalformedRequest, Unauthorized, InsufficientScope, NotFound, InternalError, Overloaded];
const CONTENTS: &[ProblemCode] = &[
    AmbiguousCredentials,
    InvalidHeader,
    MalformedRequest,
    Unauthorized,
    InsufficientScope,
    NotFound,
    RangeNotSatisfiable,
    InternalError,
    Overloaded,
    StorageUnavailable,
    StorageFull,
];

/// Every operation that has a contract. Pages for people (`/docs`, `/problems`, `/`) are not among them.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::POST,
        path: "/v0/customers",
        scope: Some(KeyScope::CustomersWrite),
        describe: create,
        problems: CREATES,
    },
    Operation {
        method: Method::GET,
        path: "/v0/customers",
        scope: Some(KeyScope::CustomersRead),
        describe: list,
        problems: LISTS,
    },
    Operation {
        method: Method::GET,
        path: "/v0/customers/{customer_id}",
        scope: Some(KeyScope::CustomersRead),
        describe: read,
        problems: READS,
    },
    Operation {
        method: Method::PUT,
        path: "/v0/customers/{customer_id}",
        scope: Some(KeyScope::CustomersWrite),
        describe: update,
        problems: UPDATES,
    },
    Operation {
        method: Method::PATCH,
        path: "/v0/customers/{customer_id}",
        scope: Some(KeyScope::CustomersWrite),
        describe: patch,
        problems: UPDATES,
    },
    Operation {
        method: Method::DELETE,
        path: "/v0/customers/{customer_id}/documents/{file_id}",
        scope: Some(KeyScope::CustomersWrite),
        describe: remove_document,
        problems: REMOVES,
    },
    Operation {
        method: Method::POST,
        path: "/v0/files",
        scope: Some(KeyScope::FilesWrite),
        describe: upload,
        problems: UPLOADS,
    },
    Operation {
        method: Method::GET,
        path: "/v0/files/{file_id}",
        scope: Some(KeyScope::FilesRead),
        describe: read_file,
        problems: FILES,
    },
    Operation {
        method: Method::GET,
        path: "/v0/files/{file_id}/content",
        scope: Some(KeyScope::FilesRead),
        describe: read_content,
        problems: CONTENTS,
    },
    Operation { method: Method::GET, path: "/openapi.json", scope: None, describe: openapi, problems: &[] },
    Operation { method: Method::GET, path: "/healthz", scope: None, describe: healthz, problems: &[] },
    Operation { method: Method::GET, path: "/readyz", scope: None, describe: readyz, problems: &[InternalError] },
];

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
            "description": "Rules that no schema can say: the body of PUT is read by the type of the stored customer, never by \
                guessing between the two variants; absent members stay as they are; `null` is refused (clear members with PATCH); \
                unknown members are refused; documents accumulate. Every problem has a page under /problems.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "ApiKey": { "type": "apiKey", "in": "header", "name": "Api-Key", "description": "dsk_test_… or dsk_live_…; as Authorization, raw or Bearer, it works as well" },
            },
            "schemas": {
                "Customer": customer(),
                "File": file(),
                "CustomerList": {
                    "type": "object",
                    "required": ["items", "next_cursor"],
                    "properties": {
                        "items": { "type": "array", "items": { "$ref": "#/components/schemas/Customer" } },
                        "next_cursor": { "type": ["string", "null"], "description": "Give it as cursor to get the next page" },
                    },
                },
                "Problem": problem(),
            },
        },
    })
}

/// What every operation of a kind has in common: the key, and the problems by status.
fn complete(description: &mut Value, operation: &Operation) {
    if let Some(scope) = operation.scope {
        description["security"] = json!([{ "ApiKey": [] }]);
        description["x-scope"] = scope.as_str().into();
    }
    for problem in operation.problems {
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
        "required": ["customer_id", "email", "type", "first_name", "last_name", "company_name", "address", "kycs", "created_at", "updated_at"],
        "properties": {
            "customer_id": { "type": "string", "format": "uuid" },
            "email": { "type": "string" },
            "type": { "type": "string", "enum": ["individual", "corporate"] },
            "first_name": nullable("Of an individual, as in its profile"),
            "last_name": nullable("Of an individual, as in its profile"),
            "company_name": nullable("Of a business: the legal name of its profile"),
            "address": { "type": ["object", "null"], "description": "The verified address, once KYC is approved" },
            "kycs": { "type": ["object", "null"], "description": "null until a KYC session exists" },
            "created_at": { "type": "string", "format": "date-time" },
            "updated_at": { "type": "string", "format": "date-time" },
            "profile": {
                "description": "Every KYC field as stored, with the ids of persons; with expand=profile",
                "anyOf": [profile(schema::of::<Individual>()), profile(schema::of::<Business>())],
            },
            "documents": {
                "type": "array",
                "description": "The documents, those of associated persons included, with what is known of their files; with expand=documents",
                "items": document_schema(),
            },
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
        "required": ["id", "name", "type", "size", "state", "customer_id", "uploaded_at", "attached_at"],
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "name": { "type": "string", "description": "As its sender named it, without folders and hidden characters" },
            "type": media_type(),
            "size": { "type": "integer", "description": "In bytes" },
            "state": { "type": "string", "enum": ["unattached", "attached"], "description": "What nobody attaches is deleted after 72 hours" },
            "customer_id": { "type": ["string", "null"], "format": "uuid", "description": "Whose evidence it is" },
            "uploaded_at": { "type": "string", "format": "date-time" },
            "attached_at": { "type": ["string", "null"], "format": "date-time" },
        },
    })
}

fn document_schema() -> Value {
    let nullable = |description: &str| json!({ "type": ["string", "null"], "description": description });
    json!({
        "type": "object",
        "required": ["file_id", "person_id", "purpose", "doc_side", "description", "name", "type", "size", "state", "uploaded_at", "attached_at"],
        "properties": {
            "file_id": { "type": "string", "format": "uuid" },
            "person_id": { "type": ["string", "null"], "format": "uuid", "description": "The associated person whose document it is; null for the customer's own" },
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
    json!({ "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" } })
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
        "description": "Your secret API key, available in the developer dashboard. Include this header on every request to authenticate your application.",
        "required": true, "schema": { "type": "string" },
    })
}

fn expand() -> Value {
    json!({ "name": "expand", "in": "query", "required": false, "description": "What to show besides", "schema": { "type": "string", "enum": ["profile", "documents", "profile,documents", "documents,profile"] } })
}

fn shows(description: &str, schema: &str) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } } })
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
        "description": "`email` and `type` are needed, the names are optional; what else is missing is asked for later.",
        "parameters": [idempotency_key()],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": body, "examples": {
                "individual": { "value": { "email": "john.doe@example.com", "type": "individual", "first_name": "John", "last_name": "Doe" } },
                "business": { "value": { "email": "office@harbour.example", "type": "corporate", "company_name": "Harbour Software Limited" } },
            } } },
        },
        "responses": { "201": shows("The customer", "Customer") },
    })
}

fn list() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema });
    json!({
        "operationId": "listCustomers",
        "summary": "List customers, newest first",
        "parameters": [
            query("email", "The customer with this e-mail, compared without case and surrounding white space", json!({ "type": "string" })),
            query("limit", "How many, 100 unless told", json!({ "type": "integer", "minimum": 1, "maximum": 1000 })),
            query("cursor", "next_cursor of the page before", json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$" })),
            expand(),
        ],
        "responses": { "200": shows("A page; the Link header leads to the next", "CustomerList") },
    })
}

fn read() -> Value {
    json!({
        "operationId": "getCustomer",
        "summary": "Read a customer",
        "parameters": [customer_id(), expand(), etag_condition("If-None-Match", "Answer 304 when the version is still this one")],
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
            header("Prefer", "return=representation answers the whole customer instead of {}"),
            idempotency_key(),
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
        "description": "`null` clears a member. Lists follow the rules of PUT: documents accumulate, associated persons keep their identity.",
        "parameters": [
            customer_id(),
            etag_condition("If-Match", "Update only when the version is this one"),
            idempotency_key(),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/merge-patch+json": { "schema": { "type": "object" }, "examples": {
                "individual": { "value": { "middle_name": null, "residential_address": { "city": "Boston" } } },
                "business": { "value": { "primary_website": null } },
            } } },
        },
        "responses": { "200": shows("The customer with its profile", "Customer") },
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
        "parameters": [customer_id(), file_id(), etag_condition("If-Match", "Remove only when the version is this one")],
        "responses": { "204": { "description": "Removed; ETag is the new version" } },
    })
}

fn upload() -> Value {
    json!({
        "operationId": "uploadFile",
        "summary": "Upload a file",
        "description": "One JPEG, PNG or PDF, judged by its content, of at most 10 MiB. Attach it by naming its id in `documents` of a customer; \
            what nobody attaches is deleted after 72 hours.",
        "parameters": [idempotency_key()],
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
        "description": "Always an attachment, never shown or run by a browser. Every reading stands in the audit trail.",
        "parameters": [
            file_id(),
            json!({ "name": "Range", "in": "header", "required": false, "description": "One range of bytes", "schema": { "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" } }),
            json!({ "name": "If-None-Match", "in": "header", "required": false, "description": "Answer 304 when the content is still this one", "schema": { "type": "string", "pattern": "^(\\*|\"[!#-~]*\")$" } }),
        ],
        "responses": {
            "200": { "description": "The whole content", "headers": { "ETag": header("Of the content"), "Content-Disposition": header("attachment, with the file's name") }, "content": content },
            "206": { "description": "The range that was asked for", "headers": { "Content-Range": header("Which range, of how many bytes") }, "content": content },
            "304": { "description": "The content is still the one that If-None-Match names" },
        },
    })
}

fn openapi() -> Value {
    json!({
        "operationId": "getOpenApi",
        "summary": "This document",
        "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": { "schema": { "type": "object" } } } } },
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
