//! What everything is called in the language of the page, and what is wrong in words.

use std::sync::OnceLock;

use dossier_core::form::sheet::Sheet;
use dossier_core::form::{Trouble, Wrong};
use dossier_core::kyc::RuleSet;
use dossier_core::kyc::requirement::{Fault, Requirement};
use dossier_core::kyc::rules::{Rule, Wording};
use dossier_core::place::Place;
use fluent_bundle::FluentValue;

use super::language::Talk;

/// What is wrong, in words.
#[must_use]
pub(super) fn wrong(talk: &Talk, wrong: Wrong) -> String {
    match wrong {
        Wrong::Missing => talk.say("wrong-missing"),
        Wrong::NoneGiven => talk.say("wrong-none_given"),
        Wrong::Faulty(fault) => talk.say(&format!("fault-{}", fault.as_str())),
        Wrong::OtherCalendar(one, other) => {
            let calendar = other.map_or_else(|| one.as_str(), |_| "either");
            talk.say_with("wrong-other_calendar", &[("calendar", calendar.into())])
        }
        Wrong::LongAgo => talk.say("wrong-long_ago"),
        Wrong::Blank => talk.say("wrong-blank"),
        Wrong::Unseen(at) => talk.say_with("wrong-unseen", &[("at", at.into())]),
        Wrong::NotAShare => talk.say("wrong-not_a_share"),
        Wrong::Refused(code, limit) => talk
            .find(&format!("wrong-{}", code.as_str()), &[("most", limit.unwrap_or_default().into())])
            .unwrap_or_else(|| talk.say("wrong-other")),
    }
}

/// What people call what is at a place: a requirement's label, or a field's. One of several fields has a name of its
/// own.
#[must_use]
pub(super) fn name_of(sheet: &Sheet<'_>, talk: &Talk, place: &str) -> String {
    let mut alone = sheet.requirements.iter().filter(|requirement| requirement.one_of.is_empty());
    let asked = alone.find(|requirement| requirement.place() == place);
    asked.map_or_else(|| field_label(sheet, talk, place), |requirement| label(sheet, talk, requirement))
}

/// What people call what an error is about: all of several fields, unless it is about what was typed into one of them.
#[must_use]
pub(super) fn subject_of(sheet: &Sheet<'_>, talk: &Talk, trouble: &Trouble) -> String {
    let is_about_all = matches!(trouble.wrong, Wrong::NoneGiven | Wrong::Faulty(Fault::AskedAgain));
    let asked = one_of_several(sheet, &trouble.place).filter(|_| is_about_all);
    asked.map_or_else(|| name_of(sheet, talk, &trouble.place), |requirement| label(sheet, talk, requirement))
}

/// The requirement for which this place is one of several.
#[must_use]
pub(super) fn one_of_several<'a>(sheet: &'a Sheet<'_>, place: &str) -> Option<&'a Requirement> {
    sheet.requirements.iter().find(|requirement| requirement.may_be_at(place))
}

/// What people call a member of the contract. Some depend on what they are in, some on the country.
#[must_use]
pub(super) fn field_label(sheet: &Sheet<'_>, talk: &Talk, place: &str) -> String {
    let place = Place::new(place);
    let (name, of) = (place.name(), place.parent().name());
    let with = depends_on(sheet, place.pointer());
    talk.find(&format!("field-{of}-{name}"), &with).unwrap_or_else(|| talk.say_with(&format!("field-{name}"), &with))
}

/// Whose data is at a place: the start of the places of a person, or of the customer's own.
#[must_use]
pub(super) fn owner_of(place: &str) -> &str {
    let person = place.match_indices('/').nth(2).map(|(end, _)| &place[..end]);
    person.filter(|_| place.starts_with("/associated_persons/")).unwrap_or_default()
}

/// What a name may depend on: the country of the address, the document or the tax, and the type of the document.
fn depends_on(sheet: &Sheet<'_>, place: &str) -> [(&'static str, FluentValue<'static>); 2] {
    let (parent, owner) = (Place::new(place).parent().pointer(), owner_of(place));
    let mut countries = vec![format!("{parent}/country"), format!("{parent}/issuing_country")];
    if place.contains("tax_number") {
        countries.push(format!("{place}/issuing_country"));
        countries.push(format!("{owner}/residential_address/country"));
        countries.push("/business_address/country".to_owned());
    }
    let country = countries.iter().find_map(|place| sheet.text(place)).unwrap_or_default();
    let kind = sheet.text(&format!("{owner}/identifying_information/id_document/type")).unwrap_or_default();
    [("country", country.into()), ("kind", kind.into())]
}

/// The label of a requirement: as the operator translated it; as we did, while the rule is worded as in the baseline;
/// or as it stands.
#[must_use]
pub(super) fn label(sheet: &Sheet<'_>, talk: &Talk, requirement: &Requirement) -> String {
    wording(sheet, talk, requirement, "label", |rule| &rule.label, |wording| &wording.label)
        .unwrap_or_else(|| requirement.label.clone())
}

/// Why a requirement is asked for, likewise.
#[must_use]
pub(super) fn because(sheet: &Sheet<'_>, talk: &Talk, requirement: &Requirement) -> String {
    wording(sheet, talk, requirement, "because", |rule| &rule.because, |wording| &wording.because)
        .unwrap_or_else(|| requirement.because.clone())
}

/// Rules that were in an earlier baseline and may be in a file that was made from it: the id, the label and the reason.
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
    talk: &Talk,
    requirement: &Requirement,
    what: &str,
    own: impl Fn(&Rule) -> &String,
    translated: impl Fn(&Wording) -> &String,
) -> Option<String> {
    static BASELINE: OnceLock<RuleSet> = OnceLock::new();
    let rule = sheet.rule(requirement)?;
    if let Some(wording) = rule.translations.get(talk.language.code()) {
        return Some(translated(wording).clone());
    }
    let baseline = BASELINE.get_or_init(RuleSet::baseline).rules.iter().find(|known| known.id == rule.id).map(&own);
    let of_former = FORMER.iter().any(|(id, wording)| *id == rule.id && wording.contains(&own(rule).as_str()));
    if baseline != Some(own(rule)) && !of_former {
        return None;
    }
    talk.find(&format!("{what}-{}", rule.id), &depends_on(sheet, &requirement.place()))
}
