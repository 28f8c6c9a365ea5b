//! File contents in a folder. Each is written under a temporary name, synced and renamed, and the folder is synced,
//! before the write is acknowledged.

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

use super::{BlobInfo, BlobPath, BlobWriter, Blobs, Object, Objects};
use crate::planted::planted;

/// The folder of unfinished writes. It is emptied at the start, when no other process can be writing.
const INCOMING: &str = "incoming";
/// The number of bytes of a backup between two syncs.
const SYNC_AFTER: u64 = 1024 * 1024;
/// No upload takes this long.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Folder {
    root: PathBuf,
    /// Syncs after this many bytes. `None` syncs only at the end.
    sync_after: Option<u64>,
}

impl Folder {
    /// Opens the folder, creating it if it is missing. The caller holds the lock of the data folder around it.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        Self::open_and_clean(root, Duration::ZERO)
    }

    /// Opens a folder that other processes use as well. What they are still writing is left alone.
    pub fn open_shared(root: PathBuf) -> io::Result<Self> {
        Self::open_and_clean(root, ABANDONED)
    }

    /// A folder of backups. Opening it writes nothing, so that a backup can be read from a read-only disk. Writes are
    /// synced in small steps, because one long sync at the end would block the commits of the database.
    #[must_use]
    pub const fn of_backups(root: PathBuf) -> Self {
        Self { root, sync_after: Some(SYNC_AFTER) }
    }

    fn begin(&self, temporary: PathBuf, target: &str) -> io::Result<Box<dyn BlobWriter>> {
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        let (target, sync_after) = (self.root.join(target), self.sync_after);
        Ok(Box::new(FolderUpload { file: Some(file), temporary, target, sync_after, unsynced: 0 }))
    }

    fn remove(&self, target: &str) -> Result<(), StoreError> {
        ignore_missing(fs::remove_file(self.root.join(target))).map_err(failed)
    }

    /// A content in a listing. `None` for anything else, and for a content that has just been deleted.
    fn listed(&self, path: &Path) -> io::Result<Option<BlobInfo>> {
        let target = path.strip_prefix(&self.root).ok().and_then(Path::to_str).and_then(BlobPath::parse);
        let Some(target) = target else { return Ok(None) };
        let metadata = match path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            metadata => metadata?,
        };
        let written = metadata.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let written_at = Timestamp::from_micros(i64::try_from(written.as_micros()).unwrap_or(i64::MAX));
        Ok(Some(BlobInfo { path: target, written_at, size: metadata.len() }))
    }

    /// Opens the folder and deletes unfinished writes of at least this age.
    fn open_and_clean(root: PathBuf, age: Duration) -> io::Result<Self> {
        let incoming = root.join(INCOMING);
        create_folders(&incoming)?;
        for entry in fs::read_dir(&incoming)? {
            let entry = entry?;
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            if modified.is_ok_and(|modified| modified.elapsed().unwrap_or_default() >= age) {
                ignore_missing(fs::remove_file(entry.path()))?;
            }
        }
        Ok(Self { root, sync_after: None })
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn create(&self, path: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError> {
        self.begin(self.root.join(INCOMING).join(path.id.to_string()), &path.to_string()).map_err(failed)
    }

    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        // Inline, because a piece is small and usually in the cache of the system.
        File::open(self.root.join(path.to_string())).and_then(|file| read_range(&file, &range)).map_err(failed)
    }

    async fn delete(&self, path: BlobPath) -> Result<(), StoreError> {
        self.remove(&path.to_string())
    }

    fn list(&self) -> BoxStream<'_, Result<BlobInfo, StoreError>> {
        // environment/account/file, each level read when it is reached.
        let below = |folder: io::Result<PathBuf>| match folder {
            Ok(folder) => Entries::of(&folder),
            Err(error) => Entries::failed(error),
        };
        let files = Entries::of(&self.root).flat_map(below).flat_map(below).filter_map(|path| {
            let listed = path.and_then(|path| self.listed(&path));
            listed.map_err(failed).transpose()
        });
        stream::iter(files).boxed()
    }
}

#[async_trait]
impl Objects for Folder {
    async fn create_object(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError> {
        // Two processes that write the same object must not share a temporary file.
        let mut own = [0; 8];
        aws_lc_rs::rand::fill(&mut own).map_err(|_| StoreError::Unavailable("no randomness".into()))?;
        let target = self.root.join(name);
        // Next to the object, so that deleting a backup also deletes unfinished writes.
        let temporary = self.root.join(format!("{name}.{:016x}.part", u64::from_be_bytes(own)));
        create_folders(target.parent().unwrap_or(&target)).and_then(|()| self.begin(temporary, name)).map_err(failed)
    }

    async fn read_object(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let path = self.root.join(name);
        run_blocking(move || {
            // Someone may have put something else there: do not follow a link, nor wait for a pipe.
            let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
            let file = fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
            read_range(&file, &range)
        })
        .await
    }

    async fn object_size(&self, name: &str) -> Result<Option<u64>, StoreError> {
        match fs::symlink_metadata(self.root.join(name)) {
            Ok(metadata) => Ok(metadata.is_file().then_some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn link_object(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let (from, to) = (self.root.join(from), self.root.join(to));
        run_blocking(move || {
            create_folders(to.parent().unwrap_or(&to))?;
            match fs::hard_link(from, &to) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                linked => linked,
            }
        })
        .await
    }

    async fn sync_below(&self, below: &str) -> Result<(), StoreError> {
        let below = self.root.join(below);
        run_blocking(move || {
            walk(below, &mut |path, metadata| if metadata.is_dir() { sync_folder(path) } else { Ok(()) })
        })
        .await
    }

    async fn delete_object(&self, name: &str) -> Result<(), StoreError> {
        let (root, name) = (self.root.clone(), name.to_owned());
        run_blocking(move || {
            ignore_missing(fs::remove_file(root.join(&name)))?;
            // Delete the folders that are empty now, too.
            for folder in Path::new(&name).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
                if fs::remove_dir(root.join(folder)).is_err() {
                    break;
                }
            }
            Ok(())
        })
        .await
    }

    async fn list_objects(&self, below: &str) -> Result<Vec<Object>, StoreError> {
        let (root, below) = (self.root.clone(), self.root.join(below));
        run_blocking(move || {
            let mut found = Vec::new();
            walk(below, &mut |path, metadata| {
                let name = path.strip_prefix(&root).ok().and_then(Path::to_str);
                if let Some(name) = name.filter(|_| metadata.is_file()) {
                    found.push(Object { name: name.to_owned(), size: metadata.len() });
                }
                Ok(())
            })?;
            Ok(found)
        })
        .await
    }

    async fn list_names(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        for path in Entries::of(&self.root) {
            let path = path.map_err(failed)?;
            let is_folder = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
            let name = path.file_name().and_then(|name| name.to_str());
            names.extend(name.filter(|_| is_folder).map(str::to_owned));
        }
        Ok(names)
    }

    fn free(&self) -> Option<u64> {
        // A folder that does not exist yet will be created on the disk of its parent.
        let room = self.root.ancestors().find_map(|folder| rustix::fs::statvfs(folder).ok())?;
        Some(room.f_bavail.saturating_mul(room.f_frsize))
    }
}

/// Runs work on many files on a blocking thread.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Unknown(error.to_string()))?.map_err(failed)
}

/// Visits a folder and everything below it. A missing folder is empty. Links are not followed, because they lead out of
/// it.
fn walk(folder: PathBuf, visit: &mut dyn FnMut(&Path, &fs::Metadata) -> io::Result<()>) -> io::Result<()> {
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        match folder.symlink_metadata() {
            Ok(metadata) => visit(&folder, &metadata)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        for path in Entries::of(&folder) {
            let path = path?;
            match path.symlink_metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(path),
                Ok(metadata) => visit(&path, &metadata)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// The entries of a folder. None if it is missing or a file. Every other failure is an item, since an incomplete
/// listing would look like a deletion.
struct Entries {
    folder: Option<fs::ReadDir>,
    error: Option<io::Error>,
}

impl Entries {
    fn of(folder: &Path) -> Self {
        match fs::read_dir(folder) {
            Ok(folder) => Self { folder: Some(folder), error: None },
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Self { folder: None, error: None }
            }
            Err(error) => Self::failed(error),
        }
    }

    const fn failed(error: io::Error) -> Self {
        Self { folder: None, error: Some(error) }
    }
}

impl Iterator for Entries {
    type Item = io::Result<PathBuf>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.error.take() {
            return Some(Err(error));
        }
        self.folder.as_mut()?.next().map(|entry| entry.map(|entry| entry.path()))
    }
}

fn read_range(file: &File, range: &Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or(0)];
    file.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}

fn ignore_missing(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

struct FolderUpload {
    /// `None` once the file is in its place.
    file: Option<File>,
    temporary: PathBuf,
    target: PathBuf,
    sync_after: Option<u64>,
    unsynced: u64,
}

#[async_trait]
impl BlobWriter for FolderUpload {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreError> {
        let file = self.file.as_mut().ok_or_else(|| StoreError::Unknown("the file is already finished".into()))?;
        file.write_all(&bytes).map_err(failed)?;
        self.unsynced += bytes.len() as u64;
        if self.sync_after.is_some_and(|most| self.unsynced >= most) {
            self.unsynced = 0;
            let handle = file.try_clone().map_err(failed)?;
            let synced = tokio::task::spawn_blocking(move || handle.sync_data()).await;
            synced.map_err(|error| StoreError::Unknown(error.to_string()))?.map_err(failed)?;
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        // A sync takes milliseconds, so it runs on a blocking thread.
        let finished = tokio::task::spawn_blocking(move || {
            let Some(file) = self.file.take() else { return Ok(()) };
            let put = (|| {
                if !planted!("file-not-synced") {
                    file.sync_all()?;
                }
                let folder = self.target.parent().unwrap_or(&self.target);
                create_folders(folder)?;
                fs::rename(&self.temporary, &self.target)?;
                if planted!("folder-not-synced") { Ok(()) } else { sync_folder(folder) }
            })();
            if put.is_err() {
                self.file = Some(file);
            }
            put
        });
        finished.await.map_err(|error| StoreError::Unknown(error.to_string()))?.map_err(failed)
    }
}

impl Drop for FolderUpload {
    fn drop(&mut self) {
        if self.file.is_some() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Creates a folder and its parents. Each is durable before anything is put into it.
fn create_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_folders(parent)?;
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

/// The messages of the system contain no paths.
fn failed(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => {
            StoreError::Corrupt("the content of a file is missing or truncated".into())
        }
        _ => StoreError::Unavailable(format!("the folder of files: {error}")),
    }
}
