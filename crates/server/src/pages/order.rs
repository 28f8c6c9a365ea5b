//! In which order fields that belong together follow each other.

use dossier_core::form::Input;
use dossier_core::form::sheet::Sheet;
use dossier_core::place::Place;

use super::language::{AddressOrder, Language, Localization};

/// A name as passports have it, and as Chinese does: the family name first.
const NAMES: [&str; 3] = ["first_name", "middle_name", "last_name"];
const FAMILY_NAME_FIRST: [&str; 3] = ["last_name", "first_name", "middle_name"];
/// Which documents there are depends on the country, and what the number looks like on both.
const DOCUMENT: [&str; 3] = ["issuing_country", "type", "number"];

/// Whether a member of the contract is a part of a person's name.
#[must_use]
pub(super) fn is_name(member: &str) -> bool {
    NAMES.contains(&member)
}

/// Puts inputs that belong together into their order: an address into that of its country.
pub(super) fn arrange(
    sheet: &Sheet<'_>,
    l10n: &Localization,
    inputs: &mut [Input],
    of_address: impl Fn(AddressOrder) -> [&'static str; 6],
) {
    let Some((owner, _)) = inputs.first().and_then(|input| input.place.rsplit_once('/')) else { return };
    let by = |inputs: &mut [Input], order: &[&str]| {
        inputs.sort_by_key(|input| order.iter().position(|member| *member == input.name()));
    };
    if inputs.iter().all(|input| is_name(input.name())) {
        by(inputs, if l10n.language == Language::Chinese { &FAMILY_NAME_FIRST } else { &NAMES });
    } else if owner.ends_with("_address") && inputs.len() > 1 {
        let order = of_address(l10n.address_order(sheet.visible(&format!("{owner}/country")).as_deref()));
        by(inputs, &order);
    } else if matches!(Place::new(owner).name(), "id_document" | "tax_number") {
        by(inputs, &DOCUMENT);
    }
}
