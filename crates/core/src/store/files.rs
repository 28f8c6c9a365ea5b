//! Files: what is known of them, and their content.

use std::ops::Range;

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::file::record::{File, FileDetails, SealedFile};
use crate::idempotency::{Attempt, Replay};
use crate::ids::{CustomerId, FileId};
use crate::quota::Used;
use crate::store::error::StoreError;

/// What was deleted because nobody needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files that nobody attached in time.
    pub expired: u64,
    /// Stored content that no file named.
    pub orphans: u64,
}

/// Takes, reads and collects files.
#[async_trait]
pub trait FileStore: Send + Sync {
    /// What is known of an upload that carries an `Idempotency-Key`: remembered as long as the file is.
    async fn replay_upload(&self, scope: Scope, attempt: Attempt<'_>) -> Result<Replay<File>, StoreError>;

    /// A place for the content of a new file; the change [`Effect::FileUploaded`](crate::change::Effect) notes it.
    async fn new_file(&self, scope: Scope, id: FileId, now: Timestamp) -> Result<Box<dyn FileWriter>, StoreError>;

    /// Deletes the content of a file that was written and whose change was refused. What a row names stays. What cannot
    /// be deleted now is left for [`FileStore::collect_files`].
    async fn discard_file(&self, scope: Scope, id: FileId);

    /// Those of the files that the scope has, in no order. Of a file with very many attachments the first hundred are
    /// read: those to `of`, then the oldest.
    async fn files(&self, scope: Scope, ids: &[FileId], of: Option<CustomerId>) -> Result<Vec<File>, StoreError>;

    /// The files of an account, attached or not.
    async fn account_files(&self, scope: Scope) -> Result<Used, StoreError>;

    /// The files that are evidence of a customer or its persons, or ever were.
    async fn evidence(&self, scope: Scope, customer: CustomerId) -> Result<Used, StoreError>;

    /// At most `limit` files, newest first, beginning before the given one; of one customer when one is given.
    async fn list_files(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        before: Option<FileId>,
        limit: usize,
    ) -> Result<Vec<File>, StoreError>;

    /// The content of a file, or a part of it.
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

    /// Other files of the scope with the same content, some of them, oldest first.
    async fn same_content(&self, scope: Scope, id: FileId) -> Result<Vec<FileId>, StoreError>;

    /// Deletes files that nobody attached in time, the staging keys that only they needed, and stored content that no
    /// file names. Called now and then: what was not deleted is deleted the next time.
    async fn collect_files(&self, now: Timestamp) -> Result<Collected, StoreError>;
}

/// Where the content of a new file goes: sealed before it leaves memory. Dropped unfinished, nothing of it is left.
#[async_trait]
pub trait FileWriter: Send {
    /// Takes the next bytes.
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

/// The content of a file, piece by piece, each verified before it is given.
#[async_trait]
pub trait FileReader: Send {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the stored content was altered, cut or exchanged.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Which bytes of a file, counted from zero.
pub type ByteRange = Range<u64>;
