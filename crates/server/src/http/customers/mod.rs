//! Customers over HTTP: each handler reads the request, calls one use case and returns its response.

pub mod expand;
pub mod export;
pub mod list;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Caller;
use dossier_core::customer::CustomerView;
use dossier_core::idempotency::Answer;
use dossier_core::ids::CustomerId;
use dossier_core::look::LookedThrough;
use dossier_core::use_cases::create_customer::create_customer;
use dossier_core::use_cases::remove_document;
use dossier_core::use_cases::update_customer::{Method, Update, update};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use expand::Expand;

use super::body::{Expected, WholeBody};
use super::conditions::{
    answered, condition, etag, idempotency_key, none_match, nothing, repeatable, wants_representation,
};
use super::extract::{CustomerPath, DocumentPath, Reader, Writer};
use super::looks::{self, Looker, profile};
use super::openapi::operation::{Operation, Problems, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{
    CUSTOMERS, bare, body_by_type, customer_id, etag_condition, file_id, if_match, named, request_header, response_with,
};
use super::problem::Problem;
use super::problem::ProblemCode::{
    ApprovedLocked, EmailTaken, IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound, PreconditionFailed,
};
use super::query::Query;
use super::state::App;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

const UPDATES: Problems = &[InvalidHeader, NotFound, ApprovedLocked, IdempotencyKeyReused, PreconditionFailed];

fn example(json: &str) -> Value {
    serde_json::from_str(json).expect("examples are JSON")
}

pub(crate) const CREATE: Operation = Operation {
    method: http::Method::POST,
    path: "/v0/customers",
    scopes: &[KeyScope::CustomersWrite],
    shows: Shows::CustomerOr("{customer_id}"),
    problems: &[TAKES_JSON, WRITES, &[InvalidHeader, EmailTaken, IdempotencyKeyReused]],
    describe: || {
        let individual = json!({
            "email": "john.doe@example.com", "type": "individual", "first_name": "John", "last_name": "Doe",
        });
        let business = json!({
            "email": "office@harbour.example", "type": "corporate", "company_name": "Harbour Software Limited",
        });
        json!({
            "operationId": "createCustomer",
            "tags": [CUSTOMERS],
            "summary": "Create a customer",
            "description": "`email` and `type` are required and the names are optional; everything else follows \
                later. Older clients send `beneficiary_type` instead of `type`. The server still accepts it, and \
                refuses a body in which the two contradict each other.",
            "requestBody": body_by_type("application/json", &named("NewCustomer"), &individual, &business),
            "responses": {
                "201": response_with(
                    "The customer, or only its `customer_id` for a key without `customers:read`",
                    "CreatedCustomer",
                    &["Location", "ETag"],
                ),
            },
        })
    },
};

pub(crate) async fn create(
    State(app): State<App>,
    Writer(caller, sees): Writer,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::CUSTOMER).await?;
    let (shared, held) = (Arc::clone(&app), body.bytes());
    let work = Box::pin(async move {
        let request = repeatable("POST /v0/customers", &parts.headers, &body)?;
        Ok::<_, Problem>(create_customer(&app.services, &caller, request).await?)
    });
    let answer = shared.apart.run(held, work).await?;
    let id = answer.customer;
    let only_id = || json!({ "customer_id": id }).to_string().into_bytes();
    let location = id.map(|id| format!("/v0/customers/{id}").try_into().expect("an id is visible ASCII"));
    let mut response = answered(StatusCode::CREATED, sees.answer(answer, only_id));
    response.headers_mut().extend(location.map(|location| (header::LOCATION, location)));
    Ok(response)
}

pub(crate) const PUT: Operation = Operation {
    method: http::Method::PUT,
    path: "/v0/customers/{customer_id}",
    scopes: &[KeyScope::CustomersWrite],
    shows: Shows::Preferred,
    problems: &[TAKES_JSON, WRITES, UPDATES, &[EmailTaken]],
    describe: || {
        let prefer = "`return=representation` returns the whole customer instead of `{}`, if the key has \
            `customers:read`";
        json!({
            "operationId": "updateCustomer",
            "tags": [CUSTOMERS],
            "summary": "Update customer data",
            "description": "The type of the stored customer decides which variant the body is parsed as, even if it \
                fits both. Absent members stay unchanged. `null` is refused.",
            "parameters": [
                customer_id(),
                if_match(),
                request_header("Prefer", prefer, json!({ "type": "string", "examples": ["return=representation"] })),
                looks::reason(),
            ],
            "requestBody": body_by_type(
                "application/json",
                &named("CustomerUpdate"),
                &example(include_str!("../../../assets/examples/update-individual.json")),
                &example(include_str!("../../../assets/examples/update-business.json")),
            ),
            "responses": {
                "200": response_with(
                    "Successful update of customer data",
                    "CustomerOrEmpty",
                    &["ETag", "Dossier-Warning", "Preference-Applied"],
                ),
            },
        })
    },
};

pub(crate) async fn put(
    State(app): State<App>,
    Writer(caller, sees): Writer,
    looker: Looker,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::CUSTOMER).await?;
    let representation = wants_representation(&parts.headers);
    let write = change(&app, &caller, parts, Method::Put, id, body, representation);
    let answer = write.await?;
    let mut response = answered(StatusCode::OK, sees.answer(answer, nothing));
    if representation && sees.customers {
        looker.saw(&app, &caller, id, (LookedThrough::UpdateCustomer, profile(sees)));
        response.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static("return=representation"));
    }
    Ok(response)
}

pub(crate) const PATCH: Operation = Operation {
    method: http::Method::PATCH,
    path: "/v0/customers/{customer_id}",
    scopes: &[KeyScope::CustomersWrite],
    shows: Shows::ProfileOrNothing,
    problems: &[TAKES_JSON, WRITES, UPDATES, &[EmailTaken]],
    describe: || {
        json!({
            "operationId": "patchCustomer",
            "tags": [CUSTOMERS],
            "summary": "Change or clear members of a customer (JSON Merge Patch, RFC 7396)",
            "description": "`null` clears a member. Lists follow the rules of PUT: documents accumulate, and \
                associated persons keep their ids.",
            "parameters": [customer_id(), if_match(), looks::reason()],
            "requestBody": body_by_type(
                "application/merge-patch+json",
                &named("CustomerPatch"),
                &json!({ "middle_name": null, "residential_address": { "city": "Boston" } }),
                &json!({ "primary_website": null }),
            ),
            "responses": {
                "200": response_with(
                    "The customer with its profile, or `{}` for a key without `customers:read`",
                    "CustomerOrEmpty",
                    &["ETag", "Dossier-Warning"],
                ),
            },
        })
    },
};

pub(crate) async fn patch(
    State(app): State<App>,
    Writer(caller, sees): Writer,
    looker: Looker,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::PATCH).await?;
    let answer = change(&app, &caller, parts, Method::Patch, id, body, true).await?;
    if sees.customers {
        looker.saw(&app, &caller, id, (LookedThrough::PatchCustomer, profile(sees)));
    }
    Ok(answered(StatusCode::OK, sees.answer(answer, nothing)))
}

async fn change(
    app: &App,
    caller: &Caller,
    parts: Parts,
    method: Method,
    id: Option<CustomerId>,
    body: WholeBody,
    representation: bool,
) -> Result<Answer, Problem> {
    let (shared, caller, held) = (Arc::clone(app), caller.clone(), body.bytes());
    let work = Box::pin(async move {
        let (condition, idempotency_key) = (condition(&parts.headers)?, idempotency_key(&parts.headers)?);
        let wanted = Update { id, method, body: &body, representation, condition, idempotency_key };
        Ok(update(&shared.services, &caller, wanted).await?)
    });
    app.apart.run(held, work).await
}

pub(crate) const REMOVE_DOCUMENT: Operation = Operation {
    method: http::Method::DELETE,
    path: "/v0/customers/{customer_id}/documents/{file_id}",
    scopes: &[KeyScope::CustomersWrite],
    shows: Shows::Own,
    problems: &[WRITES, &[InvalidHeader, NotFound, PreconditionFailed]],
    describe: || {
        json!({
            "operationId": "removeDocument",
            "tags": [CUSTOMERS],
            "summary": "Remove a document from a customer's record",
            "description": "A document of an associated person is removed in the same way. The file is kept, because \
                it was evidence.",
            "parameters": [customer_id(), file_id(), if_match()],
            "responses": { "204": bare("The document was removed", &["ETag"]) },
        })
    },
};

pub(crate) async fn remove_document(
    State(app): State<App>,
    Writer(caller, _): Writer,
    DocumentPath(id, file): DocumentPath,
    request: Request,
) -> Result<Response, Problem> {
    let condition = condition(request.headers())?;
    let (Some(id), Some(file)) = (id, file) else { return Err(Problem::not_found()) };
    let version = remove_document::remove_document(&app.services, &caller, id, file, &condition).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, etag(version))]).into_response())
}

pub(crate) const READ: Operation = Operation {
    method: http::Method::GET,
    path: "/v0/customers/{customer_id}",
    scopes: &[KeyScope::CustomersRead],
    shows: Shows::Customers,
    problems: &[&[InvalidHeader, InvalidParameters, NotFound]],
    describe: || {
        json!({
            "operationId": "getCustomer",
            "tags": [CUSTOMERS],
            "summary": "Read a customer",
            "description": "`expand` adds every KYC field as stored, the documents, and the requirements.",
            "parameters": [
                customer_id(),
                Expand::parameter(),
                etag_condition("If-None-Match", "Respond with 304 if the stored version is still this one"),
                looks::reason(),
            ],
            "responses": {
                "200": response_with("The customer", "Customer", &["ETag"]),
                "304": bare("The stored version is still the one in `If-None-Match`", &["ETag"]),
            },
        })
    },
};

pub(crate) async fn read(
    State(app): State<App>,
    Reader(caller, sees): Reader,
    looker: Looker,
    CustomerPath(id): CustomerPath,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    let expand = Expand::only(query)?;
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
    if expand.profile {
        looker.saw(&app, &caller, Some(id), (LookedThrough::GetCustomer, profile(sees)));
    }
    Ok((tag, [(header::CONTENT_TYPE, "application/json")], sees.json(json)).into_response())
}
