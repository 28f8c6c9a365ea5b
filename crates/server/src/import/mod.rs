//! Imports customers from a file, row by row.

mod documents;
mod mapping;
mod rows;
mod wrong;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use dossier_core::caller::Caller;
use dossier_core::import;
use dossier_core::services::Services;
use dossier_core::store::{Progress, StoreError};
use dossier_core::use_cases::import_customer::{self, Imported};
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Violations;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::Sender;

use mapping::Mapping;
use rows::{Row, Rows};
use wrong::Wrong;

/// The number of rows in progress at a time. While their commits are waiting for the disk, others are computed.
const AT_ONCE: usize = 64;
/// The number of failures that the report lists. The file of failed rows has all rows.
const LISTED: usize = 500;

/// What to import.
pub struct Source<'a> {
    /// The file: JSON lines, or CSV if there is a mapping.
    pub file: &'a Path,
    /// The file that maps the columns of CSV to members.
    pub mapping: Option<&'a Path>,
    /// Whether nothing is stored.
    pub dry_run: bool,
}

/// The result of an import.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub rows: u64,
    /// With the next ones, the rows that are stored now.
    pub imported: u64,
    /// The rows whose decision waits for a second person.
    pub proposed: u64,
    pub already_there: u64,
    pub failed: u64,
    /// The first failures, at most [`LISTED`].
    pub failures: Vec<Failure>,
    /// The number of further ones.
    pub more_failures: u64,
}

/// Something that is wrong with a row.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// JSON Pointer into the row.
    pub pointer: String,
    /// The column of a CSV file that the pointer comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub code: String,
    /// Never repeats a value.
    pub message: String,
}

/// Imports the rows of a file. Rows that cannot be imported are sent to `failed`, as they are in the file.
///
/// # Errors
///
/// In words for the operator: when the file or the mapping cannot be read, or the store fails. Importing the same file
/// again continues: rows that are stored are found to be there.
pub async fn import(
    services: &Services,
    caller: &Caller,
    source: Source<'_>,
    progress: Progress<'_>,
    failed: &Sender<Vec<u8>>,
) -> Result<Report, String> {
    let is_csv = source.file.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if is_csv && source.mapping.is_none() {
        return Err("for CSV, --mapping names a file that says which column is which member".to_owned());
    }
    let mapping = source.mapping.map(|path| Mapping::read(path, services)).transpose()?;
    let rows = Rows::open(source.file, mapping.as_ref())?;
    let (total, header) = (rows.total, rows.header.clone());
    let folder = source.file.parent().map_or_else(PathBuf::new, Path::to_owned);
    let mut emails = HashMap::new();
    let rows = rows.map(|row| {
        row.map(|mut row| {
            row.refuse_repeated(&mut emails);
            row
        })
    });
    let import = async |row: Result<Row, String>| {
        let mut row = row?;
        let outcome = match std::mem::replace(&mut row.json, Ok(Vec::new())) {
            Ok(json) => import_row(services, caller, &folder, &json, source.dry_run).await?,
            Err(wrong) => Err(wrong),
        };
        Ok::<_, String>((row, outcome))
    };
    let mut outcomes = std::pin::pin!(stream::iter(rows).map(import).buffered(AT_ONCE));
    let mut report = Report::default();
    while let Some(done) = outcomes.next().await {
        let (row, outcome) = done?;
        report.rows += 1;
        match outcome {
            Ok(Imported::Created) => report.imported += 1,
            Ok(Imported::Proposed) => report.proposed += 1,
            Ok(Imported::AlreadyThere) => report.already_there += 1,
            Err(wrong) => {
                let mut raw = row.raw;
                if let Some(header) = header.as_ref().filter(|_| report.failed == 0) {
                    raw.splice(..0, header.iter().copied());
                }
                report.failed += 1;
                // Without a receiver, the command has ended.
                let _ = failed.send(raw).await;
                report.add(row.line, wrong, mapping.as_ref());
            }
        }
        progress(row.end.min(total), total);
    }
    Ok(report)
}

impl Report {
    fn add(&mut self, line: u64, wrong: Vec<Wrong>, mapping: Option<&Mapping>) {
        for Wrong { pointer, code, message } in wrong {
            if self.failures.len() == LISTED {
                self.more_failures += 1;
            } else {
                let column = mapping.and_then(|mapping| mapping.column(&pointer)).map(ToOwned::to_owned);
                self.failures.push(Failure { line, pointer, column, code, message });
            }
        }
    }
}

/// Imports a row. The outer error ends the import.
async fn import_row(
    services: &Services,
    caller: &Caller,
    folder: &Path,
    row: &[u8],
    dry_run: bool,
) -> Result<Result<Imported, Vec<Wrong>>, String> {
    let documents = import::paths(row);
    let mut wrong = Vec::new();
    let (mut uploaded, mut missing) = (Vec::new(), Vec::new());
    // A row that is wrong uploads nothing, so it is checked before its files are.
    if !documents.is_empty() {
        for (number, document) in documents.iter().enumerate() {
            let no_file = documents::no_file(number);
            uploaded.push((document.pointer.clone(), no_file));
            missing.push(documents::id_pointer(&document.pointer));
            wrong.extend(documents::check(folder, document).await.err());
        }
        let checked = import::with_files(row, &uploaded).map_err(UpdateError::from);
        let checked = match checked {
            Ok(row) => import_customer::check(services, caller, &row, &missing).await,
            Err(error) => Err(error),
        };
        match checked {
            Err(error) => wrong.extend(of_row(error)?),
            Ok(imported) if dry_run && wrong.is_empty() => return Ok(Ok(imported)),
            Ok(_) => {}
        }
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        uploaded.clear();
        for document in &documents {
            match documents::upload(services, caller, folder, row, document).await? {
                Ok(id) => uploaded.push((document.pointer.clone(), id)),
                Err(refused) => wrong.push(refused),
            }
        }
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
    }
    // Most rows name no files, and need no second pass.
    let with_files = match uploaded.is_empty() {
        true => Ok(Cow::Borrowed(row)),
        false => import::with_files(row, &uploaded).map(Cow::Owned),
    };
    let outcome = match with_files {
        Err(error) => Err(error.into()),
        Ok(row) if dry_run => import_customer::check(services, caller, &row, &[]).await,
        Ok(row) => import_customer::import(services, caller, &row).await,
    };
    match outcome {
        Ok(imported) => Ok(Ok(imported)),
        Err(error) => of_row(error).map(Err),
    }
}

/// What is wrong with a row, unless the error concerns all rows.
fn of_row(error: UpdateError) -> Result<Vec<Wrong>, String> {
    Ok(match error {
        UpdateError::Invalid(Violations(violations)) => violations.into_iter().map(Wrong::from).collect(),
        UpdateError::Syntax(error) => {
            vec![Wrong::new("", "invalid_json", format!("is not a JSON object on one line (column {})", error.column))]
        }
        UpdateError::EmailTaken(id) => {
            vec![Wrong::new("/email", "email_taken", format!("belongs to the customer {id}, who has other data"))]
        }
        UpdateError::Conflict(conflict) => vec![Wrong::new("/verification", "not_possible", conflict.to_string())],
        UpdateError::Store(StoreError::OverQuota(over)) => vec![Wrong::new("", "over_quota", over.to_string())],
        // It concerns this row alone, so the others are imported.
        UpdateError::Store(StoreError::Corrupt(_)) => {
            vec![Wrong::new(
                "",
                "damaged_record",
                "there is such a customer, whose stored record is damaged; see the log",
            )]
        }
        error => return Err(format!("{error}. Nothing is lost: import the same file again to continue")),
    })
}
