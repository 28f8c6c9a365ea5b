//! The parts from which schemas are built.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// The reference to a named schema.
pub(crate) fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// The schema of a type as it is serialised, with the types inside it written out.
pub(super) fn shown<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(tidy).transform(&mut schema);
    schema.to_value()
}

/// Removes what matters only to Rust, and writes enumerations and nullable members as the other schemas do.
fn tidy(schema: &mut Schema) {
    schema.remove("title");
    if schema.get("type").is_some_and(|kind| *kind == "integer" || *kind == json!(["integer", "null"])) {
        schema.remove("format");
    }
    if schema.get("additionalProperties") == Some(&json!(true)) {
        schema.remove("additionalProperties");
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ").trim_end_matches('.').to_owned();
    }
    // The comment of a type does not describe a list of it.
    if let Some(Value::Object(items)) = schema.get_mut("items") {
        items.shift_remove("description");
    }
    let words = schema.get("oneOf").and_then(Value::as_array);
    if let Some(words) = words.and_then(|words| words.iter().map(|word| word.get("const").cloned()).collect()) {
        schema.remove("oneOf");
        schema.insert("type".to_owned(), "string".into());
        schema.insert("enum".to_owned(), Value::Array(words));
    }
    let may_be_null = |kind: &str| schema.get("type") == Some(&json!([kind, "null"]));
    let kind = match schema.get("enum").is_some() {
        true => "string",
        false => "object",
    };
    if may_be_null(kind) {
        schema.insert("type".to_owned(), kind.into());
        if let Some(Value::Array(words)) = schema.get_mut("enum") {
            words.retain(|word| !word.is_null());
        }
        let description = schema.remove("description");
        let object = std::mem::take(schema.ensure_object());
        schema.insert("anyOf".to_owned(), json!([object, { "type": "null" }]));
        schema.ensure_object().extend(description.map(|text| ("description".to_owned(), text)));
    }
}

pub(super) fn described(description: &str, mut schema: Value) -> Value {
    schema["description"] = description.into();
    schema
}

/// The same schema without unknown members at any depth, because the parser refuses them.
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

/// An object whose members are all required, except those in `optional`.
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
