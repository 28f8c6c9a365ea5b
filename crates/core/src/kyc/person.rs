//! What a verification has about the associated persons of a business. It is sealed under their own keys, so that one
//! person can be erased.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::form::record::{FieldSave, Form};
use crate::ids::PersonId;
use crate::kyc::record::{Flag, Kyc};
use crate::place::Place;

/// What a verification has about one person: what was typed into the form and is not in the profile, and what must be
/// given again.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonShare {
    draft: BTreeMap<String, String>,
    saved: BTreeMap<String, FieldSave>,
    confirmed: BTreeMap<String, String>,
    /// Each with its place among all flags.
    flags: Vec<(usize, Flag)>,
}

/// The associated person whom a place of the form, or a requirement, is about.
pub(crate) fn person_of(place: &str) -> Option<PersonId> {
    let in_profile = Place::new(place).person().map(|(person, _)| person);
    in_profile.or_else(|| place.rsplit_once('@').map(|(_, id)| id)).and_then(PersonId::parse)
}

impl Kyc {
    /// The associated persons about whom the verification says something.
    #[must_use]
    pub fn persons(&self) -> Vec<PersonId> {
        let form =
            self.form.iter().flat_map(|form| form.draft.keys().chain(form.saved.keys()).chain(form.confirmed.keys()));
        let places = form.chain(self.flags.iter().map(|flag| &flag.requirement));
        let mut persons: Vec<_> = places.filter_map(|place| person_of(place)).collect();
        persons.sort_unstable();
        persons.dedup();
        persons
    }

    /// Takes out what it has about each person.
    #[must_use]
    pub fn split(mut self) -> (Self, BTreeMap<PersonId, PersonShare>) {
        let mut shares: BTreeMap<PersonId, PersonShare> = BTreeMap::new();
        if let Some(form) = &mut self.form {
            let Form { draft, saved, confirmed, .. } = &mut **form;
            for (place, text) in draft.extract_if(.., |place, _| person_of(place).is_some()) {
                shares.entry(person(&place)).or_default().draft.insert(place, text);
            }
            for (place, save) in saved.extract_if(.., |place, _| person_of(place).is_some()) {
                shares.entry(person(&place)).or_default().saved.insert(place, save);
            }
            for (place, hash) in confirmed.extract_if(.., |place, _| person_of(place).is_some()) {
                shares.entry(person(&place)).or_default().confirmed.insert(place, hash);
            }
        }
        for (at, flag) in std::mem::take(&mut self.flags).into_iter().enumerate() {
            match person_of(&flag.requirement) {
                Some(person) => shares.entry(person).or_default().flags.push((at, flag)),
                None => self.flags.push(flag),
            }
        }
        (self, shares)
    }

    /// Puts back what [`Kyc::split`] took out.
    pub fn join(&mut self, shares: impl IntoIterator<Item = PersonShare>) {
        let mut flags = Vec::new();
        for share in shares {
            flags.extend(share.flags);
            if !(share.draft.is_empty() && share.saved.is_empty() && share.confirmed.is_empty()) {
                let form = self.form.get_or_insert_default();
                form.draft.extend(share.draft);
                form.saved.extend(share.saved);
                form.confirmed.extend(share.confirmed);
            }
        }
        flags.sort_by_key(|(at, _)| *at);
        for (at, flag) in flags {
            self.flags.insert(at.min(self.flags.len()), flag);
        }
    }

    /// Removes what it has about one person.
    pub(crate) fn forget_person(&mut self, gone: PersonId) {
        let stays = |place: &str| person_of(place) != Some(gone);
        if let Some(form) = &mut self.form {
            form.draft.retain(|place, _| stays(place));
            form.saved.retain(|place, _| stays(place));
            form.confirmed.retain(|place, _| stays(place));
        }
        self.flags.retain(|flag| stays(&flag.requirement));
    }
}

/// The person of a place that names one.
fn person(place: &str) -> PersonId {
    person_of(place).expect("only places of persons are taken")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(requirement: String) -> Flag {
        Flag { requirement, given: String::new(), replaced: None, files: Vec::new(), confirmed: None }
    }

    #[test]
    fn what_is_about_a_person_is_taken_out_put_back_or_forgotten() {
        let [ada, bob] = [1, 2].map(|number| PersonId::from_bytes([number; 16]));
        let draft = |place: String| (place, "x".to_owned());
        let form = Form {
            draft: [
                draft(format!("/associated_persons/{ada}/nationality")),
                draft(format!("/correct/id_document@{bob}")),
                draft("/tax_number".to_owned()),
            ]
            .into(),
            ..Form::default()
        };
        let flags = [format!("id_document@{bob}"), "register".into(), format!("id_document@{ada}"), "address".into()];
        let kyc = Kyc { form: Some(Box::new(form)), flags: flags.map(flag).into(), ..Kyc::default() };
        assert_eq!(kyc.persons(), [ada, bob]);
        let (mut rest, shares) = kyc.clone().split();
        assert_eq!((rest.flags.len(), shares.len()), (2, 2));
        assert_eq!(rest.form.as_ref().expect("a form").draft.keys().collect::<Vec<_>>(), ["/tax_number"]);
        assert!(rest.persons().is_empty());
        rest.join(shares.into_values());
        assert!(rest == kyc);
        rest.forget_person(ada);
        assert_eq!((rest.persons(), rest.flags.len()), (vec![bob], 3));
    }
}
