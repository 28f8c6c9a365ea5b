//! `dossier customers import`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;

use async_trait::async_trait;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::DataCommand;
use super::context::{CommandContext, ScopeArgs};
use super::output::Output;
use crate::errors::text;
use crate::import::{Source, import};

/// Import customers from a file of JSON lines, or of CSV with a mapping; rows that are stored already are left alone
#[derive(Args, Serialize, Deserialize)]
pub struct Import {
    /// The file, which the server reads if one is running; docs/import.md describes a row
    #[arg(value_parser = absolute)]
    pub file: PathBuf,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// For CSV: the TOML file that maps its columns to members
    #[arg(long, value_name = "FILE", value_parser = absolute)]
    pub mapping: Option<PathBuf>,
    /// Store nothing; say what would be imported, and what is wrong
    #[arg(long)]
    pub dry_run: bool,
    /// Where to save the rows that cannot be imported, to correct and import them [default: a new file beside FILE]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub failed: Option<PathBuf>,
    /// Where they are saved, once that is known.
    #[arg(skip)]
    #[serde(skip)]
    pub saved: OnceLock<PathBuf>,
}

/// The process that reads the file may be in another folder.
fn absolute(path: &str) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(text)
}

impl Import {
    /// `customers.failed.ndjson` for `customers.ndjson`, with a number if that exists.
    fn failed(&self) -> PathBuf {
        let extension = self.file.extension().map_or_else(String::new, |end| format!(".{}", end.to_string_lossy()));
        let named = |number: &str| self.file.with_extension(format!("failed{number}{extension}"));
        let numbered = (2..).map(|number: u32| named(&format!("-{number}")));
        let is_free = |path: &PathBuf| !path.exists();
        std::iter::once(named("")).chain(numbered).find(is_free).expect("not all numbers are taken")
    }
}

#[async_trait]
impl DataCommand for Import {
    fn saves(&self) -> Result<Option<PathBuf>, String> {
        let path = || self.failed.clone().unwrap_or_else(|| self.failed());
        Ok((!self.dry_run).then(|| self.saved.get_or_init(path).clone()))
    }

    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let scope = context.scope(&self.scope).await?;
        let CommandContext { services, progress, pieces, .. } = context;
        let source = Source { file: &self.file, mapping: self.mapping.as_deref(), dry_run: self.dry_run };
        let report = import(services, &context.caller(scope), source, *progress, pieces).await?;
        let mut report = serde_json::to_value(report).map_err(text)?;
        report["dry_run"] = self.dry_run.into();
        Ok(report)
    }

    fn print(&self, mut outcome: Value, output: Output) -> Result<ExitCode, String> {
        let has_failed = outcome["failed"].as_u64() != Some(0);
        if let Some(path) = self.saved.get().filter(|_| has_failed) {
            outcome["failed_rows"] = json!(path.display().to_string());
        }
        output.value_as(&outcome, for_people);
        Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn for_people(outcome: &Value) -> String {
    let count = |name: &str| outcome[name].as_u64().unwrap_or(0);
    let would = if outcome["dry_run"] == true { "would be " } else { "" };
    let mut lines = vec![format!(
        "{} rows: {} {would}imported, {} already there, {} failed",
        count("rows"),
        count("created"),
        count("already_there"),
        count("failed")
    )];
    for failure in outcome["failures"].as_array().into_iter().flatten() {
        let word = |name: &str| failure[name].as_str().unwrap_or_default();
        let column = failure["column"].as_str().map(|column| format!(" (column {column})")).unwrap_or_default();
        lines.push(format!("line {}: {}{column} {}", failure["line"], word("pointer"), word("message")));
    }
    if let Some(path) = outcome["failed_rows"].as_str() {
        lines.push(format!("the rows that failed are in {path}: correct them there, and import that file"));
    }
    lines.join("\n")
}
