//! The associated persons of a sheet: who is known, what they are to the business, and their shares.

use crate::form::input::SHARE;
use crate::form::place::{is_empty, persons, place_of_person};
use crate::form::sheet::{FieldView, Sheet};
use crate::kyc::check::sum_of_shares;
use crate::kyc::requirements::plays;
use crate::kyc::rules::Role;

impl Sheet<'_> {
    /// The ids of the associated persons of whom something is known, in their order. One that was added and left empty
    /// asks for nothing and stands in no list.
    #[must_use]
    pub fn persons(&self) -> Vec<String> {
        let known = persons(&self.profile).iter().filter(|person| !is_empty(person, &self.form.draft));
        known.filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect()
    }

    /// The ids of all persons, also of those who were added and left empty.
    #[must_use]
    pub fn added_persons(&self) -> Vec<String> {
        persons(&self.profile).iter().filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect()
    }

    /// The sum of the owners' shares in percent, as far as this device may see them; `None` when it may not see one,
    /// when one cannot be read, and when there is none.
    #[must_use]
    pub fn sum_of_shares(&self) -> Option<String> {
        let mut shares = Vec::new();
        for person in self.persons() {
            match self.shown(&place_of_person(&person, SHARE)) {
                FieldView::Empty => {}
                FieldView::Text(share) => shares.push(share),
                FieldView::Masked(_) => return None,
            }
        }
        sum_of_shares(shares.iter().map(String::as_str)).filter(|_| !shares.is_empty())
    }

    /// Whether a person owns as much of the business as rules for owners need, and whether it controls it, as far as
    /// this device may see it. While the share is unknown, rules count the person as such an owner, but the form does
    /// not say so.
    #[must_use]
    pub fn roles(&self, person: &str) -> [bool; 2] {
        let found = persons(&self.profile).iter().find(|known| known["id"] == person);
        let is = |role, member| {
            self.visible(&place_of_person(person, member)).is_some()
                && found.is_some_and(|person| plays(person, &[role]))
        };
        [is(Role::Owner, SHARE), is(Role::Controller, "has_control")]
    }
}
