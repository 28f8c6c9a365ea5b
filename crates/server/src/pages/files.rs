//! The files that were given, as the review lists them.

use dossier_core::file::{File, MediaType};
use dossier_core::form::sheet::{GivenDocument, Sheet};
use maud::{Markup, html};

use super::layout::PageContext;
use super::visit::Visit;
use crate::http::problem::Problem;
use crate::http::state::App;

/// The details of the files in a form.
pub(super) struct Files(Vec<File>);

impl Files {
    /// The files of every document that the form asks for.
    pub(super) async fn of(app: &App, visit: &Visit, sheet: &Sheet<'_>) -> Result<Self, Problem> {
        let wanted = sheet.requirements.iter().filter(|requirement| requirement.document.is_some());
        let given: Vec<_> = wanted.flat_map(|one| sheet.given(one)).map(|given| given.file).collect();
        Ok(Self(app.services.store.files(visit.visitor.scope(), &given, Some(visit.visitor.customer)).await?))
    }

    /// Lists files by type and name. A picture is folded and loaded only when opened, because an original has megabytes
    /// and the audit trail records every reading.
    pub(super) fn list(&self, page: &PageContext, given: &[GivenDocument]) -> Markup {
        let l10n = &page.l10n;
        html! {
            ul.given {
                @for one in given {
                    @match self.0.iter().find(|file| file.id == one.file).filter(|_| one.is_seen) {
                        None => li { (l10n.say("file-given")) },
                        Some(file) => {
                            @let (name, kind) = (file.details.name.expose(), file.details.media_type);
                            @let url = format!("{}/files/{}", page.base, one.file);
                            li {
                                span.kind aria-hidden="true" { (kind.name()) }
                                a href=(url) target="_blank" rel="noopener" { bdi { (name) } }
                                @if kind != MediaType::Pdf {
                                    details.preview {
                                        summary { (l10n.say("picture-show")) span.sr { ": " (name) } }
                                        img src=(url) alt=(name) width="480" height="320" loading="lazy";
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
