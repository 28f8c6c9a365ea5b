//! JSON Merge Patch (RFC 7396) over a profile. The patch is applied to the text of the stored profile, and the parser
//! of PUT reads the result.
//!
//! Only objects that the record has are looked into. Everything else in the patch is copied unread, so it costs no more
//! memory than its text, and the parser applies the contract's limits to it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::customer::business::Business;
use crate::customer::individual::Individual;
use crate::customer::merge::Input;
use crate::customer::profile::Profile;
use crate::customer::record::Customer;
use crate::parse::context::Nulls;
use crate::parse::record::{Field, Mode};
use crate::parse::value::{Parse, Parsed, SyntaxError, parse, without_mark};
use crate::violation::{Code, Violation};

const DOCUMENTS: &str = "documents";
const PERSONS: &str = "associated_persons";

/// Parses a merge patch against the record it changes.
pub(crate) fn parse_patch(before: &Customer, body: &[u8]) -> Result<Parsed<Input>, SyntaxError> {
    match &before.profile {
        Profile::Individual(stored) => {
            let (parsed, _) = merged::<Individual>(stored, body)?;
            Ok(parsed.map(|input| Input { profile: Profile::Individual(input), mode: Mode::Replace }))
        }
        Profile::Business(stored) => {
            let (parsed, names_persons) = merged::<Business>(stored, body)?;
            Ok(parsed.map(|mut input| {
                if !names_persons {
                    input.associated_persons.clone_from(&stored.associated_persons);
                }
                Input { profile: Profile::Business(input), mode: Mode::Replace }
            }))
        }
    }
}

/// Returns the result, and whether the patch names the persons.
fn merged<T: Field + Parse>(stored: &T, body: &[u8]) -> Result<(Parsed<T>, bool), SyntaxError> {
    let body = without_mark(body);
    let mut target = match serde_json::to_value(stored) {
        Ok(Value::Object(target)) => target,
        _ => unreachable!("a record serialises to an object"),
    };
    // Lists are merged by identity, as in a PUT, not as JSON.
    for list in [DOCUMENTS, PERSONS] {
        target.remove(list);
    }
    let mut outcome = Vec::with_capacity(body.len() + 1_024);
    let mut json = serde_json::Deserializer::from_slice(body);
    let laid_over = Overlay { stored: &target, outcome: &mut outcome }.deserialize(&mut json);
    let named = match laid_over.and_then(|named| json.end().map(|()| named)) {
        Ok(named) => named,
        Err(error) if error.is_data() => return Ok((not_an_object(), false)),
        Err(error) => {
            let found = SyntaxError { line: error.line(), column: error.column() };
            return Err(place_in_body::<T>(body, found));
        }
    };
    let mut parsed = match parse::<T>(&outcome, Nulls::Clear) {
        Ok(parsed) => parsed,
        Err(found) => return Err(place_in_body::<T>(body, found)),
    };
    if named.documents_as_null {
        let message = "documents are removed one by one, with DELETE";
        parsed.refuse(vec![Violation::new("/documents", Code::CannotBeCleared, message)]);
    }
    Ok((parsed, named.persons))
}

/// Translates the place of an error that was found in a part of the body or in the result, which have other lines and
/// columns.
fn place_in_body<T: Parse>(body: &[u8], found: SyntaxError) -> SyntaxError {
    parse::<T>(body, Nulls::Clear).err().unwrap_or(found)
}

fn not_an_object<T>() -> Parsed<T> {
    let mut parsed = Parsed::nothing();
    parsed.refuse(vec![Violation::new("", Code::WrongType, "must be an object")]);
    parsed
}

/// The members at the top of a patch.
#[derive(Default)]
struct Named {
    persons: bool,
    documents_as_null: bool,
}

/// Writes the text of a stored object with a patch applied to it.
///
/// This differs from RFC 7396 in two ways, so that the parser sees what it has to refuse. `null` stays instead of
/// removing the member, since the member may not exist or may be required. A member that appears twice in the patch
/// appears twice in the text.
struct Overlay<'a> {
    stored: &'a Map<String, Value>,
    outcome: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Overlay<'_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Named, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Overlay<'_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut patch: A) -> Result<Named, A::Error> {
        let Self { stored, outcome } = self;
        let (mut named, mut replaced) = (Named::default(), Vec::new());
        outcome.push(b'{');
        while let Some(name) = patch.next_key::<Cow<'de, str>>()? {
            let value = patch.next_value::<&'de RawValue>()?.get();
            named.persons |= name == PERSONS;
            named.documents_as_null |= name == DOCUMENTS && value == "null";
            begin_member(outcome, &name);
            match stored.get_key_value(&*name) {
                Some((name, inner)) => {
                    replaced.push(name.as_str());
                    write_over(inner, value, outcome).map_err(serde::de::Error::custom)?;
                }
                None => outcome.extend_from_slice(value.as_bytes()),
            }
        }
        for (name, value) in stored.iter().filter(|(name, _)| !replaced.contains(&name.as_str())) {
            begin_member(outcome, name);
            serde_json::to_writer(&mut *outcome, value).map_err(serde::de::Error::custom)?;
        }
        outcome.push(b'}');
        Ok(named)
    }
}

fn write_over(stored: &Value, patch: &str, outcome: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match stored {
        Value::Object(stored) if patch.starts_with('{') => {
            Overlay { stored, outcome }.deserialize(&mut serde_json::Deserializer::from_str(patch))?;
        }
        _ => outcome.extend_from_slice(patch.as_bytes()),
    }
    Ok(())
}

fn begin_member(outcome: &mut Vec<u8>, name: &str) {
    if outcome.last() != Some(&b'{') {
        outcome.push(b',');
    }
    serde_json::to_writer(&mut *outcome, name).expect("a string is JSON");
    outcome.push(b':');
}

#[cfg(test)]
mod tests {
    use peak_alloc::PeakAlloc;

    use super::*;

    #[global_allocator]
    static ALLOCATOR: PeakAlloc = PeakAlloc;

    const STORED: &str = r#"{"residential_address":{"street_line_1":"a","city":"b","country":"DE","postal_code":"1"}}"#;

    /// A body of about this many bytes: a head, a piece repeated with commas between, and a tail.
    fn body(bytes: usize, head: &str, piece: &str, tail: &str) -> String {
        format!("{head}{}{piece}{tail}", format!("{piece},").repeat(bytes / (piece.len() + 1)))
    }

    #[test]
    fn a_body_costs_at_most_64_kib_and_16_times_its_length() {
        let stored = parse::<Individual>(STORED.as_bytes(), Nulls::Refused).expect("JSON").finish().expect("valid");
        for (head, piece, tail) in [
            (r#"{"a":["#, "0", "]}"),
            (r#"{"a":["#, r#"{"a":0}"#, "]}"),
            ("{", r#""a":0"#, "}"),
            ("{", r#""first_name":"a""#, "}"),
            (r#"{"first_name":["#, "[]", "]}"),
            (r#"{"first_name":["#, r#"{"a":{}}"#, "]}"),
            (r#"{"residential_address":{"#, r#""city":[]"#, "}}"),
            (r#"{"residential_address":{"#, r#""x":{"y":0}"#, "}}"),
            (r#"{"documents":["#, "{}", "]}"),
            (r#"{"documents":["#, r#"{"file_id":"x"}"#, "]}"),
            (r#"{"associated_persons":["#, r#"{"documents":[{}]}"#, "]}"),
            (r#"{"first_name":""#, "\\u00e4", "\"}"),
            ("", "[", ""),
        ] {
            for bytes in [100, 2_000, 50_000, 4_000_000] {
                let body = body(bytes, head, piece, tail);
                let limit = 64 * 1024 + 16 * body.len();
                for (method, cost) in [
                    ("PATCH", cost(|| drop(merged(&stored, body.as_bytes())))),
                    ("PUT", cost(|| drop(parse::<Business>(body.as_bytes(), Nulls::Refused)))),
                ] {
                    assert!(cost <= limit, "{method} of {} bytes of {head}{piece}…: {cost} bytes", body.len());
                }
            }
        }
    }

    fn cost(work: impl FnOnce()) -> usize {
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        work();
        ALLOCATOR.peak_usage() - before
    }
}
