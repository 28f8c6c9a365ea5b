//! Answers besides the customer: problems, files, events, webhooks, deliveries.
//!
//! They are made from the types that are serialised, except where no type is: pages of lists are written item by item
//! (`page.rs`), an event is stored text with its id in front, and the members of a problem depend on its kind.

use dossier_core::audit::{AuditRow, Decided};
use dossier_core::erasure::{ErasedCustomer, ErasureDecision};
use dossier_core::file::{AttachmentView, FileView};
use dossier_core::violation::Violation;
use dossier_core::webhook::{Delivery, EndpointView};
use serde_json::{Value, json};

use super::parts::{described, id, list_of, object, or_null, reference, shown, text, time};
use super::words::{event_type, media_type, problem_code, words};
use crate::erasures::ErasureState;
use crate::http::answers::{DeliveryList, RequirementList, SandboxClock, ServiceStatus, UploadedFile};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    let empty = json!({ "type": "object", "description": "Nothing to show.", "additionalProperties": false });
    vec![
        ("Empty", empty),
        ("Problem", problem()),
        ("Violation", described("A rule that is broken, and where.", shown::<Violation>())),
        ("UploadedFile", described("A file that was just stored.", shown::<UploadedFile<'_>>())),
        ("File", described("What is known of a file.", shown::<FileView<'_>>())),
        ("Attachment", described("Whose evidence a file is, and since when.", shown::<AttachmentView>())),
        ("OpenedSession", opened_session()),
        ("RequirementList", described("What would be required.", shown::<RequirementList<'_>>())),
        ("SandboxClock", described("The clock of the sandbox.", shown::<SandboxClock>())),
        ("Event", event()),
        ("EventMessage", event_message()),
        ("EventList", event_list()),
        ("ErasureDecision", described("What was decided about a request.", shown::<ErasureDecision>())),
        ("Erasure", described("An erasure, scheduled or done.", shown::<ErasureState>())),
        ("ErasedReference", erased_reference()),
        ("ErasedCustomer", described("What remains of an erased customer.", shown::<ErasedCustomer>())),
        ("AuditEntry", described("An entry of the audit trail.", shown::<AuditRow>())),
        (
            "AuditDecision",
            described(
                "What was decided about a customer: the rails that the decision set, each with its new status, and \
                    why.",
                shown::<Decided>(),
            ),
        ),
        ("AuditList", audit_list()),
        ("Webhook", webhook()),
        ("RegisteredWebhook", registered_webhook()),
        ("WebhookList", object("Webhooks.", json!({ "items": list_of("Webhook") }), &[])),
        ("Delivery", described("An event on its way to a webhook.", shown::<Delivery>())),
        ("DeliveryList", described("A page of deliveries.", shown::<DeliveryList>())),
        ("ServiceStatus", described("That the server works.", shown::<ServiceStatus>())),
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
        "customer_id": with(id(), "Of email_taken: the customer that has the e-mail. Of erased: the customer"),
        "erased_at": with(time(), "Of erased: when"),
        "first_request_id": text("Of idempotency_key_reused: the request that used the key first"),
        "changed": with(changed, "Of precondition_failed: pointers to the fields that changed since"),
        "accepted": with(accepted, "Of unsupported_file_type: the types that are accepted"),
    });
    let optional =
        ["errors", "line", "column", "scope", "customer_id", "erased_at", "first_request_id", "changed", "accepted"];
    object("Why a request was not answered as asked (RFC 9457).", properties, &optional)
}

fn opened_session() -> Value {
    object("The open session.", json!({ "kycs": { "$ref": reference("Kycs") } }), &[])
}

fn event_message() -> Value {
    let properties = json!({
        "event_type": event_type(),
        "entity_id": id(),
        "entity_type": words(["customer"]),
        "created_at": time(),
        "entity_object": {
            "description": "The customer as of the event. Of an erased customer only the id is left",
            "anyOf": [{ "$ref": reference("Customer") }, { "$ref": reference("ErasedReference") }],
        },
    });
    object("The body that webhooks get.", properties, &[])
}

fn erased_reference() -> Value {
    let properties = json!({ "customer_id": id(), "erased": { "type": "boolean", "const": true } });
    object("The customer of an event, once it was erased.", properties, &[])
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

fn audit_list() -> Value {
    let next = or_null(json!({ "type": "string" }), "Give it as `cursor` to get the next page; null on the last");
    object("A page of the audit trail.", json!({ "items": list_of("AuditEntry"), "next_cursor": next }), &[])
}

fn webhook() -> Value {
    let mut schema = described("An endpoint that is called with events.", shown::<EndpointView<'_>>());
    let members = &mut schema["properties"];
    members.as_object_mut().expect("an object has members").shift_remove("secret");
    members["disabled_reason"]["anyOf"][0]["description"] =
        "`gone` if the endpoint answered 410, `failing` if it took nothing for three days".into();
    schema
}

fn registered_webhook() -> Value {
    let mut schema = webhook();
    schema["description"] = "A webhook, with its secret.".into();
    schema["properties"]["secret"] = shown::<EndpointView<'_>>()["properties"]["secret"].take();
    if let Some(required) = schema["required"].as_array_mut() {
        required.push("secret".into());
    }
    schema
}
