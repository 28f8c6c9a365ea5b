//! What absent, present and repeated members mean, as pairs of bodies with the result of merging them.

use dossier_core::clock::Timestamp;
use dossier_core::customer::{Business, Customer, CustomerType, CustomerView, EmailIndex, Individual, Profile};
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::parse::{Email, Mode, Nulls, parse};
use serde_json::{Value, json};

const A: &str = "0190a6f0-7b1e-7c3a-9d2e-00000000000a";
const B: &str = "0190a6f0-7b1e-7c3a-9d2e-00000000000b";

fn file(number: usize) -> String {
    format!("0190a6f0-7b1e-7c3a-9d2e-{number:012x}")
}

fn customer(kind: CustomerType) -> Customer {
    let at = Timestamp::from_micros(0);
    let id = CustomerId::from_bytes([7; 16]);
    Customer {
        id,
        version: 1,
        events: 1,
        persons_version: 1,
        created_at: at,
        updated_at: at,
        email: Email::searched("a@b"),
        profile: Profile::empty(kind),
        kyc: dossier_core::kyc::Kyc::default(),
        email_index: EmailIndex::default(),
    }
}

/// Merges a body. New persons get ascending ids.
fn put(before: Customer, body: &Value) -> (Customer, Vec<String>) {
    let text = serde_json::to_vec(body).expect("JSON");
    let input = match before.profile {
        Profile::Individual(_) => {
            Profile::Individual(parse::<Individual>(&text, Nulls::Refused).expect("JSON").finish().expect("valid"))
        }
        Profile::Business(_) => {
            Profile::Business(parse::<Business>(&text, Nulls::Refused).expect("JSON").finish().expect("valid"))
        }
    };
    let mut next = u8::try_from(before.version).expect("few versions") * 16;
    let new_id = || {
        next += 1;
        PersonId::from_bytes([next; 16])
    };
    let (after, changes) =
        before.merge(input, Mode::Update, Timestamp::from_micros(1), new_id).expect("not too many documents");
    (after, changes.into_iter().map(|change| change.pointer).collect())
}

fn profile(customer: &Customer) -> Value {
    serde_json::from_slice::<Value>(&CustomerView::new(&customer.summary(), Some(&customer.profile)).to_json())
        .expect("JSON")["profile"]
        .clone()
}

#[test]
fn individuals() {
    let address = |city: &str| json!({ "street_line_1": "1", "city": city, "country": "FR", "postal_code": "2" });
    let id_document = json!({ "number": "1", "type": "passport", "issuing_country": "FR" });
    let tax_number = json!({ "number": "2", "issuing_country": "FR" });
    for (name, first, second, expected, changed) in [
        (
            "absent members stay",
            json!({ "first_name": "A", "last_name": "B" }),
            json!({ "last_name": "C" }),
            json!({ "first_name": "A", "last_name": "C" }),
            &["/last_name"][..],
        ),
        ("an empty body changes nothing", json!({ "first_name": "A" }), json!({}), json!({ "first_name": "A" }), &[]),
        (
            "the same value changes nothing",
            json!({ "first_name": "A" }),
            json!({ "first_name": "A" }),
            json!({ "first_name": "A" }),
            &[],
        ),
        (
            "text is kept as sent",
            json!({}),
            json!({ "first_name": "  e\u{301} " }),
            json!({ "first_name": "  e\u{301} " }),
            &["/first_name"],
        ),
        (
            "a value is replaced whole",
            json!({ "residential_address": {
                "street_line_1": "1", "street_line_2": "x", "city": "P", "country": "FR", "postal_code": "2",
            } }),
            json!({ "residential_address": address("L") }),
            json!({ "residential_address": address("L") }),
            &["/residential_address"],
        ),
        (
            "a container is merged",
            json!({ "identifying_information": { "id_document": id_document } }),
            json!({ "identifying_information": { "tax_number": tax_number } }),
            json!({ "identifying_information": { "id_document": id_document, "tax_number": tax_number } }),
            &["/identifying_information/tax_number"],
        ),
        (
            "documents accumulate by file",
            json!({ "documents": [{ "file_id": A, "purpose": "other" }] }),
            json!({ "documents": [{ "file_id": B }, { "file_id": A, "doc_side": "back" }] }),
            json!({ "documents": [{ "file_id": A, "purpose": "other", "doc_side": "back" }, { "file_id": B }] }),
            &["/documents/1", "/documents/0"],
        ),
        (
            "a file named twice in one body is one document",
            json!({ "documents": [{ "file_id": A, "purpose": "other" }, { "file_id": A, "description": "d" }] }),
            json!({}),
            json!({ "documents": [{ "file_id": A, "purpose": "other", "description": "d" }] }),
            &[],
        ),
        (
            "an empty list drops no evidence",
            json!({ "documents": [{ "file_id": A }] }),
            json!({ "documents": [] }),
            json!({ "documents": [{ "file_id": A }] }),
            &[],
        ),
    ] {
        let (stored, _) = put(customer(CustomerType::Individual), &first);
        let before = stored.version;
        let (after, changes) = put(stored, &second);
        assert_eq!(profile(&after), expected, "{name}");
        assert_eq!(changes, changed, "{name}");
        assert_eq!(after.version, before + u64::from(!changed.is_empty()), "{name}");
    }
}

#[test]
fn a_share_token_is_kept_and_never_shown_or_audited() {
    let body = json!({ "external_kyc_provider_data": { "sumsub_share_kyc_token": "marker" } });
    let (stored, _) = put(customer(CustomerType::Individual), &body);
    assert_eq!(profile(&stored), json!({}));
    let Profile::Individual(individual) = &stored.profile else { panic!("an individual") };
    assert!(individual.external_kyc_provider_data.is_some());
    for first in [json!({}), json!({ "external_kyc_provider_data": { "sumsub_share_kyc_token": "marker-1" } })] {
        let (stored, _) = put(customer(CustomerType::Individual), &first);
        let input =
            parse::<Individual>(body.to_string().as_bytes(), Nulls::Refused).expect("JSON").finish().expect("valid");
        let merged =
            stored.merge(Profile::Individual(input), Mode::Update, Timestamp::from_micros(1), || unreachable!());
        let (_, changes) = merged.expect("valid");
        assert!(changes.len() == 1 && !changes[0].before.contains("marker") && !changes[0].after.contains("marker"));
    }
}

#[test]
fn a_person_is_recognised_by_id_then_document_then_name() {
    let passport =
        |number: &str| json!({ "id_document": { "number": number, "type": "passport", "issuing_country": "FR" } });
    let stored = json!({ "associated_persons": [
        { "first_name": "Ada", "last_name": "L", "identifying_information": passport("P-100"), "nationality": "FR" },
        { "first_name": "Bob", "last_name": "M" },
        { "first_name": "Bob", "last_name": "M" },
        { "identifying_information": passport("P-400") },
    ] });
    let (stored, _) = put(customer(CustomerType::Corporate), &stored);
    let ids: Vec<String> = profile(&stored)["associated_persons"]
        .as_array()
        .expect("persons")
        .iter()
        .map(|p| p["id"].as_str().expect("an id").to_owned())
        .collect();
    let new = "new";
    for (name, sent, expected) in [
        ("by id, whatever else changes", json!([{ "id": ids[1], "first_name": "Zoe" }]), vec![&ids[1][..]]),
        ("an id in capitals is the same id", json!([{ "id": ids[1].to_uppercase() }]), vec![&ids[1]]),
        (
            "by id document, though renamed",
            json!([{ "first_name": "X", "identifying_information": passport("P-100") }]),
            vec![&ids[0]],
        ),
        (
            "by id document, however its number is written",
            json!([{ "first_name": "X", "identifying_information": passport("p100") }]),
            vec![&ids[0]],
        ),
        (
            "another country's number is another document",
            json!([{ "identifying_information": {
                "id_document": { "number": "P-400", "type": "passport", "issuing_country": "DE" },
            } }]),
            vec![new],
        ),
        ("by full name, case folded", json!([{ "first_name": "ADA", "last_name": "l" }]), vec![&ids[0]]),
        ("half a name is another person", json!([{ "first_name": "Ada" }]), vec![new]),
        (
            "a middle name makes another person",
            json!([{ "first_name": "Ada", "middle_name": "K", "last_name": "L" }]),
            vec![new],
        ),
        ("nameless persons are not namesakes", json!([{ "nationality": "DE" }]), vec![new]),
        (
            "each stored person is matched once",
            json!([
                { "first_name": "Bob", "last_name": "M" },
                { "first_name": "Bob", "last_name": "M" },
                { "first_name": "Bob", "last_name": "M" },
            ]),
            vec![&ids[1], &ids[2], new],
        ),
        (
            "an id goes before a namesake",
            json!([{ "first_name": "Bob", "last_name": "M" }, { "id": ids[1] }]),
            vec![&ids[2], &ids[1]],
        ),
        (
            "an unknown id matches no person and falls back",
            json!([
                { "id": "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e", "first_name": "Ada", "last_name": "L" },
                { "id": "no id" },
            ]),
            vec![&ids[0], new],
        ),
        ("an empty array removes all persons", json!([]), vec![]),
    ] {
        let (after, _) = put(stored.clone(), &json!({ "associated_persons": sent }));
        let profile = profile(&after);
        let found: Vec<&str> = profile["associated_persons"]
            .as_array()
            .expect("persons")
            .iter()
            .map(|person| person["id"].as_str().expect("every person has an id"))
            .map(|id| if ids.iter().any(|known| known == id) { id } else { new })
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

/// Each case has the persons sent first, those sent next, and which of the first each of the next is recognised as.
#[test]
fn no_person_is_mistaken_for_another_or_for_a_new_one() {
    let id = |kind: &str, number: &str, country: &str| {
        let document = json!({ "type": kind, "number": number, "issuing_country": country });
        json!({ "id_document": document })
    };
    let person = |name: &str, known: &Value| json!({ "first_name": name, "identifying_information": known });
    let named = |name: &str| json!({ "first_name": name });
    let mut cases = Vec::new();
    for weak in ["N/A", "", "0", "-", "pending", "000000000", "12 34"] {
        let number = id("passport", weak, "KE");
        let [ada, bob] = ["Ada", "Bob"].map(|name| person(name, &number));
        cases.push(("a weak or shared number", vec![ada.clone(), bob.clone()], vec![bob, ada], vec![Some(1), Some(0)]));
    }
    let passport = id("passport", "123456", "KE");
    let other_passport = id("passport", "654321", "KE");
    cases.extend([
        (
            "another type of document",
            vec![person("Ada", &passport)],
            vec![person("Bob", &id("driver_license", "123456", "KE"))],
            vec![None],
        ),
        ("a son of the same name", vec![person("Ada", &passport)], vec![person("Ada", &other_passport)], vec![None]),
        (
            "a father and a son of the same name, in reverse order",
            vec![person("Ada", &passport), person("Ada", &other_passport)],
            vec![person("Ada", &other_passport), person("Ada", &passport), named("Ada")],
            vec![Some(1), Some(0), None],
        ),
        (
            "of two namesakes the one without a document",
            vec![person("Ada", &passport), named("Ada")],
            vec![named("Ada")],
            vec![Some(1)],
        ),
        (
            "two with one number that is not the stored one",
            vec![person("Ada", &passport)],
            vec![person("Ada", &other_passport), person("Ada", &other_passport)],
            vec![None, None],
        ),
        ("a namesake whose number is not known yet", vec![named("Ada")], vec![person("Ada", &passport)], vec![Some(0)]),
        ("a namesake whose number is left out", vec![person("Ada", &passport)], vec![named("Ada")], vec![Some(0)]),
        (
            "a placeholder contradicts nothing",
            vec![person("Ada", &passport)],
            vec![person("Ada", &id("passport", "n/a", "KE"))],
            vec![Some(0)],
        ),
        ("composed or not", vec![named("Zo\u{eb}")], vec![named("Zoe\u{308}")], vec![Some(0)]),
        ("blanks", vec![named("Ada  Maria")], vec![named(" Ada\u{a0}Maria ")], vec![Some(0)]),
        ("cases of other languages", vec![named("İpek Groß")], vec![named("ipek GROSS")], vec![Some(0)]),
    ]);
    for (name, first, then, expected) in cases {
        let (stored, _) = put(customer(CustomerType::Corporate), &json!({ "associated_persons": first }));
        let ids = |customer: &Customer| -> Vec<String> {
            let persons = profile(customer)["associated_persons"].as_array().expect("persons").clone();
            persons.iter().map(|person| person["id"].as_str().expect("an id").to_owned()).collect()
        };
        let known = ids(&stored);
        let (after, _) = put(stored, &json!({ "associated_persons": then }));
        let found: Vec<_> = ids(&after).iter().map(|id| known.iter().position(|one| one == id)).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_recognised_person_is_replaced_whole_but_keeps_its_documents() {
    let first = json!({ "associated_persons": [
        {
            "first_name": "Ada", "last_name": "L", "nationality": "FR",
            "documents": [{ "file_id": A, "purpose": "id_document" }],
        },
    ] });
    let second = json!({ "associated_persons": [
        { "first_name": "Ada", "last_name": "L", "documents": [{ "file_id": B, "purpose": "proof_of_address" }] },
    ] });
    let (stored, changes) = put(customer(CustomerType::Corporate), &first);
    assert_eq!(changes, ["/associated_persons"]);
    let (after, changes) = put(stored, &second);
    assert_eq!(changes, ["/associated_persons/0"]);
    let person = &profile(&after)["associated_persons"][0];
    assert_eq!(person.get("nationality"), None);
    assert_eq!(
        person["documents"],
        json!([{ "file_id": A, "purpose": "id_document" }, { "file_id": B, "purpose": "proof_of_address" }])
    );
}

#[test]
fn a_customer_has_at_most_two_hundred_documents_including_those_of_persons() {
    let batch = |from: usize| {
        let documents: Vec<Value> = (from..from + 20).map(|n| json!({ "file_id": file(n) })).collect();
        json!({ "documents": documents })
    };
    let mut stored = customer(CustomerType::Corporate);
    for from in (0..180).step_by(20) {
        stored = put(stored, &batch(from)).0;
    }
    let document = |n: usize| json!({ "file_id": file(1_000 + n), "purpose": "id_document" });
    let persons: Vec<Value> = (0..2)
        .map(|person| {
            let documents: Vec<Value> = (0..10).map(|n| document(10 * person + n)).collect();
            json!({ "first_name": person.to_string(), "documents": documents })
        })
        .collect();
    stored = put(stored, &json!({ "associated_persons": persons })).0;
    let input =
        parse::<Business>(json!({ "documents": [{ "file_id": file(999) }] }).to_string().as_bytes(), Nulls::Refused)
            .expect("JSON")
            .finish()
            .expect("valid");
    let refused = stored
        .merge(Profile::Business(input), Mode::Update, Timestamp::from_micros(1), || unreachable!())
        .expect_err("201");
    assert_eq!((refused.0[0].pointer.as_str(), refused.0[0].code.as_str()), ("/documents", "too_many_items"));
}
