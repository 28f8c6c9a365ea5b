//! A database that receives records. It stays marked until all have arrived.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;

use super::Shape;
use super::mark::{Location, Mark};
use super::record::Record;
use super::snapshot::Facts;
use crate::OpenError;
use crate::key_export::{KeyRow, KeyTable};
use crate::postgres::PostgresTarget;
use crate::sqlite::SqliteTarget;

/// A target of either engine.
pub(crate) enum Target {
    Sqlite(SqliteTarget),
    Postgres(PostgresTarget),
}

impl Target {
    /// Marks an empty database and brings its schema to that of the source, or resumes with one that began to receive
    /// records of the same source.
    pub(crate) async fn begin(
        location: Location<'_>,
        from: &str,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let state = location.read_state().await.map_err(to_store_error)?;
        let begun = matches!(&state.mark, Some(Mark::Arriving { from: begun, .. }) if begun == from);
        if state.mark.is_some() && !begun {
            let text = format!("{} is marked: its records moved away, or it receives others", location);
            return Err(StoreError::Corrupt(text));
        }
        if state.migrations > facts.schema {
            return Err(StoreError::Corrupt(format!("{} is not empty; use an empty database", location)));
        }
        if !begun {
            Self::check_empty(location, state.migrations).await?;
            let mark = Mark::Arriving { from: from.to_owned(), at: now };
            location.set_mark(Some(&mark)).await.map_err(to_store_error)?;
        }
        let mut target = match location {
            Location::Sqlite(file) => {
                Self::Sqlite(SqliteTarget::open(file, facts.schema, now).map_err(to_store_error)?)
            }
            Location::Postgres(url) => {
                Self::Postgres(PostgresTarget::open(url, facts.schema, now).await.map_err(to_store_error)?)
            }
        };
        if !begun {
            // Deletes the rows that every new database has; those of the source replace them.
            target.clear().await?;
        }
        target.set_installation(facts.installation, facts.newest_epoch).await?;
        Ok(target)
    }

    /// A database that has its records already, of any schema version.
    pub(crate) async fn existing(location: Location<'_>) -> Result<Self, StoreError> {
        let (no_migration, now) = (0, Timestamp::from_micros(0));
        match location {
            Location::Sqlite(file) => SqliteTarget::open(file, no_migration, now).map(Self::Sqlite),
            Location::Postgres(url) => PostgresTarget::open(url, no_migration, now).await.map(Self::Postgres),
        }
        .map_err(to_store_error)
    }

    async fn check_empty(location: Location<'_>, migrations: u32) -> Result<(), StoreError> {
        let (accounts, processes) = match location {
            _ if migrations == 0 => (0, 0),
            Location::Sqlite(file) => (SqliteTarget::accounts(file).map_err(to_store_error)?, 0),
            Location::Postgres(url) => PostgresTarget::occupants(url).await.map_err(to_store_error)?,
        };
        if processes > 0 {
            let text = format!("{processes} processes use {location}; stop them, and wait for 10 seconds");
            return Err(StoreError::Corrupt(text));
        }
        if accounts > 0 {
            return Err(StoreError::Corrupt(format!("{location} has accounts already; use an empty database")));
        }
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(target) => target.clear(),
            Self::Postgres(target) => target.clear().await,
        }
    }

    async fn set_installation(&mut self, installation: [u8; 16], newest_epoch: u32) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(target) => target.set_installation(installation, newest_epoch),
            Self::Postgres(target) => target.set_installation(installation, newest_epoch).await,
        }
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        match self {
            Self::Sqlite(target) => target.shapes(),
            Self::Postgres(target) => target.shapes(),
        }
    }

    /// The table of this name, which must have these columns.
    pub(crate) fn shape_like(&self, columns: &[&str], name: &str) -> Result<Shape, StoreError> {
        let shape = self.shapes().iter().find(|shape| shape.name == name && shape.column_names() == columns);
        shape.cloned().ok_or_else(|| StoreError::Corrupt(format!("the table {name} has other columns here")))
    }

    /// The key of the last record that was written.
    pub(crate) async fn last(&self, shape: &Shape) -> Result<Option<Record>, StoreError> {
        match self {
            Self::Sqlite(target) => target.last(shape),
            Self::Postgres(target) => target.last(shape).await,
        }
    }

    /// The records are durable on return.
    pub(crate) async fn write(&mut self, shape: &Shape, records: Vec<Record>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(target) => target.write(shape, &records),
            Self::Postgres(target) => target.write(shape, &records).await,
        }
    }

    /// Replaces stored keys of one table. Keys that are not stored are left out.
    pub(crate) async fn take_keys(&mut self, rows: &[KeyRow]) -> Result<(), StoreError> {
        let Some(first) = rows.first() else { return Ok(()) };
        // An older schema may lack the table.
        let Some(shape) = self.shapes().iter().find(|shape| shape.name == first.table.as_str()).cloned() else {
            return Ok(());
        };
        match self {
            Self::Sqlite(target) => target.take_keys(&shape, rows),
            Self::Postgres(target) => target.take_keys(&shape, rows).await,
        }
    }

    /// Sets the newest epoch that the database has seen.
    pub(crate) async fn set_newest_epoch(&mut self, epoch: u32) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(target) => target.set_newest_epoch(epoch),
            Self::Postgres(target) => target.set_newest_epoch(epoch).await,
        }
    }

    /// The data subjects whose key is wrapped in none of these epochs.
    pub(crate) async fn subjects_outside(
        &self,
        epochs: &[u32],
    ) -> Result<Vec<(Scope, CustomerId, PersonId)>, StoreError> {
        match self {
            Self::Sqlite(target) => target.subjects_outside(epochs),
            Self::Postgres(target) => target.subjects_outside(epochs).await,
        }
    }

    /// Deletes the keys of a table that are wrapped in none of these epochs.
    pub(crate) async fn delete_keys_outside(&mut self, table: KeyTable, epochs: &[u32]) -> Result<(), StoreError> {
        if !self.shapes().iter().any(|shape| shape.name == table.as_str()) {
            return Ok(());
        }
        let sql = format!("DELETE FROM {} WHERE {}", table.as_str(), outside(epochs));
        match self {
            Self::Sqlite(target) => target.run(&sql),
            Self::Postgres(target) => target.run(&sql).await,
        }
    }

    /// Does whatever the engine needs once all records are there. The mark stays.
    pub(crate) async fn finish(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(target) => target.finish(),
            Self::Postgres(target) => target.finish().await,
        }
    }
}

/// The condition of keys that are wrapped in none of these epochs.
pub(crate) fn outside(epochs: &[u32]) -> String {
    let epochs: Vec<_> = epochs.iter().map(u32::to_string).collect();
    format!("epoch NOT IN ({})", epochs.join(", "))
}

fn to_store_error(error: OpenError) -> StoreError {
    match error {
        OpenError::Database(text) => StoreError::Corrupt(text),
        other => StoreError::Unavailable(other.to_string()),
    }
}
