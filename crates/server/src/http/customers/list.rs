//! `GET /v0/customers`, and the query parameters of reads.

use axum::Extension;
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_core::caller::Caller;
use dossier_core::customer::{Customer, CustomerView, Summary};
use dossier_core::ids::CustomerId;
use dossier_core::parse::Email;
use dossier_core::store::StoreError;
use dossier_core::violation::{Code, Violation};
use http::request::Parts;
use http::{HeaderValue, Uri, header};

use crate::http::App;
use crate::http::context::RequestContext;
use crate::http::page::{PORTION, PageWriter};
use crate::http::problem::Problem;
use crate::http::router::Reader;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;
/// As much of the name of an unknown parameter is repeated, in characters,
const MAX_NAME: usize = 64;
/// and as many of them are named.
const MAX_UNKNOWN: usize = 16;

/// `GET /v0/customers`: newest first, page by page, or the one with an e-mail.
///
/// # Errors
///
/// See the catalogue of problems.
pub async fn list(
    State(app): State<App>,
    Reader(caller, sees): Reader,
    Extension(context): Extension<RequestContext>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page()?;
    let mut writer = PageWriter::begin(&app, &context);
    let next = match &page.email {
        Some(email) => {
            let found = app.services.store.summaries_by_email(caller.scope, email).await?;
            write_items(&app, &caller, &mut writer, page.expand, &found).await?;
            None
        }
        None => write_page(&app, &caller, &mut writer, &page).await?.map(cursor),
    };
    // A cursor is base64, of which JSON escapes nothing.
    let member = next.as_ref().map_or("null".to_owned(), |next| format!("\"{next}\""));
    let mut response = writer.end(sees, &format!("\"next_cursor\":{member}"));
    if let Some(next) = next {
        let expand = page.expand.query();
        let link = format!("</v0/customers?limit={}&cursor={next}{expand}>; rel=\"next\"", page.limit);
        response.headers_mut().insert(header::LINK, HeaderValue::try_from(link).expect("a cursor is visible ASCII"));
    }
    Ok(response)
}

/// Writes the items of a page; answers the last of them when there are more.
async fn write_page(
    app: &App,
    caller: &Caller,
    writer: &mut PageWriter<'_>,
    page: &Page,
) -> Result<Option<CustomerId>, Problem> {
    let (mut last, mut left) = (page.after, page.limit);
    loop {
        let portion = left.min(PORTION);
        writer.make_room(portion)?;
        let found = app.services.store.summaries(caller.scope, last, portion).await?;
        let written = write_items(app, caller, writer, page.expand, &found.summaries).await?;
        last = written.checked_sub(1).map(|at| found.summaries[at].id).or(last);
        left -= written;
        let more = found.more || written < found.summaries.len();
        if !found.more || written < portion || left == 0 {
            return Ok(last.filter(|_| more));
        }
    }
}

/// Writes customers until the page is full; answers how many.
async fn write_items(
    app: &App,
    caller: &Caller,
    writer: &mut PageWriter<'_>,
    expand: Expand,
    summaries: &[Summary],
) -> Result<usize, Problem> {
    writer.expect(summaries.len());
    for (at, summary) in summaries.iter().enumerate() {
        let whole = match expand.whole() {
            true => app.services.store.customer(caller.scope, summary.id).await?,
            false => None,
        };
        match &whole {
            Some(customer) => expand.write(app, caller, customer, writer.item()).await?,
            None => CustomerView::new(summary, None).write(writer.item()),
        }
        if !writer.keep()? {
            return Ok(at);
        }
        // Records at hand never wait for anything, so this gives other requests a turn.
        tokio::task::coop::consume_budget().await;
    }
    Ok(summaries.len())
}

/// A position in the list: opaque to clients, and of no use outside of their own scope.
fn cursor(id: CustomerId) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

fn read_cursor(text: &str) -> Option<CustomerId> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(CustomerId::from_bytes(bytes.try_into().ok()?))
}

/// What reads may show besides the customer object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expand {
    /// Every KYC field as stored.
    pub profile: bool,
    /// The documents, with what is known of their files.
    pub documents: bool,
    /// What is required, and how it stands.
    pub requirements: bool,
}

impl Expand {
    /// Whether the whole record is needed.
    #[must_use]
    pub const fn whole(self) -> bool {
        self.profile || self.documents || self.requirements
    }

    /// Appends the JSON of a customer with what was asked for.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn write(
        self,
        app: &App,
        caller: &Caller,
        customer: &Customer,
        json: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let summary = customer.summary();
        let mut view = CustomerView::new(&summary, self.profile.then_some(&customer.profile));
        if self.documents {
            let files = app.services.store.files(caller.scope, &customer.profile.files(), Some(customer.id)).await?;
            view = view.with_documents(customer.profile.documents_view(customer.id, &files));
        }
        if self.requirements {
            let requirements = app.services.policy.rules.of(customer, app.services.now(caller.scope));
            view.with_requirements(&requirements).write(json);
        } else {
            view.write(json);
        }
        Ok(())
    }

    /// The same wish for the next page.
    fn query(self) -> String {
        let wishes = [("profile", self.profile), ("documents", self.documents), ("requirements", self.requirements)];
        let names: Vec<_> = wishes.iter().filter(|(_, wished)| *wished).map(|(name, _)| *name).collect();
        if names.is_empty() { String::new() } else { format!("&expand={}", names.join(",")) }
    }
}

/// A page of the list as it was asked for.
struct Page {
    email: Option<Email>,
    after: Option<CustomerId>,
    limit: usize,
    expand: Expand,
}

/// Query parameters, decoded. A `+` is a plus: no parameter has a blank in it, and addresses have a `+`.
pub struct Query(Vec<(String, String)>);

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self::of(&parts.uri))
    }
}

/// That there are no query parameters.
pub struct NoQuery;

impl FromRequestParts<App> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let errors = Query::of(&parts.uri).unknown(&[]);
        if errors.is_empty() { Ok(Self) } else { Err(Problem::invalid_parameters(errors)) }
    }
}

impl Query {
    /// That of an address.
    #[must_use]
    pub fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default().replace('+', "%2B");
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// A violation for each parameter besides these. One that is ignored would answer another question than was asked.
    #[must_use]
    pub fn unknown(&self, known: &[&str]) -> Vec<Violation> {
        let names = self.0.iter().map(|(name, _)| name).filter(|name| !known.contains(&name.as_str()));
        let message = match known {
            [] => "is unknown: this takes no parameters".to_owned(),
            _ => format!("is unknown: the parameters are {}", known.join(", ")),
        };
        let pointer = |name: &String| {
            let name: String = name.chars().take(MAX_NAME).collect();
            format!("/{}", name.replace('~', "~0").replace('/', "~1"))
        };
        names
            .map(|name| Violation::new(pointer(name), Code::UnknownProperty, message.clone()))
            .take(MAX_UNKNOWN)
            .collect()
    }

    /// Reads `expand` alone.
    ///
    /// # Errors
    ///
    /// 400 for a value that is not known.
    pub fn expand(&self) -> Result<Expand, Problem> {
        let mut errors = self.unknown(&["expand"]);
        let expand = self.read_expand(&mut errors);
        if errors.is_empty() { Ok(expand) } else { Err(Problem::invalid_parameters(errors)) }
    }

    fn page(&self) -> Result<Page, Problem> {
        let mut errors = self.unknown(&["limit", "cursor", "email", "expand"]);
        let limit = self.one("limit", &mut errors).map(|text| text.parse().unwrap_or(0));
        if limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
            errors.push(Violation::new(
                "/limit",
                Code::OutOfRange,
                format!("must be a whole number from 1 to {MAX_LIMIT}"),
            ));
        }
        let after = self.one("cursor", &mut errors).map(read_cursor);
        if after == Some(None) {
            errors.push(Violation::new("/cursor", Code::InvalidCursor, "must be a next_cursor of this list"));
        }
        let page = Page {
            email: self.one("email", &mut errors).map(Email::searched),
            after: after.flatten(),
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            expand: self.read_expand(&mut errors),
        };
        if errors.is_empty() { Ok(page) } else { Err(Problem::invalid_parameters(errors)) }
    }

    fn read_expand(&self, errors: &mut Vec<Violation>) -> Expand {
        let mut expand = Expand::default();
        for name in self.one("expand", errors).into_iter().flat_map(|list| list.split(',')) {
            match name {
                "profile" => expand.profile = true,
                "documents" => expand.documents = true,
                "requirements" => expand.requirements = true,
                _ => {
                    let message = "must be some of: profile, documents, requirements";
                    errors.push(Violation::new("/expand", Code::UnknownValue, message));
                }
            }
        }
        expand
    }

    /// The value of a parameter that may stand once.
    pub fn one(&self, name: &str, errors: &mut Vec<Violation>) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let value = values.next();
        if values.next().is_some() {
            errors.push(Violation::new(format!("/{name}"), Code::DuplicateKey, "stands twice in the query"));
        }
        value
    }
}
