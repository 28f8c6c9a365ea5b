//! Verification: sessions, decisions, requirements.

use serde_json::{Value, json};

use super::parts::{VERIFICATION, answer, answer_with, body, customer_id, parameter, query};

pub(super) fn open_session() -> Value {
    json!({
        "operationId": "openKycSession",
        "tags": [VERIFICATION],
        "summary": "Open a KYC session, or get the link of the open one",
        "description": "The body is optional, and so is its type. A link is good for 7 days; a session whose link has \
            run out is given a new one, and after a rejection a new session begins. With renew the customer gets a new \
            link even so; the old one, and every browser in the form, leads nowhere. A customer whose session is open \
            and whose requirements are met is submitted by itself.",
        "parameters": [customer_id()],
        "requestBody": body("NewSession", false, &json!({ "redirect_uri": "https://app.example.com/welcome" })),
        "responses": { "201": answer_with("The session", "OpenedSession", &["ETag"]) },
    })
}

pub(super) fn decide() -> Value {
    let example = json!({
        "outcome": "request_resubmission", "requirements": ["proof_of_address"],
        "reason_codes": ["document_unreadable"], "comment": "The bill is blurred.", "note": "second time",
    });
    json!({
        "operationId": "decide",
        "tags": [VERIFICATION],
        "summary": "Decide about a customer",
        "description": "approve opens all rails, or those that rails names; reject closes all; request_resubmission \
            asks for the named requirements again, with a new link; offboard ends the relationship and reinstate \
            begins it again. note never reaches the customer. A decision about an approved customer also settles its \
            change review.",
        "parameters": [customer_id()],
        "requestBody": body("NewDecision", true, &example),
        "responses": {
            "200": answer_with("The customer; {} to a key without customers:read", "CustomerOrEmpty", &["ETag"]),
        },
    })
}

pub(super) fn requirements() -> Value {
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
}
