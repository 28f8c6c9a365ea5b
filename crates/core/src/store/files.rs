//! Files: what is known about them, and their content.

use std::ops::Range;

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::file::record::{File, FileDetails, SealedFile};
use crate::idempotency::{Attempt, Replay};
use crate::ids::{CustomerId, FileId};
use crate::quota::Used;
use crate::store::error::StoreError;

/// What was deleted because nothing refers to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files that were not attached in time.
    pub expired: u64,
    /// Stored content that no file names.
    pub orphans: u64,
}

/// Stores, reads and deletes files.
#[async_trait]
pub trait FileStore: Send + Sync {
    /// What is known about an upload that carries an `Idempotency-Key`. It is remembered as long as the file.
    async fn replay_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError>;

    /// A writer for the content of a new file. The change [`Effect::FileUploaded`](crate::change::Effect) records the
    /// file.
    async fn new_file(&self, scope: Scope, id: FileId, now: Timestamp) -> Result<Box<dyn FileWriter>, StoreError>;

    /// Deletes the content of a file that was written and whose change was refused. Content that a row names stays.
    /// What cannot be deleted now is left to [`FileStore::collect_files`].
    async fn discard_file(&self, scope: Scope, id: FileId);

    /// The given files that the scope has, in no order. For a file with very many attachments only a hundred are read:
    /// those to `of`, then the oldest.
    async fn files(&self, scope: Scope, ids: &[FileId], of: Option<CustomerId>) -> Result<Vec<File>, StoreError>;

    /// The files of an account, attached or not.
    async fn account_files(&self, scope: Scope) -> Result<Used, StoreError>;

    /// The files that are, or ever were, evidence of a customer or its persons.
    async fn evidence(&self, scope: Scope, customer: CustomerId) -> Result<Used, StoreError>;

    /// At most `limit` files, newest first, starting before the given one; of one customer when one is given.
    async fn list_files(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError>;

    /// The content of a file, or part of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it is missing or was altered.
    async fn file_content(
        &self,
        scope: Scope,
        file: &File,
        range: ByteRange,
    ) -> Result<Box<dyn FileReader>, StoreError>;

    /// Some other files of the scope with the same content, oldest first.
    async fn same_content(&self, scope: Scope, id: FileId) -> Result<Vec<FileId>, StoreError>;

    /// Deletes files that were not attached in time, the staging keys that only they needed, and stored content that no
    /// file names. It is called now and then, and deletes the next time what it could not delete now.
    async fn collect_files(&self, now: Timestamp) -> Result<Collected, StoreError>;
}

/// Writes the content of a new file, sealed before it leaves memory. If it is dropped unfinished, nothing remains.
#[async_trait]
pub trait FileWriter: Send {
    /// Writes the next bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] and [`StoreError::Unknown`].
    async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError>;

    /// Makes the content durable.
    ///
    /// # Errors
    ///
    /// As [`FileWriter::write`].
    async fn finish(self: Box<Self>, details: &FileDetails) -> Result<SealedFile, StoreError>;
}

/// The content of a file, piece by piece. Each piece is verified before it is returned.
#[async_trait]
pub trait FileReader: Send {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the stored content was altered, cut off or exchanged.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError>;
}

/// A range of bytes of a file, counted from zero.
pub type ByteRange = Range<u64>;
