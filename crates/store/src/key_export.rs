//! The key export: every key that the database stores sealed under an epoch, in one file beside the keyring, sealed
//! under the active epoch.
//!
//! A rotation destroys the epoch that an older backup needs. Restored together with the newest export, the backup opens
//! nevertheless, except for those who were erased since: the export has no key of theirs. Its rows are all of one
//! epoch, so it is never made in the middle of a rotation.
//!
//! The file is a header in plain text, and the rows, sealed as one stream that is bound to the header. So any
//! alteration is noticed, and a missing end, too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::AccountId;
use dossier_core::store::StoreError;
use dossier_core::words;

use crate::blobs::{Folder, Objects};
use crate::columns::{scope_columns, scope_of};
use crate::durable::folder_of;
use crate::transfer::error_text;
use crate::transfer::record::Value;
use crate::vault::stream::{self, Opener, Sealer};
use crate::vault::{self, Keyring, SecretKey, Vault, WrappedKey};

const MAGIC: &[u8; 15] = b"dossier keys 1\n";
const HEADER: usize = MAGIC.len() + 16 + 4 + 8;
/// The longest row: its table, scope, ids, epoch, length and key.
const MAX_ROW: usize = 1_024;
const SEGMENT: u64 = 64 * 1_024;
const TAG: u64 = 16;
/// No export takes this long to write.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

words! {
    /// The tables with keys that hang from an epoch.
    KeyTable { Scopes = "scope_keys", Subjects = "subject_keys", Staging = "staging_keys" }
}

impl KeyTable {
    /// The number of bytes of the key columns after the scope: nothing, two ids, or a day.
    const fn id_length(self) -> usize {
        match self {
            Self::Scopes => 0,
            Self::Subjects => 32,
            Self::Staging => 8,
        }
    }
}

/// One stored key.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    pub(crate) table: KeyTable,
    pub(crate) scope: Scope,
    /// The rest of the key of the row.
    pub(crate) id: Vec<u8>,
    pub(crate) wrapped: WrappedKey,
}

impl KeyRow {
    pub(crate) const fn of_scope(scope: Scope, wrapped: WrappedKey) -> Self {
        Self { table: KeyTable::Scopes, scope, id: Vec::new(), wrapped }
    }

    pub(crate) fn of_subject(scope: Scope, customer: &[u8; 16], subject: &[u8; 16], wrapped: WrappedKey) -> Self {
        Self { table: KeyTable::Subjects, scope, id: [&customer[..], subject].concat(), wrapped }
    }

    pub(crate) fn of_staging(scope: Scope, day: i64, wrapped: WrappedKey) -> Self {
        Self { table: KeyTable::Staging, scope, id: day.to_be_bytes().to_vec(), wrapped }
    }

    /// The key itself, if an epoch of the keyring opens it, whatever epoch the row names.
    pub(crate) fn unwrap_with_any(&self, keyring: &Keyring) -> Option<SecretKey> {
        let place: (&str, &[u8]) = match self.table {
            KeyTable::Scopes => ("scope", b""),
            KeyTable::Subjects => ("subject", &self.id[16..]),
            KeyTable::Staging => ("staging", &self.id),
        };
        vault::unwrap_with_any(keyring, self.scope, place, &self.wrapped)
    }

    /// The columns of the row's key.
    pub(crate) fn key(&self) -> Vec<Value> {
        let (account, environment) = scope_columns(&self.scope);
        let mut key = vec![Value::Bytes(account.to_vec()), Value::Number(environment.into())];
        match self.table {
            KeyTable::Scopes => {}
            KeyTable::Subjects => key.extend(self.id.chunks(16).map(|id| Value::Bytes(id.to_vec()))),
            KeyTable::Staging => key.extend(self.id.first_chunk().map(|day| Value::Number(i64::from_be_bytes(*day)))),
        }
        key
    }

    fn encode(&self, into: &mut Vec<u8>) {
        let (account, environment) = scope_columns(&self.scope);
        into.push(self.table as u8);
        into.extend_from_slice(account);
        into.push(environment);
        into.extend_from_slice(&self.id);
        let sealed = &self.wrapped.sealed;
        into.extend_from_slice(&u16::try_from(sealed.len()).expect("a wrapped key is short").to_be_bytes());
        into.extend_from_slice(sealed);
    }

    /// Reads a row and returns the number of its bytes. `None` if there are too few.
    fn decode(bytes: &[u8], epoch: u32) -> Option<(Self, usize)> {
        let (table, rest) = bytes.split_first()?;
        let table = *KeyTable::ALL.get(usize::from(*table))?;
        let (account, rest) = rest.split_first_chunk::<16>()?;
        let (environment, rest) = rest.split_first()?;
        let (id, rest) = rest.split_at_checked(table.id_length())?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let sealed = rest.get(..usize::from(u16::from_be_bytes(*length)))?.to_vec();
        let used = 1 + 16 + 1 + id.len() + 2 + sealed.len();
        let scope = scope_of(*account, *environment).ok()?;
        Some((Self { table, scope, id: id.to_vec(), wrapped: WrappedKey { epoch, sealed } }, used))
    }
}

/// The path of the export that belongs to a keyring, or to a copy of one.
#[must_use]
pub fn path_beside(keyring: &Path) -> PathBuf {
    let mut path = keyring.as_os_str().to_owned();
    path.push(".keys");
    path.into()
}

/// What the header of an export says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportHeader {
    pub installation: AccountId,
    /// The epoch that wraps its keys and seals it.
    pub epoch: u32,
    pub created_at: Timestamp,
}

impl ExportHeader {
    fn write(&self) -> Vec<u8> {
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(self.installation.as_bytes());
        header.extend_from_slice(&self.epoch.to_be_bytes());
        header.extend_from_slice(&self.created_at.as_micros().to_be_bytes());
        header
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (installation, rest) = rest.split_first_chunk::<16>()?;
        let (epoch, created_at) = rest.split_first_chunk::<4>()?;
        Some(Self {
            installation: AccountId::from_bytes(*installation),
            epoch: u32::from_be_bytes(*epoch),
            created_at: Timestamp::from_micros(i64::from_be_bytes(created_at.try_into().ok()?)),
        })
    }

    /// Reads the header of the export at this path. `None` if there is none that can be read.
    #[must_use]
    pub fn at(path: &Path) -> Option<Self> {
        let mut header = [0; HEADER];
        File::open(path).ok()?.read_exact(&mut header).ok()?;
        Self::read(&header)
    }
}

/// Writes an export, which replaces the one before once it is complete.
pub(crate) struct ExportWriter {
    path: PathBuf,
    new: PathBuf,
    file: File,
    sealer: Sealer,
    epoch: u32,
    row: Vec<u8>,
}

impl ExportWriter {
    pub(crate) fn begin(vault: &Vault, now: Timestamp) -> Result<Self, StoreError> {
        let (keyring, epoch, key) = vault.export_key();
        let installation = AccountId::from_bytes(vault.installation());
        let header = ExportHeader { installation, epoch, created_at: now }.write();
        let (sealer, start) = Sealer::new(&key, &header);
        let path = path_beside(&keyring);
        // Two processes that share a keyring must not share an unfinished file.
        let mut own = [0; 4];
        aws_lc_rs::rand::fill(&mut own).map_err(|_| StoreError::Unavailable("no randomness".into()))?;
        let mut new = path.clone().into_os_string();
        new.push(format!(".{}.new", hexadecimal(&own)));
        let new = PathBuf::from(new);
        delete_abandoned(&path);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)
            .map_err(|error| failed(&path, &error))?;
        file.write_all(&header).and_then(|()| file.write_all(&start)).map_err(|error| failed(&path, &error))?;
        Ok(Self { path, new, file, sealer, epoch, row: Vec::new() })
    }

    /// Fails in the middle of a rotation.
    pub(crate) fn push(&mut self, row: &KeyRow) -> Result<(), StoreError> {
        if row.wrapped.epoch != self.epoch {
            return Err(StoreError::Unavailable("the keys are being rotated, so they cannot be exported now".into()));
        }
        self.row.clear();
        row.encode(&mut self.row);
        let mut written = Ok(());
        let (sealer, file) = (&mut self.sealer, &mut self.file);
        sealer.push(&self.row, |segment| {
            if written.is_ok() {
                written = file.write_all(&segment);
            }
        });
        written.map_err(|error| failed(&self.path, &error))
    }

    /// The export is durable on return.
    pub(crate) fn finish(mut self) -> Result<(), StoreError> {
        let last = std::mem::replace(&mut self.sealer, Sealer::new(&SecretKey::random(), b"").0).finish();
        let written = self
            .file
            .write_all(&last)
            .and_then(|()| self.file.sync_all())
            .and_then(|()| fs::rename(&self.new, &self.path))
            .and_then(|()| File::open(folder_of(&self.path))?.sync_all());
        written.map_err(|error| failed(&self.path, &error))
    }
}

impl Drop for ExportWriter {
    fn drop(&mut self) {
        // It is gone if the export was finished.
        let _ = fs::remove_file(&self.new);
    }
}

/// Deletes what killed processes left.
fn delete_abandoned(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
    for entry in fs::read_dir(folder_of(path)).into_iter().flatten().flatten() {
        let is_unfinished =
            entry.file_name().to_str().is_some_and(|other| other.starts_with(name) && other.ends_with(".new"));
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if is_unfinished && modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("cannot write the key export {}: {error}", path.display()))
}

/// An export, read in place.
pub struct KeyExport {
    storage: Arc<dyn Objects>,
    name: String,
    size: u64,
    /// Where the export is, as messages name it.
    location: String,
    pub header: ExportHeader,
    key: SecretKey,
}

/// Why an export cannot be used. It names the export.
pub type Unusable = String;

impl KeyExport {
    /// The export at this path. `None` if there is no such file.
    pub async fn at(path: &Path, keyring: &Keyring) -> Result<Option<Self>, Unusable> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let storage: Arc<dyn Objects> = Arc::new(Folder::of_backups(folder_of(path).to_owned()));
        Self::open(storage, name.to_owned(), path.display().to_string(), keyring).await
    }

    /// The export in a place of backups. `None` if there is none.
    pub async fn beside_backups(storage: &Arc<dyn Objects>, keyring: &Keyring) -> Result<Option<Self>, Unusable> {
        let name = object_name(&AccountId::from_bytes(keyring.installation()));
        let location = format!("{name} beside the backups");
        Self::open(Arc::clone(storage), name, location, keyring).await
    }

    async fn open(
        storage: Arc<dyn Objects>,
        name: String,
        location: String,
        keyring: &Keyring,
    ) -> Result<Option<Self>, Unusable> {
        let wrong = |why: &str| format!("the key export {location} {why}");
        let unreadable = |error: StoreError| wrong(&format!("cannot be read: {}", error_text(error)));
        let Some(size) = storage.object_size(&name).await.map_err(unreadable)? else { return Ok(None) };
        let damaged = || wrong("is damaged or incomplete; pass another copy with --keys");
        if size < (HEADER + stream::HEADER) as u64 {
            return Err(damaged());
        }
        let header = storage.read_object(&name, 0..HEADER as u64).await.map_err(unreadable)?;
        let header = ExportHeader::read(&header).ok_or_else(damaged)?;
        if *header.installation.as_bytes() != keyring.installation() {
            return Err(wrong("belongs to another installation"));
        }
        let Some(key) = keyring.export_key(header.epoch) else {
            let why = match header.epoch > keyring.active() {
                true => format!("is newer than the keyring, which ends with epoch {}", keyring.active()),
                false => "is older than the keyring, which no longer has its key".to_owned(),
            };
            return Err(wrong(&format!("is of epoch {} and {why}; pass the newest copies of both", header.epoch)));
        };
        Ok(Some(Self { storage, name, size, location, header, key }))
    }

    /// The location, for people.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Reads the export to its end, and returns the number of keys. Fails if it was altered or cut, or is sealed under
    /// another key.
    pub async fn check(&self) -> Result<u64, Unusable> {
        let mut rows = self.rows().await.map_err(|error| error_text(&error))?;
        let mut keys = 0;
        while rows.next().await.map_err(|error| error_text(&error))?.is_some() {
            keys += 1;
        }
        Ok(keys)
    }

    pub(crate) async fn rows(&self) -> Result<KeyRows<'_>, StoreError> {
        let start = self.read(0, stream::HEADER as u64).await?;
        let sealed = self.size - HEADER as u64;
        let segments = sealed.div_ceil(SEGMENT).max(1);
        let length = sealed.checked_sub(stream::HEADER as u64 + TAG * segments).ok_or_else(|| self.damaged())?;
        let opener = Opener::new(&self.key, &self.header.write(), &start, length).map_err(|_| self.damaged())?;
        Ok(KeyRows { export: self, opener, length, segment: 0, buffer: Vec::new(), used: 0 })
    }

    async fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, StoreError> {
        let offset = HEADER as u64 + offset;
        self.storage.read_object(&self.name, offset..offset + length).await
    }

    fn damaged(&self) -> StoreError {
        let text = "is damaged or incomplete, or was sealed with another keyring; pass another copy with --keys";
        StoreError::Corrupt(format!("the key export {} {text}", self.location))
    }
}

/// The name of the export of an installation in a place of backups.
fn object_name(installation: &AccountId) -> String {
    format!("keys/{installation}")
}

/// Copies the export beside a keyring to a place of backups.
pub async fn copy_to(storage: &Arc<dyn Objects>, keyring: &Path) -> Result<(), StoreError> {
    let path = path_beside(keyring);
    let unreadable = |error: io::Error| StoreError::Unavailable(format!("cannot read {}: {error}", path.display()));
    let mut file = File::open(&path).map_err(unreadable)?;
    let mut header = [0; HEADER];
    file.read_exact(&mut header).map_err(unreadable)?;
    let header = ExportHeader::read(&header);
    let header = header.ok_or_else(|| StoreError::Corrupt(format!("{} is not a key export", path.display())))?;
    let mut file = File::open(&path).map_err(unreadable)?;
    let mut copy = storage.create_object(&object_name(&header.installation)).await?;
    loop {
        let mut piece = vec![0; crate::backup::PIECE];
        let read = file.read(&mut piece).map_err(unreadable)?;
        if read == 0 {
            return copy.finish().await;
        }
        piece.truncate(read);
        copy.write(piece).await?;
    }
}

/// The rows of an export, in the order of their tables and keys.
pub(crate) struct KeyRows<'a> {
    export: &'a KeyExport,
    opener: Opener,
    length: u64,
    /// The next segment.
    segment: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl KeyRows<'_> {
    pub(crate) async fn next(&mut self) -> Result<Option<KeyRow>, StoreError> {
        while self.buffer.len() - self.used < MAX_ROW && self.segment <= stream::last_segment(self.length) {
            let (offset, length) = stream::extent(self.segment, self.length);
            let sealed = self.export.read(offset, length).await?;
            let opened = self.opener.open(self.segment, sealed).map_err(|_| self.export.damaged())?;
            self.buffer.drain(..self.used);
            self.used = 0;
            self.buffer.extend_from_slice(&opened);
            self.segment += 1;
        }
        let rest = &self.buffer[self.used..];
        if rest.is_empty() {
            return Ok(None);
        }
        let (row, used) = KeyRow::decode(rest, self.export.header.epoch).ok_or_else(|| self.export.damaged())?;
        self.used += used;
        Ok(Some(row))
    }
}
