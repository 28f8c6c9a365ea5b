//! What others gave: shown to a device that knows the date of birth, or else confirmed unseen.

use dossier_core::customer::CustomerType;
use dossier_core::form::reveal::Sight;
use dossier_core::form::sheet::{Given, Sheet, Shown};
use maud::{Markup, html};

use super::company::help;
use super::dates::date_parts;
use super::language::Talk;
use super::note::was;
use super::steps::Step;
use super::visit::Visit;

/// In front of the place of a field, the name of the box that confirms it.
pub(super) const KEEP: &str = "keep:";
/// What a box says that is ticked.
pub(super) const TICKED: &str = "yes";

/// What the page that follows a try says of it.
pub(super) const WRONG: &str = "wrong-date";
pub(super) const NO_DATE: &str = "no-date";

/// The fields of the date: year, month and day.
pub(super) const DATE: [&str; 3] = ["date.y", "date.m", "date.d"];

/// On a page that shows what was given: how the device gets to see what others gave. `said` is the page's query.
pub(super) fn prompt(visit: &Visit, sheet: &Sheet<'_>, page: &str, said: Option<&str>) -> Markup {
    if !sheet.hides_something() {
        return html! {};
    }
    let around = &visit.around;
    match sheet.sight() {
        Sight::Everything => html! {},
        Sight::Locked(left) => enter_date(visit, sheet, page, said, *left),
        Sight::Closed => html! {
            section #reveal .reveal aria-labelledby="reveal-title" {
                h2 #reveal-title { (around.say("reveal-title")) }
                p role="alert" { (around.say("reveal-closed")) }
                p { (around.say("reveal-never")) }
                (help(around))
            }
        },
        Sight::Never | Sight::Of(_) => html! {
            section #reveal .reveal aria-labelledby="reveal-title" {
                h2 #reveal-title { (around.say("reveal-never-title")) }
                p { (around.say("reveal-never")) }
            }
        },
    }
}

fn enter_date(visit: &Visit, sheet: &Sheet<'_>, page: &str, said: Option<&str>, left: u8) -> Markup {
    let (around, talk) = (&visit.around, &visit.around.talk);
    let (text, label) = match sheet.customer().profile.kind() {
        CustomerType::Individual => ("reveal-individual", "field-birth_date"),
        CustomerType::Corporate => ("reveal-corporate", "field-formation_date"),
    };
    let error = match said {
        Some(WRONG) => Some(talk.say_with("reveal-wrong", &[("count", left.into())])),
        Some(NO_DATE) => Some(talk.say("reveal-no-date")),
        _ => None,
    };
    // A slip is corrected, not typed again.
    let typed = |part: &str| visit.entered.get(part).filter(|_| error.is_some()).map_or("", String::as_str);
    let invalid = error.is_some().then_some("true");
    let described = if error.is_some() { "reveal-text reveal-error" } else { "reveal-text" };
    html! {
        section #reveal .reveal aria-labelledby="reveal-title" {
            h2 #reveal-title { (around.say("reveal-title")) }
            p #reveal-text { (around.say(text)) }
            form method="post" action={ (around.base) "/reveal" } novalidate {
                input type="hidden" name="page" value=(page);
                fieldset.date aria-describedby=(described) {
                    legend { (talk.say(label)) }
                    @if let Some(error) = &error { p #reveal-error .error role="alert" { (error) } }
                    div.parts { (date_parts(talk, "date", "reveal-date", DATE.map(typed), false, invalid)) }
                }
                button type="submit" { (talk.say("reveal-show")) }
            }
        }
    }
}

/// Beside a field whose value the device will not see: a box that says that it is still right, and takes it back.
pub(super) fn confirmation(sheet: &Sheet<'_>, talk: &Talk, place: &str, label: &str) -> Markup {
    let is_hidden = matches!(sheet.shown(place), Shown::Hidden(_));
    if !is_hidden || !confirms(sheet) {
        return html! {};
    }
    let (name, is_confirmed) = (format!("{KEEP}{place}"), sheet.is_confirmed(place));
    html! {
        label.agree.keep {
            input type="checkbox" name=(name) value=(TICKED) checked[is_confirmed];
            span { (talk.say("keep-as-given")) span.sr { ": " (label) } }
        }
        (was(&name, if is_confirmed { TICKED } else { "" }))
    }
}

/// Beside a file that the device will not see: a button that says that it is still right.
pub(super) fn confirmation_of_file(
    sheet: &Sheet<'_>,
    visit: &Visit,
    step: &Step,
    given: &Given,
    label: &str,
) -> Markup {
    let talk = &visit.around.talk;
    if given.is_seen || !confirms(sheet) {
        return html! {};
    }
    if given.is_confirmed {
        return html! { p.saved { (talk.say("kept-confirmed")) } };
    }
    html! {
        form method="post" action={ (visit.around.base) "/" (step.path()) "/keep/" (given.file) } {
            button.quiet type="submit" { (talk.say("keep-as-given")) span.sr { ": " (label) } }
        }
    }
}

/// Whether the device confirms what it does not see.
fn confirms(sheet: &Sheet<'_>) -> bool {
    matches!(sheet.sight(), Sight::Never | Sight::Closed | Sight::Of(_))
}
