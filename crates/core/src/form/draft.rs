//! Moves drafts into the profile, one whole value at a time, validated by the parser of PUT.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::customer::postal_code::{AddressFormat, PostalCodes};
use crate::customer::profile::{CustomerType, Profile};
use crate::form::checks::{check, day_of};
use crate::form::input::{OWNS, SHARE};
use crate::form::issue::{Issue, IssueKind};
use crate::form::place::{PERSONS, persons, place_of, place_of_person, pointer, text_at};
use crate::kyc::rules::RuleSet;
use crate::parse::context::Nulls;
use crate::parse::leaf::Country;
use crate::place::Place;
use crate::violation::{Code, Violation};

/// Moves every value of the draft that can be stored into the profile, and returns the issues of the rest. The parser
/// of PUT validates each value. After that the form queries values that look like mistakes.
pub(super) fn move_draft_into_profile(
    rules: &RuleSet,
    kind: CustomerType,
    profile: &mut Value,
    draft: &mut BTreeMap<String, String>,
    now: Timestamp,
) -> Vec<Issue> {
    let wholes: BTreeSet<_> = draft.keys().filter_map(|place| whole(rules, kind, place)).collect();
    let mut issues = Vec::new();
    for place in wholes {
        if Place::new(&place).name() == SHARE && !owns(profile, draft, &place) {
            // The share stays a draft, in case the person is an owner after all.
            continue;
        }
        let Some(pointer) = pointer(profile, &place) else {
            // The person was removed, and so is everything typed about them.
            draft.retain(|typed, _| !Place::new(typed).is_inside(&place));
            continue;
        };
        let before = profile.clone();
        let value = schema_at(rules, kind, &place).and_then(|schema| value_of(schema, &place, profile, draft));
        set(profile, &pointer, value);
        let mut refused = refused(rules, kind, profile, &pointer);
        let doubts = doubts(rules, kind, draft, &place, now);
        refused.retain(|issue| !doubts.iter().any(|known| known.place == issue.place));
        refused.extend(doubts);
        if refused.is_empty() {
            draft.retain(|typed, _| !Place::new(typed).is_inside(&place));
        } else {
            issues.extend(refused);
            *profile = before;
        }
    }
    issues
}

/// Moves the shares of persons who own nothing from the profile to the draft.
pub(super) fn set_shares_aside(profile: &mut Value, draft: &mut BTreeMap<String, String>) {
    let ids = persons(profile).iter().filter(|person| person[OWNS] == false && !person[SHARE].is_null());
    for id in ids.filter_map(|person| person["id"].as_str()).map(ToOwned::to_owned).collect::<Vec<_>>() {
        let place = place_of_person(&id, SHARE);
        if let (Some(text), Some(pointer)) = (text_at(profile, &place), pointer(profile, &place)) {
            draft.entry(place).or_insert(text);
            set(profile, &pointer, None);
        }
    }
}

/// Whether the person with this share is an owner, according to their answer.
fn owns(profile: &Value, draft: &BTreeMap<String, String>, share: &str) -> bool {
    let place = format!("{}/{OWNS}", Place::new(share).parent().pointer());
    draft.get(&place).cloned().or_else(|| text_at(profile, &place)).is_some_and(|said| said == "yes")
}

/// The values at or inside a place that the form queries.
fn doubts(
    rules: &RuleSet,
    kind: CustomerType,
    draft: &BTreeMap<String, String>,
    whole: &str,
    now: Timestamp,
) -> Vec<Issue> {
    let typed = draft.iter().filter(|(place, _)| Place::new(place).is_inside(whole));
    let issue = |(place, text): (&String, &String)| {
        let kind = check(schema_at(rules, kind, place)?, place, text, day_of(now))?;
        Some(Issue { place: place.clone(), kind })
    };
    typed.filter_map(issue).collect()
}

/// The place of the whole value that contains a place: the leaf itself, or an object that has required members. A merge
/// replaces it as one.
fn whole(rules: &RuleSet, kind: CustomerType, place: &str) -> Option<String> {
    let skip = if place.starts_with(PERSONS) { 3 } else { 1 };
    let ends = place.match_indices('/').map(|(at, _)| at).skip(skip).chain([place.len()]);
    ends.map(|end| &place[..end])
        .find(|outer| {
            schema_at(rules, kind, outer).is_some_and(|it| it["type"] != "object" || it["required"].is_array())
        })
        .map(ToOwned::to_owned)
}

/// The schema of a place.
fn schema_at<'a>(rules: &'a RuleSet, kind: CustomerType, place: &str) -> Option<&'a Value> {
    match Place::new(place).person() {
        Some((_, rest)) => rules.fragment(kind, &format!("{PERSONS}-/{rest}")),
        None => rules.fragment(kind, place),
    }
}

/// The typed value, completed by what is stored. `None` if all of it is empty.
fn value_of(schema: &Value, place: &str, profile: &Value, draft: &BTreeMap<String, String>) -> Option<Value> {
    if let Some(members) = schema["properties"].as_object() {
        let mut object: Map<_, _> = members
            .iter()
            .filter_map(|(name, member)| {
                value_of(member, &format!("{place}/{name}"), profile, draft).map(|value| (name.clone(), value))
            })
            .collect();
        if object.is_empty() {
            return None;
        }
        // The contract requires a postal code in every address, even in countries that have none.
        let codes = object.get("country").and_then(Value::as_str).and_then(Country::new).map(AddressFormat::of);
        if members.contains_key("postal_code")
            && codes.is_some_and(|format| format.postal_codes != PostalCodes::Required)
        {
            object.entry("postal_code").or_insert_with(|| "".into());
        }
        return Some(Value::Object(object));
    }
    let text = draft.get(place).cloned().or_else(|| text_at(profile, place)).filter(|text| !text.is_empty())?;
    Some(match (schema["type"].as_str(), text.as_str()) {
        (Some("boolean"), "yes") => true.into(),
        (Some("boolean"), "no") => false.into(),
        _ => text.into(),
    })
}

/// Sets the value at a pointer and creates the objects around it. `None` removes the value.
fn set(profile: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((outer, name)) = pointer.rsplit_once('/') else { return };
    if value.is_some() && profile.pointer(outer).is_none() {
        set(profile, outer, Some(Value::Object(Map::new())));
    }
    let Some(members) = profile.pointer_mut(outer).and_then(Value::as_object_mut) else { return };
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
        return;
    }
    members.remove(name);
    // An empty container is removed too. (A person is never empty, because it has an id.)
    if members.is_empty() && !outer.is_empty() {
        set(profile, outer, None);
    }
}

/// What the parser refuses at or inside a place.
fn refused(rules: &RuleSet, kind: CustomerType, profile: &Value, at: &str) -> Vec<Issue> {
    let found = read(kind, &without_documents(profile)).err().unwrap_or_default();
    let inside = found.into_iter().filter(|violation| Place::new(&violation.pointer).is_inside(at));
    inside
        .map(|violation| {
            let place = place_of(profile, &violation.pointer);
            let limit = schema_at(rules, kind, &place).and_then(|schema| schema["maxLength"].as_u64());
            let kind = match violation.code {
                Code::Required => IssueKind::Missing,
                code => IssueKind::Refused(code, limit),
            };
            Issue { place, kind }
        })
        .collect()
}

/// The profile without its documents. A merge adds documents, and there may be more than one request may contain.
pub(super) fn without_documents(profile: &Value) -> Value {
    let mut plain = profile.clone();
    if let Some(members) = plain.as_object_mut() {
        members.remove("documents");
        for person in members.get_mut("associated_persons").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(person) = person.as_object_mut() {
                person.remove("documents");
            }
        }
    }
    plain
}

/// Parses a profile as a PUT would.
pub(super) fn read(kind: CustomerType, profile: &Value) -> Result<Profile, Vec<Violation>> {
    let body = serde_json::to_vec(profile).expect("JSON has string keys only");
    let parsed = Profile::parse(kind, &body, Nulls::Refused).expect("what was written as JSON is JSON");
    parsed.finish().map_err(|violations| violations.0)
}
