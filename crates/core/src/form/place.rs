//! The places of the form: JSON Pointers into the PUT body, with a person's id instead of an index.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::ids::FileId;
use crate::kyc::requirement::Requirement;
use crate::place::Place;

pub(super) const PERSONS: &str = "/associated_persons/";

impl Requirement {
    /// The place: the pointer, with a person's id instead of an index. The place of a document ends with the
    /// requirement's id, because several requirements point to the end of the same list.
    #[must_use]
    pub fn place(&self) -> String {
        let place = self.place_of(&self.pointer);
        if self.document.is_some() { format!("{place}/{}", self.id) } else { place }
    }

    /// Whether a place is one of several where the requirement can be answered, or is inside one.
    #[must_use]
    pub fn may_be_at(&self, place: &str) -> bool {
        self.one_of.iter().any(|pointer| Place::new(place).is_inside(&self.place_of(pointer)))
    }

    pub(super) fn place_of(&self, pointer: &str) -> String {
        match (&self.person_id, Place::new(pointer).person()) {
            (Some(person), Some((_, rest))) => place_of_person(person, rest),
            _ => pointer.to_owned(),
        }
    }
}

pub(super) fn place_of_person(person: &str, member: &str) -> String {
    format!("{PERSONS}{person}/{member}")
}

pub(super) fn place_of_file(file: FileId) -> String {
    format!("/files/{file}")
}

pub(super) fn place_of_reason(requirement: &str) -> String {
    format!("/correct/{requirement}")
}

pub(super) fn persons(profile: &Value) -> &[Value] {
    profile["associated_persons"].as_array().map_or(&[], Vec::as_slice)
}

/// Whether nothing but the id is known of a person, not even in the draft.
pub(super) fn is_empty(person: &Value, draft: &BTreeMap<String, String>) -> bool {
    let theirs = place_of_person(person["id"].as_str().unwrap_or_default(), "");
    let mut drafted = draft.iter().filter(|(place, _)| place.starts_with(&theirs));
    let nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let is_unknown = |members: &Map<String, Value>| members.iter().all(|(name, value)| name == "id" || nothing(value));
    person.as_object().is_none_or(is_unknown) && drafted.all(|(_, text)| text.is_empty())
}

/// The JSON Pointer of a place. `None` if its person has been removed.
pub(super) fn pointer(profile: &Value, place: &str) -> Option<String> {
    let Some((person, rest)) = Place::new(place).person() else { return Some(place.to_owned()) };
    let index = persons(profile).iter().position(|known| known["id"] == person)?;
    Some(format!("{PERSONS}{index}/{rest}"))
}

/// The place of a pointer.
pub(super) fn place_of(profile: &Value, pointer: &str) -> String {
    let named = || {
        let (index, rest) = Place::new(pointer).person().filter(|(_, rest)| !rest.is_empty())?;
        let id = persons(profile).get(index.parse::<usize>().ok()?)?["id"].as_str()?;
        Some(format!("{PERSONS}{id}/{rest}"))
    };
    named().unwrap_or_else(|| pointer.to_owned())
}

pub(super) fn text_at(profile: &Value, place: &str) -> Option<String> {
    match profile.pointer(&pointer(profile, place)?)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        _ => None,
    }
}
