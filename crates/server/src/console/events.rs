//! Events, newest first, without the customers as they were: those are personal.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::event::{EventType, StoredEvent};
use maud::{Markup, html};

use super::frame::{self, Console, select, short_time};
use crate::desk::fields::Fields;
use crate::desk::text::say;
use crate::http::problem::Problem;
use crate::http::state::App;

/// How many events a page examines.
const PAGE: u64 = 50;

/// `GET /console/{environment}/events`
pub async fn page(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let fields = Fields::read(query.as_deref().unwrap_or_default().as_bytes());
    let wanted = EventType::parse(fields.get("type"));
    let store = &app.services.store;
    let newest = store.newest_event(desk.scope()).await?;
    let until = fields.get("until").parse().unwrap_or(newest).min(newest);
    let after = until.saturating_sub(PAGE);
    let mut events = store.events(desk.scope(), after, PAGE as usize).await?;
    events.retain(|one| one.position <= until && wanted.is_none_or(|kind| one.event_type == kind.as_str()));
    events.reverse();
    let older = |position: u64| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = wanted {
            query.append_pair("type", kind.as_str());
        }
        query.append_pair("until", &position.to_string()).finish()
    };
    let content = html! {
        p.hint { (say("events-text")) }
        (form(wanted))
        @if events.is_empty() { p.empty { (say("events-empty")) } } @else { (table(&events)) }
        nav.pages aria-label=(say("pages")) {
            @if until < newest { a href="?" { (say("requests-newest")) } }
            @if after > 0 { a href={ "?" (older(after)) } rel="next" { (say("requests-older")) } }
        }
    };
    Ok(frame::page(&desk, "events", &say("events-title"), &content))
}

fn form(wanted: Option<EventType>) -> Markup {
    let kinds = EventType::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned()));
    let kinds: Vec<_> = [(String::new(), say("filter-any"))].into_iter().chain(kinds).collect();
    html! {
        form.filter method="get" role="search" aria-label=(say("events-filter")) {
            (select("type", &say("events-type"), &kinds, wanted.map_or("", EventType::as_str)))
            div.field.send { button.primary type="submit" { (say("requests-show")) } }
        }
    }
}

fn table(events: &[StoredEvent]) -> Markup {
    let label = |column: &str| say(&format!("events-{column}"));
    html! {
        div.scroll tabindex="0" role="region" aria-label=(say("events-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in ["time", "type", "customer", "id", "cursor"] {
                            th scope="col" { (label(column)) }
                        }
                    }
                }
                tbody {
                    @for one in events {
                        tr {
                            th scope="row" { (short_time(one.at)) }
                            td data-label=(label("type")) { code { (one.event_type) } }
                            td data-label=(label("customer")) { code { (one.customer) } }
                            td data-label=(label("id")) { code { (one.id()) } }
                            td.number data-label=(label("cursor")) { (one.position) }
                        }
                    }
                }
            }
        }
    }
}
