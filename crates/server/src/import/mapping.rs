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
const OTHERS: &[&str] = &["/email", "/type"];

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
        let Written { columns, mut values, constants } = toml::from_str(text).map_err(|error| error.to_string())?;
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
        let place = |name: &str| {
            let is_it = |field: &[u8]| field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field) == name.as_bytes();
            header.iter().position(is_it)
        };
        let places: Vec<_> = self.columns.iter().map(|(name, _)| place(name)).collect();
        let absent: Vec<_> = self.columns.iter().zip(&places).filter(|(_, place)| place.is_none()).collect();
        match absent.as_slice() {
            [] => Ok(places),
            absent => {
                let names: Vec<_> = absent.iter().map(|((name, _), _)| name.as_str()).collect();
                Err(format!("the file has no column {}", names.join(", ")))
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
            true => Ok(serde_json::to_vec(&lists(root)).expect("JSON has string keys only")),
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
    if OTHERS.contains(&pointer) || pointer.starts_with("/verification/") {
        return Some(Kind::Text);
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

/// Makes lists of the objects whose members are indexes. Items that a row does not have are left out.
fn lists(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    if !members.is_empty() && members.keys().all(|name| is_index(name)) {
        let mut items: Vec<(usize, Value)> =
            members.into_iter().filter_map(|(index, item)| Some((index.parse().ok()?, lists(item)))).collect();
        items.sort_by_key(|(index, _)| *index);
        return items.into_iter().map(|(_, item)| item).collect();
    }
    Value::Object(members.into_iter().map(|(name, member)| (name, lists(member))).collect())
}
