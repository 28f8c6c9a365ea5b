//! Contents in a folder: written under a temporary name, synced, renamed, and the folder synced, before anybody is
//! told.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use super::{BlobPath, BlobWriter, Blobs, Listed};
use crate::planted::{Defect, planted};

/// What is still being written. Emptied at start, when nobody else can be writing.
const INCOMING: &str = "incoming";
/// No upload takes as long.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of contents.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens the folder, making it when there is none. Whoever calls holds the lock of the data folder around it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        Self::without(root, Duration::ZERO)
    }

    /// Opens a folder that other processes use as well: what they are still writing is left alone.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn open_shared(root: PathBuf) -> io::Result<Self> {
        Self::without(root, ABANDONED)
    }

    /// Deletes what was left half-written so long ago.
    fn without(root: PathBuf, age: Duration) -> io::Result<Self> {
        let incoming = root.join(INCOMING);
        make_folders(&incoming)?;
        for left in fs::read_dir(&incoming)? {
            let left = left?;
            let touched = left.metadata().and_then(|metadata| metadata.modified());
            if touched.is_ok_and(|touched| touched.elapsed().unwrap_or_default() >= age) {
                fs::remove_file(left.path())?;
            }
        }
        Ok(Self { root })
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn create(&self, path: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError> {
        let temporary = self.root.join(INCOMING).join(path.id.to_string());
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary);
        let file = file.map_err(failed)?;
        Ok(Box::new(Incoming { file: Some(file), temporary, place: self.root.join(path.to_string()) }))
    }

    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        // Inline: a piece is small, and mostly in the system's cache.
        let read = || {
            let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or(0)];
            File::open(self.root.join(path.to_string()))?.read_exact_at(&mut bytes, range.start)?;
            Ok(bytes)
        };
        read().map_err(failed)
    }

    async fn delete(&self, path: BlobPath) -> Result<(), StoreError> {
        match fs::remove_file(self.root.join(path.to_string())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    fn list(&self) -> BoxStream<'_, Result<Listed, StoreError>> {
        // environment/account/file, each level read as it is reached.
        let accounts = entries(self.root.clone()).flat_map(entries);
        let files = accounts.flat_map(entries).filter_map(|path| {
            let place = BlobPath::parse(path.strip_prefix(&self.root).ok()?.to_str()?)?;
            let metadata = path.metadata().ok()?;
            let written = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            let written_at = Timestamp::from_micros(i64::try_from(written.as_micros()).ok()?);
            Some(Ok(Listed { path: place, written_at, size: metadata.len() }))
        });
        stream::iter(files).boxed()
    }
}

fn entries(folder: PathBuf) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

struct Incoming {
    /// `None` once it is in its place.
    file: Option<File>,
    temporary: PathBuf,
    place: PathBuf,
}

#[async_trait]
impl BlobWriter for Incoming {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreError> {
        let file = self.file.as_mut().ok_or_else(|| StoreError::Unknown("the file is finished".into()))?;
        file.write_all(&bytes).map_err(failed)
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        // A sync takes milliseconds: not on a thread that serves others.
        let finished = tokio::task::spawn_blocking(move || {
            let Some(file) = self.file.take() else { return Ok(()) };
            let put = (|| {
                if !planted(Defect::FileNotSynced) {
                    file.sync_all()?;
                }
                let folder = self.place.parent().unwrap_or(&self.place);
                make_folders(folder)?;
                fs::rename(&self.temporary, &self.place)?;
                if planted(Defect::FolderNotSynced) { Ok(()) } else { sync_folder(folder) }
            })();
            if put.is_err() {
                self.file = Some(file);
            }
            put
        });
        finished.await.map_err(|error| StoreError::Unknown(error.to_string()))?.map_err(failed)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.file.is_some() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Makes a folder and those around it, each durable before anything is put into it.
fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folders(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    sync_folder(parent.unwrap_or(Path::new(".")))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The system's words name no path.
fn failed(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => {
            StoreError::Corrupt("the content of a file is missing or cut off".into())
        }
        _ => StoreError::Unavailable(format!("the folder of files: {error}")),
    }
}
