//! What happened to a customer, newest first.

use dossier_core::audit::{Action, AuditRow};
use maud::{Markup, html};

use super::queue_view::actor_name;
use super::text::say;

/// The section of the page.
pub fn section(rows: &[AuditRow]) -> Markup {
    html! {
        section.timeline #history aria-labelledby="history-title" {
            h2 #history-title { (say("history-title")) }
            ol {
                @for row in rows {
                    li {
                        time datetime=(row.at) { (row.at) }
                        @let what = Action::parse(&row.action).map(|action| action.help().to_owned());
                        " " strong { (what.unwrap_or_else(|| row.action.clone())) }
                        " " bdi { (actor_name(&row.actor)) }
                        @if let Some(decision) = &row.decision {
                            " · " (crate::readable::words(&decision.outcome))
                            @for code in &decision.reason_codes { " · " (crate::readable::words(code.as_str())) }
                        }
                        @if !row.fields.is_empty() { " " code { (row.fields.join(" ")) } }
                        @if let Some(version) = row.version { " · v" (version) }
                    }
                }
            }
        }
    }
}
