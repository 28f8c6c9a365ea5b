//! Checks responses of the server against the OpenAPI document.

use std::sync::OnceLock;

use dossier::http::openapi::schemas::parts::closed;
use dossier::http::router::document;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::app::Answered;

/// The document, in which no schema allows members that it does not name, so that every member sent must be documented.
pub(crate) fn closed_document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let mut document = document();
        document["components"]["schemas"] = closed(document["components"]["schemas"].take());
        document
    })
}

pub(crate) fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = json!({ "schemas": closed_document()["components"]["schemas"] });
    jsonschema::validator_for(&schema).expect("a schema")
}

/// Asserts that a value fits a named schema.
#[track_caller]
pub(crate) fn fits(name: &str, value: &Value) {
    fits_schema(&json!({ "$ref": format!("#/components/schemas/{name}") }), value);
}

#[track_caller]
pub(crate) fn fits_schema(schema: &Value, value: &Value) {
    let validator = validator(schema);
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
}

/// Asserts that a response has a status, a body and headers that the document gives for the operation.
#[track_caller]
pub(crate) fn is_described(method: &str, path: &str, answer: &Answered) {
    let case = format!("{method} {path}: {} {}", answer.status, answer.text);
    let operation = &closed_document()["paths"][path][method.to_lowercase()];
    let response = &operation["responses"][answer.status.as_str()];
    assert!(response.is_object(), "the status of {case} is not documented");
    let media_type = answer.header("content-type");
    let content = &response["content"];
    if answer.bytes.is_empty() {
        assert!(content.is_null(), "{case} has no content");
    } else {
        let schema = &content[media_type]["schema"];
        assert!(schema.is_object(), "{media_type} of {case} is not documented");
        if media_type.ends_with("json") {
            fits_schema(schema, &answer.json());
        }
    }
    // The headers of HTTP itself, and those that restrict browsers.
    let common = [
        "cache-control",
        "connection",
        "content-length",
        "content-security-policy",
        "content-type",
        "date",
        "transfer-encoding",
    ];
    let documented: Vec<String> =
        response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_lowercase()).collect();
    for name in ["etag", "location", "x-request-id"] {
        let is_documented = documented.iter().any(|known| known == name);
        assert!(!is_documented || answer.headers.contains_key(name), "{name} is missing in {case}");
    }
    for name in answer.headers.keys().map(|name| name.as_str()).filter(|name| *name != "x-content-type-options") {
        assert!(common.contains(&name) || documented.iter().any(|known| known == name), "{name} of {case}");
    }
}
