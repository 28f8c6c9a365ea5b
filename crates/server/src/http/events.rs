//! Events over HTTP: read on from a position, waiting for new ones when there are none.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::event::StoredEvent;
use dossier_core::violation::{Code, Violation};
use tokio::time::{Instant, timeout};

use super::context::RequestContext;
use super::customers::Query;
use super::page::{FEW_ITEMS, PORTION, PageWriter};
use super::problem::Problem;
use super::router::EventReader;
use super::{App, AppState};

const MAX_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 100;
const MAX_WAIT_SECONDS: u64 = 30;
/// Looked for at least this often, for what other processes wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// `GET /v0/events`: events after a position, oldest first.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn list(
    State(app): State<App>,
    EventReader(caller, sees): EventReader,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&query)?;
    let store = &app.services.store;
    let mut after = match wanted.after {
        After::Newest => store.newest_event(caller.scope).await?,
        After::Position(position) => position,
    };
    let mut announced = store.announced();
    let mut stopping = app.stopping.clone();
    let _waiting = match wanted.wait {
        Duration::ZERO => None,
        _ => Some(app.waiting.take(context.claimants(), 1).map_err(|refused| refused.at_once("long-polls"))?),
    };
    let end = Instant::now() + wanted.wait;
    let mut events = loop {
        announced.mark_unchanged();
        let events = store.events(caller.scope, after, wanted.limit.min(FEW_ITEMS)).await?;
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
    let (mut page, mut left) = (PageWriter::begin(&app, &context), wanted.limit);
    let mut asked = left.min(FEW_ITEMS);
    'page: loop {
        page.expect(events.len());
        for event in &events {
            write(event, page.item());
            if !page.keep()? {
                break 'page;
            }
            after = event.position;
        }
        left -= events.len();
        if left == 0 || events.len() < asked {
            break;
        }
        asked = left.min(PORTION);
        page.make_room(asked)?;
        events = store.events(caller.scope, after, asked).await?;
    }
    Ok(page.end(sees, &format!("\"next_after\":\"{}\"", position(after))))
}

/// While it lives a request that waits is not counted among those that are being answered.
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

/// The envelope, with the event's id and number in front. Its bytes from `event_type` on are those that are signed.
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

struct Wanted {
    after: After,
    limit: usize,
    wait: Duration,
}

impl Wanted {
    fn read(query: &Query) -> Result<Self, Problem> {
        let mut errors = query.unknown(&["after", "limit", "wait"]);
        let after = match query.one("after", &mut errors) {
            None => Some(After::Position(0)),
            Some("newest") => Some(After::Newest),
            Some(text) => read_position(text).map(After::Position),
        };
        if after.is_none() {
            let message = "must be a next_after of this list, or newest";
            errors.push(Violation::new("/after", Code::InvalidCursor, message));
        }
        let limit = query.one("limit", &mut errors).map_or(DEFAULT_LIMIT, |text| text.parse().unwrap_or(0));
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("must be a whole number from 1 to {MAX_LIMIT}");
            errors.push(Violation::new("/limit", Code::OutOfRange, message));
        }
        let wait = query.one("wait", &mut errors).map_or(Some(0), |text| text.parse::<u64>().ok());
        let wait = wait.filter(|seconds| *seconds <= MAX_WAIT_SECONDS);
        if wait.is_none() {
            let message = format!("must be a whole number of seconds from 0 to {MAX_WAIT_SECONDS}");
            errors.push(Violation::new("/wait", Code::OutOfRange, message));
        }
        match (after, wait, errors.is_empty()) {
            (Some(after), Some(wait), true) => Ok(Self { after, limit, wait: Duration::from_secs(wait) }),
            _ => Err(Problem::invalid_parameters(errors)),
        }
    }
}

/// A position as clients see it: opaque.
pub(super) fn position(position: u64) -> String {
    URL_SAFE_NO_PAD.encode(position.to_be_bytes())
}

pub(super) fn read_position(text: &str) -> Option<u64> {
    let bytes: [u8; 8] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(u64::from_be_bytes(bytes)).filter(|position| *position <= i64::MAX.unsigned_abs())
}
