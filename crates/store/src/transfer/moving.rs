//! Moving an installation from one engine to the other: every record is copied in the order of its key, then compared.
//! Nothing is opened: what is sealed is moved sealed.

use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};

use super::mark::Location;
use super::snapshot::{Pace, Snapshot};
use super::target::Target;
use super::{OneByOne, Shape};

/// What was moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Records that are the same on both ends, compared one by one.
    pub records: u64,
}

/// Copies everything, and compares it; the target stays marked. No process may write to either end in the meantime.
/// Interrupted, it goes on where it stopped when it is run again with the same name of the source.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when the target has records that are not of this move, or a record is not the same on both
/// ends, which is named by its table and its number; else the databases'.
pub async fn move_all(
    from: Location<'_>,
    name: &str,
    to: Location<'_>,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Moved, StoreError> {
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
    let mut moved = Moved::default();
    for (shape, copied) in facts.shapes.iter().zip(&copied.shapes) {
        let base = total / 2 + moved.records;
        moved.records +=
            compare((&source, shape), (&copy, copied), &mut |records| progress((base + records).min(total), total))
                .await?;
    }
    progress(total, total);
    Ok(moved)
}

async fn compare(
    (from, shape): (&Snapshot, &Shape),
    (to, copied): (&Snapshot, &Shape),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, StoreError> {
    let (mut left, mut right) = (OneByOne::of(from.records(shape, None)), OneByOne::of(to.records(copied, None)));
    let mut records = 0;
    loop {
        match (left.next().await?, right.next().await?) {
            (None, None) => return Ok(records),
            (Some(one), Some(other)) if one == other => records += 1,
            _ => {
                let text = format!("record {} of {} is not the same on both ends", records + 1, shape.name);
                return Err(StoreError::Corrupt(text));
            }
        }
        if records % 1_000 == 0 {
            progress(records);
        }
    }
}
