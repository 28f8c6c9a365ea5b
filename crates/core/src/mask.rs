//! Numbers as keys without `pii:reveal` see them. Of a number only the last two letters or digits are shown.
//!
//! The JSON of a customer is masked after it was written, so that the same text serves every key, also as a kept
//! answer.

use std::borrow::Cow;

/// How a profile begins. Inside a JSON string every quote is escaped, so nothing that a client sends can look like it.
const PROFILE: &[u8] = b"\"profile\":{";
/// The members of a profile that are masked, at any depth.
pub const NUMBERS: [&str; 3] = ["number", "registration_number", "tax_number"];
/// What follows the name of a member that is shown masked.
pub const MASKED: &str = "_masked";
/// Stands for everything that is hidden. It does not tell how much that is.
const HIDDEN: &str = "****";
/// How many letters and digits are shown.
const SHOWN: usize = 2;
/// A number with fewer letters and digits is hidden whole.
const LEAST: usize = 5;

/// A number with all but its last two letters or digits hidden. A short number is hidden whole.
fn mask(number: &str) -> String {
    let marks: Vec<char> = number.chars().filter(|c| c.is_alphanumeric()).collect();
    let shown = if marks.len() < LEAST { &[][..] } else { &marks[marks.len() - SHOWN..] };
    HIDDEN.chars().chain(shown.iter().copied()).collect()
}

/// Whether a name stands for one of these members, masked.
#[must_use]
pub fn is_masked(name: &str, members: &[&str]) -> bool {
    let shown = name.strip_suffix(MASKED).filter(|shown| NUMBERS.contains(shown));
    shown.is_some_and(|shown| members.contains(&shown))
}

/// JSON of customers, in which every profile has `number_masked` instead of `number`, and likewise the numbers of a
/// business.
#[must_use]
pub fn masked(json: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(json.len() + 256);
    let mut rest = json;
    while let Some(at) = memchr::memmem::find(rest, PROFILE) {
        let (before, inside) = rest.split_at(at + PROFILE.len());
        shown.extend_from_slice(before);
        rest = mask_object(inside, &mut shown);
    }
    shown.extend_from_slice(rest);
    shown
}

/// Copies an object whose brace was already read, with its numbers masked. Returns what follows it.
fn mask_object<'a>(json: &'a [u8], shown: &mut Vec<u8>) -> &'a [u8] {
    let (mut depth, mut rest) = (1_u32, json);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                let (text, after) = string(rest);
                rest = after;
                let name = std::str::from_utf8(text).unwrap_or_default();
                let value = after.strip_prefix(b":\"").filter(|_| NUMBERS.contains(&name));
                shown.push(b'"');
                shown.extend_from_slice(text);
                if let Some((number, after)) = value.map(string) {
                    shown.extend_from_slice(MASKED.as_bytes());
                    shown.extend_from_slice(b"\":");
                    serde_json::to_writer(&mut *shown, &mask(&unescaped(number))).expect("a string is JSON");
                    rest = after;
                } else {
                    shown.push(b'"');
                }
                continue;
            }
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        shown.push(byte);
        if depth == 0 {
            break;
        }
    }
    rest
}

/// The text of a JSON string whose opening quote was already read, still escaped, and what follows its closing quote.
pub(crate) fn string(json: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    for (at, byte) in json.iter().enumerate() {
        match byte {
            b'"' if !escaped => return (&json[..at], &json[at + 1..]),
            _ => escaped = *byte == b'\\' && !escaped,
        }
    }
    (json, &[])
}

/// The text that an escaped text stands for. A text that cannot be read is empty, and shows nothing.
fn unescaped(text: &[u8]) -> Cow<'_, str> {
    if text.contains(&b'\\') {
        let quoted = [b"\"", text, b"\""].concat();
        return serde_json::from_slice::<String>(&quoted).unwrap_or_default().into();
    }
    std::str::from_utf8(text).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_number_the_last_two_letters_or_digits_are_shown_and_of_a_short_one_nothing() {
        for (number, shown) in [
            ("C01X00T47", "****47"),
            ("123-45-6789", "****89"),
            ("12345", "****45"),
            ("1234", "****"),
            ("12  --  34", "****"),
            ("AB 12 3 -", "****23"),
            ("", "****"),
            ("١٢٣٤٥٦", "****٥٦"),
            ("ÄÖÜß12é", "****2é"),
        ] {
            assert_eq!(mask(number), shown, "{number}");
        }
    }

    #[test]
    fn numbers_of_profiles_are_masked_wherever_they_are_and_everything_else_stays() {
        let identity = |number: &str, tax: &str| {
            let document = json!({ "number": number, "type": "passport" });
            json!({ "id_document": document, "tax_number": { "number": tax } })
        };
        let hidden = json!({
            "id_document": { "number_masked": "****89", "type": "passport" },
            "tax_number": { "number_masked": "****" },
        });
        let named = "\"profile\":{\"number\":\"123456\"}";
        let example = json!({ "example": { "number": "123456789" }, "number": 7 });
        for (whole, shown) in [
            (
                json!({ "a": named, "profile": { "identifying_information": identity("12\"\\é\u{1}6789", "12") },
                    "requirements": [example] }),
                json!({ "a": named, "profile": { "identifying_information": hidden }, "requirements": [example] }),
            ),
            (
                json!({ "profile": { "registration_number": "HRB 123456", "tax_number": "DE 99",
                    "primary_website": named,
                    "associated_persons": [{ "identifying_information": identity("123456789", "") }, {}] } }),
                json!({ "profile": { "registration_number_masked": "****56", "tax_number_masked": "****",
                    "primary_website": named,
                    "associated_persons": [{ "identifying_information": hidden }, {}] } }),
            ),
            (
                json!([{ "profile": {} }, { "profile": { "tax_number": "123456" } }, { "number": "123456" }]),
                json!([{ "profile": {} }, { "profile": { "tax_number_masked": "****56" } }, { "number": "123456" }]),
            ),
            (json!({ "profile": null, "tax_number": "123456" }), json!({ "profile": null, "tax_number": "123456" })),
        ] {
            assert_eq!(String::from_utf8(masked(whole.to_string().as_bytes())).expect("UTF-8"), shown.to_string());
        }
    }
}
