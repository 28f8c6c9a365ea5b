//! One operation as people read it: what it does, takes and returns, with an example of each.

use http::Method;
use maud::{Markup, html};
use serde_json::Value;

use super::prose::inline;
use super::sample::{curl, of_body, pretty, sample};
use super::schema::Schemas;

/// How deep a body is unfolded: down to the document of a person of a business.
const DEEP: u8 = 5;

/// Headers that nearly every response has. The page lists them once.
pub(super) const EVERYWHERE: [&str; 3] = ["Api-Key-Expires", "X-Request-Id", "X-Client-Request-Id"];

/// An operation of the server, or a call that the server makes.
pub(super) struct Described<'a> {
    pub(super) method: Method,
    /// The path. `None` for a call that goes to a URL of the reader's.
    pub(super) path: Option<&'a str>,
    pub(super) operation: &'a Value,
}

impl Described<'_> {
    fn id(&self) -> &str {
        self.operation["operationId"].as_str().unwrap_or_default()
    }

    fn summary(&self) -> &str {
        self.operation["summary"].as_str().unwrap_or_default()
    }

    pub(super) fn is_of(&self, tag: &str) -> bool {
        self.operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|of| of == tag))
    }

    /// Its line in the table of contents.
    pub(super) fn link(&self) -> Markup {
        html! {
            a href={ "#" (self.id()) } { (method(&self.method)) span { (self.summary()) } }
        }
    }

    pub(super) fn section(&self, schemas: Schemas<'_>, url: &str) -> Markup {
        let Self { method: verb, path, operation } = self;
        let parameters = operation["parameters"].as_array().filter(|parameters| !parameters.is_empty());
        html! {
            section.operation id=(self.id()) {
                div.text {
                    h3 { a.anchor href={ "#" (self.id()) } { (self.summary()) } }
                    p.route { (method(verb)) code { (path.unwrap_or("the URL of your webhook")) } }
                    @if let Some(description) = operation["description"].as_str() { p { (inline(description)) } }
                    (self.key())
                    @if let Some(parameters) = parameters {
                        h4 { "Parameters" }
                        ul.members { @for one in parameters { li { (parameter(schemas, one)) } } }
                    }
                    @for (media_type, content) in self.bodies() {
                        h4 { "Body" }
                        p.rules {
                            code { (media_type) }
                            @if operation["requestBody"]["required"] != true { ", optional" }
                        }
                        (schemas.shape(&content["schema"], DEEP))
                    }
                    h4 { "Responses" }
                    ul.responses {
                        @for (status, one) in responses(operation) { li { (response(schemas, status, one)) } }
                    }
                }
                (self.samples(schemas, url))
            }
        }
    }

    /// The request bodies, by media type.
    fn bodies(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.operation["requestBody"]["content"].as_object().into_iter().flatten()
    }

    /// The key that the operation needs, and what the response shows.
    fn key(&self) -> Markup {
        let scopes = self.operation["x-scopes"].as_array();
        html! {
            @if self.path.is_some() {
                p.rules {
                    @match scopes {
                        Some(scopes) => {
                            "Needs a key with "
                            @for (at, scope) in scopes.iter().enumerate() {
                                @if at > 0 { ", " }
                                code { (scope.as_str().unwrap_or_default()) }
                            }
                        }
                        None => "Needs no key",
                    }
                }
            }
            @if let Some(fields) = self.operation["x-fields"].as_str() { p.rules { "Returns " (inline(fields)) } }
        }
    }

    fn samples(&self, schemas: Schemas<'_>, url: &str) -> Markup {
        let is_json = |media_type: &str| !media_type.starts_with("multipart/");
        let bodies = self.bodies().filter(|(kind, _)| is_json(kind)).flat_map(|(_, content)| of_body(schemas, content));
        // The first one is already part of the call.
        let bodies: Vec<_> = bodies.skip(usize::from(self.path.is_some())).collect();
        html! {
            div.samples {
                @if let Some(path) = self.path {
                    p.caption { "Request" }
                    pre { code { (curl(schemas, url, &self.method, path, self.operation)) } }
                }
                @for (name, body) in bodies {
                    details {
                        summary { "Example body" @if !name.is_empty() { ": " (name) } }
                        pre { code { (pretty(&body)) } }
                    }
                }
                @for (status, response) in responses(self.operation) {
                    @if let Some(schema) = response["content"]["application/json"].get("schema") {
                        details {
                            summary { "Example response: " (status) }
                            pre { code { (pretty(&sample(schemas, schema))) } }
                        }
                    }
                }
            }
        }
    }
}

fn method(method: &Method) -> Markup {
    html! { span.method.(method.as_str().to_lowercase()) { (method.as_str()) } " " }
}

fn parameter(schemas: Schemas<'_>, parameter: &Value) -> Markup {
    let text = |key: &str| parameter[key].as_str().unwrap_or_default();
    html! {
        (schemas.heading(text("name"), &parameter["schema"], parameter["required"] == true))
        p { (inline(text("description"))) }
        p.rules { "In the " (text("in")) }
        (schemas.rules(&parameter["schema"]))
    }
}

/// The responses by status. The document has them in the order in which operations describe them.
fn responses(operation: &Value) -> Vec<(&String, &Value)> {
    let mut responses: Vec<_> = operation["responses"].as_object().into_iter().flatten().collect();
    responses.sort_by_key(|(status, _)| *status);
    responses
}

fn response(schemas: Schemas<'_>, status: &str, response: &Value) -> Markup {
    let description = response["description"].as_str().unwrap_or_default();
    let headers = response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let headers: Vec<&str> = headers.filter(|name| !EVERYWHERE.contains(name)).collect();
    let content = || response["content"].as_object().into_iter().flatten();
    let is_problem = content().any(|(media_type, _)| media_type == "application/problem+json");
    html! {
        p {
            span.status { (status) } " "
            @if is_problem { (problems(description)) } @else { (inline(description)) }
        }
        @if !headers.is_empty() {
            p.rules {
                "Headers: "
                @for (at, name) in headers.iter().enumerate() {
                    @if at > 0 { ", " }
                    a href={ "#header-" (name.to_lowercase()) } { (name) }
                }
            }
        }
        @if !is_problem {
            @for (media_type, content) in content() {
                p.rules { code { (media_type) } " " (super::schema::type_of(&content["schema"])) }
                @if schemas.has_shape(&content["schema"]) {
                    details {
                        summary { "Members of the response" }
                        (schemas.shape(&content["schema"], 0))
                    }
                }
            }
        }
    }
}

/// The codes of a response, which are written in backticks, each with a link to its page.
fn problems(description: &str) -> Markup {
    html! {
        @for (at, code) in description.split('`').skip(1).step_by(2).enumerate() {
            @if at > 0 { ", " }
            a href={ "/problems/" (code) } { code { (code) } }
        }
    }
}
