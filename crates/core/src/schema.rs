//! JSON Schema of the contract's types, as the published document writes it.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::customer::business::Business;
use crate::customer::individual::Individual;

/// The schema of one type, everything inlined, in the dialect that OpenAPI 3.0 and 3.1 both read.
#[must_use]
pub fn of<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::openapi3();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // What Rust adds and the contract does not have: absence shown as null, titles from type names, and the
    // descriptions of types, which would appear on members.
    RecursiveTransform(|schema: &mut Schema| {
        for extra in ["nullable", "default", "title"] {
            schema.remove(extra);
        }
        if let Some(Value::Array(choices)) = schema.get_mut("enum") {
            choices.retain(|choice| !choice.is_null());
        }
        if matches!(schema.get("type").and_then(Value::as_str), Some("object" | "array")) {
            schema.remove("description");
        }
    })
    .transform(&mut schema);
    schema.to_value()
}

/// The body of PUT: the contract's two variants. The stored customer's type picks one.
#[must_use]
pub fn update_body() -> Value {
    let branch = |title: &str, mut schema: Value| {
        let object = schema.as_object_mut().expect("a record's schema is an object");
        object.remove("type");
        object.insert("title".to_owned(), title.into());
        schema
    };
    json!({
        "type": "object",
        "oneOf": [
            branch("Individual Customer", of::<Individual>()),
            branch("Business Customer", of::<Business>()),
        ],
    })
}
