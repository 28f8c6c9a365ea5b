//! The list of those who own and control a business: who they are to it, what is left, and how much of it is named.

use dossier_core::form::sheet::{Sheet, Shown};
use maud::{Markup, html};

use super::manner::Manner;
use super::steps::Step;
use super::visit::Visit;

/// The list, and the two ways on. Whoever has just been completed is named.
pub(super) fn people(sheet: &Sheet<'_>, visit: &Visit, shown: &Manner) -> Markup {
    let (around, talk) = (&visit.around, &visit.around.talk);
    let persons = sheet.persons();
    let completed = shown.completed.as_ref().filter(|id| persons.contains(id)).map(|id| Step::Person(id.clone()));
    html! {
        @if let Some(person) = completed {
            p.notice role="status" {
                (talk.say_with("people-complete", &[("name", person.title(sheet, around).into())]))
            }
        }
        @if shown.is_full { p #people-full .error role="alert" tabindex="-1" { (talk.say("people-full")) } }
        p { (around.say("people-text")) }
        @if persons.is_empty() { p.hint { (talk.say("people-none")) } }
        ul #people .people tabindex="-1" {
            @for id in &persons {
                @let person = Step::Person(id.clone());
                @let left = person.troubles(sheet).count();
                li {
                    a href={ (around.base) "/" (person.path()) } { bdi { (person.title(sheet, around)) } }
                    @if let Some(roles) = roles(sheet, visit, id) { small { (roles) } }
                    small {
                        span.mark.done[left == 0] aria-hidden="true" {}
                        @if left == 0 { (talk.say("step-done")) }
                        @else { (talk.say_with("step-left", &[("count", left.into())])) }
                    }
                }
            }
        }
        @if let Some(sum) = sheet.sum_of_shares() {
            p.shares { (talk.say_with("people-shares", &[("named", talk.decimal(&sum).into())])) }
        }
        form #main-form .actions method="post" {
            button.primary[persons.is_empty()] type="submit" name="do" value="add" { (talk.say("person-add")) }
            button.primary[!persons.is_empty()] type="submit" name="do" value="continue" { (talk.say("continue")) }
            button.quiet.exit type="submit" name="do" value="exit" { (talk.say("save-and-exit")) }
        }
    }
}

/// What a person is to the business, as far as the visitor may see it.
fn roles(sheet: &Sheet<'_>, visit: &Visit, person: &str) -> Option<String> {
    let talk = &visit.around.talk;
    let shown = |member: &str| sheet.shown(&format!("/associated_persons/{person}/{member}"));
    let is_yes = |member: &str| shown(member) == Shown::Text("yes".to_owned());
    let owns = is_yes("has_ownership").then(|| match shown("ownership_percentage") {
        Shown::Text(share) => {
            let share = talk.decimal(share.trim_end_matches('%').trim_end());
            talk.say_with("people-owns", &[("share", share.into())])
        }
        Shown::Empty | Shown::Hidden(_) => talk.say("people-owner"),
    });
    let controls = is_yes("has_control").then(|| talk.say("people-controls"));
    let roles: Vec<String> = owns.into_iter().chain(controls).collect();
    (!roles.is_empty()).then(|| roles.join(" · "))
}
