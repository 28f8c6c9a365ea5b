//! The list of requests, with filters in the URL.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;
use dossier_core::requests::{LoggedRequest, RequestFilter, RequestPlace};
use dossier_core::violation::Code;
use maud::{Markup, html};

use super::frame::{self, Console, KeyNames, base, duration, select, short_time};
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::say;
use crate::http::problem::{Problem, ProblemCode};
use crate::http::state::App;

const PAGE: usize = 50;
/// The fields of the filter, in the order of the form.
const FIELDS: [&str; 8] = ["status", "method", "route", "code", "pointer", "key", "from", "to"];

/// How the URL says that a problem has no place, as the table of errors shows it.
pub const NO_PLACE: &str = "-";

/// What the URL says. Only what is known counts.
pub struct Listed {
    /// The text of each field.
    texts: Vec<(&'static str, String)>,
    pub filter: RequestFilter,
    after: Option<RequestPlace>,
}

impl Listed {
    #[must_use]
    pub fn read(query: &str) -> Self {
        let fields = Fields::read(query.as_bytes());
        let owned = |name: &str| Some(fields.get(name).trim().to_owned()).filter(|text| !text.is_empty());
        let filter = RequestFilter {
            statuses: owned("status").as_deref().and_then(statuses),
            code: owned("code"),
            pointer: owned("pointer").map(|place| if place == NO_PLACE { String::new() } else { place }),
            key: owned("key").as_deref().and_then(KeyId::parse),
            route: owned("route"),
            method: owned("method"),
            from: owned("from").as_deref().and_then(moment),
            to: owned("to").as_deref().and_then(moment),
        };
        let after = owned("after").as_deref().and_then(read_place);
        Self { texts: FIELDS.iter().filter_map(|name| Some((*name, owned(name)?))).collect(), filter, after }
    }

    fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    /// The query that continues the list.
    fn query(&self, after: Option<&RequestPlace>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.texts);
        if let Some(place) = after {
            query.append_pair("after", &format!("{}~{}", place.at.as_micros(), place.request_id));
        }
        query.finish()
    }
}

fn read_place(text: &str) -> Option<RequestPlace> {
    let (at, id) = text.split_once('~')?;
    Some(RequestPlace { at: Timestamp::from_micros(at.parse().ok()?), request_id: id.to_owned() })
}

/// `404`, or `4` for all that begin with it.
fn statuses(text: &str) -> Option<(u16, u16)> {
    let number: u16 = text.parse().ok()?;
    match number {
        1..=5 => Some((number * 100, number * 100 + 99)),
        100..=599 => Some((number, number)),
        _ => None,
    }
}

/// A moment as a browser's field has it, in UTC.
pub fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse(&format!("{text}:00Z")))
        .or_else(|| Timestamp::parse(&format!("{text}Z")))
}

/// `GET /console/{environment}/requests`
pub async fn page(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let listed = Listed::read(query.as_deref().unwrap_or_default());
    let names = KeyNames::read(&app, &desk).await?;
    let (store, after) = (&app.services.store, listed.after.clone());
    let (found, next) = store.requests(desk.scope(), &listed.filter, after, PAGE).await?;
    let content = html! {
        p.hint { (say("requests-text")) }
        (form(&listed, &names, &app.paths))
        @if found.is_empty() {
            p.empty { (say(if app.request_log.is_some() { "requests-empty" } else { "console-log-off" })) }
        } @else {
            (table(&desk, &found, &names))
        }
        nav.pages aria-label=(say("pages")) {
            @if listed.after.is_some() { a href={ "?" (listed.query(None)) } { (say("requests-newest")) } }
            @if let Some(next) = &next {
                a href={ "?" (listed.query(Some(next))) } rel="next" { (say("requests-older")) }
            }
        }
    };
    Ok(frame::page(&desk, "requests", &say("requests-title"), &content))
}

fn form(listed: &Listed, names: &KeyNames, paths: &[&str]) -> Markup {
    let any = || (String::new(), say("filter-any"));
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let statuses: Vec<_> = [any()]
        .into_iter()
        .chain(["2", "4", "5"].map(|class| (class.to_owned(), say(&format!("status-{class}")))))
        .chain(Some(listed.text("status")).filter(|text| text.len() == 3).map(same))
        .collect();
    let methods: Vec<_> = [any()].into_iter().chain(["GET", "POST", "PUT", "PATCH", "DELETE"].map(same)).collect();
    let routes: Vec<_> = [any()].into_iter().chain(paths.iter().map(|path| same(path))).collect();
    let keys: Vec<_> = [any()].into_iter().chain(names.iter().map(|(id, name)| (id.to_string(), name))).collect();
    let codes = ProblemCode::ALL.iter().map(|code| code.as_str()).chain(Code::ALL.iter().map(|code| code.as_str()));
    html! {
        form.filter method="get" role="search" aria-label=(say("requests-filter")) {
            (select("status", &say("requests-status"), &statuses, listed.text("status")))
            (select("method", &say("requests-method"), &methods, listed.text("method")))
            (select("route", &say("requests-route"), &routes, listed.text("route")))
            div.field {
                label for="code" { (say("requests-code")) }
                input #code type="text" name="code" value=(listed.text("code")) list="codes" autocomplete="off"
                    spellcheck="false";
                datalist #codes { @for code in codes { option value=(code) {} } }
            }
            div.field {
                label for="pointer" { (say("requests-pointer")) }
                input #pointer type="text" name="pointer" value=(listed.text("pointer")) autocomplete="off"
                    spellcheck="false";
            }
            (select("key", &say("requests-key"), &keys, listed.text("key")))
            @for name in ["from", "to"] {
                div.field {
                    label for=(name) { (say(&format!("requests-{name}"))) }
                    input id=(name) type="datetime-local" name=(name) value=(listed.text(name));
                }
            }
            div.field.send {
                button.primary type="submit" { (say("requests-show")) }
                @if !listed.texts.is_empty() { " " a.button href="?" { (say("requests-clear")) } }
            }
        }
    }
}

fn table(desk: &Desk, found: &[LoggedRequest], names: &KeyNames) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(say("requests-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in ["time", "request", "answer", "key", "took"] {
                            th scope="col" { (say(&format!("requests-{column}"))) }
                        }
                    }
                }
                tbody { @for one in found { (row(desk, one, names)) } }
            }
        }
    }
}

fn row(desk: &Desk, one: &LoggedRequest, names: &KeyNames) -> Markup {
    let label = |column: &str| say(&format!("requests-{column}"));
    html! {
        tr {
            th scope="row" { a href={ (base(desk)) "/requests/" (one.request_id) } data-row { (short_time(one.at)) } }
            td data-label=(label("request")) { code { strong { (one.method) } " " (one.path()) } }
            td data-label=(label("answer")) { (answer(one)) }
            td data-label=(label("key")) { bdi { (names.name(one.key)) } }
            td.number data-label=(label("took")) { (duration(one.duration_us)) }
        }
    }
}

/// The status, the code, and the first of what is wrong.
pub fn answer(one: &LoggedRequest) -> Markup {
    html! {
        span.status-code data-class=(one.status / 100) { (one.status) }
        @if let Some(code) = &one.code { " " code { (code) } }
        @if let Some(first) = one.violations.first() {
            " " small {
                code { (first.pointer) } " " (first.code)
                @if one.violations.len() > 1 { " +" (one.violations.len() - 1) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_in_its_url_and_what_is_unknown_filters_nothing() {
        let listed = Listed::read("status=4&code=invalid_body&route=%2Fv0%2Ffiles&key=nonsense&after=12~req-1");
        assert_eq!(listed.filter.statuses, Some((400, 499)));
        assert_eq!((listed.filter.code.as_deref(), listed.filter.key), (Some("invalid_body"), None));
        let place = RequestPlace { at: Timestamp::from_micros(5), request_id: "req-2".to_owned() };
        let again = Listed::read(&listed.query(Some(&place)));
        assert_eq!((again.filter, again.after), (listed.filter, Some(place)));
        for (text, expected) in
            [("404", Some((404, 404))), ("5", Some((500, 599))), ("0", None), ("9", None), ("600", None), ("x", None)]
        {
            assert_eq!(statuses(text), expected, "{text}");
        }
        for text in ["2026-11-30T13:00", "2026-11-30T13:00:00", "2026-11-30T13:00:00Z"] {
            assert_eq!(moment(text).map(|at| at.to_string()), Some("2026-11-30T13:00:00.000Z".to_owned()), "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}
