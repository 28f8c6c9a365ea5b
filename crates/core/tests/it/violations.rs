//! Violations that no JSON Schema can express, with their codes, pointers and order.

use dossier_core::customer::{Business, Individual};
use dossier_core::parse::{Nulls, Parse, parse};
use dossier_core::violation::MAX_VIOLATIONS;

fn found<T: Parse>(body: &str) -> Vec<String> {
    match parse::<T>(body.as_bytes(), Nulls::Refused).expect("JSON").finish() {
        Ok(_) => Vec::new(),
        Err(violations) => {
            violations.0.iter().map(|found| format!("{} {}", found.pointer, found.code.as_str())).collect()
        }
    }
}

#[test]
fn each_rule_has_its_code_and_pointer() {
    for (body, expected) in [
        ("{}", &[][..]),
        ("[]", &[" wrong_type"]),
        ("null", &[" null_not_allowed"]),
        ("\"x\"", &[" wrong_type"]),
        (r#"{"first_name":null}"#, &["/first_name null_not_allowed"]),
        (r#"{"first_name":1}"#, &["/first_name wrong_type"]),
        (r#"{"first_name":"a","first_name":"b"}"#, &["/first_name duplicate_key"]),
        (r#"{"first_name":"a\u0000b"}"#, &["/first_name nul_character"]),
        (r#"{"First_name":"a"}"#, &["/First_name unknown_property"]),
        (r#"{"__proto__":{}}"#, &["/__proto__ unknown_property"]),
        (r#"{"a/b~c":1}"#, &["/a~1b~0c unknown_property"]),
        (r#"{"id":"x"}"#, &["/id unknown_property"]),
        (r#"{"business_legal_name":"x"}"#, &["/business_legal_name not_for_this_type"]),
        (r#"{"acting_as_intermediary":"true"}"#, &["/acting_as_intermediary wrong_type"]),
        (r#"{"nationality":"UK"}"#, &["/nationality unknown_country"]),
        (r#"{"birth_date":"2025-02-30"}"#, &["/birth_date invalid_date"]),
        (r#"{"employment_status":"busy"}"#, &["/employment_status unknown_value"]),
        (
            r#"{"residential_address":{}}"#,
            &[
                "/residential_address/street_line_1 required",
                "/residential_address/city required",
                "/residential_address/country required",
                "/residential_address/postal_code required",
            ],
        ),
        (r#"{"documents":{}}"#, &["/documents wrong_type"]),
        (r#"{"documents":[{}]}"#, &["/documents/0/file_id required"]),
        (r#"{"documents":[null]}"#, &["/documents/0 null_not_allowed"]),
        (
            r#"{"identifying_information":{"tax_number":{"number":"1","issuing_country":"FR","x":1}}}"#,
            &["/identifying_information/tax_number/x unknown_property"],
        ),
        (
            r#"{"identifying_information":
                {"id_document":{"number":"1","number":"2","type":"visa","issuing_country":"fr"}}}"#,
            &[
                "/identifying_information/id_document/number duplicate_key",
                "/identifying_information/id_document/type unknown_value",
                "/identifying_information/id_document/issuing_country unknown_country",
            ],
        ),
    ] {
        assert_eq!(found::<Individual>(body), expected, "{body}");
    }
}

#[test]
fn violations_are_in_the_order_of_the_contract_whatever_the_order_of_the_body() {
    let body =
        r#"{"zzz":1,"nationality":"xx","documents":[{"purpose":"selfie"}],"account_purpose":1,"tax_number":"x"}"#;
    assert_eq!(
        found::<Individual>(body),
        [
            "/account_purpose wrong_type",
            "/documents/0/file_id required",
            "/documents/0/purpose unknown_value",
            "/nationality unknown_country",
            "/zzz unknown_property",
            "/tax_number not_for_this_type",
        ]
    );
}

#[test]
fn persons_and_their_documents_have_their_own_rules() {
    let body = r#"{"first_name":"x","associated_persons":[
        {"documents":[{"file_id":"f"},{"file_id":"f","purpose":"other"}]},
        {"identifying_information":{"tax_number":{"number":"1","type":"ssn","issuing_country":"FR"}}}]}"#;
    assert_eq!(
        found::<Business>(body),
        [
            "/associated_persons/0/documents/0/purpose required",
            "/associated_persons/0/documents/1/purpose unknown_value",
            "/associated_persons/1/identifying_information/tax_number/type unknown_property",
            "/first_name not_for_this_type",
        ]
    );
}

#[test]
fn a_syntax_error_is_reported_by_line_and_column() {
    for body in [
        "",
        " ",
        "{",
        "{\"a\":1",
        "{'a':1}",
        "{\"a\":1,}",
        "{} x",
        "{\"a\":NaN}",
        "// c\n{}",
        "\u{feff}\u{feff}{}",
        r#"{"first_name":"\ud800"}"#,
        r#"{"first_name":"\udc00\ud800"}"#,
        "{\"first_name\":\"a\nb\"}",
        "{\"a\":01}",
    ] {
        assert!(parse::<Individual>(body.as_bytes(), Nulls::Refused).is_err(), "{body:?}");
    }
    for bytes in [&b"{\"first_name\":\"\xff\"}"[..], b"{\"first_name\":\"\xed\xa0\x80\"}", b"\xff\xfe{\x00}\x00"] {
        assert!(parse::<Individual>(bytes, Nulls::Refused).is_err());
    }
    let error = parse::<Individual>(b"{\n  \"first_name\": }", Nulls::Refused).err().expect("not JSON");
    assert_eq!((error.line, error.column), (2, 17));
}

#[test]
fn json_may_be_nested_16_levels_deep() {
    // One level is the document's own object.
    for (place, code) in [("x", "unknown_property"), ("first_name", "wrong_type")] {
        for (levels, too_deep) in [(15, false), (16, true)] {
            let value = format!("{}\"]\\\"[{{\"{}", "[".repeat(levels), "]".repeat(levels));
            let expected = [format!("/{place} too_deep"), format!("/{place} {code}")];
            let body = format!("{{\"{place}\":{value}}}");
            let mut found = found::<Individual>(&body);
            found.sort();
            assert_eq!(found, expected[usize::from(!too_deep)..], "{levels}");
        }
    }
    let body = format!("{{\"documents\":[{{\"x\":{}{}}}]}}", "[".repeat(14), "]".repeat(14));
    assert!(found::<Individual>(&body).contains(&"/documents/0/x too_deep".to_owned()));
}

#[test]
fn hostile_bodies_cost_little_and_get_short_answers() {
    let deep = "[".repeat(100_000);
    assert!(parse::<Individual>(deep.as_bytes(), Nulls::Refused).is_err());
    let nested = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(found::<Individual>(&nested), ["/x unknown_property", "/x too_deep"]);
    let keys: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":0")).collect();
    assert_eq!(found::<Individual>(&format!("{{{}}}", keys.join(","))).len(), MAX_VIOLATIONS);
    let long = format!("{{\"{}\":0}}", "k".repeat(1_000_000));
    assert!(found::<Individual>(&long)[0].len() < 200);
    let many = format!("{{\"documents\":[{}]}}", vec!["{}"; 50_000].join(","));
    assert_eq!(found::<Individual>(&many).len(), MAX_VIOLATIONS);
    let cut = many.replace("{}]}", "{]}");
    assert!(parse::<Individual>(cut.as_bytes(), Nulls::Refused).is_err(), "skipped items must be JSON as well");
}

#[test]
fn no_message_repeats_a_value() {
    let marker = "Q7marker";
    let body = format!(
        r#"{{"nationality":"{marker}","birth_date":"{marker}","employment_status":"{marker}","first_name":["{marker}"],
            "residential_address":"{marker}","last_name":"{}"}}"#,
        marker.repeat(200)
    );
    let Err(violations) = parse::<Individual>(body.as_bytes(), Nulls::Refused).expect("JSON").finish() else {
        panic!("all wrong")
    };
    assert_eq!(violations.len(), 6);
    assert!(violations.0.iter().all(|found| !found.message.contains(marker) && !found.pointer.contains(marker)));
}

#[test]
fn the_largest_legal_bodies_are_accepted_however_they_are_escaped() {
    let text = |length: usize| format!("\"{}\"", "\\ud83d\\ude00".repeat(length));
    let address = format!(
        r#"{{"street_line_1":{0},"street_line_2":{0},"city":{1},"country":"FR","postal_code":{2},"state":{1}}}"#,
        text(256),
        text(128),
        text(20)
    );
    let document = format!(
        r#"{{"file_id":{},"purpose":"id_document","doc_side":"front","description":{}}}"#,
        text(256),
        text(1_024)
    );
    let person = format!(
        r#"{{"first_name":{0},"middle_name":{0},"last_name":{0},"ownership_percentage":{1},
            "residential_address":{2},"documents":[{3}],"identifying_information":
            {{"id_document":{{"number":{4},"type":"passport","issuing_country":"FR"}},
            "tax_number":{{"number":{4},"issuing_country":"FR"}}}}}}"#,
        text(128),
        text(10),
        address,
        vec![document; 10].join(","),
        text(64)
    );
    let own =
        format!(r#"{{"file_id":{},"purpose":"other","doc_side":"back","description":{}}}"#, text(256), text(1_024));
    let body = format!(
        r#"{{"account_purpose_other":{0},"expected_monthly_volume_usd":{1},"source_of_funds_description":{2},
            "external_kyc_provider_data":{{"sumsub_share_kyc_token":{3}}},"documents":[{4}],"business_legal_name":{5},
            "registration_number":{0},"tax_number":{0},"primary_website":{3},"business_description":{2},
            "business_address":{6},"associated_persons":[{7}]}}"#,
        text(1_024),
        text(50),
        text(2_000),
        text(512),
        vec![own; 20].join(","),
        text(256),
        address,
        vec![person; 20].join(",")
    );
    assert!(body.len() > 3_800_000 && body.len() < 4 * 1_024 * 1_024, "{}", body.len());
    assert_eq!(found::<Business>(&body), Vec::<String>::new());
}
