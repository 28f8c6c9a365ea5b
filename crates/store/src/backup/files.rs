//! The contents of files in a backup. They never change. If another backup in the same storage has one, it is linked
//! instead of copied. This is also how an interrupted backup resumes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use dossier_core::store::StoreError;
use sha2::{Digest as _, Sha256};

use super::manifest::{Files, hexadecimal};
use super::{BEGUN, Backup, FILE_LIST, PIECE, Pace};
use crate::blobs::{BlobPath, Blobs, Objects};
use crate::planted::reached;

/// A file whose row is in the backup.
#[derive(Debug, Clone, Copy)]
pub(super) struct WantedFile {
    pub(super) path: BlobPath,
    /// Whether a customer has it. An upload without a customer is deleted after 72 hours.
    pub(super) attached: bool,
}

/// A line of the file list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedFile {
    pub(super) path: BlobPath,
    /// Size and SHA-256. `None` for a file without content.
    pub(super) content: Option<(u64, String)>,
}

/// Reads the file list of a backup.
pub(super) async fn read_list(backup: &Backup) -> Result<Vec<ListedFile>, StoreError> {
    let altered = || StoreError::Corrupt(format!("{FILE_LIST} was altered"));
    let size = backup.size(FILE_LIST).await?;
    let mut text = Vec::new();
    for piece in pieces(size) {
        text.extend(backup.storage.read_object(&backup.object(FILE_LIST), piece).await?);
    }
    if hexadecimal(&Sha256::digest(&text)) != backup.manifest.files.sha256 {
        return Err(altered());
    }
    let text = String::from_utf8(text).map_err(|_| altered())?;
    let line = |line: &str| {
        let mut words = line.split(' ');
        let path = BlobPath::parse(words.next()?)?;
        let content = match (words.next()?, words.next()) {
            ("-", None) => None,
            (size, Some(hash)) => Some((size.parse().ok()?, hash.to_owned())),
            _ => return None,
        };
        Some(ListedFile { path, content })
    };
    text.lines().map(|text| line(text).ok_or_else(altered)).collect()
}

/// The size of each content in bytes.
pub(super) type Sizes = HashMap<BlobPath, u64>;

/// Contents that other backups in the storage have.
#[derive(Default)]
pub(super) struct KnownContents {
    /// The names of those backups.
    backups: Vec<String>,
    contents: HashMap<BlobPath, KnownContent>,
}

struct KnownContent {
    /// The index of the backup that has it.
    backup: usize,
    size: u64,
    /// `None` in an interrupted backup, which has no list.
    sha256: Option<[u8; 32]>,
}

impl KnownContents {
    /// The contents of the newest complete backup, and of interrupted backups of the same installation.
    pub(super) async fn at(storage: &Arc<dyn Objects>, own: &str, installation: &str) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for name in unfinished(storage, installation).await? {
            if name == own {
                continue;
            }
            let folder = format!("{name}/files/");
            for object in storage.list_objects(&format!("{name}/files")).await? {
                if let Some(path) = object.name.strip_prefix(&folder).and_then(BlobPath::parse) {
                    let content = KnownContent { backup: known.backups.len(), size: object.size, sha256: None };
                    known.contents.insert(path, content);
                }
            }
            known.backups.push(name);
        }
        let Some(newest) = Backup::newest_of(storage, installation).await? else { return Ok(known) };
        let list = match read_list(&newest).await {
            Ok(list) => list,
            // A damaged list is no help: everything is copied.
            Err(StoreError::Corrupt(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        for listed in list {
            if let Some((size, hash)) = listed.content {
                let content = KnownContent { backup: known.backups.len(), size, sha256: bytes(&hash) };
                known.contents.insert(listed.path, content);
            }
        }
        known.backups.push(newest.name);
        Ok(known)
    }

    pub(super) fn has(&self, path: BlobPath, size: u64) -> bool {
        self.contents.get(&path).is_some_and(|known| known.size == size)
    }

    /// Links a known content. Returns `None`, so that the content is copied, if it is unknown, cannot be linked or
    /// differs from the source.
    async fn link(
        &self,
        blobs: &dyn Blobs,
        storage: &Arc<dyn Objects>,
        path: BlobPath,
        size: u64,
        object: &str,
    ) -> Option<String> {
        let content = self.contents.get(&path).filter(|content| content.size == size)?;
        let other = format!("{}/files/{path}", self.backups[content.backup]);
        if storage.object_size(&other).await.ok()? != Some(size) {
            return None;
        }
        let hash = match content.sha256 {
            Some(hash) => hexadecimal(&hash),
            None => {
                let hash = hash_of_object(&**storage, &other, size).await.ok()?;
                let source = hash_of_content(blobs, path, size).await.ok()?;
                (hash == source).then_some(hash)?
            }
        };
        storage.link_object(&other, object).await.ok()?;
        Some(hash)
    }
}

/// The names of the backups of this installation that have no manifest.
pub(super) async fn unfinished(storage: &Arc<dyn Objects>, installation: &str) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for name in super::names(storage).await? {
        let (begun, manifest) = (format!("{name}/{BEGUN}"), format!("{name}/{}", super::MANIFEST));
        if storage.object_size(&manifest).await?.is_some() {
            continue;
        }
        let Some(size) = storage.object_size(&begun).await? else { continue };
        if size == installation.len() as u64 && storage.read_object(&begun, 0..size).await? == installation.as_bytes() {
            names.push(name);
        }
    }
    Ok(names)
}

/// The names of backups that ended before they named their installation. They contain nothing.
pub(super) async fn empty(storage: &Arc<dyn Objects>) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for name in super::names(storage).await? {
        let unfinished = format!("{name}/{BEGUN}.");
        if storage.list_objects(&name).await?.iter().all(|object| object.name.starts_with(&unfinished)) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Copies the contents and writes the file list.
pub(super) async fn copy_all(
    blobs: &dyn Blobs,
    storage: &Arc<dyn Objects>,
    name: &str,
    (wanted, sizes, known): (&[WantedFile], &Sizes, &KnownContents),
    pace: Pace,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Files, StoreError> {
    let (mut files, mut list) = (Files::default(), String::new());
    for (done, WantedFile { path, attached }) in wanted.iter().enumerate() {
        let object = format!("{name}/files/{path}");
        let began = Instant::now();
        let content = match sizes.get(path) {
            Some(size) => copy_one(blobs, storage, *path, *size, &object, known).await?,
            None => None,
        };
        let _ = match &content {
            Some((size, hash)) => {
                files.count += 1;
                files.bytes += size;
                writeln!(list, "{path} {size} {hash}")
            }
            None => {
                *(if *attached { &mut files.missing } else { &mut files.expired }) += 1;
                writeln!(list, "{path} -")
            }
        };
        reached("backup: a content copied");
        tokio::time::sleep(pace.rest(began.elapsed())).await;
        progress(done as u64 + 1);
    }
    files.sha256 = hexadecimal(&Sha256::digest(list.as_bytes()));
    let mut writer = storage.create_object(&format!("{name}/{FILE_LIST}")).await?;
    for piece in list.as_bytes().chunks(PIECE) {
        writer.write(piece.to_vec()).await?;
    }
    writer.finish().await?;
    Ok(files)
}

/// Returns `None` if the content is gone.
async fn copy_one(
    blobs: &dyn Blobs,
    storage: &Arc<dyn Objects>,
    path: BlobPath,
    size: u64,
    object: &str,
    known: &KnownContents,
) -> Result<Option<(u64, String)>, StoreError> {
    if let Some(hash) = known.link(blobs, storage, path, size, object).await {
        return Ok(Some((size, hash)));
    }
    let (mut hash, mut writer) = (Sha256::new(), storage.create_object(object).await?);
    for piece in pieces(size) {
        match blobs.read(path, piece).await {
            Ok(piece) => {
                hash.update(&piece);
                writer.write(piece).await?;
            }
            Err(StoreError::Corrupt(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    writer.finish().await?;
    Ok(Some((size, hexadecimal(&hash.finalize()))))
}

pub(super) async fn hash_of_object(storage: &dyn Objects, object: &str, size: u64) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    for piece in pieces(size) {
        hash.update(storage.read_object(object, piece).await?);
    }
    Ok(hexadecimal(&hash.finalize()))
}

async fn hash_of_content(blobs: &dyn Blobs, path: BlobPath, size: u64) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    for piece in pieces(size) {
        hash.update(blobs.read(path, piece).await?);
    }
    Ok(hexadecimal(&hash.finalize()))
}

/// The ranges in which `size` bytes are read.
fn pieces(size: u64) -> impl Iterator<Item = Range<u64>> + Send {
    (0..size).step_by(PIECE).map(move |begin| begin..size.min(begin + PIECE as u64))
}

/// The bytes of a hexadecimal SHA-256.
fn bytes(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hexadecimal.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
