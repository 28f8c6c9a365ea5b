//! Whether an address needs a postal code. The contract requires the member in every address, but many countries have
//! no postal codes, and others do not need them. The table is `data/postal_codes.tsv`; `data/NOTICE` names its source.

use std::sync::LazyLock;

use serde_json::Value;

use crate::hidden::is_blank;
use crate::parse::leaf::Country;

/// Whether the addresses of a country have a postal code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostalCodes {
    /// There are no postal codes.
    Absent,
    /// There are postal codes, and mail arrives without one.
    Optional,
    /// Every address has a postal code.
    Required,
}

/// Whether the addresses of one country have a postal code, with an example.
#[derive(Debug)]
pub struct AddressFormat {
    country: &'static str,
    /// Whether its addresses have one.
    pub postal_codes: PostalCodes,
    /// An example of a postal code. It is empty where none is known.
    pub postal_code: &'static str,
    /// The state that the example is in, as it is written in addresses. It is empty where none is known.
    pub state: &'static str,
}

/// Sorted by country.
static FORMATS: LazyLock<Vec<AddressFormat>> = LazyLock::new(|| {
    let rows = include_str!("../../data/postal_codes.tsv").lines();
    rows.map(AddressFormat::read).collect::<Option<_>>().expect("a test reads the table")
});

impl AddressFormat {
    fn read(row: &'static str) -> Option<Self> {
        let mut columns = row.split('\t');
        let country = columns.next()?;
        let postal_codes = match columns.next()? {
            "none" => PostalCodes::Absent,
            "optional" => PostalCodes::Optional,
            "required" => PostalCodes::Required,
            _ => return None,
        };
        Some(Self { country, postal_codes, postal_code: columns.next()?, state: columns.next()? })
    }

    /// The format of a country.
    ///
    /// # Panics
    ///
    /// Never: a test finds every country in the table.
    #[must_use]
    pub fn of(country: Country) -> &'static Self {
        let found = FORMATS.binary_search_by(|format| format.country.cmp(country.expose()));
        &FORMATS[found.expect("a test finds every country")]
    }

    /// The format of an address in JSON. `None` if its country is missing or unknown.
    pub(crate) fn of_address(address: &Value) -> Option<&'static Self> {
        address.get("country")?.as_str().and_then(Country::new).map(Self::of)
    }
}

/// Whether an address lacks a postal code that its country needs. `false` if its country is missing or unknown.
pub(crate) fn is_missing(address: &Value) -> bool {
    AddressFormat::of_address(address).is_some_and(|format| format.postal_codes == PostalCodes::Required)
        && address["postal_code"].as_str().is_none_or(is_blank)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_country_has_a_row_and_every_row_a_country() {
        let all = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
        let countries: Vec<_> =
            all.filter_map(|code| Country::new(std::str::from_utf8(&code).expect("ASCII letters"))).collect();
        assert_eq!(countries.len(), FORMATS.len());
        for (country, format) in countries.into_iter().zip(FORMATS.iter()) {
            assert_eq!(AddressFormat::of(country).country, country.expose());
            assert_eq!(format.country, country.expose(), "the rows are sorted");
            let has_example = !format.postal_code.is_empty();
            match format.postal_codes {
                PostalCodes::Absent => assert!(!has_example, "{format:?}"),
                PostalCodes::Optional => assert!(has_example || format.country == "KP", "{format:?}"),
                PostalCodes::Required => assert!(has_example, "{format:?}"),
            }
            assert!(format.postal_code.len() <= 20, "{format:?}");
        }
    }

    #[test]
    fn as_many_countries_have_none_as_the_source_says() {
        let count = |wanted| FORMATS.iter().filter(|format| format.postal_codes == wanted).count();
        assert_eq!(
            [PostalCodes::Absent, PostalCodes::Optional, PostalCodes::Required].map(count),
            [70, 106, 74],
            "look at what a renewed table changes"
        );
        for country in ["AE", "HK", "QA", "PA", "GH"] {
            let country = Country::new(country).expect("a country");
            assert_eq!(AddressFormat::of(country).postal_codes, PostalCodes::Absent, "{}", country.expose());
        }
    }

    #[test]
    fn a_postal_code_is_missing_only_where_the_country_needs_one() {
        for (address, missing) in [
            (json!({ "country": "AE", "postal_code": "" }), false),
            (json!({ "country": "AE" }), false),
            (json!({ "country": "IE", "postal_code": " " }), false),
            (json!({ "country": "GB", "postal_code": "" }), true),
            (json!({ "country": "GB", "postal_code": " " }), true),
            (json!({ "country": "GB", "postal_code": "\u{200b}" }), true),
            (json!({ "country": "GB" }), true),
            (json!({ "country": "GB", "postal_code": "N1 9GU" }), false),
            (json!({ "postal_code": "" }), false),
            (json!({ "country": "ZZ", "postal_code": "" }), false),
            (json!("GB"), false),
        ] {
            assert_eq!(is_missing(&address), missing, "{address}");
        }
    }
}
