//! Files between the vault and the place where their sealed content lies. Both engines use this.
//!
//! A file has a key of its own. That key is sealed under the day's staging key until the file is attached, then once
//! under the key of each data subject whose evidence it is; the content is never sealed again. A file whose last sealed
//! key was deleted cannot be opened by anybody, and its content is deleted.

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

use crate::blobs::{BlobPath, BlobWriter, Blobs, Listed};
use crate::rows::{self, Row, Table, Unchecked};
use crate::vault::stream::{self, Opener, Sealer};
use crate::vault::{Binding, Cell, Fields, ScopeKeys, SecretKey};

/// File keys, and what they seal, never change.
const GENERATION: u64 = 1;
/// Segments that are fetched at once.
const AHEAD: u64 = 4;
const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Stored content that no file names is deleted when it is as old as this: an upload notes its file long before.
pub(crate) const ORPHAN_SECONDS: i64 = 24 * 60 * 60;
/// As many uses of a file are read: whoever names one file at a thousand customers makes no answer longer.
pub(crate) const MAX_USES: usize = 100;
/// Files deleted, or looked up, at a time.
pub(crate) const PORTION: usize = 500;

/// The day of a moment, counted from 1970: staging keys last one.
pub(crate) const fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(SECONDS_PER_DAY * 1_000_000)
}

/// The stored contents from before a moment, a portion at a time.
pub(crate) fn content_before(
    blobs: &dyn Blobs,
    before: Timestamp,
) -> impl Stream<Item = Result<Vec<BlobPath>, StoreError>> + Unpin + '_ {
    let old = blobs.list().try_filter(move |listed| std::future::ready(listed.written_at < before));
    old.map_ok(|Listed { path, .. }| path).chunks(PORTION).map(|portion| portion.into_iter().collect())
}

/// The key of one file.
pub(crate) struct FileKey(SecretKey);

impl FileKey {
    /// Opens a stored file key, sealed by a staging key or by a subject's.
    pub(crate) fn open(wrap: &SecretKey, scope: Scope, id: FileId, sealed: &[u8]) -> Result<Self, StoreError> {
        let opened = Cell::open(sealed.to_vec(), wrap, &binding(scope, &id, "key")).ok();
        let key = opened.map(zeroize::Zeroizing::new).and_then(|bytes| {
            let key = SecretKey::from_slice(bytes.get(..32)?)?;
            // A key that opens a cell is not thereby the right key (AES-GCM does not commit); this says that it is.
            (bytes.get(32..)? == key.commitment()).then_some(key)
        });
        key.map(Self).ok_or_else(|| StoreError::Corrupt(format!("the key of file {id} cannot be opened")))
    }

    /// Seals it under a staging key or a subject's.
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

    /// Opens what is known of the file.
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

/// A row of `files`.
#[derive(Clone)]
pub(crate) struct FileRow {
    pub(crate) scope: Scope,
    pub(crate) id: FileId,
    pub(crate) uploaded_at: i64,
    /// Until it is attached: the day whose staging key seals its key,
    pub(crate) staged_day: Option<i64>,
    /// and the sealed key.
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

    fn put(&self, fields: &mut Fields) {
        rows::put_scope(fields, &self.scope);
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
    /// What is sealed of a file that was uploaded just now.
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

/// A row of `file_uses`: whose evidence a file is, and the file's key under that data subject's.
pub(crate) struct UseRow {
    pub(crate) scope: Scope,
    pub(crate) file: FileId,
    pub(crate) customer: CustomerId,
    pub(crate) subject: PersonId,
    pub(crate) attached_at: i64,
    /// Opens only under the subject's key, so it holds itself in place.
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

    fn put(&self, fields: &mut Fields) {
        rows::put_scope(fields, &self.scope);
        fields
            .bytes(&self.file.as_bytes()[..])
            .bytes(&self.customer.as_bytes()[..])
            .bytes(&self.subject.as_bytes()[..])
            .number(self.attached_at);
    }
}

/// A file and some of its uses, at most [`MAX_USES`], as they were read.
pub(crate) struct ReadFile {
    pub(crate) row: Unchecked<FileRow>,
    pub(crate) uses: Vec<Unchecked<UseRow>>,
}

impl ReadFile {
    /// Compares the seals of all its rows.
    pub(crate) fn check(self, keys: &ScopeKeys) -> Result<StoredFile, StoreError> {
        let row = self.row.check(keys)?;
        if row.staged_day.is_some() != row.key.is_some() {
            return Err(rows::refused(&row, keys, "the row has a staging day or a key, and not both"));
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
    /// Whether no key opens it any more: everybody whose evidence it was is erased.
    pub(crate) fn is_gone(&self) -> bool {
        self.row.staged_day.is_none() && self.uses.is_empty()
    }

    /// Opens it with the file's key.
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

    /// What it is called when none of its keys opens.
    pub(crate) fn unopened(&self) -> StoreError {
        StoreError::Corrupt(format!("file {} has no key that opens", self.row.id))
    }
}

/// Whether a file that seems to be nobody's really is. An altered row is left alone: reading it has logged it, and the
/// rest of the collection goes on.
pub(crate) fn is_unused(path: BlobPath, read: Result<Option<StoredFile>, StoreError>) -> Result<bool, StoreError> {
    match read {
        Ok(file) => Ok(file.is_some_and(|file| file.uses.is_empty())),
        Err(StoreError::Corrupt(why)) => {
            tracing::error!(%why, file = %path.id, "not collected");
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

/// What the segments of a content are bound to.
fn associated(scope: Scope, id: FileId) -> Vec<u8> {
    binding(scope, &id, "content").associated(&[])
}

/// Seals a new file on its way to its place.
pub(crate) struct Writer {
    path: BlobPath,
    day: i64,
    key: FileKey,
    /// The file's key under the day's staging key.
    sealed_key: Vec<u8>,
    sealer: Sealer,
    blob: Box<dyn BlobWriter>,
    scope_keys: Arc<ScopeKeys>,
}

impl Writer {
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
impl FileWriter for Writer {
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
pub(crate) struct Reader {
    blobs: Arc<dyn Blobs>,
    path: BlobPath,
    opener: Opener,
    length: u64,
    range: ByteRange,
    /// The next segment to be fetched, and the last.
    segments: std::ops::RangeInclusive<u64>,
    fetched: std::collections::VecDeque<(u64, Vec<u8>)>,
}

impl Reader {
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
        let segments = stream::place(range.start).0..=stream::place(last).0;
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
impl FileReader for Reader {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.fetched.is_empty() {
            self.fetch().await?;
        }
        let Some((number, sealed)) = self.fetched.pop_front() else { return Ok(None) };
        let mut plain = self.opener.open(number, sealed).map_err(|_| damaged(self.path.id))?;
        // The segments at either end hold more than was asked for.
        if number == stream::place(self.range.end.saturating_sub(1)).0 && !self.range.is_empty() {
            let end = stream::place(self.range.end - 1).1 + 1;
            plain.truncate(usize::try_from(end).expect("a segment"));
        }
        if number == stream::place(self.range.start).0 {
            let start = usize::try_from(stream::place(self.range.start).1).expect("a segment");
            plain.drain(..start.min(plain.len()));
        }
        Ok(Some(plain))
    }
}

fn damaged(id: FileId) -> StoreError {
    StoreError::Corrupt(format!("the content of file {id} was altered"))
}
