//! The contents of files in a backup. A content never changes, so one that another backup at the same place has gets a
//! second name there instead of being copied: that is how a backup that was interrupted is taken up, too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use dossier_core::store::StoreError;
use sha2::{Digest as _, Sha256};

use super::manifest::{Files, hexadecimal};
use super::{BEGUN, Backup, FILE_LIST, PIECE, Pace};
use crate::blobs::{BlobPath, Blobs, Objects};

/// A file whose row is in the backup.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) path: BlobPath,
    /// Whether it belongs to a customer; one that does not is deleted when nobody attaches it.
    pub(super) attached: bool,
}

/// A line of the list of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: BlobPath,
    /// Size and SHA-256; `None` for what had no content.
    pub(super) content: Option<(u64, String)>,
}

/// Reads the list of a backup's files.
pub(super) async fn read_list(backup: &Backup) -> Result<Vec<Listed>, StoreError> {
    let altered = || StoreError::Corrupt(format!("{FILE_LIST} was altered"));
    let size = backup.size(FILE_LIST).await?;
    let mut text = Vec::new();
    for begin in (0..size).step_by(PIECE) {
        let end = size.min(begin + PIECE as u64);
        text.extend(backup.place.read_object(&backup.object(FILE_LIST), begin..end).await?);
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
        Some(Listed { path, content })
    };
    text.lines().map(|text| line(text).ok_or_else(altered)).collect()
}

/// Contents that other backups at the place have: the name of each, its size, and its hash when one is known.
#[derive(Default)]
pub(super) struct Known(BTreeMap<String, (String, u64, Option<String>)>);

impl Known {
    /// Of the newest complete backup, and of those of the same installation that were interrupted.
    pub(super) async fn at(place: &Arc<dyn Objects>, own: &str, installation: &str) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for name in unfinished(place, installation).await? {
            if name == own {
                continue;
            }
            let folder = format!("{name}/files/");
            for object in place.list_objects(&format!("{name}/files")).await? {
                if let Some(path) = object.name.strip_prefix(&folder).map(str::to_owned) {
                    known.0.insert(path, (object.name, object.size, None));
                }
            }
        }
        if let Ok(newest) = Backup::find(place, None).await {
            for listed in read_list(&newest).await.unwrap_or_default() {
                if let Some((size, hash)) = listed.content {
                    let name = newest.object(&format!("files/{}", listed.path));
                    known.0.insert(listed.path.to_string(), (name, size, Some(hash)));
                }
            }
        }
        Ok(known)
    }

    pub(super) fn has(&self, path: BlobPath, size: u64) -> bool {
        self.0.get(&path.to_string()).is_some_and(|(_, known, _)| *known == size)
    }
}

/// The names of the backups of this installation that have no manifest.
pub(super) async fn unfinished(place: &Arc<dyn Objects>, installation: &str) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for name in place.list_names().await? {
        let (begun, manifest) = (format!("{name}/{BEGUN}"), format!("{name}/{}", super::MANIFEST));
        if place.object_size(&manifest).await?.is_some() {
            continue;
        }
        let Some(size) = place.object_size(&begun).await? else { continue };
        if place.read_object(&begun, 0..size).await? == installation.as_bytes() {
            names.push(name);
        }
    }
    Ok(names)
}

/// Copies the contents and writes the list of them.
pub(super) async fn copy_all(
    blobs: &dyn Blobs,
    place: &Arc<dyn Objects>,
    name: &str,
    (wanted, sizes, known): (&[Wanted], &BTreeMap<String, u64>, &Known),
    pace: Pace,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Files, StoreError> {
    let (mut files, mut list) = (Files::default(), String::new());
    for (done, Wanted { path, attached }) in wanted.iter().enumerate() {
        let object = format!("{name}/files/{path}");
        let began = Instant::now();
        let content = match sizes.get(&path.to_string()) {
            Some(size) => copy_one(blobs, place, *path, *size, &object, known).await?,
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
        tokio::time::sleep(pace.rest(began.elapsed())).await;
        progress(done as u64 + 1);
    }
    files.sha256 = hexadecimal(&Sha256::digest(list.as_bytes()));
    let mut writer = place.create_object(&format!("{name}/{FILE_LIST}")).await?;
    for piece in list.as_bytes().chunks(PIECE) {
        writer.write(piece.to_vec()).await?;
    }
    writer.finish().await?;
    Ok(files)
}

/// `None` when the content is gone.
async fn copy_one(
    blobs: &dyn Blobs,
    place: &Arc<dyn Objects>,
    path: BlobPath,
    size: u64,
    object: &str,
    known: &Known,
) -> Result<Option<(u64, String)>, StoreError> {
    if let Some((other, other_size, hash)) = known.0.get(&path.to_string())
        && *other_size == size
    {
        let hash = match hash {
            Some(hash) => hash.clone(),
            None => hash_of_object(&**place, other, size).await?,
        };
        place.link_object(other, object).await?;
        return Ok(Some((size, hash)));
    }
    let (mut hash, mut writer) = (Sha256::new(), place.create_object(object).await?);
    for begin in (0..size).step_by(PIECE) {
        match blobs.read(path, begin..size.min(begin + PIECE as u64)).await {
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

pub(super) async fn hash_of_object(place: &dyn Objects, object: &str, size: u64) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    for begin in (0..size).step_by(PIECE) {
        hash.update(place.read_object(object, begin..size.min(begin + PIECE as u64)).await?);
    }
    Ok(hexadecimal(&hash.finalize()))
}
