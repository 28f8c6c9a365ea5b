//! The customer as responses and events show it. Its schema is written by hand, because its JSON is too: a list does
//! not serialise a customer, but copies the stored text. A document combines what the record says with what its file
//! says, and has no type either.

use dossier_core::customer::associated_person::AssociatedPerson;
use dossier_core::customer::identity::{
    IdDocument, IdentifyingInformation, PersonIdentifyingInformation, PersonTaxNumber, TaxNumber,
};
use dossier_core::customer::{Business, Individual};
use dossier_core::kyc::rail::Rail;
use dossier_core::kyc::record::{Confirmed, KycsView};
use dossier_core::kyc::requirement::{Evidence, Requirement};
use dossier_core::mask::{MASKED, NUMBERS};
use dossier_core::schema;
use serde_json::{Value, json};

use super::parts::{closed, described, id, list_of, object, or_null, reference, shown, text, time};
use super::words::{file_state, media_type, words};
use crate::http::responses::CustomerReference;

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("Customer", customer()),
        ("IndividualCustomer", of_type("individual", "An individual.", "IndividualProfile")),
        ("BusinessCustomer", of_type("corporate", "A business.", "BusinessProfile")),
        ("CreatedCustomer", one_of("Customer", "CustomerReference", "the key lacks `customers:read`")),
        ("CustomerReference", described("The id of a customer.", shown::<CustomerReference>())),
        ("CustomerOrEmpty", one_of("Customer", "Empty", "the response does not show the customer")),
        ("CustomerList", customer_list()),
        ("IndividualProfile", profile("Every KYC field of an individual as stored.", schema::of::<Individual>())),
        ("BusinessProfile", profile("Every KYC field of a business as stored.", schema::of::<Business>())),
        ("StoredIdDocument", profile("An id document as stored.", schema::of::<IdDocument>())),
        ("StoredTaxNumber", profile("The tax number of an individual as stored.", schema::of::<TaxNumber>())),
        (
            "StoredPersonTaxNumber",
            profile("The tax number of an associated person as stored.", schema::of::<PersonTaxNumber>()),
        ),
        (
            "StoredIdentifyingInformation",
            profile(
                "The id document and tax number of an individual as stored.",
                schema::of::<IdentifyingInformation>(),
            ),
        ),
        (
            "StoredPersonIdentifyingInformation",
            profile(
                "The id document and tax number of an associated person as stored.",
                schema::of::<PersonIdentifyingInformation>(),
            ),
        ),
        ("StoredPerson", profile("An associated person as stored.", schema::of::<AssociatedPerson>())),
        ("CustomerDocument", document()),
        ("Kycs", described("The state of a customer's verification.", shown::<KycsView<'_>>())),
        ("RailStatus", described("A payment rail and its status.", shown::<Rail>())),
        ("Requirement", described("Something that is required, and its state.", shown::<Requirement>())),
        (
            "ConfirmedRequirement",
            described("The customer's statement that the present value is correct.", shown::<Confirmed>()),
        ),
        ("RequiredDocument", described("Which documents satisfy a requirement.", shown::<Evidence>())),
    ]
}

fn customer() -> Value {
    let (individual, business) = (reference("IndividualCustomer"), reference("BusinessCustomer"));
    json!({
        "description": "A customer. `type` tells the two types apart.",
        "oneOf": [{ "$ref": individual }, { "$ref": business }],
        "discriminator": { "propertyName": "type", "mapping": { "individual": individual, "corporate": business } },
    })
}

/// One schema or the other. The larger comes first, so that a client that tries them in order drops nothing.
fn one_of(larger: &str, smaller: &str, when: &str) -> Value {
    json!({
        "description": format!("{larger}, or {smaller} if {when}."),
        "anyOf": [{ "$ref": reference(larger) }, { "$ref": reference(smaller) }],
    })
}

/// Members of the other type of customer are `null`. Their schema still allows a string, because some client generators
/// lose a member whose only value is `null`.
fn of_type(kind: &str, description: &str, profile: &str) -> Value {
    let name = |owner: &str, description: &str| {
        let description = if owner == kind { description } else { "Always `null` for this type of customer" };
        or_null(json!({ "type": "string" }), description)
    };
    let verified = "The verified address; `null` unless KYC is approved";
    let properties = json!({
        "customer_id": id(),
        "email": { "type": "string" },
        "type": words([kind]),
        "first_name": name("individual", "As in the profile"),
        "last_name": name("individual", "As in the profile"),
        "company_name": name("corporate", "The legal name, as in the profile"),
        "address": or_null(json!({ "$ref": reference("Address") }), verified),
        "kycs": or_null(json!({ "$ref": reference("Kycs") }), "`null` until a KYC session has been opened"),
        "created_at": time(),
        "updated_at": time(),
        "profile": { "$ref": reference(profile), "description": "Only with `expand=profile`" },
        "documents": expanded(
            list_of("CustomerDocument"),
            "Only with `expand=documents`; includes those of associated persons",
        ),
        "requirements": expanded(list_of("Requirement"), "Only with `expand=requirements`"),
    });
    object(description, properties, &["profile", "documents", "requirements"])
}

fn expanded(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

fn customer_list() -> Value {
    let next =
        or_null(json!({ "type": "string" }), "Pass it as `cursor` to get the next page; `null` on the last page");
    let item = json!({ "anyOf": [{ "$ref": reference("Customer") }, { "$ref": reference("ErasedCustomer") }] });
    let description = "Customers; with `include=erased` also what remains of erased ones";
    let items = json!({ "type": "array", "items": item, "description": description });
    let total = or_null(
        json!({ "type": "integer" }),
        "The number of customers that match, with `count=true`; `null` if counting them took too long",
    );
    object("A page of customers.", json!({ "items": items, "next_cursor": next, "total": total }), &["total"])
}

/// A stored profile consists of the objects of request bodies, so that what was read can be sent back. But records
/// accumulate more than one request may name, persons have ids, credentials are never shown again, and the e-mail is
/// not part of the profile. Numbers are masked for some keys.
fn profile(description: &str, schema: Value) -> Value {
    let mut schema = closed(schema);
    stored(&mut schema);
    schema["description"] = description.into();
    open(&mut schema);
    schema
}

fn stored(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    object.shift_remove("maxItems");
    if let Some(items) = object.get_mut("items") {
        stored(items);
    }
    let Some(members) = object.get_mut("properties").and_then(Value::as_object_mut) else { return };
    members.shift_remove("external_kyc_provider_data");
    members.shift_remove("email");
    members.values_mut().for_each(stored);
    let numbers: Vec<_> = NUMBERS.iter().filter(|name| members.get(**name).is_some_and(is_text)).collect();
    for name in &numbers {
        let text = format!("Instead of `{name}` for a key without `pii:reveal`: at most the last two characters");
        members.insert(format!("{name}{MASKED}"), json!({ "type": "string", "description": text }));
    }
    let (holds_numbers, is_person) = (members.contains_key("id_document"), members.contains_key("has_ownership"));
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !numbers.iter().any(|number| name == **number));
    }
    if is_person {
        object.insert("required".to_owned(), json!(["id"]));
    }
    if is_person || holds_numbers || !numbers.is_empty() {
        open(schema);
    }
}

fn is_text(schema: &Value) -> bool {
    schema["type"] == "string"
}

/// Responses may gain members.
fn open(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("additionalProperties");
    }
}

fn document() -> Value {
    let as_in_profile = || or_null(json!({ "type": "string" }), "As in the profile");
    let person = "The associated person that the document belongs to; `null` for the customer's own";
    let properties = json!({
        "file_id": id(),
        "person_id": or_null(id(), person),
        "purpose": as_in_profile(),
        "doc_side": as_in_profile(),
        "description": as_in_profile(),
        "name": text("The name of the file"),
        "type": media_type(),
        "size": { "type": "integer", "description": "The size in bytes" },
        "state": file_state(),
        "uploaded_at": time(),
        "attached_at": or_null(time(), "When it became evidence of this customer or person"),
    });
    object("A document of a record, with the details of its file.", properties, &[])
}
