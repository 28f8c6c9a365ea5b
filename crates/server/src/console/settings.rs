//! The settings of the installation with their values and sources. Secrets are hidden.

use axum::extract::State;
use axum::response::Response;
use dossier_core::desk::Permission;
use dossier_core::use_cases::members::DeskError;
use http::StatusCode;
use maud::html;

use super::frame::{self, Console, sees_settings};
use crate::desk::pages::refused;
use crate::desk::text::say;
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /console/{environment}/settings`: for admins of the oldest account, whose trail has what concerns the whole
/// installation as well. Admins of other accounts are guests.
pub async fn page(State(app): State<App>, Console(desk): Console) -> Result<Response, Problem> {
    if !sees_settings(&desk) {
        return Ok(refused(&desk, &DeskError::Forbidden(Permission::ManageMembers, desk.environment())));
    }
    let accounts = app.services.store.accounts().await?;
    if accounts.first().is_none_or(|oldest| oldest.account_id != desk.scope().account) {
        let text = html! { p { (say("settings-of-another")) } };
        let mut response = frame::page(&desk, "settings", &say("settings-title"), &text);
        *response.status_mut() = StatusCode::FORBIDDEN;
        return Ok(response);
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
    Ok(frame::page(&desk, "settings", &say("settings-title"), &content))
}
