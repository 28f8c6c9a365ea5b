//! The page of an export: the record as one HTML file, which a browser shows without a server.

use std::borrow::Cow;

use dossier_core::customer::CustomerType;
use dossier_core::customer::identity::IdDocumentType;
use dossier_core::place::Place;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};

use crate::readable::{country, date, label, moment, words};

/// A browser that shows the page loads nothing and runs nothing.
const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; line-height: 1.25 }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid #8888; padding-bottom: .25rem }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem }
dl { display: grid; grid-template-columns: minmax(8rem, 15rem) 1fr; gap: .3rem 1.5rem; margin: 0 }
dt { opacity: .75 }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap }
.group { grid-column: 1 / -1 }
dt.group { margin-top: .75rem; font-weight: 600; opacity: 1 }
dd.group { padding-left: 1rem; border-left: 3px solid #8884; white-space: normal }
ol.items { list-style: none; margin: 0; padding: 0 }
ol.items > li + li { margin-top: 1rem; padding-top: 1rem; border-top: 1px dotted #8888 }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr } dd + dt { margin-top: .4rem } }
@media print {
    body { font-size: 10.5pt; margin: 0; max-width: none }
    h2, h3, dt { break-after: avoid }
    ol.items > li { break-inside: avoid }
}
";

/// The sections after the first: title, member of the record, and the text if that member is empty.
const SECTIONS: [(&str, &str, &str); 9] = [
    ("Verification", "kycs", "Verification has not begun."),
    ("Profile", "profile", "Nothing is stored in the profile."),
    ("Person", "person", "This person is no longer in the record. The documents are kept as evidence."),
    ("Documents", "documents", "There are no documents."),
    ("Entered in the form, not yet in the profile", "drafts", "Nothing."),
    ("Consent", "consent", "No consent is recorded."),
    ("Confirmed as correct", "confirmations", "Nothing."),
    ("Sessions", "sessions", "No session was opened."),
    ("Decisions", "decisions", "No decision was made."),
];

/// Renders the page of an exported record.
pub(super) fn render(record: &Value) -> Markup {
    let record = Record(record);
    let name = record.name();
    let empty = Map::new();
    let first = record.0.as_object().unwrap_or(&empty).iter();
    let first = first.filter(|(member, _)| !SECTIONS.iter().any(|(_, section, _)| section == member));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CSP);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "Data held about " (name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Data held about " bdi { (name) } }
                    p {
                        "This page shows everything that is exported. The file "
                        a href="record.json" { "record.json" } " has the same data for programs, and the folder "
                        "“documents” has the documents. Times are in UTC."
                    }
                    dl { @for (member, value) in first { (record.row(member, value)) } }
                    @for (title, member, nothing) in SECTIONS {
                        @if let Some(value) = record.0.get(member) {
                            section {
                                h2 { (title) }
                                @if is_empty(value) { p { (nothing) } } @else { (record.section(member, value)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The exported record. To show one part of it may need another: the id of a person is shown with the person's name.
struct Record<'a>(&'a Value);

impl Record<'_> {
    /// The name of the customer or person, or else the id.
    fn name(&self) -> Cow<'_, str> {
        let of = |value: &Value| full_name(value).or_else(|| value["company_name"].as_str().map(str::to_owned));
        let named = of(self.0).or_else(|| of(&self.0["person"]));
        let id = self.0.get("person_id").unwrap_or(&self.0["customer_id"]);
        named.map_or_else(|| id.as_str().unwrap_or_default().into(), Cow::Owned)
    }

    /// The name of an associated person.
    fn person(&self, id: &str) -> Option<String> {
        let persons = self.0["profile"]["associated_persons"].as_array().into_iter().flatten();
        let found = persons.chain(self.0.get("person")).find(|person| person["id"] == id)?;
        full_name(found)
    }

    fn section(&self, member: &str, value: &Value) -> Markup {
        let items = value.as_array().into_iter().flatten();
        match member {
            "documents" => html! { ol.items { @for one in items { li { (self.document(one)) } } } },
            "drafts" => html! {
                dl {
                    @for draft in items {
                        dt { (self.place(draft["place"].as_str().unwrap_or_default())) }
                        dd { (draft["value"].as_str().unwrap_or_default()) }
                    }
                }
            },
            _ => self.shown(member, value),
        }
    }

    /// A document with a link to it.
    fn document(&self, document: &Value) -> Markup {
        let rows = document.as_object().into_iter().flatten();
        let text = |member: &str| document[member].as_str().unwrap_or_default();
        html! {
            h3 { a href=(text("path")) { bdi { (text("name")) } } }
            dl {
                @for (member, value) in rows {
                    @if !matches!(member.as_str(), "name" | "path") { (self.row(member, value)) }
                }
            }
        }
    }

    /// A member with its label, unless it is empty. The `documents` of a profile are left out, because documents have a
    /// section of their own.
    fn row(&self, member: &str, value: &Value) -> Markup {
        let group = (value.is_object() || value.is_array()).then_some("group");
        html! {
            @if !is_empty(value) && member != "documents" {
                dt class=[group] { (label(member)) }
                dd class=[group] { (self.shown(member, value)) }
            }
        }
    }

    fn shown(&self, member: &str, value: &Value) -> Markup {
        match value {
            Value::Object(members) => html! { dl { @for (name, value) in members { (self.row(name, value)) } } },
            Value::Array(rails) if matches!(member, "status_breakdown" | "rails") => html! {
                @for rail in rails { div { (Self::rail(rail)) } }
            },
            Value::Array(items) => html! {
                ol.items { @for item in items { li { (self.shown(member, item)) } } }
            },
            Value::String(text) => html! { (self.text(member, text)) },
            Value::Bool(yes) => html! { @if *yes { "Yes" } @else { "No" } },
            Value::Number(number) if member == "size" => html! { (number) " bytes" },
            value => html! { (value) },
        }
    }

    /// `USD by ach: Approved`.
    fn rail(rail: &Value) -> String {
        let [currency, name, status] = ["currency", "payment_rails", "status"].map(|of| rail[of].as_str());
        let currency = currency.unwrap_or_default().to_uppercase();
        format!("{currency} by {}: {}", name.unwrap_or_default(), words(status.unwrap_or_default()))
    }

    /// A text in the form in which people write it, if the member's name says what kind of text it is.
    fn text<'a>(&self, member: &str, text: &'a str) -> Cow<'a, str> {
        let known = match member {
            "at" | "exported_at" | "created_at" | "updated_at" | "uploaded_at" | "attached_at" => moment(text),
            "birth_date" | "formation_date" => date(text),
            "nationality" | "country" | "birth_country" | "issuing_country" => country(text),
            "person_id" => self.person(text).map(|name| format!("{name} ({text})")),
            "requirement" => Some(self.requirement(text)),
            "status" | "sub_status" | "outcome" | "event" | "purpose" | "doc_side" | "employment_status"
            | "account_purpose" => Some(words(text)),
            "type" if text == CustomerType::Corporate.as_str() => Some("Business".to_owned()),
            "type" if CustomerType::parse(text).is_some() || IdDocumentType::parse(text).is_some() => Some(words(text)),
            _ => None,
        };
        known.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// The labels on the way to a place in the record: `Ada L, Residential address, City`.
    fn place(&self, place: &str) -> String {
        let step = |step: &str| match step {
            "associated_persons" => None,
            id => Some(self.person(id).unwrap_or_else(|| label(id).into_owned())),
        };
        Place::new(place).steps().filter_map(step).collect::<Vec<_>>().join(", ")
    }

    fn requirement(&self, id: &str) -> String {
        match id.split_once('@') {
            Some((rule, person)) => format!("{}, {}", label(rule), self.person(person).as_deref().unwrap_or(person)),
            None => label(id).into_owned(),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}

fn full_name(of: &Value) -> Option<String> {
    let names = ["first_name", "middle_name", "last_name"].map(|name| of[name].as_str().unwrap_or_default());
    let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_shown_as_people_write_them() {
        let id = "019abc00-0000-7000-8000-000000000000";
        let whole =
            json!({ "profile": { "associated_persons": [{ "id": id, "first_name": "Ada", "last_name": "L" }] } });
        let record = Record(&whole);
        for (member, value, shown) in [
            ("at", "2026-11-29T23:48:03.000Z", "29 November 2026, 23:48:03"),
            ("birth_date", "1990-02-01", "1 February 1990"),
            ("nationality", "GB", "United Kingdom (GB)"),
            ("nationality", "QQ", "QQ"),
            ("type", "corporate", "Business"),
            ("type", "driver_license", "Driver license"),
            ("type", "ssn", "ssn"),
            ("employment_status", "self_employed", "Self employed"),
            ("most_recent_occupation", "self_employed", "self_employed"),
            ("sub_status", "kyc_form_submission_started", "KYC form submission started"),
            ("requirement", &format!("id_document@{id}"), "ID document, Ada L"),
            ("person_id", id, &format!("Ada L ({id})")),
        ] {
            assert_eq!(record.text(member, value), shown, "{member}");
        }
        let place = format!("/associated_persons/{id}/residential_address/city");
        assert_eq!(record.place(&place), "Ada L, Residential address, City");
    }

    #[test]
    fn markup_in_values_is_text() {
        let evil = "<script>alert(1)</script>\"'&";
        let record = json!({
            "customer_id": evil,
            "first_name": evil,
            "profile": { "first_name": evil },
            "documents": [{ "name": evil, "path": "documents/1-a.pdf", "description": evil }],
            "drafts": [{ "place": format!("/{evil}"), "value": evil }],
            "decisions": [{ "comment": evil }],
        });
        let page = render(&record).into_string();
        assert!(!page.contains("<script") && page.matches("&lt;script&gt;").count() > 6, "{page}");
    }
}
