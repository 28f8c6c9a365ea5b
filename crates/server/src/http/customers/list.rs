//! `GET /v0/customers`

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Caller;
use dossier_core::customer::{CustomerView, Summary};
use dossier_core::erasure::Tombstone;
use dossier_core::ids::CustomerId;
use dossier_core::look::LookedThrough;
use dossier_core::parse::Email;
use dossier_core::store::StoreError;
use dossier_core::violation::Code;
use http::{HeaderValue, Method, header};
use serde_json::json;

use super::expand::Expand;
use crate::http::context::RequestContext;
use crate::http::extract::Reader;
use crate::http::looks::{self, Looker, profile};
use crate::http::openapi::operation::{Operation, Shows};
use crate::http::openapi::parts::{CUSTOMERS, limit, query, response_with};
use crate::http::page::{PORTION, PageWriter};
use crate::http::problem::Problem;
use crate::http::problem::ProblemCode::{InvalidHeader, InvalidParameters};
use crate::http::query::Query;
use crate::http::state::App;

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
            "description": "A page ends before it exceeds 1 MiB, so it may have fewer items than `limit`.",
            "parameters": [
                query("email", email, json!({ "type": "string" })),
                limit(),
                query("cursor", "`next_cursor` of the previous page", cursor),
                Expand::parameter(),
                query("include", "`erased` also lists erased customers", json!({ "enum": ["erased"] })),
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
        None => write_page(&app, &caller, (&mut writer, &mut seen), &page).await?.map(cursor),
    };
    looker.saw(&app, &caller, seen, (LookedThrough::ListCustomers, profile(sees)));
    // A cursor is base64, so nothing in it needs escaping in JSON.
    let member = next.as_ref().map_or("null".to_owned(), |next| format!("\"{next}\""));
    let mut response = writer.end(sees, &format!("\"next_cursor\":{member}"));
    if let Some(next) = next {
        let expand = page.expand.query();
        let include = if page.erased { "&include=erased" } else { "" };
        let link = format!("</v0/customers?limit={}&cursor={next}{expand}{include}>; rel=\"next\"", page.limit);
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
                        expand.write(app, caller, &customer, writer.item()).await?;
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

/// The requested page.
struct Page {
    email: Option<Email>,
    after: Option<CustomerId>,
    limit: usize,
    expand: Expand,
    /// Whether erased customers are listed as well.
    erased: bool,
}

impl Page {
    fn read(query: Query) -> Result<Self, Problem> {
        let mut parameters = query.only(&["limit", "cursor", "email", "expand", "include"]);
        let limit = parameters.limit();
        let message = "must be a next_cursor of this list";
        let after = parameters.read("cursor", read_cursor, Code::InvalidCursor, message);
        let email = parameters.text("email").as_deref().map(Email::searched);
        let expand = Expand::read(&mut parameters);
        let include = |text: &str| (text == "erased").then_some(());
        let erased = parameters.read("include", include, Code::UnknownValue, "must be erased").is_some();
        parameters.end().map(|()| Self { email, after, limit, expand, erased })
    }
}
