//! Backups: the records and files of an installation at one moment, in one format for both engines. What is sealed in
//! the database stays sealed; a backup contains no key of the keyring.
//!
//! A backup is a folder, or a prefix in a bucket, in storage that holds many:
//!
//! - `manifest.json`, written last: without it the backup is incomplete, and nothing reads it;
//! - `rows/<table>`: each record with its length before it; `hashes/<table>`: a SHA-256 of each record;
//! - `anchor`: the ends of the audit trails, signed;
//! - `files/<environment>/<account>/<file>`: the sealed content; `files.list`: size and SHA-256 of each.

mod contents;
mod create;
mod files;
mod keys;
mod manifest;
mod open;
mod prove;
mod restore;
mod rows;
mod verify;

use std::sync::Arc;

use dossier_core::store::StoreError;

use crate::anchor::{Anchor, AnchorKey};
use crate::blobs::Objects;
use crate::planted::reached;

pub use crate::transfer::snapshot::Pace;
pub use create::{NewBackup, Source, create, delete_older};
pub use keys::{drop_lost_keys, take_keys};
pub use manifest::{Files, Manifest, Rows};
pub use open::{OpenReport, temporary};
pub use prove::{ErasureProof, prove_erased};
pub use restore::{RestoreReport, restore_files, restore_rows, schema_in};
pub use verify::{Finding, Part, compare_rows};

pub(crate) const MANIFEST: &str = "manifest.json";
/// The ends of the audit trails, signed.
pub(crate) const ANCHOR: &str = "anchor";
/// Names the installation. It is written first.
pub(crate) const BEGUN: &str = "begun";
pub(crate) const FILE_LIST: &str = "files.list";
/// The number of bytes that are written or read at once.
pub(crate) const PIECE: usize = 1024 * 1024;

#[derive(Clone)]
pub struct Backup {
    storage: Arc<dyn Objects>,
    /// The time when it was begun, and six random letters.
    pub name: String,
    pub manifest: Manifest,
}

impl Backup {
    /// The complete backups in the storage, oldest first. A backup with a damaged manifest is left out, but can still
    /// be opened by name.
    pub async fn list(storage: &Arc<dyn Objects>) -> Result<Vec<Self>, StoreError> {
        let names = names(storage).await?;
        let mut backups = Vec::new();
        for name in names {
            match Self::open(storage, &name).await {
                Ok(backup) => backups.push(backup),
                Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(backups)
    }

    /// The newest complete backup of an installation.
    async fn newest_of(storage: &Arc<dyn Objects>, installation: &str) -> Result<Option<Self>, StoreError> {
        for name in names(storage).await?.iter().rev() {
            match Self::open(storage, name).await {
                Ok(backup) if backup.manifest.installation.to_string() == installation => return Ok(Some(backup)),
                Ok(_) | Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Opens the named backup. Fails with [`StoreError::Corrupt`] if it is incomplete or its manifest was altered.
    pub async fn open(storage: &Arc<dyn Objects>, name: &str) -> Result<Self, StoreError> {
        let object = format!("{name}/{MANIFEST}");
        let size = storage.object_size(&object).await?;
        let size =
            size.ok_or_else(|| StoreError::Corrupt(format!("{name} is not a complete backup: it has no manifest")))?;
        let manifest = Manifest::read(&storage.read_object(&object, 0..size).await?)?;
        Ok(Self { storage: Arc::clone(storage), name: name.to_owned(), manifest })
    }

    /// Opens the named backup, or the newest complete one.
    pub async fn find(storage: &Arc<dyn Objects>, name: Option<&str>) -> Result<Self, StoreError> {
        if let Some(name) = name {
            return Self::open(storage, name).await;
        }
        for name in names(storage).await?.iter().rev() {
            // A damaged manifest is an error: an older backup must not silently take its place.
            if storage.object_size(&format!("{name}/{MANIFEST}")).await?.is_some() {
                return Self::open(storage, name).await;
            }
        }
        Err(StoreError::Corrupt("there is no complete backup".into()))
    }

    /// The ends of the audit trails at the time of the backup. Returns `None` if the backup predates anchors. Fails
    /// with [`StoreError::Corrupt`] if the anchor is missing, was altered, or belongs to another time.
    pub async fn anchor(&self, key: &AnchorKey) -> Result<Option<Anchor>, StoreError> {
        if self.manifest.has_no_anchor() {
            return Ok(None);
        }
        let wrong = |why: &str| StoreError::Corrupt(format!("the anchor of the backup cannot be used: {why}"));
        let text = self.storage.read_object(&self.object(ANCHOR), 0..self.size(ANCHOR).await?).await?;
        let text = std::str::from_utf8(&text).map_err(|_| wrong("it was altered"))?;
        let anchor = key.read(&self.location(), text).map_err(|error| wrong(&error.to_string()))?;
        let same_moment = anchor.checkpoints.iter().all(|one| one.at == self.manifest.created_at);
        if anchor.is_whole && same_moment { Ok(Some(anchor)) } else { Err(wrong("it belongs to another time")) }
    }

    /// The storage that holds it.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Objects> {
        &self.storage
    }

    /// The name of this backup in the mark of a database into which it is being restored.
    #[must_use]
    pub fn location(&self) -> String {
        format!("the backup {}", self.name)
    }

    /// The same for a database that has its records, and receives its keys.
    #[must_use]
    pub fn location_of_keys(&self) -> String {
        format!("the backup {} and the keys", self.name)
    }

    fn object(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    async fn size(&self, name: &str) -> Result<u64, StoreError> {
        let size = self.storage.object_size(&self.object(name)).await?;
        size.ok_or_else(|| StoreError::Corrupt(format!("{name} is missing from the backup")))
    }

    /// Deletes the backup, starting with its manifest. Without a manifest it no longer counts as complete.
    pub async fn delete(self) -> Result<(), StoreError> {
        delete(&self.storage, &self.name).await
    }
}

/// Whether a name is the name of a backup. Anything else in the storage is not ours: it is neither read nor deleted.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = || {
        let (time, own) = text.split_once("Z-")?;
        Some((time.split_once('T')?, own))
    };
    parts().is_some_and(|((date, time), own)| {
        date.len() == 8
            && digits(date)
            && digits(time)
            && own.len() == 6
            && own.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The names of the backups in the storage, complete or not, oldest first.
async fn names(storage: &Arc<dyn Objects>) -> Result<Vec<String>, StoreError> {
    let mut names = storage.list_names().await?;
    names.retain(|name| is_name(name));
    names.sort();
    Ok(names)
}

/// Deletes everything below a name. The manifest is deleted first, durably, so that no power cut leaves half a backup
/// that looks complete. The object that names the installation is deleted last, so that the next backup can delete what
/// an interruption left.
pub(crate) async fn delete(storage: &Arc<dyn Objects>, name: &str) -> Result<(), StoreError> {
    storage.delete_object(&format!("{name}/{MANIFEST}")).await?;
    storage.sync_below(name).await?;
    reached("backup: an old manifest deleted");
    let begun = format!("{name}/{BEGUN}");
    for object in storage.list_objects(name).await?.into_iter().filter(|object| object.name != begun) {
        storage.delete_object(&object.name).await?;
    }
    reached("backup: an old one emptied");
    storage.delete_object(&begun).await
}
