//! Files: their rows, the keys that open them, and the collection of those that nobody needs.

use std::collections::HashMap;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::{NewDocument, NewFile};
use dossier_core::clock::Timestamp;
use dossier_core::file::{ByteRange, File, FileReader, FileWriter, UNATTACHED_SECONDS};
use dossier_core::idempotency::{Attempt, Replay, Ticket};
use dossier_core::ids::{CustomerId, FileId};
use dossier_core::store::{Collected, StoreError};
use futures_util::{StreamExt as _, TryStreamExt as _};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::fingerprints::{delete_content, write_content};
use super::{SqliteStore, wrapped_key};
use crate::blobs::{BlobPath, Listed};
use crate::columns::{scope_columns, scope_of};
use crate::files::{FileKey, FileRow, ORPHAN_SECONDS, Owner, PORTION, Reader, Writer, day_of};
use crate::prepared::Attached;
use crate::rows::Unchecked;
use crate::vault::{Purpose, RowSeal, SecretKey, WrappedKey};

macro_rules! file_columns {
    ($rest:literal) => {
        concat!(
            "SELECT file_id, uploaded_at, staged_day, customer_id, subject_id, attached_at, key, details, upload_key,
                upload_fingerprint, request_id, mac FROM files ",
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
        customer: row.get(3)?,
        subject: row.get(4)?,
        attached_at: row.get(5)?,
        key: row.get(6)?,
        details: row.get(7)?,
        upload_key: row.get(8)?,
        upload_fingerprint: row.get(9)?,
        request_id: row.get(10)?,
    };
    Ok(Unchecked::new(file, row.get(11)?))
}

impl SqliteStore {
    pub(super) async fn begin_file(
        &self,
        scope: Scope,
        id: FileId,
        now: Timestamp,
    ) -> Result<Box<dyn FileWriter>, StoreError> {
        let day = day_of(now);
        let staging = self.staging_key_for(scope, day).await?;
        let keys = self.existing_scope_keys(scope)?;
        let writer = Writer::begin(&*self.blobs, BlobPath { scope, id }, day, &staging, keys).await?;
        Ok(Box::new(writer))
    }

    pub(super) async fn open_content(
        &self,
        scope: Scope,
        file: &File,
        range: ByteRange,
    ) -> Result<Box<dyn FileReader>, StoreError> {
        let row = self.file_row(scope, file.id)?.ok_or_else(|| StoreError::Corrupt("the file is gone".into()))?;
        let key = self.file_key(&row)?;
        let path = BlobPath { scope, id: file.id };
        let reader = Reader::open(Arc::clone(&self.blobs), path, &key, file.details.size, range).await?;
        Ok(Box::new(reader))
    }

    pub(super) fn read_files(&self, scope: Scope, ids: &[FileId]) -> Result<Vec<File>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            let mut statement = connection
                .prepare_cached(file_columns!("WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3"))?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(
                    statement
                        .query_row((account, environment, id.as_bytes()), |row| file_row(scope, row))
                        .optional()?,
                );
            }
            Ok(rows)
        })?;
        rows.into_iter().map(|row| self.open_file(row)).collect()
    }

    pub(super) fn read_file_list(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let before = before.map_or([0xff; 16], |id| *id.as_bytes());
        let rows = self.readers.read(|connection| match customer {
            Some(customer) => connection
                .prepare_cached(file_columns!(
                    "WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND file_id < ?4 ORDER BY \
                        file_id DESC LIMIT ?5"
                ))?
                .query_map((account, environment, customer.as_bytes(), before, limit), |row| file_row(scope, row))?
                .collect::<Result<Vec<_>, _>>(),
            None => connection
                .prepare_cached(file_columns!(
                    "WHERE account_id = ?1 AND environment = ?2 AND file_id < ?3 ORDER BY file_id DESC LIMIT ?4"
                ))?
                .query_map((account, environment, before, limit), |row| file_row(scope, row))?
                .collect(),
        })?;
        rows.into_iter().map(|row| self.open_file(row)).collect()
    }

    pub(super) fn read_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError> {
        let ticket = self.ticket(scope, attempt)?;
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(file_columns!("WHERE account_id = ?1 AND environment = ?2 AND upload_key = ?3"))?
                .query_row((account, environment, ticket.key_hash), |row| file_row(scope, row))
                .optional()
        })?;
        let Some(row) = row else { return Ok(Replay::Fresh(ticket)) };
        let row = row.check(&*self.existing_scope_keys(scope)?)?;
        if row.upload_fingerprint.as_deref() != Some(&ticket.fingerprint[..]) {
            return Ok(Replay::OtherRequest(row.request_id));
        }
        let key = self.file_key(&row)?;
        row.open(&key).map(Replay::Answered)
    }

    fn file_row(&self, scope: Scope, id: FileId) -> Result<Option<FileRow>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(file_columns!("WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3"))?
                .query_row((account, environment, id.as_bytes()), |row| file_row(scope, row))
                .optional()
        })?;
        row.map(|row| row.check(&*self.existing_scope_keys(scope)?)).transpose()
    }

    fn open_file(&self, row: Unchecked<FileRow>) -> Result<File, StoreError> {
        let keys = self.existing_scope_keys(row.scope()?)?;
        let row = row.check(&keys)?;
        let key = self.file_key(&row)?;
        row.open(&key)
    }

    fn file_key(&self, row: &FileRow) -> Result<FileKey, StoreError> {
        let scope = row.scope;
        match row.owner()? {
            Owner::Staged(day) => {
                let staging = self.staging_key(scope, day)?;
                let staging = staging.ok_or_else(|| StoreError::Corrupt("a staging key is missing".into()))?;
                FileKey::open(&staging, scope, row.id, &row.key)
            }
            Owner::Subject { attachment, subject } => {
                let key = self.subject_key(scope, attachment.customer, subject)?;
                FileKey::open(key.key(Purpose::FileWrap), scope, row.id, &row.key)
            }
        }
    }

    /// The key of a day, if there is one.
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

    /// The key of a day, made when it is the first to be asked for.
    async fn staging_key_for(&self, scope: Scope, day: i64) -> Result<SecretKey, StoreError> {
        // A second round reads what another upload has made first, or makes it again in the epoch that began meanwhile.
        for _ in 0..3 {
            if let Some(key) = self.staging_key(scope, day)? {
                return Ok(key);
            }
            let wrapped = self.vault.new_staging(scope, day)?;
            self.writer.task(move |connection| insert_staging_key(connection, scope, day, &wrapped)).await?;
        }
        Err(StoreError::Busy)
    }

    /// The keys of those of the files that are nobody's yet.
    pub(super) fn staged_keys(
        &self,
        scope: Scope,
        documents: &[NewDocument],
    ) -> Result<HashMap<FileId, (FileRow, FileKey)>, StoreError> {
        let mut staged = HashMap::with_capacity(documents.len());
        for NewDocument { file, .. } in documents {
            if let Some(row) = self.file_row(scope, *file)?.filter(|row| row.staged_day.is_some()) {
                let key = self.file_key(&row)?;
                staged.insert(*file, (row, key));
            }
        }
        Ok(staged)
    }

    pub(super) async fn collect(&self, now: Timestamp) -> Result<Collected, StoreError> {
        let mut collected = Collected::default();
        loop {
            let expired = self.expired_files(now.plus_seconds(-UNATTACHED_SECONDS))?;
            if expired.is_empty() {
                break;
            }
            let paths = expired.clone();
            self.writer.task(move |connection| delete_staged(connection, &paths)).await?;
            for path in expired {
                // One that was attached at the last moment is still there, and so is its content.
                if self.file_row(path.scope, path.id)?.is_none() {
                    self.blobs.delete(path).await?;
                    collected.expired += 1;
                }
            }
        }
        let oldest = day_of(now.plus_seconds(-UNATTACHED_SECONDS));
        self.writer
            .task(move |connection| {
                connection
                    .prepare_cached(
                        "DELETE FROM staging_keys WHERE day < ?1 AND NOT EXISTS (SELECT 1 FROM files
                         WHERE files.account_id = staging_keys.account_id
                           AND files.environment = staging_keys.environment AND files.staged_day = staging_keys.day)",
                    )?
                    .execute([oldest])
                    .map(drop)
            })
            .await?;
        self.vault.forget_staging(oldest);
        collected.orphans = self.delete_orphans(now.plus_seconds(-ORPHAN_SECONDS)).await?;
        Ok(collected)
    }

    fn expired_files(&self, before: Timestamp) -> Result<Vec<BlobPath>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT account_id, environment, file_id FROM files
                     WHERE staged_day IS NOT NULL AND staged_day <= ?1 AND uploaded_at < ?2 LIMIT ?3",
                )?
                .query_map((day_of(before), before.as_micros(), PORTION), |row| {
                    Ok((row.get(0)?, row.get(1)?, FileId::from_bytes(row.get(2)?)))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let path = |(account, environment, id)| Ok(BlobPath { scope: scope_of(account, environment)?, id });
        rows.into_iter().map(path).collect()
    }

    async fn delete_orphans(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        let old = self.blobs.list().try_filter(|listed| std::future::ready(listed.written_at < before));
        let mut portions = old.chunks(PORTION);
        while let Some(portion) = portions.next().await {
            let portion = portion.into_iter().collect::<Result<Vec<Listed>, _>>()?;
            for Listed { path, .. } in portion {
                if self.file_row(path.scope, path.id)?.is_none() {
                    self.blobs.delete(path).await?;
                    deleted += 1;
                }
            }
        }
        Ok(deleted)
    }
}

fn insert_staging_key(
    connection: &Connection,
    scope: Scope,
    day: i64,
    wrapped: &WrappedKey,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    // Not in an epoch that has ended since: a rotation could be past this row.
    connection
        .prepare_cached(
            "INSERT INTO staging_keys (account_id, environment, day, epoch, wrapped) SELECT ?1, ?2, ?3, ?4, ?5
             WHERE ?4 = (SELECT newest_epoch FROM installation) ON CONFLICT DO NOTHING",
        )?
        .execute((account, environment, day, wrapped.epoch, &wrapped.sealed))
        .map(drop)
}

/// Whether the file was written; it is not when its upload was noted already or its staging key is gone.
pub(super) fn insert_file(
    connection: &Connection,
    scope: Scope,
    file: &NewFile,
    request_id: &str,
    mac: &RowSeal,
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let NewFile { id, uploaded_at, sealed, ticket } = file;
    let rows = connection
        .prepare_cached(
            "INSERT INTO files (account_id, environment, file_id, uploaded_at, staged_day, key, details, upload_key, \
                upload_fingerprint, request_id, mac)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE EXISTS
                (SELECT 1 FROM staging_keys WHERE account_id = ?1 AND environment = ?2 AND day = ?5)
             ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            id.as_bytes(),
            uploaded_at.as_micros(),
            sealed.day,
            &sealed.key,
            &sealed.details,
            ticket.map(|Ticket { key_hash, .. }| key_hash),
            ticket.map(|Ticket { fingerprint, .. }| fingerprint),
            request_id,
            mac,
        ))?;
    if rows == 1 {
        write_content(connection, scope, *id, &sealed.fingerprint)?;
    }
    Ok(rows == 1)
}

/// Whether all files were still nobody's, and are the customer's now.
pub(super) fn attach(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    at: i64,
    attached: &[Attached],
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let customer = customer.as_bytes();
    for Attached { file, subject, key, mac } in attached {
        let rows = connection
            .prepare_cached(
                "UPDATE files SET staged_day = NULL, customer_id = ?4, subject_id = ?5, attached_at = ?6, key = ?7,
                    mac = ?8
                 WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3 AND customer_id IS NULL",
            )?
            .execute((account, environment, file.as_bytes(), customer, subject.as_bytes(), at, key, mac))?;
        if rows != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn delete_staged(connection: &Connection, paths: &[BlobPath]) -> Result<(), rusqlite::Error> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM files WHERE account_id = ?1 AND environment = ?2 AND file_id = ?3 AND customer_id IS NULL",
    )?;
    for BlobPath { scope, id } in paths {
        let (account, environment) = scope_columns(scope);
        if delete.execute((account, environment, id.as_bytes()))? > 0 {
            delete_content(connection, *scope, *id)?;
        }
    }
    Ok(())
}
