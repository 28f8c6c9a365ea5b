//! Lists of the contract, each with the number of items that one request may have.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::SeqAccess;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::parse::context::{Context, Nulls, Path};
use crate::parse::value::{Parse, Seed};
use crate::violation::Code;

/// A list of at most `MAX` items in one request. What is stored may be longer: documents accumulate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List<T, const MAX: usize>(pub Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Debug, const MAX: usize> fmt::Debug for List<T, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Parse, const MAX: usize> Parse for List<T, MAX> {
    const EXPECTS: &'static str = "an array";

    fn array<'de, A: SeqAccess<'de>>(mut array: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::new();
        let (mut index, mut good) = (0, true);
        loop {
            // A list can have a million items too many. Once nothing more is reported, they are only skipped.
            if index >= MAX && context.report.is_full() {
                if array.next_element::<&'de RawValue>()?.is_none() {
                    break;
                }
                index += 1;
                continue;
            }
            let path = Path::Item { parent: context.path, index };
            // A merge patch replaces an array whole (RFC 7396), so `null` inside one is a value, and a wrong one.
            let inner = Context { path: &path, report: context.report, nulls: Nulls::Refused };
            match array.next_element_seed(Seed::<T>(inner, PhantomData))? {
                None => break,
                // Items past the limit are checked like the others, but not kept.
                Some(Some(item)) if index < MAX => items.push(item),
                Some(Some(_)) => {}
                Some(None) => good = false,
            }
            index += 1;
        }
        if index > MAX {
            context.violation(Code::TooManyItems, format!("must have at most {MAX} items in one request"));
            good = false;
        }
        Ok(good.then_some(Self(items)))
    }
}

impl<T: JsonSchema, const MAX: usize> JsonSchema for List<T, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "List".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "maxItems": MAX, "items": T::json_schema(generator) })
    }
}
