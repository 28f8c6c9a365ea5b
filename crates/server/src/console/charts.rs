//! Small charts: bars in an inline picture, with the same numbers as a table.

use maud::{Markup, html};

use super::frame::count;
use crate::desk::text::say;

/// The size of the picture in its own units.
const WIDTH: usize = 480;
const HEIGHT: usize = 96;

/// The bars of a chart.
pub struct Chart<'a> {
    /// The id of the figure, which its parts use.
    pub id: &'a str,
    pub title: String,
    /// What the chart says, in a sentence.
    pub summary: String,
    /// The names of the parts of a bar, from below. Each has the colour of its place.
    pub series: Vec<String>,
    pub bars: Vec<Bar>,
    /// What the highest bar stands for, beside the axis. Without it, its sum.
    pub top: Option<String>,
}

/// A bar.
pub struct Bar {
    /// The time that it stands for.
    pub label: String,
    /// The heights of its parts.
    pub parts: Vec<u64>,
    /// What the table shows of each part.
    pub texts: Vec<String>,
}

impl Bar {
    /// A bar of counts.
    #[must_use]
    pub fn of(label: String, parts: Vec<u64>) -> Self {
        let texts = parts.iter().map(|part| count(*part)).collect();
        Self { label, parts, texts }
    }

    fn sum(&self) -> u64 {
        self.parts.iter().sum()
    }
}

impl Chart<'_> {
    pub fn show(&self) -> Markup {
        let highest = self.bars.iter().map(Bar::sum).max().unwrap_or(0);
        let top = self.top.clone().unwrap_or_else(|| count(highest));
        html! {
            figure.chart id=(self.id) {
                figcaption { strong { (self.title) } " " span.hint { (self.summary) } }
                @if highest == 0 {
                    p.empty { (say("chart-empty")) }
                } @else {
                    div.plot {
                        span.top-value aria-hidden="true" { (top) }
                        (self.picture(highest))
                        div.axis aria-hidden="true" {
                            span { (self.bars.first().map_or("", |bar| &bar.label)) }
                            span { (self.bars.last().map_or("", |bar| &bar.label)) }
                        }
                    }
                    @if self.series.len() > 1 {
                        ul.legend {
                            @for (place, name) in self.series.iter().enumerate() {
                                li data-series=(place) { (name) }
                            }
                        }
                    }
                    details.numbers {
                        summary { (say("chart-table")) }
                        (self.table())
                    }
                }
            }
        }
    }

    /// The parts of the bars: series, left edge, top and height.
    fn parts(&self, highest: u64) -> Vec<(usize, usize, usize, usize)> {
        let slot = WIDTH / self.bars.len().max(1);
        let height = |part: u64| usize::try_from((part * HEIGHT as u64).div_ceil(highest)).unwrap_or(HEIGHT);
        let mut parts = Vec::new();
        for (place, bar) in self.bars.iter().enumerate() {
            let mut bottom = HEIGHT;
            for (series, part) in bar.parts.iter().enumerate() {
                let top = bottom.saturating_sub(height(*part));
                if bottom > top {
                    parts.push((series, place * slot, top, bottom - top));
                }
                bottom = top;
            }
        }
        parts
    }

    fn picture(&self, highest: u64) -> Markup {
        let width = (WIDTH / self.bars.len().max(1)).saturating_sub(2).max(1);
        let (title, text) = (format!("{}-title", self.id), format!("{}-text", self.id));
        html! {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                aria-labelledby={ (title) " " (text) } {
                title id=(title) { (self.title) }
                desc id=(text) { (self.summary) }
                @for (series, left, top, height) in self.parts(highest) {
                    rect data-series=(series) x=(left) y=(top) width=(width) height=(height) {}
                }
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(self.title) {
                table {
                    thead {
                        tr {
                            th scope="col" { (say("chart-time")) }
                            @for name in &self.series { th scope="col" { (name) } }
                        }
                    }
                    tbody {
                        @for bar in &self.bars {
                            tr {
                                th scope="row" { (bar.label) }
                                @for text in &bar.texts { td { (text) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_its_numbers_in_a_picture_and_in_a_table() {
        let bars = vec![Bar::of("1".to_owned(), vec![1_500, 500]), Bar::of("2".to_owned(), vec![0, 20])];
        let series = vec!["Good".to_owned(), "Bad".to_owned()];
        let chart = Chart { id: "c", title: "T <b>".to_owned(), summary: "S".to_owned(), series, bars, top: None };
        let shown = chart.show().into_string();
        for part in [
            "<title id=\"c-title\">T &lt;b&gt;</title>",
            "<rect data-series=\"0\" x=\"0\" y=\"24\" width=\"238\" height=\"72\">",
            "<rect data-series=\"1\" x=\"0\" y=\"0\" width=\"238\" height=\"24\">",
            "<td>1,500</td>",
            "2,000</span>",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("style="), "the policy allows no inline style");
        let empty = Chart { bars: Vec::new(), ..chart };
        assert!(!empty.show().into_string().contains("<svg"));
    }
}
