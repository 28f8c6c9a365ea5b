//! `GET /v0/customers`

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Caller;
use dossier_core::clock::Timestamp;
use dossier_core::customer::filter::{Filter, Status};
use dossier_core::customer::{CustomerType, CustomerView, Summary};
use dossier_core::erasure::Tombstone;
use dossier_core::ids::CustomerId;
use dossier_core::look::LookedThrough;
use dossier_core::parse::Email;
use dossier_core::store::StoreError;
use dossier_core::use_cases::list_customers;
use dossier_core::violation::Code;
use http::{HeaderValue, Method, header};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::expand::Expand;
use crate::http::context::RequestContext;
use crate::http::extract::Reader;
use crate::http::looks::{self, Looker, profile};
use crate::http::openapi::operation::{Operation, Shows};
use crate::http::openapi::parts::{CUSTOMERS, limit, query, response_with};
use crate::http::page::{PORTION, PageWriter};
use crate::http::problem::Problem;
use crate::http::problem::ProblemCode::{InvalidHeader, InvalidParameters};
use crate::http::query::{Parameters, Query};
use crate::http::state::App;

/// Scans compare every customer of an account, so that only few may run at a time.
static SCANS: Semaphore = Semaphore::const_new(2);

/// How long a request waits until it may scan.
const PATIENCE: Duration = Duration::from_secs(5);

async fn turn_to_scan() -> Result<SemaphorePermit<'static>, Problem> {
    let turn = tokio::time::timeout(PATIENCE, SCANS.acquire()).await;
    turn.map(|turn| turn.expect("it is never closed")).map_err(|_| StoreError::Busy.into())
}

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Value {
    json!({ "enum": all.iter().map(|one| word(*one)).collect::<Vec<_>>() })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(crate) const LIST: Operation = Operation {
    method: Method::GET,
    path: "/v0/customers",
    scopes: &[KeyScope::CustomersRead],
    shows: Shows::Customers,
    problems: &[&[InvalidHeader, InvalidParameters]],
    describe: || {
        let email = "Only the customer with this e-mail; case and surrounding white space are ignored";
        let cursor = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$" });
        json!({
            "operationId": "listCustomers",
            "tags": [CUSTOMERS],
            "summary": "List customers, newest first",
            "description": "A page ends before it exceeds 1 MiB, so it may have fewer items than `limit`. With a \
                filter it also ends after two seconds of looking for customers, perhaps without any.",
            "parameters": [
                query("email", email, json!({ "type": "string" })),
                limit(),
                query("cursor", "`next_cursor` of the previous page", cursor),
                Expand::parameter(),
                query("include", "`erased` also lists erased customers", json!({ "enum": ["erased"] })),
                query("status", "Only customers with this status", words(Status::ALL, Status::as_str)),
                query("type", "Only this type of customer", words(CustomerType::ALL, CustomerType::as_str)),
                query("created_from", "Only customers who were created then or later", moment()),
                query("created_before", "Only customers who were created earlier", moment()),
                query("updated_from", "Only customers who were changed then or later", moment()),
                query("updated_before", "Only customers whose last change was earlier", moment()),
                query("count", "`true` adds `total`, the number of customers that match", json!({ "enum": ["true"] })),
                looks::reason(),
            ],
            "responses": { "200": response_with("A page of customers", "CustomerList", &["Link"]) },
        })
    },
};

/// A page of customers, newest first, or the one with an e-mail.
pub(crate) async fn list(
    State(app): State<App>,
    Reader(caller, sees): Reader,
    looker: Looker,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let page = Page::read(query)?;
    let mut seen = Vec::new();
    let mut writer = PageWriter::begin(&app, &context);
    let next = match &page.email {
        Some(email) => {
            let found = app.services.store.summaries_by_email(caller.scope, email).await?;
            let found = items(&found, &[]);
            write_items(&app, &caller, (&mut writer, &mut seen), page.expand, &found).await?;
            None
        }
        None if page.filter != Filter::default() => {
            let _turn = turn_to_scan().await?;
            write_filtered(&app, &caller, (&mut writer, &mut seen), &page).await?.map(cursor)
        }
        None => write_page(&app, &caller, (&mut writer, &mut seen), &page).await?.map(cursor),
    };
    let total = if page.count { total(&app, &caller, &page.filter).await? } else { String::new() };
    looker.saw(&app, &caller, seen, (LookedThrough::ListCustomers, profile(sees)));
    // A cursor is base64, so nothing in it needs escaping in JSON.
    let member = next.as_ref().map_or("null".to_owned(), |next| format!("\"{next}\""));
    let mut response = writer.end(sees, &format!("\"next_cursor\":{member}{total}"));
    if let Some(next) = next {
        let expand = page.expand.query();
        let include = if page.erased { "&include=erased" } else { "" };
        let filter = &page.filter_query;
        let link = format!("</v0/customers?limit={}&cursor={next}{expand}{include}{filter}>; rel=\"next\"", page.limit);
        response.headers_mut().insert(header::LINK, HeaderValue::try_from(link).expect("a cursor is visible ASCII"));
    }
    Ok(response)
}

/// Writes the items of a page, and notes whose profiles it shows. Returns the last item if more follow.
async fn write_page(
    app: &App,
    caller: &Caller,
    (writer, seen): (&mut PageWriter<'_>, &mut Vec<CustomerId>),
    page: &Page,
) -> Result<Option<CustomerId>, Problem> {
    let (mut last, mut left) = (page.after, page.limit);
    loop {
        let portion = left.min(PORTION);
        writer.make_room(portion)?;
        let store = &app.services.store;
        let found = store.summaries(caller.scope, last, portion).await?;
        let erased = match page.erased {
            true => store.tombstones(caller.scope, last, portion + 1).await?,
            false => Vec::new(),
        };
        let mut items = items(&found.summaries, &erased);
        let rest = found.more || items.len() > portion;
        items.truncate(portion);
        let written = write_items(app, caller, (writer, seen), page.expand, &items).await?;
        last = written.checked_sub(1).map(|at| items[at].id()).or(last);
        left -= written;
        let more = rest || written < items.len();
        if !rest || written < portion || left == 0 {
            return Ok(last.filter(|_| more));
        }
    }
}

/// As [`write_page`], for customers that match the filter.
async fn write_filtered(
    app: &App,
    caller: &Caller,
    (writer, seen): (&mut PageWriter<'_>, &mut Vec<CustomerId>),
    page: &Page,
) -> Result<Option<CustomerId>, Problem> {
    let (mut after, mut left) = (page.after, page.limit);
    loop {
        let portion = left.min(PORTION);
        writer.make_room(portion)?;
        let found = list_customers::page(&app.services, caller.scope, &page.filter, after, portion).await?;
        let items = items(&found.summaries, &[]);
        let written = write_items(app, caller, (writer, seen), page.expand, &items).await?;
        left -= written;
        if written < items.len() {
            return Ok(written.checked_sub(1).map(|at| items[at].id()).or(after));
        }
        after = found.next;
        // A page that was not filled ended because the customers or the time did.
        if after.is_none() || left == 0 || written < portion {
            return Ok(after);
        }
    }
}

/// The member with the number of customers that match.
async fn total(app: &App, caller: &Caller, filter: &Filter) -> Result<String, Problem> {
    let _turn = turn_to_scan().await?;
    let count = list_customers::count(&app.services, caller.scope, filter).await?;
    Ok(format!(",\"total\":{}", count.map_or("null".to_owned(), |count| count.to_string())))
}

/// A customer in a list, or what remains of it.
#[derive(Clone, Copy)]
enum Item<'a> {
    Customer(&'a Summary),
    Erased(&'a Tombstone),
}

impl Item<'_> {
    const fn id(&self) -> CustomerId {
        match self {
            Self::Customer(summary) => summary.id,
            Self::Erased(tombstone) => tombstone.id,
        }
    }
}

/// Customers and what remains of others, newest first.
fn items<'a>(summaries: &'a [Summary], erased: &'a [Tombstone]) -> Vec<Item<'a>> {
    let mut items: Vec<_> = summaries.iter().map(Item::Customer).collect();
    if !erased.is_empty() {
        items.extend(erased.iter().map(Item::Erased));
        items.sort_by_key(|item| std::cmp::Reverse(item.id()));
    }
    items
}

/// Writes customers until the page is full, and returns their number.
async fn write_items(
    app: &App,
    caller: &Caller,
    (writer, seen): (&mut PageWriter<'_>, &mut Vec<CustomerId>),
    expand: Expand,
    items: &[Item<'_>],
) -> Result<usize, Problem> {
    writer.expect(items.len());
    for (at, item) in items.iter().enumerate() {
        let mut profile_of = None;
        match item {
            Item::Customer(summary) if expand.whole() => {
                match app.services.store.customer(caller.scope, summary.id).await {
                    Ok(Some(customer)) => {
                        // Boxed, so that lists without it need not carry its large future.
                        Box::pin(expand.write(app, caller, &customer, writer.item())).await?;
                        profile_of = expand.profile.then_some(summary.id);
                    }
                    // It was erased since the list was read.
                    Ok(None) | Err(StoreError::Erased { .. }) => {
                        CustomerView::new(summary, None).write(writer.item());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Item::Customer(summary) => CustomerView::new(summary, None).write(writer.item()),
            Item::Erased(tombstone) => {
                serde_json::to_writer(writer.item(), &tombstone.view()).expect("a view has string keys only");
            }
        }
        if !writer.keep()? {
            return Ok(at);
        }
        seen.extend(profile_of);
        // Cached records never wait for anything, so this gives other requests a turn.
        tokio::task::coop::consume_budget().await;
    }
    Ok(items.len())
}

/// A position in the list: opaque to clients, and useless outside their own scope.
fn cursor(id: CustomerId) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

fn read_cursor(text: &str) -> Option<CustomerId> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(CustomerId::from_bytes(bytes.try_into().ok()?))
}

/// The filter, and its parameters for the next page.
fn filter(parameters: &mut Parameters) -> (Filter, String) {
    let mut query = String::new();
    let mut note = |name: &str, value: &str| query.push_str(&format!("&{name}={value}"));
    let message = "must be not_started, pending, approved or rejected";
    let status = parameters.read("status", Status::parse, Code::UnknownValue, message);
    status.inspect(|status| note("status", status.as_str()));
    let kind = parameters.read("type", CustomerType::parse, Code::UnknownValue, "must be individual or corporate");
    kind.inspect(|kind| note("type", kind.as_str()));
    let mut moment = |name: &'static str| {
        let message = "must be a moment as in RFC 3339, such as 2026-01-05T12:00:00Z";
        let at = parameters.read(name, Timestamp::parse, Code::InvalidTime, message);
        at.inspect(|at| note(name, &at.to_string()))
    };
    let mut range = |from, before| {
        let (from, before) = (moment(from), moment(before));
        let range =
            from.unwrap_or(Timestamp::from_micros(i64::MIN))..before.unwrap_or(Timestamp::from_micros(i64::MAX));
        (from.is_some() || before.is_some()).then_some(range)
    };
    let created = range("created_from", "created_before");
    let updated = range("updated_from", "updated_before");
    (Filter { status, kind, created, updated }, query)
}

/// The requested page.
struct Page {
    email: Option<Email>,
    after: Option<CustomerId>,
    limit: usize,
    expand: Expand,
    /// Whether erased customers are listed as well.
    erased: bool,
    filter: Filter,
    /// The filter as parameters of the next page.
    filter_query: String,
    /// Whether the customers that match are counted.
    count: bool,
}

impl Page {
    fn read(query: Query) -> Result<Self, Problem> {
        let mut parameters = query.only(&[
            "limit",
            "cursor",
            "email",
            "expand",
            "include",
            "status",
            "type",
            "created_from",
            "created_before",
            "updated_from",
            "updated_before",
            "count",
        ]);
        let limit = parameters.limit();
        let message = "must be a next_cursor of this list";
        let after = parameters.read("cursor", read_cursor, Code::InvalidCursor, message);
        let email = parameters.text("email").as_deref().map(Email::searched);
        let expand = Expand::read(&mut parameters);
        let include = |text: &str| (text == "erased").then_some(());
        let erased = parameters.read("include", include, Code::UnknownValue, "must be erased").is_some();
        let (filter, filter_query) = filter(&mut parameters);
        let is_true = |text: &str| (text == "true").then_some(());
        let count = parameters.read("count", is_true, Code::UnknownValue, "must be true").is_some();
        if (filter != Filter::default() || count) && (email.is_some() || erased) {
            let message = "goes with neither email nor include";
            let name = filter_query.trim_start_matches('&').split('=').next().unwrap_or_default();
            parameters.refuse(if name.is_empty() { "count" } else { name }, Code::Contradiction, message);
        }
        let page = Self { email, after, limit, expand, erased, filter, filter_query, count };
        parameters.end().map(|()| page)
    }
}
