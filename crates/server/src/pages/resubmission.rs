//! What reviewers want again: their comment at the field, and the customer's reason why an answer is correct as it is.

use dossier_core::form::MAX_REASON;
use dossier_core::form::sheet::{FieldView, Sheet};
use dossier_core::kyc::State as KycState;
use dossier_core::kyc::requirement::Requirement;
use maud::{Markup, html};

use super::layout::PageContext;
use super::note::{Below, element_id, render_note};
use super::steps::Step;

/// The prefix of the field in which a customer gives such a reason. The requirement's id follows.
pub(super) const CORRECT: &str = "correct:";

/// The reviewers' comment at the top of a step where they want something again.
pub(super) fn reviewers_comment(sheet: &Sheet<'_>, page: &PageContext, step: &Step) -> Markup {
    let asks = step.requirements(sheet).any(|one| sheet.asked_again(one).is_some());
    html! {
        @if let Some(comment) = comment(sheet).filter(|_| asks) {
            div.notice.again-notice {
                p { strong { (page.say("comment")) } }
                blockquote dir="auto" { (comment) }
            }
        }
    }
}

fn comment<'a>(sheet: &'a Sheet<'_>) -> Option<&'a str> {
    let kyc = &sheet.customer().kyc;
    kyc.comment.as_deref().filter(|_| kyc.state == KycState::ResubmissionRequired)
}

/// Below a field that is asked for again: the reviewers' comment, and a field for a reason why the answer is correct. A
/// reason counts as an answer.
pub(super) fn is_correct(sheet: &Sheet<'_>, page: &PageContext, requirement: &Requirement, is_saved: bool) -> Markup {
    if sheet.asked_again(requirement).is_none() {
        return html! {};
    }
    let l10n = &page.l10n;
    let name = format!("{CORRECT}{}", requirement.id);
    let id = element_id(&name);
    let shown = sheet.reason(requirement);
    let (reason, is_given) = match &shown {
        FieldView::Empty => ("", false),
        FieldView::Text(text) => (text.as_str(), true),
        FieldView::Masked(_) => ("", true),
    };
    let below = if is_saved { Below::Saved(None) } else { Below::Nothing };
    html! {
        div.again id={ "a-" (id) } {
            @if let Some(comment) = comment(sheet) {
                p.hint { (page.say("comment")) ": " q dir="auto" { (comment) } }
            }
            details open[is_given] {
                summary { (l10n.say("correct")) }
                div.field data-field=(name) id={ "d-" (id) } hx-morph-skip {
                    label for=(id) { (l10n.say("correct-why")) }
                    p.hint id={ "h-" (id) } {
                        (page.say(if matches!(shown, FieldView::Masked(_)) { "correct-kept" } else { "correct-hint" }))
                    }
                    textarea id=(id) name=(name) form="main-form" rows="3" maxlength=(MAX_REASON) dir="auto"
                        aria-describedby={ "h-" (id) " n-" (id) } { (reason) }
                    (render_note(l10n, &name, reason, below))
                }
            }
        }
    }
}
