//! The inputs of the form: the leaves of the contract that it asks for, from the schema of each requirement.

use serde_json::Value;

use crate::customer::profile::CustomerType;
use crate::form::place::place_of_person;
use crate::kyc::requirement::Requirement;
use crate::kyc::rules::RuleSet;
use crate::place::Place;

/// What is asked about every associated person: who they are, and what decides which rules apply to them.
pub(super) const OF_A_PERSON: [&str; 5] = ["first_name", "last_name", OWNS, SHARE, "has_control"];
pub(super) const OWNS: &str = "has_ownership";
pub(super) const SHARE: &str = "ownership_percentage";
/// One of these is enough, because many people have a single name.
pub(super) const NAMES: [&str; 2] = ["first_name", "last_name"];
const MIDDLE_NAME: &str = "middle_name";

/// The type of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most this many code points.
    Text(u64),
    /// A country code.
    Country,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// One of these values.
    Choice(Vec<String>),
    /// `yes` or `no`.
    YesNo,
}

/// One leaf of the contract that the form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The place: a JSON Pointer into the PUT body, with a person's id instead of an index.
    pub place: String,
    /// What can be entered.
    pub kind: Kind,
    /// Whether its object is incomplete without it.
    pub needed: bool,
}

impl Input {
    /// The name of the member in the contract.
    #[must_use]
    pub fn name(&self) -> &str {
        Place::new(&self.place).name()
    }
}

/// The inputs that answer a requirement, for each place where the answer may go. Empty for documents, persons and
/// checks of a whole object.
pub(super) fn every_input(rules: &RuleSet, kind: CustomerType, requirement: &Requirement) -> Vec<Vec<Input>> {
    if requirement.pointer.ends_with("/-") || requirement.pointer == "/associated_persons" {
        return Vec::new();
    }
    let of = |pointer: &str| {
        let mut inputs = Vec::new();
        if let Some(schema) = rules.fragment(kind, pointer) {
            leaves(schema, &requirement.place_of(pointer), true, &mut inputs);
        }
        // Where one name is enough, the form still offers all of them.
        let middle = pointer.strip_suffix(NAMES[0]).map(|owner| format!("{owner}{MIDDLE_NAME}"));
        if let Some(middle) = middle.filter(|_| !requirement.one_of.is_empty())
            && let Some(schema) = rules.fragment(kind, &middle)
        {
            leaves(schema, &requirement.place_of(&middle), false, &mut inputs);
        }
        inputs
    };
    requirement.pointers().map(of).filter(|inputs| !inputs.is_empty()).collect()
}

pub(super) fn inputs_of_person(rules: &RuleSet, person: &str) -> Vec<Input> {
    let mut inputs = Vec::new();
    for name in [NAMES[0], MIDDLE_NAME].into_iter().chain(OF_A_PERSON.into_iter().skip(1)) {
        let place = place_of_person(person, name);
        if let Some(schema) = rules.fragment(CustomerType::Corporate, &format!("/associated_persons/-/{name}")) {
            leaves(schema, &place, name != MIDDLE_NAME, &mut inputs);
        }
    }
    inputs
}

fn leaves(schema: &Value, place: &str, needed: bool, inputs: &mut Vec<Input>) {
    if let Some(members) = schema["properties"].as_object() {
        let required = schema["required"].as_array();
        for (name, member) in members {
            // A container without required members is asked for as a whole, so each member is needed.
            let needed = needed && required.is_none_or(|required| required.iter().any(|one| one == name));
            leaves(member, &format!("{place}/{name}"), needed, inputs);
        }
        return;
    }
    if let Some(kind) = kind_of(schema) {
        inputs.push(Input { place: place.to_owned(), kind, needed });
    }
}

/// The type of an input with this schema. `None` for lists, whose entries are added one by one.
pub(super) fn kind_of(schema: &Value) -> Option<Kind> {
    Some(match (schema["type"].as_str(), schema["enum"].as_array(), schema["pattern"].as_str()) {
        (Some("boolean"), _, _) => Kind::YesNo,
        (Some("string"), Some(choices), _) => {
            Kind::Choice(choices.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect())
        }
        (Some("string"), _, Some("^[A-Z]{2}$")) => Kind::Country,
        (Some("string"), _, Some(r"^\d{4}-\d{2}-\d{2}$")) => Kind::Date,
        (Some("string"), _, _) => Kind::Text(schema["maxLength"].as_u64().unwrap_or(u64::MAX)),
        _ => return None,
    })
}
