//! The documents that a step asks for, as the page shows them.

use dossier_core::file::File;
use dossier_core::form::sheet::{GivenDocument, Sheet};
use dossier_core::form::{Issue, IssueKind};
use dossier_core::ids::FileId;
use dossier_core::kyc::requirement::{Fault, Requirement};
use maud::{Markup, html};
use serde_json::json;

use super::illustrations::examples;
use super::language::Localization;
use super::note::element_id;
use super::posted::FILE;
use super::render_mode::RenderMode;
use super::resubmission::{CORRECT, is_correct};
use super::reveal::confirmation_of_file;
use super::sentences::{refusal, sentence};
use super::steps::Step;
use super::visit::Visit;
use super::wording::{because, label};
use crate::http::problem::Problem;
use crate::http::state::App;

/// The types that the file picker offers. Scripts convert other pictures to JPEG if the browser can decode them.
const ACCEPTED: &str = "image/*,application/pdf";
/// The form that every input and button of a document belongs to, so that each button saves the whole page.
const MAIN: &str = "main-form";

/// The documents that a step asks for. Scripts replace each one separately, by its id.
pub(super) async fn documents(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    mode: &RenderMode,
) -> Result<Markup, Problem> {
    let wanted: Vec<_> = step.requirements(sheet).filter(|requirement| requirement.document.is_some()).collect();
    let given: Vec<FileId> = wanted.iter().flat_map(|one| sheet.given(one)).map(|given| given.file).collect();
    let files = app.services.store.files(visit.visitor.scope(), &given, Some(visit.visitor.customer)).await?;
    let l10n = &visit.page.l10n;
    Ok(html! {
        div #documents data-upload={ (visit.page.base) "/" (step.path()) "/upload" } data-texts=(texts(l10n)) {
            @for requirement in &wanted {
                (document(visit, sheet, requirement, &files, mode))
            }
            @if !wanted.is_empty() { (sending(l10n)) }
        }
    })
}

/// The id of a document's element.
pub(super) fn card_id(requirement: &Requirement) -> String {
    format!("d-{}", element_id(&requirement.place()))
}

/// The texts that scripts show about an upload. They replace `#`: in a refusal, by the name of the document.
fn texts(l10n: &Localization) -> String {
    json!({
        "preparing": l10n.say("upload-preparing"),
        "progress": l10n.say_with("upload-progress", &[("percent", "#".into())]),
        "retry": l10n.say("js-retry"),
        "broken": l10n.say("upload-broken"),
        "done": l10n.say_with("upload-done", &[("name", "#".into())]),
        "cancelled": l10n.say("upload-cancelled"),
        "waiting": l10n.say("upload-waiting"),
        "heic": refusal(l10n, "upload-heic", "#"),
        "type": refusal(l10n, "upload-unsupported_file_type", "#"),
        "large": refusal(l10n, "upload-payload_too_large", "#"),
        "pixels": refusal(l10n, "upload-pixels", "#"),
        "small": refusal(l10n, "fault-unusable_picture", "#"),
        "damaged": refusal(l10n, "upload-damaged_file", "#"),
    })
    .to_string()
}

/// What scripts show instead of the inputs while they send a file.
fn sending(l10n: &Localization) -> Markup {
    html! {
        template #sending {
            div.sending {
                img alt="" hidden;
                div {
                    bdi.name {}
                    progress max="100" value="0" aria-label=(l10n.say("js-sending")) {}
                    p.state {}
                }
                div.ways {
                    button type="button" data-does="cancel" { (l10n.say("upload-cancel")) }
                    button type="button" data-does="again" hidden { (l10n.say("upload-try-again")) }
                    button type="button" data-does="other" hidden { (l10n.say("upload-other")) }
                }
            }
        }
    }
}

fn document(visit: &Visit, sheet: &Sheet<'_>, requirement: &Requirement, files: &[File], mode: &RenderMode) -> Markup {
    let l10n = &visit.page.l10n;
    let id = element_id(&requirement.place());
    let (given, label) = (sheet.given(requirement), label(sheet, l10n, requirement));
    let flagged = sheet
        .issues_in(&requirement.place())
        .find(|issue| mode.error_filter.shows(sheet, issue))
        .map(|issue| sentence(sheet, l10n, issue));
    let failed = mode.failed.iter().find(|(id, _)| *id == requirement.id).map(|(_, why)| refusal(l10n, why, &label));
    let error = failed.or(flagged);
    let described = format!("h-{id}{}", if error.is_some() { format!(" e-{id}") } else { String::new() });
    html! {
        section.document id=(card_id(requirement)) aria-labelledby={ "l-" (id) } {
            h2 id={ "l-" (id) } tabindex="-1" { (label) }
            p.hint id={ "h-" (id) } { (because(sheet, l10n, requirement)) " " (l10n.say("upload-hint")) }
            (examples(sheet, l10n, requirement))
            @if let Some(error) = &error { p.error role="alert" id={ "e-" (id) } { (error) } }
            @if !given.is_empty() { (list(visit, sheet, requirement, &given, files, &label)) }
            @let is_saved = mode.saved.contains_key(&format!("{CORRECT}{}", requirement.id));
            (is_correct(sheet, &visit.page, requirement, is_saved))
            div.uploads id={ "u-" (id) } hx-morph-skip {
                @for camera in [false, true] {
                    @let input = if camera { format!("c-{id}") } else { id.clone() };
                    @let says = match (camera, given.is_empty()) {
                        (true, _) => "upload-camera",
                        (false, true) => "upload-choose",
                        (false, false) => "upload-another",
                    };
                    div.upload.camera[camera] {
                        label for=(input) { (l10n.say(says)) span.sr { ": " (label) } }
                        input id=(input) type="file" name={ (FILE) (requirement.id) } form=(MAIN)
                            accept=(if camera { "image/*" } else { ACCEPTED })
                            capture=[camera.then_some("environment")] aria-describedby=(described)
                            aria-invalid=[error.is_some().then_some("true")];
                    }
                }
                button.send type="submit" form=(MAIN) name="do" value={ "upload:" (requirement.id) } {
                    (l10n.say("upload-send")) span.sr { ": " (label) }
                }
            }
        }
    }
}

/// Why a file is not enough. What the reviewers wrote stands below the files.
fn why_not(sheet: &Sheet<'_>, l10n: &Localization, requirement: &Requirement, why: Fault) -> String {
    if why == Fault::AskedAgain {
        return l10n.say("file-asked-again");
    }
    let why = sentence(sheet, l10n, &Issue { place: requirement.place(), kind: IssueKind::Fault(why) });
    l10n.say_with("file-refused", &[("why", why.into())])
}

/// The files that were given for a document.
fn list(
    visit: &Visit,
    sheet: &Sheet<'_>,
    requirement: &Requirement,
    given: &[GivenDocument],
    files: &[File],
    label: &str,
) -> Markup {
    let (page, l10n) = (&visit.page, &visit.page.l10n);
    let step = Step::of_requirement(requirement);
    html! {
        ul.files {
            @for (index, one) in given.iter().enumerate() {
                @let file = files.iter().find(|file| file.id == one.file);
                @let number = index + 1;
                li {
                    span.mark.done[one.refused.is_none()].bad[one.refused.is_some()] aria-hidden="true" {}
                    span.refused[one.refused.is_some()] {
                        @match file.filter(|_| one.is_seen) {
                            Some(file) => {
                                a href={ (page.base) "/files/" (one.file) } target="_blank" rel="noopener" {
                                    bdi { (file.details.name.expose()) }
                                }
                            }
                            None => (l10n.say("file-given")),
                        }
                        @if let Some(why) = one.refused {
                            " " small { (why_not(sheet, l10n, requirement, why)) }
                        }
                    }
                    (confirmation_of_file(sheet, visit, &step, one, label))
                    @let which = [("number", number.into()), ("document", label.into())];
                    button.quiet type="submit" form=(MAIN) name="do" value={ "detach:" (one.file) }
                        aria-label=(l10n.say_with("file-remove-number", &which)) {
                        (l10n.say("file-remove"))
                    }
                }
            }
        }
    }
}
