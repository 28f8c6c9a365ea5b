//! The list of persons who own or control a business: their roles, what is missing, and the sum of their shares.

use dossier_core::form::sheet::{FieldView, Sheet};
use maud::{Markup, html};

use super::render_mode::RenderMode;
use super::steps::Step;
use super::visit::Visit;

/// The list with its buttons. It names the person that has just been completed.
pub(super) fn people(sheet: &Sheet<'_>, visit: &Visit, mode: &RenderMode) -> Markup {
    let (page, l10n) = (&visit.page, &visit.page.l10n);
    let persons = sheet.persons();
    let completed = mode.completed.as_ref().filter(|id| persons.contains(id)).map(|id| Step::Person(id.clone()));
    html! {
        @if let Some(person) = completed {
            p.notice role="status" {
                (l10n.say_with("people-complete", &[("name", person.title(sheet, page).into())]))
            }
        }
        @if mode.is_full { p #people-full .error role="alert" tabindex="-1" { (l10n.say("people-full")) } }
        p { (page.say("people-text")) }
        @if persons.is_empty() { p.hint { (l10n.say("people-none")) } }
        ul #people .people tabindex="-1" {
            @for id in &persons {
                @let person = Step::Person(id.clone());
                @let left = person.issues(sheet).count();
                li {
                    a href={ (page.base) "/" (person.path()) } { bdi { (person.title(sheet, page)) } }
                    @if let Some(roles) = roles(sheet, visit, id) { small { (roles) } }
                    small {
                        span.mark.done[left == 0] aria-hidden="true" {}
                        @if left == 0 { (l10n.say("step-done")) }
                        @else { (l10n.say_with("step-left", &[("count", left.into())])) }
                    }
                }
            }
        }
        @if let Some(sum) = sheet.sum_of_shares() {
            p.shares { (l10n.say_with("people-shares", &[("named", l10n.decimal(&sum).into())])) }
        }
        form #main-form .actions method="post" {
            button.primary[persons.is_empty()] type="submit" name="do" value="add" { (l10n.say("person-add")) }
            button.primary[!persons.is_empty()] type="submit" name="do" value="continue" { (l10n.say("continue")) }
            button.quiet.exit type="submit" name="do" value="exit" { (l10n.say("save-and-exit")) }
        }
    }
}

/// The roles of a person in the business, as far as the visitor may see them.
fn roles(sheet: &Sheet<'_>, visit: &Visit, person: &str) -> Option<String> {
    let l10n = &visit.page.l10n;
    let shown = |member: &str| sheet.shown(&format!("/associated_persons/{person}/{member}"));
    let is_yes = |member: &str| shown(member) == FieldView::Text("yes".to_owned());
    let owns = is_yes("has_ownership").then(|| match shown("ownership_percentage") {
        FieldView::Text(share) => {
            let share = l10n.decimal(share.trim_end_matches('%').trim_end());
            l10n.say_with("people-owns", &[("share", share.into())])
        }
        FieldView::Empty | FieldView::Masked(_) => l10n.say("people-owner"),
    });
    let controls = is_yes("has_control").then(|| l10n.say("people-controls"));
    let roles: Vec<String> = owns.into_iter().chain(controls).collect();
    (!roles.is_empty()).then(|| roles.join(" · "))
}
