//! Events, newest first, without the customers as they were: those are personal.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::event::{EventType, StoredEvent};
use dossier_core::store::StoreError;
use maud::{Markup, html};

use super::frame::{self, Console, count, select, short_time};
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// How many events a page shows.
const PAGE: usize = 50;
/// How many events are read at once when only one type is wanted, and how often for one page. Reading an event opens
/// it, so the number is limited.
const PORTION: u64 = 500;
const PORTIONS: usize = 10;

/// Events of a page, newest first, and how far back they were looked for.
struct Found {
    events: Vec<StoredEvent>,
    /// The position from which older events were not examined. 0 at the end of the list.
    left: u64,
}

/// The newest events at this position or before it, of one type or of all. A type may be rare, so the list is read
/// portion by portion until a page is full, or enough was examined.
async fn find(app: &App, desk: &Desk, wanted: Option<EventType>, until: u64) -> Result<Found, StoreError> {
    let (mut found, mut left) = (Vec::new(), until);
    let portion = if wanted.is_some() { PORTION } else { PAGE as u64 };
    for _ in 0..PORTIONS {
        let after = left.saturating_sub(portion);
        let limit = usize::try_from(left - after).unwrap_or(PAGE);
        let events = app.services.store.events(desk.scope(), after, limit).await?;
        let is_wanted =
            |one: &StoredEvent| one.position <= left && wanted.is_none_or(|kind| one.event_type == kind.as_str());
        found.extend(events.into_iter().rev().filter(is_wanted));
        left = after;
        if left == 0 || found.len() >= PAGE || wanted.is_none() {
            break;
        }
    }
    if found.len() > PAGE {
        found.truncate(PAGE);
        left = found.last().map_or(left, |last| last.position - 1);
    }
    Ok(Found { events: found, left })
}

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
    let Found { events, left } = find(&app, &desk, wanted, until).await?;
    let query = |until: Option<u64>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = wanted {
            query.append_pair("type", kind.as_str());
        }
        if let Some(position) = until {
            query.append_pair("until", &position.to_string());
        }
        query.finish()
    };
    let content = html! {
        p.hint { (say("events-text")) }
        (form(wanted))
        @if !events.is_empty() {
            (table(&events))
        } @else if left > 0 {
            p.empty { (say_with("events-none-among", &[("count", count(until - left).into())])) }
        } @else {
            p.empty { (say("events-empty")) }
        }
        nav.pages aria-label=(say("pages")) {
            @if until < newest { a href={ "?" (query(None)) } { (say("requests-newest")) } }
            @if left > 0 { a href={ "?" (query(Some(left))) } rel="next" { (say("requests-older")) } }
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
