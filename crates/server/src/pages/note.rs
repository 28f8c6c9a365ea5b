//! What stands below a field: what is wrong with it, or that it is saved.

use dossier_core::clock::Timestamp;
use dossier_core::form::{IssueKind, short_hash};
use maud::{Markup, html};

use super::language::Localization;

/// The id of the element of a place.
#[must_use]
pub(super) fn element_id(place: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("f{}", place.chars().map(plain).collect::<String>())
}

/// What stands below a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Nothing that is said.
    Nothing,
    /// An error, as a sentence, and the dates that may have been meant.
    Wrong(String, Vec<String>),
    /// It is saved now; over what another device had saved then.
    Saved(Option<Timestamp>),
    /// Another device saved it then.
    SavedElsewhere(Timestamp),
}

/// What stands below a field. Scripts exchange what is said; the hash of what the page shows, by which a save knows
/// what the visitor has changed, only after that was saved.
#[must_use]
pub(super) fn note(l10n: &Localization, place: &str, value: &str, below: Below) -> Markup {
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

/// The dates that may have been meant: those of other calendars.
#[must_use]
pub(super) fn meant(kind: IssueKind, value: &str) -> Vec<String> {
    let IssueKind::OtherCalendar(one, other) = kind else { return Vec::new() };
    [Some(one), other].into_iter().flatten().filter_map(|calendar| calendar.gregorian(value)).collect()
}

/// A date with a button that gives it instead of what was typed.
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

/// What a field of the page shows, as a hash. The fields of a document stand outside of the form that they belong to.
#[must_use]
pub(super) fn was(place: &str, value: &str) -> Markup {
    html! {
        input type="hidden" id={ "w-" (element_id(place)) } form="main-form" name={ "was:" (place) }
            value=(short_hash(value));
    }
}

/// A moment as people read it, in UTC: where the visitor is, nobody knows.
#[must_use]
pub(super) fn clock(l10n: &Localization, at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", l10n.date(&text), &text[11..16])
}
