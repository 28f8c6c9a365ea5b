//! The countries that people choose from: which are offered, which first, and by what they are found.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::language::{Language, Localization};

/// How many stand before the others.
const MOST_LIKELY: usize = 6;

/// Territories without inhabitants, or with staff only: nobody lives there, comes from there, or has a document that
/// was issued there.
const UNINHABITED: [&str; 7] = ["AQ", "BV", "GS", "HM", "IO", "TF", "UM"];

const OTHER_NAMES: &str = include_str!("../../assets/form/countries/other_names.tsv");
const SYNONYMS: &str = include_str!("../../assets/form/countries/synonyms.tsv");

/// Code and name of what is offered, in the order of the language. What was chosen before stays on offer.
pub(super) fn offered(language: Language, chosen: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    language.countries().filter(move |(code, _)| !UNINHABITED.contains(code) || *code == chosen)
}

/// What is likely: the countries that the customer named, that of the browser, and those where the language is at home.
#[must_use]
pub(super) fn likely(
    l10n: &Localization,
    given: impl IntoIterator<Item = String>,
) -> Vec<(&'static str, &'static str)> {
    let mut codes: Vec<String> = Vec::new();
    let of_browser = l10n.region().map(|country| country.expose().to_owned());
    let at_home = homes(l10n.language).iter().map(|code| (*code).to_owned());
    for code in given.into_iter().chain(of_browser).chain(at_home) {
        if !codes.contains(&code) && !UNINHABITED.contains(&code.as_str()) {
            codes.push(code);
        }
    }
    let named = codes.iter().filter_map(|code| l10n.language.countries().find(|(known, _)| known == code));
    named.take(MOST_LIKELY).collect()
}

/// Where most people who read a language live.
const fn homes(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &["GB", "US", "CA", "AU"],
        Language::Spanish => &["ES", "MX", "CO", "AR"],
        Language::French => &["FR", "BE", "CH", "CA"],
        Language::German => &["DE", "AT", "CH"],
        Language::Portuguese => &["BR", "PT", "AO"],
        Language::Arabic => &["AE", "SA", "EG", "MA"],
        Language::Turkish => &["TR"],
        Language::Hindi => &["IN"],
        Language::Chinese => &["CN", "TW", "HK", "SG"],
    }
}

/// By what each country is found besides its name and code on the page: a line each with the code, its alpha-3 code,
/// and its names in every language. Scripts read it when a visitor first looks for a country.
#[must_use]
pub(super) fn search_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let synonyms: Vec<(&str, &str)> = SYNONYMS.lines().filter_map(|row| row.split_once('\t')).collect();
        let mut text = String::new();
        for row in OTHER_NAMES.lines() {
            let mut columns = row.split('\t');
            let (Some(code), Some(alpha3), Some(others)) = (columns.next(), columns.next(), columns.next()) else {
                continue;
            };
            let own = synonyms.iter().filter(|(known, _)| *known == code).flat_map(|(_, names)| names.split('|'));
            let names = Language::ALL.iter().filter_map(|language| language.country(code));
            let all: Vec<&str> = names.chain(others.split('|')).chain(own).filter(|name| !name.is_empty()).collect();
            let mut seen = BTreeSet::new();
            let unique: Vec<&str> = all.into_iter().filter(|name| seen.insert(name.to_lowercase())).collect();
            text.push_str(&format!("{code}\t{alpha3}\t{}\n", unique.join("|")));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use flate2::Compression;

    use super::*;
    use crate::pages::assets::gzip;

    #[test]
    fn every_country_is_found_by_its_codes_and_its_name_in_every_language() {
        let rows: Vec<Vec<&str>> = search_text().lines().map(|row| row.split('\t').collect()).collect();
        let alpha3: BTreeSet<&str> = rows.iter().map(|row| row[1]).collect();
        assert_eq!((rows.len(), alpha3.len()), (250, 250), "each alpha-3 code stands once");
        for language in Language::ALL {
            for (code, name) in language.countries() {
                let row = rows.iter().find(|row| row[0] == code).expect("a row");
                let names: Vec<String> = row[2].split('|').map(str::to_lowercase).collect();
                assert!(names.contains(&name.to_lowercase()), "{code} {name} in {}", language.code());
                assert!(row[1].len() == 3 && row[1].bytes().all(|byte| byte.is_ascii_uppercase()), "{row:?}");
            }
        }
    }

    #[test]
    fn synonyms_are_of_countries_and_lead_to_one() {
        let codes: BTreeSet<&str> = Language::English.countries().map(|(code, _)| code).collect();
        for row in SYNONYMS.lines() {
            let (code, names) = row.split_once('\t').expect("code, tab, names");
            assert!(codes.contains(code) && names.split('|').all(|name| !name.trim().is_empty()), "{row}");
        }
        for (name, expected) in [
            ("UK", vec!["GB"]),
            ("USA", vec!["US"]),
            ("England", vec!["GB"]),
            ("Scotland", vec!["GB"]),
            ("Great Britain", vec!["GB"]),
            ("Holland", vec!["NL"]),
            ("Burma", vec!["MM"]),
            ("Ivory Coast", vec!["CI"]),
            ("Czech Republic", vec!["CZ"]),
            ("Emirates", vec!["AE"]),
            ("UAE", vec!["AE"]),
            ("Swaziland", vec!["SZ"]),
            ("Turkey", vec!["TR"]),
            ("Türkiye", vec!["TR"]),
            ("Macedonia", vec!["MK"]),
            ("Cabo Verde", vec!["CV"]),
            ("East Timor", vec!["TL"]),
            ("Deutschland", vec!["DE"]),
            // Of these there are two.
            ("Congo", vec!["CD", "CG"]),
            ("Korea", vec!["KP", "KR"]),
        ] {
            let is_named = |row: &&str| {
                let names = row.rsplit('\t').next().unwrap_or_default();
                names.split('|').any(|known| known.eq_ignore_ascii_case(name))
            };
            let found: Vec<&str> = search_text().lines().filter(is_named).map(|row| &row[..2]).collect();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn the_search_text_is_small() {
        let size = gzip(search_text().as_bytes(), Compression::best()).len();
        assert!(size <= 20_000, "{size} bytes");
    }

    #[test]
    fn nobody_lives_where_nobody_lives_unless_it_was_chosen_before() {
        let codes = |chosen| offered(Language::English, chosen).map(|(code, _)| code).collect::<Vec<_>>();
        assert_eq!(codes("").len(), 243);
        assert!(!codes("").contains(&"AQ") && codes("").contains(&"FK"));
        assert!(codes("AQ").contains(&"AQ"));
    }

    #[test]
    fn what_the_customer_named_stands_first_then_the_browsers_country_then_the_languages() {
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::ACCEPT_LANGUAGE, "en-IE".parse().expect("a header"));
        let l10n = Localization::new(Language::English, &headers);
        let codes = |given: &[&str]| {
            let given = given.iter().map(|code| (*code).to_owned());
            likely(&l10n, given).into_iter().map(|(code, _)| code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&[]), ["IE", "GB", "US", "CA", "AU"]);
        assert_eq!(codes(&["FR", "US", "AQ", "??"]), ["FR", "US", "IE", "GB", "CA", "AU"]);
    }
}
