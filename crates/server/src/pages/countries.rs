//! The countries in the form: which are offered, which come first, and the names by which they are found.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::language::{Language, Localization};

/// How many likely countries come before the others.
const MOST_LIKELY: usize = 6;

/// Territories without inhabitants, or with staff only. No customer lives there, is from there, or has a document
/// issued there.
const UNINHABITED: [&str; 7] = ["AQ", "BV", "GS", "HM", "IO", "TF", "UM"];

const OTHER_NAMES: &str = include_str!("../../assets/form/countries/other_names.tsv");
const SYNONYMS: &str = include_str!("../../assets/form/countries/synonyms.tsv");

/// The code and name of each offered country, in the order of the language. A country that was chosen before is always
/// offered.
pub(super) fn offered(language: Language, chosen: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    language.countries().filter(move |(code, _)| !UNINHABITED.contains(code) || *code == chosen)
}

/// The likely countries: those that the customer gave, that of the browser, and those where the language is spoken.
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

/// The countries where most speakers of a language live.
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

/// The other names by which a country is found: a line for each country with its code, its alpha-3 code, and its names
/// in every language. Scripts load it when a visitor first searches for a country.
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
        assert_eq!((rows.len(), alpha3.len()), (250, 250), "each alpha-3 code is there once");
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
    fn synonyms_belong_to_known_countries_and_find_them() {
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
            // Each of these names two countries.
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
    fn uninhabited_territories_are_offered_only_if_chosen_before() {
        let codes = |chosen| offered(Language::English, chosen).map(|(code, _)| code).collect::<Vec<_>>();
        assert_eq!(codes("").len(), 243);
        assert!(!codes("").contains(&"AQ") && codes("").contains(&"FK"));
        assert!(codes("AQ").contains(&"AQ"));
    }

    #[test]
    fn the_customers_countries_come_first_then_the_browsers_then_the_languages() {
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
