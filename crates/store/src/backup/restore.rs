//! Restores a backup: its rows into an empty database at the schema of the backup, its files into their storage.

use std::sync::Arc;

use dossier_core::clock::Timestamp;
use dossier_core::file::MAX_FILE;
use dossier_core::store::{Progress, StoreError};
use sha2::{Digest as _, Sha256};

use super::files::{self, ListedFile};
use super::manifest::{Manifest, Rows, hexadecimal};
use super::rows::IntactRecords;
use super::{Backup, Finding, PIECE, Part};
use crate::blobs::{BlobPath, Blobs};
use crate::planted::reached;
use crate::transfer::mark::Location;
use crate::transfer::record::Record;
use crate::transfer::snapshot::Facts;
use crate::transfer::target::Target;
use crate::transfer::{PORTION, Shape, error_text};
use crate::vault::stream::sealed_length;

/// Since this migration both engines have had the same columns and numbers.
const COMMON_SCHEMA: u32 = 5;

/// The result of a restore or a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreReport {
    /// The number of records or files that are intact.
    pub good: u64,
    /// Each finding names its table and record, or its file.
    pub findings: Vec<Finding>,
}

/// Restores the rows of a backup into an empty database at the schema of the backup. The database stays marked. After
/// an interruption, running it again continues where it stopped. An altered record is reported and left out.
///
/// Fails with [`StoreError::Corrupt`] if the target is not empty, or if the backup is too old for its engine.
pub async fn restore_rows(
    backup: &Backup,
    to: Location<'_>,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<RestoreReport, StoreError> {
    let manifest = &backup.manifest;
    let engine = engine_of(to);
    let schema = schema_in(manifest, to)?;
    let facts = Facts {
        engine,
        schema,
        installation: *manifest.installation.as_bytes(),
        newest_epoch: manifest.newest_epoch,
        shapes: Vec::new(),
    };
    let mut target = Target::begin(to, &backup.location(), &facts, now).await?;
    reached("restore: begun");
    let (mut restored, total) = (RestoreReport::default(), manifest.records());
    for rows in &manifest.rows {
        let columns: Vec<_> = rows.columns.iter().map(String::as_str).collect();
        let shape = target.shape_like(&columns, &rows.table)?;
        let before = restored.good;
        let report = |records: u64| progress((before + records).min(total), total);
        let table = Table { backup, rows, shape: &shape };
        restored.good += table.restore(&mut target, &mut restored.findings, &report).await?;
    }
    reached("restore: rows written");
    target.finish().await?;
    reached("restore: rows finished");
    Ok(restored)
}

const fn engine_of(location: Location<'_>) -> &'static str {
    match location {
        Location::Sqlite(_) => "sqlite",
        Location::Postgres(_) => "postgresql",
    }
}

/// The schema at which the records of a backup are restored into this database. Fails with [`StoreError::Corrupt`] if
/// they are too old for its engine.
pub fn schema_in(manifest: &Manifest, to: Location<'_>) -> Result<u32, StoreError> {
    let engine = engine_of(to);
    match manifest.schema {
        schema if manifest.engine == engine || schema >= COMMON_SCHEMA => Ok(schema),
        // PostgreSQL had these columns one migration earlier.
        schema if engine == "sqlite" && schema + 1 == COMMON_SCHEMA => Ok(COMMON_SCHEMA),
        _ => Err(StoreError::Corrupt(format!(
            "this backup is too old for another engine: restore it into {}, start this version once, then run dossier \
                db move",
            manifest.engine
        ))),
    }
}

struct Table<'a> {
    backup: &'a Backup,
    rows: &'a Rows,
    shape: &'a Shape,
}

impl Table<'_> {
    async fn restore(
        &self,
        target: &mut Target,
        findings: &mut Vec<Finding>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<u64, StoreError> {
        let Self { backup, rows, shape } = *self;
        let mut records = IntactRecords::open(backup, rows).await;
        // Skip what an interrupted restore wrote.
        let mut written = target.last(shape).await?;
        let (mut good, mut portion) = (0, Vec::new());
        while let Some(record) = records.next().await? {
            good += 1;
            if !is_written(&mut written, &record, shape) {
                portion.push(record);
            }
            findings.append(&mut records.findings);
            if portion.len() == PORTION {
                self.write(target, std::mem::take(&mut portion), findings).await?;
                progress(good);
            }
        }
        findings.append(&mut records.findings);
        self.write(target, portion, findings).await?;
        Ok(good)
    }

    /// A damaged backup can lack rows that others refer to, so the database may refuse some.
    async fn write(
        &self,
        target: &mut Target,
        records: Vec<Record>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        let written = target.write(self.shape, records).await;
        reached("restore: some rows written");
        match written {
            Err(StoreError::Corrupt(why)) if !findings.is_empty() => {
                let text = format!("records could not be restored: {why}");
                findings.push(Finding::of_table(&self.rows.table, text));
                Ok(())
            }
            written => written,
        }
    }
}

/// Whether an earlier attempt wrote this record. No record after the last written one was.
fn is_written(last: &mut Option<Record>, record: &Record, shape: &Shape) -> bool {
    let Some(key) = last else { return false };
    if record[..shape.key] == key[..] {
        *last = None;
    }
    true
}

/// Copies the contents of files into their storage and checks their hashes. Contents that are already there are only
/// checked.
pub async fn restore_files(
    backup: &Backup,
    to: &Arc<dyn Blobs>,
    progress: Progress<'_>,
) -> Result<RestoreReport, StoreError> {
    let mut restored = RestoreReport::default();
    let list = match files::read_list(backup).await {
        Ok(list) => list,
        Err(error @ StoreError::Corrupt(_)) => {
            restored.findings.push(Finding::new(Part::Contents, error_text(&error)));
            return Ok(restored);
        }
        Err(error) => return Err(error),
    };
    let total = list.len() as u64;
    for (done, ListedFile { path, content }) in list.into_iter().enumerate() {
        match content {
            // The size comes from the backup, so it can be anything.
            Some((size, _)) if size > sealed_length(MAX_FILE) => {
                restored.findings.push(Finding::of_content(path, format!("has {size} bytes, more than any file")));
            }
            Some((size, expected)) => match restore_file(backup, to, path, size, &expected).await {
                Ok(true) => restored.good += 1,
                Ok(false) => restored.findings.push(Finding::of_content(path, "was altered")),
                Err(StoreError::Corrupt(why)) => {
                    restored.findings.push(Finding::of_content(path, format!("cannot be read: {why}")));
                }
                Err(error) => return Err(error),
            },
            None => {}
        }
        progress(done as u64 + 1, total);
    }
    Ok(restored)
}

/// Returns whether the content in the backup is unaltered. An altered content is not written.
async fn restore_file(
    backup: &Backup,
    to: &Arc<dyn Blobs>,
    path: BlobPath,
    size: u64,
    expected: &str,
) -> Result<bool, StoreError> {
    let (mut hash, mut writer) = (Sha256::new(), None);
    if !has_content(to, path, size, expected).await {
        to.delete(path).await?;
        writer = Some(to.create(path).await?);
    }
    let object = backup.object(&format!("files/{path}"));
    for begin in (0..size).step_by(PIECE) {
        let piece = backup.storage.read_object(&object, begin..size.min(begin + PIECE as u64)).await?;
        hash.update(&piece);
        if let Some(writer) = &mut writer {
            writer.write(piece).await?;
        }
    }
    let good = hexadecimal(&hash.finalize()) == expected;
    if let Some(writer) = writer.filter(|_| good) {
        writer.finish().await?;
        reached("restore: a content written");
    }
    Ok(good)
}

async fn has_content(to: &Arc<dyn Blobs>, path: BlobPath, size: u64, expected: &str) -> bool {
    let mut hash = Sha256::new();
    for begin in (0..size).step_by(PIECE) {
        let Ok(piece) = to.read(path, begin..size.min(begin + PIECE as u64)).await else { return false };
        hash.update(piece);
    }
    hexadecimal(&hash.finalize()) == expected
}
