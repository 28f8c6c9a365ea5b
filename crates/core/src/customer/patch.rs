//! JSON Merge Patch (RFC 7396) over a profile: the patch meets the stored profile as JSON, and the outcome is validated
//! by the same parser as a PUT.

use serde_json::{Map, Value};

use super::update::Input;
use super::{Business, Customer, Individual, Profile};
use crate::parse::{Field, Json, Mode, Nulls, Parse, Parsed, SyntaxError, parse};
use crate::violation::{Code, Violation};

/// Lists are not merged as JSON but by identity, as in a PUT, so they do not take part in the JSON merge.
const LISTS: [&str; 2] = ["documents", "associated_persons"];

/// Parses a merge patch against the record that it is to change.
pub(super) fn parse_patch(before: &Customer, body: &[u8]) -> Result<Parsed<Input>, SyntaxError> {
    let patch = parse::<Json>(body, Nulls::Clear)?;
    let value = match patch.finish() {
        Ok(Json(value)) => value,
        // Duplicate keys: which of the two would be merged is anybody's guess, so nothing is.
        Err(violations) => return Ok(refused(violations.0)),
    };
    let Value::Object(members) = value else {
        return Ok(refused(vec![Violation::new("", Code::WrongType, "must be an object")]));
    };
    match &before.profile {
        Profile::Individual(stored) => {
            let parsed = merged::<Individual>(stored, members)?;
            Ok(parsed.map(|input| Input { profile: Profile::Individual(input), mode: Mode::Replace }))
        }
        Profile::Business(stored) => {
            let keep = !members.contains_key("associated_persons");
            let parsed = merged::<Business>(stored, members)?;
            Ok(parsed.map(|mut input| {
                if keep {
                    input.associated_persons.clone_from(&stored.associated_persons);
                }
                Input { profile: Profile::Business(input), mode: Mode::Replace }
            }))
        }
    }
}

fn merged<T: Field + Parse>(stored: &T, patch: Map<String, Value>) -> Result<Parsed<T>, SyntaxError> {
    let mut target = match serde_json::to_value(stored) {
        Ok(Value::Object(target)) => target,
        _ => unreachable!("a record serialises to an object"),
    };
    for list in LISTS {
        target.remove(list);
    }
    let drops_evidence = patch.get("documents").is_some_and(Value::is_null);
    merge_patch(&mut target, patch);
    let outcome = serde_json::to_vec(&target).expect("JSON has string keys only");
    let mut parsed = parse::<T>(&outcome, Nulls::Clear)?;
    if drops_evidence {
        let message = "documents are removed one by one, with DELETE";
        parsed.refuse(vec![Violation::new("/documents", Code::CannotBeCleared, message)]);
    }
    Ok(parsed)
}

/// RFC 7396, but for one thing: `null` stays in the outcome instead of removing the member. The parser then reads it as
/// absent, and still sees (and refuses) the name of a member that does not exist or cannot be absent.
fn merge_patch(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (target.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(patch)) => merge_patch(inner, patch),
            (_, value) => {
                target.insert(name, value);
            }
        }
    }
}

fn refused(violations: Vec<Violation>) -> Parsed<Input> {
    let mut parsed = Parsed::nothing();
    parsed.refuse(violations);
    parsed
}
