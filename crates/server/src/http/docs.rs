//! Documentation that the server serves itself: the OpenAPI document, an interactive reference that works offline, and
//! a page for every problem.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use dossier_core::violation::Code;
use http::{HeaderName, Method, header};
use maud::{DOCTYPE, Markup, html};
use serde_json::json;

use super::openapi::operation::{Operation, PUBLIC, Shows};
use super::openapi::parts::SERVICE;
use super::problem::{Problem, ProblemCode};

/// Swagger UI writes style attributes; nothing else is loosened, and nothing leaves the origin.
const REFERENCE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' \
    data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PAGE_CSP: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const CSP: HeaderName = header::CONTENT_SECURITY_POLICY;
const SHORT: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=3600");

pub(crate) const OPENAPI: Operation = Operation {
    method: Method::GET,
    path: "/openapi.json",
    scopes: &[],
    shows: Shows::Own,
    problems: &[PUBLIC],
    describe: || {
        json!({
            "operationId": "getOpenApi",
            "tags": [SERVICE],
            "summary": "Read this document",
            "description": "Made from the types that parse requests.",
            "responses": { "200": {
                "description": "OpenAPI 3.1",
                "content": { "application/json": { "schema": { "type": "object" } } },
            } },
        })
    },
};

/// The OpenAPI document, as text.
pub fn openapi(document: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), SHORT], document).into_response()
}

/// `GET /docs`
pub(crate) async fn reference() -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Dossier API" }
                link rel="stylesheet" href="/docs/swagger-ui.css";
                link rel="icon" href="data:,";
                script src="/docs/swagger-ui-bundle.js" defer {}
                script src="/docs/reference.js" defer {}
            }
            body {
                div #reference {
                    noscript { "The interactive reference needs JavaScript; the document itself is at \
                        " a href="/openapi.json" { "/openapi.json" } "." }
                }
            }
        }
    };
    ([(CSP, REFERENCE_CSP), SHORT], Html(page.into_string())).into_response()
}

/// `GET /docs/{asset}`
///
/// # Errors
///
/// 404 for a file that the reference does not use.
pub(crate) async fn asset(Path(asset): Path<String>) -> Result<Response, Problem> {
    let (kind, content): (_, &'static [u8]) = match asset.as_str() {
        "swagger-ui.css" => {
            ("text/css; charset=utf-8", include_bytes!("../../assets/vendor/swagger-ui/swagger-ui.css"))
        }
        "swagger-ui-bundle.js" => {
            ("text/javascript; charset=utf-8", include_bytes!("../../assets/vendor/swagger-ui/swagger-ui-bundle.js"))
        }
        "reference.js" => ("text/javascript; charset=utf-8", include_bytes!("../../assets/reference.js")),
        "page.css" => ("text/css; charset=utf-8", include_bytes!("../../assets/page.css")),
        _ => return Err(Problem::not_found()),
    };
    Ok(([(header::CONTENT_TYPE, kind), SHORT], content).into_response())
}

/// `GET /problems`: the catalogue.
pub(crate) async fn problems() -> Response {
    page(
        "Problems",
        &html! {
            p { "Every answer that is not what was asked for is a problem document (RFC 9457) with one of these \
                codes." }
            table {
                thead { tr { th { "Code" } th { "Status" } th { "Meaning" } } }
                tbody {
                    @for problem in ProblemCode::ALL {
                        tr {
                            td { a href=(format!("/problems/{}", problem.as_str())) { code { (problem.as_str()) } } }
                            td { (problem.status()) }
                            td { (problem.title()) }
                        }
                    }
                }
            }
            h2 { "Violations" }
            p { "The members of " code { "errors" } " carry one of these codes." }
            (violations())
        },
    )
}

/// `GET /problems/{code}`: what one code means and what to do.
///
/// # Errors
///
/// 404 for a code that is not in the catalogue.
pub(crate) async fn problem(Path(code): Path<String>) -> Result<Response, Problem> {
    let problem = ProblemCode::ALL.iter().find(|problem| problem.as_str() == code).ok_or_else(Problem::not_found)?;
    let lists_violations = matches!(problem, ProblemCode::InvalidBody | ProblemCode::InvalidParameters);
    Ok(page(
        problem.title(),
        &html! {
            p { code { (problem.as_str()) } " · HTTP " (problem.status()) }
            p { (problem.help()) }
            @if lists_violations {
                h2 { "Codes of violations" }
                (violations())
            }
            p { a href="/problems" { "All problems" } " · " a href="/docs" { "API reference" } }
        },
    ))
}

fn violations() -> Markup {
    html! {
        dl {
            @for code in Code::ALL {
                dt { code { (code.as_str()) } }
                dd { (code.help()) }
            }
        }
    }
}

fn page(title: &str, content: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Dossier" }
                link rel="stylesheet" href="/docs/page.css";
            }
            body { main { h1 { (title) } (content) } }
        }
    };
    ([(CSP, PAGE_CSP), SHORT], Html(page.into_string())).into_response()
}
