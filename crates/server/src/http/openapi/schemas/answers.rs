//! Answers besides the customer: problems, files, events, webhooks, deliveries.

use serde_json::{Value, json};

use super::parts::{id, list_of, object, or_null, reference, text, time};
use super::words::{event_type, file_state, media_type, problem_code, violation_code, words};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    let empty = json!({ "type": "object", "description": "Nothing to show.", "additionalProperties": false });
    let status = json!({ "status": words(["ok", "ready"]) });
    vec![
        ("Empty", empty),
        ("Problem", problem()),
        ("Violation", violation()),
        ("UploadedFile", uploaded_file()),
        ("File", file()),
        ("Attachment", attachment()),
        ("OpenedSession", opened_session()),
        ("RequirementList", requirement_list()),
        ("SandboxClock", sandbox_clock()),
        ("Event", event()),
        ("EventMessage", event_message()),
        ("EventList", event_list()),
        ("AuditEntry", audit_entry()),
        ("AuditDecision", audit_decision()),
        ("AuditList", audit_list()),
        ("Webhook", webhook()),
        ("RegisteredWebhook", registered_webhook()),
        ("WebhookList", object("Webhooks.", json!({ "items": list_of("Webhook") }), &[])),
        ("Delivery", delivery()),
        ("DeliveryList", delivery_list()),
        ("ServiceStatus", object("That the server works.", status, &[])),
    ]
}

fn problem() -> Value {
    let accepted = json!({ "type": "array", "items": media_type() });
    let with = |mut schema: Value, description: &str| {
        schema["description"] = description.into();
        schema
    };
    let place = json!({ "type": "integer", "minimum": 0 });
    let changed = json!({ "type": "array", "items": { "type": "string" } });
    let properties = json!({
        "type": { "type": "string", "format": "uri", "description": "A page that explains the code" },
        "title": text("What it is, in a few words"),
        "status": { "type": "integer", "description": "The HTTP status" },
        "detail": text("What happened this time. No text repeats a value that was sent"),
        "instance": text("The request, as a URN"),
        "code": problem_code(),
        "message": text("The same text as detail"),
        "request_id": text("The same as X-Request-Id"),
        "errors": with(list_of("Violation"), "Of invalid_body and invalid_parameters: every rule that is broken"),
        "line": with(place.clone(), "Of malformed_json: where reading stopped"),
        "column": with(place, "Of malformed_json: where reading stopped"),
        "scope": text("Of insufficient_scope: the scope that the key lacks"),
        "customer_id": with(id(), "Of email_taken: the customer that has the e-mail"),
        "first_request_id": text("Of idempotency_key_reused: the request that used the key first"),
        "changed": with(changed, "Of precondition_failed: pointers to the fields that changed since"),
        "accepted": with(accepted, "Of unsupported_file_type: the types that are accepted"),
    });
    let optional = ["errors", "line", "column", "scope", "customer_id", "first_request_id", "changed", "accepted"];
    object("Why a request was not answered as asked (RFC 9457).", properties, &optional)
}

fn violation() -> Value {
    let properties = json!({
        "pointer": text("JSON Pointer into the body, or a slash and the name of a parameter"),
        "code": violation_code(),
        "message": text("What is wrong"),
    });
    object("A rule that is broken, and where.", properties, &[])
}

fn uploaded_file() -> Value {
    object("A file that was just stored.", json!({ "id": id(), "name": file_name(), "type": media_type() }), &[])
}

fn file_name() -> Value {
    text("As its sender named it, without folders and hidden characters")
}

fn file() -> Value {
    let attachments = json!({
        "type": "array",
        "description": "Whose evidence it is or was, oldest first, 100 at most",
        "items": { "$ref": reference("Attachment") },
    });
    let properties = json!({
        "id": id(),
        "name": file_name(),
        "type": media_type(),
        "size": { "type": "integer", "description": "In bytes" },
        "state": file_state(),
        "customer_id": or_null(id(), "The first customer whose evidence it became"),
        "uploaded_at": time(),
        "attached_at": or_null(time(), "When it became evidence first"),
        "attachments": attachments,
    });
    object("What is known of a file.", properties, &[])
}

fn attachment() -> Value {
    let properties = json!({
        "customer_id": id(),
        "person_id": or_null(id(), "The associated person; null for the customer's own"),
        "attached_at": time(),
    });
    object("Whose evidence a file is, and since when.", properties, &[])
}

fn opened_session() -> Value {
    object("The open session.", json!({ "kycs": { "$ref": reference("Kycs") } }), &[])
}

fn requirement_list() -> Value {
    let properties = json!({ "rule_set": text("The version of the rules"), "items": list_of("Requirement") });
    object("What would be required.", properties, &[])
}

fn sandbox_clock() -> Value {
    let properties = json!({
        "now": time(),
        "ahead_seconds": { "type": "integer", "description": "How far it is ahead of the real time" },
    });
    object("The clock of the sandbox.", properties, &[])
}

fn event_message() -> Value {
    let properties = json!({
        "event_type": event_type(),
        "entity_id": id(),
        "entity_type": words(["customer"]),
        "created_at": time(),
        "entity_object": { "$ref": reference("Customer"), "description": "The customer as of the event" },
    });
    object("The body that webhooks get.", properties, &[])
}

fn event() -> Value {
    let number = "Counts the customer's events from 1, without gaps";
    let mut properties = json!({
        "id": text("The same as webhook-id of a delivery"),
        "number": { "type": "integer", "minimum": 1, "description": number },
    });
    if let (Some(all), Value::Object(message)) = (properties.as_object_mut(), event_message()["properties"].take()) {
        all.extend(message);
    }
    object("An event: what webhooks get, with its id and number.", properties, &[])
}

fn event_list() -> Value {
    let properties = json!({ "items": list_of("Event"), "next_after": text("Give it as `after` of the next request") });
    object("Events, oldest first.", properties, &[])
}

fn audit_entry() -> Value {
    let fields = "Pointers to the members of PUT that changed, or to what else: `/files/<id>`, `/api_keys/<id>`, \
        `/webhooks/<id>`, `/settings/<name>`";
    let version = json!({ "type": "integer", "minimum": 1 });
    let decision = json!({ "$ref": reference("AuditDecision") });
    let properties = json!({
        "seq": { "type": "integer", "minimum": 1, "description": "Counts the entries of the trail from 1" },
        "at": time(),
        "actor": text("Who: `system`, `operator:<name>`, `key:<id>` or `session:<id>`"),
        "action": text("What was done, such as `kyc.decided`"),
        "customer_id": or_null(id(), "The customer that it is about, if it is about one"),
        "version": or_null(version, "The version of the customer's record that it led to"),
        "fields": { "type": "array", "items": { "type": "string" }, "description": fields },
        "decision": or_null(decision, "What was decided, if it is about a decision"),
        "request_id": text("The request"),
        "hash": text("The hash that the next entry builds on"),
    });
    object("An entry of the audit trail.", properties, &[])
}

fn audit_decision() -> Value {
    let properties = json!({
        "outcome": text("`approve`, `reject`, `request_resubmission`, `offboard` or `reinstate`; of a simulated step \
            also `submit` or `set_breakdown`"),
        "rails": list_of("RailStatus"),
        "reason_codes": list_of("DecisionReason"),
    });
    object(
        "What was decided about a customer: the rails that the decision set, each with its new status, and why.",
        properties,
        &[],
    )
}

fn audit_list() -> Value {
    let next = or_null(json!({ "type": "string" }), "Give it as `cursor` to get the next page; null on the last");
    object("A page of the audit trail.", json!({ "items": list_of("AuditEntry"), "next_cursor": next }), &[])
}

fn webhook() -> Value {
    let mut reasons = or_null(words(["gone", "failing"]), "Why it is disabled");
    reasons["anyOf"][0]["description"] =
        "`gone` if the endpoint answered 410, `failing` if it took nothing for three days".into();
    let properties = json!({
        "id": id(),
        "url": text("Where events are sent"),
        "status": words(["active", "disabled"]),
        "created_at": time(),
        "event_types": { "type": "array", "items": event_type() },
        "key_id": { "type": "string", "format": "uuid", "description": "The key that signs" },
        "disabled_reason": reasons,
        "failing_since": or_null(time(), "Since when no delivery was taken"),
    });
    object("An endpoint that is called with events.", properties, &[])
}

fn registered_webhook() -> Value {
    let mut schema = webhook();
    schema["description"] = "A webhook, with its secret.".into();
    schema["properties"]["secret"] = text("Of the Standard Webhooks signature; shown in this answer only");
    if let Some(required) = schema["required"].as_array_mut() {
        required.push("secret".into());
    }
    schema
}

fn delivery() -> Value {
    let next = "null while it waits for an earlier one of the same customer, and once it has ended";
    let last = "An HTTP status, or what went wrong in a word; of a private address `delivered` or `not delivered`";
    let properties = json!({
        "id": { "type": "string" },
        "webhook_id": id(),
        "event_id": text("The id of the event"),
        "entity_id": id(),
        "event_type": event_type(),
        "state": words(["pending", "delivered", "failed"]),
        "attempts": { "type": "integer", "minimum": 0 },
        "created_at": time(),
        "last_attempt_at": or_null(time(), "null before the first attempt"),
        "next_attempt_at": or_null(time(), next),
        "last_answer": or_null(json!({ "type": "string" }), last),
    });
    object("An event on its way to a webhook.", properties, &[])
}

fn delivery_list() -> Value {
    let next = or_null(json!({ "type": "string" }), "Give it as `cursor` to get the next page; null on the last");
    object("A page of deliveries.", json!({ "items": list_of("Delivery"), "next_cursor": next }), &[])
}
