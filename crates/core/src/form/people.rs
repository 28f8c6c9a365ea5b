//! The associated persons of a sheet: who they are, their roles in the business, and their shares.

use crate::form::input::SHARE;
use crate::form::place::{is_empty, persons, place_of_person};
use crate::form::sheet::{FieldView, Sheet};
use crate::kyc::check::sum_of_shares;
use crate::kyc::conditions::Role;
use crate::kyc::facts::plays;

impl Sheet<'_> {
    /// The ids of the associated persons with any details, in order. A person that was added and left empty has no
    /// requirements and is in no list.
    #[must_use]
    pub fn persons(&self) -> Vec<String> {
        let known = persons(&self.profile).iter().filter(|person| !is_empty(person, &self.form.draft));
        known.filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect()
    }

    /// The ids of all persons, including those that were added and left empty.
    #[must_use]
    pub fn added_persons(&self) -> Vec<String> {
        persons(&self.profile).iter().filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect()
    }

    /// The sum of the owners' shares in percent. `None` if there are no shares, if one is hidden from this device, or
    /// if one is not a number.
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

    /// Whether a person owns enough of the business for the rules about owners, and whether they control it, as far as
    /// this device may see. While the share is unknown, the rules count the person as an owner, but the form does not
    /// say so.
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
