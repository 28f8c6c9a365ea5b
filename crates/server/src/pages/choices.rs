//! The options of a choice: the values of the contract, or countries.

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Input, Kind};
use dossier_core::place::Place;
use maud::{Markup, html};

use super::assets;
use super::countries::{likely, offered};
use super::language::Localization;
use super::wording::owner_of;

/// Countries without a national identity card.
const NO_NATIONAL_CARD: [&str; 9] = ["AU", "CA", "GB", "GG", "IE", "IM", "JE", "NZ", "US"];
/// Countries whose states, provinces or territories issue identity cards.
const CARDS_OF_STATES: [&str; 9] = ["AS", "AU", "BR", "CA", "GU", "MP", "PR", "US", "VI"];

#[must_use]
pub(super) fn options(sheet: &Sheet<'_>, l10n: &Localization, input: &Input, chosen: &str) -> Markup {
    let Kind::Choice(choices) = &input.kind else { return countries(sheet, l10n, input, chosen) };
    let issued_in = sheet.visible(&format!("{}/issuing_country", Place::new(&input.place).parent().pointer()));
    html! {
        @for choice in choices {
            @if choice == chosen || issued_in.as_deref().is_none_or(|country| exists_in(country, choice)) {
                option value=(choice) selected[choice == chosen] { (l10n.say(&format!("choice-{choice}"))) }
            }
        }
    }
}

/// Whether a country issues this type of document. The API accepts every type from every country.
fn exists_in(country: &str, document: &str) -> bool {
    match document {
        "government_id" => !NO_NATIONAL_CARD.contains(&country),
        "state_or_provincial_id" => CARDS_OF_STATES.contains(&country),
        _ => true,
    }
}

/// The likely countries, followed by all of them.
fn countries(sheet: &Sheet<'_>, l10n: &Localization, input: &Input, chosen: &str) -> Markup {
    let first = likely(l10n, given(sheet, &input.place));
    let is_first = first.iter().any(|(code, _)| *code == chosen);
    html! {
        optgroup label=(l10n.say("countries-likely")) {
            @for (code, name) in &first { option value=(code) selected[*code == chosen] { (name) } }
        }
        optgroup label=(l10n.say("countries-all")) {
            @for (code, name) in offered(l10n.language, chosen) {
                option value=(code) selected[!is_first && code == chosen] { (name) }
            }
        }
    }
}

/// The countries that this device may see in answers about the same person. Hidden answers must not show through here.
fn given(sheet: &Sheet<'_>, place: &str) -> Vec<String> {
    const MEMBERS: [&str; 4] = [
        "residential_address/country",
        "nationality",
        "identifying_information/id_document/issuing_country",
        "birth_country",
    ];
    let owner = owner_of(place);
    let own = MEMBERS.iter().map(|member| format!("{owner}/{member}"));
    own.chain(["/business_address/country".to_owned()]).filter_map(|place| sheet.visible(&place)).collect()
}

/// A list of countries, to which scripts add a search field. If the chosen country is hidden, it says only that there
/// is one.
#[must_use]
pub(super) fn country_field(l10n: &Localization, select: &Markup, is_hidden: bool) -> Markup {
    let pattern = |key: &str, name: &str| l10n.say_with(key, &[(name, "#".into())]);
    html! {
        country-field data-search=(assets::url("countries.txt")) data-open=(l10n.say("countries-open"))
            data-found=(pattern("countries-found", "count")) data-none=(l10n.say("countries-none"))
            data-kept=[is_hidden.then(|| l10n.say("choose-kept"))]
            data-restored=(pattern("countries-restored", "country")) data-cleared=(l10n.say("countries-cleared")) {
            (select)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_offered_only_for_countries_that_issue_them() {
        for (country, document, exists) in [
            ("GB", "passport", true),
            ("GB", "driver_license", true),
            ("GB", "residence_permit", true),
            ("GB", "government_id", false),
            ("GB", "state_or_provincial_id", false),
            ("US", "government_id", false),
            ("US", "state_or_provincial_id", true),
            ("CA", "state_or_provincial_id", true),
            ("AU", "state_or_provincial_id", true),
            ("BR", "state_or_provincial_id", true),
            ("BR", "government_id", true),
            ("DE", "government_id", true),
            ("DE", "state_or_provincial_id", false),
        ] {
            assert_eq!(exists_in(country, document), exists, "{document} of {country}");
        }
    }
}
