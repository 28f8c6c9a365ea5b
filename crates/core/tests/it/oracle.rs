//! The parser, compared with an independent validator: both accept the same bodies and refuse the same places.

use std::collections::BTreeSet;

use dossier_core::customer::{Business, Individual};
use dossier_core::parse::{Nulls, Parse, parse};
use dossier_core::schema;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};

const BODIES: u64 = 100_000;

/// The assigned codes of ISO 3166-1, from the table in the time zone database, and XK.
const COUNTRIES: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH \
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT \
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI \
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK \
";

/// Numbers that look random and are the same in every run: a failure names its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("below a usize")
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A branch of the published schema, made as strict as the parser: no unknown members, real countries, real dates.
fn oracle(branch: usize) -> Validator {
    fn tighten(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                if members.contains_key("properties") {
                    members.insert("type".into(), "object".into());
                    members.insert("additionalProperties".into(), false.into());
                }
                match members.get("pattern").and_then(Value::as_str) {
                    Some("^[A-Z]{2}$") => drop(members.insert("format".into(), "country".into())),
                    Some(_) => drop(members.insert("format".into(), "day".into())),
                    None => {}
                }
                members.values_mut().for_each(tighten);
            }
            Value::Array(items) => items.iter_mut().for_each(tighten),
            _ => {}
        }
    }

    let mut schema = schema::update_body()["oneOf"][branch].clone();
    tighten(&mut schema);
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .with_format("country", |text: &str| COUNTRIES.split_whitespace().any(|code| code == text))
        .with_format("day", is_day)
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}

fn is_day(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, length| (text.len() == length).then(|| text.parse::<u32>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// The places of an error of the oracle, as our parser names them.
fn places(error: &ValidationError<'_>) -> Vec<String> {
    let at = error.instance_path().to_string();
    let inside = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match error.kind() {
        ValidationErrorKind::Required { property } => vec![inside(property.as_str().expect("a name"))],
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| inside(name)).collect()
        }
        _ => vec![at],
    }
}

fn full_individual() -> Value {
    let mut body: Value =
        serde_json::from_str(include_str!("../../contract/example-update-individual.json")).expect("the example");
    body["documents"] = json!([
        { "file_id": "a", "purpose": "id_document", "doc_side": "front", "description": "d" },
        { "file_id": "b" },
    ]);
    body
}

fn full_business() -> Value {
    let address = json!({
        "street_line_1": "1", "street_line_2": "2", "city": "c", "country": "FR", "postal_code": "p", "state": "s",
    });
    let person = json!({
        "id": "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e",
        "first_name": "A", "middle_name": "B", "last_name": "C", "nationality": "DE", "birth_country": "AT",
        "has_ownership": true, "has_control": false, "ownership_percentage": "25",
        "identifying_information": {
            "id_document": { "number": "1", "type": "passport", "issuing_country": "DE" },
            "tax_number": { "number": "2", "issuing_country": "DE" },
        },
        "documents": [{ "file_id": "c", "purpose": "id_document", "doc_side": "back", "description": "d" }],
        "residential_address": address,
    });
    json!({
        "account_purpose": "payroll", "account_purpose_other": "x", "acting_as_intermediary": true,
        "expected_monthly_volume_usd": "1", "source_of_funds_description": "y",
        "external_kyc_provider_data": { "sumsub_share_kyc_token": "t" },
        "documents": [{ "file_id": "d", "purpose": "financial_statements", "doc_side": "front", "description": "e" }],
        "business_legal_name": "L", "registration_number": "R", "tax_number": "T", "primary_website": "W",
        "formation_date": "2001-02-03", "business_description": "D", "business_address": address,
        "associated_persons": [person.clone(), person],
    })
}

/// Makes one random change at a random place. Ids of files and persons stay strings, because the schema says no more
/// about them.
fn mutate(value: &mut Value, dice: &mut Dice) {
    let deeper = dice.below(5) > 0;
    match value {
        Value::Object(members) if deeper && !members.is_empty() => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = dice.pick(&names).clone();
            match dice.below(8) {
                0 => drop(members.remove(&name)),
                1 => drop(members.insert(
                    (*dice.pick(&["unknown", "Type", "a/b", "m~n", "first_name", "__proto__"])).into(),
                    json!("x"),
                )),
                _ => mutate(&mut members[&name], dice),
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => match dice.below(4) {
            0 => {
                let item = items[0].clone();
                items.resize(*dice.pick(&[0, 9, 10, 11, 19, 20, 21, 25]), item);
            }
            _ => {
                let place = dice.below(items.len());
                mutate(&mut items[place], dice);
            }
        },
        leaf => *leaf = replacement(dice),
    }
}

fn replacement(dice: &mut Dice) -> Value {
    let unit = *dice.pick(&["a", "é", "漢", "😀", "e\u{301}"]);
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(*dice.pick(&[0, 1, -1, 9_007_199_254_740_993_i64])),
        3 => json!(1.5),
        4 => json!([]),
        5 => json!({}),
        6 => json!([["x"]]),
        7 => json!(*dice.pick(&[
            "", " ", "FR", "fr", "ZZ", "XK", "UK", "FRA", "F", "FR\n", "ＦＲ", "payroll", "front", "Passport", "other"
        ])),
        8 => json!(*dice.pick(&[
            "2024-02-29",
            "2023-02-29",
            "1900-02-29",
            "2000-02-29",
            "2025-13-01",
            "2025-00-01",
            "2025-04-31",
            "2025-4-3",
            "٢٠٢٥-٠١-٠١",
            "2025-01-01\n",
            "20250101",
            "0001-01-01",
            "9999-12-31",
        ])),
        _ => {
            // Lengths count code points: at each limit of the contract, and one past it.
            let limit = *dice.pick(&[10, 20, 50, 64, 128, 256, 512, 1_024, 2_000]);
            let wanted = limit + dice.below(3) - 1;
            json!(unit.chars().cycle().take(wanted).collect::<String>())
        }
    }
}

fn agree<T: Parse>(branch: usize, full: &Value) {
    let oracle = oracle(branch);
    let (mut accepted, mut refused) = (0_u64, 0_u64);
    for seed in 0..BODIES / 2 {
        let mut dice = Dice(seed);
        let mut body = full.clone();
        for _ in 0..dice.below(4) {
            mutate(&mut body, &mut dice);
        }
        let theirs: BTreeSet<String> = oracle.iter_errors(&body).flat_map(|error| places(&error)).collect();
        let text = serde_json::to_vec(&body).expect("JSON");
        let ours: BTreeSet<String> = match parse::<T>(&text, Nulls::Refused).expect("JSON").finish() {
            Ok(_) => BTreeSet::new(),
            Err(found) => found.0.into_iter().map(|violation| violation.pointer).collect(),
        };
        assert_eq!(ours, theirs, "branch {branch}, seed {seed}");
        accepted += u64::from(ours.is_empty());
        refused += u64::from(!ours.is_empty());
    }
    // If almost all bodies were accepted, or refused, the test would prove little.
    assert!(accepted > BODIES / 20 && refused > BODIES / 20, "{accepted} accepted, {refused} refused");
}

#[test]
fn fifty_thousand_mutated_individuals_get_the_verdict_of_jsonschema() {
    agree::<Individual>(0, &full_individual());
}

#[test]
fn fifty_thousand_mutated_businesses_get_the_verdict_of_jsonschema() {
    agree::<Business>(1, &full_business());
}
