//! Moves an installation from one engine to the other: every record is copied in the order of its key, then compared.
//! Nothing is opened: sealed data is moved sealed.

use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};

use super::mark::Location;
use super::snapshot::{Pace, Snapshot};
use super::target::Target;
use super::{RecordReader, Shape};

/// The result of a move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoveReport {
    /// The number of records that are equal in both databases.
    pub records: u64,
}

/// Copies everything and compares it. The target stays marked. No process may write to either database while this runs.
/// After an interruption, running it again with the same source name continues where it stopped.
///
/// Fails with [`StoreError::Corrupt`] if the target has other records, or if a record differs. The error names its
/// table and number.
pub async fn move_all(
    from: Location<'_>,
    name: &str,
    to: Location<'_>,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<MoveReport, StoreError> {
    let (source, facts) = Snapshot::take(from, Pace::Fast).await?;
    let mut target = Target::begin(to, name, &facts, now).await?;
    let mut total = 0;
    for shape in &facts.shapes {
        total += source.count(shape).await;
    }
    // Half of the work is copying, half comparing.
    let (total, mut done) = (total * 2, 0);
    for shape in &facts.shapes {
        let there = target.shape_like(&shape.column_names(), shape.name)?;
        let mut records = source.records(shape, target.last(&there).await?);
        while let Some(portion) = records.recv().await {
            let portion = portion?;
            done += portion.len() as u64;
            target.write(&there, portion).await?;
            progress(done.min(total), total);
        }
    }
    target.finish().await?;
    let (copy, copied) = Snapshot::take(to, Pace::Fast).await?;
    let mut report = MoveReport::default();
    for (shape, copied) in facts.shapes.iter().zip(&copied.shapes) {
        let base = total / 2 + report.records;
        report.records +=
            compare((&source, shape), (&copy, copied), &mut |records| progress((base + records).min(total), total))
                .await?;
    }
    progress(total, total);
    Ok(report)
}

async fn compare(
    (from, shape): (&Snapshot, &Shape),
    (to, copied): (&Snapshot, &Shape),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, StoreError> {
    let (mut left, mut right) =
        (RecordReader::of(from.records(shape, None)), RecordReader::of(to.records(copied, None)));
    let mut records = 0;
    loop {
        match (left.next().await?, right.next().await?) {
            (None, None) => return Ok(records),
            (Some(one), Some(other)) if one == other => records += 1,
            _ => {
                let text = format!("record {} of {} differs between the two databases", records + 1, shape.name);
                return Err(StoreError::Corrupt(text));
            }
        }
        if records % 1_000 == 0 {
            progress(records);
        }
    }
}
