//! Customers over HTTP: each handler reads the request, calls one use case, and gives its answer.

mod list;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::caller::Caller;
use dossier_core::customer::CustomerView;
use dossier_core::idempotency::Answer;
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::create_customer::create as create_customer;
use dossier_core::use_cases::remove_document::remove_document as remove;
use dossier_core::use_cases::update_customer::{Method, Update, update};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};

pub use list::{NoQuery, Query, list};

use super::App;
use super::body::{Expected, WholeBody};
use super::conditions::{
    answered, condition, etag, idempotency_key, none_match, nothing, repeatable, wants_representation,
};
use super::problem::Problem;
use super::router::{CustomerPath, DocumentPath, Reader, Writer};

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// `POST /v0/customers`: creates a customer.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn create(
    State(app): State<App>,
    Writer(caller, sees): Writer,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::CUSTOMER).await?;
    let (shared, held) = (Arc::clone(&app), body.bytes());
    let work = async move {
        let request = repeatable("POST /v0/customers", &parts.headers, &body)?;
        Ok::<_, Problem>(create_customer(&app.services, &caller, request).await?)
    };
    let answer = shared.apart.run(held, work).await?;
    let id = answer.customer;
    let only_id = || serde_json::json!({ "customer_id": id }).to_string().into_bytes();
    let location = id.map(|id| format!("/v0/customers/{id}").try_into().expect("an id is visible ASCII"));
    let mut response = answered(StatusCode::CREATED, sees.answer(answer, only_id));
    response.headers_mut().extend(location.map(|location| (header::LOCATION, location)));
    Ok(response)
}

/// `PUT /v0/customers/{customer_id}`: changes the members that the body names.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn put(
    State(app): State<App>,
    Writer(caller, sees): Writer,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::CUSTOMER).await?;
    let representation = wants_representation(&parts.headers);
    let answer = change(app, caller, parts, Method::Put, id, body, representation).await?;
    let mut response = answered(StatusCode::OK, sees.answer(answer, nothing));
    if representation && sees.customers {
        response.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static("return=representation"));
    }
    Ok(response)
}

/// `PATCH /v0/customers/{customer_id}`: a merge patch, in which `null` clears. Answers the whole customer to a key
/// that may read it.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn patch(
    State(app): State<App>,
    Writer(caller, sees): Writer,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::PATCH).await?;
    let answer = change(app, caller, parts, Method::Patch, id, body, true).await?;
    Ok(answered(StatusCode::OK, sees.answer(answer, nothing)))
}

async fn change(
    app: App,
    caller: Caller,
    parts: Parts,
    method: Method,
    id: Option<CustomerId>,
    body: WholeBody,
    representation: bool,
) -> Result<Answer, Problem> {
    let (shared, held) = (Arc::clone(&app), body.bytes());
    let work = async move {
        let (condition, idempotency_key) = (condition(&parts.headers)?, idempotency_key(&parts.headers)?);
        let wanted = Update { id, method, body: &body, representation, condition, idempotency_key };
        Ok(update(&app.services, &caller, wanted).await?)
    };
    shared.apart.run(held, work).await
}

/// `DELETE /v0/customers/{customer_id}/documents/{file_id}`: takes a document out of the record.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn remove_document(
    State(app): State<App>,
    Writer(caller, _): Writer,
    DocumentPath(id, file): DocumentPath,
    request: Request,
) -> Result<Response, Problem> {
    let condition = condition(request.headers())?;
    let (Some(id), Some(file)) = (id, file) else { return Err(Problem::not_found()) };
    let version = remove(&app.services, &caller, id, file, &condition).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, etag(version))]).into_response())
}

/// `GET /v0/customers/{customer_id}`: the customer, with its profile when asked for.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn read(
    State(app): State<App>,
    Reader(caller, sees): Reader,
    CustomerPath(id): CustomerPath,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    let expand = query.expand()?;
    let known = none_match(request.headers())?;
    let id = id.ok_or_else(Problem::not_found)?;
    let (json, version) = if expand.whole() {
        let customer = app.services.store.customer(caller.scope, id).await?.ok_or_else(Problem::not_found)?;
        let mut json = Vec::new();
        expand.write(&app, &caller, &customer, &mut json).await?;
        (json, customer.version)
    } else {
        let summary = app.services.store.summary(caller.scope, id).await?.ok_or_else(Problem::not_found)?;
        (CustomerView::new(&summary, None).to_json(), summary.version)
    };
    let tag = [(header::ETAG, etag(version))];
    if known.is_some_and(|known| known.name(version)) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok((tag, [(header::CONTENT_TYPE, "application/json")], sees.json(json)).into_response())
}
