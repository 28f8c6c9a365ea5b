//! The mapping of a CSV file: which column is which member of a row.

use std::collections::BTreeMap;
use std::path::Path;

use dossier_core::customer::CustomerType;
use dossier_core::place::Place;
use dossier_core::services::Services;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::wrong::Wrong;
use crate::errors::cannot;

/// Members of a row that a PUT does not have.
const OTHERS: &[&str] = &[
    "/email",
    "/type",
    "/verification/outcome",
    "/verification/decided_on",
    "/verification/verified_by",
    "/verification/comment",
    "/verification/note",
];
/// Lists of texts that a PUT does not have.
const OTHER_LISTS: &[&str] = &["/verification/reason_codes/", "/verification/labels/"];
/// The longest index of an item, in digits.
const MAX_INDEX: usize = 3;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Names of columns, with the pointers to the members that they are.
    columns: BTreeMap<String, String>,
    /// For a pointer: texts of the file, with the values that they stand for.
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// Pointers with the value that every row has there. Inside an item of a list, only rows with that item have it.
    #[serde(default)]
    constants: BTreeMap<String, String>,
}

/// What a text of the file becomes in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Boolean,
    Number,
}

pub(super) struct Mapping {
    columns: Vec<(String, Member)>,
    constants: Vec<(Member, String)>,
}

struct Member {
    pointer: String,
    kind: Kind,
    values: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads a mapping. All pointers that no row can have are errors.
    pub(super) fn read(path: &Path, services: &Services) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(cannot("read the mapping", path))?;
        Self::parse(&text, services).map_err(|why| format!("the mapping {}: {why}", path.display()))
    }

    fn parse(text: &str, services: &Services) -> Result<Self, String> {
        let Written { columns, mut values, constants } = toml::from_str(text).map_err(|error| {
            // The whole message would quote the file, which may be the wrong one.
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {line}: {}", error.message())
        })?;
        let pointers: Vec<_> = columns.values().chain(constants.keys()).cloned().collect();
        let is_again = |(at, pointer): (usize, &String)| pointers[..at].contains(pointer).then(|| pointer.clone());
        let again: Vec<_> = pointers.iter().enumerate().filter_map(is_again).collect();
        if !again.is_empty() {
            return Err(format!("more than one column or constant is {}", again.join(", ")));
        }
        let mut unknown = Vec::new();
        let mut member = |pointer: String| {
            let kind = kind(services, &pointer);
            if kind.is_none() {
                unknown.push(pointer.clone());
            }
            let values = values.remove(&pointer).unwrap_or_default();
            Member { pointer, kind: kind.unwrap_or(Kind::Text), values }
        };
        let columns = columns.into_iter().map(|(name, pointer)| (name, member(pointer))).collect();
        let constants = constants.into_iter().map(|(pointer, value)| (member(pointer), value)).collect();
        if !unknown.is_empty() {
            return Err(format!("a row has no member {}", unknown.join(", ")));
        }
        match values.into_keys().next() {
            Some(pointer) => Err(format!("values has {pointer}, which no column is mapped to")),
            None => Ok(Self { columns, constants }),
        }
    }

    /// For each mapped column its place in the header.
    pub(super) fn columns(&self, header: &csv::ByteRecord) -> Result<Vec<Option<usize>>, String> {
        let place = |name: &str| header.iter().position(|field| without_mark(field) == name.as_bytes());
        let places: Vec<_> = self.columns.iter().map(|(name, _)| place(name)).collect();
        let count = |name: &str| header.iter().filter(|field| without_mark(field) == name.as_bytes()).count();
        if let Some((name, _)) = self.columns.iter().find(|(name, _)| count(name) > 1) {
            return Err(format!("the file has the column {name} more than once"));
        }
        let absent: Vec<_> = self.columns.iter().zip(&places).filter(|(_, place)| place.is_none()).collect();
        match absent.as_slice() {
            [] => Ok(places),
            absent => {
                let names: Vec<_> = absent.iter().map(|((name, _), _)| name.as_str()).collect();
                Err(format!("the file has no column {}; it must be UTF-8 with commas", names.join(", ")))
            }
        }
    }

    /// The column that a pointer comes from.
    pub(super) fn column(&self, pointer: &str) -> Option<&str> {
        let found = self.columns.iter().find(|(_, member)| member.pointer == pointer);
        found.map(|(name, _)| name.as_str())
    }

    /// The JSON of a record. Empty fields are absent.
    pub(super) fn json(&self, record: &csv::ByteRecord, columns: &[Option<usize>]) -> Result<Vec<u8>, Vec<Wrong>> {
        let (mut root, mut wrong) = (Value::Null, Vec::new());
        for ((_, member), place) in self.columns.iter().zip(columns) {
            let field = place.and_then(|place| record.get(place)).unwrap_or_default();
            match std::str::from_utf8(field).map(str::trim) {
                Ok("") => {}
                Ok(text) => match member.value(text) {
                    Ok(value) => set(&mut root, &steps(&member.pointer), value),
                    Err(refused) => wrong.push(refused),
                },
                Err(_) => wrong.push(Wrong::new(&member.pointer, "wrong_type", "is not UTF-8")),
            }
        }
        for (member, text) in &self.constants {
            if has_item(&root, &member.pointer) {
                match member.value(text) {
                    Ok(value) => set(&mut root, &steps(&member.pointer), value),
                    Err(refused) => wrong.push(refused),
                }
            }
        }
        match wrong.is_empty() {
            true => {
                let row = lists(root, "", &mut wrong);
                if !wrong.is_empty() {
                    return Err(wrong);
                }
                Ok(serde_json::to_vec(&row).expect("JSON has string keys only"))
            }
            false => Err(wrong),
        }
    }
}

impl Member {
    fn value(&self, text: &str) -> Result<Value, Wrong> {
        let text = self.values.get(text).map_or(text, String::as_str);
        let wrong = |expected: &str| Err(Wrong::new(&self.pointer, "wrong_type", format!("must be {expected}")));
        match self.kind {
            Kind::Text => Ok(text.into()),
            Kind::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Ok(true.into()),
                "false" | "no" | "0" => Ok(false.into()),
                _ => wrong("true or false, yes or no, 1 or 0"),
            },
            Kind::Number => match serde_json::from_str::<serde_json::Number>(text) {
                Ok(number) => Ok(Value::Number(number)),
                Err(_) => wrong("a number with a decimal point"),
            },
        }
    }
}

/// What a member is. `None` if no row has it.
fn kind(services: &Services, pointer: &str) -> Option<Kind> {
    if !pointer.starts_with('/') {
        return None;
    }
    let is_in = |list: &&str| pointer.strip_prefix(*list).is_some_and(is_index);
    if OTHERS.contains(&pointer) || OTHER_LISTS.iter().any(is_in) {
        return Some(Kind::Text);
    }
    let is_name_or_short = |step: &&str| step.bytes().any(|byte| !byte.is_ascii_digit()) || step.len() <= MAX_INDEX;
    if !steps(pointer).iter().all(is_name_or_short) {
        return None;
    }
    // A document of a row names its file by a path.
    let pointer = pointer.strip_suffix("/path").map_or(pointer.to_owned(), |document| format!("{document}/file_id"));
    let found = |kind| services.policy.rules.fragment(kind, &pointer);
    let fragment = found(CustomerType::Individual).or_else(|| found(CustomerType::Corporate))?;
    Some(match fragment["type"].as_str() {
        Some("boolean") => Kind::Boolean,
        Some("number" | "integer") => Kind::Number,
        _ => Kind::Text,
    })
}

/// A name of the header without the byte order mark that some programs write before the first one.
fn without_mark(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field)
}

fn steps(pointer: &str) -> Vec<&str> {
    Place::new(pointer).steps().collect()
}

fn is_index(step: &str) -> bool {
    !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit())
}

/// Sets a member. Items of lists are members whose names are their indexes, until [`lists`] makes lists of them.
fn set(at: &mut Value, steps: &[&str], value: Value) {
    match steps {
        [] => *at = value,
        [step, rest @ ..] => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            set(&mut at[*step], rest, value);
        }
    }
}

/// Whether the innermost item of a list on the way to a member is there.
fn has_item(root: &Value, pointer: &str) -> bool {
    let steps = steps(pointer);
    let Some(last) = steps.iter().rposition(|step| is_index(step)) else { return true };
    steps[..=last].iter().try_fold(root, |at, step| at.get(step)).is_some()
}

/// Makes lists of the objects whose members are indexes. A list with a gap is wrong: its later items would move, and
/// messages about them would name the wrong column.
fn lists(value: Value, at: &str, wrong: &mut Vec<Wrong>) -> Value {
    let Value::Object(members) = value else { return value };
    let is_list = !members.is_empty() && members.keys().all(|name| is_index(name));
    let members = members.into_iter().map(|(name, member)| {
        let member = lists(member, &format!("{at}/{name}"), wrong);
        (name, member)
    });
    let mut members: Vec<(String, Value)> = members.collect();
    if !is_list {
        return Value::Object(members.into_iter().collect());
    }
    members.sort_by_key(|(index, _)| index.parse::<usize>().unwrap_or(usize::MAX));
    for (expected, (index, _)) in members.iter().enumerate() {
        if index.parse() != Ok(expected) {
            let message = format!("has a value, but {at}/{expected} has none");
            wrong.push(Wrong::new(format!("{at}/{index}"), "required", message));
            break;
        }
    }
    members.into_iter().map(|(_, item)| item).collect()
}
