//! The output of commands: text for people, JSON for programs. A closed pipe (`| head`) is not an error.

use std::io::{IsTerminal as _, Write as _};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use dossier_core::hidden::without_hidden;
use dossier_core::store::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

impl Output {
    /// Prints the result of a command.
    pub(super) fn value(self, value: &Value) {
        self.value_as(value, for_people);
    }

    /// Prints a list. If the text is too wide with all columns, it has only these.
    pub(super) fn rows(self, value: &Value, columns: &[&str]) {
        self.value_as(value, |value| match value {
            Value::Array(rows) if rows.iter().all(Value::is_object) && !rows.is_empty() => list(rows, columns),
            value => for_people(value),
        });
    }

    /// Prints the result of a command, with a special text for people.
    pub(super) fn value_as(self, value: &Value, for_people: impl Fn(&Value) -> String) {
        let text = match self {
            Self::Json => serde_json::to_string_pretty(value).expect("JSON has string keys only"),
            Self::Text => for_people(value),
        };
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// Prints a line while a command is running.
    pub(super) fn line(self, value: &Value, text: &str) {
        match self {
            Self::Json => say(&value.to_string()),
            Self::Text => say(text),
        }
    }

    pub(super) fn warning(self, text: &str) {
        let _ = match self {
            Self::Json => writeln!(std::io::stderr(), "{}", serde_json::json!({ "warning": text })),
            Self::Text => writeln!(std::io::stderr(), "dossier: warning: {text}"),
        };
    }

    pub(super) fn error(self, text: &str) {
        let _ = match self {
            Self::Json => writeln!(std::io::stderr(), "{}", serde_json::json!({ "error": text })),
            Self::Text => writeln!(std::io::stderr(), "dossier: {text}"),
        };
    }
}

/// The maximum width of text. Only a longer word, such as a URL, exceeds it.
const WIDTH: usize = 120;

fn for_people(value: &Value) -> String {
    match value {
        Value::Array(rows) if rows.is_empty() => "no results".to_owned(),
        Value::Array(lines) if lines.iter().all(Value::is_string) => {
            lines.iter().map(word).collect::<Vec<_>>().join("\n")
        }
        Value::Array(rows) => list(rows, &[]),
        Value::Object(_) => block(value),
        value => word(value),
    }
}

/// A table with all columns; if it is too wide, a table with these columns; if that is too wide, a block for each row.
fn list(rows: &[Value], columns: &[&str]) -> String {
    let fits = |table: &String| table.lines().all(|line| line.chars().count() <= WIDTH);
    let some = |name: &str| columns.contains(&name);
    let tables = [Some(table(rows, |_| true)), (!columns.is_empty()).then(|| table(rows, some))];
    if let Some(table) = tables.into_iter().flatten().find(fits) {
        return table;
    }
    rows.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

fn table(rows: &[Value], is_shown: impl Fn(&str) -> bool) -> String {
    let rows: Vec<_> = rows.iter().map(members).collect();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if is_shown(name) && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(&names);
    for row in &rows {
        let cell = |name: &&str| row.iter().find(|(own, _)| own == name).map_or("-", |(_, text)| text.as_str());
        table.add_row(names.iter().map(cell));
    }
    table.trim_fmt()
}

/// A line for each member, wrapped between words.
fn block(value: &Value) -> String {
    let members = members(value);
    let names = members.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (name, text) in &members {
        let mut line = format!("{name:names$} ");
        for word in text.split(' ') {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && line.trim_end().len() > name.len() {
                lines.push(std::mem::replace(&mut line, " ".repeat(names + 1)));
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// The members of a value as text. Nested members are named by their path: `quotas.files`.
fn members(value: &Value) -> Vec<(String, String)> {
    fn add(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
        let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match value {
            Value::Object(members) if !members.is_empty() => {
                members.iter().for_each(|(name, member)| add(&within(name), member, found));
            }
            Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                items.iter().enumerate().for_each(|(index, item)| add(&within(&(index + 1).to_string()), item, found));
            }
            Value::Array(items) if !items.is_empty() => {
                let words: Vec<_> = items.iter().map(word).collect();
                let between = if words.iter().any(|word| word.contains(' ')) { "; " } else { " " };
                found.push((path.to_owned(), words.join(between)));
            }
            value => found.push((path.to_owned(), word(value))),
        }
    }

    let mut found = Vec::new();
    add("", value, &mut found);
    found
}

fn word(value: &Value) -> String {
    match value {
        Value::Null | Value::Object(_) | Value::Array(_) => "-".to_owned(),
        Value::String(text) => shown(text),
        value => value.to_string(),
    }
}

/// A stored text without control characters, so that it can neither control the terminal nor imitate another line.
pub(super) fn shown(text: &str) -> String {
    without_hidden(&text.replace('\n', "\u{23ce}").chars().collect::<Vec<_>>())
}

/// Runs long work with a progress bar, if standard error is a terminal.
pub(super) async fn with_progress<T>(work: impl AsyncFnOnce(Progress<'_>) -> T) -> T {
    let bar = if std::io::stderr().is_terminal() {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}");
        ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    } else {
        ProgressBar::hidden()
    };
    let done = work(&|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    done
}

/// Prints a line on standard output and flushes it.
pub(super) fn say(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_has_no_json_and_fits_in_120_columns() {
        let long = vec!["customers:read"; 20];
        for (value, expected) in [
            (json!([]), "no results".to_owned()),
            (json!(["a", "b"]), "a\nb".to_owned()),
            (
                json!([{ "a": 1, "b": { "c": null } }, { "a": 22, "d": [] }]),
                " a   b.c  d\n 1   -    -\n 22  -    -".to_owned(),
            ),
            (json!({ "a": [{ "b": 1 }, { "b": 2 }], "long": true }), "a.1.b  1\na.2.b  2\nlong   true".to_owned()),
            (
                json!([{ "scopes": long, "id": "1" }, { "scopes": [], "id": "2" }]),
                format!(
                    "scopes  {}\n        {}\n        {}\nid      1\n\nscopes  -\nid      2",
                    long[..7].join(" "),
                    long[..7].join(" "),
                    long[..6].join(" ")
                ),
            ),
        ] {
            let text = for_people(&value);
            assert_eq!(text, expected);
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        }
    }

    #[test]
    fn a_list_that_is_too_wide_shows_only_the_main_columns() {
        let rows = [json!({ "id": 1, "long": "x".repeat(120), "state": { "now": "open" } })];
        assert_eq!(list(&rows, &["id", "state.now"]), " id  state.now\n 1   open");
    }

    #[test]
    fn a_stored_text_neither_controls_the_terminal_nor_adds_a_line() {
        let name = "Eve\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\nstate  approved";
        let stored = json!({ "name": name, "persian": "\u{645}\u{200c}\u{645}" });
        let hidden = "\u{fffd}";
        let name = format!("Eve{hidden}]0;x{hidden}{hidden}2J{hidden}\u{23ce}state  approved");
        let expected = format!("name     {name}\npersian  \u{645}\u{200c}\u{645}");
        assert_eq!(for_people(&stored), expected);
        assert_eq!(for_people(&json!([stored])), format!(" name{:25}  persian\n {name}  \u{645}\u{200c}\u{645}", ""));
    }

    #[test]
    fn a_word_that_is_too_long_stays_whole() {
        let url = format!("https://example.com/{}", "a".repeat(200));
        assert_eq!(for_people(&json!({ "url": url })), format!("url  {url}"));
    }
}
