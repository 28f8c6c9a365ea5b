//! What schemas are made of.

use serde_json::{Value, json};

/// Where a named schema stands.
pub(crate) fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// The same schema without room for unknown members, at every depth: the parser refuses them.
#[must_use]
pub fn closed(mut schema: Value) -> Value {
    close(&mut schema);
    schema
}

fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// An object, all of whose members are required but those that are listed as optional.
pub(super) fn object(description: &str, properties: Value, optional: &[&str]) -> Value {
    let names = properties.as_object().into_iter().flat_map(|properties| properties.keys());
    let required: Vec<_> = names.filter(|name| !optional.contains(&name.as_str())).collect();
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

pub(super) fn list_of(name: &str) -> Value {
    json!({ "type": "array", "items": { "$ref": reference(name) } })
}

pub(super) fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

pub(super) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// The same schema, or `null`.
pub(super) fn or_null(mut schema: Value, description: &str) -> Value {
    if schema.get("enum").is_some() || schema["type"] == "object" || schema.get("$ref").is_some() {
        if let Some(schema) = schema.as_object_mut() {
            schema.shift_remove("description");
        }
        return json!({ "description": description, "anyOf": [schema, { "type": "null" }] });
    }
    schema["type"] = json!([schema["type"], "null"]);
    schema["description"] = description.into();
    schema
}
