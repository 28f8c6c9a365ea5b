//! What has changed on a page, from the fields that it sent.

use std::collections::HashMap;

use dossier_core::form::edit::PageEdit;
use dossier_core::form::{ascii_digit, short_hash};

use super::resubmission::CORRECT;
use super::reveal::{KEEP, TICKED};

/// What differs from what the page showed, and what it shows now. Saving everything instead would let an old page
/// overwrite what another device has saved since.
pub(super) fn changed(fields: &HashMap<String, String>) -> (PageEdit, Vec<(String, String)>) {
    // A script sends the field that the visitor is in, and whether they are still typing.
    let typing = fields.get("field").filter(|_| fields.contains_key("typing")).cloned();
    let (mut changed, mut shown) = (PageEdit { typing, ..PageEdit::default() }, Vec::new());
    for place in fields.keys().filter_map(|name| name.strip_prefix("was:")) {
        let text = typed(fields, place);
        if is_changed(fields, place, &text) {
            match (place.strip_prefix(CORRECT), place.strip_prefix(KEEP)) {
                (Some(requirement), _) => changed.reasons.push((requirement.to_owned(), text.clone())),
                (_, Some(kept)) => changed.kept.push((kept.to_owned(), text == TICKED)),
                (None, None) => changed.fields.push((place.to_owned(), text.clone())),
            }
        }
        shown.push((place.to_owned(), text));
    }
    (changed, shown)
}

pub(super) fn is_changed(fields: &HashMap<String, String>, place: &str, text: &str) -> bool {
    fields.get(&format!("was:{place}")).is_some_and(|was| short_hash(text) != *was)
}

/// The text of a place. A date is assembled from its three parts.
pub(super) fn typed(fields: &HashMap<String, String>, place: &str) -> String {
    if let Some(date) = fields.get(&format!("use:{place}")) {
        // The visitor chose the suggested date.
        return date.clone();
    }
    if let Some(text) = fields.get(place) {
        // Browsers send line breaks as CR LF.
        return text.replace("\r\n", "\n").trim().to_owned();
    }
    let part = |suffix: &str| {
        let text = fields.get(&format!("{place}.{suffix}")).map_or("", |text| text.trim());
        text.chars().filter(|c| *c != '-').map(ascii_digit).collect::<String>()
    };
    let (year, month, day) = (part("y"), part("m"), part("d"));
    if year.is_empty() && month.is_empty() && day.is_empty() {
        return String::new();
    }
    let padded = |part: String| if part.is_empty() { part } else { format!("{part:0>2}") };
    format!("{year}-{}-{}", padded(month), padded(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_assembled_from_its_parts() {
        for (year, month, day, text) in [
            ("1990", "4", "23", "1990-04-23"),
            (" 1990 ", "04", "3", "1990-04-03"),
            ("", "", "", ""),
            ("1990", "", "", "1990--"),
            ("", "4", "", "-04-"),
            ("90", "4", "23", "90-04-23"),
            ("١٩٩٠", "٤", "٢٣", "1990-04-23"),
            ("१९९०", "४", "२३", "1990-04-23"),
            ("April", "4", "2-3", "April-04-23"),
        ] {
            let fields = [("y", year), ("m", month), ("d", day)];
            let fields = fields.into_iter().map(|(part, typed)| (format!("/birth_date.{part}"), typed.to_owned()));
            assert_eq!(typed(&fields.collect(), "/birth_date"), text);
        }
    }

    #[test]
    fn only_what_differs_from_what_the_page_showed_is_saved() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields: HashMap<_, _> = [
            pair("/first_name", "Ada"),
            pair("was:/first_name", &short_hash("Ada")),
            pair("/last_name", " King "),
            pair("was:/last_name", &short_hash("Byron")),
            pair("/middle_name", "ignored: the page did not ask"),
            pair("was:/nationality", &short_hash("")),
            pair("was:keep:/nationality", &short_hash("")),
            pair("keep:/nationality", "yes"),
        ]
        .into();
        assert_eq!(changed(&fields).0.fields, [pair("/last_name", "King")]);
        assert_eq!(changed(&fields).0.kept, [("/nationality".to_owned(), true)]);
        let unticked = [pair("was:keep:/nationality", &short_hash("yes"))].into();
        assert_eq!(changed(&unticked).0.kept, [("/nationality".to_owned(), false)]);
    }
}
