//! The health of the server, on the metrics port and on that of the API.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::Method;
use serde_json::{Value, json};

use super::openapi::operation::{Operation, PUBLIC, Shows};
use super::openapi::parts::{SERVICE, response};
use super::problem::Problem;
use super::problem::ProblemCode::StorageUnavailable;
use super::responses::{Health, ServiceStatus};
use super::state::App;

fn status(id: &str, summary: &str, description: &str, success: &str) -> Value {
    json!({
        "operationId": id,
        "tags": [SERVICE],
        "summary": summary,
        "description": description,
        "responses": { "200": response(success, "ServiceStatus") },
    })
}

pub(crate) const HEALTHZ: Operation = Operation {
    method: Method::GET,
    path: "/healthz",
    scopes: &[],
    shows: Shows::Own,
    problems: &[PUBLIC],
    describe: || {
        let summary = "Check that the process is running";
        status("getHealth", summary, "Does not use the database.", "The process is running")
    },
};

pub(crate) async fn healthz() -> Response {
    axum::Json(ServiceStatus { status: Health::Ok }).into_response()
}

pub(crate) const READYZ: Operation = Operation {
    method: Method::GET,
    path: "/readyz",
    scopes: &[],
    shows: Shows::Own,
    problems: &[PUBLIC, &[StorageUnavailable]],
    describe: || {
        let description = "Responds with 503 while the database cannot be reached.";
        status("getReadiness", "Check that the server can handle requests", description, "It can")
    },
};

pub(crate) async fn readyz(State(app): State<App>) -> Result<Response, Problem> {
    app.services.store.ready().await?;
    Ok(axum::Json(ServiceStatus { status: Health::Ready }).into_response())
}
