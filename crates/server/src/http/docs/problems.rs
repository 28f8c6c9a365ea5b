//! The catalogue of problems, and a page for each. The `type` of a problem is the URL of its page.

use axum::extract::Path;
use axum::response::Response;
use dossier_core::violation::Code;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};

use super::frame::Page;
use super::prose::breakable;
use crate::http::accept::Wants;
use crate::http::problem::{Problem, ProblemCode};

const PLACE: &str = "/problems";

/// `GET /problems`: the catalogue.
pub(crate) async fn all(headers: HeaderMap) -> Response {
    let content = html! {
        p.lead {
            "A request that fails gets a problem document (RFC 9457) with one of these codes."
        }
        (table())
        h2 #violations { "Violations" }
        p { "Each item of " code { "errors" } " has one of these codes." }
        (violations())
    };
    Page::narrow("Problems", PLACE, &content).respond(StatusCode::OK, &headers)
}

/// `GET /problems/{code}`: what one code means and what to do. For an unknown code, programs get a 404 and people a
/// page that leads to the catalogue.
pub(crate) async fn one(Path(code): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(problem) = ProblemCode::ALL.iter().find(|problem| problem.as_str() == code) else {
        return match Wants::of(&headers) {
            Wants::Page => Ok(unknown().respond(StatusCode::NOT_FOUND, &headers)),
            Wants::Data | Wants::Anything => Err(Problem::not_found()),
        };
    };
    let lists_violations = matches!(problem, ProblemCode::InvalidBody | ProblemCode::InvalidParameters);
    let content = html! {
        p.lead { span.status { (problem.status()) } " " code { (problem.as_str()) } }
        p { (problem.help()) }
        @if lists_violations {
            h2 { "Codes of violations" }
            (violations())
        }
        p { a href=(PLACE) { "All problems" } }
    };
    Ok(Page::narrow(problem.title(), "", &content).respond(StatusCode::OK, &headers))
}

fn unknown() -> Page {
    Page::narrow(
        "No problem has this code",
        "",
        &html! {
            p { "The code may belong to another version of Dossier, or the URL may be incomplete." }
            p { a href=(PLACE) { "All problems" } }
        },
    )
}

/// All codes with their statuses and titles.
pub(super) fn table() -> Markup {
    html! {
        table.problems {
            thead { tr { th scope="col" { "Code" } th scope="col" { "Status" } th scope="col" { "Meaning" } } }
            tbody {
                @for problem in ProblemCode::ALL {
                    tr {
                        td { a href={ (PLACE) "/" (problem.as_str()) } { (breakable(problem.as_str())) } }
                        td { (problem.status()) }
                        td { (problem.title()) }
                    }
                }
            }
        }
    }
}

/// Where the list explains the code of a violation.
pub(super) fn violation_url(code: Code) -> String {
    format!("{PLACE}#violation-{}", code.as_str())
}

fn violations() -> Markup {
    html! {
        dl {
            @for code in Code::ALL {
                dt id={ "violation-" (code.as_str()) } { code { (code.as_str()) } }
                dd { (code.help()) }
            }
        }
    }
}
