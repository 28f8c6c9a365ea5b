//! Labels in the language of the page. `sentences.rs` has the errors.

use std::sync::OnceLock;

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Issue, IssueKind};
use dossier_core::kyc::RuleSet;
use dossier_core::kyc::requirement::{Fault, Requirement};
use dossier_core::kyc::rules::{Rule, Wording};
use dossier_core::place::Place;
use fluent_bundle::FluentValue;

use super::language::Localization;

/// The label of a place: that of its requirement, or of the field. If a requirement has several fields, each has its
/// own label.
#[must_use]
pub(super) fn name_of(sheet: &Sheet<'_>, l10n: &Localization, place: &str) -> String {
    let mut alone = sheet.requirements.iter().filter(|requirement| requirement.one_of.is_empty());
    let asked = alone.find(|requirement| requirement.place() == place);
    asked.map_or_else(|| field_label(sheet, l10n, place), |requirement| label(sheet, l10n, requirement))
}

/// The label of an issue's subject: all fields of a requirement together, unless the issue is about one of them.
#[must_use]
pub(super) fn subject_of(sheet: &Sheet<'_>, l10n: &Localization, issue: &Issue) -> String {
    let is_about_all = matches!(issue.kind, IssueKind::NoneGiven | IssueKind::Fault(Fault::AskedAgain));
    let asked = one_of_several(sheet, &issue.place).filter(|_| is_about_all);
    asked.map_or_else(|| name_of(sheet, l10n, &issue.place), |requirement| label(sheet, l10n, requirement))
}

/// The requirement that has this place as one of several.
#[must_use]
pub(super) fn one_of_several<'a>(sheet: &'a Sheet<'_>, place: &str) -> Option<&'a Requirement> {
    sheet.requirements.iter().find(|requirement| requirement.may_be_at(place))
}

/// The label of a member of the contract. It may depend on the object that contains it, and on the country.
#[must_use]
pub(super) fn field_label(sheet: &Sheet<'_>, l10n: &Localization, place: &str) -> String {
    let place = Place::new(place);
    let (name, of) = (place.name(), place.parent().name());
    let with = depends_on(sheet, place.pointer());
    l10n.find(&format!("field-{of}-{name}"), &with).unwrap_or_else(|| l10n.say_with(&format!("field-{name}"), &with))
}

/// The prefix of a person's places, or an empty one for the customer's own places.
#[must_use]
pub(super) fn owner_of(place: &str) -> &str {
    let person = place.match_indices('/').nth(2).map(|(end, _)| &place[..end]);
    let is_one = |person: &&str| person.starts_with("/associated_persons/") && !person.ends_with("/-");
    person.filter(is_one).unwrap_or_default()
}

/// What a label may depend on: the country of the address, document or tax number, and the type of the document. Hidden
/// answers do not count, because the label would reveal them.
fn depends_on(sheet: &Sheet<'_>, place: &str) -> [(&'static str, FluentValue<'static>); 2] {
    let (parent, owner) = (Place::new(place).parent().pointer(), owner_of(place));
    let mut countries = vec![format!("{parent}/country"), format!("{parent}/issuing_country")];
    if place.contains("tax_number") {
        countries.push(format!("{place}/issuing_country"));
        countries.push(format!("{owner}/residential_address/country"));
        countries.push("/business_address/country".to_owned());
    }
    let country = countries.iter().find_map(|place| sheet.visible(place)).unwrap_or_default();
    let kind = sheet.visible(&format!("{owner}/identifying_information/id_document/type")).unwrap_or_default();
    [("country", country.into()), ("kind", kind.into())]
}

/// The label of a requirement: the operator's translation, otherwise ours if the rule has the wording of the baseline,
/// otherwise the wording of the rule.
#[must_use]
pub(super) fn label(sheet: &Sheet<'_>, l10n: &Localization, requirement: &Requirement) -> String {
    wording(sheet, l10n, requirement, "label", |rule| &rule.label, |wording| &wording.label)
        .unwrap_or_else(|| requirement.label.clone())
}

/// Why a requirement is asked for, in the same order of preference.
#[must_use]
pub(super) fn because(sheet: &Sheet<'_>, l10n: &Localization, requirement: &Requirement) -> String {
    wording(sheet, l10n, requirement, "because", |rule| &rule.because, |wording| &wording.because)
        .unwrap_or_else(|| requirement.because.clone())
}

/// Rules of an earlier baseline, which files that were made from it may contain: the id, the label and the reason.
const FORMER: [(&str, [&str; 2]); 4] = [
    ("first_name", ["First name", OF_A_NAME]),
    ("last_name", ["Last name", OF_A_NAME]),
    ("person_first_name", ["First name", OF_AN_OWNER]),
    ("person_last_name", ["Last name", OF_AN_OWNER]),
];
const OF_A_NAME: &str = "The legal name is what the identity document is compared with.";
const OF_AN_OWNER: &str = "Owners and controllers are identified.";

fn wording(
    sheet: &Sheet<'_>,
    l10n: &Localization,
    requirement: &Requirement,
    what: &str,
    own: impl Fn(&Rule) -> &String,
    translated: impl Fn(&Wording) -> &String,
) -> Option<String> {
    let rule = sheet.rule(requirement)?;
    if let Some(wording) = rule.translations.get(l10n.language.code()) {
        return Some(translated(wording).clone());
    }
    if !is_as_in_the_baseline(rule, own) {
        return None;
    }
    l10n.find(&format!("{what}-{}", rule.id), &depends_on(sheet, &requirement.place()))
}

/// Whether the operator kept the baseline's label of a requirement, so that our translation applies.
#[must_use]
pub(super) fn has_baseline_label(sheet: &Sheet<'_>, l10n: &Localization, requirement: &Requirement) -> bool {
    let rule = sheet.rule(requirement);
    rule.is_some_and(|rule| {
        !rule.translations.contains_key(l10n.language.code()) && is_as_in_the_baseline(rule, |rule| &rule.label)
    })
}

fn is_as_in_the_baseline(rule: &Rule, own: impl Fn(&Rule) -> &String) -> bool {
    static BASELINE: OnceLock<RuleSet> = OnceLock::new();
    let baseline = BASELINE.get_or_init(RuleSet::baseline).rules.iter().find(|known| known.id == rule.id).map(&own);
    let of_former = FORMER.iter().any(|(id, wording)| *id == rule.id && wording.contains(&own(rule).as_str()));
    baseline == Some(own(rule)) || of_former
}
