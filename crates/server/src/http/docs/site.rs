//! The documentation at `/docs`: the guides, the reference and the search, made when one of them is first requested.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use maud::html;
use serde::Deserialize;
use serde_json::Value;

use super::frame::{Page, SHORT};
use super::search::Entry;
use super::{frame, guides, reference, search};
use crate::http::accept::Wants;
use crate::http::problem::Problem;

/// What the pages are made from, and the pages once they are made.
struct Shelf {
    document: fn() -> Value,
    url: String,
    site: OnceLock<Site>,
}

struct Site {
    guides: Vec<(&'static str, Page)>,
    reference: Page,
    entries: Vec<Entry>,
}

/// The routes of the documentation of an API, which clients reach at a URL.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(document: fn() -> Value, url: &str) -> Router<S> {
    Router::new()
        .route(guides::PLACE, get(index))
        .route("/docs/{guide}", get(guide))
        .route(reference::PLACE, get(whole_reference))
        .route(frame::SEARCH, get(found))
        .route("/docs/pictures/{file}", get(picture))
        .with_state(Arc::new(Shelf { document, url: url.to_owned(), site: OnceLock::new() }))
}

impl Shelf {
    fn site(&self) -> &Site {
        self.site.get_or_init(|| Site::new(&(self.document)(), &self.url))
    }
}

impl Site {
    fn new(document: &Value, url: &str) -> Self {
        let (mut pages, mut entries) = (Vec::new(), Vec::new());
        for guide in guides::GUIDES {
            let rendered = guide.document();
            let body = html! {
                div.columns {
                    (guides::contents(guide, &rendered))
                    main.guide #main tabindex="-1" { (rendered.body) }
                }
            };
            pages.push((guide.name, Page::new(&rendered.title, guides::PLACE, Some("guides.js"), &body)));
            // A result in the index would only lead to the guide that is found as well.
            if guide.name != guides::INDEX {
                entries.extend(search::of_guide(guide, &rendered));
            }
        }
        entries.extend(search::of_reference(document, reference::PLACE));
        Self { guides: pages, reference: reference::page(document, url), entries }
    }

    fn guide(&self, name: &str) -> Option<&Page> {
        self.guides.iter().find(|(known, _)| *known == name).map(|(_, page)| page)
    }
}

/// `GET /docs`
async fn index(State(shelf): State<Arc<Shelf>>, headers: HeaderMap) -> Result<Response, Problem> {
    let page = shelf.site().guide(guides::INDEX).ok_or_else(Problem::not_found)?;
    Ok(page.respond(StatusCode::OK, &headers))
}

/// `GET /docs/{guide}`
async fn guide(
    State(shelf): State<Arc<Shelf>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match (shelf.site().guide(&name), Wants::of(&headers)) {
        (Some(page), _) => Ok(page.respond(StatusCode::OK, &headers)),
        (None, Wants::Page) => {
            let index = html! { p { a href=(guides::PLACE) { "All guides" } } };
            Ok(Page::narrow("There is no such guide", "", &index).respond(StatusCode::NOT_FOUND, &headers))
        }
        (None, Wants::Data | Wants::Anything) => Err(Problem::not_found()),
    }
}

/// A path below the documents, the desk or the console that leads nowhere.
pub(in crate::http) fn nowhere(headers: &HeaderMap) -> Response {
    let ways = html! { p { a href=(guides::PLACE) { "Documentation" } " · " a href="/desk" { "The desk" } } };
    Page::narrow("There is no such page", "", &ways).respond(StatusCode::NOT_FOUND, headers)
}

/// `GET /docs/reference`
async fn whole_reference(State(shelf): State<Arc<Shelf>>, headers: HeaderMap) -> Response {
    shelf.site().reference.respond(StatusCode::OK, &headers)
}

#[derive(Debug, Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /docs/search?q=…`
async fn found(State(shelf): State<Arc<Shelf>>, Query(search): Query<Search>, headers: HeaderMap) -> Response {
    let body = html! { main #main tabindex="-1" { (search::results(&shelf.site().entries, &search.q)) } };
    Page::searched(&search.q, &body).respond(StatusCode::OK, &headers)
}

/// `GET /docs/pictures/{file}`
async fn picture(Path(file): Path<String>) -> Result<Response, Problem> {
    let bytes = guides::picture(&file).ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, "image/png"), SHORT], bytes).into_response())
}
