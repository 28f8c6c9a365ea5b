//! Whether what was restored is what the backup says: record by record, by the hashes that were made with the backup.

use dossier_core::store::{Progress, StoreError};

use super::rows::HashReader;
use super::{Backup, Pace, Restored};
use crate::transfer::OneByOne;
use crate::transfer::mark::Location;
use crate::transfer::record::{encode, hash};
use crate::transfer::snapshot::Snapshot;

/// Compares the rows of a database that is still at the schema of the backup with the backup's hashes.
///
/// # Errors
///
/// The database's and the place's.
pub async fn compare_rows(
    backup: &Backup,
    restored: Location<'_>,
    progress: Progress<'_>,
) -> Result<Restored, StoreError> {
    let (snapshot, facts) = Snapshot::take(restored, Pace::Fast).await?;
    let (mut compared, total) = (Restored::default(), backup.manifest.records());
    for rows in &backup.manifest.rows {
        let table = &rows.table;
        let Some(shape) = facts.shapes.iter().find(|shape| shape.name == table) else {
            compared.findings.push(format!("{table}: the table is missing"));
            continue;
        };
        let mut hashes = match HashReader::open(backup, table).await {
            Ok(hashes) => hashes,
            Err(StoreError::Corrupt(why)) => {
                compared.findings.push(format!("{table}: {why}"));
                continue;
            }
            Err(error) => return Err(error),
        };
        let (mut records, mut number) = (OneByOne::of(snapshot.records(shape, None)), 0_u64);
        loop {
            number += 1;
            match (records.next().await?, hashes.next().await) {
                (None, Ok(None)) => break,
                (Some(record), Ok(Some(expected))) if hash(&encode(&record)) == expected => compared.good += 1,
                (_, Err(error)) if !matches!(error, StoreError::Corrupt(_)) => return Err(error),
                // What follows a record that is missing would differ as well, and say nothing more.
                _ => {
                    compared.findings.push(format!("{table}: record {number} is not what was backed up"));
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
