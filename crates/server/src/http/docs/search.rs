//! Search over the guides, the reference and the problems. Everything is read for each query: half a megabyte, which
//! takes about a millisecond.

use dossier_core::violation::Code;
use maud::{Markup, html};
use serde_json::Value;

use super::guides::{self, Guide};
use super::markdown::Document;
use super::problems::violation_url;
use crate::http::problem::ProblemCode;

const CHANGELOG: &str = "Changelog";
const MAX_RESULTS: usize = 40;
const MAX_WORDS: usize = 8;
/// How much of a text a result shows before and after the first word that was found.
const AROUND: usize = 90;

/// A section that can be found.
#[derive(Debug)]
pub(super) struct Entry {
    /// The page that it is on.
    page: String,
    title: String,
    url: String,
    text: String,
    /// All of it in lower case. Texts are English, so only ASCII letters have another case.
    lower: String,
}

impl Entry {
    fn new(page: &str, title: &str, url: String, text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = format!("{title} {page} {text}").to_ascii_lowercase();
        Self { page: page.to_owned(), title: title.to_owned(), url, text, lower }
    }

    /// How well this fits all the words; nothing if one of them is not in it.
    fn score(&self, words: &[String]) -> Option<usize> {
        let (title, page) = (self.title.to_ascii_lowercase(), self.page.to_ascii_lowercase());
        words.iter().try_fold(0, |score, word| {
            let found = [(&title, 40), (&page, 10), (&self.lower, 2)];
            let best = found.iter().map(|(text, weight)| fits(text, word) * weight).max().unwrap_or(0);
            let often = self.lower.matches(word.as_str()).take(5).count();
            (best > 0).then_some(score + best + often)
        })
    }
}

/// 3 for a whole word, 2 for its beginning, 1 for a part of it, 0 if the text does not have it.
fn fits(text: &str, word: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let of = |(at, found): (usize, &str)| {
        let begins = !text[..at].ends_with(is_part);
        let ends = !text[at + found.len()..].starts_with(is_part);
        1 + usize::from(begins) + usize::from(begins && ends)
    };
    text.match_indices(word).map(of).max().unwrap_or(0)
}

/// The sections of a guide.
pub(super) fn of_guide(guide: &Guide, document: &Document) -> Vec<Entry> {
    // The index says what a reader wants to do, and the title what the guide is about. Both can be found.
    let wanted = guides::label(guide).unwrap_or_else(|| document.title.clone());
    let sections = document.sections.iter();
    sections
        .map(|section| match section.level {
            1 => Entry::new(&document.title, &wanted, guide.url(), &section.text),
            _ => {
                let url = format!("{}#{}", guide.url(), section.anchor);
                Entry::new(&document.title, &section.title, url, &section.text)
            }
        })
        .collect()
}

/// The operations and schemas of the reference, and all problems.
pub(super) fn of_reference(document: &Value, url: &str) -> Vec<Entry> {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('`', "");
    let objects = |value: &'_ Value| value.as_object().cloned().unwrap_or_default();
    let mut entries = Vec::new();
    for (path, methods) in objects(&document["paths"]).into_iter().chain(objects(&document["webhooks"])) {
        for (method, operation) in objects(&methods) {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let parameters =
                parameters.iter().map(|one| format!("{} {}", text(&one["name"]), text(&one["description"])));
            let parts = [format!("{} {path}.", method.to_uppercase()), text(&operation["description"])];
            let all = parts.into_iter().chain(parameters).collect::<Vec<_>>().join(" ");
            let place = format!("{url}#{}", text(&operation["operationId"]));
            entries.push(Entry::new("API reference", &text(&operation["summary"]), place, &all));
        }
    }
    for (name, schema) in objects(&document["components"]["schemas"]) {
        let members = objects(&schema["properties"]).into_iter();
        let members = members.map(|(name, member)| format!("{name} {}", text(&member["description"])));
        let all = std::iter::once(text(&schema["description"])).chain(members).collect::<Vec<_>>().join(" ");
        entries.push(Entry::new("Schemas", &name, format!("{url}#schema-{name}"), &all));
    }
    let problems = ProblemCode::ALL.iter();
    entries.extend(problems.map(|problem| {
        let code = problem.as_str();
        let all = format!("{} {} {}", problem.status(), problem.title(), problem.help());
        Entry::new("Problems", code, format!("/problems/{code}"), &all)
    }));
    let violations = Code::ALL.iter();
    entries.extend(violations.map(|code| Entry::new("Violations", code.as_str(), violation_url(*code), code.help())));
    entries
}

/// The words of a query, in lower case.
fn words(query: &str) -> Vec<String> {
    query.split_whitespace().take(MAX_WORDS).map(str::to_ascii_lowercase).collect()
}

fn find<'a>(entries: &'a [Entry], words: &[String]) -> Vec<&'a Entry> {
    let mut found: Vec<_> = entries.iter().filter_map(|entry| entry.score(words).map(|score| (score, entry))).collect();
    // The changelog has nearly every word, and is rarely what is looked for. The sort is stable: equal results stay in
    // the order of the pages.
    found.sort_by_key(|(score, entry)| (entry.page == CHANGELOG, std::cmp::Reverse(*score)));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The content of the page with the results.
pub(super) fn results(entries: &[Entry], query: &str) -> Markup {
    let words = words(query);
    let found = if words.is_empty() { Vec::new() } else { find(entries, &words) };
    html! {
        h1 { "Search" }
        p #found role="status" {
            @match (words.is_empty(), found.len()) {
                (true, _) => "Type one word or more, such as “webhook signature” or “rate_per_key”.",
                (_, 0) => "Nothing has all of these words.",
                (_, 1) => "1 section",
                (_, more) if more > MAX_RESULTS => { "The best " (MAX_RESULTS) " of " (more) " sections" }
                (_, number) => { (number) " sections" }
            }
        }
        ol.results {
            @for entry in found.into_iter().take(MAX_RESULTS) {
                li {
                    a href=(entry.url) { (entry.title) }
                    @if entry.page != entry.title { span.page { (entry.page) } }
                    p { (excerpt(&entry.text, &words)) }
                }
            }
        }
    }
}

/// The part of a text around the first word that is in it, with all words marked.
fn excerpt(text: &str, words: &[String]) -> Markup {
    let lower = text.to_ascii_lowercase();
    let first = words.iter().filter_map(|word| lower.find(word.as_str())).min().unwrap_or(0);
    let space_before = |at: usize| text[..at].rfind(' ').map_or(0, |space| space + 1);
    let from = text.floor_char_boundary(first.saturating_sub(AROUND));
    let from = if from == 0 { 0 } else { space_before(from) };
    let to = text.floor_char_boundary((first + 2 * AROUND).min(text.len()));
    let to = if to == text.len() { to } else { space_before(to).max(first) };
    let mut marks: Vec<(usize, usize)> = words
        .iter()
        .flat_map(|word| lower.match_indices(word.as_str()).map(|(at, found)| (at, at + found.len())))
        .filter(|(begin, end)| *begin >= from && *end <= to)
        .collect();
    marks.sort_unstable();
    let mut marked_to = from;
    // One word may be part of another.
    marks.retain(|(begin, end)| {
        let is_apart = *begin >= marked_to;
        marked_to = if is_apart { *end } else { marked_to };
        is_apart
    });
    let ends = std::iter::once(from).chain(marks.iter().map(|(_, end)| *end));
    html! {
        @if from > 0 { "… " }
        @for (at, (begin, end)) in ends.zip(&marks) {
            (text[at..*begin]) mark { (text[*begin..*end]) }
        }
        (text[marked_to..to])
        @if to < text.len() { "…" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |page, title, text| Entry::new(page, title, format!("/{title}"), text);
        vec![
            entry("Operations", "Logs", "The keyring is not logged, and keys are not either."),
            entry("Operations", "Key rotation", "A rotation starts a new epoch."),
            entry("Backups", "The keys", "Copy the keyring after each rotation."),
        ]
    }

    fn found(query: &str) -> Vec<String> {
        let entries = entries();
        find(&entries, &words(query)).into_iter().map(|entry| entry.title.clone()).collect()
    }

    #[test]
    fn a_title_goes_before_a_text_and_a_word_before_a_part_of_one() {
        assert_eq!(found("Rotation"), ["Key rotation", "The keys"]);
        assert_eq!(found("key"), ["Key rotation", "The keys", "Logs"]);
        assert_eq!(found("keyring rotation"), ["The keys"]);
        assert_eq!(found("keyring nothing"), Vec::<String>::new());
    }

    #[test]
    fn excerpts_mark_words_escape_text_and_break_at_spaces() {
        let text = format!("{}a <b> KEY and key {}", "before ".repeat(30), "after ".repeat(60));
        let excerpt = excerpt(text.trim(), &words("key <b>")).0;
        assert!(excerpt.starts_with("… before ") && excerpt.ends_with("after …"), "{excerpt}");
        let marked = "a <mark>&lt;b&gt;</mark> <mark>KEY</mark> and <mark>key</mark> after";
        assert!(excerpt.contains(marked), "{excerpt}");
        assert_eq!(super::excerpt("żółć", &words("x")).0, "żółć");
    }
}
