//! Verification over HTTP: sessions, decisions and requirements.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use dossier_core::api_key::KeyScope;
use dossier_core::customer::CustomerType;
use dossier_core::kyc::Prospect;
use dossier_core::parse::Country;
use dossier_core::use_cases::{decide, session};
use dossier_core::violation::Code;
use http::{Method, StatusCode};
use serde_json::json;

use super::body::{Expected, WholeBody};
use super::conditions::{answered, decided, nothing, repeatable};
use super::extract::{CustomerPath, Decider, Reader, SessionOpener};
use super::openapi::operation::{Operation, Shows, TAKES_JSON, WRITES};
use super::openapi::parts::{VERIFICATION, customer_id, json_body, parameter, query, response, response_with};
use super::problem::Problem;
use super::problem::ProblemCode::{
    AccountIncomplete, AlreadyApproved, IdempotencyKeyReused, InvalidHeader, InvalidParameters, NotFound, NotPossible,
    Offboarded,
};
use super::query::Query;
use super::responses::RequirementList;
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
            "description": "The body and its `Content-Type` are optional. A link is valid for 7 days. If it has \
                expired, the session gets a new one; after a rejection, a new session begins. A case that was closed \
                because the customer did not answer continues. With `renew`, a link \
                that is still valid is replaced as well: the old link stops working, and every browser in the form is \
                shut out. Once the session is open and all requirements are met, the customer is submitted \
                automatically. In production the account needs a legal name and a privacy URL. An account that an \
                older version created has 30 days to set them, in which the response carries \
                `Dossier-Warning: account_incomplete`.",
            "parameters": [customer_id()],
            "requestBody": json_body("NewSession", false, &example),
            "responses": { "201": response_with("The open session", "OpenedSession", &["ETag", "Dossier-Warning"]) },
        })
    },
};

/// Opens a session, or returns the open one.
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
            "description": "`approve` opens all rails, or those in `rails`. `reject` closes all rails. \
                `request_resubmission` asks for the named requirements again, with a new link. `offboard` ends the \
                relationship, and `reinstate` resumes it. The customer never sees `note`. A decision about an \
                approved customer also closes its change review. Where the setting `four_eyes` asks for a second \
                person, `approve`, `reject` and `reinstate` are only proposed: the response is a 202 with the \
                warning `decision_proposed`, and a member confirms or declines the proposal at the desk.",
            "parameters": [customer_id()],
            "requestBody": json_body("NewDecision", true, &example),
            "responses": {
                "200": response_with(
                    "The customer, or `{}` for a key without `customers:read`",
                    "CustomerOrEmpty",
                    &["ETag"],
                ),
                "202": response_with(
                    "The decision was proposed, and waits for a second person. The customer is as before",
                    "CustomerOrEmpty",
                    &["ETag", "Dossier-Warning"],
                ),
            },
        })
    },
};

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
    Ok(decided(sees.answer(answer, nothing)))
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
            "summary": "List what would be required of a customer",
            "description": "For an existing customer, read the customer with `expand=requirements` instead.",
            "parameters": [
                parameter("type", "query", true, "The type of customer", kind),
                query("country", "The customer's country", country),
                query("purpose", "The purpose of the account, as in `account_purpose`", json!({ "type": "string" })),
                query("volume", "Expected monthly volume in US dollars", volume),
            ],
            "responses": { "200": response("The requirements", "RequirementList") },
        })
    },
};

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
    let volume = parameters.read("volume", volume, Code::OutOfRange, "must be a number of at least 0");
    let purpose = parameters.text("purpose");
    let Some(kind) = kind else { return Err(parameters.refused()) };
    parameters.end()?;
    let prospect = Prospect { country, purpose, volume };
    let rules = &app.services.policy.rules;
    let items = rules.before(kind, &prospect, app.services.now(caller.scope));
    Ok(axum::Json(RequirementList { rule_set: &rules.version, items }).into_response())
}
