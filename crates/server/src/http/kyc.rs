//! Verification over HTTP: sessions, decisions and requirements.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::customer::CustomerType;
use dossier_core::kyc::requirements::Prospect;
use dossier_core::parse::Country;
use dossier_core::use_cases::{decide, session};
use dossier_core::violation::Code;
use http::{Method, StatusCode};
use serde_json::json;

use super::answers::RequirementList;
use super::body::{Expected, WholeBody};
use super::conditions::{answered, nothing, repeatable};
use super::extract::{CustomerPath, Decider, Reader, SessionOpener};
use super::openapi::operation::{Operation, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{VERIFICATION, answer, answer_with, customer_id, json_body, parameter, query};
use super::problem::Problem;
use super::problem::ProblemCode::{
    AccountIncomplete, AlreadyApproved, IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound, NotPossible,
    Offboarded,
};
use super::query::Query;
use super::state::App;

pub(crate) const OPEN_SESSION: Operation = Operation {
    method: Method::POST,
    path: "/v0/customers/{customer_id}/kycs",
    scopes: &[KeyScope::KycSession],
    shows: Shows::Kycs,
    problems: &[
        TAKES_JSON,
        WRITES,
        &[InvalidHeader, NotFound, AccountIncomplete, AlreadyApproved, IdempotencyKeyReused, Offboarded],
    ],
    describe: || {
        let example = json!({ "redirect_uri": "https://app.example.com/welcome" });
        json!({
            "operationId": "openKycSession",
            "tags": [VERIFICATION],
            "summary": "Open a KYC session, or get the link of the open one",
            "description": "The body is optional, and so is its type. A link is good for 7 days; a session whose link \
                has run out is given a new one, and after a rejection a new session begins. With renew the customer \
                gets a new link even so; the old one, and every browser in the form, leads nowhere. A customer whose \
                session is open and whose requirements are met is submitted by itself. In production the account needs \
                a legal name and a privacy URL; an account of an older version has 30 days, in which the response \
                carries `Dossier-Warning: account_incomplete`.",
            "parameters": [customer_id()],
            "requestBody": json_body("NewSession", false, &example),
            "responses": { "201": answer_with("The session", "OpenedSession", &["ETag", "Dossier-Warning"]) },
        })
    },
};

/// Opens a session, or returns the open one. The body is optional.
pub(crate) async fn open_session(
    State(app): State<App>,
    SessionOpener(caller, _): SessionOpener,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read_optional(&app, &parts, body).await?;
    let request = repeatable("POST /v0/customers/{customer_id}/kycs", &parts.headers, &body)?;
    let answer = session::open(&app.services, &caller, id, request).await?;
    if answer.warnings.iter().any(|warning| warning.starts_with(session::ACCOUNT_INCOMPLETE)) {
        app.incomplete_accounts.log(caller.scope.account, app.services.clock.now());
    }
    Ok(answered(StatusCode::CREATED, answer))
}

pub(crate) const DECIDE: Operation = Operation {
    method: Method::POST,
    path: "/v0/customers/{customer_id}/decisions",
    scopes: &[KeyScope::KycDecide],
    shows: Shows::CustomerOr("{}"),
    problems: &[TAKES_JSON, WRITES, &[InvalidHeader, NotFound, IdempotencyKeyReused, NotPossible]],
    describe: || {
        let example = json!({
            "outcome": "request_resubmission", "requirements": ["proof_of_address"],
            "reason_codes": ["document_unreadable"], "comment": "The bill is blurred.", "note": "second time",
        });
        json!({
            "operationId": "decide",
            "tags": [VERIFICATION],
            "summary": "Decide about a customer",
            "description": "approve opens all rails, or those that rails names; reject closes all; \
                request_resubmission asks for the named requirements again, with a new link; offboard ends the \
                relationship and reinstate begins it again. note never reaches the customer. A decision about an \
                approved customer also settles its change review.",
            "parameters": [customer_id()],
            "requestBody": json_body("NewDecision", true, &example),
            "responses": {
                "200": answer_with("The customer; {} to a key without customers:read", "CustomerOrEmpty", &["ETag"]),
            },
        })
    },
};

/// Approves, rejects, asks for something again, or ends the relationship.
pub(crate) async fn decide(
    State(app): State<App>,
    Decider(caller, sees): Decider,
    CustomerPath(id): CustomerPath,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let request = repeatable("POST /v0/customers/{customer_id}/decisions", &parts.headers, &body)?;
    let answer = decide::decide(&app.services, &caller, id, request).await?;
    Ok(answered(StatusCode::OK, sees.answer(answer, nothing)))
}

pub(crate) const REQUIREMENTS: Operation = Operation {
    method: Method::GET,
    path: "/v0/requirements",
    scopes: &[KeyScope::CustomersRead],
    shows: Shows::Own,
    problems: &[&[InvalidParameters]],
    describe: || {
        let kind = json!({ "type": "string", "enum": ["individual", "corporate", "business"] });
        let country = json!({ "type": "string", "pattern": "^[A-Z]{2}$", "examples": ["FR"] });
        let volume = json!({ "type": "number", "minimum": 0 });
        json!({
            "operationId": "listRequirements",
            "tags": [VERIFICATION],
            "summary": "List what would be required, before a customer exists",
            "description": "For a customer that exists, read it with `expand=requirements`.",
            "parameters": [
                parameter("type", "query", true, "The type of customer", kind),
                query("country", "Where the customer is", country),
                query("purpose", "`account_purpose`", json!({ "type": "string" })),
                query("volume", "Expected monthly volume in US dollars", volume),
            ],
            "responses": { "200": answer("The requirements", "RequirementList") },
        })
    },
};

/// What would be required, before a customer exists.
pub(crate) async fn requirements(
    State(app): State<App>,
    Reader(caller, _): Reader,
    query: Query,
) -> Result<Response, Problem> {
    let mut parameters = query.only(&["type", "country", "purpose", "volume"]);
    let named = parameters.text("type");
    let kind = named.as_deref().and_then(CustomerType::of_request);
    match (&named, kind) {
        (None, _) => parameters.refuse("type", Code::Required, "is required: individual or corporate"),
        (Some(_), None) => parameters.refuse("type", Code::UnknownValue, "must be one of: individual corporate"),
        (Some(_), Some(_)) => {}
    }
    let message = "must be an officially assigned ISO 3166-1 alpha-2 code in capitals, or XK";
    let country = parameters.read("country", Country::new, Code::UnknownCountry, message);
    let volume = |text: &str| text.parse::<f64>().ok().filter(|volume| *volume >= 0.0);
    let volume = parameters.read("volume", volume, Code::OutOfRange, "must be a number that is not negative");
    let purpose = parameters.text("purpose");
    let Some(kind) = kind else { return Err(parameters.refused()) };
    parameters.end()?;
    let prospect = Prospect { country, purpose, volume };
    let rules = &app.services.policy.rules;
    let items = rules.before(kind, &prospect, app.services.now(caller.scope));
    Ok(axum::Json(RequirementList { rule_set: &rules.version, items }).into_response())
}
