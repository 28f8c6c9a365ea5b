//! The audit trail over HTTP: who did what, without anything personal.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use dossier_core::audit::{Action, ActorFilter, AuditFilter};
use dossier_core::clock::Timestamp;
use dossier_core::disclosure::Disclosure;
use dossier_core::ids::CustomerId;
use dossier_core::violation::{Code, Violation};

use super::App;
use super::context::RequestContext;
use super::customers::Query;
use super::events::{position, read_position};
use super::page::{PORTION, PageWriter};
use super::problem::Problem;
use super::router::AuditReader;

const MAX_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 100;

/// `GET /v0/audit`: entries of the key's account and environment, newest first.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn list(
    State(app): State<App>,
    AuditReader(caller, sees): AuditReader,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&query)?;
    let mut page = PageWriter::begin(&app, &context);
    let filter = &wanted.filter;
    let (mut next, mut left) = (wanted.before, wanted.limit);
    loop {
        let portion = left.min(PORTION);
        page.make_room(portion)?;
        let found = app.services.store.audit(caller.scope, filter, next, portion).await?;
        let found = found.ok_or_else(|| Problem::invalid_parameters(vec![not_a_cursor()]))?;
        page.expect(found.rows.len());
        for row in &found.rows {
            serde_json::to_writer(page.item(), row).expect("an entry has string keys only");
            if !page.keep()? {
                return Ok(end(page, sees, next));
            }
            next = Some(row.seq);
        }
        next = found.next;
        left -= found.rows.len();
        // A portion that is not full has looked through as many entries as one request may.
        if next.is_none() || left == 0 || found.rows.len() < portion {
            return Ok(end(page, sees, next));
        }
    }
}

fn end(page: PageWriter<'_>, sees: Disclosure, next: Option<u64>) -> Response {
    let next = next.map_or_else(|| "null".to_owned(), |next| format!("\"{}\"", position(next)));
    page.end(sees, &format!("\"next_cursor\":{next}"))
}

fn not_a_cursor() -> Violation {
    Violation::new("/cursor", Code::InvalidCursor, "must be a next_cursor of this list, with the same filters")
}

struct Wanted {
    filter: AuditFilter,
    before: Option<u64>,
    limit: usize,
}

impl Wanted {
    fn read(query: &Query) -> Result<Self, Problem> {
        let known = ["limit", "cursor", "customer_id", "action", "actor", "from", "to"];
        let mut errors = query.unknown(&known);
        let limit = query.one("limit", &mut errors).map_or(DEFAULT_LIMIT, |text| text.parse().unwrap_or(0));
        if !(1..=MAX_LIMIT).contains(&limit) {
            let message = format!("must be a whole number from 1 to {MAX_LIMIT}");
            errors.push(Violation::new("/limit", Code::OutOfRange, message));
        }
        let before = query.one("cursor", &mut errors).map(read_position);
        if before == Some(None) {
            errors.push(not_a_cursor());
        }
        let customer = query.one("customer_id", &mut errors).map(CustomerId::parse);
        if customer == Some(None) {
            errors.push(Violation::new("/customer_id", Code::UnknownValue, "is not the id of a customer"));
        }
        let action = query.one("action", &mut errors).map(Action::parse);
        if action == Some(None) {
            errors.push(Violation::new("/action", Code::UnknownValue, "is not an action of the audit trail"));
        }
        let actor = query.one("actor", &mut errors).map(ActorFilter::parse);
        if actor == Some(None) {
            let message = format!("must be one of: {}", ActorFilter::FORMS);
            errors.push(Violation::new("/actor", Code::UnknownValue, message));
        }
        let mut moment = |name: &str| {
            let moment = query.one(name, &mut errors).map(Timestamp::parse);
            if moment == Some(None) {
                let message = "must be a date with a time as in RFC 3339, such as 2026-01-05T12:00:00Z";
                errors.push(Violation::new(format!("/{name}"), Code::InvalidTime, message));
            }
            moment.flatten()
        };
        let (from, to) = (moment("from"), moment("to"));
        if !errors.is_empty() {
            return Err(Problem::invalid_parameters(errors));
        }
        let customer = customer.flatten();
        let filter = AuditFilter { customer, action: action.flatten(), actor: actor.flatten(), from, to };
        Ok(Self { filter, before: before.flatten(), limit })
    }
}
