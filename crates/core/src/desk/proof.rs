//! Which documents prove which fields, so that the desk shows a reviewer the right file beside a claim.

use serde_json::Value;

use crate::customer::profile::CustomerType;
use crate::ids::FileId;
use crate::kyc::requirements::evidence;
use crate::place::Place;

/// The files that prove what stands at these places of a profile (as the body of a PUT), the most telling first. Of the
/// files for one purpose, fronts come before backs, and newer ones before older ones.
#[must_use]
pub fn proving_files<'a>(kind: CustomerType, profile: &Value, places: impl Iterator<Item = &'a str>) -> Vec<FileId> {
    let mut files = Vec::new();
    for place in places {
        let (owner, purposes) = proof(kind, place);
        let Some(owner) = profile.pointer(owner) else { continue };
        for purpose in purposes {
            for side in ["front", "back"] {
                let found: Vec<_> = evidence(owner, std::slice::from_ref(purpose), Some(side)).collect();
                files.extend(found.into_iter().rev().filter_map(|file| FileId::parse(file.as_str()?)));
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|file| seen.insert(*file));
    files
}

/// Whose documents prove what stands at a place, as the place of their owner, and for which purposes, the most telling
/// first. No purpose, if no kind of document proves it.
fn proof(kind: CustomerType, place: &str) -> (&str, &'static [&'static str]) {
    let steps: Vec<_> = Place::new(place).steps().collect();
    match steps.as_slice() {
        ["associated_persons", _, "has_ownership" | "ownership_percentage"] => ("", &["shareholder_registry"]),
        ["associated_persons", _, "has_control"] => ("", &["directors_registry"]),
        ["associated_persons", index, field @ ..] if !field.is_empty() => {
            (&place[.."/associated_persons/".len() + index.len()], of_person(field))
        }
        // A person whom the business must have, who may be an owner as well.
        ["associated_persons", _] => ("", &["directors_registry", "shareholder_registry"]),
        // The shares of all owners.
        ["associated_persons"] => ("", &["shareholder_registry", "directors_registry"]),
        field if kind == CustomerType::Corporate => ("", of_business(field)),
        field => ("", of_person(field)),
    }
}

fn of_person(field: &[&str]) -> &'static [&'static str] {
    match field {
        ["first_name" | "middle_name" | "last_name" | "birth_date" | "birth_country" | "nationality"]
        | ["identifying_information"]
        | ["identifying_information", "id_document", ..] => &["id_document"],
        ["residential_address", ..] => &["proof_of_address"],
        ["source_of_funds_description" | "expected_monthly_volume_usd"] => &["proof_of_source_of_funds"],
        // A tax number, an occupation and a purpose are what the customer says.
        _ => &[],
    }
}

fn of_business(field: &[&str]) -> &'static [&'static str] {
    match field {
        ["business_legal_name" | "registration_number" | "formation_date"] => {
            &["business_formation", "memorandum_articles_of_incorporation"]
        }
        ["business_address", ..] => &["proof_of_address"],
        ["business_description" | "primary_website"] => &["proof_of_nature_of_business"],
        ["source_of_funds_description"] => &["proof_of_source_of_funds", "financial_statements"],
        ["expected_monthly_volume_usd"] => &["financial_statements", "proof_of_source_of_funds"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kyc::rules::{Needs, RuleSet, is_purpose};
    use CustomerType::{Corporate, Individual};

    const FORMATION: &[&str] = &["business_formation", "memorandum_articles_of_incorporation"];

    #[test]
    fn every_field_has_the_documents_that_prove_it() {
        let rules = RuleSet::baseline();
        let nothing: &[&str] = &[];
        for (kind, place, owner, purposes) in [
            (Individual, "/first_name", "", &["id_document"][..]),
            (Individual, "/middle_name", "", &["id_document"]),
            (Individual, "/last_name", "", &["id_document"]),
            (Individual, "/birth_date", "", &["id_document"]),
            (Individual, "/birth_country", "", &["id_document"]),
            (Individual, "/nationality", "", &["id_document"]),
            (Individual, "/identifying_information", "", &["id_document"]),
            (Individual, "/identifying_information/id_document", "", &["id_document"]),
            (Individual, "/identifying_information/id_document/number", "", &["id_document"]),
            (Individual, "/identifying_information/tax_number", "", nothing),
            (Individual, "/residential_address", "", &["proof_of_address"]),
            (Individual, "/residential_address/state", "", &["proof_of_address"]),
            (Individual, "/source_of_funds_description", "", &["proof_of_source_of_funds"]),
            (Individual, "/expected_monthly_volume_usd", "", &["proof_of_source_of_funds"]),
            (Individual, "/most_recent_occupation", "", nothing),
            (Individual, "/account_purpose_other", "", nothing),
            (Corporate, "/business_legal_name", "", FORMATION),
            (Corporate, "/registration_number", "", FORMATION),
            (Corporate, "/formation_date", "", FORMATION),
            (Corporate, "/tax_number", "", nothing),
            (Corporate, "/business_address", "", &["proof_of_address"]),
            (Corporate, "/business_address/state", "", &["proof_of_address"]),
            (Corporate, "/business_description", "", &["proof_of_nature_of_business"]),
            (Corporate, "/primary_website", "", &["proof_of_nature_of_business"]),
            (Corporate, "/source_of_funds_description", "", &["proof_of_source_of_funds", "financial_statements"]),
            (Corporate, "/expected_monthly_volume_usd", "", &["financial_statements", "proof_of_source_of_funds"]),
            (Corporate, "/associated_persons", "", &["shareholder_registry", "directors_registry"]),
            (Corporate, "/associated_persons/-", "", &["directors_registry", "shareholder_registry"]),
            (Corporate, "/associated_persons/1/ownership_percentage", "", &["shareholder_registry"]),
            (Corporate, "/associated_persons/1/has_control", "", &["directors_registry"]),
            (Corporate, "/associated_persons/1/last_name", "/associated_persons/1", &["id_document"]),
            (Corporate, "/associated_persons/10/nationality", "/associated_persons/10", &["id_document"]),
            (
                Corporate,
                "/associated_persons/1/identifying_information/id_document",
                "/associated_persons/1",
                &["id_document"],
            ),
            (Corporate, "/associated_persons/1/residential_address", "/associated_persons/1", &["proof_of_address"]),
        ] {
            assert_eq!(proof(kind, place), (owner, purposes), "{place}");
            assert!(rules.fragment(kind, place).is_some(), "a PUT has no {place}");
            assert!(purposes.iter().all(|purpose| is_purpose(purpose)), "{purposes:?}");
        }
    }

    #[test]
    fn what_the_baseline_asks_for_has_a_document_or_is_known_to_have_none() {
        let mut without = Vec::new();
        for rule in RuleSet::baseline().rules {
            let Needs { field: Some(places), .. } = &rule.needs else { continue };
            let (kind, base) = match (rule.when.r#type, rule.when.role.is_some()) {
                (_, true) => (Corporate, "/associated_persons/0"),
                (kind, false) => (kind.unwrap_or(Individual), ""),
            };
            if places.0.iter().any(|place| proof(kind, &format!("{base}{place}")).1.is_empty()) {
                without.push(rule.id);
            }
        }
        assert_eq!(without, ["tax_number", "business_tax_number", "account_purpose_other"]);
    }

    #[test]
    fn the_newest_front_is_the_most_telling_and_each_person_has_their_own() {
        let id = |number: u8| format!("019abc00-0000-7000-8000-0000000000{number:02}");
        let file = |number, purpose: &str, side: Option<&str>| {
            let id = id(number);
            json!({ "file_id": id, "purpose": purpose, "doc_side": side })
        };
        let documents = json!([
            file(1, "id_document", None),
            file(2, "id_document", Some("back")),
            file(3, "proof_of_address", None),
            file(4, "id_document", Some("front")),
            file(5, "other", None),
        ]);
        let individual = json!({ "documents": documents });
        let business = json!({
            "documents": [
                file(6, "memorandum_articles_of_incorporation", None),
                file(7, "business_formation", None),
                file(8, "shareholder_registry", None),
            ],
            "associated_persons": [{ "documents": [file(9, "id_document", None)] }, { "documents": documents }, {}],
        });
        for (kind, profile, places, expected) in [
            (Individual, &individual, &["/first_name", "/last_name"][..], &[4, 1, 2][..]),
            (Individual, &individual, &["/residential_address"], &[3]),
            (Individual, &individual, &["/most_recent_occupation"], &[]),
            (Individual, &json!({}), &["/first_name"], &[]),
            (Corporate, &business, &["/registration_number"], &[7, 6]),
            (Corporate, &business, &["/business_address"], &[]),
            (Corporate, &business, &["/associated_persons/-"], &[8]),
            (Corporate, &business, &["/associated_persons/0/last_name"], &[9]),
            (Corporate, &business, &["/associated_persons/1/last_name"], &[4, 1, 2]),
            (Corporate, &business, &["/associated_persons/2/last_name"], &[]),
            (Corporate, &business, &["/associated_persons/3/last_name"], &[]),
        ] {
            let found = proving_files(kind, profile, places.iter().copied());
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            let expected: Vec<_> = expected.iter().copied().map(id).collect();
            assert_eq!(found, expected, "{places:?}");
        }
    }
}
