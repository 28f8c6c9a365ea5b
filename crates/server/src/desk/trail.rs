//! The audit trail of an environment. Its entries hold nothing personal but the names of those who did something.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::audit::{Action, ActorFilter, AuditFilter};
use dossier_core::desk::Permission;
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::trail::{self, TrailPage};
use http::StatusCode;
use maud::{Markup, html};

use super::fields::Fields;
use super::pages;
use super::seat::{Desk, refusal};
use super::text::say;
use super::timeline::line;
use crate::http::problem::Problem;
use crate::http::state::App;

/// The kinds of actors to choose from.
const ACTORS: [&str; 5] = ["member", "key", "session", "operator", "system"];

/// What the URL says. An unknown action or kind of actor filters nothing.
struct Asked {
    action: Option<Action>,
    actor: Option<&'static str>,
    /// The customer as it was entered.
    customer: String,
    before: Option<u64>,
}

impl Asked {
    fn read(query: &str) -> Self {
        let fields = Fields::read(query.as_bytes());
        Self {
            action: Action::parse(fields.get("action")),
            actor: ACTORS.into_iter().find(|actor| *actor == fields.get("actor")),
            customer: fields.get("customer").trim().to_owned(),
            before: fields.get("before").parse().ok(),
        }
    }

    /// The filter. `None` if the customer is no id, so that nobody takes the whole list for that of one customer.
    fn filter(&self) -> Option<AuditFilter> {
        let actor = self.actor.and_then(ActorFilter::parse);
        let customer = CustomerId::parse(&self.customer);
        (customer.is_some() || self.customer.is_empty()).then(|| AuditFilter {
            action: self.action,
            actor,
            customer,
            ..AuditFilter::default()
        })
    }

    /// The query of the same list, starting elsewhere.
    fn query(&self, before: Option<u64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.action.map(|action| ("action", action.as_str())));
        query.extend_pairs(self.actor.map(|actor| ("actor", actor)));
        query.extend_pairs((!self.customer.is_empty()).then_some(("customer", &self.customer)));
        query.extend_pairs(before.map(|before| ("before", before.to_string())));
        query.finish()
    }
}

/// `GET /desk/{environment}/trail`
pub async fn page(State(app): State<App>, desk: Desk, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    if let Err(refused) = desk.require(Permission::ReadTrail) {
        return Ok(refused);
    }
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let show = |content: Markup| pages::page(&desk, &say("nav-trail"), "trail", &content);
    let Some(filter) = asked.filter() else {
        let mut response = show(form(&asked, false));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(response);
    };
    match trail::trail(&app.services, &desk.seat, &filter, asked.before).await {
        Ok(found) => Ok(show(html! { (form(&asked, true)) (entries(&desk, &asked, &found)) })),
        Err(error) => refusal(&desk, error),
    }
}

fn form(asked: &Asked, is_known: bool) -> Markup {
    html! {
        form.fields method="get" {
            div {
                label for="action" { (say("trail-action")) }
                select #action name="action" {
                    option value="" { (say("trail-every")) }
                    @for action in Action::ALL {
                        option value=(action.as_str()) selected[asked.action == Some(*action)] { (action.as_str()) }
                    }
                }
            }
            div {
                label for="actor" { (say("trail-actor")) }
                select #actor name="actor" {
                    option value="" { (say("trail-anyone")) }
                    @for actor in ACTORS {
                        option value=(actor) selected[asked.actor == Some(actor)] {
                            (say(&format!("trail-actor-{actor}")))
                        }
                    }
                }
            }
            div {
                label for="customer" { (say("trail-about")) }
                input #customer type="text" name="customer" autocomplete="off" spellcheck="false"
                    value=(asked.customer) aria-invalid=[(!is_known).then_some("true")]
                    aria-describedby=[(!is_known).then_some("customer-wrong")];
                @if !is_known { p.problem #customer-wrong role="alert" { (say("trail-unknown")) } }
            }
            button.primary type="submit" { (say("trail-show")) }
        }
    }
}

fn entries(desk: &Desk, asked: &Asked, found: &TrailPage) -> Markup {
    html! {
        section.timeline aria-label=(say("nav-trail")) {
            @if found.rows.is_empty() {
                p { (say(if found.next.is_some() { "trail-none-here" } else { "trail-none" })) }
            }
            ol {
                @for row in &found.rows {
                    li {
                        (line(row, &found.keys))
                        @if let Some(customer) = row.customer_id {
                            " · " a href={ (desk.base()) "/customers/" (customer) } { (say("trail-customer")) }
                        }
                    }
                }
            }
            p.pages {
                @if asked.before.is_some() { a href={ "?" (asked.query(None)) } { (say("history-newest")) } " " }
                @if let Some(next) = found.next { a href={ "?" (asked.query(Some(next))) } { (say("history-older")) } }
            }
        }
    }
}
