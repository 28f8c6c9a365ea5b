//! The settings of the installation with their values and sources. Secrets are hidden.

use axum::extract::State;
use axum::response::Response;
use dossier_core::desk::Permission;
use dossier_core::use_cases::members::DeskError;
use maud::html;

use super::frame::{self, Console, sees_settings};
use crate::desk::pages::refused;
use crate::desk::text::say;
use crate::http::state::App;

/// `GET /console/{environment}/settings`: for admins, because an installation may have other accounts.
pub async fn page(State(app): State<App>, Console(desk): Console) -> Response {
    if !sees_settings(&desk) {
        return refused(&desk, &DeskError::Forbidden(Permission::ManageMembers, desk.environment()));
    }
    let label = |column: &str| say(&format!("settings-{column}"));
    let content = html! {
        p.hint { (say("settings-text")) }
        div.scroll tabindex="0" role="region" aria-label=(say("settings-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in ["name", "value", "source", "help"] { th scope="col" { (label(column)) } }
                    }
                }
                tbody {
                    @for one in &app.settings {
                        tr {
                            th scope="row" { code { (one.name) } }
                            td.long data-label=(label("value")) {
                                @if one.value.is_empty() { "–" } @else { code { (one.value) } }
                            }
                            td data-label=(label("source")) { (one.source) }
                            td.help data-label=(label("help")) { (one.help) }
                        }
                    }
                }
            }
        }
    };
    frame::page(&desk, "settings", &say("settings-title"), &content)
}
