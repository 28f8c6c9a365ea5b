//! What a customer claims, in the order of the requirements, as reviewers compare it with the evidence.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::desk::flag::Flag;
use crate::desk::proof::proving_files;
use crate::ids::{FileId, PersonId};
use crate::kyc::requirement::Requirement;
use crate::kyc::rules::RuleSet;
use crate::mask;
use crate::place::Place;

/// What one requirement asks for, and what the customer says.
pub struct Claim {
    /// The requirement, with its status.
    pub requirement: Requirement,
    /// The values, each with its place. Numbers are masked: a member `number` is `number_masked`.
    pub values: Vec<(String, Value)>,
    /// The files that prove it, the one to look at first. For a document, these are its files.
    pub files: Vec<FileId>,
    /// Whether something of it changed since the last decision.
    pub is_changed: bool,
    /// What a machine found in it.
    pub flags: Vec<Flag>,
}

impl Claim {
    /// Whether it cannot be judged, because something is missing or wrong.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.requirement.is_open()
    }
}

impl Customer {
    /// The claims: what is missing or wrong first, then what `changed` since the last decision, then the rest, each in
    /// the order of the requirements. `flags` are distributed among them.
    #[must_use]
    pub fn claims(&self, rules: &RuleSet, changed: &[String], flags: &[Flag], now: Timestamp) -> Vec<Claim> {
        let profile = self.masked_profile();
        let claim = |(requirement, files): (Requirement, Vec<FileId>)| {
            let places: BTreeSet<_> = requirement.pointers().map(str::to_owned).collect();
            let values = match requirement.document {
                Some(_) => Vec::new(),
                None => places.into_iter().filter_map(|place| Some((value_at(&profile, &place)?, place))).collect(),
            };
            let values: Vec<(String, Value)> = values.into_iter().map(|(value, place)| (place, value)).collect();
            Claim {
                is_changed: changed.iter().any(|pointer| requirement.concerns(pointer)),
                flags: flags.iter().filter(|flag| requirement.concerns(&flag.pointer)).cloned().collect(),
                files,
                values,
                requirement,
            }
        };
        let mut claims: Vec<_> = self.proved(rules, now).into_iter().map(claim).collect();
        // The sort is stable, so each part keeps the order of the requirements.
        claims.sort_by_key(|claim| match (claim.is_open(), claim.is_changed) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        });
        claims
    }

    /// The requirements as reviewers judge them. What was given includes the files that prove it, so that a verdict is
    /// void once the answer or its evidence changes.
    #[must_use]
    pub fn judged(&self, rules: &RuleSet, now: Timestamp) -> Vec<Requirement> {
        self.proved(rules, now).into_iter().map(|(requirement, _)| requirement).collect()
    }

    /// The same, each with the files that prove it, the one to look at first.
    fn proved(&self, rules: &RuleSet, now: Timestamp) -> Vec<(Requirement, Vec<FileId>)> {
        let profile = self.profile.to_json();
        let proved = |mut requirement: Requirement| {
            if requirement.document.is_some() {
                let files = requirement.files.iter().rev().copied().collect();
                return (requirement, files);
            }
            let files = proving_files(self.profile.kind(), &profile, requirement.pointers());
            for file in &files {
                requirement.given.push_str(&format!(" {file}"));
            }
            (requirement, files)
        };
        rules.of(self, now).into_iter().map(proved).collect()
    }

    /// The profile as JSON in the form of a PUT body, with masked numbers.
    #[must_use]
    pub fn masked_profile(&self) -> Value {
        masked_value("/", &self.profile.to_json())
    }

    /// The number at a place of the profile, in full. `None` if no number stands there.
    #[must_use]
    pub fn number_at(&self, pointer: &str) -> Option<String> {
        let is_number = mask::NUMBERS.contains(&Place::new(pointer).name());
        let profile = self.profile.to_json();
        profile.pointer(pointer).and_then(Value::as_str).filter(|_| is_number).map(ToOwned::to_owned)
    }

    /// The name of an associated person.
    #[must_use]
    pub fn person_name(&self, id: PersonId) -> Option<String> {
        let person = self.profile.persons().iter().find(|person| person.person_id() == Some(id))?;
        let person = serde_json::to_value(person).ok()?;
        let names = ["first_name", "middle_name", "last_name"].map(|name| person[name].as_str().unwrap_or_default());
        let name = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    }
}

/// A value that stands or stood at this place of a profile, with masked numbers.
#[must_use]
pub fn masked_value(pointer: &str, value: &Value) -> Value {
    let whole = json!({ "profile": { Place::new(pointer).name(): value } });
    let masked = mask::masked(whole.to_string().as_bytes());
    let mut whole: Value = serde_json::from_slice(&masked).unwrap_or_default();
    match whole["profile"].take() {
        Value::Object(only) => only.into_iter().next().map_or(Value::Null, |(_, value)| value),
        _ => Value::Null,
    }
}

/// The value at a place, or the masked one beside it.
fn value_at(profile: &Value, pointer: &str) -> Option<Value> {
    let found = profile.pointer(pointer).cloned();
    found.or_else(|| profile.pointer(&format!("{pointer}{}", mask::MASKED)).cloned()).filter(|value| !value.is_null())
}
