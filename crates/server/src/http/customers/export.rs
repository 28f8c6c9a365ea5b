//! Subject access over HTTP: a customer's record and documents, or those of one of its persons, as one archive.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::ids::PersonId;
use dossier_core::look::{LookedThrough, Seen};
use dossier_core::use_cases::export_customer;
use futures_util::TryStreamExt as _;
use http::{HeaderValue, Method, header};
use serde_json::json;

use crate::export::pieces;
use crate::http::context::RequestContext;
use crate::http::extract::{CustomerPath, Exporter};
use crate::http::looks::{self, Looker};
use crate::http::openapi::operation::{Operation, Shows, WRITES};
use crate::http::openapi::parts::{CUSTOMERS, customer_id, query, with_headers};
use crate::http::problem::Problem;
use crate::http::problem::ProblemCode::{self, InvalidHeader, InvalidParameters, NotFound};
use crate::http::query::Query;
use crate::http::state::App;

pub(crate) const EXPORT: Operation = Operation {
    method: Method::GET,
    path: "/v0/customers/{customer_id}/export",
    scopes: &[KeyScope::CustomersRead, KeyScope::FilesRead, KeyScope::PiiReveal],
    shows: Shows::Own,
    problems: &[WRITES, &[InvalidHeader, InvalidParameters, NotFound]],
    describe: || {
        let person = "Export only the data and documents of this associated person";
        let archive = json!({
            "description": "The archive",
            "content": { "application/zip": { "schema": { "type": "string", "format": "binary" } } },
        });
        json!({
            "operationId": "exportCustomer",
            "tags": [CUSTOMERS],
            "summary": "Export a customer's data",
            "description": "Answers an access request (GDPR, Articles 15 and 20): a zip archive with `record.json` \
                (the record in the members of this API), `record.html` (the same as a page) and `documents/` (every \
                file that is or was evidence). It has no links, and nothing that reviewers wrote for each other. The \
                audit trail records every export. If a document is damaged, the connection is cut. Ranges and HEAD \
                are not supported.",
            "parameters": [
                customer_id(),
                query("person_id", person, json!({ "type": "string", "format": "uuid" })),
                looks::reason(),
            ],
            "responses": { "200": with_headers(archive, &["Content-Disposition"]) },
        })
    },
};

/// The archive. The audit trail has the export before the first byte is sent.
pub(crate) async fn export(
    State(app): State<App>,
    Exporter(caller, _): Exporter,
    looker: Looker,
    CustomerPath(id): CustomerPath,
    Extension(context): Extension<RequestContext>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    if request.method() == Method::HEAD {
        let text = "The size of an export is not known before it is made.";
        let problem = Problem::new(ProblemCode::MethodNotAllowed, text);
        return Err(problem.header(header::ALLOW, HeaderValue::from_static("GET")));
    }
    let mut parameters = query.only(&["person_id"]);
    let person = parameters.text("person_id");
    parameters.end()?;
    let id = id.ok_or_else(Problem::not_found)?;
    let person = person.map(|text| PersonId::parse(&text).ok_or_else(Problem::not_found)).transpose()?;
    let share = app.downloads.take(context.claimants(), 1);
    let share = share.map_err(|refused| refused.at_once("downloads"))?;
    let export = export_customer::export(&app.services, &caller, id, person).await?.ok_or_else(Problem::not_found)?;
    looker.saw(&app, &caller, Some(id), (LookedThrough::ExportCustomer, Seen::Export));
    let name = format!("attachment; filename=\"{}.zip\"", export.subject());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).expect("an id is visible ASCII")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let pieces = pieces(export, Arc::clone(&app.services.store), caller.scope, share);
    // The connection is cut, so that the client sees that the archive is not whole.
    let pieces = pieces.inspect_err(|error| tracing::error!(%error, "an export ended early"));
    Ok((headers, Body::from_stream(pieces)).into_response())
}
