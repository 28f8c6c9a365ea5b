//! Examples: values that fit a schema, and calls with curl.

use std::fmt::Write as _;

use http::Method;
use serde_json::{Map, Value, json};

use super::schema::{Schemas, variants};

const ID: &str = "019abc00-0000-7000-8000-000000000000";
const TIME: &str = "2026-01-05T12:00:00.000Z";

/// Schemas do not nest deeper than this. Only one that contained itself would.
const DEEPEST: u8 = 8;

/// An example of a value with this schema.
pub(super) fn sample<'a>(schemas: Schemas<'a>, schema: &'a Value) -> Value {
    value(schemas, schema, DEEPEST)
}

fn value<'a>(schemas: Schemas<'a>, schema: &'a Value, depth: u8) -> Value {
    let schema = schemas.target(schema);
    let given = schema.get("example").or_else(|| schema["examples"].get(0)).or_else(|| schema["enum"].get(0));
    if let Some(given) = given {
        return given.clone();
    }
    if depth == 0 {
        return json!({});
    }
    if let Some(variant) = variants(schema).find(|variant| variant["type"] != "null") {
        return value(schemas, variant, depth - 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => text(schema).into(),
        Some("integer") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => {
            schema.get("items").map_or_else(|| json!([]), |items| json!([value(schemas, items, depth - 1)]))
        }
        _ => {
            let members = schema["properties"].as_object().into_iter().flatten();
            members
                .map(|(name, member)| (name.clone(), value(schemas, member, depth - 1)))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}

fn text(schema: &Value) -> &'static str {
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("uuid"), _) => ID,
        (Some("date-time"), _) => TIME,
        (Some("email"), _) => "john.doe@example.com",
        (Some("uri"), _) => "https://example.com/",
        (_, Some("^[A-Z]{2}$")) => "US",
        (_, Some(pattern)) if pattern.contains(r"\d{4}-\d{2}-\d{2}") => "1990-12-31",
        _ => "…",
    }
}

/// The examples of a body, each with its summary. Made from the schema if the document has none.
pub(super) fn of_body<'a>(schemas: Schemas<'a>, content: &'a Value) -> Vec<(&'a str, Value)> {
    let listed = content["examples"].as_object().into_iter().flatten();
    let listed: Vec<_> = listed
        .map(|(_, example)| (example["summary"].as_str().unwrap_or_default(), example["value"].clone()))
        .collect();
    match content.get("example") {
        Some(example) => vec![("", example.clone())],
        None if listed.is_empty() => vec![("", sample(schemas, &content["schema"]))],
        None => listed,
    }
}

/// A call of an operation with curl.
pub(super) fn curl(schemas: Schemas<'_>, url: &str, method: &Method, path: &str, operation: &Value) -> String {
    let parameters = || operation["parameters"].as_array().into_iter().flatten();
    let mut target = path.to_owned();
    for parameter in parameters().filter(|parameter| parameter["in"] == "path") {
        let (name, value) = (parameter["name"].as_str().unwrap_or_default(), sample(schemas, &parameter["schema"]));
        target = target.replace(&format!("{{{name}}}"), value.as_str().unwrap_or("1"));
    }
    let required = parameters().filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
    for (at, parameter) in required.enumerate() {
        let (name, value) = (parameter["name"].as_str().unwrap_or_default(), sample(schemas, &parameter["schema"]));
        let _ = write!(target, "{}{name}={}", if at == 0 { '?' } else { '&' }, value.as_str().unwrap_or("1"));
    }
    let mut call = match *method {
        Method::GET => format!("curl '{url}{target}'"),
        _ => format!("curl -X {method} '{url}{target}'"),
    };
    if operation.get("security").is_none() {
        call.push_str(" \\\n  -H \"Api-Key: $API_KEY\"");
    }
    let body = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    match body {
        Some((media_type, _)) if media_type.starts_with("multipart/") => call.push_str(" \\\n  -F file=@passport.jpg"),
        Some((media_type, content)) => {
            let (_, example) = of_body(schemas, content).swap_remove(0);
            let example = pretty(&example).replace('\'', r"'\''");
            let _ = write!(call, " \\\n  -H 'Content-Type: {media_type}' \\\n  -d '{example}'");
        }
        None => {}
    }
    call
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
