//! The requests that registered webhooks receive.

use serde_json::{Value, json};

use super::parts::{WEBHOOKS, json_body, parameter, request_header};

pub(super) fn calls() -> Value {
    let text = || json!({ "type": "string" });
    let required = |name: &str, description: &str, schema: Value| parameter(name, "header", true, description, schema);
    let hexadecimal = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let by_key =
        "Hexadecimal HMAC-SHA-256 of the body, keyed with the API key that registered or last enabled the webhook";
    let by_next = "The same, keyed with that key's successor, while a rolled key and its successor both work";
    let standard = "Standard Webhooks: `v1,` and the base64 HMAC-SHA-256 of `id.timestamp.body`, keyed with the \
        webhook's secret";
    json!({
        "customerEvent": { "post": {
            "operationId": "customerEvent",
            "tags": [WEBHOOKS],
            "summary": "An event about a customer",
            "description": "Sent at least once, in the order of the customer's events. After a response other than \
                2xx, or none, the server tries again with the same `webhook-id` and the same body.",
            "security": [],
            "parameters": [
                required("webhook-id", "The id of the event, the same for every attempt", text()),
                required("webhook-timestamp", "When this attempt was signed, in seconds since 1970", text()),
                required("webhook-signature", standard, text()),
                required("x-hmac-signature", by_key, hexadecimal.clone()),
                request_header("x-hmac-signature-next", by_next, hexadecimal),
            ],
            "requestBody": json_body("EventMessage", true, &example()),
            "responses": {
                "2XX": { "description": "The event was accepted" },
                "410": { "description": "The webhook is disabled at once" },
                "4XX": { "description": "The delivery is attempted again later" },
            },
        } },
    })
}

fn example() -> Value {
    let (id, at) = ("019abc00-0000-7000-8000-000000000000", "2026-01-05T12:00:00.000Z");
    json!({
        "event_type": "customer.kycs.updated",
        "entity_id": id,
        "entity_type": "customer",
        "created_at": at,
        "entity_object": {
            "customer_id": id,
            "type": "individual",
            "email": "john.doe@example.com",
            "first_name": "John",
            "last_name": "Doe",
            "company_name": null,
            "address": null,
            "kycs": {
                "status": "pending",
                "sub_status": "kyc_form_submission_accepted",
                "kyc_flow_link": null,
                "status_breakdown": [{ "currency": "eur", "payment_rails": "sepa", "status": "pending" }],
            },
            "created_at": "2026-01-05T11:58:00.000Z",
            "updated_at": at,
        },
    })
}
