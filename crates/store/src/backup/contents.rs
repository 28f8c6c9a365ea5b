//! The file contents of a backup, read in place.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::ids::FileId;
use dossier_core::store::{Progress, StoreError};
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use super::files::{self, hash_of_object};
use super::{Backup, Finding, Part, RestoreReport};
use crate::blobs::{BlobInfo, BlobPath, BlobWriter, Blobs};
use crate::transfer::error_text;

/// The contents of a backup as read-only storage.
struct BackupContents(Backup);

impl Backup {
    /// The contents of the backup, for a store that only reads them.
    #[must_use]
    pub fn contents(&self) -> Arc<dyn Blobs> {
        Arc::new(BackupContents(self.clone()))
    }

    /// Compares the contents of files with the file list. Returns the report, and the files without content.
    pub async fn compare_files(&self, progress: Progress<'_>) -> Result<(RestoreReport, BTreeSet<FileId>), StoreError> {
        let (mut compared, mut absent) = (RestoreReport::default(), BTreeSet::new());
        let list = match files::read_list(self).await {
            Ok(list) => list,
            Err(error @ StoreError::Corrupt(_)) => {
                compared.findings.push(Finding::new(Part::Contents, error_text(&error)));
                return Ok((compared, absent));
            }
            Err(error) => return Err(error),
        };
        let total = list.len() as u64;
        for (done, files::ListedFile { path, content }) in list.into_iter().enumerate() {
            match content {
                None => drop(absent.insert(path.id)),
                Some((size, expected)) => {
                    let object = self.object(&format!("files/{path}"));
                    match hash_of_object(&*self.storage, &object, size).await {
                        Ok(hash) if hash == expected => compared.good += 1,
                        Ok(_) => compared.findings.push(Finding::of_content(path, "was altered")),
                        Err(StoreError::Corrupt(why)) => {
                            compared.findings.push(Finding::of_content(path, format!("cannot be read: {why}")));
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
            progress(done as u64 + 1, total);
        }
        Ok((compared, absent))
    }
}

fn read_only() -> StoreError {
    StoreError::Unavailable("a backup is read-only".into())
}

#[async_trait]
impl Blobs for BackupContents {
    async fn create(&self, _: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError> {
        Err(read_only())
    }

    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        self.0.storage.read_object(&self.0.object(&format!("files/{path}")), range).await
    }

    async fn delete(&self, _: BlobPath) -> Result<(), StoreError> {
        Err(read_only())
    }

    fn list(&self) -> BoxStream<'_, Result<BlobInfo, StoreError>> {
        stream::empty().boxed()
    }
}
