//! Values that the form queries although the contract accepts them: blank names, invisible characters, dates of other
//! calendars, shares that are not percentages. A PUT stores them as they are.

use jiff::civil::Date;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::form::calendars::{self, Oddity};
use crate::form::input::{Kind, NAMES, SHARE, kind_of};
use crate::form::issue::IssueKind;
use crate::hidden::{is_blank, is_hidden};
use crate::kyc::check::share;
use crate::place::Place;

/// The date in UTC.
pub(super) fn day_of(now: Timestamp) -> Date {
    now.to_string()[..10].parse().unwrap_or(Date::MAX)
}

/// Normalises typed text for storage: a share becomes a plain number.
pub(super) fn tidy(place: &str, text: &str) -> String {
    if Place::new(place).name() == SHARE {
        plain_share(text).unwrap_or_else(|| text.to_owned())
    } else {
        text.to_owned()
    }
}

/// Why the form queries text that was typed at a place with this schema.
pub(super) fn check(schema: &Value, place: &str, text: &str, today: Date) -> Option<IssueKind> {
    if text.is_empty() {
        return None;
    }
    let name = Place::new(place).name();
    match kind_of(schema)? {
        Kind::Date => {
            let odd = match name {
                "birth_date" => calendars::birth_date(text, today),
                "formation_date" => calendars::formation_date(text, today),
                _ => None,
            };
            odd.map(|odd| match odd {
                Oddity::OtherCalendar(one, other) => IssueKind::OtherCalendar(one, other),
                Oddity::LongAgo => IssueKind::LongAgo,
            })
        }
        Kind::Text(_) => {
            let no_letter = is_name(name) && !text.chars().any(char::is_alphabetic);
            match text.chars().position(is_unseen) {
                _ if no_letter => Some(IssueKind::NoLetter),
                _ if is_blank(text) => Some(IssueKind::Blank),
                Some(at) => Some(IssueKind::Invisible(at + 1)),
                None => (name == SHARE && share(text).is_none()).then_some(IssueKind::NotAShare),
            }
        }
        Kind::Country | Kind::Choice(_) | Kind::YesNo => None,
    }
}

fn is_name(member: &str) -> bool {
    NAMES.contains(&member) || matches!(member, "middle_name" | "business_legal_name")
}

/// Whether a character is refused because it is invisible. Some scripts need joiners, directional marks and variation
/// selectors ([`is_hidden`] does not include the last), and paragraphs need line breaks.
fn is_unseen(c: char) -> bool {
    let is_needed = matches!(c, '\u{200c}'..='\u{200f}' | '\u{61c}' | '\n' | '\t');
    // Fillers and tags: Unicode counts them as letters, but they show nothing.
    let is_filler = matches!(
        c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{2800}' | '\u{3164}'
            | '\u{ffa0}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
    );
    is_filler || is_hidden(c) && !is_needed
}

/// Turns a share such as `33,3`, `25 %` or `٢٥٫٥` into `33.3`, `25` or `25.5`. `None` if it is not a share.
fn plain_share(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(ascii_digit)
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '%' | '\u{66a}' | '\u{ff05}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
        })
        .map(|c| if matches!(c, ',' | '\u{66b}' | '\u{ff0e}' | '\u{ff0c}') { '.' } else { c })
        .collect();
    share(&plain)?;
    Some(plain.trim_end_matches('.').to_owned())
}

/// The ASCII digit for a digit of another script, which some keyboards type. Other characters stay the same.
#[must_use]
pub fn ascii_digit(c: char) -> char {
    let zeros = ['\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let digit = zeros.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|digit| *digit < 10));
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_has_letters_and_no_invisible_characters() {
        let schema = json!({ "type": "string", "maxLength": 128 });
        for (text, expected) in [
            ("Ada", None),
            ("O’Brien-Smith Jr.", None),
            ("X Æ A-12", None),
            ("王小明", None),
            ("عبد الله", None),
            // Persian, Hindi and Sinhala need joiners, and marks keep the direction.
            ("علی\u{200c}رضا", None),
            ("क्\u{200d}ष", None),
            ("\u{200f}سارة\u{200e}", None),
            ("葛\u{e0100}城", None),
            ("-", Some(IssueKind::NoLetter)),
            ("123", Some(IssueKind::NoLetter)),
            ("\u{200d}", Some(IssueKind::NoLetter)),
            ("\u{200b}\u{3000}", Some(IssueKind::NoLetter)),
            ("Ada\u{200b}", Some(IssueKind::Invisible(4))),
            ("A\u{ad}da", Some(IssueKind::Invisible(2))),
            ("A\u{7}", Some(IssueKind::Invisible(2))),
            ("\u{202e}adA", Some(IssueKind::Invisible(1))),
            ("Ada\u{2066}", Some(IssueKind::Invisible(4))),
            ("\u{feff}Ada", Some(IssueKind::Invisible(1))),
            ("Ada\u{3164}", Some(IssueKind::Invisible(4))),
            ("", None),
        ] {
            let today = Date::new(2026, 11, 29).expect("a date");
            assert_eq!(check(&schema, "/first_name", text, today), expected, "{text:?}");
        }
        let today = Date::new(2026, 11, 29).expect("a date");
        for (place, text, expected) in [
            ("/residential_address/street_line_1", "12", None),
            ("/residential_address/street_line_1", "\u{200b}", Some(IssueKind::Blank)),
            ("/source_of_funds_description", "Salary\nand savings", None),
            ("/source_of_funds_description", "Salary\u{0}", Some(IssueKind::Invisible(7))),
        ] {
            assert_eq!(check(&schema, place, text, today), expected, "{place} {text:?}");
        }
    }

    #[test]
    fn a_share_is_a_number_from_0_to_100_however_it_is_written() {
        let place = "/associated_persons/p/ownership_percentage";
        let (schema, today) = (json!({ "type": "string", "maxLength": 10 }), Date::new(2026, 11, 29).expect("a date"));
        for (typed, stored, expected) in [
            ("25", "25", None),
            ("33,3", "33.3", None),
            ("33.34", "33.34", None),
            ("25 %", "25", None),
            ("25\u{a0}%", "25", None),
            ("%25", "25", None),
            ("25.", "25", None),
            ("٢٥", "25", None),
            ("٣٣٫٣٪", "33.3", None),
            ("३३.३", "33.3", None),
            ("２５％", "25", None),
            ("100", "100", None),
            ("101", "101", Some(IssueKind::NotAShare)),
            ("-5", "-5", Some(IssueKind::NotAShare)),
            ("1.000,5", "1.000,5", Some(IssueKind::NotAShare)),
            ("1e1", "1e1", Some(IssueKind::NotAShare)),
            ("half", "half", Some(IssueKind::NotAShare)),
            (",", ",", Some(IssueKind::NotAShare)),
        ] {
            assert_eq!(tidy(place, typed), stored, "{typed:?}");
            assert_eq!(check(&schema, place, stored, today), expected, "{typed:?}");
        }
        assert_eq!(tidy("/first_name", "25 %"), "25 %", "only shares are normalised");
    }
}
