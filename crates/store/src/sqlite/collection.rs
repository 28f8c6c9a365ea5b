//! The collection of files that nothing refers to: their rows, their contents, and expired staging keys.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::FileId;
use dossier_core::store::StoreError;
use futures_util::TryStreamExt as _;
use rusqlite::{Connection, OptionalExtension as _};

use super::SqliteStore;
use crate::blobs::BlobPath;
use crate::columns::{scope_columns, scope_of};
use crate::files::{self, PORTION, day_of};

impl SqliteStore {
    /// A portion, after a given file, of the files that were not attached in time and of those whose data subjects are
    /// all erased.
    pub(super) fn expired_files(
        &self,
        before: Timestamp,
        after: Option<BlobPath>,
    ) -> Result<Vec<BlobPath>, StoreError> {
        let (account, environment, file) = match &after {
            Some(BlobPath { scope, id }) => {
                let (account, environment) = scope_columns(scope);
                (account, environment, id.as_bytes())
            }
            None => (&[0; 16], 0, &[0; 16]),
        };
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT account_id, environment, file_id FROM files
                     WHERE (account_id, environment, file_id) > (?3, ?4, ?5) AND environment IN (0, 1)
                        AND length(account_id) = 16 AND length(file_id) = 16
                        AND (staged_day IS NULL OR (staged_day <= ?1 AND uploaded_at < ?2)) AND NOT EXISTS
                        (SELECT 1 FROM file_uses WHERE file_uses.account_id = files.account_id
                         AND file_uses.environment = files.environment AND file_uses.file_id = files.file_id)
                     ORDER BY account_id, environment, file_id LIMIT ?6",
                )?
                .query_map((day_of(before), before.as_micros(), account, environment, file, PORTION), |row| {
                    Ok((row.get(0)?, row.get(1)?, FileId::from_bytes(row.get(2)?)))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let path = |(account, environment, id)| Ok(BlobPath { scope: scope_of(account, environment)?, id });
        rows.into_iter().map(path).collect()
    }

    /// Deletes the staging keys of earlier days, unless a file still needs them.
    pub(super) async fn delete_staging_keys(&self, before: i64) -> Result<(), StoreError> {
        self.writer
            .task(move |connection| {
                connection
                    .prepare_cached(
                        "DELETE FROM staging_keys WHERE day < ?1 AND NOT EXISTS (SELECT 1 FROM files
                         WHERE files.account_id = staging_keys.account_id
                           AND files.environment = staging_keys.environment AND files.staged_day = staging_keys.day)",
                    )?
                    .execute([before])
                    .map(drop)
            })
            .await
    }

    pub(super) async fn delete_orphans(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        let mut portions = files::content_before(&*self.blobs, before);
        while let Some(paths) = portions.try_next().await? {
            deleted += self.delete_unknown(paths).await?;
        }
        Ok(deleted)
    }

    /// Deletes the contents that have no row, and returns their number.
    pub(super) async fn delete_unknown(&self, paths: Vec<BlobPath>) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for path in paths {
            let (account, environment) = scope_columns(&path.scope);
            let known: bool = self.readers.read(|connection| {
                connection
                    .prepare_cached(
                        "SELECT EXISTS (SELECT 1 FROM files
                         WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3)",
                    )?
                    .query_row((account, environment, path.id.as_bytes()), |row| row.get(0))
            })?;
            if !known {
                self.blobs.delete(path).await?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

/// Deletes the rows of those of the files that no customer names, and returns them.
pub(super) fn delete_unused(connection: &Connection, paths: &[BlobPath]) -> Result<Vec<BlobPath>, rusqlite::Error> {
    let mut deleted = Vec::new();
    let mut delete = connection.prepare_cached(
        "DELETE FROM files WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3 AND NOT EXISTS
            (SELECT 1 FROM file_uses WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3)",
    )?;
    for path in paths {
        let (account, environment) = scope_columns(&path.scope);
        if delete.execute((account, environment, path.id.as_bytes()))? > 0 {
            delete_content(connection, path.scope, path.id)?;
            deleted.push(*path);
        }
    }
    Ok(deleted)
}

fn delete_content(connection: &Connection, scope: Scope, file: FileId) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let size: Option<u64> = connection
        .prepare_cached(
            "DELETE FROM contents WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3 RETURNING size",
        )?
        .query_row((account, environment, file.as_bytes()), |row| row.get(0))
        .optional()?;
    let Some(size) = size else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE usage SET files = files - 1, bytes = bytes - ?3 WHERE account_id = ?1 AND environment = ?2",
        )?
        .execute((account, environment, size))
        .map(drop)
}
