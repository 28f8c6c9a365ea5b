//! The audit trail over HTTP: who did what, without anything personal.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use dossier_core::api_key::KeyScope;
use dossier_core::audit::{Action, ActorFilter, AuditFilter};
use dossier_core::clock::Timestamp;
use dossier_core::disclosure::Disclosure;
use dossier_core::ids::CustomerId;
use dossier_core::violation::{Code, Violation};
use http::Method;
use serde_json::json;

use super::context::RequestContext;
use super::extract::AuditReader;
use super::openapi::operation::{Operation, Shows};
use super::openapi::parts::{AUDIT, limit, query, response};
use super::page::{PORTION, PageWriter};
use super::problem::Problem;
use super::problem::ProblemCode::InvalidParameters;
use super::query::{Query, position, read_position};
use super::state::App;

pub(crate) const LIST: Operation = Operation {
    method: Method::GET,
    path: "/v0/audit",
    scopes: &[KeyScope::AuditRead],
    shows: Shows::Own,
    problems: &[&[InvalidParameters]],
    describe: || {
        let cursor = json!({ "type": "string", "pattern": "^A{3}[A-Za-z0-9_-]{7}[AEIMQUYcgkosw048]$" });
        let id = json!({ "type": "string", "format": "uuid" });
        let actions: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
        let actor = json!({ "type": "string", "maxLength": 256, "examples": ["operator", "operator:Ada Lovelace"] });
        let time = json!({ "type": "string", "format": "date-time" });
        json!({
            "operationId": "listAuditEntries",
            "tags": [AUDIT],
            "summary": "List entries of the audit trail, newest first",
            "description": "Entries of this account and environment. They hold no personal data: the values before and \
                after a change are sealed, and only `dossier audit show` displays them. A request looks through a few \
                thousand entries at most, so a page may have few items or none although `next_cursor` leads to more.",
            "parameters": [
                limit(),
                query("cursor", "`next_cursor` of the previous page, with the same filters", cursor),
                query("customer_id", "Only entries about this customer", id),
                query("action", "Only entries with this action", json!({ "type": "string", "enum": actions })),
                query("actor", "Only entries by this actor: `system`, `operator:<name>`, `key:<id>`, `session:<id>` or \
                    `member:<id>:<name>`. `member:<id>` stands for a member whatever the name was, and `operator`, \
                    `key`, `session` or `member` alone for all actors of that kind", actor),
                query("from", "Only entries at this time or later", time.clone()),
                query("to", "Only entries before this time", time),
            ],
            "responses": { "200": response("A page of entries", "AuditList") },
        })
    },
};

pub(crate) async fn list(
    State(app): State<App>,
    AuditReader(caller, sees): AuditReader,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let query = AuditQuery::read(query)?;
    let mut page = PageWriter::begin(&app, &context);
    let filter = &query.filter;
    let (mut next, mut left) = (query.before, query.limit);
    loop {
        let portion = left.min(PORTION);
        page.make_room(portion)?;
        let found = app.services.store.audit(caller.scope, filter, next, portion).await?;
        let found = found.ok_or_else(not_a_cursor)?;
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
        // A portion that is not full means that as many entries were looked through as one request may.
        if next.is_none() || left == 0 || found.rows.len() < portion {
            return Ok(end(page, sees, next));
        }
    }
}

fn end(page: PageWriter<'_>, sees: Disclosure, next: Option<u64>) -> Response {
    let next = next.map_or_else(|| "null".to_owned(), |next| format!("\"{}\"", position(next)));
    page.end(sees, &format!("\"next_cursor\":{next}"))
}

const NOT_A_CURSOR: &str = "must be a next_cursor of this list, with the same filters";

fn not_a_cursor() -> Problem {
    Problem::invalid_parameters(vec![Violation::new("/cursor", Code::InvalidCursor, NOT_A_CURSOR)])
}

struct AuditQuery {
    filter: AuditFilter,
    before: Option<u64>,
    limit: usize,
}

impl AuditQuery {
    fn read(query: Query) -> Result<Self, Problem> {
        let mut parameters = query.only(&["limit", "cursor", "customer_id", "action", "actor", "from", "to"]);
        let limit = parameters.limit();
        let before = parameters.read("cursor", read_position, Code::InvalidCursor, NOT_A_CURSOR);
        let customer =
            parameters.read("customer_id", CustomerId::parse, Code::UnknownValue, "must be the id of a customer");
        let message = "must be an action of the audit trail";
        let action = parameters.read("action", Action::parse, Code::UnknownValue, message);
        let message = format!("must be one of: {}", ActorFilter::FORMS);
        let actor = parameters.read("actor", ActorFilter::parse, Code::UnknownValue, message);
        let message = "must be a date with a time as in RFC 3339, such as 2026-01-05T12:00:00Z";
        let mut moment = |name| parameters.read(name, Timestamp::parse, Code::InvalidTime, message);
        let (from, to) = (moment("from"), moment("to"));
        let filter = AuditFilter { request_id: None, customer, action, actor, from, to };
        parameters.end().map(|()| Self { filter, before, limit })
    }
}
