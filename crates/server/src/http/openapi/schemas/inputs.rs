//! Bodies of requests, from the types that parse them.

use dossier_core::customer::account_use::ExternalKycProviderData;
use dossier_core::customer::associated_person::AssociatedPerson;
use dossier_core::customer::document::{BusinessDocument, IndividualDocument, PersonDocument};
use dossier_core::customer::identity::{
    IdDocument, IdentifyingInformation, PersonIdentifyingInformation, PersonTaxNumber, TaxNumber,
};
use dossier_core::customer::{Address, Business, Individual};
use dossier_core::kyc::decision::{NewDecision, RailName};
use dossier_core::schema::{of, update_body};
use dossier_core::use_cases::advance_clock::Advance;
use dossier_core::use_cases::create_customer::NewCustomer;
use dossier_core::use_cases::erase::NewErasure;
use dossier_core::use_cases::hold::NewHold;
use dossier_core::use_cases::session::NewSession;
use dossier_core::use_cases::simulate::{NewRail, Simulation};
use dossier_core::webhook::NewWebhook;
use serde_json::{Value, json};

use super::parts::{closed, described, object, or_null, reference};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    [bodies(), parts(), patches()].concat()
}

fn bodies() -> Vec<(&'static str, Value)> {
    let file = json!({ "type": "string", "format": "binary" });
    let form = closed(object("A form with one file.", json!({ "file": file }), &[]));
    vec![
        ("NewCustomer", new_customer()),
        ("CustomerUpdate", update()),
        ("IndividualUpdate", described("Members of an individual to change.", variant(0))),
        ("BusinessUpdate", described("Members of a business to change.", variant(1))),
        ("CustomerPatch", patch()),
        ("NewFile", form),
        ("NewSession", described("How to open a KYC session.", closed(of::<NewSession>()))),
        ("NewDecision", described("A decision about a customer.", closed(of::<NewDecision>()))),
        ("Simulation", described("An action to simulate on a sandbox customer.", closed(of::<Simulation>()))),
        ("Advance", described("How far to advance the sandbox clock.", closed(of::<Advance>()))),
        ("NewErasure", described("A request to erase a customer or person.", closed(of::<NewErasure>()))),
        ("NewHold", described("A hold to place on a customer.", closed(of::<NewHold>()))),
        ("NewWebhook", described("A webhook to register.", closed(of::<NewWebhook>()))),
    ]
}

/// The objects inside bodies.
fn parts() -> Vec<(&'static str, Value)> {
    vec![
        ("Address", described("A postal address.", closed(of::<Address>()))),
        ("AssociatedPerson", described("An owner or controller of a business.", closed(of::<AssociatedPerson>()))),
        ("IndividualDocument", described("A document of an individual.", closed(of::<IndividualDocument>()))),
        ("BusinessDocument", described("A document of a business.", closed(of::<BusinessDocument>()))),
        ("PersonDocument", described("A document of an associated person.", closed(of::<PersonDocument>()))),
        ("IdDocument", described("An id document.", closed(of::<IdDocument>()))),
        ("TaxNumber", described("The tax number of an individual.", closed(of::<TaxNumber>()))),
        ("PersonTaxNumber", described("The tax number of an associated person.", closed(of::<PersonTaxNumber>()))),
        (
            "IdentifyingInformation",
            described("The id document and tax number of an individual.", closed(of::<IdentifyingInformation>())),
        ),
        (
            "PersonIdentifyingInformation",
            described(
                "The id document and tax number of an associated person.",
                closed(of::<PersonIdentifyingInformation>()),
            ),
        ),
        (
            "ExternalKycProviderData",
            described(
                "What an identity provider needs to share its verification.",
                closed(of::<ExternalKycProviderData>()),
            ),
        ),
        ("Rail", described("A currency and a payment rail.", closed(of::<RailName>()))),
        ("NewRail", described("A payment rail and its new status.", closed(of::<NewRail>()))),
    ]
}

/// The members of the two variants, and of the objects in them, as PATCH accepts them.
fn patches() -> Vec<(&'static str, Value)> {
    let patch = |description: &str, schema: Value| described(description, patched(schema));
    vec![
        (
            "IndividualPatch",
            patch("Members of an individual to change, or to clear with `null`.", closed(of::<Individual>())),
        ),
        ("BusinessPatch", patch("Members of a business to change, or to clear with `null`.", closed(of::<Business>()))),
        ("AddressPatch", patch("Members of an address to change.", closed(of::<Address>()))),
        ("IdDocumentPatch", patch("Members of an id document to change.", closed(of::<IdDocument>()))),
        ("TaxNumberPatch", patch("Members of a tax number to change.", closed(of::<TaxNumber>()))),
        (
            "IdentifyingInformationPatch",
            patch("Members of identifying information to change.", closed(of::<IdentifyingInformation>())),
        ),
        (
            "ExternalKycProviderDataPatch",
            patch("Members of a provider's data to change.", closed(of::<ExternalKycProviderData>())),
        ),
    ]
}

/// From two names for one member, client generators conclude that neither is required. So the schema requires the newer
/// name and marks the older one as deprecated. The parser accepts either.
fn new_customer() -> Value {
    let mut schema = described("A new customer.", closed(of::<NewCustomer>()));
    schema["required"] = json!(["email", "type"]);
    let members = &mut schema["properties"];
    members["type"]["description"] = "The type of customer, which never changes. `business` is an older word for \
        `corporate`"
        .into();
    let older = &mut members["beneficiary_type"];
    older["deprecated"] = true.into();
    older["description"] = "The older name of `type`. A body with it may omit `type`".into();
    schema
}

/// A branch of the published body of PUT. Without its title: client generators would name the type after it, and that
/// name belongs to another schema, the one of responses.
fn variant(branch: usize) -> Value {
    let mut body = closed(update_body());
    let mut schema = body["oneOf"][branch].take();
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("title");
        schema.insert("type".to_owned(), "object".into());
    }
    schema
}

fn update() -> Value {
    json!({
        "type": "object",
        "description": "Members of a customer to change. The type of the stored customer decides between the variants.",
        "oneOf": [
            { "$ref": reference("IndividualUpdate") },
            { "$ref": reference("BusinessUpdate") },
        ],
    })
}

fn patch() -> Value {
    json!({
        "description": "Members of a customer to change or to clear. The type of the stored customer decides between \
            the variants.",
        "anyOf": [
            { "$ref": reference("IndividualPatch") },
            { "$ref": reference("BusinessPatch") },
        ],
    })
}

/// The schema of an object in a merge patch: nothing is required, and `null` clears a member. Lists are those of PUT.
/// Documents and the e-mail cannot be cleared.
fn patched(mut schema: Value) -> Value {
    let Some(object) = schema.as_object_mut() else { return schema };
    if !object.contains_key("properties") {
        return schema;
    }
    object.shift_remove("required");
    for (name, member) in object["properties"].as_object_mut().into_iter().flatten() {
        if !matches!(name.as_str(), "documents" | "email") {
            let description = member["description"].as_str().unwrap_or("`null` clears it").to_owned();
            *member = or_null(patched(member.take()), &description);
        }
    }
    schema
}
