//! What the descriptions of operations share: tags, parameters, bodies and responses.

use serde_json::{Map, Value, json};

use super::headers::entry;
use super::schemas::parts::reference;

pub(crate) const CUSTOMERS: &str = "Customers";
pub(crate) const FILES: &str = "Files";
pub(crate) const VERIFICATION: &str = "Verification";
pub(crate) const SANDBOX: &str = "Sandbox";
pub(crate) const EVENTS: &str = "Events";
pub(crate) const ERASURE: &str = "Erasure";
pub(crate) const RETENTION: &str = "Retention";
pub(crate) const AUDIT: &str = "Audit trail";
pub(crate) const WEBHOOKS: &str = "Webhooks";
pub(crate) const SERVICE: &str = "Service";

pub(crate) fn parameter(name: &str, place: &str, required: bool, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema })
}

pub(crate) fn query(name: &str, description: &str, schema: Value) -> Value {
    parameter(name, "query", false, description, schema)
}

pub(crate) fn request_header(name: &str, description: &str, schema: Value) -> Value {
    parameter(name, "header", false, description, schema)
}

fn id_in_path(name: &str, description: &str) -> Value {
    parameter(name, "path", true, description, json!({ "type": "string", "format": "uuid" }))
}

/// Its description is that of the published document.
pub(crate) fn customer_id() -> Value {
    id_in_path("customer_id", "The unique identifier of the customer")
}

pub(crate) fn person_id() -> Value {
    id_in_path("person_id", "The id of the associated person, as reads of the business give it")
}

pub(crate) fn file_id() -> Value {
    id_in_path("file_id", "The id of the file")
}

pub(crate) fn hold_id() -> Value {
    id_in_path("hold_id", "The id of the hold")
}

pub(crate) fn webhook_id() -> Value {
    id_in_path("webhook_id", "The id of the webhook")
}

pub(crate) fn idempotency_key() -> Value {
    request_header(
        "Idempotency-Key",
        "A request that is repeated with the same key within 30 days takes effect once and gets the same response",
        json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }),
    )
}

/// A condition on the version: `*` or a list of entity tags.
pub(crate) fn etag_condition(name: &str, description: &str) -> Value {
    let pattern = "^(\\*|\"v[0-9]+\"(, ?\"v[0-9]+\")*)$";
    request_header(name, description, json!({ "type": "string", "pattern": pattern, "examples": ["\"v3\""] }))
}

pub(crate) fn if_match() -> Value {
    etag_condition("If-Match", "Write only if the stored version is this one")
}

pub(crate) fn limit() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
    query("limit", "The most items that a page may have", schema)
}

/// A reference to a named schema.
pub(crate) fn named(schema: &str) -> Value {
    json!({ "$ref": reference(schema) })
}

/// A JSON body by the name of its schema, with an example.
pub(crate) fn json_body(schema: &str, required: bool, example: &Value) -> Value {
    json!({
        "required": required,
        "content": { "application/json": { "schema": named(schema), "example": example } },
    })
}

/// A JSON body with an example for each type of customer.
pub(crate) fn body_by_type(media_type: &str, schema: &Value, individual: &Value, business: &Value) -> Value {
    let content = json!({
        "schema": schema,
        "examples": {
            "individual": { "summary": "An individual", "value": individual },
            "business": { "summary": "A business", "value": business },
        },
    });
    json!({ "required": true, "content": { media_type: content } })
}

/// A response in JSON, by the name of its schema.
pub(crate) fn response(description: &str, schema: &str) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": named(schema) } } })
}

/// The same, with headers of its own.
pub(crate) fn response_with(description: &str, schema: &str, headers: &[&str]) -> Value {
    with_headers(response(description, schema), headers)
}

/// A response without a body.
pub(crate) fn bare(description: &str, headers: &[&str]) -> Value {
    with_headers(json!({ "description": description }), headers)
}

pub(crate) fn with_headers(mut response: Value, names: &[&str]) -> Value {
    if !names.is_empty() {
        response["headers"] = names.iter().map(|name| entry(name)).collect::<Map<_, _>>().into();
    }
    response
}
