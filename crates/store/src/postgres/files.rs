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
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, epoch_column, row_limit, scope_values, statements, uuid};
use crate::blobs::BlobPath;
use crate::files::{
    ContentReader, ContentWriter, FileKey, FileRow, MAX_USES, ORPHAN_SECONDS, StoredFile, UncheckedFile, UseRow,
    day_of, is_unused,
};
use crate::rows::Unchecked;
use crate::sealed::NO_CUSTOMER;
use crate::vault::{Purpose, SecretKey};

macro_rules! files_of {
    ($rest:literal) => {
        concat!(
            "SELECT file_id, uploaded_at, staged_day, key, details, upload_key, upload_fingerprint, request_id, mac
            FROM files
            WHERE account_id = $1 AND environment = $2 AND ",
            $rest
        )
    };
}

statements! {
    FILES = files_of!("file_id = ANY($3)");
    LIST = files_of!("file_id < $3 ORDER BY file_id DESC LIMIT $4");
    LIST_OF_CUSTOMER = files_of!(
        "file_id < $3 AND file_id IN (SELECT file_id FROM file_uses
            WHERE account_id = $1 AND environment = $2 AND customer_id = $5) ORDER BY file_id DESC LIMIT $4"
    );
    UPLOAD = files_of!("upload_key = $3");
    USES = "SELECT u.file_id, u.customer_id, u.subject_id, u.attached_at, u.key, u.mac
        FROM unnest($3::uuid[]) AS f (file_id) CROSS JOIN LATERAL (SELECT * FROM file_uses
            WHERE account_id = $1 AND environment = $2 AND file_uses.file_id = f.file_id
            ORDER BY (customer_id = $5) DESC, attached_at, customer_id, subject_id LIMIT $4) AS u";
    STAGING = "SELECT epoch, wrapped FROM staging_keys WHERE account_id = $1 AND environment = $2 AND day = $3";
    /// A key in an epoch that has ended is not written: the rotation may already have passed this row.
    STAGE = "INSERT INTO staging_keys (account_id, environment, day, epoch, wrapped)
        SELECT $1, $2, $3, $4, $5
        FROM (SELECT newest_epoch FROM installation WHERE newest_epoch = $4 FOR SHARE) AS newest
        ON CONFLICT DO NOTHING";
    SAME_CONTENT = "SELECT other.file_id FROM contents AS mine JOIN contents AS other
            ON other.account_id = mine.account_id AND other.environment = mine.environment
            AND other.fingerprint = mine.fingerprint AND other.file_id <> mine.file_id
        WHERE mine.account_id = $1 AND mine.environment = $2 AND mine.file_id = $3 ORDER BY other.file_id LIMIT 100";
    USED = "SELECT files, bytes FROM usage WHERE account_id = $1 AND environment = $2";
    EVIDENCE = "SELECT count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM contents
        WHERE account_id = $1 AND environment = $2 AND file_id IN (SELECT file_id FROM file_uses
            WHERE account_id = $1 AND environment = $2 AND customer_id = $3)";
}

fn file_row(scope: Scope, row: &Row) -> Result<Unchecked<FileRow>, StoreError> {
    let mut columns = Columns::of(row);
    let file = FileRow {
        scope,
        id: FileId::from_bytes(columns.id()?),
        uploaded_at: columns.next()?,
        staged_day: columns.next()?,
        key: columns.next()?,
        details: columns.next()?,
        upload_key: columns.next()?,
        upload_fingerprint: columns.next()?,
        request_id: columns.next()?,
    };
    Ok(Unchecked::new(file, columns.next()?))
}

fn use_row(scope: Scope, row: &Row) -> Result<Unchecked<UseRow>, StoreError> {
    let mut columns = Columns::of(row);
    let one = UseRow {
        scope,
        file: FileId::from_bytes(columns.id()?),
        customer: CustomerId::from_bytes(columns.id()?),
        subject: PersonId::from_bytes(columns.id()?),
        attached_at: columns.next()?,
        key: columns.next()?,
    };
    Ok(Unchecked::new(one, columns.next()?))
}

#[async_trait]
impl FileStore for PostgresStore {
    async fn replay_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError> {
        let ticket = self.ticket(scope, attempt).await?;
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(UPLOAD, &[&account, &environment, &&ticket.key_hash[..]]).await?;
        let Some(row) = row else { return Ok(Replay::Fresh(ticket)) };
        let file = self.checked(scope, &[row], None).await?.pop();
        let file = file.ok_or_else(|| StoreError::Corrupt("one row is one file".into()))?;
        if file.is_gone() || file.row.upload_fingerprint.as_deref() != Some(&ticket.fingerprint[..]) {
            return Ok(Replay::OtherRequest(file.row.request_id));
        }
        let key = self.file_key(&file).await?;
        file.open(&key).map(Replay::Answered)
    }

    async fn new_file(&self, scope: Scope, id: FileId, now: Timestamp) -> Result<Box<dyn FileWriter>, StoreError> {
        let day = day_of(now);
        let staging = self.staging_key_for(scope, day).await?;
        let keys = self.existing_scope_keys(scope).await?;
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
        let found = self.stored_files(scope, ids, of).await?;
        self.open_files(found).await
    }

    async fn account_files(&self, scope: Scope) -> Result<Used, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query_one(USED, &[&account, &environment]).await?;
        found.map_or(Ok(Used::default()), |row| Columns::of(&row).used())
    }

    async fn evidence(&self, scope: Scope, customer: CustomerId) -> Result<Used, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query_one(EVIDENCE, &[&account, &environment, &uuid(customer.as_bytes())]).await?;
        found.map_or(Ok(Used::default()), |row| Columns::of(&row).used())
    }

    async fn list_files(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError> {
        let (account, environment) = scope_values(scope);
        let before = uuid(&before.map_or([0xff; 16], |id| *id.as_bytes()));
        let limit = row_limit(limit);
        let found = match customer {
            None => self.database.query(LIST, &[&account, &environment, &before, &limit]).await?,
            Some(customer) => {
                let of = uuid(customer.as_bytes());
                self.database.query(LIST_OF_CUSTOMER, &[&account, &environment, &before, &limit, &of]).await?
            }
        };
        let found = self.checked(scope, &found, customer).await?;
        self.open_files(found).await
    }

    async fn file_content(
        &self,
        scope: Scope,
        file: &File,
        range: ByteRange,
    ) -> Result<Box<dyn FileReader>, StoreError> {
        let stored = self.stored_files(scope, &[file.id], None).await?.pop();
        let stored = stored.ok_or_else(|| StoreError::Corrupt("the file is gone".into()))?;
        let key = self.file_key(&stored).await?;
        let path = BlobPath { scope, id: file.id };
        let reader = ContentReader::open(Arc::clone(&self.blobs), path, &key, file.details.size, range).await?;
        Ok(Box::new(reader))
    }

    async fn same_content(&self, scope: Scope, id: FileId) -> Result<Vec<FileId>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(SAME_CONTENT, &[&account, &environment, &uuid(id.as_bytes())]).await?;
        found.iter().map(|row| Columns::of(row).id().map(FileId::from_bytes)).collect()
    }

    async fn collect_files(&self, now: Timestamp) -> Result<Collected, StoreError> {
        let mut collected = Collected::default();
        let before = now.plus_seconds(-UNATTACHED_SECONDS);
        let mut after = None;
        loop {
            let found = self.expired_files(before, after).await?;
            let Some(last) = found.last() else { break };
            after = Some(*last);
            let mut expired = Vec::with_capacity(found.len());
            for path in found {
                let file = self.stored_files(path.scope, &[path.id], None).await.map(|mut files| files.pop());
                if is_unused(path, file)? {
                    expired.push(path);
                }
            }
            self.delete_unused(&expired).await?;
            // A file that was attached at the last moment still has its row, so its content stays.
            collected.expired += self.delete_unknown(expired).await?;
        }
        let oldest = day_of(before);
        self.delete_staging_keys(oldest).await?;
        self.vault.forget_staging(oldest);
        collected.orphans = self.delete_orphans(now.plus_seconds(-ORPHAN_SECONDS)).await?;
        Ok(collected)
    }
}

impl PostgresStore {
    /// Reads the uses of files, those by `of` first, then the oldest, at most [`MAX_USES`] of each. Checks every seal.
    async fn checked(
        &self,
        scope: Scope,
        found: &[Row],
        of: Option<CustomerId>,
    ) -> Result<Vec<StoredFile>, StoreError> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let rows = found.iter().map(|row| file_row(scope, row)).collect::<Result<Vec<_>, _>>()?;
        let attached = rows.iter().map(Unchecked::peek).filter(|row| row.staged_day.is_none());
        let ids: Vec<_> = attached.map(|row| uuid(row.id.as_bytes())).collect();
        let mut uses: HashMap<FileId, Vec<Unchecked<UseRow>>> = HashMap::new();
        if !ids.is_empty() {
            let (account, environment) = scope_values(scope);
            let (most, of) = (row_limit(MAX_USES), uuid(of.unwrap_or(NO_CUSTOMER).as_bytes()));
            for row in &self.database.query(USES, &[&account, &environment, &ids, &most, &of]).await? {
                let one = use_row(scope, row)?;
                uses.entry(one.peek().file).or_default().push(one);
            }
        }
        let keys = self.existing_scope_keys(scope).await?;
        let with_uses = |row: Unchecked<FileRow>| {
            let uses = uses.remove(&row.peek().id).unwrap_or_default();
            UncheckedFile { row, uses }.check(&keys)
        };
        rows.into_iter().map(with_uses).collect()
    }

    /// Also returns files that have only a row left.
    async fn stored_files(
        &self,
        scope: Scope,
        ids: &[FileId],
        of: Option<CustomerId>,
    ) -> Result<Vec<StoredFile>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (account, environment) = scope_values(scope);
        let ids: Vec<_> = ids.iter().map(|id| uuid(id.as_bytes())).collect();
        let found = self.database.query(FILES, &[&account, &environment, &ids]).await?;
        self.checked(scope, &found, of).await
    }

    async fn open_files(&self, found: Vec<StoredFile>) -> Result<Vec<File>, StoreError> {
        let mut files = Vec::with_capacity(found.len());
        for file in found.into_iter().filter(|file| !file.is_gone()) {
            let key = self.file_key(&file).await?;
            files.push(file.open(&key)?);
        }
        Ok(files)
    }

    /// The key of a file, from its staging key or from any data subject that has a key.
    async fn file_key(&self, file: &StoredFile) -> Result<FileKey, StoreError> {
        let (scope, id) = (file.row.scope, file.row.id);
        if let (Some(day), Some(sealed)) = (file.row.staged_day, &file.row.key) {
            let staging = self.staging_key(scope, day).await?;
            let staging = staging.ok_or_else(|| StoreError::Corrupt("a staging key is missing".into()))?;
            return FileKey::open(&staging, scope, id, sealed);
        }
        for UseRow { customer, subject, key: sealed, .. } in &file.uses {
            if let Some(key) = self.subject_keys(scope, *customer, &[*subject]).await?.get(subject) {
                return FileKey::open(key.key(Purpose::FileWrap), scope, id, sealed);
            }
        }
        Err(file.no_key_opens())
    }

    async fn staging_key(&self, scope: Scope, day: i64) -> Result<Option<SecretKey>, StoreError> {
        if let Some(key) = self.vault.cached_staging(scope, day) {
            return Ok(Some(key));
        }
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(STAGING, &[&account, &environment, &day]).await?;
        row.map(|row| self.vault.open_staging(scope, day, &Columns::of(&row).wrapped()?)).transpose()
    }

    /// The staging key of a day, created if it does not exist.
    async fn staging_key_for(&self, scope: Scope, day: i64) -> Result<SecretKey, StoreError> {
        // The second round reads the key that this one wrote, or that another upload wrote first. If a new epoch has
        // begun since, it creates one again.
        for _ in 0..3 {
            if let Some(key) = self.staging_key(scope, day).await? {
                return Ok(key);
            }
            let (account, environment) = scope_values(scope);
            let wrapped = self.vault.new_staging(scope, day)?;
            let values = (account, environment, day, epoch_column(wrapped.epoch), wrapped.sealed);
            self.database
                .write(&values, |session, (account, environment, day, epoch, sealed)| {
                    Box::pin(async move { session.execute(STAGE, &[account, environment, day, epoch, sealed]).await })
                })
                .await?;
        }
        Err(StoreError::Busy)
    }

    /// The keys of those files that exist.
    pub(super) async fn file_keys(
        &self,
        scope: Scope,
        documents: &[NewDocument],
    ) -> Result<HashMap<FileId, (FileRow, FileKey)>, StoreError> {
        let ids: Vec<_> = documents.iter().map(|document| document.file).collect();
        let mut keys = HashMap::with_capacity(ids.len());
        for stored in self.stored_files(scope, &ids, None).await?.into_iter().filter(|stored| !stored.is_gone()) {
            let key = self.file_key(&stored).await?;
            keys.insert(stored.row.id, (stored.row, key));
        }
        Ok(keys)
    }
}
