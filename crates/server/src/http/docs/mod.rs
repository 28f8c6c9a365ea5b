//! Documentation that the server serves itself: the guides, the OpenAPI document, a reference made from it, and a page
//! for every problem. All of it works offline, and without scripts.
//!
//! `frame.rs` makes the frame of every page. `site.rs` has all pages below `/docs`: the guides (`guides.rs`), which are
//! the files in `docs/`, rendered by `markdown.rs`; the search over everything (`search.rs`); and `reference.rs`, built
//! from operations (`operation.rs`), schemas (`schema.rs`) and examples (`sample.rs`). `problems.rs` is the catalogue
//! of problems.

mod frame;
mod guides;
mod markdown;
mod operation;
pub(crate) mod problems;
mod prose;
mod reference;
mod sample;
mod schema;
mod search;
pub(crate) mod site;

use axum::response::{IntoResponse, Response};
use http::{Method, header};
use serde_json::json;

use super::openapi::operation::{Operation, PUBLIC, Shows};
use super::openapi::parts::SERVICE;

pub(crate) const OPENAPI: Operation = Operation {
    method: Method::GET,
    path: "/openapi.json",
    scopes: &[],
    shows: Shows::Own,
    problems: &[PUBLIC],
    describe: || {
        json!({
            "operationId": "getOpenApi",
            "tags": [SERVICE],
            "summary": "Read this document",
            "description": "Generated from the types that parse requests.",
            "responses": { "200": {
                "description": "The document, as OpenAPI 3.1",
                "content": { "application/json": { "schema": { "type": "object" } } },
            } },
        })
    },
};

pub fn openapi(document: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), frame::SHORT], document).into_response()
}
