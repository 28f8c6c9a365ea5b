//! The OpenAPI document, assembled from the operations beside the handlers, the types of bodies and responses, and the
//! catalogue of problems.
//!
//! `operation.rs` says what describes an operation, and `parts.rs` what descriptions share. `schemas/` holds the named
//! schemas, `headers.rs` the headers of responses, and `calls.rs` the calls that webhooks get.

mod calls;
mod headers;
pub mod operation;
pub mod parts;
pub mod schemas;

use serde_json::{Map, Value, json};

use operation::Operation;

/// The document that describes these operations.
#[must_use]
pub fn document(operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = operation.complete();
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Dossier",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "KYC and KYB records of your customers: the Customers API v0, self-hosted.",
            "description": "Rules that the schemas cannot express: the type of the stored customer decides which of \
                the two variants the body of PUT is parsed as; absent members stay unchanged; PUT refuses `null`, and \
                PATCH clears a member with it; unknown members are refused; documents accumulate. Every problem has a \
                page under /problems.",
            "license": { "name": "Apache License 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server that serves this document" }],
        "security": [{ "ApiKey": [] }, { "Bearer": [] }],
        "tags": tags(),
        "paths": paths,
        "webhooks": calls::calls(),
        "components": {
            "securitySchemes": {
                "ApiKey": {
                    "type": "apiKey", "in": "header", "name": "Api-Key",
                    "description": "Your secret API key: dsk_test_… for the sandbox, dsk_live_… for production",
                },
                "Bearer": {
                    "type": "http", "scheme": "bearer",
                    "description": "The same key, as `Authorization: Bearer <key>`. A bare `Authorization: <key>` also \
                        works",
                },
            },
            "headers": headers::all(),
        },
    });
    schemas::put_into(&mut document);
    document
}

fn tags() -> Value {
    let tag = |name: &str, description: &str| json!({ "name": name, "description": description });
    json!([
        tag(parts::CUSTOMERS, "Create, read and update customers, and remove documents from their records."),
        tag(parts::FILES, "Upload and read evidence. It is encrypted before it is stored."),
        tag(parts::VERIFICATION, "KYC sessions, decisions and requirements."),
        tag(parts::ERASURE, "Erase customers, and read the certificates that prove it."),
        tag(parts::RETENTION, "See what is due for deletion, and place holds that stop it."),
        tag(
            parts::SANDBOX,
            "Simulate steps of a verification, and advance the sandbox clock. Production keys are refused."
        ),
        tag(parts::EVENTS, "Events in order, for clients that poll."),
        tag(parts::AUDIT, "Who did what, and when. Entries name the fields that changed, never their values."),
        tag(parts::WEBHOOKS, "URLs that events are sent to, and the log of deliveries."),
        tag(parts::SERVICE, "The server itself: its health, this document, and the URL that a provider calls."),
    ])
}
