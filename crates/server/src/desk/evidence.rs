//! The evidence beside the claims: the files of a customer, one of them shown.

use dossier_core::desk::Permission;
use dossier_core::file::{File, MediaType};
use dossier_core::use_cases::review_case::CaseView;
use maud::{Markup, html};
use serde_json::Value;

use super::focus::Focus;
use super::pdf;
use super::queue::visible;
use super::seat::Desk;
use super::text::{say, say_with};
use crate::readable::words;

/// The pane with the files.
pub fn pane(desk: &Desk, case: &CaseView, focus: &Focus) -> Markup {
    let files = &case.files;
    let documents = case.customer.profile.documents_view(case.customer.id, files);
    let of_claim = |claim: &str| {
        let claim = case.claims.iter().find(|one| one.requirement.id == claim)?;
        claim.files.first().copied()
    };
    let wanted = focus.file.or_else(|| focus.claim.as_deref().and_then(of_claim));
    let shown = wanted.and_then(|wanted| files.iter().find(|file| file.id == wanted)).or_else(|| files.first());
    html! {
        section.evidence aria-labelledby="evidence-title" {
            h2 #evidence-title { (say("evidence-title")) }
            @if files.is_empty() {
                p { (say("evidence-none")) }
            } @else if !desk.seat.may(Permission::Reveal) {
                p { (say("evidence-hidden")) }
                ol.files { @for file in files { li { (describe(&documents, file)) } } }
            } @else {
                ol.files {
                    @for (index, file) in files.iter().enumerate() {
                        li {
                            a href={ "?file=" (file.id) "&" (focus.queue) "#evidence-title" } data-file-link=(file.id)
                                data-key=[(index < 9).then(|| (index + 1).to_string())]
                                aria-current=[shown.is_some_and(|one| one.id == file.id).then_some("true")] {
                                (describe(&documents, file))
                            }
                        }
                    }
                }
                @if let Some(file) = shown { (viewer(desk, case, &documents, file)) }
            }
            (mrz(desk, case))
        }
    }
}

/// Whether the pane shows the pages of a PDF in a frame, at first or once the focus moves.
pub fn has_frame(desk: &Desk, case: &CaseView) -> bool {
    desk.seat.may(Permission::Reveal) && case.files.iter().any(|file| file.details.media_type == MediaType::Pdf)
}

/// What a file is: its purpose, its type and its size.
fn describe(documents: &Value, file: &File) -> Markup {
    let id = file.id.to_string();
    let of = documents.as_array().into_iter().flatten().find(|document| document["file_id"] == id);
    let purpose = of.and_then(|document| document["purpose"].as_str());
    html! {
        @if let Some(purpose) = purpose { strong { (words(purpose)) } " " }
        bdi { (visible(file.details.name.expose())) }
        " · " (file.details.media_type.as_str()) " · " (file.details.size.div_ceil(1_024)) " KiB"
    }
}

/// One file. Pictures are shown here, and so are the pages of a PDF, which can be saved, too.
fn viewer(desk: &Desk, case: &CaseView, documents: &Value, file: &File) -> Markup {
    let url = format!("{}/customers/{}/files/{}", desk.base(), case.customer.id, file.id);
    html! {
        figure.viewer #viewer data-file=(file.id) {
            @if matches!(file.details.media_type, MediaType::Jpeg | MediaType::Png) {
                div.picture tabindex="0" role="group" aria-label=(say("viewer")) {
                    img src=(url) alt=(say_with("picture-of", &[("name", file.details.name.expose().into())]));
                }
                div.tools hidden {
                    button type="button" data-tool="in" data-key="+" { (say("zoom-in")) }
                    button type="button" data-tool="out" data-key="-" { (say("zoom-out")) }
                    button type="button" data-tool="turn" data-key="r" { (say("turn")) }
                    button type="button" data-tool="full" data-key="f" { (say("full-screen")) }
                }
            } @else {
                @if file.details.media_type == MediaType::Pdf {
                    @let name = visible(file.details.name.expose());
                    iframe #pages src=(pdf::path(desk, case.customer.id, file.id))
                        title=(say_with("pages-of", &[("name", name.into())])) {}
                }
                p { a.button href=(url) { (say("open-file")) } }
            }
            figcaption { (describe(documents, file)) }
        }
    }
}

/// Where a reviewer types the machine-readable zone, to have its check digits computed.
fn mrz(desk: &Desk, case: &CaseView) -> Markup {
    let action = format!("{}/customers/{}/mrz", desk.base(), case.customer.id);
    html! {
        details.mrz {
            summary { (say("mrz")) }
            form method="post" action=(action) hx-post=(action) hx-target="#mrz-result" {
                label for="mrz" { (say("mrz-text")) }
                textarea #mrz name="zone" rows="3" spellcheck="false" autocomplete="off" maxlength="200" {}
                button type="submit" { (say("mrz-check")) }
            }
            div #mrz-result role="status" {}
        }
    }
}
