//! Where the sealed content of files lies: a folder, or a bucket of an object store. Both see only ciphertext.

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

/// The place of one content: `environment/account/file`. All three are ours; nothing in it comes from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobPath {
    /// Account and environment.
    pub scope: Scope,
    /// The file.
    pub id: FileId,
}

impl fmt::Display for BlobPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.scope.environment.as_str(), self.scope.account, self.id)
    }
}

impl BlobPath {
    /// Reads a place; `None` for whatever else lies there.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (environment, account, id) = (parts.next()?, parts.next()?, parts.next()?);
        let environment = Environment::parse(environment).filter(|_| parts.next().is_none())?;
        Some(Self { scope: Scope { account: AccountId::parse(account)?, environment }, id: FileId::parse(id)? })
    }
}

/// One stored content in a listing.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// Where it lies.
    pub path: BlobPath,
    /// When it was written.
    pub written_at: Timestamp,
    /// How many bytes it has.
    pub size: u64,
}

/// A place for sealed contents.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Begins a content. Nothing can be seen at its place until it is finished.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`], [`StoreError::Unavailable`].
    async fn create(&self, path: BlobPath) -> Result<Box<dyn BlobWriter>, StoreError>;

    /// So many bytes of a content.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it is missing or shorter, [`StoreError::Unavailable`].
    async fn read(&self, path: BlobPath, range: Range<u64>) -> Result<Vec<u8>, StoreError>;

    /// Deletes a content; one that is not there is as good as deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    async fn delete(&self, path: BlobPath) -> Result<(), StoreError>;

    /// Every content, in no order.
    fn list(&self) -> BoxStream<'_, Result<Listed, StoreError>>;
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name below the place.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
}

/// A place for objects by name, as backups need it: `name/with/slashes`.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Begins an object. Nothing can be seen of it until it is finished.
    async fn create_object(&self, name: &str) -> Result<Box<dyn BlobWriter>, StoreError>;

    /// The bytes of an object in this range.
    async fn read_object(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StoreError>;

    /// How many bytes an object has; `None` when it is absent.
    async fn object_size(&self, name: &str) -> Result<Option<u64>, StoreError>;

    /// Gives an object a second name, without its bytes going through this process. Durable after
    /// [`Objects::sync_below`].
    async fn link_object(&self, from: &str, to: &str) -> Result<(), StoreError>;

    /// Makes the names below a name durable, where creating an object does not.
    async fn sync_below(&self, _below: &str) -> Result<(), StoreError> {
        Ok(())
    }

    /// Deletes an object; one that is absent is as good as deleted.
    async fn delete_object(&self, name: &str) -> Result<(), StoreError>;

    /// Every object below a name, in no order; of the whole place when it is empty.
    async fn list_objects(&self, below: &str) -> Result<Vec<Object>, StoreError>;

    /// The names of the first level: an object `a/b/c` is below `a`.
    async fn list_names(&self) -> Result<Vec<String>, StoreError>;

    /// How many bytes can still be written; `None` when the place does not say.
    fn free(&self) -> Option<u64> {
        None
    }
}

/// A content on its way. Dropped unfinished, nothing of it is left.
#[async_trait]
pub trait BlobWriter: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// As [`Blobs::create`].
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// Puts the content in its place: durable when this returns.
    ///
    /// # Errors
    ///
    /// As [`Blobs::create`].
    async fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_nothing_else_is_one() {
        let scope = Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Production };
        let path = BlobPath { scope, id: FileId::from_bytes([2; 16]) };
        assert_eq!(BlobPath::parse(&path.to_string()), Some(path));
        for other in ["", "incoming/x", "production", "production/a/b", &format!("{path}/x"), &format!("x{path}")] {
            assert_eq!(BlobPath::parse(other), None, "{other}");
        }
    }
}
