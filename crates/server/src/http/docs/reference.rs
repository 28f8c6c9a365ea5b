//! The API reference: one page, made from the OpenAPI document. Without scripts, only its search is missing.

use http::Method;
use maud::{Markup, html};
use serde_json::Value;

use super::frame::Page;
use super::operation::{Described, EVERYWHERE};
use super::problems;
use super::prose::{inline, slug};
use super::schema::Schemas;

pub(super) const PLACE: &str = "/docs/reference";

#[must_use]
pub(super) fn page(document: &Value, url: &str) -> Page {
    let reference = Reference { document, schemas: Schemas::of(document), url };
    let body = html! {
        div.columns.reference {
            (reference.contents())
            main #main tabindex="-1" {
                h1 { (text(&document["info"], "title")) " API" }
                (reference.introduction())
                @for tag in reference.tags() { (reference.group(tag)) }
                (reference.headers())
                section #schemas {
                    h2 { "Schemas" }
                    @for (name, schema) in reference.schemas.all() { (reference.schemas.section(name, schema)) }
                }
                section #problems {
                    h2 { "Problems" }
                    p { "Each code has a page that says what it means and what to do." }
                    (problems::table())
                }
            }
        }
    };
    Page::new("API reference", PLACE, Some("docs.js"), &body)
}

struct Reference<'a> {
    document: &'a Value,
    schemas: Schemas<'a>,
    url: &'a str,
}

impl<'a> Reference<'a> {
    fn tags(&self) -> impl Iterator<Item = &'a Value> {
        self.document["tags"].as_array().into_iter().flatten()
    }

    /// The operations of a tag, and the calls that the server makes.
    fn operations(&self, tag: &str) -> Vec<Described<'a>> {
        let paths = |part: &str| self.document[part].as_object().into_iter().flatten();
        let of = |path: Option<&'a str>, methods: &'a Value| {
            let methods = methods.as_object().into_iter().flatten();
            methods.filter_map(move |(method, operation)| {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).ok()?;
                Some(Described { method, path, operation })
            })
        };
        let own = paths("paths").flat_map(|(path, methods)| of(Some(path), methods));
        let calls = paths("webhooks").flat_map(|(_, methods)| of(None, methods));
        own.chain(calls).filter(|one| one.is_of(tag)).collect()
    }

    /// The table of contents, with the search that the script shows. On a narrow screen it is folded.
    fn contents(&self) -> Markup {
        html! {
            nav.contents aria-label="Contents" {
                form.search #search role="search" aria-label="This page" hidden {
                    label for="query" { "Search this page" }
                    input #query type="search" autocomplete="off" spellcheck="false" aria-describedby="found"
                        placeholder="Path, field or word";
                    p #found role="status" {}
                }
                details #contents {
                    summary { "Contents" }
                    ul {
                        li { a href="#authentication" { span { "Authentication" } } }
                        @for tag in self.tags() {
                            @let name = text(tag, "name");
                            li {
                                a.tag href={ "#" (slug(name)) } { span { (name) } }
                                ul { @for one in self.operations(name) { li { (one.link()) } } }
                            }
                        }
                        li { a.tag href="#headers" { span { "Headers" } } }
                        li {
                            a.tag href="#schemas" { span { "Schemas" } }
                            details #names {
                                summary { "All " (self.schemas.all().count()) " schemas" }
                                ul {
                                    @for (name, _) in self.schemas.all() {
                                        li { a href={ "#schema-" (name) } { span { (name) } } }
                                    }
                                }
                            }
                        }
                        li { a.tag href="#problems" { span { "Problems" } } }
                    }
                }
            }
        }
    }

    fn introduction(&self) -> Markup {
        let info = &self.document["info"];
        let schemes = self.document["components"]["securitySchemes"].as_object().into_iter().flatten();
        html! {
            p.lead { (text(info, "summary")) }
            p { (inline(text(info, "description"))) }
            p.rules {
                "Version " (text(info, "version")) ", made from the OpenAPI document at "
                a href="/openapi.json" { code { "/openapi.json" } }
                ". The examples use " code { (self.url) } "."
            }
            section #authentication {
                h2 { "Authentication" }
                dl {
                    @for (_, scheme) in schemes {
                        dt { code { (scheme["name"].as_str().unwrap_or("Authorization")) } }
                        dd { (inline(text(scheme, "description"))) }
                    }
                }
            }
        }
    }

    fn group(&self, tag: &Value) -> Markup {
        let name = text(tag, "name");
        html! {
            section id=(slug(name)) {
                h2 { (name) }
                p { (inline(text(tag, "description"))) }
                @for one in self.operations(name) { (one.section(self.schemas, self.url)) }
            }
        }
    }

    fn headers(&self) -> Markup {
        let headers = self.document["components"]["headers"].as_object().into_iter().flatten();
        html! {
            section #headers {
                h2 { "Headers" }
                p {
                    "The headers of responses. Nearly every response has "
                    @for (at, name) in EVERYWHERE.iter().enumerate() {
                        @if at > 0 { ", " }
                        code { (name) }
                    }
                    "."
                }
                dl {
                    @for (name, header) in headers {
                        dt id={ "header-" (name.to_lowercase()) } { code { (name) } }
                        dd { (inline(text(header, "description"))) }
                    }
                }
            }
        }
    }
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}
