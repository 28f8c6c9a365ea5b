//! What stands below a field: what is wrong with it, or that it is saved.

use dossier_core::clock::Timestamp;
use dossier_core::form::short_hash;
use maud::{Markup, html};

use super::language::Talk;

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
    /// An error, as a sentence.
    Wrong(String),
    /// It is saved now; over what another device had saved then.
    Saved(Option<Timestamp>),
    /// Another device saved it then.
    SavedElsewhere(Timestamp),
}

/// What stands below a field. Scripts exchange what is said; the hash of what the page shows, by which a save knows
/// what the visitor has changed, only after that was saved.
#[must_use]
pub(super) fn note(talk: &Talk, place: &str, value: &str, below: Below) -> Markup {
    let at = |key: &str, at: Timestamp| talk.say_with(key, &[("time", clock(talk, at).into())]);
    html! {
        div.note id={ "n-" (element_id(place)) } {
            (was(place, value))
            div.said aria-live="polite" {
                @match below {
                    Below::Nothing => {},
                    Below::Wrong(sentence) => p.error data-invalid { (sentence) },
                    Below::Saved(None) => p.saved { (talk.say("saved")) },
                    Below::Saved(Some(over)) => p.saved { (talk.say("saved")) " " (at("saved-over", over)) },
                    Below::SavedElsewhere(then) => p.saved { (at("saved-elsewhere", then)) },
                }
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
pub(super) fn clock(talk: &Talk, at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", talk.date(&text), &text[11..16])
}
