//! The frame of every page of the documentation: the style of the hosted form, Dossier's name, and the navigation.

use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use http::{HeaderMap, HeaderName, StatusCode, header};
use maud::{DOCTYPE, Markup, html};

use crate::pages::assets::{self, accepts_gzip, gzip};

/// What a browser may load and run. Nothing is loaded from elsewhere, and only the search is sent.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

pub(super) const SHORT: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

const PLACES: [(&str, &str); 4] = [
    ("Guides", "/docs"),
    ("API reference", "/docs/reference"),
    ("Problems", "/problems"),
    ("OpenAPI document", "/openapi.json"),
];

/// Where searches are sent.
pub(super) const SEARCH: &str = "/docs/search";

/// A page as it is sent, plain and compressed.
pub(crate) struct Page {
    plain: String,
    compressed: Vec<u8>,
}

impl Page {
    /// A page at one of [`PLACES`] or below it, with a script if it has one.
    #[must_use]
    pub(super) fn new(title: &str, place: &str, script: Option<&str>, body: &Markup) -> Self {
        Self::framed(title, place, script, "", body)
    }

    /// A page with the results of a search. The same query can be changed there.
    #[must_use]
    pub(super) fn searched(query: &str, body: &Markup) -> Self {
        Self::framed("Search", "", Some("guides.js"), query, body)
    }

    fn framed(title: &str, place: &str, script: Option<&str>, query: &str, body: &Markup) -> Self {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · Dossier" }
                    link rel="stylesheet" href=(assets::url("form.css"));
                    link rel="stylesheet" href=(assets::url("docs.css"));
                    link rel="icon" type="image/svg+xml" href=(assets::url("icon.svg"));
                    @if let Some(script) = script { script src=(assets::url(script)) defer {} }
                }
                body.docs {
                    a.skip href="#main" { "Skip to the content" }
                    header {
                        a.brand href="/docs" { "Dossier" }
                        nav aria-label="Documentation" {
                            @for (name, path) in PLACES {
                                a href=(path) aria-current=[(path == place).then_some("page")] { (name) }
                            }
                        }
                        form.find role="search" aria-label="All documentation" action=(SEARCH) {
                            input name="q" type="search" value=(query) aria-label="Search the documentation"
                                placeholder="Search" autocomplete="off" spellcheck="false";
                            button { "Search" }
                        }
                    }
                    (body)
                    footer { p { "Dossier " (env!("CARGO_PKG_VERSION")) } }
                }
            }
        };
        let plain = page.into_string();
        let compressed = gzip(plain.as_bytes(), Compression::best());
        Self { plain, compressed }
    }

    /// A page of one column.
    #[must_use]
    pub(super) fn narrow(title: &str, place: &str, content: &Markup) -> Self {
        Self::new(title, place, None, &html! { main #main tabindex="-1" { h1 { (title) } (content) } })
    }

    #[must_use]
    pub(crate) fn respond(&self, status: StatusCode, headers: &HeaderMap) -> Response {
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, CSP),
            (header::VARY, "Accept, Accept-Encoding"),
            SHORT,
        ];
        match accepts_gzip(headers) {
            true => (status, fixed, [(header::CONTENT_ENCODING, "gzip")], self.compressed.clone()).into_response(),
            false => (status, fixed, self.plain.clone()).into_response(),
        }
    }
}
