//! Files: their rows, and the keys that open them.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::NewDocument;
use dossier_core::clock::Timestamp;
use dossier_core::file::{File, UNATTACHED_SECONDS};
use dossier_core::idempotency::{Attempt, Replay};
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::quota::Used;
use dossier_core::store::{ByteRange, Collected, FileReader, FileStore, FileWriter, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fingerprints::MAX_MATCHES;
use super::{SqliteStore, collection, wrapped_key};
use crate::blobs::BlobPath;
use crate::columns::scope_columns;
use crate::files::{
    ContentReader, ContentWriter, FileKey, FileRow, MAX_USES, ORPHAN_SECONDS, StoredFile, UncheckedFile, UseRow,
    day_of, is_unused,
};
use crate::rows::Unchecked;
use crate::sealed::NO_CUSTOMER;
use crate::vault::{Purpose, SecretKey, WrappedKey};

macro_rules! file_columns {
    ($rest:literal) => {
        concat!(
            "SELECT file_id, uploaded_at, staged_day, key, details, upload_key, upload_fingerprint, request_id, mac
             FROM files ",
            $rest
        )
    };
}

fn file_row(scope: Scope, row: &Row<'_>) -> Result<Unchecked<FileRow>, rusqlite::Error> {
    let file = FileRow {
        scope,
        id: FileId::from_bytes(row.get(0)?),
        uploaded_at: row.get(1)?,
        staged_day: row.get(2)?,
        key: row.get(3)?,
        details: row.get(4)?,
        upload_key: row.get(5)?,
        upload_fingerprint: row.get(6)?,
        request_id: row.get(7)?,
    };
    Ok(Unchecked::new(file, row.get(8)?))
}

/// Reads the uses of a file: those by `of` first, then the oldest, at most [`MAX_USES`].
fn with_uses(
    connection: &Connection,
    row: Unchecked<FileRow>,
    of: Option<CustomerId>,
) -> Result<UncheckedFile, rusqlite::Error> {
    let FileRow { scope, id: file, staged_day, .. } = *row.peek();
    if staged_day.is_some() {
        return Ok(UncheckedFile { row, uses: Vec::new() });
    }
    let (account, environment) = scope_columns(&scope);
    let uses = connection
        .prepare_cached(
            "SELECT customer_id, subject_id, attached_at, key, mac FROM file_uses
             WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3
             ORDER BY customer_id = ?5 DESC, attached_at, customer_id, subject_id LIMIT ?4",
        )?
        .query_map((account, environment, file.as_bytes(), MAX_USES, of.unwrap_or(NO_CUSTOMER).as_bytes()), |row| {
            let one = UseRow {
                scope,
                file,
                customer: CustomerId::from_bytes(row.get(0)?),
                subject: PersonId::from_bytes(row.get(1)?),
                attached_at: row.get(2)?,
                key: row.get(3)?,
            };
            Ok(Unchecked::new(one, row.get(4)?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(UncheckedFile { row, uses })
}

#[async_trait]
impl FileStore for SqliteStore {
    async fn replay_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError> {
        let ticket = self.ticket(scope, attempt)?;
        let (account, environment) = scope_columns(&scope);
        let read = self.readers.read(|connection| {
            let row = connection
                .prepare_cached(file_columns!("WHERE account_id = ?1 AND environment = ?2 AND upload_key = ?3"))?
                .query_row((account, environment, ticket.key_hash), |row| file_row(scope, row))
                .optional()?;
            row.map(|row| with_uses(connection, row, None)).transpose()
        })?;
        let Some(read) = read else { return Ok(Replay::Fresh(ticket)) };
        let file = read.check(&*self.existing_scope_keys(scope)?)?;
        if file.is_gone() || file.row.upload_fingerprint.as_deref() != Some(&ticket.fingerprint[..]) {
            return Ok(Replay::OtherRequest(file.row.request_id));
        }
        let key = self.file_key(&file)?;
        file.open(&key).map(Replay::Answered)
    }

    async fn new_file(&self, scope: Scope, id: FileId, now: Timestamp) -> Result<Box<dyn FileWriter>, StoreError> {
        let day = day_of(now);
        let staging = self.staging_key_for(scope, day).await?;
        let keys = self.existing_scope_keys(scope)?;
        let writer = ContentWriter::begin(&*self.blobs, BlobPath { scope, id }, day, &staging, keys).await?;
        Ok(Box::new(writer))
    }

    async fn discard_file(&self, scope: Scope, id: FileId) {
        // This checks for a row first: content that a row names is never deleted.
        if let Err(error) = self.delete_unknown(vec![BlobPath { scope, id }]).await {
            tracing::warn!(%error, file = %id, "failed to delete a refused upload; the next housekeeping deletes it");
        }
    }

    async fn files(&self, scope: Scope, ids: &[FileId], of: Option<CustomerId>) -> Result<Vec<File>, StoreError> {
        let mut files = Vec::with_capacity(ids.len());
        for id in ids {
            files.extend(self.stored_file(scope, *id, of)?);
        }
        self.open_files(files)
    }

    async fn account_files(&self, scope: Scope) -> Result<Used, StoreError> {
        self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT files, bytes FROM usage WHERE account_id = ?1 AND environment = ?2")?
                .query_row(scope_columns(&scope), used)
                .optional()
                .map(Option::unwrap_or_default)
        })
    }

    async fn evidence(&self, scope: Scope, customer: CustomerId) -> Result<Used, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT count(*), coalesce(sum(size), 0) FROM contents
                     WHERE account_id = ?1 AND environment = ?2 AND file_id IN (SELECT file_id FROM file_uses
                        WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3)",
                )?
                .query_row((account, environment, customer.as_bytes()), used)
        })
    }

    async fn list_files(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let before = before.map_or([0xff; 16], |id| *id.as_bytes());
        let read = self.readers.read(|connection| {
            let rows = match customer {
                Some(customer) => connection
                    .prepare_cached(file_columns!(
                        "WHERE account_id = ?1 AND environment = ?2 AND file_id < ?4 AND file_id IN
                            (SELECT file_id FROM file_uses
                             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3)
                         ORDER BY file_id DESC LIMIT ?5"
                    ))?
                    .query_map((account, environment, customer.as_bytes(), before, limit), |row| file_row(scope, row))?
                    .collect::<Result<Vec<_>, _>>()?,
                None => connection
                    .prepare_cached(file_columns!(
                        "WHERE account_id = ?1 AND environment = ?2 AND file_id < ?3 ORDER BY file_id DESC LIMIT ?4"
                    ))?
                    .query_map((account, environment, before, limit), |row| file_row(scope, row))?
                    .collect::<Result<Vec<_>, _>>()?,
            };
            rows.into_iter().map(|row| with_uses(connection, row, customer)).collect::<Result<Vec<_>, _>>()
        })?;
        let keys = self.existing_scope_keys(scope)?;
        self.open_files(read.into_iter().map(|file| file.check(&keys)).collect::<Result<Vec<_>, _>>()?)
    }

    async fn file_content(
        &self,
        scope: Scope,
        file: &File,
        range: ByteRange,
    ) -> Result<Box<dyn FileReader>, StoreError> {
        let stored = self.stored_file(scope, file.id, None)?;
        let stored = stored.ok_or_else(|| StoreError::Corrupt("the file is gone".into()))?;
        let key = self.file_key(&stored)?;
        let path = BlobPath { scope, id: file.id };
        let reader = ContentReader::open(Arc::clone(&self.blobs), path, &key, file.details.size, range).await?;
        Ok(Box::new(reader))
    }

    async fn same_content(&self, scope: Scope, id: FileId) -> Result<Vec<FileId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT other.file_id FROM contents AS mine JOIN contents AS other
                        ON other.account_id = mine.account_id AND other.environment = mine.environment
                        AND other.fingerprint = mine.fingerprint AND other.file_id <> mine.file_id
                     WHERE mine.account_id = ?1 AND mine.environment = ?2 AND mine.file_id = ?3
                     ORDER BY other.file_id LIMIT ?4",
                )?
                .query_map((account, environment, id.as_bytes(), MAX_MATCHES), |row| {
                    row.get(0).map(FileId::from_bytes)
                })?
                .collect()
        })
    }

    async fn collect_files(&self, now: Timestamp) -> Result<Collected, StoreError> {
        let mut collected = Collected::default();
        let mut after = None;
        loop {
            let found = self.expired_files(now.plus_seconds(-UNATTACHED_SECONDS), after)?;
            let Some(last) = found.last() else { break };
            after = Some(*last);
            let mut expired = Vec::with_capacity(found.len());
            for path in found {
                if is_unused(path, self.stored_file(path.scope, path.id, None))? {
                    expired.push(path);
                }
            }
            let paths = expired.clone();
            self.writer.task(move |connection| collection::delete_unused(connection, &paths).map(drop)).await?;
            // A file that was attached at the last moment still has its row, so its content stays.
            collected.expired += self.delete_unknown(expired).await?;
        }
        let oldest = day_of(now.plus_seconds(-UNATTACHED_SECONDS));
        self.delete_staging_keys(oldest).await?;
        self.vault.forget_staging(oldest);
        collected.orphans = self.delete_orphans(now.plus_seconds(-ORPHAN_SECONDS)).await?;
        Ok(collected)
    }
}

impl SqliteStore {
    /// Also returns a file that has only a row left.
    pub(super) fn stored_file(
        &self,
        scope: Scope,
        id: FileId,
        of: Option<CustomerId>,
    ) -> Result<Option<StoredFile>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let read = self.readers.read(|connection| {
            let row = connection
                .prepare_cached(file_columns!("WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3"))?
                .query_row((account, environment, id.as_bytes()), |row| file_row(scope, row))
                .optional()?;
            row.map(|row| with_uses(connection, row, of)).transpose()
        })?;
        read.map(|file| file.check(&*self.existing_scope_keys(scope)?)).transpose()
    }

    pub(super) fn open_files(&self, files: impl IntoIterator<Item = StoredFile>) -> Result<Vec<File>, StoreError> {
        let there = files.into_iter().filter(|file| !file.is_gone());
        there.map(|file| self.file_key(&file).and_then(|key| file.open(&key))).collect()
    }

    /// The key of a file, from its staging key or from any data subject that has a key.
    fn file_key(&self, file: &StoredFile) -> Result<FileKey, StoreError> {
        let (scope, id) = (file.row.scope, file.row.id);
        if let (Some(day), Some(sealed)) = (file.row.staged_day, &file.row.key) {
            let staging = self.staging_key(scope, day)?;
            let staging = staging.ok_or_else(|| StoreError::Corrupt("a staging key is missing".into()))?;
            return FileKey::open(&staging, scope, id, sealed);
        }
        for UseRow { customer, subject, key: sealed, .. } in &file.uses {
            if let Some(key) = self.subject_keys(scope, *customer, &[*subject])?.get(subject) {
                return FileKey::open(key.key(Purpose::FileWrap), scope, id, sealed);
            }
        }
        Err(file.no_key_opens())
    }

    fn staging_key(&self, scope: Scope, day: i64) -> Result<Option<SecretKey>, StoreError> {
        if let Some(key) = self.vault.cached_staging(scope, day) {
            return Ok(Some(key));
        }
        let (account, environment) = scope_columns(&scope);
        let wrapped = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT epoch, wrapped FROM staging_keys WHERE account_id = ?1 AND environment = ?2 AND day = ?3",
                )?
                .query_row((account, environment, day), wrapped_key)
                .optional()
        })?;
        wrapped.map(|wrapped| self.vault.open_staging(scope, day, &wrapped)).transpose()
    }

    /// The staging key of a day, created if it does not exist.
    async fn staging_key_for(&self, scope: Scope, day: i64) -> Result<SecretKey, StoreError> {
        // The second round reads the key that this one wrote, or that another upload wrote first. If a new epoch has
        // begun since, it creates one again.
        for _ in 0..3 {
            if let Some(key) = self.staging_key(scope, day)? {
                return Ok(key);
            }
            let wrapped = self.vault.new_staging(scope, day)?;
            self.writer.task(move |connection| insert_staging_key(connection, scope, day, &wrapped)).await?;
        }
        Err(StoreError::Busy)
    }

    /// The keys of those files that exist.
    pub(super) fn file_keys(
        &self,
        scope: Scope,
        documents: &[NewDocument],
    ) -> Result<HashMap<FileId, (FileRow, FileKey)>, StoreError> {
        let mut keys = HashMap::with_capacity(documents.len());
        for NewDocument { file, .. } in documents {
            if let Some(stored) = self.stored_file(scope, *file, None)?.filter(|stored| !stored.is_gone()) {
                let key = self.file_key(&stored)?;
                keys.insert(*file, (stored.row, key));
            }
        }
        Ok(keys)
    }
}

pub(super) fn used(row: &Row<'_>) -> Result<Used, rusqlite::Error> {
    Ok(Used { files: row.get(0)?, bytes: row.get(1)? })
}

fn insert_staging_key(
    connection: &Connection,
    scope: Scope,
    day: i64,
    wrapped: &WrappedKey,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    // A key in an epoch that has ended is not written: the rotation may already have passed this row.
    connection
        .prepare_cached(
            "INSERT INTO staging_keys (account_id, environment, day, epoch, wrapped) SELECT ?1, ?2, ?3, ?4, ?5
             WHERE ?4 = (SELECT newest_epoch FROM installation) ON CONFLICT DO NOTHING",
        )?
        .execute((account, environment, day, wrapped.epoch, &wrapped.sealed))
        .map(drop)
}
