//! Violations: what is wrong in an input and where, with a stable code and a message that never repeats the value.

use std::borrow::Cow;

use serde::Serialize;

use crate::words::words;

/// The most violations that one response lists, so that a hostile body costs little. A valid body names up to
/// 220 files, and each of them may be a violation.
pub const MAX_VIOLATIONS: usize = 256;

words! {
    /// The stable code of a violation.
    Code {
    CannotBeCleared = "cannot_be_cleared": "A merge patch may not clear this member: evidence is removed one by one.",
    Contradiction = "contradiction": "Two members say different things.",
    DuplicateKey = "duplicate_key": "The member appears twice in one JSON object.",
    InvalidCursor = "invalid_cursor": "The cursor did not come from a list of this server.",
    InvalidDate = "invalid_date": "A date must exist and be written as YYYY-MM-DD.",
    InvalidEmail = "invalid_email": "An e-mail address needs a local part, an @ and a domain, and no white space \
        inside.",
    InvalidDuration = "invalid_duration": "A duration is written as in ISO 8601, with days, hours, minutes and \
        seconds only: P35D, PT12H.",
    InvalidTime = "invalid_time": "A moment is written as in RFC 3339, such as 2026-01-05T12:00:00Z.",
    InvalidUrl = "invalid_url": "The server may not call or link to this URL; the message says why.",
    MaskedValue = "masked_value": "The member stands for a number that the key may not see. It cannot be written; send \
        the number itself, or leave out the object around it.",
    NotForThisType = "not_for_this_type": "The property belongs to the other type of customer.",
    NulCharacter = "nul_character": "Text may not contain the NUL character.",
    NullNotAllowed = "null_not_allowed": "No property of the contract is nullable; PATCH with a merge patch clears \
        one.",
    OutOfRange = "out_of_range": "The number is out of range.",
    Required = "required": "A required member is missing.",
    TooDeep = "too_deep": "JSON may be nested at most 16 levels deep.",
    TooLong = "too_long": "The text has more Unicode code points than the contract allows.",
    TooManyItems = "too_many_items": "The list has more items than the contract allows.",
    UnknownCountry = "unknown_country": "A country is an officially assigned ISO 3166-1 alpha-2 code in capitals, or \
        XK.",
    UnknownFile = "unknown_file": "No file with this id was uploaded by this account in this environment.",
    UnknownProperty = "unknown_property": "The contract has no such property. It is refused, not silently \
        dropped.",
    UnknownRequirement = "unknown_requirement": "The customer has no requirement with this id or pointer; \
        expand=requirements lists them.",
    UnknownValue = "unknown_value": "The value is not one of the values in the contract.",
    WrongType = "wrong_type": "The JSON type is not the one in the contract.",
}
}

/// One rule that an input breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Violation {
    /// JSON Pointer into the body, or a slash and the name of a parameter.
    pub pointer: String,
    /// The stable code.
    #[schemars(with = "String", extend("enum" = Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()))]
    pub code: Code,
    // Never repeats the value.
    /// What is wrong.
    pub message: Cow<'static, str>,
}

impl Violation {
    /// A violation at a place.
    pub fn new(pointer: impl Into<String>, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), code, message: message.into() }
    }
}

/// All violations of one input, in the order of the contract; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl Violations {
    /// How many there are (at most [`MAX_VIOLATIONS`]).
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none. A returned error always has some.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(vec![violation])
    }
}
