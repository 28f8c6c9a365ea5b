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
use super::{Backup, Finding, Part, Restored};
use crate::blobs::{BlobPath, BlobWriter, Blobs, Listed};
use crate::transfer::plain;

/// A place of contents that only reads, from a backup.
struct Contents(Backup);

impl Backup {
    /// The contents of its files, for a store that reads them and nothing else.
    #[must_use]
    pub fn contents(&self) -> Arc<dyn Blobs> {
        Arc::new(Contents(self.clone()))
    }

    /// Compares the contents of files with the list of them. Returns what came of it, and which have no content.
    ///
    /// # Errors
    ///
    /// The place's.
    pub async fn compare_files(&self, progress: Progress<'_>) -> Result<(Restored, BTreeSet<FileId>), StoreError> {
        let (mut compared, mut absent) = (Restored::default(), BTreeSet::new());
        let list = match files::read_list(self).await {
            Ok(list) => list,
            Err(error @ StoreError::Corrupt(_)) => {
                compared.findings.push(Finding::new(Part::Contents, plain(&error)));
                return Ok((compared, absent));
            }
            Err(error) => return Err(error),
        };
        let total = list.len() as u64;
        for (done, files::Listed { path, content }) in list.into_iter().enumerate() {
            match content {
                None => drop(absent.insert(path.id)),
                Some((size, expected)) => {
                    let object = self.object(&format!("files/{path}"));
                    match hash_of_object(&*self.place, &object, size).await {
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

fn only_read() -> StoreError {
    StoreError::Unavailable("a backup is only read".into())
}

#[async_trait]
impl Blobs for Contents {
    async fn create(&self, _: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError> {
        Err(only_read())
    }

    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        self.0.place.read_object(&self.0.object(&format!("files/{path}")), range).await
    }

    async fn delete(&self, _: BlobPath) -> Result<(), StoreError> {
        Err(only_read())
    }

    fn list(&self) -> BoxStream<'_, Result<Listed, StoreError>> {
        stream::empty().boxed()
    }
}
