//! Checks a restored database against its backup, record by record, by the hashes that were made with the backup.

use std::fmt;

use dossier_core::store::{Progress, StoreError};

use super::rows::{HashReader, IntactRecords};
use super::{Backup, Pace, RestoreReport};
use crate::blobs::BlobPath;
use crate::transfer::RecordReader;
use crate::transfer::mark::Location;
use crate::transfer::record::{encode, hash};
use crate::transfer::snapshot::Snapshot;

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Table(String),
    /// The contents of files in the backup.
    Contents,
    /// The restored database could not be opened.
    Database,
    Customers,
    Events,
    Files,
    /// Kept answers, API keys and endpoints.
    Secrets,
    Audit,
}

/// Something that is wrong with a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub part: Part,
    text: String,
}

impl Finding {
    pub(super) fn new(part: Part, text: impl Into<String>) -> Self {
        Self { part, text: text.into() }
    }

    pub(super) fn of_content(path: BlobPath, text: impl fmt::Display) -> Self {
        Self::new(Part::Contents, format!("files: the content of {path} {text}"))
    }

    pub(super) fn of_table(table: &str, text: impl fmt::Display) -> Self {
        Self::new(Part::Table(table.to_owned()), format!("{table}: {text}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Backup {
    /// Reads the whole backup and compares it with its hashes. Nothing is restored.
    pub async fn check(&self, progress: Progress<'_>) -> Result<Vec<Finding>, StoreError> {
        let (mut findings, mut read) = (Vec::new(), 0);
        let records = self.manifest.records();
        let total = records + self.manifest.files.count;
        for rows in &self.manifest.rows {
            let mut intact = IntactRecords::open(self, rows).await;
            while intact.next().await?.is_some() {
                read += 1;
                if read % 1_000 == 0 {
                    progress(read, total);
                }
            }
            findings.append(&mut intact.findings);
        }
        let (files, _) = self.compare_files(&|done, _| progress(records + done, total)).await?;
        findings.extend(files.findings);
        Ok(findings)
    }
}

/// Compares the rows of a database that is still at the schema of the backup with the hashes in the backup.
pub async fn compare_rows(
    backup: &Backup,
    restored: Location<'_>,
    progress: Progress<'_>,
) -> Result<RestoreReport, StoreError> {
    let (snapshot, facts) = Snapshot::take(restored, Pace::Fast).await?;
    let (mut compared, total) = (RestoreReport::default(), backup.manifest.records());
    for rows in &backup.manifest.rows {
        let table = &rows.table;
        let Some(shape) = facts.shapes.iter().find(|shape| shape.name == table) else {
            compared.findings.push(Finding::of_table(table, "the table is missing"));
            continue;
        };
        let mut hashes = match HashReader::open(backup, table).await {
            Ok(hashes) => hashes,
            Err(StoreError::Corrupt(why)) => {
                compared.findings.push(Finding::of_table(table, why));
                continue;
            }
            Err(error) => return Err(error),
        };
        let (mut records, mut number) = (RecordReader::of(snapshot.records(shape, None)), 0_u64);
        loop {
            number += 1;
            match (records.next().await?, hashes.next().await) {
                (None, Ok(None)) => break,
                (Some(record), Ok(Some(expected))) if hash(&encode(&record)) == expected => compared.good += 1,
                (_, Err(error)) if !matches!(error, StoreError::Corrupt(_)) => return Err(error),
                // Every record after a missing one differs too, so stop here.
                _ => {
                    let text = format!("record {number} differs from the backup");
                    compared.findings.push(Finding::of_table(table, text));
                    break;
                }
            }
            if number % 1_000 == 0 {
                progress(compared.good.min(total), total);
            }
        }
    }
    Ok(compared)
}
