//! A field for pasting a whole link, for visitors whose link was broken.

use maud::{Markup, html};

use super::language::Localization;

/// The form. If the pasted text is not a link, it is shown again with an error.
pub(super) fn link_form(l10n: &Localization, pasted: Option<&str>) -> Markup {
    let described = if pasted.is_some() { "link-hint link-error" } else { "link-hint" };
    html! {
        form.group method="post" action="/" {
            div.field {
                label for="link" { (l10n.say("paste-label")) }
                p.hint #link-hint { (l10n.say("paste-hint")) }
                input #link type="text" inputmode="url" name="link" dir="ltr" required autocomplete="off"
                    autocapitalize="off" spellcheck="false" aria-describedby=(described)
                    aria-invalid=[pasted.map(|_| "true")] autofocus[pasted.is_some()] value=[pasted];
                @if pasted.is_some() { p.error #link-error { (l10n.say("paste-wrong")) } }
            }
            p { button type="submit" { (l10n.say("paste-go")) } }
        }
    }
}
