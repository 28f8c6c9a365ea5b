//! The server itself: the calls of a provider, this document, and its health.

use serde_json::{Value, json};

use super::parts::{SERVICE, answer, bare, parameter};

pub(super) fn sumsub() -> Value {
    let digest = json!({ "type": "string", "pattern": "^[0-9A-Fa-f]+$", "minLength": 64, "maxLength": 128 });
    let algorithm = json!({ "type": "string", "enum": ["HMAC_SHA256_HEX", "HMAC_SHA512_HEX"] });
    json!({
        "operationId": "sumsubCall",
        "tags": [SERVICE],
        "summary": "Sumsub calls here when a verification has changed",
        "description": "Signed with the secret of the setting sumsub_webhook_secret. Exists only when Sumsub is the \
            provider.",
        "parameters": [
            parameter("x-payload-digest", "header", true, "Hexadecimal HMAC of the body", digest),
            parameter("x-payload-digest-alg", "header", true, "Which HMAC", algorithm),
        ],
        "requestBody": { "required": true, "content": { "application/json": { "schema": { "type": "object" } } } },
        "responses": { "204": bare("Understood", &[]) },
    })
}

pub(super) fn openapi() -> Value {
    json!({
        "operationId": "getOpenApi",
        "tags": [SERVICE],
        "summary": "Read this document",
        "description": "Made from the types that parse requests.",
        "responses": { "200": {
            "description": "OpenAPI 3.1",
            "content": { "application/json": { "schema": { "type": "object" } } },
        } },
    })
}

fn status(id: &str, summary: &str, description: &str) -> Value {
    json!({
        "operationId": id,
        "tags": [SERVICE],
        "summary": summary,
        "description": description,
        "responses": { "200": answer("Yes", "ServiceStatus") },
    })
}

pub(super) fn healthz() -> Value {
    status("getHealth", "Does the process run?", "Asks nothing of the database.")
}

pub(super) fn readyz() -> Value {
    status("getReadiness", "Can it answer requests?", "Answers 503 while the database cannot be reached.")
}
