//! Storage for the sealed content of files: a folder, or a bucket of an object store. Both see only ciphertext.

mod bucket;
mod folder;

use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, FileId};
use dossier_core::store::StoreError;
use futures_util::stream::BoxStream;

pub use bucket::Bucket;
pub use folder::Folder;

/// The path of a content: `environment/account/file`. All parts are our own ids; none comes from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobPath {
    pub scope: Scope,
    pub id: FileId,
}

impl fmt::Display for BlobPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.scope.environment.as_str(), self.scope.account, self.id)
    }
}

impl BlobPath {
    /// Returns `None` for anything else in the storage.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (environment, account, id) = (parts.next()?, parts.next()?, parts.next()?);
        let environment = Environment::parse(environment).filter(|_| parts.next().is_none())?;
        Some(Self { scope: Scope { account: AccountId::parse(account)?, environment }, id: FileId::parse(id)? })
    }
}

/// A stored content in a listing.
#[derive(Debug, Clone, Copy)]
pub struct BlobInfo {
    pub path: BlobPath,
    pub written_at: Timestamp,
    pub size: u64,
}

/// Storage for sealed contents.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Begins a content. It is not visible until it is finished.
    async fn create(&self, path: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError>;

    /// Fails with [`StoreError::Corrupt`] if the content is missing or shorter.
    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError>;

    /// Deletes a content. A missing one counts as deleted.
    async fn delete(&self, path: BlobPath) -> Result<(), StoreError>;

    /// All contents, in no particular order.
    fn list(&self) -> BoxStream<'_, Result<BlobInfo, StoreError>>;
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The name below the root of the storage.
    pub name: String,
    pub size: u64,
}

/// Storage for objects by name, as backups need it: `name/with/slashes`.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Begins an object. It is not visible until it is finished.
    async fn create_object(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError>;

    async fn read_object(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError>;

    /// The size in bytes. `None` if the object does not exist.
    async fn object_size(&self, name: &str) -> Result<Option<u64>, StoreError>;

    /// Gives an object a second name without copying its bytes through this process. It is durable after
    /// [`Objects::sync_below`].
    async fn link_object(&self, from: &str, to: &str) -> Result<(), StoreError>;

    /// Makes the names below a name durable, for storage where creating an object does not.
    async fn sync_below(&self, _below: &str) -> Result<(), StoreError> {
        Ok(())
    }

    /// Deletes an object. A missing one counts as deleted.
    async fn delete_object(&self, name: &str) -> Result<(), StoreError>;

    /// All objects below a name, in no particular order. An empty name means the whole storage.
    async fn list_objects(&self, below: &str) -> Result<Vec<Object>, StoreError>;

    /// The first components of all names: `a` for an object `a/b/c`.
    async fn list_names(&self) -> Result<Vec<String>, StoreError>;

    /// How many bytes can still be written. `None` if unknown.
    fn free(&self) -> Option<u64> {
        None
    }
}

/// A content that is being written. If it is dropped unfinished, nothing of it remains.
#[async_trait]
pub trait BlobWriter: Send {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// Makes the content visible and durable.
    async fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_back_and_no_other_text_is_accepted() {
        let scope = Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Production };
        let path = BlobPath { scope, id: FileId::from_bytes([2; 16]) };
        assert_eq!(BlobPath::parse(&path.to_string()), Some(path));
        for other in ["", "incoming/x", "production", "production/a/b", &format!("{path}/x"), &format!("x{path}")] {
            assert_eq!(BlobPath::parse(other), None, "{other}");
        }
    }
}
