//! The search. What is searched for is personal, so it is never part of a URL.

use axum::extract::State;
use axum::response::Response;
use dossier_core::customer::Summary;
use dossier_core::desk::Permission;
use dossier_core::use_cases::search::{self, Matches, Otherwise};
use maud::{Markup, html};
use serde_json::Value;

use super::fields::Fields;
use super::pages;
use super::queue::visible;
use super::seat::{Desk, refusal};
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// The longest text to search for, in characters.
const LONGEST: usize = 256;

/// `GET /desk/{environment}/search`
pub async fn page(desk: Desk) -> Response {
    if let Err(refused) = desk.require(Permission::View) {
        return refused;
    }
    show(&desk, "", &html! {})
}

/// `POST /desk/{environment}/search`
pub async fn find(State(app): State<App>, desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let text: String = fields.get("text").chars().take(LONGEST).collect();
    let otherwise = if fields.get("names").is_empty() { Otherwise::Names } else { Otherwise::NamesAnyway };
    match search::search(&app.services, &desk.seat, &text, otherwise).await {
        Ok(found) => Ok(show(&desk, &text, &results(&desk, &text, &found))),
        Err(error) => refusal(&desk, error),
    }
}

fn show(desk: &Desk, text: &str, results: &Markup) -> Response {
    let content = html! {
        form.search method="post" role="search" action={ (desk.base()) "/search" } {
            label for="text" { (say("search-text")) }
            div {
                input #text type="search" name="text" value=(text) maxlength=(LONGEST) required autocomplete="off"
                    data-focus;
                button.primary type="submit" { (say("nav-search")) }
            }
        }
        (results)
    };
    pages::page(desk, &say("nav-search"), "search", &content)
}

fn results(desk: &Desk, text: &str, found: &Matches) -> Markup {
    html! {
        p role="status" { (say_with("found", &[("count", found.summaries.len().into())])) }
        ul.found { @for summary in &found.summaries { li { (result(desk, summary)) } } }
        @if found.is_partial { p { (say("found-partial")) } }
        @if found.names_remain {
            form method="post" action={ (desk.base()) "/search" } {
                p { (say("found-no-number")) }
                input type="hidden" name="text" value=(text);
                button type="submit" name="names" value="yes" { (say("search-names")) }
            }
        }
    }
}

fn result(desk: &Desk, summary: &Summary) -> Markup {
    let names: Value = serde_json::from_slice(summary.names.as_json()).unwrap_or_default();
    let text = |name: &str| names[name].as_str().unwrap_or_default();
    let name = format!("{} {} {}", text("first_name"), text("last_name"), text("company_name"));
    html! {
        a href={ (desk.base()) "/customers/" (summary.id) } data-row { bdi { (visible(name.trim())) } }
        " · " (say(&format!("kind-{}", summary.kind))) " · " bdi { (visible(text("email"))) }
        @if let Some(status) = names["kycs"]["status"].as_str() { " · " (crate::readable::words(status)) }
    }
}
