//! The documents that a step of the form asks for, as the page shows them.

use dossier_core::file::File;
use dossier_core::form::Wrong;
use dossier_core::form::sheet::Sheet;
use dossier_core::ids::FileId;
use dossier_core::kyc::requirement::Requirement;
use maud::{Markup, html};

use super::fields::element_id;
use super::illustrations::examples;
use super::steps::Step;
use super::visit::Visit;
use super::wording::{because, label, wrong};
use crate::http::problem::Problem;
use crate::http::state::App;

const ACCEPTED: &str = "image/jpeg,image/png,application/pdf";

/// The documents that a step asks for. Scripts exchange it as a whole.
pub(super) async fn documents(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    failed: Option<&(String, String)>,
) -> Result<Markup, Problem> {
    let wanted: Vec<_> = step.requirements(sheet).filter(|requirement| requirement.document.is_some()).collect();
    let given: Vec<FileId> = wanted.iter().flat_map(|one| sheet.given(one)).map(|given| given.file).collect();
    let files = app.services.store.files(visit.visitor.scope(), &given, Some(visit.visitor.customer)).await?;
    Ok(html! {
        div #documents {
            @for requirement in wanted {
                @let failed = failed.filter(|(id, _)| *id == requirement.id).map(|(_, why)| why.as_str());
                (document(app, visit, sheet, step, requirement, &files, failed))
            }
        }
    })
}

fn document(
    app: &App,
    visit: &Visit,
    sheet: &Sheet<'_>,
    step: &Step,
    requirement: &Requirement,
    files: &[File],
    failed: Option<&str>,
) -> Markup {
    let (around, talk) = (&visit.around, &visit.around.talk);
    let id = element_id(&requirement.place());
    let url = format!("{}/{}", around.base, step.path());
    let (given, label) = (sheet.given(requirement), label(sheet, talk, requirement));
    let flagged = sheet
        .troubles_in(&requirement.place())
        .find(|trouble| trouble.wrong != Wrong::Missing)
        .map(|trouble| trouble.wrong);
    // The same attempt, repeated after a broken connection, is the same file.
    let attempt = dossier_core::form::attempt(app.services.random.as_ref());
    let action = format!("{url}/upload/{}?attempt={attempt}", requirement.id);
    let error = failed.map(ToOwned::to_owned).or_else(|| flagged.map(|flagged| wrong(talk, flagged)));
    let described = format!("h-{id}{}", if error.is_some() { format!(" e-{id}") } else { String::new() });
    html! {
        section.document aria-labelledby={ "l-" (id) } {
            h2 id={ "l-" (id) } { (label) }
            p.hint id={ "h-" (id) } { (because(sheet, talk, requirement)) " " (talk.say("upload-hint")) }
            (examples(sheet, talk, requirement))
            @if let Some(error) = &error { p.error role="alert" id={ "e-" (id) } { (error) } }
            @if !given.is_empty() {
                ul.files {
                    @for (index, one) in given.iter().enumerate() {
                        @let file = files.iter().find(|file| file.id == one.file);
                        li {
                            span.mark.done aria-hidden="true" {}
                            span {
                                @match file.filter(|_| one.mine) {
                                    Some(file) => {
                                        a href={ (around.base) "/files/" (one.file) } target="_blank" rel="noopener" {
                                            bdi { (file.details.name.expose()) }
                                        }
                                    }
                                    None => (talk.say("file-given")),
                                }
                            }
                            form method="post" action={ (url) "/detach/" (one.file) } {
                                @let which = [("number", (index + 1).into()), ("document", label.as_str().into())];
                                button.quiet type="submit" aria-label=(talk.say_with("file-remove-number", &which)) {
                                    (talk.say("file-remove"))
                                }
                            }
                        }
                    }
                }
            }
            div.uploads {
                @for camera in [false, true] {
                    form.upload.camera[camera] method="post" enctype="multipart/form-data" action=(action) data-upload {
                        @let input = if camera { format!("c-{id}") } else { id.clone() };
                        @let says = match (camera, given.is_empty()) {
                            (true, _) => "upload-camera",
                            (false, true) => "upload-choose",
                            (false, false) => "upload-another",
                        };
                        label for=(input) { (talk.say(says)) span.sr { ": " (label) } }
                        input id=(input) type="file" name="file" required
                            accept=(if camera { "image/jpeg,image/png" } else { ACCEPTED })
                            capture=[camera.then_some("environment")] aria-describedby=(described)
                            aria-invalid=[error.is_some().then_some("true")];
                        button type="submit" { (talk.say("upload-send")) span.sr { ": " (label) } }
                        div.sending hidden {
                            img alt="" hidden;
                            progress max="100" value="0" aria-label=(talk.say("js-sending")) {}
                        }
                        p.state role="status" {}
                    }
                }
            }
        }
    }
}
