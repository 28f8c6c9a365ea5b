//! The note below a field: its error, or that it is saved.

use dossier_core::clock::Timestamp;
use dossier_core::form::{IssueKind, short_hash};
use maud::{Markup, html};

use super::language::Localization;

/// The id of a place's element.
#[must_use]
pub(super) fn element_id(place: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("f{}", place.chars().map(plain).collect::<String>())
}

/// The content of a note.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Below {
    Nothing,
    /// An error, as a sentence, with the dates that may have been meant.
    Wrong(String, Vec<String>),
    /// Saved just now. The time is that of an answer from another device that was replaced.
    Saved(Option<Timestamp>),
    /// Saved by another device at this time.
    SavedElsewhere(Timestamp),
}

/// The note below a field. It contains the hash of the value that the page shows, by which a save knows what has
/// changed. Scripts replace the text of the note, and the hash only after a save.
#[must_use]
pub(super) fn render_note(l10n: &Localization, place: &str, value: &str, below: Below) -> Markup {
    let at = |key: &str, at: Timestamp| l10n.say_with(key, &[("time", clock(l10n, at).into())]);
    html! {
        div.note id={ "n-" (element_id(place)) } {
            (was(place, value))
            div.said aria-live="polite" {
                @match below {
                    Below::Nothing => {},
                    Below::Wrong(sentence, dates) => {
                        p.error data-invalid { (sentence) }
                        @for date in dates { (suggestion(l10n, place, &date)) }
                    },
                    Below::Saved(None) => p.saved { (l10n.say("saved")) },
                    Below::Saved(Some(over)) => p.saved { (l10n.say("saved")) " " (at("saved-over", over)) },
                    Below::SavedElsewhere(then) => p.saved { (at("saved-elsewhere", then)) },
                }
            }
        }
    }
}

/// The dates that may have been meant, converted from other calendars.
#[must_use]
pub(super) fn meant(kind: IssueKind, value: &str) -> Vec<String> {
    let IssueKind::OtherCalendar(one, other) = kind else { return Vec::new() };
    [Some(one), other].into_iter().flatten().filter_map(|calendar| calendar.gregorian(value)).collect()
}

/// A date, with a button that puts it into the field.
fn suggestion(l10n: &Localization, place: &str, date: &str) -> Markup {
    let with = [("date", l10n.date(date).into_owned().into())];
    html! {
        p.meant {
            span { (l10n.say_with("date-meant", &with)) } " "
            button type="submit" name={ "use:" (place) } value=(date) data-date=(date) {
                (l10n.say_with("date-use", &with))
            }
        }
    }
}

/// The hash of the value that a field shows. It names its form, because the fields of a document are outside it.
#[must_use]
pub(super) fn was(place: &str, value: &str) -> Markup {
    html! {
        input type="hidden" id={ "w-" (element_id(place)) } form="main-form" name={ "was:" (place) }
            value=(short_hash(value));
    }
}

/// Formats a time for people, in UTC because the visitor's time zone is unknown.
#[must_use]
pub(super) fn clock(l10n: &Localization, at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", l10n.date(&text), &text[11..16])
}
