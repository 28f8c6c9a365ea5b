//! The leaves of the contract. Each is one field type that carries its limit, and both the check and the schema come
//! from it. All of them hold personal data, so their `Debug` prints none of it.

use std::borrow::Cow;
use std::fmt;

use caseless::Caseless as _;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::ids::{FileId, PersonId};
use crate::parse::context::{Context, Path};
use crate::parse::record::{Field, Merging};
use crate::parse::value::Parse;
use crate::violation::Code;

/// Text of at most `MAX` Unicode code points, stored exactly as sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(Box<str>);

impl<const MAX: usize> Text<MAX> {
    /// The text as it was sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn check_text<const MAX: usize>(text: &str, context: Context<'_>) -> bool {
    let mut good = true;
    if text.contains('\0') {
        context.violation(Code::NulCharacter, "must not contain the NUL character");
        good = false;
    }
    // A text has at least as many bytes as code points, so most need no counting.
    if text.len() > MAX && text.chars().count() > MAX {
        context.violation(Code::TooLong, format!("must have at most {MAX} characters (Unicode code points)"));
        good = false;
    }
    good
}

impl<const MAX: usize> Parse for Text<MAX> {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, context: Context<'_>) -> Option<Self> {
        check_text::<MAX>(text, context).then(|| Self(text.into()))
    }
}

/// An officially assigned ISO 3166-1 alpha-2 code in capitals, or `XK`, which banks use for Kosovo.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// The code, if it is one.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let letters: [u8; 2] = code.as_bytes().try_into().ok()?;
        let known =
            letters.iter().all(u8::is_ascii_uppercase) && (code == "XK" || rust_iso3166::from_alpha2(code).is_some());
        known.then_some(Self(letters))
    }

    /// Every country of the contract.
    pub fn all() -> impl Iterator<Item = Self> {
        rust_iso3166::ALL_ALPHA2.iter().copied().chain(["XK"]).filter_map(Self::new)
    }

    /// The two letters.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a country is made of two ASCII capitals")
    }
}

impl Parse for Country {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, context: Context<'_>) -> Option<Self> {
        let country = Self::new(text);
        if country.is_none() {
            context.violation(Code::UnknownCountry, "must be an assigned ISO 3166-1 alpha-2 code in capitals, or XK");
        }
        country
    }
}

impl TryFrom<String> for Country {
    type Error = &'static str;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::new(&stored).ok_or("not a stored country")
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

/// A calendar date, `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Date([u8; 10]);

impl Date {
    /// The date, if it exists and is written as the contract requires.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 10] = text.as_bytes().try_into().ok()?;
        let shaped = bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
        let (year, month, day) = shaped.then(|| (number(0..4), number(5..7), number(8..10)))?;
        jiff::civil::Date::new(year?, i8::try_from(month?).ok()?, i8::try_from(day?).ok()?).ok()?;
        Some(Self(bytes))
    }

    /// The ten characters.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a date is made of ASCII digits and hyphens")
    }
}

impl Parse for Date {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, context: Context<'_>) -> Option<Self> {
        let date = Self::new(text);
        if date.is_none() {
            context.violation(Code::InvalidDate, "must be an existing date, written as YYYY-MM-DD");
        }
        date
    }
}

impl TryFrom<String> for Date {
    type Error = &'static str;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::new(&stored).ok_or("not a stored date")
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

/// An e-mail address of at most 254 code points, stored as sent and compared by [`Email::folded`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(Box<str>);

impl Email {
    /// The longest address, in Unicode code points.
    pub const MAX: usize = 254;

    /// An address as a search names it. Nothing is checked.
    #[must_use]
    pub fn searched(text: &str) -> Self {
        Self(text.into())
    }

    /// The address as it was sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared: trimmed, composed (NFC), case folded, and with the domain in the form
    /// in which DNS has it (UTS 46).
    #[must_use]
    pub fn folded(&self) -> String {
        let address = self.0.trim();
        if address.is_ascii() {
            return address.to_ascii_lowercase();
        }
        let fold = |text: &str| text.nfc().default_case_fold().nfc().collect::<String>();
        match address.rsplit_once('@') {
            Some((local, domain)) => {
                let domain = idna::domain_to_ascii(&domain.nfc().collect::<String>()).unwrap_or_else(|_| fold(domain));
                format!("{}@{domain}", fold(local))
            }
            None => fold(address),
        }
    }

    /// The form in which addresses were compared up to version 0.1.
    #[must_use]
    pub fn lowercase(&self) -> String {
        self.0.trim().to_lowercase()
    }
}

impl Parse for Email {
    const EXPECTS: &'static str = "a string";
    const CANNOT_BE_CLEARED: Option<&'static str> = Some("a customer always has an e-mail; send another one");

    fn string(text: &str, context: Context<'_>) -> Option<Self> {
        let good = check_text::<{ Self::MAX }>(text, context);
        // Only what can never be an address is refused. Whether it really is one, only a message to it would show.
        let shaped = text.trim().rsplit_once('@').is_some_and(|(local, domain)| {
            // Only a quoted local part may contain an @.
            let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
            !local.is_empty()
                && !domain.is_empty()
                && (is_quoted || !local.contains('@'))
                && !text.trim().contains(char::is_whitespace)
        });
        // A domain may consist of characters that a comparison leaves out.
        let compares = || Self(text.into()).folded().rsplit_once('@').is_some_and(|(_, domain)| !domain.is_empty());
        let shaped = shaped && (text.is_ascii() || compares());
        if !shaped {
            context.violation(Code::InvalidEmail, "must be an e-mail address");
        }
        (good && shaped).then(|| Self(text.into()))
    }
}

/// The id of an uploaded file, as the client names it. The parser cannot know whether the file exists: it notes the id
/// in the report, and the use case looks it up.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileRef(Option<FileId>);

impl FileRef {
    /// The longest text, in Unicode code points.
    pub const MAX: usize = 256;

    /// The id, when the text was one.
    #[must_use]
    pub const fn id(self) -> Option<FileId> {
        self.0
    }
}

impl From<FileId> for FileRef {
    fn from(id: FileId) -> Self {
        Self(Some(id))
    }
}

impl Parse for FileRef {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, context: Context<'_>) -> Option<Self> {
        check_text::<{ Self::MAX }>(text, context).then(|| {
            let id = FileId::parse(text);
            context.report.name_file(context.path, id);
            Self(id)
        })
    }
}

/// The id by which a client names an associated person. A text that is not one of our ids matches no person, like an
/// unknown id.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonRef(Option<PersonId>);

impl PersonRef {
    /// The id, when the text was one.
    #[must_use]
    pub const fn id(self) -> Option<PersonId> {
        self.0
    }
}

impl From<PersonId> for PersonRef {
    fn from(id: PersonId) -> Self {
        Self(Some(id))
    }
}

impl Parse for PersonRef {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, _: Context<'_>) -> Option<Self> {
        Some(Self(PersonId::parse(text)))
    }
}

/// The share token of an identity provider: a credential that is used once. It is sealed and never shown again, not
/// even in the sealed before-and-after of the audit trail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShareToken(Box<str>);

impl ShareToken {
    /// The longest token, in Unicode code points.
    pub const MAX: usize = 512;

    /// The token, for its provider.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Parse for ShareToken {
    const EXPECTS: &'static str = "a string";

    fn string(text: &str, context: Context<'_>) -> Option<Self> {
        check_text::<{ Self::MAX }>(text, context).then(|| Self(text.into()))
    }
}

/// What every leaf has in common: no content in `Debug`, an inlined schema, and the whole value replaced by a merge.
macro_rules! leaf {
    ([$($generics:tt)*] $type:ty, $schema:expr) => {
        impl<$($generics)*> fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[personal]")
            }
        }

        impl<$($generics)*> JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

leaf!([const MAX: usize] Text<MAX>, json_schema!({ "type": "string", "maxLength": MAX }));
leaf!([] Country, json_schema!({ "type": "string", "pattern": "^[A-Z]{2}$", "maxLength": 2 }));
leaf!([] Date, json_schema!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "maxLength": 10 }));
leaf!([] Email, json_schema!({ "type": "string", "format": "email", "maxLength": Self::MAX }));
leaf!([] FileRef, json_schema!({ "type": "string", "maxLength": Self::MAX }));
leaf!([] PersonRef, json_schema!({ "type": "string", "format": "uuid" }));
leaf!([] ShareToken, json_schema!({ "type": "string", "maxLength": Self::MAX }));

impl<const MAX: usize> Field for Text<MAX> {}
impl Field for Country {}
impl Field for Date {}
impl Field for Email {}
impl Field for FileRef {}
impl Field for PersonRef {}
impl Field for bool {}

impl Field for ShareToken {
    fn merge(&mut self, incoming: Self, at: &Path<'_>, merging: &mut Merging) {
        if *self != incoming {
            merging.withheld(at);
            *self = incoming;
        }
    }

    fn audited(&self) -> String {
        Merging::WITHHELD.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_the_assigned_codes_and_kosovo() {
        for (code, known) in [
            ("FR", true),
            ("GB", true),
            ("XK", true),
            ("SS", true),
            ("TW", true),
            ("UK", false),
            ("EU", false),
            ("ZZ", false),
            ("AN", false),
            ("SU", false),
            ("XX", false),
            ("fr", false),
            ("Fr", false),
            ("FRA", false),
            ("F", false),
            ("", false),
            ("F\n", false),
            ("ÄÖ", false),
        ] {
            assert_eq!(Country::new(code).is_some(), known, "{code:?}");
        }
        let all = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
        let known = all.filter(|code| Country::new(std::str::from_utf8(code).expect("ASCII")).is_some()).count();
        assert_eq!(known, 250, "249 assigned codes and XK");
    }

    #[test]
    fn dates_exist_in_the_calendar() {
        for (text, exists) in [
            ("1990-01-15", true),
            ("2024-02-29", true),
            ("2000-02-29", true),
            ("9999-12-31", true),
            ("0001-01-01", true),
            ("2023-02-29", false),
            ("1900-02-29", false),
            ("2025-02-30", false),
            ("2025-04-31", false),
            ("2025-13-01", false),
            ("2025-00-10", false),
            ("2025-01-00", false),
            ("0000-00-00", false),
            ("2025-1-1", false),
            ("20250101", false),
            ("2025-01-01T00:00:00Z", false),
            ("2025-01-01\n", false),
            ("٢٠٢٥-٠١-٠١", false),
            ("+025-01-01", false),
            ("-999-01-01", false),
            ("", false),
        ] {
            assert_eq!(Date::new(text).is_some(), exists, "{text:?}");
        }
    }

    #[test]
    fn leaves_print_no_content() {
        let text: Text<9> = serde_json::from_str("\"Ada\"").expect("text");
        let rest = (Country::new("FR"), Date::new("1990-01-15"), Email::searched("ada@example.com"));
        let printed = format!("{text:?} {rest:?}");
        assert!(
            !printed.contains("Ada") && !printed.contains("FR") && !printed.contains("1990") && !printed.contains('@')
        );
    }
}
