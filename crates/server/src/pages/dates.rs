//! The three fields of a date.

use maud::{Markup, html};

use super::language::Localization;

/// The year, month and day of a date. Parts that were not typed are empty.
pub(super) fn parts_of(date: &str) -> [&str; 3] {
    let mut parts = date.splitn(3, '-');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The inputs for day, month and year, in the order of the language. The first has the id that errors link to.
pub(super) fn date_parts(
    l10n: &Localization,
    name: &str,
    id: &str,
    [year, month, day]: [&str; 3],
    is_own_birth: bool,
    invalid: Option<&str>,
) -> Markup {
    let day = (".d", "day", day, 2, "bday-day");
    let month = (".m", "month", month, 2, "bday-month");
    let year = (".y", "year", year, 4, "bday-year");
    html! {
        @for (index, part) in l10n.in_date_order(day, month, year).into_iter().enumerate() {
            @let (suffix, key, value, length, autocomplete) = part;
            label {
                span { (l10n.say(key)) }
                input type="text" inputmode="numeric" id=[(index == 0).then_some(id)] name={ (name) (suffix) }
                    value=(value) class=(key) maxlength=(length)
                    autocomplete=(if is_own_birth { autocomplete } else { "off" }) aria-invalid=[invalid];
            }
        }
    }
}
