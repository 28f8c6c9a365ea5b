//! Events over HTTP: a list after a position, which can wait for new events if there are none.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use dossier_core::api_key::KeyScope;
use dossier_core::event::StoredEvent;
use dossier_core::look::{LookedThrough, Seen};
use dossier_core::violation::Code;
use http::Method;
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::context::RequestContext;
use super::extract::EventReader;
use super::looks::{self, Looker};
use super::openapi::operation::{Operation, Shows};
use super::openapi::parts::{EVENTS, limit, query, response};
use super::page::{FEW_ITEMS, PORTION, PageWriter};
use super::problem::Problem;
use super::problem::ProblemCode::{InvalidHeader, InvalidParameters};
use super::query::{Query, position, read_position};
use super::state::{App, AppState};

const MAX_WAIT_SECONDS: u64 = 30;
/// The store is asked at least this often, for what other processes wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub(crate) const LIST: Operation = Operation {
    method: Method::GET,
    path: "/v0/events",
    scopes: &[KeyScope::EventsRead],
    shows: Shows::Events,
    problems: &[&[InvalidHeader, InvalidParameters]],
    describe: || {
        let position = json!({ "type": "string", "pattern": "^(newest|A{5}[A-Za-z0-9_-]{5}[AEIMQUYcgkosw048])$" });
        let seconds = json!({ "type": "integer", "minimum": 0, "maximum": 30, "default": 0 });
        json!({
            "operationId": "listEvents",
            "tags": [EVENTS],
            "summary": "List events after a position, oldest first",
            "description": "With `wait`, an empty list is returned only after that many seconds without an event (long \
                polling). Pass `next_after` as `after` in the next request.",
            "parameters": [
                query("after", "`next_after` of the previous response; `newest` starts after the last event", position),
                limit(),
                query("wait", "The seconds to wait for an event", seconds),
                looks::reason(),
            ],
            "responses": { "200": response("A page of events", "EventList") },
        })
    },
};

pub(crate) async fn list(
    State(app): State<App>,
    EventReader(caller, sees): EventReader,
    looker: Looker,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let query = EventQuery::read(query)?;
    let store = &app.services.store;
    let mut after = match query.after {
        After::Newest => store.newest_event(caller.scope).await?,
        After::Position(position) => position,
    };
    let mut announced = store.announced();
    let mut stopping = app.stopping.clone();
    let _waiting = match query.wait {
        Duration::ZERO => None,
        _ => Some(app.waiting.take(context.claimants(), 1).map_err(|refused| refused.at_once("long-polls"))?),
    };
    let end = Instant::now() + query.wait;
    let mut events = loop {
        announced.mark_unchanged();
        let events = store.events(caller.scope, after, query.limit.min(FEW_ITEMS)).await?;
        let left = end.saturating_duration_since(Instant::now());
        if !events.is_empty() || left.is_zero() || *stopping.borrow() {
            break events;
        }
        {
            let _resting = Resting::begin(&app);
            context.leave_slot();
            tokio::select! {
                _ = timeout(left.min(LOOK_AGAIN), announced.changed()) => {}
                _ = stopping.changed() => {}
            }
        }
        context.take_slot()?;
    };
    let (mut page, mut left) = (PageWriter::begin(&app, &context), query.limit);
    let mut seen = BTreeSet::new();
    let mut asked = left.min(FEW_ITEMS);
    'page: loop {
        page.expect(events.len());
        for event in &events {
            write(event, page.item());
            if !page.keep()? {
                break 'page;
            }
            after = event.position;
            if event.shows_customer() {
                seen.insert(event.customer);
            }
        }
        left -= events.len();
        if left == 0 || events.len() < asked {
            break;
        }
        asked = left.min(PORTION);
        page.make_room(asked)?;
        events = store.events(caller.scope, after, asked).await?;
    }
    looker.saw(&app, &caller, seen, (LookedThrough::ListEvents, Seen::Events));
    Ok(page.end(sees, &format!("\"next_after\":\"{}\"", position(after))))
}

/// While this exists, a waiting request is not counted among those that are being handled.
struct Resting<'a>(&'a AppState);

impl<'a> Resting<'a> {
    fn begin(app: &'a AppState) -> Self {
        app.answering.fetch_sub(1, Ordering::Relaxed);
        Self(app)
    }
}

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        self.0.answering.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes the body of the webhook with the event's id and number in front. From `event_type` on, the bytes are signed.
fn write(event: &StoredEvent, json: &mut Vec<u8>) {
    let body = event.body.expose();
    let head = format!("{{\"id\":\"{}\",\"number\":{},", event.id(), event.number);
    json.extend_from_slice(head.as_bytes());
    json.extend_from_slice(body.get(1..).unwrap_or_default());
}

enum After {
    Newest,
    Position(u64),
}

struct EventQuery {
    after: After,
    limit: usize,
    wait: Duration,
}

impl EventQuery {
    fn read(query: Query) -> Result<Self, Problem> {
        let mut parameters = query.only(&["after", "limit", "wait"]);
        let after = |text: &str| match text {
            "newest" => Some(After::Newest),
            _ => read_position(text).map(After::Position),
        };
        let message = "must be a next_after of this list, or newest";
        let after = parameters.read("after", after, Code::InvalidCursor, message).unwrap_or(After::Position(0));
        let limit = parameters.limit();
        let wait = |text: &str| text.parse().ok().filter(|seconds| *seconds <= MAX_WAIT_SECONDS);
        let message = format!("must be a whole number of seconds from 0 to {MAX_WAIT_SECONDS}");
        let wait = Duration::from_secs(parameters.read("wait", wait, Code::OutOfRange, message).unwrap_or(0));
        parameters.end().map(|()| Self { after, limit, wait })
    }
}
