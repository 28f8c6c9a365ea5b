//! The OpenAPI document, assembled from the types that parse and the catalogue of problems.
//!
//! `operations.rs` lists the operations. The files beside it describe them by subject, with `parts.rs` for what
//! descriptions share. `schemas/` holds the named schemas, and `headers.rs` the headers of responses.

mod audit;
mod customers;
mod files;
mod headers;
mod kyc;
mod operations;
mod parts;
mod sandbox;
mod schemas;
mod service;
mod webhooks;

use dossier_core::api_key::KeyScope;
use http::Method;
use serde_json::{Map, Value, json};

pub use operations::OPERATIONS;
pub use schemas::closed;

use super::problem::ProblemCode;
use operations::Problems;

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
        let name = json["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let schema = match name {
            Some("Customer") => return "the customer".to_owned(),
            Some(name) => schemas::named().into_iter().find(|(known, _)| *known == name).expect("a named schema").1,
            None => json["schema"].clone(),
        };
        let names: Vec<_> =
            schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys()).collect();
        if names.is_empty() {
            return "`{}`".to_owned();
        }
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    /// Its description with what every operation of its kind has in common: key, problems and headers.
    fn complete(&self) -> Value {
        let mut description = (self.describe)();
        let mut problems: Vec<ProblemCode> = self.problems.concat();
        let is_keyed = !self.scopes.is_empty();
        if is_keyed {
            description["x-scopes"] = json!(self.scopes);
            description["x-fields"] = self.fields().into();
            problems.extend(operations::KEYED);
        } else {
            description["security"] = json!([]);
        }
        let is_repeatable = problems.contains(&ProblemCode::IdempotencyKeyReused);
        if is_repeatable {
            // Keys are counted, and so are the files that these operations store or name.
            problems.push(ProblemCode::QuotaExceeded);
            match description["parameters"].as_array_mut() {
                Some(parameters) => parameters.push(parts::idempotency_key()),
                None => description["parameters"] = json!([parts::idempotency_key()]),
            }
        }
        add_problems(&mut description["responses"], &problems);
        for (status, response) in description["responses"].as_object_mut().into_iter().flatten() {
            headers::add(response, status, is_keyed, is_repeatable);
        }
        description
    }
}

/// Adds a response for each status of these problems, in the order of the catalogue.
fn add_problems(responses: &mut Value, problems: &[ProblemCode]) {
    for problem in ProblemCode::ALL.iter().filter(|problem| problems.contains(problem)) {
        let response = &mut responses[problem.status().to_string()];
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

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
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
        "webhooks": webhooks::calls(),
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
        tag(parts::SANDBOX, "Simulated steps and the clock of the sandbox. Keys of production are refused."),
        tag(parts::EVENTS, "Events in order, for polling."),
        tag(parts::AUDIT, "Who did what, in order. Entries name places of records, and no values."),
        tag(parts::WEBHOOKS, "Endpoints that are called with events, and the log of deliveries."),
        tag(parts::SERVICE, "The server itself: its health, its document, and calls of a provider."),
    ])
}
