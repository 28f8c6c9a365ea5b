//! The queue: what waits for a decision, and the next case.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::clock::Timestamp;
use dossier_core::customer::CustomerType;
use dossier_core::desk::{FlagKind, Permission, WaitReason};
use dossier_core::hidden::hiding;
use dossier_core::parse::Country;
use dossier_core::use_cases::worksheet;
use maud::{Markup, html};

use super::filter::{Filter, View};
use super::pages;
use super::queue_view::{Case, Shown};
use super::seat::{Desk, refusal};
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// The rows of a page.
const ROWS: usize = 50;
/// How many cases *Next* tries. Colleagues may take each of them first.
const TRIES: usize = 64;

/// `GET /desk/{environment}/queue`
pub async fn page(State(app): State<App>, desk: Desk, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    if let Err(refused) = desk.require(Permission::View) {
        return Ok(refused);
    }
    let filter = Filter::read(query.as_deref().unwrap_or_default());
    let cases = app.queues.cases(&app.services, desk.scope()).await?;
    let (member, now) = (desk.seat.member.id, app.services.now(desk.scope()));
    let mut counts = [0; View::ALL.len()];
    for case in cases.iter() {
        for (count, view) in counts.iter_mut().zip(View::ALL) {
            *count += usize::from(view.shows(case, member, now));
        }
    }
    let passing: Vec<_> = cases.iter().filter(|case| filter.accepts(&app.queues, case, member, now)).collect();
    let pages = passing.len().div_ceil(ROWS).max(1);
    let shown = passing.iter().skip((filter.page - 1) * ROWS).take(ROWS);
    let rows: Vec<_> = shown.filter_map(|case| Some((*case, app.queues.shown(case)?))).collect();
    let late = cases.iter().filter(|case| case.due_at <= now).count();
    let content = html! {
        div.queue-columns {
            (side(&desk, &filter, &counts, late))
            section.list {
                (filters(&filter))
                @if rows.is_empty() {
                    p.empty { (say(&filter.empty_text())) }
                } @else {
                    (table(&desk, &filter, &rows, now))
                }
                (pagination(&filter, pages))
            }
        }
    };
    let title = say(&format!("view-{}", filter.view.as_str()));
    Ok(pages::page(&desk, &title, "queue", &content))
}

/// The views, and the button that takes the next case.
fn side(desk: &Desk, filter: &Filter, counts: &[usize], late: usize) -> Markup {
    html! {
        aside.side {
            @if desk.seat.may(Permission::Work) {
                form method="post" action={ (desk.base()) "/next?" (filter.query()) } {
                    button.primary type="submit" data-key="n" { (say("next")) " " kbd { "n" } }
                }
            }
            nav aria-label=(say("views")) {
                ul {
                    @for (index, (view, count)) in View::ALL.iter().copied().zip(counts).enumerate() {
                        @let to = Filter { page: 1, view, ..filter.clone() };
                        li {
                            a href={ "?" (to.query()) } aria-current=[(view == filter.view).then_some("page")]
                                data-key={ "g " (index + 1) } {
                                span { (say(&format!("view-{}", view.as_str()))) }
                                span.count { (count) }
                            }
                        }
                    }
                }
            }
            @if late > 0 { p.late { (say_with("late", &[("count", late.into())])) } }
        }
    }
}

/// The filters that are set, and those that can be.
fn filters(filter: &Filter) -> Markup {
    let kinds = CustomerType::ALL.iter().map(|kind| {
        (
            say(&format!("kind-{kind}")),
            Filter { kind: Some(*kind), page: 1, ..filter.clone() },
            filter.kind == Some(*kind),
        )
    });
    let reasons = WaitReason::ALL.iter().map(|reason| {
        let to = Filter { reason: Some(*reason), page: 1, ..filter.clone() };
        (say(&format!("wait-{reason}")), to, filter.reason == Some(*reason))
    });
    // The queue knows only what follows from the record alone.
    let flags = FlagKind::ALL.iter().filter(|flag| !matches!(flag, FlagKind::SameNumber | FlagKind::SameFile));
    let flags = flags.map(|flag| {
        let to = Filter { flag: Some(*flag), page: 1, ..filter.clone() };
        (say(&format!("flag-{flag}")), to, filter.flag == Some(*flag))
    });
    let none = |filter: &Filter| Filter { page: 1, ..filter.clone() };
    html! {
        div.filters {
            (choice("filter-kind", &Filter { kind: None, ..none(filter) }, kinds))
            (choice("filter-reason", &Filter { reason: None, ..none(filter) }, reasons))
            (choice("filter-flag", &Filter { flag: None, ..none(filter) }, flags))
            @if let Some(country) = &filter.country {
                a.chip href={ "?" (Filter { country: None, ..none(filter) }.query()) } {
                    (say("filter-country")) ": " strong { (country.expose()) } " " span aria-hidden="true" { "×" }
                    span.sr { (say("filter-remove")) }
                }
            }
        }
    }
}

fn choice(key: &str, without: &Filter, choices: impl Iterator<Item = (String, Filter, bool)>) -> Markup {
    let choices: Vec<_> = choices.collect();
    let chosen = choices.iter().find(|(.., is_chosen)| *is_chosen);
    html! {
        details.choice name="menu" data-set=[chosen.is_some().then_some("yes")] {
            summary { (say(key)) @if let Some((text, ..)) = chosen { ": " strong { (text) } } }
            ul {
                li {
                    a href={ "?" (without.query()) } aria-current=[chosen.is_none().then_some("true")] {
                        (say("filter-any"))
                    }
                }
                @for (text, to, is_chosen) in &choices {
                    li { a href={ "?" (to.query()) } aria-current=[is_chosen.then_some("true")] { (text) } }
                }
            }
        }
    }
}

fn table(desk: &Desk, filter: &Filter, rows: &[(&Case, Shown)], now: Timestamp) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(say("queue-title")) {
            table.cases {
                thead {
                    tr {
                        @for column in ["who", "kind", "why", "changed", "flags", "age", "due", "with"] {
                            th scope="col" { (say(&format!("column-{column}"))) }
                        }
                    }
                }
                tbody {
                    @for (case, shown) in rows { (row(desk, filter, case, shown, now)) }
                }
            }
        }
    }
}

fn row(desk: &Desk, filter: &Filter, case: &Case, shown: &Shown, now: Timestamp) -> Markup {
    let label = |column: &str| say(&format!("column-{column}"));
    let is_late = case.due_at <= now;
    let is_mine = case.holder(now) == Some(desk.seat.member.id);
    html! {
        tr data-late=[is_late.then_some("yes")] {
            th scope="row" {
                a href={ (desk.base()) "/customers/" (case.waiting.customer) "?" (filter.query()) } data-row {
                    bdi { (visible(&shown.name)) }
                }
            }
            td data-label=(label("kind")) {
                (say(&format!("kind-{}", case.kind)))
                @if let Some(country) = shown.country.as_deref().and_then(Country::new) {
                    @let only = Filter { country: Some(country), page: 1, ..filter.clone() };
                    @let title = say_with("only-country", &[("country", country.expose().into())]);
                    " " a.plain href={ "?" (only.query()) } title=(title) {
                        (country.expose())
                    }
                }
            }
            td data-label=(label("why")) {
                (say(&format!("wait-{}", case.reason)))
                @if case.is_escalated { " " span.tag { (say("escalated")) } }
            }
            td data-label=(label("changed")) {
                @match case.changed {
                    None => (say("first-time")),
                    Some(count) => (say_with("changed-fields", &[("count", count.into())])),
                }
            }
            td data-label=(label("flags")) {
                @for flag in &case.flags {
                    span.flag data-serious=[flag.is_serious().then_some("yes")] title=(flag.help()) {
                        (say(&format!("flag-{flag}")))
                    }
                    " "
                }
            }
            td.age data-label=(label("age")) { (duration(case.waiting.since, now)) }
            td data-label=(label("due")) { time datetime=(case.due_at) { (due(case.due_at, now)) } }
            td data-label=(label("with")) {
                @if is_mine { strong { (say("you")) } }
                @else if case.holder(now).is_some() { bdi { (shown.holder.as_deref().unwrap_or_default()) } }
                @if let Some(proposer) = &shown.proposer {
                    " " span.proposer { (say_with("proposed-by", &[("name", proposer.as_str().into())])) }
                }
            }
        }
    }
}

fn pagination(filter: &Filter, pages: usize) -> Markup {
    let to = |page: usize| format!("?{}", Filter { page, ..filter.clone() }.query());
    html! {
        @if pages > 1 {
            nav.pages aria-label=(say("pages")) {
                @if filter.page > 1 { a href=(to(filter.page - 1)) rel="prev" { (say("page-before")) } }
                span { (say_with("page-of", &[("page", filter.page.into()), ("pages", pages.into())])) }
                @if filter.page < pages { a href=(to(filter.page + 1)) rel="next" { (say("page-after")) } }
            }
        }
    }
}

/// `POST /desk/{environment}/next`: takes the first case of the filter that no member holds, and shows it.
pub async fn next(State(app): State<App>, desk: Desk, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    // Otherwise the response would tell a member who may not see cases whether one matches the filter.
    if let Err(refused) = desk.require(Permission::Work) {
        return Ok(refused);
    }
    let filter = Filter::read(query.as_deref().unwrap_or_default());
    let cases = app.queues.cases(&app.services, desk.scope()).await?;
    let (member, now) = (desk.seat.member.id, app.services.now(desk.scope()));
    let is_free = |case: &&Case| {
        let is_own_proposal = case.proposed_by == Some(Some(member));
        filter.accepts(&app.queues, case, member, now)
            && !is_own_proposal
            && (!case.is_escalated || desk.seat.may(Permission::Decide))
            && case.holder(now).is_none_or(|holder| holder == member && filter.view == View::Mine)
    };
    let free: Vec<_> = cases.iter().filter(is_free).take(TRIES).map(|case| case.waiting.customer).collect();
    match worksheet::next(&app.services, &desk.seat, free).await {
        Ok(Some(customer)) => {
            app.queues.forget(desk.scope()).await;
            Ok(Redirect::to(&format!("{}/customers/{customer}?{}", desk.base(), filter.query())).into_response())
        }
        Ok(None) => {
            let content = html! {
                p { (say("nothing-left-text")) }
                p { a.button href={ (desk.base()) "/queue?" (filter.query()) } { (say("back-to-queue")) } }
            };
            Ok(pages::message(&desk, http::StatusCode::OK, &say("nothing-left-title"), &content))
        }
        Err(error) => refusal(&desk, error),
    }
}

/// A text in which hidden characters are visible: `⟦U+202E⟧`. Line breaks and tabs are not hidden.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (c, hides) in hiding(text) {
        if hides {
            shown.push_str(&format!("⟦U+{:04X}⟧", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// `2 d 3 h`, `5 h 12 m` or `12 m`.
#[must_use]
pub fn duration(from: Timestamp, to: Timestamp) -> String {
    let minutes = (to.as_micros() - from.as_micros()).max(0) / 60_000_000;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{rest} m"),
        (0, hours) => format!("{hours} h {rest} m"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

fn due(at: Timestamp, now: Timestamp) -> String {
    if at <= now {
        say_with("overdue", &[("time", duration(at, now).into())])
    } else {
        say_with("due-in", &[("time", duration(now, at).into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short_and_hidden_characters_are_visible() {
        let at = |minutes: i64| Timestamp::from_micros(minutes * 60_000_000);
        for (minutes, text) in [(0, "0 m"), (59, "59 m"), (60, "1 h 0 m"), (1_439, "23 h 59 m"), (3_000, "2 d 2 h")] {
            assert_eq!(duration(at(0), at(minutes)), text);
        }
        assert_eq!(duration(at(5), at(0)), "0 m");
        for (text, shown) in [
            ("a\u{202e}b", "a⟦U+202E⟧b"),
            ("one\n\ttwo\r\n", "one\n\ttwo\r\n"),
            // A joiner between letters is a part of the word.
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("a\u{200c}b", "a⟦U+200C⟧b"),
            ("Jos\u{e9}\u{200d}\u{e1}", "José⟦U+200D⟧á"),
            ("\u{438}\u{200d}\u{432}", "и⟦U+200D⟧в"),
            ("\u{0}", "⟦U+0000⟧"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }
}
