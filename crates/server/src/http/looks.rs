//! Counts what the responses to keys show of customers, and lists who saw one.

use axum::Extension;
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Actor, Caller};
use dossier_core::clock::Timestamp;
use dossier_core::disclosure::Disclosure;
use dossier_core::ids::{CustomerId, KeyId};
use dossier_core::look::{CountedLook, Look, LookPlace, LookedThrough, Reason, Seen};
use dossier_core::use_cases::seen::{Entries, SeenError, SeenPlace, seen};
use dossier_core::violation::{Code, Violation};
use http::request::Parts;
use http::{HeaderName, Method};
use serde_json::{Value, json};

use super::context::RequestContext;
use super::extract::{AuditReader, CustomerPath};
use super::openapi::operation::{Operation, Shows};
use super::openapi::parts::{AUDIT, customer_id, limit, query, request_header, response};
use super::page::{PORTION, PageWriter};
use super::problem::Problem;
use super::problem::ProblemCode::{self, InvalidParameters, NotFound};
use super::query::Query;
use super::state::{App, AppState};

const REASON: HeaderName = HeaderName::from_static("dossier-reason");

/// A request whose response may show personal data, with the reason for it.
pub struct Looker {
    reason: Option<Reason>,
    /// A response to HEAD shows nothing.
    is_head: bool,
}

impl FromRequestParts<App> for Looker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if !app.looks.has_room() {
            let text = "The access log cannot be written at the moment, so no personal data is shown.";
            return Err(Problem::new(ProblemCode::StorageUnavailable, text).retry_after(1));
        }
        let mut values = parts.headers.get_all(REASON).iter();
        let reason = values.next().map(|value| {
            let text = std::str::from_utf8(value.as_bytes()).ok().filter(|_| values.next().is_none());
            text.and_then(|text| Reason::new(text).ok()).ok_or_else(|| {
                let text = format!(
                    "Dossier-Reason must be sent once, as UTF-8 with 1 to {} characters and no hidden ones.",
                    Reason::MAX
                );
                Problem::new(ProblemCode::InvalidHeader, text)
            })
        });
        Ok(Self { reason: reason.transpose()?, is_head: parts.method == Method::HEAD })
    }
}

impl Looker {
    /// Counts a look at each of these customers.
    pub fn saw(
        &self,
        app: &AppState,
        caller: &Caller,
        customers: impl IntoIterator<Item = CustomerId>,
        (through, seen): (LookedThrough, Seen),
    ) {
        let Actor::Key(key) = caller.actor else { return };
        if self.is_head {
            return;
        }
        let now = app.services.now(caller.scope);
        app.looks.count(customers.into_iter().map(|customer| {
            let (scope, hour, reason) = (caller.scope, Look::hour_of(now), self.reason.clone());
            CountedLook { look: Look { scope, customer, hour, key, through, seen, reason }, count: 1, last_at: now }
        }));
    }
}

/// What a profile shows to a key.
#[must_use]
pub const fn profile(sees: Disclosure) -> Seen {
    if sees.numbers { Seen::Numbers } else { Seen::Profile }
}

/// The description of the header in the OpenAPI document.
pub(crate) fn reason() -> Value {
    let text = "Why you look at personal data. The access log keeps it, sealed under the customer's key";
    request_header("Dossier-Reason", text, json!({ "type": "string", "minLength": 1, "maxLength": Reason::MAX }))
}

pub(crate) const LIST: Operation = Operation {
    method: Method::GET,
    path: "/v0/customers/{customer_id}/seen",
    scopes: &[KeyScope::AuditRead],
    shows: Shows::Own,
    problems: &[&[InvalidParameters, NotFound]],
    describe: || {
        let cursor = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{68}$" });
        json!({
            "operationId": "listLooks",
            "tags": [AUDIT],
            "summary": "List who saw a customer's personal data, newest hour first",
            "description": "Looks by API keys are counted for each key, hour, operation and reason, and appear here \
                within a second. Looks by people are entries of the audit trail. The list remains when the customer is \
                erased, without the reasons. A request looks through a few thousand audit entries at most, so a page \
                may have few items or none although `next_cursor` leads to more.",
            "parameters": [customer_id(), limit(), query("cursor", "`next_cursor` of the previous page", cursor)],
            "responses": { "200": response("A page of looks", "LookList") },
        })
    },
};

/// Who saw a customer.
pub(crate) async fn list(
    State(app): State<App>,
    AuditReader(caller, sees): AuditReader,
    CustomerPath(id): CustomerPath,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let mut parameters = query.only(&["limit", "cursor"]);
    let mut left = parameters.limit();
    let place = parameters.read("cursor", read_cursor, Code::InvalidCursor, NOT_A_CURSOR);
    parameters.end()?;
    let id = id.ok_or_else(Problem::not_found)?;
    let mut page = PageWriter::begin(&app, &context);
    let mut place = place.unwrap_or_default();
    loop {
        let portion = left.min(PORTION);
        page.make_room(portion)?;
        let found = seen(&app.services, caller.scope, id, place, portion).await?;
        page.expect(found.rows.len());
        let is_full = found.rows.len() == portion;
        left -= found.rows.len();
        for (row, after) in found.rows {
            serde_json::to_writer(page.item(), &row).expect("a row has string keys only");
            if !page.keep()? {
                return Ok(page.end(sees, &format!("\"next_cursor\":\"{}\"", cursor(place))));
            }
            place = after;
        }
        match found.next {
            Some(next) if is_full && left > 0 => place = next,
            Some(next) => return Ok(page.end(sees, &format!("\"next_cursor\":\"{}\"", cursor(next)))),
            None => return Ok(page.end(sees, "\"next_cursor\":null")),
        }
    }
}

impl From<SeenError> for Problem {
    fn from(error: SeenError) -> Self {
        match error {
            SeenError::NotFound => Self::not_found(),
            SeenError::NotAPlace => {
                Self::invalid_parameters(vec![Violation::new("/cursor", Code::InvalidCursor, NOT_A_CURSOR)])
            }
            SeenError::Store(error) => error.into(),
        }
    }
}

const NOT_A_CURSOR: &str = "must be a next_cursor of this list";
/// In a cursor, entries continue at the newest one.
const NEWEST: u64 = u64::MAX;

/// The place as a client sends it back: the audit entry, then the counted looks.
#[must_use]
pub fn cursor(place: SeenPlace) -> String {
    let entry = match place.entries {
        Entries::Newest => NEWEST,
        Entries::Before(seq) => seq,
        Entries::Ended => 0,
    };
    let LookPlace { hour, key, through, seen, reason_id } = place.looks.unwrap_or(LookPlace::END);
    let mut bytes = entry.to_be_bytes().to_vec();
    bytes.extend_from_slice(&hour.as_micros().to_be_bytes());
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend([through, seen, u8::from(place.looks.is_some())]);
    bytes.extend_from_slice(&reason_id);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place that a cursor names.
#[must_use]
pub fn read_cursor(text: &str) -> Option<SeenPlace> {
    let bytes: [u8; 51] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let entries = match u64::from_be_bytes(bytes[..8].try_into().ok()?) {
        NEWEST => Entries::Newest,
        0 => Entries::Ended,
        seq => Entries::Before(Some(seq).filter(|seq| *seq <= i64::MAX.unsigned_abs())?),
    };
    let looks = LookPlace {
        hour: Timestamp::from_micros(i64::from_be_bytes(bytes[8..16].try_into().ok()?)),
        key: KeyId::from_bytes(bytes[16..32].try_into().ok()?),
        through: bytes[32],
        seen: bytes[33],
        reason_id: bytes[35..].try_into().ok()?,
    };
    Some(SeenPlace { entries, looks: (bytes[34] != 0).then_some(looks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_every_other_text_is_refused() {
        let looks = LookPlace { hour: Timestamp::from_micros(-5), key: KeyId::from_bytes([7; 16]), ..LookPlace::END };
        for entries in [Entries::Newest, Entries::Before(7), Entries::Ended] {
            for looks in [None, Some(looks)] {
                let place = SeenPlace { entries, looks };
                assert_eq!(read_cursor(&cursor(place)), Some(place));
            }
        }
        let place = SeenPlace { entries: Entries::Before(1 << 63), looks: None };
        for wrong in ["", "A", &"A".repeat(67), &"A".repeat(72), &"*".repeat(68), &cursor(place)] {
            assert_eq!(read_cursor(wrong), None, "{wrong}");
        }
    }
}
