//! The text of descriptions, in which code is written in backticks.

use maud::{Markup, html};

/// Marks the code in a text as such.
pub(super) fn inline(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A name as part of an anchor: `Audit trail` is `audit-trail`.
pub(super) fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// A code that may be broken into lines after each of its words.
pub(super) fn breakable(code: &str) -> Markup {
    html! {
        code { @for part in code.split_inclusive('_') { (part) wbr; } }
    }
}
