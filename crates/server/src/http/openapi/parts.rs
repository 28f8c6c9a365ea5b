//! What the descriptions of operations share: tags, parameters, bodies and answers.

use serde_json::{Map, Value, json};

use super::schemas;

pub(super) const CUSTOMERS: &str = "Customers";
pub(super) const FILES: &str = "Files";
pub(super) const VERIFICATION: &str = "Verification";
pub(super) const SANDBOX: &str = "Sandbox";
pub(super) const EVENTS: &str = "Events";
pub(super) const AUDIT: &str = "Audit trail";
pub(super) const WEBHOOKS: &str = "Webhooks";
pub(super) const SERVICE: &str = "Service";

pub(super) fn parameter(name: &str, place: &str, required: bool, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema })
}

pub(super) fn query(name: &str, description: &str, schema: Value) -> Value {
    parameter(name, "query", false, description, schema)
}

pub(super) fn header(name: &str, description: &str, schema: Value) -> Value {
    parameter(name, "header", false, description, schema)
}

fn id_in_path(name: &str, description: &str) -> Value {
    parameter(name, "path", true, description, json!({ "type": "string", "format": "uuid" }))
}

/// As the published document has it.
pub(super) fn customer_id() -> Value {
    id_in_path("customer_id", "The unique identifier of the customer")
}

pub(super) fn file_id() -> Value {
    id_in_path("file_id", "The id of an uploaded file")
}

pub(super) fn webhook_id() -> Value {
    id_in_path("webhook_id", "The id of a webhook")
}

pub(super) fn idempotency_key() -> Value {
    header(
        "Idempotency-Key",
        "The same key and request, sent again within 30 days, have one effect and get the same answer",
        json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }),
    )
}

/// A condition on the version: `*` or a list of entity tags.
pub(super) fn etag_condition(name: &str, description: &str) -> Value {
    let pattern = "^(\\*|\"v[0-9]+\"(, ?\"v[0-9]+\")*)$";
    header(name, description, json!({ "type": "string", "pattern": pattern, "examples": ["\"v3\""] }))
}

pub(super) fn if_match() -> Value {
    etag_condition("If-Match", "Write only if the stored version is this one")
}

pub(super) fn limit() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
    query("limit", "How many items a page may have", schema)
}

/// A reference to a named schema.
pub(super) fn named(schema: &str) -> Value {
    json!({ "$ref": schemas::reference(schema) })
}

/// A JSON body by the name of its schema, with an example.
pub(super) fn body(schema: &str, required: bool, example: &Value) -> Value {
    json!({
        "required": required,
        "content": { "application/json": { "schema": named(schema), "example": example } },
    })
}

/// A JSON body with an example for each type of customer.
pub(super) fn body_by_type(media_type: &str, schema: &Value, individual: &Value, business: &Value) -> Value {
    let content = json!({
        "schema": schema,
        "examples": {
            "individual": { "summary": "An individual", "value": individual },
            "business": { "summary": "A business", "value": business },
        },
    });
    json!({ "required": true, "content": { media_type: content } })
}

/// An answer in JSON by the name of its schema.
pub(super) fn answer(description: &str, schema: &str) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": named(schema) } } })
}

/// The same with headers of its own.
pub(super) fn answer_with(description: &str, schema: &str, headers: &[&str]) -> Value {
    with_headers(answer(description, schema), headers)
}

/// An answer without a body.
pub(super) fn bare(description: &str, headers: &[&str]) -> Value {
    with_headers(json!({ "description": description }), headers)
}

pub(super) fn with_headers(mut response: Value, names: &[&str]) -> Value {
    if !names.is_empty() {
        response["headers"] = names.iter().map(|name| super::headers::entry(name)).collect::<Map<_, _>>().into();
    }
    response
}
