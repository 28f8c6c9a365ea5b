//! Any JSON, kept as a tree, with duplicate keys reported: what a merge patch is before it meets the record.

use std::marker::PhantomData;

use serde::de::{MapAccess, SeqAccess};
use serde_json::{Map, Number, Value};

use super::{Context, Parse, Path, Seed};
use crate::violation::Code;

/// An untyped JSON value without duplicate keys.
pub struct Json(pub Value);

impl Parse for Json {
    const EXPECTS: &'static str = "JSON";

    fn null(_: Context<'_>) -> Option<Self> {
        Some(Self(Value::Null))
    }

    fn boolean(value: bool, _: Context<'_>) -> Option<Self> {
        Some(Self(value.into()))
    }

    fn number(value: Number, _: Context<'_>) -> Option<Self> {
        Some(Self(value.into()))
    }

    fn string(value: &str, _: Context<'_>) -> Option<Self> {
        Some(Self(value.into()))
    }

    fn array<'de, A: SeqAccess<'de>>(mut array: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::new();
        loop {
            let path = Path::Item { parent: context.path, index: items.len() };
            let seed = Seed::<Self>(Context { path: &path, ..context }, PhantomData);
            let Some(item) = array.next_element_seed(seed)? else { break };
            items.push(item.map_or(Value::Null, |json| json.0));
        }
        Ok(Some(Self(Value::Array(items))))
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let path = Path::Member { parent: context.path, name: &name, position: members.len() };
            let inner = Context { path: &path, ..context };
            if members.contains_key(&name) {
                inner.violation(Code::DuplicateKey, "the same member stands twice in one object");
            }
            let value = object.next_value_seed(Seed::<Self>(inner, PhantomData))?;
            members.insert(name, value.map_or(Value::Null, |json| json.0));
        }
        Ok(Some(Self(Value::Object(members))))
    }
}
