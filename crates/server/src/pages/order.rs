//! The order of fields that belong together.

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Input, Issue};
use dossier_core::place::Place;

use super::language::{AddressOrder, Language, Localization};
use super::steps::Step;

/// The order of names in passports, and in Chinese.
const NAMES: [&str; 3] = ["first_name", "middle_name", "last_name"];
const FAMILY_NAME_FIRST: [&str; 3] = ["last_name", "first_name", "middle_name"];
/// The country comes first: the types of document depend on it, and the number depends on both.
const DOCUMENT: [&str; 3] = ["issuing_country", "type", "number"];

/// Whether a member of the contract is part of a person's name.
#[must_use]
pub(super) fn is_name(member: &str) -> bool {
    NAMES.contains(&member)
}

/// Sorts inputs that belong together. An address follows the order of its country.
pub(super) fn arrange(
    sheet: &Sheet<'_>,
    l10n: &Localization,
    inputs: &mut [Input],
    of_address: impl Fn(AddressOrder) -> [&'static str; 6],
) {
    let Some((owner, _)) = inputs.first().and_then(|input| input.place.rsplit_once('/')) else { return };
    let order = if inputs.iter().all(|input| is_name(input.name())) {
        let names = if l10n.language == Language::Chinese { FAMILY_NAME_FIRST } else { NAMES };
        names.to_vec()
    } else {
        members(sheet, l10n, owner, of_address)
    };
    inputs.sort_by_key(|input| order.iter().position(|member| *member == input.name()));
}

/// The issues of a step, in the order in which its page asks for the fields.
pub(super) fn issues_of<'a>(sheet: &'a Sheet<'_>, l10n: &Localization, step: &'a Step) -> Vec<&'a Issue> {
    let owner = |issue: &Issue| Place::new(&issue.place).parent().pointer().to_owned();
    let mut issues: Vec<&Issue> = step.issues(sheet).collect();
    for of_one in issues.chunk_by_mut(|one, other| owner(one) == owner(other)) {
        let order = members(sheet, l10n, &owner(of_one[0]), AddressOrder::asked);
        of_one.sort_by_key(|issue| order.iter().position(|member| *member == Place::new(&issue.place).name()));
    }
    issues
}

/// The members of an object in their order on the page. Empty if the contract's order stays.
fn members(
    sheet: &Sheet<'_>,
    l10n: &Localization,
    owner: &str,
    of_address: impl Fn(AddressOrder) -> [&'static str; 6],
) -> Vec<&'static str> {
    match Place::new(owner).name() {
        "id_document" | "tax_number" => DOCUMENT.to_vec(),
        name if name.ends_with("_address") => {
            let country = sheet.visible(&format!("{owner}/country"));
            of_address(l10n.address_order(country.as_deref())).to_vec()
        }
        _ => Vec::new(),
    }
}
