//! What a type makes of each kind of JSON value, and the pass over a whole document.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::parse::context::{Context, NamedFile, Nulls, Path, Report};
use crate::violation::{Code, MAX_VIOLATIONS, Violation, Violations};

/// The result of parsing a body: JSON, with a value or without, and everything that is wrong with it.
pub struct Parsed<T> {
    value: Option<T>,
    found: Vec<(Vec<usize>, Violation)>,
    /// The files that the body names, whether or not it has violations.
    pub files: Vec<NamedFile>,
}

impl<T> Parsed<T> {
    /// No value and nothing wrong yet, for a body that will be refused.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { value: None, found: Vec::new(), files: Vec::new() }
    }

    /// The same findings, with another value made from this one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: self.value.map(make), found: self.found, files: self.files }
    }

    /// Adds a violation about a named file, which the parser cannot find itself.
    pub fn refuse_file(&mut self, file: &NamedFile, code: Code, message: &'static str) {
        self.value = None;
        self.found.push((file.order.clone(), Violation::new(file.pointer.clone(), code, message)));
    }

    /// Adds violations of rules that span several members. They follow the others.
    pub fn refuse(&mut self, violations: Vec<Violation>) {
        if !violations.is_empty() {
            self.value = None;
        }
        self.found.extend(violations.into_iter().map(|violation| (vec![usize::MAX], violation)));
    }

    /// The value, or everything that is wrong, in the order of the contract.
    ///
    /// # Errors
    ///
    /// [`Violations`] when anything was found.
    pub fn finish(mut self) -> Result<T, Violations> {
        match self.value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                self.found.sort_by(|a, b| a.0.cmp(&b.0));
                self.found.truncate(MAX_VIOLATIONS);
                Err(Violations(self.found.into_iter().map(|(_, violation)| violation).collect()))
            }
        }
    }
}

/// The text is not JSON from this place on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not valid JSON at line {line}, column {column}")]
pub struct SyntaxError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1; 0 at the very beginning.
    pub column: usize,
}

/// Parses a whole JSON document into `T`.
///
/// # Errors
///
/// [`SyntaxError`] when the bytes are not JSON text (RFC 8259) in UTF-8, which includes unpaired surrogates. Everything
/// else that can be wrong is inside the [`Parsed`].
pub fn parse<T: Parse>(body: &[u8], nulls: Nulls) -> Result<Parsed<T>, SyntaxError> {
    let report = Report::default();
    let context = Context { path: &Path::Root, report: &report, nulls };
    let mut json = serde_json::Deserializer::from_slice(without_mark(body));
    let parsed = Seed::<T>(context, PhantomData).deserialize(&mut json);
    let value = parsed
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| SyntaxError { line: error.line(), column: error.column() })?;
    Ok(Parsed {
        value: value.filter(|_| !report.failed.get()),
        found: report.violations.into_inner(),
        files: report.files.into_inner(),
    })
}

/// Parses a body whose members must also fit each other, so that the violations of both kinds are reported together.
/// `check` gets the untyped body, because a body that breaks other rules has no typed value.
///
/// # Errors
///
/// [`SyntaxError`] when the bytes are not JSON, and [`Violations`] when anything is wrong.
pub(crate) fn parse_checked<T: Parse, E: From<SyntaxError> + From<Violations>>(
    body: &[u8],
    check: impl FnOnce(&serde_json::Value) -> Vec<Violation>,
) -> Result<T, E> {
    let mut parsed = parse::<T>(body, Nulls::Refused)?;
    parsed.refuse(check(&serde_json::from_slice(without_mark(body)).unwrap_or_default()));
    Ok(parsed.finish()?)
}

/// The text without the byte order mark that some programs put before UTF-8. RFC 8259 allows parsers to ignore it.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// A type that knows what it makes of each kind of JSON value. By default a method reports a wrong type and continues.
pub trait Parse: Sized {
    /// The JSON type that is expected, for messages: `a string`.
    const EXPECTS: &'static str;

    /// For a type whose members a merge patch cannot clear: the message that says so.
    const CANNOT_BE_CLEARED: Option<&'static str> = None;

    /// What an absent member means: `None` for a missing one, `Some` for one that may be absent.
    fn missing() -> Option<Self> {
        None
    }

    /// What `null` means.
    fn null(context: Context<'_>) -> Option<Self> {
        context.violation(Code::NullNotAllowed, "null is not allowed; to clear a property use PATCH");
        None
    }

    /// From `true` or `false`.
    fn boolean(_: bool, context: Context<'_>) -> Option<Self> {
        wrong_type::<Self>(context, "a boolean")
    }

    /// From a number.
    fn number(_: serde_json::Number, context: Context<'_>) -> Option<Self> {
        wrong_type::<Self>(context, "a number")
    }

    /// From a string.
    fn string(_: &str, context: Context<'_>) -> Option<Self> {
        wrong_type::<Self>(context, "a string")
    }

    /// From an array.
    ///
    /// # Errors
    ///
    /// Only the deserialiser's own: the text is not JSON.
    fn array<'de, A: SeqAccess<'de>>(mut array: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        while let Some(item) = array.next_element::<&'de RawValue>()? {
            context.skip(item, 1);
        }
        Ok(wrong_type::<Self>(context, "an array"))
    }

    /// From an object.
    ///
    /// # Errors
    ///
    /// Only the deserialiser's own: the text is not JSON.
    fn object<'de, A: MapAccess<'de>>(mut object: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        while let Some((_, value)) = object.next_entry::<IgnoredAny, &'de RawValue>()? {
            context.skip(value, 1);
        }
        Ok(wrong_type::<Self>(context, "an object"))
    }
}

#[cold]
fn wrong_type<T: Parse>(context: Context<'_>, got: &'static str) -> Option<T> {
    context.violation(Code::WrongType, format!("must be {}, not {got}", T::EXPECTS));
    None
}

/// Drives a [`Parse`] from any serde deserialiser.
pub struct Seed<'a, T>(pub Context<'a>, pub PhantomData<T>);

impl<'de, T: Parse> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Parse> Visitor<'de> for Seed<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTS)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<T>, E> {
        Ok(T::boolean(value, self.0))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<T>, E> {
        Ok(T::number(value.into(), self.0))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<T>, E> {
        Ok(T::number(value.into(), self.0))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<T>, E> {
        // No property of the contract is a number, so a number that JSON cannot represent is as wrong as any other.
        Ok(T::number(serde_json::Number::from_f64(value).unwrap_or_else(|| 0.into()), self.0))
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(T::null(self.0))
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<T>, E> {
        Ok(T::string(value, self.0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Option<T>, A::Error> {
        T::array(array, self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Option<T>, A::Error> {
        T::object(object, self.0)
    }
}

impl<T: Parse> Parse for Option<T> {
    const EXPECTS: &'static str = T::EXPECTS;

    fn missing() -> Option<Self> {
        Some(None)
    }

    fn null(context: Context<'_>) -> Option<Self> {
        match (context.nulls, T::CANNOT_BE_CLEARED) {
            (Nulls::Clear, None) => Some(None),
            (Nulls::Clear, Some(why)) => {
                context.violation(Code::CannotBeCleared, why);
                None
            }
            (Nulls::Refused, _) => T::null(context).map(Some),
        }
    }

    fn boolean(value: bool, context: Context<'_>) -> Option<Self> {
        T::boolean(value, context).map(Some)
    }

    fn number(value: serde_json::Number, context: Context<'_>) -> Option<Self> {
        T::number(value, context).map(Some)
    }

    fn string(value: &str, context: Context<'_>) -> Option<Self> {
        T::string(value, context).map(Some)
    }

    fn array<'de, A: SeqAccess<'de>>(array: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        Ok(T::array(array, context)?.map(Some))
    }

    fn object<'de, A: MapAccess<'de>>(object: A, context: Context<'_>) -> Result<Option<Self>, A::Error> {
        Ok(T::object(object, context)?.map(Some))
    }
}

impl Parse for bool {
    const EXPECTS: &'static str = "a boolean";

    fn boolean(value: bool, _: Context<'_>) -> Option<Self> {
        Some(value)
    }
}
