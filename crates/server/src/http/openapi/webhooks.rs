//! Events and webhooks: polling, endpoints, deliveries, and the calls that endpoints get.

use serde_json::{Value, json};

use super::parts::{EVENTS, WEBHOOKS, answer, bare, body, header, limit, parameter, query, webhook_id};

pub(super) fn list_events() -> Value {
    let position = json!({ "type": "string", "pattern": "^(newest|A{5}[A-Za-z0-9_-]{5}[AEIMQUYcgkosw048])$" });
    let seconds = json!({ "type": "integer", "minimum": 0, "maximum": 30, "default": 0 });
    json!({
        "operationId": "listEvents",
        "tags": [EVENTS],
        "summary": "List events after a position, oldest first",
        "description": "With wait, an empty list is answered only after so many seconds without an event (long \
            polling). Give next_after as after of the next request.",
        "parameters": [
            query("after", "`next_after` of the last answer; `newest` starts after the last event", position),
            limit(),
            query("wait", "Seconds to wait for an event", seconds),
        ],
        "responses": { "200": answer("Events", "EventList") },
    })
}

pub(super) fn register() -> Value {
    json!({
        "operationId": "registerWebhook",
        "tags": [WEBHOOKS],
        "summary": "Register a webhook",
        "description": "Deliveries are signed by the key that registers (x-hmac-signature) and, as Standard Webhooks, \
            by the secret that this answer shows once.",
        "requestBody": body("NewWebhook", true, &json!({ "url": "https://app.example.com/hooks/dossier" })),
        "responses": { "201": answer("The webhook, with its secret", "RegisteredWebhook") },
    })
}

pub(super) fn list_webhooks() -> Value {
    json!({
        "operationId": "listWebhooks",
        "tags": [WEBHOOKS],
        "summary": "List webhooks",
        "description": "All of this account and environment, without their secrets.",
        "responses": { "200": answer("Every webhook, oldest first", "WebhookList") },
    })
}

pub(super) fn delete_webhook() -> Value {
    json!({
        "operationId": "deleteWebhook",
        "tags": [WEBHOOKS],
        "summary": "Delete a webhook",
        "description": "Deliveries that wait for it are deleted as well.",
        "parameters": [webhook_id()],
        "responses": { "204": bare("Deleted", &[]) },
    })
}

pub(super) fn enable_webhook() -> Value {
    json!({
        "operationId": "enableWebhook",
        "tags": [WEBHOOKS],
        "summary": "Call a webhook again",
        "description": "One that was disabled, or whose key was revoked. The key of this request signs from now on, \
            and what waits is sent at once.",
        "parameters": [webhook_id()],
        "responses": { "200": answer("The webhook", "Webhook") },
    })
}

pub(super) fn list_deliveries() -> Value {
    let cursor = json!({ "type": "string", "pattern": "^dlv_[1-9][0-9]{0,17}$" });
    json!({
        "operationId": "listDeliveries",
        "tags": [WEBHOOKS],
        "summary": "List deliveries, newest first",
        "description": "Those that ended are kept for 30 days.",
        "parameters": [webhook_id(), limit(), query("cursor", "`next_cursor` of the page before", cursor)],
        "responses": { "200": answer("Deliveries", "DeliveryList") },
    })
}

pub(super) fn resend() -> Value {
    let delivery = parameter("delivery_id", "path", true, "The id of a delivery", json!({ "type": "string" }));
    json!({
        "operationId": "resendDelivery",
        "tags": [WEBHOOKS],
        "summary": "Send a delivery again",
        "description": "Whatever the result of its attempts was.",
        "parameters": [webhook_id(), delivery],
        "responses": { "202": answer("It is due now", "Delivery") },
    })
}

/// The calls that registered endpoints get.
pub(super) fn calls() -> Value {
    let text = || json!({ "type": "string" });
    let required = |name: &str, description: &str, schema: Value| parameter(name, "header", true, description, schema);
    let hexadecimal = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let by_key = "Hexadecimal HMAC-SHA-256 of the body, by the API key that registered or last enabled the webhook";
    let by_next = "The same by the key's successor, while a rolled key and its successor both work";
    let standard = "Standard Webhooks: `v1,` and the base64 HMAC-SHA-256 of id.timestamp.body, by the secret of the \
        webhook";
    json!({
        "customerEvent": { "post": {
            "operationId": "customerEvent",
            "tags": [WEBHOOKS],
            "summary": "An event of a customer",
            "description": "Sent at least once, in the order of the customer's events. An answer other than 2xx, or \
                none, makes the server try again with the same webhook-id and the same body.",
            "security": [],
            "parameters": [
                required("webhook-id", "The id of the event, the same for every attempt", text()),
                required("webhook-timestamp", "When this attempt was signed, in seconds since 1970", text()),
                required("webhook-signature", standard, text()),
                required("x-hmac-signature", by_key, hexadecimal.clone()),
                header("x-hmac-signature-next", by_next, hexadecimal),
            ],
            "requestBody": body("EventMessage", true, &example()),
            "responses": {
                "2XX": { "description": "The event was taken" },
                "410": { "description": "The webhook is disabled at once" },
                "4XX": { "description": "The delivery is tried again later" },
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
