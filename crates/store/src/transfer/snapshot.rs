//! A consistent snapshot of a database.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dossier_core::store::StoreError;

use super::mark::Location;
use super::{RecordStream, Shape};
use crate::postgres::PostgresSnapshot;
use crate::sqlite::SqliteSnapshot;
use crate::transfer::record::Record;

/// What a snapshot says about its database.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// `sqlite` or `postgresql`.
    pub(crate) engine: &'static str,
    /// The number of migrations it has had.
    pub(crate) schema: u32,
    pub(crate) installation: [u8; 16],
    /// The newest epoch of the keyring that it has seen.
    pub(crate) newest_epoch: u32,
    /// The tables that exist at this schema.
    pub(crate) shapes: Vec<Shape>,
}

/// How much load a transfer may cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// No requests are served at the same time.
    Fast,
    /// Runs beside a server: at a low priority, with pauses between portions.
    Gentle,
}

/// A gentle transfer pauses for this multiple of the time it worked. With a factor of 1, updates of a server that used
/// two processors fully lost 30 % of their rate, and their 99th percentile was 1.7 times as long.
const REST: u32 = 3;

impl Pace {
    /// How long to pause after this much work.
    pub(crate) const fn rest(self, worked: Duration) -> Duration {
        match self {
            Self::Fast => Duration::ZERO,
            Self::Gentle => worked.saturating_mul(REST),
        }
    }
}

/// A snapshot of either engine.
#[derive(Clone)]
pub(crate) enum Snapshot {
    Sqlite(Arc<SqliteSnapshot>),
    Postgres(Arc<PostgresSnapshot>),
}

impl Snapshot {
    pub(crate) async fn take(location: Location<'_>, pace: Pace) -> Result<(Self, Facts), StoreError> {
        match location {
            Location::Sqlite(file) => Self::take_sqlite(file.to_owned(), pace).await,
            Location::Postgres(url) => {
                let (snapshot, facts) = PostgresSnapshot::take(url, pace).await?;
                Ok((Self::Postgres(Arc::new(snapshot)), facts))
            }
        }
    }

    async fn take_sqlite(file: PathBuf, pace: Pace) -> Result<(Self, Facts), StoreError> {
        let (snapshot, facts) = blocking(move || SqliteSnapshot::take(&file, pace)).await?;
        Ok((Self::Sqlite(Arc::new(snapshot)), facts))
    }

    /// The number of records, for the progress bar. 0 if counting takes too long.
    pub(crate) async fn count(&self, shape: &Shape) -> u64 {
        match self {
            Self::Sqlite(snapshot) => {
                let (snapshot, shape) = (Arc::clone(snapshot), shape.clone());
                blocking(move || snapshot.count(&shape)).await
            }
            Self::Postgres(snapshot) => snapshot.count(shape).await,
        }
        .unwrap_or(0)
    }

    /// The approximate size of the database in bytes. 0 if unknown.
    pub(crate) async fn size(&self) -> u64 {
        match self {
            Self::Sqlite(snapshot) => {
                let snapshot = Arc::clone(snapshot);
                blocking(move || Ok(snapshot.size())).await.unwrap_or(0)
            }
            Self::Postgres(snapshot) => snapshot.size().await,
        }
    }

    /// The records of a table after a key, in key order.
    pub(crate) fn records(&self, shape: &Shape, after: Option<Record>) -> RecordStream {
        match self {
            Self::Sqlite(snapshot) => Arc::clone(snapshot).records(shape.clone(), after),
            Self::Postgres(snapshot) => Arc::clone(snapshot).records(shape.clone(), after),
        }
    }
}

/// Runs SQL of the embedded engine on a blocking thread, so that no request waits for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(StoreError::Unavailable("the process is stopping".into())))
}
