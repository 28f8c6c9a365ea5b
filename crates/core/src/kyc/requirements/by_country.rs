//! Requirements in every country: complete addresses, fitting examples, and people with one name.

use crate::customer::profile::Profile;
use crate::kyc::requirements::*;
use crate::parse::context::Nulls;
use crate::parse::leaf::Country;
use crate::place::Place;

const KINDS: [CustomerType; 2] = [CustomerType::Individual, CustomerType::Corporate];

fn countries() -> Vec<Country> {
    let all = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
    all.filter_map(|code| Country::new(std::str::from_utf8(&code).expect("ASCII letters"))).collect()
}

fn asked(rules: &RuleSet, kind: CustomerType, profile: &Value) -> Vec<Requirement> {
    let now = Timestamp::from_micros(1_763_873_999_000_000);
    rules.evaluate(&Facts::of(kind, profile, &Prospect::default(), now), profile)
}

fn find(requirements: Vec<Requirement>, id: &str) -> Option<Requirement> {
    requirements.into_iter().find(|one| one.id == id)
}

fn accepts(kind: CustomerType, body: &Value) -> bool {
    let body = serde_json::to_vec(body).expect("JSON has string keys only");
    Profile::parse(kind, &body, Nulls::Refused).expect("JSON").finish().is_ok()
}

/// A rule that asks for a field of an individual.
fn rules(field: &str, more: &str) -> Result<RuleSet, Vec<String>> {
    RuleSet::read(&format!(
        "version = '1'\n[[rule]]\nid = 'a'\nwhen = {{ type = 'individual' }}\nneeds = {{ field = {field}{more} }}\n\
            label = ''\nbecause = ''\nexample = 'Ada'"
    ))
}

fn accepted(field: &str, more: &str) -> RuleSet {
    rules(field, more).expect("valid rules")
}

#[test]
fn an_empty_postal_code_is_complete_where_the_country_needs_none() {
    let rules = RuleSet::baseline();
    for country in countries() {
        let needed = AddressFormat::of(country).postal_codes == PostalCodes::Required;
        for code in ["", " ", "1"] {
            let address = json!({ "street_line_1": "1", "city": "C", "country": country, "postal_code": code });
            let person = json!({ "id": "p", "has_control": true, "residential_address": address });
            for (kind, profile, id, place) in [
                (KINDS[0], json!({ "residential_address": address }), "residential_address", "/residential_address"),
                (KINDS[1], json!({ "business_address": address }), "business_address", "/business_address"),
                (
                    KINDS[1],
                    json!({ "associated_persons": [person] }),
                    "person_address@p",
                    "/associated_persons/0/residential_address",
                ),
            ] {
                let found = find(asked(&rules, kind, &profile), id).expect("an address is asked for");
                let incomplete = needed && code != "1";
                let status = if incomplete { Status::Due } else { Status::Done };
                assert_eq!(found.status, status, "{} {code:?} {id}", country.expose());
                let missing: Vec<_> = incomplete.then(|| format!("{place}/postal_code")).into_iter().collect();
                assert_eq!((found.missing, found.pointer.as_str()), (missing, place), "{}", country.expose());
            }
        }
    }
}

#[test]
fn a_rule_for_the_postal_code_alone_skips_countries_without_one() {
    let rules = accepted("'/residential_address/postal_code'", "");
    for (country, asks) in [("GB", true), ("IE", true), ("AE", false), ("HK", false)] {
        let profile = json!({ "residential_address": { "country": country, "postal_code": "" } });
        assert_eq!(find(asked(&rules, KINDS[0], &profile), "a").is_some(), asks, "{country}");
        let prospect = Prospect { country: Country::new(country), ..Prospect::default() };
        assert_eq!(rules.before(KINDS[0], &prospect, Timestamp::from_micros(0)).len(), usize::from(asks), "{country}");
    }
}

/// Like a program that knows nothing but the requirements.
#[test]
fn the_examples_of_every_country_are_accepted_and_leave_nothing_open() {
    fn put(body: &mut Value, pointer: &str, value: Value) {
        let mut at = body;
        for part in Place::new(pointer).steps() {
            if part == "-" || part.bytes().all(|byte| byte.is_ascii_digit()) {
                if !at.is_array() {
                    *at = json!([]);
                }
                let items = at.as_array_mut().expect("an array");
                let index = part.parse().unwrap_or(items.len()).min(items.len());
                if index == items.len() {
                    items.push(json!({ "id": "00000000-0000-4000-8000-000000000001" }));
                }
                at = &mut items[index];
            } else {
                at = &mut at[part];
            }
        }
        match (at.as_object_mut().filter(|_| pointer.ends_with("/-")), value) {
            (Some(members), Value::Object(more)) => members.extend(more),
            (_, value) => *at = value,
        }
    }

    let rules = RuleSet::baseline();
    for country in countries() {
        for kind in KINDS {
            let prospect = Prospect { country: Some(country), purpose: Some("other".to_owned()), volume: Some(1e6) };
            let mut open = rules.before(kind, &prospect, Timestamp::from_micros(0));
            let mut body = json!({ "account_purpose": "other" });
            for _ in 0..3 {
                for one in open.iter().filter(|one| one.document.is_none() && one.is_open()) {
                    put(&mut body, &one.pointer, one.example.clone());
                }
                assert!(accepts(kind, &body), "{}: {body}", country.expose());
                open = asked(&rules, kind, &body);
            }
            open.retain(|one| one.document.is_none() && one.is_open());
            let ids: Vec<_> = open.iter().map(|one| &one.id).collect();
            assert!(ids.is_empty(), "{}: {ids:?} of {body}", country.expose());
            let own = if kind == KINDS[0] { "residential_address" } else { "business_address" };
            let format = AddressFormat::of(country);
            assert_eq!(body[own]["country"], country.expose());
            if format.postal_codes != PostalCodes::Required {
                body[own]["postal_code"] = "".into();
                assert_eq!(find(asked(&rules, kind, &body), own).map(|one| one.status), Some(Status::Done));
            }
        }
    }
}

#[test]
fn examples_fit_the_country_of_the_customer_or_person() {
    let rules = RuleSet::baseline();
    let example = |country: &str, id: &str| {
        let prospect = Prospect { country: Country::new(country), ..Prospect::default() };
        let found = find(rules.before(KINDS[0], &prospect, Timestamp::from_micros(0)), id);
        found.expect("it is asked for").example
    };
    for (country, code, state) in [
        ("GB", json!("EC1Y 8SY"), Value::Null),
        ("US", json!("95014"), json!("CA")),
        ("FR", json!("33380"), Value::Null),
        ("JP", json!("154-0023"), json!("Tokyo")),
        ("AE", json!(""), json!("Abu Dhabi")),
        ("PA", json!(""), Value::Null),
        ("KP", json!(""), json!("Kangwon")),
    ] {
        let address = example(country, "residential_address");
        assert_eq!((&address["postal_code"], &address["state"]), (&code, &state), "{country}");
        assert_eq!(example(country, "nationality"), country);
        assert_eq!(example(country, "id_document")["issuing_country"], country);
    }
    assert_eq!(example("US", "residential_state"), "CA");
    assert_eq!(example("US", "tax_number")["issuing_country"], "US");
    // A person may live in another country than the business.
    let person =
        json!({ "id": "p", "has_control": true, "residential_address": { "country": "CA", "postal_code": "" } });
    let profile = json!({ "business_address": { "country": "GB" }, "associated_persons": [person] });
    let address = find(asked(&rules, KINDS[1], &profile), "person_address@p").expect("it is asked for");
    assert_eq!((&address.example["country"], &address.example["state"]), (&json!("CA"), &json!("QC")));
    // An example that an operator wrote for this country stays.
    let canada =
        json!({ "street_line_1": "1", "city": "Ottawa", "country": "CA", "postal_code": "K1A 0A9", "state": "ON" });
    let mut example = canada.clone();
    example::localize(&mut example, "/residential_address", Country::new("CA").expect("a country"));
    assert_eq!(example, canada);
}

#[test]
fn one_legal_name_is_enough_and_is_asked_for_once() {
    let rules = RuleSet::baseline();
    for (names, status) in [
        (json!({}), Status::Due),
        (json!({ "middle_name": "Ada" }), Status::Due),
        (json!({ "first_name": " ", "last_name": "" }), Status::Due),
        (json!({ "first_name": "\u{200b}", "last_name": "" }), Status::Due),
        (json!({ "first_name": "Suharto" }), Status::Done),
        (json!({ "last_name": "Suharto" }), Status::Done),
        (json!({ "first_name": "", "last_name": "Suharto" }), Status::Done),
        (json!({ "first_name": "Ada", "last_name": "Lovelace" }), Status::Done),
    ] {
        let mut person = names.clone();
        person["id"] = "p".into();
        person["has_control"] = true.into();
        let business = json!({ "associated_persons": [person] });
        for (kind, profile, id, base) in [
            (KINDS[0], &names, "legal_name", ""),
            (KINDS[1], &business, "person_legal_name@p", "/associated_persons/0"),
        ] {
            let asked = asked(&rules, kind, profile);
            let places = ["first_name", "last_name"].map(|name| format!("{base}/{name}"));
            let named: Vec<_> = asked.iter().filter(|one| places.iter().any(|place| one.is_named(place))).collect();
            let [one] = named.as_slice() else { panic!("{} requirements for {profile}", named.len()) };
            assert_eq!((one.id.as_str(), one.status, &one.pointer), (id, status, &places[0]), "{profile}");
            assert_eq!(one.one_of, places);
        }
    }
}

#[test]
fn any_of_several_places_is_enough_and_a_wrong_one_is_named() {
    let rules = accepted("['/first_name', '/middle_name']", ", check = 'website', optional = true");
    for (profile, error, pointer) in [
        (json!({}), None, None),
        (json!({ "middle_name": "example.com" }), None, None),
        (json!({ "first_name": "x", "middle_name": "example.com" }), Some(Fault::NoWebsite), Some("/first_name")),
        (json!({ "first_name": "example.com", "middle_name": "x" }), Some(Fault::NoWebsite), Some("/middle_name")),
    ] {
        let found = find(asked(&rules, KINDS[0], &profile), "a");
        assert_eq!(found.as_ref().and_then(|one| one.error), error, "{profile}");
        assert_eq!(found.as_ref().map(|one| one.pointer.as_str()), pointer, "{profile}");
    }
    // A flag distinguishes the flagged answer from a new one at any of the places.
    let rules = accepted("['/first_name', '/middle_name']", "");
    let given = |profile: Value| find(asked(&rules, KINDS[0], &profile), "a").expect("it is asked for").given;
    let hashes =
        [json!({ "first_name": "A" }), json!({ "middle_name": "A" }), json!({ "first_name": "A", "middle_name": "A" })];
    let hashes: std::collections::BTreeSet<_> = hashes.into_iter().map(given).collect();
    assert_eq!(hashes.len(), 3);
}

#[test]
fn the_hash_of_an_answer_at_one_place_never_changes() {
    for field in ["'/first_name'", "['/first_name']"] {
        let rules = accepted(field, "");
        let found = find(asked(&rules, KINDS[0], &json!({ "first_name": "Ada" })), "a").expect("it is asked for");
        assert_eq!(found.given, fingerprint(Some(&json!("Ada"))));
        assert!(found.one_of.is_empty());
    }
}

#[test]
fn everything_wrong_with_a_list_of_places_is_reported_at_once() {
    for (field, expected) in [
        ("[]", &["a: needs.field: the list is empty"][..]),
        (
            "['/first_name', '/shoe_size', 'last_name', '/first_name']",
            &[
                "a: needs.field.3: /first_name is in the list twice",
                "a: needs.field.1: a PUT body of type individual has no /shoe_size",
                "a: needs.field.2: a PUT body of type individual has no last_name",
            ],
        ),
        ("['/first_name', '/birth_date']", &["a: example: a PUT would refuse it at /birth_date: "]),
        ("7", &["line 5: invalid type: integer `7`, expected a JSON Pointer or a list of them"]),
        ("['/first_name', 7]", &["line 5: invalid type: integer `7`, expected a string"]),
    ] {
        let errors = rules(field, "").expect_err(field);
        for expected in expected {
            assert!(errors.iter().any(|error| error.starts_with(expected)), "{field}: {expected} in {errors:?}");
        }
    }
}
