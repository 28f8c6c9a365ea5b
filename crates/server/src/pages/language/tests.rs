//! Every language has every message, and is chosen by what a browser asks for.

use std::collections::BTreeSet;

use dossier_core::customer::CustomerType;
use dossier_core::kyc::requirement::Fault;
use dossier_core::kyc::{Reasons, RuleSet};
use dossier_core::violation::Code;
use serde_json::Value;

use super::*;

/// The keys of a file, with the variables that their messages use.
fn keys(text: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let mut keys: Vec<(&str, BTreeSet<&str>)> = Vec::new();
    for line in text.lines() {
        let key =
            line.split_once(" =").map(|(key, _)| key).filter(|key| key.starts_with(|c: char| c.is_ascii_lowercase()));
        if let Some(key) = key {
            keys.push((key, BTreeSet::new()));
        }
        let variables = line.split("$").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase()).next());
        if let Some((_, known)) = keys.last_mut() {
            known.extend(variables);
        }
    }
    keys
}

#[test]
fn reasons_of_decisions_have_texts_in_the_languages_of_the_form() {
    let codes: BTreeSet<_> = Language::ALL.iter().map(|language| language.code()).collect();
    assert_eq!(codes, Reasons::LANGUAGES.into_iter().collect());
}

#[test]
fn every_language_has_the_messages_of_english_with_the_same_variables() {
    let english = keys(Language::English.messages());
    let unique: BTreeSet<_> = english.iter().map(|(key, _)| *key).collect();
    assert_eq!(unique.len(), english.len(), "no key is there twice");
    for language in Language::ALL {
        let own = keys(language.messages());
        let missing: Vec<_> = english.iter().filter(|(key, _)| !own.iter().any(|(known, _)| known == key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", language.code());
        assert_eq!(own.len(), english.len(), "{} has more keys, or one twice", language.code());
        for (key, variables) in &own {
            let of_english = &english.iter().find(|(known, _)| known == key).expect("no more keys").1;
            // A message that depends on the country may be a single word in another language.
            let same = variables == of_english || of_english.contains("country") || variables.contains("country");
            assert!(same, "{} {key}: {variables:?} instead of {of_english:?}", language.code());
        }
        let bundle = language.bundle();
        for (key, _) in keys(COMMON).iter().chain(&own) {
            let mut errors = Vec::new();
            let pattern = bundle.get_message(key).and_then(|message| message.value()).expect("a value");
            let every = [
                "asks",
                "company",
                "title",
                "date",
                "done",
                "all",
                "number",
                "year",
                "month",
                "day",
                "time",
                "mask",
                "document",
                "most",
                "country",
                "legal",
                "minutes",
                "reference",
                "field",
                "name",
                "named",
                "percent",
                "share",
                "why",
                "calendar",
                "kind",
                "at",
            ];
            let mut arguments: FluentArgs<'_> = every.iter().map(|name| (*name, FluentValue::from("x"))).collect();
            arguments.set("count", 2);
            let said = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
            assert!(errors.is_empty() && !said.trim().is_empty(), "{} {key}: {errors:?}", language.code());
        }
    }
}

/// The messages of a file, each with all of its lines.
fn messages(text: &str) -> Vec<(&str, String)> {
    let mut messages: Vec<(&str, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once(" =").filter(|(key, _)| key.starts_with(|c: char| c.is_ascii_lowercase())) {
            Some((key, value)) => messages.push((key, value.to_owned())),
            None => messages.last_mut().expect("a message goes on").1.extend(["\n", line]),
        }
    }
    messages
}

/// The keys of messages that another language shares with English.
const SHARED: &[(&str, &[&str])] = &[
    ("es", &["title-error", "no"]),
    ("fr", &["step-documents", "date", "time-minutes"]),
    ("de", &["optional", "month-4", "month-8", "month-9", "month-11", "person-number", "field-primary_website"]),
    ("pt", &["upload-refused", "review-share"]),
    ("ar", &["date"]),
    ("tr", &["date", "upload-refused"]),
    ("hi", &["date", "upload-refused", "review-share"]),
    ("zh", &["review-share"]),
];

#[test]
fn no_message_is_left_in_english() {
    let english = messages(Language::English.messages());
    for language in Language::ALL.iter().filter(|language| **language != Language::English) {
        let shared = SHARED.iter().find(|(code, _)| *code == language.code()).map_or(&[][..], |(_, keys)| keys);
        let own = messages(language.messages());
        let same: Vec<_> = own.iter().filter(|message| english.contains(message)).map(|(key, _)| *key).collect();
        let left: Vec<_> = same.iter().filter(|key| !shared.contains(key)).collect();
        assert!(left.is_empty(), "{}: {left:?}", language.code());
        let stale: Vec<_> = shared.iter().filter(|key| !same.contains(key)).collect();
        assert!(stale.is_empty(), "{}: {stale:?} is not shared any more", language.code());
    }
}

#[test]
fn messages_have_no_stray_spaces_and_no_double_punctuation() {
    const MARKS: &[char] = &['.', ',', ';', ':', '!', '?', '،', '؛', '؟', '。', '，', '；', '：', '！', '？', '।'];
    for language in Language::ALL {
        for (key, text) in messages(language.messages()) {
            let trailing = text.lines().any(|line| line.ends_with(char::is_whitespace));
            let double_space = text.lines().any(|line| line.trim().contains("  "));
            let chars: Vec<char> = text.chars().collect();
            let marks = chars.windows(2).any(|two| two.iter().all(|c| MARKS.contains(c)));
            // Only French has a space before some punctuation marks.
            let loose =
                language.code() != "fr" && [" .", " ,", " ;", " !", " ?"].iter().any(|mark| text.contains(mark));
            assert!(!(trailing || double_space || marks || loose), "{} {key}: {text}", language.code());
        }
    }
}

/// An error is a single sentence without a full stop, because it is also a link in a list.
#[test]
fn errors_are_sentences_without_a_full_stop() {
    for language in Language::ALL {
        for (key, text) in messages(language.messages()) {
            let is_sentence = ["missing", "none_given", "wrong-", "fault-"].iter().any(|kind| key.starts_with(kind));
            let mut ends = text.lines().map(|line| line.trim_end_matches('}'));
            let stops = |line: &str| line.ends_with(['.', '。', '।']) && !line.ends_with("UU.");
            assert!(!is_sentence || !ends.any(stops), "{} {key}: {text}", language.code());
        }
    }
}

/// The texts of a message: one, or one for each variant.
fn variants(text: &str) -> Vec<&str> {
    let variants: Vec<_> = text.lines().filter_map(|line| line.split_once("] ").map(|(_, text)| text)).collect();
    if variants.is_empty() { vec![text] } else { variants }
}

/// The beginnings of the words in a text. Endings depend on the grammar of a sentence.
fn stems(language: Language, text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    match language {
        Language::Chinese => words.flat_map(str::chars).map(String::from).collect(),
        _ => words
            .map(|word| word.to_lowercase().trim_start_matches("ال").chars().take(3).collect::<String>())
            .filter(|stem| stem.chars().count() > 1)
            .collect(),
    }
}

/// A sentence for any field has the label as an argument. A sentence for one field has a word of its label.
#[test]
fn every_error_names_its_field() {
    let mut known = 0;
    for &language in Language::ALL {
        let all = messages(language.messages());
        let text = |key: String| all.iter().find(|(known, _)| *known == key).map(|(_, text)| text.as_str());
        for (key, said) in &all {
            let is_refusal = *key == "upload-refused";
            if !(is_refusal || ["missing", "none_given", "wrong-", "fault-"].iter().any(|kind| key.starts_with(kind))) {
                continue;
            }
            known += 1;
            let own = ["missing-", "none_given-"].iter().find_map(|kind| key.strip_prefix(kind));
            let Some(name) = own.filter(|name| *name != "document") else {
                let silent = variants(said).into_iter().find(|text| !text.contains("{ $field }"));
                assert!(silent.is_none(), "{} {key}: {silent:?}", language.code());
                continue;
            };
            let name = name.strip_prefix("person_").unwrap_or(name);
            // A member is named by its own label, or by that of its object: `tax_number-number`.
            let keys = std::iter::once(name).chain(name.split('-'));
            let labels = keys.flat_map(|name| ["field", "label"].map(|kind| text(format!("{kind}-{name}")))).flatten();
            let named: BTreeSet<_> = labels.flat_map(variants).flat_map(|label| stems(language, label)).collect();
            for text in variants(said) {
                let names = named.iter().any(|stem| text.to_lowercase().contains(stem.as_str()));
                assert!(names, "{} {key}: {text:?} has no word of {named:?}", language.code());
            }
        }
    }
    assert!(known > 70 * Language::ALL.len(), "{known}");
}

/// Fields and choices of the contract, rules and faults: everything that the form may show has a message.
#[test]
fn everything_that_can_be_asked_has_a_label() {
    fn names(schema: &Value, of: &str, found: &mut BTreeSet<String>) {
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let composed = matches!(of, "id_document" | "tax_number") && member["type"] == "string";
            found.insert(if composed { format!("field-{of}-{name}") } else { format!("field-{name}") });
            found.extend(
                member["enum"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(|choice| format!("choice-{choice}")),
            );
            names(member, name, found);
        }
    }
    let rules = RuleSet::baseline();
    let mut needed = BTreeSet::new();
    for kind in [CustomerType::Individual, CustomerType::Corporate] {
        names(rules.fragment(kind, "").expect("a schema"), "", &mut needed);
    }
    names(rules.fragment(CustomerType::Corporate, "/associated_persons/-").expect("a schema"), "", &mut needed);
    // Lists and containers are not inputs. Credentials and the email come from the integrator.
    for other in [
        "email",
        "documents",
        "associated_persons",
        "identifying_information",
        "id_document",
        "external_kyc_provider_data",
        "sumsub_share_kyc_token",
        "id",
    ] {
        needed.remove(&format!("field-{other}"));
    }
    let documents = rules.rules.iter().filter(|rule| rule.needs.document.is_some());
    needed.extend(documents.map(|rule| format!("missing-{}", rule.id)));
    needed.extend(rules.rules.iter().flat_map(|rule| [format!("label-{}", rule.id), format!("because-{}", rule.id)]));
    needed.extend(Fault::ALL.iter().map(|fault| format!("fault-{}", fault.as_str())));
    needed.extend(["missing", "missing-document", "none_given", "wrong-other"].map(str::to_owned));
    let typed = [Code::TooLong, Code::NulCharacter, Code::InvalidDate];
    needed.extend(typed.map(|code| format!("wrong-{}", code.as_str())));
    let l10n = Localization { language: Language::English, country: None };
    let missing: Vec<_> = needed.iter().filter(|key| l10n.find(key, &[]).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_country_has_a_name_in_every_language() {
    let all = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
    let known: BTreeSet<String> = all
        .filter_map(|code| Country::new(std::str::from_utf8(&code).ok()?))
        .map(|country| country.expose().to_owned())
        .collect();
    for language in Language::ALL {
        let named: BTreeSet<String> = language.countries().map(|(code, _)| code.to_owned()).collect();
        assert_eq!(named, known, "{}", language.code());
        assert!(language.countries().all(|(code, name)| !name.is_empty() && name != code), "{}", language.code());
    }
}

#[test]
fn the_language_comes_from_the_url_then_the_cookie_then_the_browser() {
    for (query, cookie, accept, expected) in [
        ("?lang=de", "", "fr", Language::German),
        ("?lang=de", "dossier-language=tr", "fr", Language::German),
        ("", "dossier-language=tr", "fr", Language::Turkish),
        ("?lang=xx", "", "fr", Language::French),
        ("", "", "ja, pt-BR;q=0.8, en;q=0.9", Language::English),
        ("", "", "ja, pt-BR;q=0.8, en;q=0.5", Language::Portuguese),
        ("", "", "ZH-hans-CN", Language::Chinese),
        ("", "", "hi;q=0", Language::English),
        ("", "", "", Language::English),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().expect("a cookie"));
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().expect("a header"));
        let uri = format!("/form/x{query}").parse().expect("a path");
        assert_eq!(localization(&headers, &uri).language, expected, "{query} {cookie} {accept}");
    }
}

#[test]
fn dates_and_addresses_follow_the_conventions_of_language_and_country() {
    for (language, accept, date, order) in [
        (Language::English, "en-GB", "23 April 1990", DateOrder::DayFirst),
        (Language::English, "en-US", "April 23, 1990", DateOrder::MonthFirst),
        (Language::German, "de", "23. April 1990", DateOrder::DayFirst),
        (Language::Spanish, "es-MX", "23 de abril de 1990", DateOrder::DayFirst),
        (Language::Chinese, "zh", "1990年4月23日", DateOrder::YearFirst),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().expect("a header"));
        let l10n = Localization::new(language, &headers);
        assert_eq!((l10n.date("1990-04-23").into_owned(), l10n.date_order()), (date.to_owned(), order));
        assert_eq!(l10n.date("soon"), "soon");
    }
    let german = Localization { language: Language::German, country: None };
    for (country, order) in [
        (Some("US"), AddressOrder::CodeLast),
        (Some("FR"), AddressOrder::CodeBeforeCity),
        (Some("JP"), AddressOrder::LargeToSmall),
        (None, AddressOrder::CodeBeforeCity),
    ] {
        assert_eq!(german.address_order(country), order);
    }
}
