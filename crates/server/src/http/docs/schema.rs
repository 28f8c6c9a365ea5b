//! Schemas as people read them: members with their types, rules and descriptions.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::prose::inline;

/// An enumeration with more values than this is linked to, and not listed at each member of its type.
const FEW_VALUES: usize = 24;

/// The named schemas of the document.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a>(&'a Map<String, Value>);

impl<'a> Schemas<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self(document["components"]["schemas"].as_object().expect("the document has schemas"))
    }

    pub(super) fn all(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.iter()
    }

    /// The schema itself, or the one that it refers to.
    pub(super) fn target(self, schema: &'a Value) -> &'a Value {
        name(schema).and_then(|name| self.0.get(name)).unwrap_or(schema)
    }

    /// The members, items or variants of a schema. Schemas inside it are unfolded to this depth, and linked to below
    /// it.
    pub(super) fn shape(self, schema: &'a Value, depth: u8) -> Markup {
        let target = self.target(schema);
        let required: Vec<&str> =
            target["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        html! {
            @if let Some(members) = members(target) {
                ul.members {
                    @for (name, member) in members {
                        li { (self.member(name, member, required.contains(&name.as_str()), depth)) }
                    }
                }
            } @else if let Some(items) = target.get("items") {
                (self.shape(items, depth))
            } @else {
                @for variant in variants(target).filter(|variant| self.has_shape(variant)) {
                    details.variant {
                        summary { "Variant " (type_name(variant)) }
                        (self.shape(variant, depth))
                    }
                }
            }
        }
    }

    fn member(self, name: &str, schema: &'a Value, required: bool, depth: u8) -> Markup {
        let description = schema["description"].as_str().or_else(|| self.target(schema)["description"].as_str());
        html! {
            (self.heading(name, schema, required))
            @if let Some(description) = description { p { (inline(description)) } }
            (self.rules(schema))
            @if depth > 0 && self.has_shape(schema) {
                details {
                    summary { "Members of " code { (name) } }
                    (self.shape(schema, depth - 1))
                }
            }
        }
    }

    /// The line with the name of a member or a parameter, and its type.
    pub(super) fn heading(self, name: &str, schema: &'a Value, required: bool) -> Markup {
        html! {
            p.name {
                code { (name) } " "
                span.type { (type_of(schema)) }
                @if required { " " span.required { "required" } }
                @if schema["deprecated"] == true { " " span.deprecated { "deprecated" } }
            }
        }
    }

    /// The limits of a value, in one line.
    pub(super) fn rules(self, schema: &'a Value) -> Markup {
        let target = self.target(schema);
        let target = variants(target).find(|variant| variant["type"] != "null").map_or(target, |one| self.target(one));
        let default = target.get("default").map(|default| format!("default {default}"));
        let limits = [
            range(target, "minLength", "maxLength", " characters"),
            range(target, "minimum", "maximum", ""),
            range(target, "minItems", "maxItems", " items"),
            default,
        ];
        let limits: Vec<String> = limits.into_iter().flatten().collect();
        let values = values(target).or_else(|| values(self.target(target.get("items")?)));
        let values = values.filter(|values| values.len() <= FEW_VALUES);
        html! {
            @if !limits.is_empty() { p.rules { (limits.join(", ")) } }
            @if let Some(pattern) = target["pattern"].as_str() { p.rules { "matches " code { (pattern) } } }
            @if let Some(values) = values { p.rules { "one of " (listed(values)) } }
        }
    }

    /// The section of a named schema.
    pub(super) fn section(self, name: &str, schema: &'a Value) -> Markup {
        html! {
            section.schema id={ "schema-" (name) } {
                h3 { a.anchor href={ "#schema-" (name) } { (name) } }
                @if let Some(description) = schema["description"].as_str() { p { (inline(description)) } }
                @if let Some(values) = values(schema) { p.rules { "One of " (listed(values)) } }
                @if variants(schema).next().is_some() { p { "One of " (type_of(schema)) "." } }
                @else { (self.shape(schema, 0)) }
            }
        }
    }

    /// Whether there is more to say about a schema than its type.
    pub(super) fn has_shape(self, schema: &'a Value) -> bool {
        let target = self.target(schema);
        members(target).is_some()
            || target.get("items").is_some_and(|items| self.has_shape(items))
            || variants(target).any(|variant| self.has_shape(variant))
    }
}

/// Two limits as text, with the unit.
fn range(schema: &Value, least: &str, most: &str, of: &str) -> Option<String> {
    match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
        (Some(least), None) => Some(format!("at least {least}{of}")),
        (None, Some(most)) => Some(format!("at most {most}{of}")),
        (None, None) => None,
    }
}

/// The name of the schema that this one refers to.
fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn members(schema: &Value) -> Option<&Map<String, Value>> {
    schema["properties"].as_object().filter(|members| !members.is_empty())
}

/// The alternatives, one of which a value must fit.
pub(super) fn variants(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|kind| schema[kind].as_array()).flatten()
}

fn values(schema: &Value) -> Option<&Vec<Value>> {
    schema["enum"].as_array()
}

fn listed(values: &[Value]) -> Markup {
    html! {
        @for (at, value) in values.iter().enumerate() {
            @if at > 0 { ", " }
            code { (value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)) }
        }
    }
}

fn type_name(schema: &Value) -> &str {
    name(schema).or_else(|| schema["type"].as_str()).unwrap_or("any value")
}

/// The type of a value. Named schemas in it are links.
pub(super) fn type_of(schema: &Value) -> Markup {
    let format = schema["format"].as_str();
    let types: Vec<&Value> = match &schema["type"] {
        Value::Array(types) => types.iter().collect(),
        one => vec![one],
    };
    html! {
        @if let Some(name) = name(schema) {
            a href={ "#schema-" (name) } { (name) }
        } @else if let Some(items) = schema.get("items") {
            "array of " (type_of(items))
        } @else if variants(schema).next().is_some() {
            @for (at, variant) in variants(schema).enumerate() {
                @if at > 0 { " or " }
                (type_of(variant))
            }
        } @else {
            @for (at, one) in types.iter().enumerate() {
                @if at > 0 { " or " }
                (one.as_str().unwrap_or("any value"))
            }
            @if let Some(format) = format { " (" (format) ")" }
        }
    }
}
