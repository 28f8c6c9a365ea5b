//! Customers: create, list, read, update, and remove documents.

use serde_json::{Value, json};

use super::parts::{
    CUSTOMERS, answer_with, bare, body_by_type, customer_id, etag_condition, file_id, header, if_match, limit, named,
    query,
};

fn example(json: &str) -> Value {
    serde_json::from_str(json).expect("examples are JSON")
}

fn expand() -> Value {
    query(
        "expand",
        "What to show besides, separated by commas: `profile`, `documents`, `requirements`",
        json!({
            "type": "string",
            "pattern": "^(profile|documents|requirements)(,(profile|documents|requirements))*$",
            "examples": ["profile,documents,requirements"],
        }),
    )
}

pub(super) fn create() -> Value {
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
        "description": "`email` and `type` are needed, the names are optional; what else is missing is asked for \
            later. Older clients send `beneficiary_type` in place of `type`: the server still accepts that, and \
            refuses a body in which the two contradict each other.",
        "requestBody": body_by_type("application/json", &named("NewCustomer"), &individual, &business),
        "responses": {
            "201": answer_with(
                "The customer; only its customer_id to a key without customers:read",
                "CreatedCustomer",
                &["Location", "ETag"],
            ),
        },
    })
}

pub(super) fn list() -> Value {
    let email = "The customer with this e-mail, compared without case and surrounding white space";
    let cursor = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$" });
    json!({
        "operationId": "listCustomers",
        "tags": [CUSTOMERS],
        "summary": "List customers, newest first",
        "description": "A page can have fewer items than `limit`: it also ends before it has more than 1 MiB.",
        "parameters": [
            query("email", email, json!({ "type": "string" })),
            limit(),
            query("cursor", "`next_cursor` of the page before", cursor),
            expand(),
        ],
        "responses": { "200": answer_with("A page", "CustomerList", &["Link"]) },
    })
}

pub(super) fn read() -> Value {
    json!({
        "operationId": "getCustomer",
        "tags": [CUSTOMERS],
        "summary": "Read a customer",
        "description": "With `expand` it also shows every KYC field as stored, the documents, and what is required.",
        "parameters": [
            customer_id(),
            expand(),
            etag_condition("If-None-Match", "Answer 304 if the stored version is still this one"),
        ],
        "responses": {
            "200": answer_with("The customer", "Customer", &["ETag"]),
            "304": bare("The version is still the one that If-None-Match names", &["ETag"]),
        },
    })
}

pub(super) fn update() -> Value {
    let prefer = "`return=representation` answers the whole customer instead of `{}`, to a key with customers:read";
    json!({
        "operationId": "updateCustomer",
        "tags": [CUSTOMERS],
        "summary": "Update customer data",
        "description": "The type of the stored customer decides which variant the body is read as, also where it fits \
            both. Absent members stay as they are. `null` is refused.",
        "parameters": [
            customer_id(),
            if_match(),
            header("Prefer", prefer, json!({ "type": "string", "examples": ["return=representation"] })),
        ],
        "requestBody": body_by_type(
            "application/json",
            &named("CustomerUpdate"),
            &example(include_str!("../../../assets/examples/update-individual.json")),
            &example(include_str!("../../../assets/examples/update-business.json")),
        ),
        "responses": {
            "200": answer_with(
                "Successful update of customer data",
                "CustomerOrEmpty",
                &["ETag", "Dossier-Warning", "Preference-Applied"],
            ),
        },
    })
}

pub(super) fn patch() -> Value {
    json!({
        "operationId": "patchCustomer",
        "tags": [CUSTOMERS],
        "summary": "Change or clear single members (JSON Merge Patch, RFC 7396)",
        "description": "`null` clears a member. Lists follow the rules of PUT: documents accumulate, associated \
            persons keep their identity.",
        "parameters": [customer_id(), if_match()],
        "requestBody": body_by_type(
            "application/merge-patch+json",
            &named("CustomerPatch"),
            &json!({ "middle_name": null, "residential_address": { "city": "Boston" } }),
            &json!({ "primary_website": null }),
        ),
        "responses": {
            "200": answer_with(
                "The customer with its profile; {} to a key without customers:read",
                "CustomerOrEmpty",
                &["ETag", "Dossier-Warning"],
            ),
        },
    })
}

pub(super) fn remove_document() -> Value {
    json!({
        "operationId": "removeDocument",
        "tags": [CUSTOMERS],
        "summary": "Remove a document from a customer's record",
        "description": "Also one of an associated person. The file stays with the customer: it was evidence once.",
        "parameters": [customer_id(), file_id(), if_match()],
        "responses": { "204": bare("Removed", &["ETag"]) },
    })
}
