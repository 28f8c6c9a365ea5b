//! Backups: the records and the files of an installation as they stood at one moment, in one form for both engines.
//! What is sealed in the database is sealed here; no key of the keyring is in it.
//!
//! A backup is a folder, or a prefix in a bucket, of a place that holds many:
//!
//! - `manifest.json`, written last: without it the backup is incomplete, and nothing reads it;
//! - `rows/<table>`: each record with its length before it; `hashes/<table>`: a SHA-256 of each record;
//! - `anchor`: how far each audit trail had come, signed;
//! - `files/<environment>/<account>/<file>`: the sealed content; `files.list`: size and SHA-256 of each.

mod contents;
mod create;
mod files;
mod manifest;
mod open;
mod restore;
mod rows;
mod verify;

use std::sync::Arc;

use dossier_core::store::StoreError;

use crate::anchor::{Anchor, AnchorKey};
use crate::blobs::Objects;
use crate::planted::reached;

pub use crate::transfer::snapshot::Pace;
pub use create::{Created, Source, create, delete_older};
pub use manifest::{Files, Manifest, Rows};
pub use open::Opened;
pub use restore::{Restored, restore_files, restore_rows, schema_in};
pub use verify::{Finding, Part, compare_rows};

pub(crate) const MANIFEST: &str = "manifest.json";
/// How far each audit trail had come, signed.
pub(crate) const ANCHOR: &str = "anchor";
/// Names the installation. Written first.
pub(crate) const BEGUN: &str = "begun";
pub(crate) const FILE_LIST: &str = "files.list";
/// Bytes that are written or read at once.
pub(crate) const PIECE: usize = 1024 * 1024;

/// A backup at a place.
#[derive(Clone)]
pub struct Backup {
    place: Arc<dyn Objects>,
    /// Its name: when it was begun, and a few letters of its own.
    pub name: String,
    /// What is in it.
    pub manifest: Manifest,
}

impl Backup {
    /// The complete backups of a place, oldest first.
    ///
    /// # Errors
    ///
    /// The place's. A backup with a damaged manifest is left out: it can still be named.
    pub async fn list(place: &Arc<dyn Objects>) -> Result<Vec<Self>, StoreError> {
        let names = names(place).await?;
        let mut backups = Vec::new();
        for name in names {
            match Self::open(place, &name).await {
                Ok(backup) => backups.push(backup),
                Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(backups)
    }

    /// The newest complete backup of an installation.
    async fn newest_of(place: &Arc<dyn Objects>, installation: &str) -> Result<Option<Self>, StoreError> {
        for name in names(place).await?.iter().rev() {
            match Self::open(place, name).await {
                Ok(backup) if backup.manifest.installation.to_string() == installation => return Ok(Some(backup)),
                Ok(_) | Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The backup of this name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there is no complete one, or its manifest was altered.
    pub async fn open(place: &Arc<dyn Objects>, name: &str) -> Result<Self, StoreError> {
        let object = format!("{name}/{MANIFEST}");
        let size = place.object_size(&object).await?;
        let size =
            size.ok_or_else(|| StoreError::Corrupt(format!("{name} is not a complete backup: it has no manifest")))?;
        let manifest = Manifest::read(&place.read_object(&object, 0..size).await?)?;
        Ok(Self { place: Arc::clone(place), name: name.to_owned(), manifest })
    }

    /// The newest complete backup of a place, or the one of this name.
    ///
    /// # Errors
    ///
    /// As [`Backup::open`].
    pub async fn find(place: &Arc<dyn Objects>, name: Option<&str>) -> Result<Self, StoreError> {
        if let Some(name) = name {
            return Self::open(place, name).await;
        }
        for name in names(place).await?.iter().rev() {
            // A damaged manifest is an error: an older backup must not take its place silently.
            if place.object_size(&format!("{name}/{MANIFEST}")).await?.is_some() {
                return Self::open(place, name).await;
            }
        }
        Err(StoreError::Corrupt("there is no complete backup".into()))
    }

    /// How far each audit trail had come at the moment of the backup. `None` when it was made before backups had an
    /// anchor.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the anchor is missing, was altered, or is of another moment.
    pub async fn anchor(&self, key: &AnchorKey) -> Result<Option<Anchor>, StoreError> {
        if self.manifest.has_no_anchor() {
            return Ok(None);
        }
        let wrong = |why: &str| StoreError::Corrupt(format!("the anchor of the backup: {why}"));
        let text = self.place.read_object(&self.object(ANCHOR), 0..self.size(ANCHOR).await?).await?;
        let text = std::str::from_utf8(&text).map_err(|_| wrong("it was altered"))?;
        let anchor = key.read(&self.shown(), text).map_err(|error| wrong(&error.to_string()))?;
        let same_moment = anchor.checkpoints.iter().all(|one| one.at == self.manifest.created_at);
        if anchor.is_whole && same_moment { Ok(Some(anchor)) } else { Err(wrong("it is of another moment")) }
    }

    /// How the mark of a database that is being restored names this backup.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("the backup {}", self.name)
    }

    fn object(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    async fn size(&self, name: &str) -> Result<u64, StoreError> {
        let size = self.place.object_size(&self.object(name)).await?;
        size.ok_or_else(|| StoreError::Corrupt(format!("{name} is missing in the backup")))
    }

    /// Deletes the backup, its manifest first: from then on nothing takes it for complete.
    ///
    /// # Errors
    ///
    /// The place's.
    pub async fn delete(self) -> Result<(), StoreError> {
        delete(&self.place, &self.name).await
    }
}

/// Whether a name is one that a backup is given. Whatever else lies at a place is not ours: it is neither read nor
/// deleted.
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

/// The names of backups at a place, complete or not, oldest first.
async fn names(place: &Arc<dyn Objects>) -> Result<Vec<String>, StoreError> {
    let mut names = place.list_names().await?;
    names.retain(|name| is_name(name));
    names.sort();
    Ok(names)
}

/// Deletes everything below a name. The manifest goes first, for good, so that no power cut leaves half a backup that
/// looks complete; what says whose it is goes last, so that the next backup deletes what an interruption left.
pub(crate) async fn delete(place: &Arc<dyn Objects>, name: &str) -> Result<(), StoreError> {
    place.delete_object(&format!("{name}/{MANIFEST}")).await?;
    place.sync_below(name).await?;
    reached("backup: an old manifest deleted");
    let begun = format!("{name}/{BEGUN}");
    for object in place.list_objects(name).await?.into_iter().filter(|object| object.name != begun) {
        place.delete_object(&object.name).await?;
    }
    reached("backup: an old one emptied");
    place.delete_object(&begun).await
}
