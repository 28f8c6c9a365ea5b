//! Files between the vault and the storage of their sealed content. Both engines use this.
//!
//! A file has its own key. Until the file is attached, that key is sealed under the staging key of the day; then once
//! under the key of each data subject whose evidence the file is. The content is never sealed again. Once the last
//! sealed key of a file is deleted, the file cannot be opened, and its content is deleted.

use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::change::NewFile;
use dossier_core::clock::Timestamp;
use dossier_core::file::{Attachment, File, FileDetails, FileName, Flaw, MediaType, SealedFile};
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::store::{ByteRange, FileReader, FileWriter, StoreError};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use crate::blobs::{BlobInfo, BlobPath, BlobWriter, Blobs};
use crate::rows::{self, Row, Table, Unchecked};
use crate::sealed::SealedCell;
use crate::vault::stream::{self, Opener, Sealer};
use crate::vault::{Binding, Cell, Fields, Purpose, ScopeKeys, SecretKey};

/// File keys never change, nor does what they seal.
const GENERATION: u64 = 1;
/// The number of segments that are fetched at once.
const AHEAD: u64 = 4;
const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Stored content without a file is deleted at this age. An upload records its file long before.
pub(crate) const ORPHAN_SECONDS: i64 = 24 * 60 * 60;
/// At most this many uses of a file are read, so that naming one file at a thousand customers makes no response longer.
pub(crate) const MAX_USES: usize = 100;
/// The number of files that are deleted, or looked up, at a time.
pub(crate) const PORTION: usize = 500;

/// The day of a timestamp, counted from 1970. A staging key lasts one day.
pub(crate) const fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(SECONDS_PER_DAY * 1_000_000)
}

/// The stored contents that are older than `before`, a portion at a time.
pub(crate) fn content_before(
    blobs: &dyn Blobs,
    before: Timestamp,
) -> impl Stream<Item = Result<Vec<BlobPath>, StoreError>> + Unpin + '_ {
    let old = blobs.list().try_filter(move |listed| std::future::ready(listed.written_at < before));
    old.map_ok(|BlobInfo { path, .. }| path).chunks(PORTION).map(|portion| portion.into_iter().collect())
}

/// The key of one file.
pub(crate) struct FileKey(SecretKey);

impl FileKey {
    /// Opens a stored file key, which is sealed by a staging key or a subject key.
    pub(crate) fn open(wrap: &SecretKey, scope: Scope, id: FileId, sealed: &[u8]) -> Result<Self, StoreError> {
        let opened = Cell::open(sealed.to_vec(), wrap, &binding(scope, &id, "key")).ok();
        let key = opened.map(zeroize::Zeroizing::new).and_then(|bytes| {
            let key = SecretKey::from_slice(bytes.get(..32)?)?;
            // AES-GCM does not commit to a key: a key that opens a cell need not be the right one. The commitment shows
            // that it is.
            (bytes.get(32..)? == key.commitment()).then_some(key)
        });
        key.map(Self).ok_or_else(|| StoreError::Corrupt(format!("the key of file {id} cannot be opened")))
    }

    /// Seals the key under a staging key or a subject key.
    pub(crate) fn seal(&self, wrap: &SecretKey, scope: Scope, id: FileId) -> Vec<u8> {
        let mut content = zeroize::Zeroizing::new([0; 48]);
        content[..32].copy_from_slice(self.0.expose());
        content[32..].copy_from_slice(&self.0.commitment());
        Cell::seal(wrap, GENERATION, &binding(scope, &id, "key"), &content[..]).into_bytes()
    }

    fn seal_details(&self, scope: Scope, id: FileId, details: &FileDetails) -> Vec<u8> {
        let stored = StoredDetails {
            name: details.name.expose().to_owned(),
            media_type: details.media_type,
            size: details.size,
            sha256: details.sha256,
            flaw: details.flaw,
        };
        let json = serde_json::to_vec(&stored).expect("details have string keys only");
        Cell::seal_json(&self.0.derive(&[b"details"]), GENERATION, &binding(scope, &id, "details"), json).into_bytes()
    }

    pub(crate) fn open_details(&self, scope: Scope, id: FileId, cell: Vec<u8>) -> Result<FileDetails, StoreError> {
        Cell::open(cell, &self.0.derive(&[b"details"]), &binding(scope, &id, "details"))
            .ok()
            .and_then(|json| serde_json::from_slice::<StoredDetails>(&json).ok())
            .map(|StoredDetails { name, media_type, size, sha256, flaw }| FileDetails {
                name: FileName::stored(name),
                media_type,
                size,
                sha256,
                flaw,
            })
            .ok_or_else(|| StoreError::Corrupt(format!("the details of file {id} cannot be opened")))
    }

    fn content_key(&self) -> SecretKey {
        self.0.derive(&[b"content"])
    }
}

/// The key of a file as a data subject has it, for a proof that nothing opens it.
pub(crate) fn sealed_key(scope: Scope, id: FileId, cell: Vec<u8>) -> SealedCell {
    SealedCell::new(Purpose::FileWrap, &binding(scope, &id, "key"), cell)
}

#[derive(Clone)]
pub(crate) struct FileRow {
    pub(crate) scope: Scope,
    pub(crate) id: FileId,
    pub(crate) uploaded_at: i64,
    /// Until the file is attached: the day whose staging key seals the file's key.
    pub(crate) staged_day: Option<i64>,
    /// Until the file is attached: the sealed key.
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) upload_key: Option<Vec<u8>>,
    pub(crate) upload_fingerprint: Option<Vec<u8>>,
    pub(crate) request_id: String,
    pub(crate) details: Vec<u8>,
}

impl Row for FileRow {
    const TABLE: &'static Table = &rows::FILES;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.id.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        rows::add_scope(fields, &self.scope);
        fields
            .bytes(&self.id.as_bytes()[..])
            .number(self.uploaded_at)
            .number(self.staged_day)
            .bytes(self.upload_key.as_deref())
            .bytes(self.upload_fingerprint.as_deref())
            .text(&self.request_id);
    }
}

impl FileRow {
    /// The sealed values of a file that was just uploaded.
    pub(crate) fn uploaded(scope: Scope, file: &NewFile, request_id: &str) -> Self {
        let NewFile { id, uploaded_at, sealed, ticket, .. } = file;
        Self {
            scope,
            id: *id,
            uploaded_at: uploaded_at.as_micros(),
            staged_day: Some(sealed.day),
            key: None,
            upload_key: ticket.map(|ticket| ticket.key_hash.to_vec()),
            upload_fingerprint: ticket.map(|ticket| ticket.fingerprint.to_vec()),
            request_id: request_id.to_owned(),
            details: Vec::new(),
        }
    }
}

/// A row of `file_uses`: the data subject whose evidence a file is, and the file's key under that subject's key.
pub(crate) struct UseRow {
    pub(crate) scope: Scope,
    pub(crate) file: FileId,
    pub(crate) customer: CustomerId,
    pub(crate) subject: PersonId,
    pub(crate) attached_at: i64,
    /// It opens only under the subject's key, so it needs no seal.
    pub(crate) key: Vec<u8>,
}

impl Row for UseRow {
    const TABLE: &'static Table = &rows::FILE_USES;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.file.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        rows::add_scope(fields, &self.scope);
        fields
            .bytes(&self.file.as_bytes()[..])
            .bytes(&self.customer.as_bytes()[..])
            .bytes(&self.subject.as_bytes()[..])
            .number(self.attached_at);
    }
}

/// A file and at most [`MAX_USES`] of its uses, as they were read.
pub(crate) struct UncheckedFile {
    pub(crate) row: Unchecked<FileRow>,
    pub(crate) uses: Vec<Unchecked<UseRow>>,
}

impl UncheckedFile {
    /// Checks the seals of all rows.
    pub(crate) fn check(self, keys: &ScopeKeys) -> Result<StoredFile, StoreError> {
        let row = self.row.check(keys)?;
        if row.staged_day.is_some() != row.key.is_some() {
            return Err(rows::refuse(
                &row,
                keys,
                "the row has a staging day without a key, or a key without a staging day",
            ));
        }
        let mut uses = self.uses.into_iter().map(|one| one.check(keys)).collect::<Result<Vec<_>, _>>()?;
        uses.sort_by_key(|one| (one.attached_at, one.customer, one.subject));
        Ok(StoredFile { row, uses })
    }
}

/// A file and the uses of it that were read, oldest first.
pub(crate) struct StoredFile {
    pub(crate) row: FileRow,
    pub(crate) uses: Vec<UseRow>,
}

impl StoredFile {
    /// Whether no key opens the file any more: every data subject whose evidence it was is erased.
    pub(crate) fn is_gone(&self) -> bool {
        self.row.staged_day.is_none() && self.uses.is_empty()
    }

    pub(crate) fn open(self, key: &FileKey) -> Result<File, StoreError> {
        let Self { row: FileRow { scope, id, uploaded_at, details, .. }, uses } = self;
        let attachment = |one: &UseRow| {
            let UseRow { customer, subject, attached_at, .. } = *one;
            Attachment { customer, subject, at: Timestamp::from_micros(attached_at) }
        };
        Ok(File {
            id,
            uploaded_at: Timestamp::from_micros(uploaded_at),
            attachments: uses.iter().map(attachment).collect(),
            details: key.open_details(scope, id, details)?,
        })
    }

    /// The error if none of the keys opens.
    pub(crate) fn no_key_opens(&self) -> StoreError {
        StoreError::Corrupt(format!("none of the keys of file {} can be opened", self.row.id))
    }
}

/// Whether a file that seems to be unused really is. An altered row is left alone: reading it has logged it, and the
/// collection continues.
pub(crate) fn is_unused(path: BlobPath, read: Result<Option<StoredFile>, StoreError>) -> Result<bool, StoreError> {
    match read {
        Ok(file) => Ok(file.is_some_and(|file| file.uses.is_empty())),
        Err(StoreError::Corrupt(why)) => {
            tracing::error!(%why, file = %path.id, "skipped an altered file while deleting unreferenced files");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

#[derive(Serialize, Deserialize)]
struct StoredDetails {
    name: String,
    #[serde(rename = "type")]
    media_type: MediaType,
    size: u64,
    sha256: [u8; 32],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flaw: Option<Flaw>,
}

fn binding<'a>(scope: Scope, id: &'a FileId, section: &'a str) -> Binding<'a> {
    Binding { scope, subject: id.as_bytes(), table: "files", section, row: id.as_bytes(), version: GENERATION }
}

/// The associated data of the segments of a content.
fn associated(scope: Scope, id: FileId) -> Vec<u8> {
    binding(scope, &id, "content").associated(&[])
}

/// Seals a new file while it is stored.
pub(crate) struct ContentWriter {
    path: BlobPath,
    day: i64,
    key: FileKey,
    /// The file's key under the staging key of the day.
    sealed_key: Vec<u8>,
    sealer: Sealer,
    blob: Box<dyn BlobWriter>,
    scope_keys: Arc<ScopeKeys>,
}

impl ContentWriter {
    pub(crate) async fn begin(
        blobs: &dyn Blobs,
        path: BlobPath,
        day: i64,
        staging: &SecretKey,
        scope_keys: Arc<ScopeKeys>,
    ) -> Result<Self, StoreError> {
        let BlobPath { scope, id } = path;
        let key = FileKey(SecretKey::random());
        let (sealer, header) = Sealer::new(&key.content_key(), &associated(scope, id));
        let mut blob = blobs.create(path).await?;
        blob.write(header.to_vec()).await?;
        Ok(Self { path, day, sealed_key: key.seal(staging, scope, id), key, sealer, blob, scope_keys })
    }
}

#[async_trait]
impl FileWriter for ContentWriter {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut segments = Vec::new();
        self.sealer.push(bytes, |segment| segments.push(segment));
        for segment in segments {
            self.blob.write(segment).await?;
        }
        Ok(())
    }

    async fn finish(self: Box<Self>, details: &FileDetails) -> Result<SealedFile, StoreError> {
        let Self { path: BlobPath { scope, id }, day, key, sealed_key, sealer, mut blob, scope_keys } = *self;
        blob.write(sealer.finish()).await?;
        blob.finish().await?;
        let fingerprint = scope_keys.content_index(&details.sha256);
        Ok(SealedFile { day, key: sealed_key, details: key.seal_details(scope, id, details), fingerprint })
    }
}

/// Opens a stored content, or a part of it.
pub(crate) struct ContentReader {
    blobs: Arc<dyn Blobs>,
    path: BlobPath,
    opener: Opener,
    length: u64,
    range: ByteRange,
    /// The next segment to fetch, and the last.
    segments: std::ops::RangeInclusive<u64>,
    fetched: std::collections::VecDeque<(u64, Vec<u8>)>,
}

impl ContentReader {
    pub(crate) async fn open(
        blobs: Arc<dyn Blobs>,
        path: BlobPath,
        key: &FileKey,
        length: u64,
        range: ByteRange,
    ) -> Result<Self, StoreError> {
        let header = blobs.read(path, 0..stream::HEADER as u64).await?;
        let opener = Opener::new(&key.content_key(), &associated(path.scope, path.id), &header, length)
            .map_err(|_| damaged(path.id))?;
        let last = if range.is_empty() { range.start } else { range.end - 1 };
        let segments = stream::locate(range.start).0..=stream::locate(last).0;
        Ok(Self { blobs, path, opener, length, range, segments, fetched: std::collections::VecDeque::new() })
    }

    async fn fetch(&mut self) -> Result<(), StoreError> {
        let numbers: Vec<_> = self.segments.by_ref().take(usize::try_from(AHEAD).expect("four")).collect();
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(()) };
        let (from, _) = stream::extent(*first, self.length);
        let (offset, bytes) = stream::extent(*last, self.length);
        let mut sealed = self.blobs.read(self.path, from..offset + bytes).await?;
        for number in numbers {
            let (_, bytes) = stream::extent(number, self.length);
            let rest = sealed.split_off(usize::try_from(bytes).expect("a segment").min(sealed.len()));
            self.fetched.push_back((number, std::mem::replace(&mut sealed, rest)));
        }
        Ok(())
    }
}

#[async_trait]
impl FileReader for ContentReader {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.fetched.is_empty() {
            self.fetch().await?;
        }
        let Some((number, sealed)) = self.fetched.pop_front() else { return Ok(None) };
        let mut plain = self.opener.open(number, sealed).map_err(|_| damaged(self.path.id))?;
        // The first and the last segment may hold more than the range.
        if number == stream::locate(self.range.end.saturating_sub(1)).0 && !self.range.is_empty() {
            let end = stream::locate(self.range.end - 1).1 + 1;
            plain.truncate(usize::try_from(end).expect("a segment"));
        }
        if number == stream::locate(self.range.start).0 {
            let start = usize::try_from(stream::locate(self.range.start).1).expect("a segment");
            plain.drain(..start.min(plain.len()));
        }
        Ok(Some(plain))
    }
}

fn damaged(id: FileId) -> StoreError {
    StoreError::Corrupt(format!("the content of file {id} was altered"))
}
