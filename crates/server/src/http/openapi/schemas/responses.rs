//! Responses other than the customer: problems, files, events, webhooks, deliveries.
//!
//! They are made from the types that are serialised, except where there is no type: pages of lists are written item by
//! item (`page.rs`), an event is stored text with its id in front, and the members of a problem depend on its code.

use dossier_core::audit::{AuditRow, Decided};
use dossier_core::erasure::{ErasedCustomer, ErasureDecision};
use dossier_core::file::{AttachmentView, FileView};
use dossier_core::look::SeenRow;
use dossier_core::retention::HoldView;
use dossier_core::violation::Violation;
use dossier_core::webhook::{Delivery, EndpointView};
use serde_json::{Value, json};

use super::parts::{described, id, list_of, object, or_null, reference, shown, text, time};
use super::words::{event_type, media_type, problem_code, words};
use crate::erasures::ErasureState;
use crate::http::responses::{
    DeletionList, DeliveryList, HoldList, RequirementList, SandboxClock, ServiceStatus, UploadedFile,
};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    let empty = json!({ "type": "object", "description": "An object without members.", "additionalProperties": false });
    vec![
        ("Empty", empty),
        ("Problem", problem()),
        ("Violation", described("A broken rule, and where.", shown::<Violation>())),
        ("UploadedFile", described("A file that was just stored.", shown::<UploadedFile<'_>>())),
        ("File", described("The details of a file.", shown::<FileView<'_>>())),
        (
            "Attachment",
            described("The customer or person whose evidence a file is, and since when.", shown::<AttachmentView>()),
        ),
        ("OpenedSession", opened_session()),
        ("RequirementList", described("What would be required of a customer.", shown::<RequirementList<'_>>())),
        ("SandboxClock", described("The clock of the sandbox.", shown::<SandboxClock>())),
        ("Event", event()),
        ("EventMessage", event_message()),
        ("EventList", event_list()),
        ("ErasureDecision", described("The decision about a request for erasure.", shown::<ErasureDecision>())),
        ("Erasure", described("An erasure, scheduled or done.", shown::<ErasureState>())),
        ("Hold", described("An order to keep a customer.", shown::<HoldView<'_>>())),
        ("HoldList", described("The holds on a customer.", shown::<HoldList<'_>>())),
        ("DeletionList", described("A page of what will be due for deletion.", shown::<DeletionList>())),
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
        ("Look", described("Who saw a customer, and what.", shown::<SeenRow>())),
        ("LookList", look_list()),
        ("Webhook", webhook()),
        ("RegisteredWebhook", registered_webhook()),
        ("WebhookList", object("Webhooks.", json!({ "items": list_of("Webhook") }), &[])),
        ("Delivery", described("An event on its way to a webhook.", shown::<Delivery>())),
        ("DeliveryList", described("A page of deliveries.", shown::<DeliveryList>())),
        ("ServiceStatus", described("The health of the server.", shown::<ServiceStatus>())),
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
        "type": { "type": "string", "format": "uri", "description": "The URL of a page that explains the code" },
        "title": text("The kind of problem, in a few words"),
        "status": { "type": "integer", "description": "The HTTP status" },
        "detail": text("What happened. It never repeats a value from the request"),
        "instance": text("The request, as a URN"),
        "code": problem_code(),
        "message": text("The same text as `detail`"),
        "request_id": text("The same id as in `X-Request-Id`"),
        "errors": with(list_of("Violation"), "Only with `invalid_body` and `invalid_parameters`: every broken rule"),
        "line": with(place.clone(), "Only with `malformed_json`: the line where parsing stopped"),
        "column": with(place, "Only with `malformed_json`: the column where parsing stopped"),
        "scope": text("Only with `insufficient_scope`: the scope that the key lacks"),
        "customer_id": with(id(), "Only with `email_taken`, the customer that has the e-mail, and with `erased`"),
        "person_id": with(id(), "Only with `erased`, if an associated person was erased"),
        "erased_at": with(time(), "Only with `erased`: when the customer or person was erased"),
        "first_request_id": text("Only with `idempotency_key_reused`: the request that used the key first"),
        "changed": with(changed, "Only with `precondition_failed`: pointers to the fields that have changed since"),
        "accepted": with(accepted, "Only with `unsupported_file_type`: the accepted types"),
    });
    let optional = [
        "errors",
        "line",
        "column",
        "scope",
        "customer_id",
        "person_id",
        "erased_at",
        "first_request_id",
        "changed",
        "accepted",
    ];
    object("Why a request failed (RFC 9457).", properties, &optional)
}

fn opened_session() -> Value {
    object("The open session.", json!({ "kycs": { "$ref": reference("Kycs") } }), &[])
}

fn event_message() -> Value {
    let customer = "The customer as it was when the event happened";
    let properties = json!({
        "event_type": event_type(),
        "entity_id": id(),
        "entity_type": words(["customer"]),
        "created_at": time(),
        "entity_object": {
            "description": customer,
            "anyOf": [{ "$ref": reference("Customer") }, { "$ref": reference("ErasedReference") }],
        },
    });
    object("The body that webhooks receive.", properties, &[])
}

fn erased_reference() -> Value {
    let properties = json!({ "customer_id": id(), "erased": { "type": "boolean", "const": true } });
    object("What an event shows of an erased customer.", properties, &[])
}

fn event() -> Value {
    let number = "The number of the event among the customer's events, from 1 without gaps";
    let mut properties = json!({
        "id": text("The same id as `webhook-id` in deliveries"),
        "number": { "type": "integer", "minimum": 1, "description": number },
    });
    if let (Some(all), Value::Object(message)) = (properties.as_object_mut(), event_message()["properties"].take()) {
        all.extend(message);
    }
    object("An event as webhooks receive it, with its id and number.", properties, &[])
}

fn event_list() -> Value {
    let properties = json!({ "items": list_of("Event"), "next_after": text("Pass it as `after` in the next request") });
    object("Events, oldest first.", properties, &[])
}

fn audit_list() -> Value {
    let next =
        or_null(json!({ "type": "string" }), "Pass it as `cursor` to get the next page; `null` on the last page");
    object("A page of the audit trail.", json!({ "items": list_of("AuditEntry"), "next_cursor": next }), &[])
}

fn look_list() -> Value {
    let next =
        or_null(json!({ "type": "string" }), "Pass it as `cursor` to get the next page; `null` on the last page");
    object("A page of looks.", json!({ "items": list_of("Look"), "next_cursor": next }), &[])
}

fn webhook() -> Value {
    let mut schema = described("A URL that events are sent to.", shown::<EndpointView<'_>>());
    let members = &mut schema["properties"];
    members.as_object_mut().expect("an object has members").shift_remove("secret");
    members["disabled_reason"]["anyOf"][0]["description"] =
        "`gone` if the URL responded with 410, `failing` if it accepted nothing for three days".into();
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
