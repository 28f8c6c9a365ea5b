//! The OpenAPI document, assembled from the operations beside the handlers, the types of bodies and answers, and the
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

/// The whole document, with a path for each of these operations.
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
            "summary": "The KYC/KYB record of your customers. The Customers API v0, self-hosted.",
            "description": "Rules that no schema can say: the type of the stored customer decides by which of the two \
                variants the body of PUT is read; absent members stay as they are; PUT refuses `null` (PATCH clears \
                members); unknown members are refused; documents accumulate. Every problem has a page under /problems.",
            "license": { "name": "Apache License 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server that this document comes from" }],
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
                    "description": "The same key as `Authorization: Bearer`; a raw `Authorization: <key>` works too",
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
        tag(parts::CUSTOMERS, "Records of customers: create, read, update, and remove documents."),
        tag(parts::FILES, "Uploaded evidence, sealed when it is stored."),
        tag(parts::VERIFICATION, "KYC sessions, decisions, and what is required of whom."),
        tag(parts::ERASURE, "The end of a record: erasure, and the certificates of it."),
        tag(parts::SANDBOX, "Simulated steps and the clock of the sandbox. Keys of production are refused."),
        tag(parts::EVENTS, "Events in order, for polling."),
        tag(parts::AUDIT, "Who did what, in order. Entries name places of records, and no values."),
        tag(parts::WEBHOOKS, "Endpoints that are called with events, and the log of deliveries."),
        tag(parts::SERVICE, "The server itself: its health, its document, and calls of a provider."),
    ])
}
