//! The named schemas of the document.

mod customer;
mod inputs;
pub mod parts;
mod responses;
mod words;

use serde_json::{Map, Value, json};

use parts::reference;

/// Every named schema, with the schemas inside it written out.
pub(super) fn named() -> Vec<(&'static str, Value)> {
    [inputs::all(), customer::all(), responses::all(), words::all()].concat()
}

/// Puts the named schemas into the document, and writes a reference wherever one of them was written out.
pub(super) fn put_into(document: &mut Value) {
    let named = named();
    let mut schemas = Map::new();
    for (name, schema) in &named {
        let mut schema = schema.clone();
        refer_inside(&mut schema, &named);
        schemas.insert((*name).to_owned(), schema);
    }
    refer_inside(document, &named);
    document["components"]["schemas"] = schemas.into();
}

fn refer_inside(value: &mut Value, named: &[(&'static str, Value)]) {
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| refer(member, named)),
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, named)),
        _ => {}
    }
}

/// A member may have another description than its type. It is then written beside the reference.
fn refer(value: &mut Value, named: &[(&'static str, Value)]) {
    let is_schema = value.get("type").is_some() || value.get("anyOf").is_some();
    match named.iter().find(|(_, schema)| is_schema && are_equal(schema, value)) {
        Some((name, _)) => {
            let description = value["description"].take();
            *value = json!({ "$ref": reference(name) });
            if description.is_string() {
                value["description"] = description;
            }
        }
        None => refer_inside(value, named),
    }
}

/// Whether two schemas differ at most in their descriptions and examples.
fn are_equal(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return false };
    let is_rule = |name: &&String| !matches!(name.as_str(), "description" | "example" | "examples");
    let rules = |of: &Map<String, Value>| of.keys().filter(is_rule).count();
    rules(one) == rules(other) && one.keys().filter(is_rule).all(|name| one.get(name) == other.get(name))
}
