//! The overview: what integrators should fix, how much is asked, how long it takes, and what becomes of deliveries.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::clock::Timestamp;
use dossier_core::requests::{Counts, ErrorCount, ErrorKey, LATENCY_BOUNDS, Latencies, Step};
use dossier_core::use_cases::requests::errors;
use dossier_core::webhook::AttemptCount;
use maud::{Markup, html};

use super::charts::{Bar, Chart};
use super::frame::{self, Console, KeyNames, base, count, short_time};
use super::requests::NO_PLACE;
use crate::desk::fields::Fields;
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// Errors of this many days are grouped.
const ERROR_DAYS: i64 = 7;
/// The page shows at most this many groups.
const GROUPS: usize = 50;
/// The number of bars of a chart.
const BARS: i64 = 24;

/// The time that the charts show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Day,
    Week,
}

impl Period {
    fn read(query: &str) -> Self {
        if Fields::read(query.as_bytes()).get("period") == "week" { Self::Week } else { Self::Day }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// How many hours a bar stands for.
    const fn hours(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
        }
    }
}

/// `GET /console/{environment}`
pub async fn page(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Console(desk): Console,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let period = Period::read(&query);
    let (store, now) = (&app.services.store, app.services.clock.now());
    let from = first_day(now.plus_days(-ERROR_DAYS));
    let groups = errors(&app.services, desk.scope(), from).await?;
    let place = Fields::read(query.as_bytes()).get("errors").parse().unwrap_or(0);
    let names = KeyNames::read(&app, &desk).await?;
    // The bars end with the current hour.
    let end = Step::Hour.start(now).plus_seconds(Step::Hour.seconds());
    let bars = Bars { from: end.plus_seconds(-BARS * period.hours() * Step::Hour.seconds()), hours: period.hours() };
    let counts = store.request_counts(desk.scope(), Step::Hour, bars.from, end).await?;
    let attempts = store.attempt_counts(desk.scope(), bars.from).await?;
    let content = html! {
        @if app.request_log.is_none() { p.warning { (say("console-log-off")) } }
        (figures(period, app.request_log.is_some(), &counts, &attempts))
        @if app.request_log.is_some() || !groups.is_empty() {
            (error_table(&desk, &names, &ErrorPage { groups: &groups, from, place, period }))
        }
        section aria-labelledby="traffic-title" {
            h2 #traffic-title { (say("console-traffic")) }
            (periods(&desk, period))
            div.charts {
                (requests_chart(&bars, &counts))
                (latency_chart(&bars, &counts))
                (deliveries_chart(&bars, &attempts))
            }
        }
    };
    Ok(frame::page(&desk, "overview", &say("console-title"), &content))
}

/// The times of the bars.
struct Bars {
    from: Timestamp,
    hours: i64,
}

impl Bars {
    /// The bar of a moment.
    fn place(&self, at: Timestamp) -> Option<usize> {
        let length = self.hours * Step::Hour.seconds() * 1_000_000;
        let place = (at.as_micros() - self.from.as_micros()).div_euclid(length);
        usize::try_from(place).ok().filter(|place| *place < BARS as usize)
    }

    /// What is shown of the time of each bar: `14:00`, or `30 Nov 14:00` where bars are of several days.
    fn labels(&self) -> Vec<String> {
        let label = |place: i64| {
            let text = self.from.plus_seconds(place * self.hours * Step::Hour.seconds()).to_string();
            match self.hours {
                1 => text[11..16].to_owned(),
                _ => format!("{} {}", &text[5..10], &text[11..16]),
            }
        };
        (0..BARS).map(label).collect()
    }

    /// Counts of a kind by bar.
    fn sums<'a, T: 'a>(
        &self,
        rows: impl Iterator<Item = &'a T>,
        at: impl Fn(&T) -> Timestamp,
        add: impl Fn(&T) -> (usize, u64),
        kinds: usize,
    ) -> Vec<Bar> {
        let mut sums = vec![vec![0; kinds]; BARS as usize];
        for row in rows {
            if let Some(place) = self.place(at(row)) {
                let (kind, number) = add(row);
                sums[place][kind] += number;
            }
        }
        self.labels().into_iter().zip(sums).map(|(label, parts)| Bar::of(label, parts)).collect()
    }
}

fn sum_of<'a>(counts: impl Iterator<Item = &'a Counts>) -> Latencies {
    let mut sum = Latencies::default();
    counts.for_each(|one| sum.add(&one.latencies));
    sum
}

/// A bound of durations, for people: `≤ 5 ms`.
fn bound(bound: Option<u64>) -> String {
    match bound {
        Some(bound) if bound < 1_000_000 => format!("≤ {} ms", bound / 1_000),
        Some(bound) => format!("≤ {} s", bound / 1_000_000),
        None => "> 1 s".to_owned(),
    }
}

fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => "–".to_owned(),
        _ => format!("{}.{} %", part * 100 / whole, part * 1_000 / whole % 10),
    }
}

/// The figures of the period, in words and numbers. Without the log, nothing is known of requests.
fn figures(period: Period, is_logged: bool, counts: &[Counts], attempts: &[AttemptCount]) -> Markup {
    let all = sum_of(counts.iter());
    let of_class = |class: u8| sum_of(counts.iter().filter(|one| one.key.class == class)).total();
    let tried: u64 = attempts.iter().map(|one| one.count).sum();
    let accepted: u64 = attempts.iter().filter(|one| one.accepted).map(|one| one.count).sum();
    let is_any = all.total() > 0;
    let counted = |number: u64| if is_logged || is_any { count(number) } else { "–".to_owned() };
    let figures = [
        ("requests", counted(all.total())),
        ("failed", share(of_class(4), all.total())),
        ("broken", counted(of_class(5))),
        ("median", if is_any { bound(all.quantile(50)) } else { "–".to_owned() }),
        ("slowest", if is_any { bound(all.quantile(99)) } else { "–".to_owned() }),
        ("attempts", count(tried)),
        ("accepted", share(accepted, tried)),
    ];
    html! {
        p.hint { (say(&format!("figures-{}", period.word()))) }
        dl.figures {
            @for (name, text) in figures {
                div { dt { (say(&format!("figure-{name}"))) } dd { (text) } }
            }
        }
    }
}

/// Errors are grouped by day, so the table begins with a whole one.
fn first_day(from: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    Timestamp::from_micros((from.as_micros() + DAY - 1).div_euclid(DAY) * DAY)
}

/// A page of the table of errors.
struct ErrorPage<'a> {
    groups: &'a [(ErrorKey, ErrorCount)],
    /// Since when they are counted.
    from: Timestamp,
    /// How many groups are on the pages before.
    place: usize,
    period: Period,
}

impl ErrorPage<'_> {
    /// The link to another page of the table.
    fn link(&self, place: usize) -> String {
        let period = if self.period == Period::Week { "period=week&" } else { "" };
        format!("?{period}errors={place}#errors-title")
    }
}

fn error_table(desk: &Desk, names: &KeyNames, page: &ErrorPage<'_>) -> Markup {
    let shown = page.groups.iter().skip(page.place).take(GROUPS);
    let next = page.place.saturating_add(GROUPS);
    html! {
        section aria-labelledby="errors-title" {
            h2 #errors-title { (say("console-errors")) }
            @if page.groups.len() <= page.place {
                p.empty { (say("console-no-errors")) }
            } @else {
                div.scroll tabindex="0" role="group" aria-label=(say("console-errors")) {
                    table.lines {
                        thead {
                            tr {
                                @for column in ["code", "place", "operation", "key", "count", "last", "example"] {
                                    th scope="col" { (say(&format!("errors-{column}"))) }
                                }
                            }
                        }
                        tbody { @for (key, one) in shown { (error_row(desk, key, one, names, page.from)) } }
                    }
                }
            }
            nav.pages aria-label=(say("errors-pages")) {
                @if page.place > 0 { a href=(page.link(0)) { (say("errors-most")) } }
                @if page.groups.len() > next {
                    a href=(page.link(next)) rel="next" {
                        (say_with("errors-more", &[("count", (page.groups.len() - next).into())]))
                    }
                }
            }
        }
    }
}

/// A line of the table. It leads to the requests of its kind and no others, so that their number is that of the line if
/// the log left none out.
fn error_row(desk: &Desk, key: &ErrorKey, one: &ErrorCount, names: &KeyNames, from: Timestamp) -> Markup {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let code = if key.violation.is_empty() { &key.code } else { &key.violation };
    query.append_pair("code", code).append_pair("status", &key.status.to_string());
    query.append_pair("method", &key.method).append_pair("route", &key.route);
    query.append_pair("pointer", if key.pointer.is_empty() { NO_PLACE } else { &key.pointer });
    query.append_pair("key", &key.key.to_string()).append_pair("from", &from.to_string()[..16]);
    let label = |column: &str| say(&format!("errors-{column}"));
    html! {
        tr {
            th scope="row" {
                a href={ (base(desk)) "/requests?" (query.finish()) } { code { (code) } }
                " " small { (key.status) " " (key.code) }
            }
            td data-label=(label("place")) {
                @if key.pointer.is_empty() { "–" } @else { code { (key.pointer) } }
            }
            td data-label=(label("operation")) { code { (key.method) " " (key.route) } }
            td data-label=(label("key")) { bdi { (names.name(key.key)) } }
            td.number data-label=(label("count")) { (count(one.count)) }
            td data-label=(label("last")) { (short_time(one.last_at)) }
            td data-label=(label("example")) {
                a href={ (base(desk)) "/requests/" (one.first_request) } { (say("errors-first")) }
            }
        }
    }
}

fn periods(desk: &Desk, chosen: Period) -> Markup {
    let link = |period: Period, query: &str, key: &str| {
        html! {
            a.chip href={ (base(desk)) (query) "#traffic-title" }
                aria-current=[(period == chosen).then_some("true")] { (say(key)) }
        }
    };
    html! {
        p.filters { (link(Period::Day, "", "period-day")) (link(Period::Week, "?period=week", "period-week")) }
    }
}

fn requests_chart(bars: &Bars, counts: &[Counts]) -> Markup {
    let kind = |one: &Counts| {
        let kind = match one.key.class {
            4 => 1,
            5 => 2,
            _ => 0,
        };
        (kind, one.latencies.total())
    };
    let summary = [
        ("count", count(sum_of(counts.iter()).total()).into()),
        ("failed", count(sum_of(counts.iter().filter(|one| one.key.class >= 4)).total()).into()),
    ];
    let chart = Chart {
        id: "chart-requests",
        title: say("chart-requests"),
        summary: say_with("chart-requests-text", &summary),
        series: ["ok", "client", "server"].map(|name| say(&format!("chart-{name}"))).into(),
        bars: bars.sums(counts.iter(), |one| one.key.start, kind, 3),
        top: None,
    };
    chart.show()
}

/// The bar of a time is as high as the bucket that 95 of 100 requests kept, so that the heights can be compared.
fn latency_chart(bars: &Bars, counts: &[Counts]) -> Markup {
    let mut sums = BTreeMap::<usize, Latencies>::new();
    for one in counts {
        if let Some(place) = bars.place(one.key.start) {
            sums.entry(place).or_default().add(&one.latencies);
        }
    }
    let place = |quantile: Option<u64>| {
        let bound = quantile.and_then(|bound| LATENCY_BOUNDS.iter().position(|known| *known == bound));
        bound.unwrap_or(LATENCY_BOUNDS.len()) as u64 + 1
    };
    let bar = |(at, label): (usize, String)| match sums.get(&at) {
        None => Bar { label, parts: vec![0], texts: vec!["–".to_owned()] },
        Some(sum) => {
            let texts = [50, 95, 99].map(|percent| bound(sum.quantile(percent))).join(" · ");
            Bar { label, parts: vec![place(sum.quantile(95))], texts: vec![texts] }
        }
    };
    let bars: Vec<_> = bars.labels().into_iter().enumerate().map(bar).collect();
    let highest = sums.values().map(|sum| sum.quantile(95)).max_by_key(|quantile| place(*quantile));
    let all = sum_of(counts.iter());
    let summary = match all.total() {
        0 => String::new(),
        _ => say_with("chart-latency-text", &[("bound", bound(all.quantile(95)).into())]),
    };
    let chart = Chart {
        id: "chart-latency",
        title: say("chart-latency"),
        summary,
        series: vec![say("chart-quantiles")],
        bars,
        top: highest.map(bound),
    };
    chart.show()
}

fn deliveries_chart(bars: &Bars, attempts: &[AttemptCount]) -> Markup {
    let tried: u64 = attempts.iter().map(|one| one.count).sum();
    let accepted: u64 = attempts.iter().filter(|one| one.accepted).map(|one| one.count).sum();
    let summary = [("count", count(tried).into()), ("share", share(accepted, tried).into())];
    let chart = Chart {
        id: "chart-deliveries",
        title: say("chart-deliveries"),
        summary: say_with("chart-deliveries-text", &summary),
        series: ["accepted", "refused"].map(|name| say(&format!("chart-{name}"))).into(),
        bars: bars.sums(attempts.iter(), |one| one.start, |one| (usize::from(!one.accepted), one.count), 2),
        top: None,
    };
    chart.show()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_of_hours_and_end_with_the_current_one() {
        let from = Timestamp::parse("2026-11-29T14:00:00Z").expect("a moment");
        let bars = Bars { from, hours: 1 };
        assert_eq!((bars.labels()[0].as_str(), bars.labels()[23].as_str()), ("14:00", "13:00"));
        for (text, place) in [
            ("2026-11-29T13:59:59Z", None),
            ("2026-11-29T14:00:00Z", Some(0)),
            ("2026-11-30T13:59:59Z", Some(23)),
            ("2026-11-30T14:00:00Z", None),
        ] {
            assert_eq!(bars.place(Timestamp::parse(text).expect("a moment")), place, "{text}");
        }
        assert_eq!(Bars { from, hours: 7 }.labels()[1], "11-29 21:00");
    }

    #[test]
    fn shares_and_bounds_are_short() {
        assert_eq!((share(0, 0).as_str(), share(1, 3).as_str(), share(3, 3).as_str()), ("–", "33.3 %", "100.0 %"));
        assert_eq!([Some(5_000), Some(1_000_000), None].map(bound), ["≤ 5 ms", "≤ 1 s", "> 1 s"]);
    }
}
