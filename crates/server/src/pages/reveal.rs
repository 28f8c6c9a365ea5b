//! Answers from others: shown to a device that enters the date of birth, or confirmed unseen.

use dossier_core::customer::CustomerType;
use dossier_core::form::reveal::Sight;
use dossier_core::form::sheet::{FieldView, GivenDocument, Sheet};
use maud::{Markup, html};

use super::company::help;
use super::dates::date_parts;
use super::language::Localization;
use super::note::was;
use super::steps::Step;
use super::visit::Visit;

/// The prefix of the name of a box that confirms a field. The place follows.
pub(super) const KEEP: &str = "keep:";
/// The value of a ticked box.
pub(super) const TICKED: &str = "yes";

/// The errors after a try, in the query of the next page.
pub(super) const WRONG: &str = "wrong-date";
pub(super) const NO_DATE: &str = "no-date";

/// The fields of the date: year, month and day.
pub(super) const DATE: [&str; 3] = ["date.y", "date.m", "date.d"];

/// How the device gets to see the answers of others. `error` comes from the page's query.
pub(super) fn prompt(visit: &Visit, sheet: &Sheet<'_>, origin: &str, error: Option<&str>) -> Markup {
    if !sheet.hides_something() {
        return html! {};
    }
    let page = &visit.page;
    match sheet.sight() {
        Sight::Everything => html! {},
        Sight::Locked(left) => enter_date(visit, sheet, origin, error, *left),
        Sight::Closed => html! {
            section #reveal .reveal aria-labelledby="reveal-title" {
                h2 #reveal-title { (page.say("reveal-title")) }
                p role="alert" { (page.say("reveal-closed")) }
                p { (page.say("reveal-never")) }
                (help(page))
            }
        },
        Sight::Never | Sight::Of(_) => html! {
            section #reveal .reveal aria-labelledby="reveal-title" {
                h2 #reveal-title { (page.say("reveal-never-title")) }
                p { (page.say("reveal-never")) }
            }
        },
    }
}

fn enter_date(visit: &Visit, sheet: &Sheet<'_>, origin: &str, error: Option<&str>, left: u8) -> Markup {
    let (page, l10n) = (&visit.page, &visit.page.l10n);
    let (text, label) = match sheet.customer().profile.kind() {
        CustomerType::Individual => ("reveal-individual", "field-birth_date"),
        CustomerType::Corporate => ("reveal-corporate", "field-formation_date"),
    };
    let error = match error {
        Some(WRONG) => Some(l10n.say_with("reveal-wrong", &[("count", left.into())])),
        Some(NO_DATE) => Some(l10n.say_with("wrong-date_incomplete", &[("field", l10n.say(label).into())])),
        _ => None,
    };
    // After a slip the date is still there to correct.
    let typed = |part: &str| visit.entered.get(part).filter(|_| error.is_some()).map_or("", String::as_str);
    let invalid = error.is_some().then_some("true");
    let described = if error.is_some() { "reveal-text reveal-error" } else { "reveal-text" };
    html! {
        section #reveal .reveal aria-labelledby="reveal-title" {
            h2 #reveal-title { (page.say("reveal-title")) }
            p #reveal-text { (page.say(text)) }
            form method="post" action={ (page.base) "/reveal" } novalidate {
                input type="hidden" name="page" value=(origin);
                fieldset.date aria-describedby=(described) {
                    legend { (l10n.say(label)) }
                    @if let Some(error) = &error { p #reveal-error .error role="alert" { (error) } }
                    div.parts { (date_parts(l10n, "date", "reveal-date", DATE.map(typed), false, invalid)) }
                }
                button type="submit" { (l10n.say("reveal-show")) }
            }
        }
    }
}

/// A box beside a hidden field: ticking it confirms the value, and unticking it withdraws the confirmation.
pub(super) fn confirmation(sheet: &Sheet<'_>, l10n: &Localization, place: &str, label: &str) -> Markup {
    let is_hidden = matches!(sheet.shown(place), FieldView::Masked(_));
    if !is_hidden || !confirms(sheet) {
        return html! {};
    }
    let (name, is_confirmed) = (format!("{KEEP}{place}"), sheet.is_confirmed(place));
    html! {
        label.agree.keep {
            input type="checkbox" name=(name) value=(TICKED) checked[is_confirmed];
            span { (l10n.say("keep-as-given")) span.sr { ": " (label) } }
        }
        (was(&name, if is_confirmed { TICKED } else { "" }))
    }
}

/// A button beside a hidden file, which confirms it.
pub(super) fn confirmation_of_file(
    sheet: &Sheet<'_>,
    visit: &Visit,
    step: &Step,
    given: &GivenDocument,
    label: &str,
) -> Markup {
    let l10n = &visit.page.l10n;
    if given.is_seen || !confirms(sheet) {
        return html! {};
    }
    if given.is_confirmed {
        return html! { p.saved { (l10n.say("kept-confirmed")) } };
    }
    html! {
        form method="post" action={ (visit.page.base) "/" (step.path()) "/keep/" (given.file) } {
            button.quiet type="submit" { (l10n.say("keep-as-given")) span.sr { ": " (label) } }
        }
    }
}

/// Whether the device has to confirm hidden answers.
fn confirms(sheet: &Sheet<'_>) -> bool {
    matches!(sheet.sight(), Sight::Never | Sight::Closed | Sight::Of(_))
}
