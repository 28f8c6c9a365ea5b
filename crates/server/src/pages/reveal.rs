//! What others gave: shown to a device that knows the date of birth, or else confirmed unseen.

use std::collections::HashMap;

use dossier_core::customer::CustomerType;
use dossier_core::form::edit::Edit;
use dossier_core::form::reveal::Sight;
use dossier_core::form::sheet::{Given, Sheet, Shown};
use dossier_core::use_cases::save_form::save_edit;
use dossier_core::use_cases::write_customer::UpdateError;
use maud::{Markup, html};

use super::company::help;
use super::language::Talk;
use super::steps::Step;
use super::visit::Visit;
use crate::http::state::App;

/// Before the place of a field that is confirmed.
const KEEP: &str = "keep:";

/// What the page that follows a try says of it.
pub(super) const WRONG: &str = "wrong-date";
pub(super) const NO_DATE: &str = "no-date";

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
    let parts = talk.in_date_order(("day", 2), ("month", 2), ("year", 4));
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
                    div.parts {
                        @for (index, (part, length)) in parts.into_iter().enumerate() {
                            label {
                                span { (talk.say(part)) }
                                input type="text" inputmode="numeric" autocomplete="off" class=(part)
                                    id=[(index == 0).then_some("reveal-date")] name={ "date." (part[..1]) }
                                    maxlength=(length) aria-invalid=[error.is_some().then_some("true")];
                            }
                        }
                    }
                }
                button type="submit" { (talk.say("reveal-show")) }
            }
        }
    }
}

/// Beside a field whose value the device will not see: a box that says that it is still right.
pub(super) fn confirmation(sheet: &Sheet<'_>, talk: &Talk, place: &str, label: &str) -> Markup {
    let is_hidden = matches!(sheet.shown(place), Shown::Hidden(_));
    if !is_hidden || !confirms(sheet) {
        return html! {};
    }
    if sheet.is_confirmed(place) {
        return html! { p.saved { (talk.say("kept-confirmed")) } };
    }
    html! {
        label.agree.keep {
            input type="checkbox" name={ (KEEP) (place) } value="yes";
            span { (talk.say("keep-as-given")) span.sr { ": " (label) } }
        }
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

/// Saves which boxes of a page were ticked; a page without one is as before.
pub(super) async fn keep_as_given(
    app: &App,
    visit: Visit,
    fields: &HashMap<String, String>,
) -> Result<Visit, (Visit, UpdateError)> {
    let ticked: Vec<String> = {
        let sheet = visit.sheet(app);
        let places = fields.keys().filter_map(|name| name.strip_prefix(KEEP));
        // What was typed over a value says that it is not right. A date has three parts.
        let is_of = |name: &str, place: &str| {
            name.strip_prefix(place).is_some_and(|rest| matches!(rest, "" | ".d" | ".m" | ".y"))
        };
        let is_retyped = |place: &str| fields.iter().any(|(name, text)| is_of(name, place) && !text.trim().is_empty());
        places.filter(|place| !is_retyped(place) && !sheet.is_confirmed(place)).map(ToOwned::to_owned).collect()
    };
    if ticked.is_empty() {
        return Ok(visit);
    }
    match save_edit(&app.services, &visit.visitor, Edit::KeepAsGiven(ticked)).await {
        Ok(kept) => Ok(visit.after(kept.customer)),
        Err(error) => Err((visit, error)),
    }
}
