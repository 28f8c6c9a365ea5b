//! What commands print: text for people, JSON for programs. A reader that goes away (`| head`) is no error.

use std::io::Write as _;

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use crate::config::Config;
use crate::serve::Server;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Output {
    /// Prints what a command came to.
    pub(super) fn value(self, value: &Value) {
        self.value_as(value, for_people);
    }

    /// The same, with a text of its own for people.
    pub(super) fn value_as(self, value: &Value, for_people: impl Fn(&Value) -> String) {
        let text = match self {
            Self::Json => serde_json::to_string_pretty(value).expect("JSON has string keys only"),
            Self::Text => for_people(value),
        };
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// Prints what whoever runs the command should know.
    pub(super) fn warning(self, text: &str) {
        let _ = match self {
            Self::Json => writeln!(std::io::stderr(), "{}", serde_json::json!({ "warning": text })),
            Self::Text => writeln!(std::io::stderr(), "dossier: warning: {text}"),
        };
    }

    /// Prints why a command did nothing.
    pub(super) fn error(self, text: &str) {
        let _ = match self {
            Self::Json => writeln!(std::io::stderr(), "{}", serde_json::json!({ "error": text })),
            Self::Text => writeln!(std::io::stderr(), "dossier: {text}"),
        };
    }
}

fn for_people(value: &Value) -> String {
    match value {
        Value::Array(rows) if rows.is_empty() => "nothing".to_owned(),
        Value::Array(lines) if lines.iter().all(Value::is_string) => {
            lines.iter().map(cell).collect::<Vec<_>>().join("\n")
        }
        Value::Array(rows) => table(rows),
        Value::Object(members) => {
            let width = members.keys().map(String::len).max().unwrap_or(0);
            let lines = members.iter().map(|(name, value)| format!("{name:width$}  {}", cell(value)));
            lines.collect::<Vec<_>>().join("\n")
        }
        value => cell(value),
    }
}

fn table(rows: &[Value]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let names: Vec<&String> =
        rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()).fold(Vec::new(), |mut names, name| {
            if !names.contains(&name) {
                names.push(name);
            }
            names
        });
    table.set_header(&names);
    for row in rows {
        table.add_row(names.iter().map(|name| cell(row.get(name.as_str()).unwrap_or(&Value::Null))));
    }
    table.trim_fmt()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(" ")
        }
        Value::Object(_) | Value::Array(_) => serde_json::to_string_pretty(value).expect("JSON has string keys only"),
        value => value.to_string(),
    }
}

/// The engine and where its rows lie: `PostgreSQL 15.18 at db.internal/dossier`.
fn database(server: &Server) -> String {
    let store = server.store();
    let engine = store.name();
    // What distributions add says nothing here.
    let engine = engine.split(" (").next().unwrap_or_default();
    let place = if engine.starts_with("SQLite") { "in" } else { "at" };
    format!("{engine} {place} {}", store.shown())
}

/// What a person needs to know at the start, on standard output.
pub(super) fn banner(server: &Server, config: &Config) {
    let mut lines = vec![
        format!("Dossier      {}", env!("CARGO_PKG_VERSION")),
        format!("API          {}/v0", server.public_url),
        format!("Docs         {}/docs", server.public_url),
    ];
    lines.extend(server.metrics_address.map(|address| format!("Metrics      http://{address}/metrics")));
    lines.push(format!("Data         {}", config.data_dir.display()));
    lines.push(format!("Database     {}", database(server)));
    if let Some(key) = &server.first_key {
        lines.push(format!("Sandbox key  {}", key.expose()));
        lines.push("             shown this once; make others with: dossier keys create".to_owned());
    }
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{}", lines.join("\n"));
    let _ = out.flush();
}
