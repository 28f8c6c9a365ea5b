//! Makes a backup: rows from one snapshot, then the files that they name, then the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, FileId};
use dossier_core::store::{Progress, StoreError};
use futures_util::TryStreamExt as _;

use super::files::{self, KnownContents, Sizes, WantedFile};
use super::manifest::Manifest;
use super::rows::RowWriter;
use super::{ANCHOR, BEGUN, Backup, MANIFEST, Pace, delete};
use crate::anchor::{AnchorKey, Position};
use crate::blobs::{BlobPath, Blobs, Objects};
use crate::columns::scope_of;
use crate::planted::reached;
use crate::transfer::Shape;
use crate::transfer::mark::Location;
use crate::transfer::record::Record;
use crate::transfer::snapshot::{Facts, Snapshot};

/// What to back up.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub location: Location<'a>,
    pub blobs: &'a dyn Blobs,
    /// Signs the ends of the audit trails.
    pub key: &'a AnchorKey,
}

/// A backup that was just made.
#[derive(Debug, Clone)]
pub struct NewBackup {
    pub name: String,
    pub manifest: Manifest,
}

/// Makes a backup. If it fails, whatever it wrote is deleted again, so that a full disk has room. If it is killed, the
/// next backup reuses the contents that are already there.
///
/// Fails with [`StoreError::Unavailable`] if there is too little room, and says how much is missing.
pub async fn create(
    source: Source<'_>,
    storage: &Arc<dyn Objects>,
    pace: Pace,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<NewBackup, StoreError> {
    let name = new_name(now)?;
    let made = write(source, storage, &name, pace, now, progress).await;
    match made {
        Ok(manifest) => Ok(NewBackup { name, manifest }),
        Err(error) => {
            if let Err(left) = delete(storage, &name).await {
                tracing::warn!(error = %left, name, "failed to delete the remains of a failed backup");
            }
            Err(error)
        }
    }
}

/// Starts with the time, so that names sort by age. Random letters distinguish two backups of the same time.
fn new_name(now: Timestamp) -> Result<String, StoreError> {
    let mut own = [0; 3];
    aws_lc_rs::rand::fill(&mut own).map_err(|_| StoreError::Unavailable("no randomness".into()))?;
    let time: String = now.to_string().chars().filter(|letter| letter.is_ascii_digit() || *letter == 'T').collect();
    Ok(format!("{time}Z-{}", super::manifest::hexadecimal(&own)))
}

async fn write(
    source: Source<'_>,
    storage: &Arc<dyn Objects>,
    name: &str,
    pace: Pace,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Manifest, StoreError> {
    let (snapshot, facts) = Snapshot::take(source.location, pace).await?;
    let installation = AccountId::from_bytes(facts.installation);
    let known = KnownContents::at(storage, name, &installation.to_string()).await?;
    // The list is taken after the snapshot, so a file is missing only if it was deleted since.
    let sizes = sizes(source.blobs).await?;
    check_room(&snapshot, storage, &sizes, &known).await?;
    let mut begun = storage.create_object(&format!("{name}/{BEGUN}")).await?;
    reached("backup: named");
    begun.write(installation.to_string().into_bytes()).await?;
    begun.finish().await?;
    reached("backup: begun");

    let mut total = sizes.len() as u64;
    for shape in &facts.shapes {
        total += snapshot.count(shape).await;
    }
    let mut copied = Rows {
        manifest: manifest(&facts, now),
        epochs: BTreeSet::new(),
        files: Vec::new(),
        ends: BTreeMap::new(),
        done: 0,
    };
    for shape in &facts.shapes {
        copied.copy(&snapshot, &**storage, name, shape, pace, &|done| progress(done.min(total), total)).await?;
    }
    // The log of the embedded engine grows for as long as the snapshot is held.
    drop(snapshot);
    reached("backup: rows copied");
    let Rows { mut manifest, epochs, files, ends, done } = copied;
    manifest.epochs = epochs.into_iter().collect();
    let wanted = (&files[..], &sizes, &known);
    let report = |files: u64| progress((done + files).min(total), total);
    manifest.files = files::copy_all(source.blobs, storage, name, wanted, pace, &report).await?;
    reached("backup: contents copied");
    let mut anchor = storage.create_object(&format!("{name}/{ANCHOR}")).await?;
    anchor.write(source.key.write(&ends, now).into_bytes()).await?;
    anchor.finish().await?;
    storage.sync_below(name).await?;
    reached("backup: synced");
    let mut writer = storage.create_object(&format!("{name}/{MANIFEST}")).await?;
    let text = manifest.write();
    writer.write(text.clone()).await?;
    reached("backup: manifest written");
    writer.finish().await?;
    reached("backup: complete");
    progress(total, total);
    Manifest::read(&text)
}

fn manifest(facts: &Facts, now: Timestamp) -> Manifest {
    let mut manifest = Manifest::new(now, facts.engine, facts.schema);
    manifest.installation = AccountId::from_bytes(facts.installation);
    manifest.newest_epoch = facts.newest_epoch;
    manifest
}

async fn sizes(blobs: &dyn Blobs) -> Result<Sizes, StoreError> {
    let (mut sizes, mut listing) = (Sizes::new(), blobs.list());
    while let Some(listed) = listing.try_next().await? {
        sizes.insert(listed.path, listed.size);
        // Listing a folder never awaits, so let other tasks run.
        if sizes.len() % 64 == 0 {
            tokio::task::yield_now().await;
        }
    }
    Ok(sizes)
}

/// Checks an upper bound: the size of the database includes its indexes.
async fn check_room(
    snapshot: &Snapshot,
    storage: &Arc<dyn Objects>,
    sizes: &Sizes,
    known: &KnownContents,
) -> Result<(), StoreError> {
    let Some(free) = storage.free() else { return Ok(()) };
    let new = sizes.iter().filter(|(path, size)| !known.has(**path, **size));
    let needed = snapshot.size().await + new.map(|(_, size)| size).sum::<u64>();
    if needed <= free {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let text = format!(
        "the backup needs up to {} MiB, but {} MiB are free: {} MiB short",
        mib(needed),
        mib(free),
        mib(needed - free)
    );
    Err(StoreError::Unavailable(text))
}

/// The copied rows, with the epochs and files that they name.
struct Rows {
    manifest: Manifest,
    epochs: BTreeSet<u32>,
    files: Vec<WantedFile>,
    /// The ends of the audit trails.
    ends: BTreeMap<Scope, Position>,
    done: u64,
}

impl Rows {
    async fn copy(
        &mut self,
        snapshot: &Snapshot,
        storage: &dyn Objects,
        name: &str,
        shape: &Shape,
        pace: Pace,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), StoreError> {
        let mut writer = RowWriter::begin(storage, name, shape).await?;
        let epoch = shape.position("epoch");
        let mut records = snapshot.records(shape, None);
        while let Some(portion) = records.recv().await {
            let (portion, began) = (portion?, Instant::now());
            for record in &portion {
                writer.write(record).await?;
                let number = epoch.and_then(|index| record[index].number());
                self.epochs.extend(number.and_then(|number| u32::try_from(number).ok()));
                match shape.name {
                    "files" => self.files.push(wanted(shape, record)?),
                    "audit_heads" => self.ends.extend(end(shape, record)),
                    _ => {}
                }
            }
            self.done += portion.len() as u64;
            progress(self.done);
            tokio::time::sleep(pace.rest(began.elapsed())).await;
        }
        self.manifest.rows.push(writer.finish().await?);
        reached("backup: a table copied");
        Ok(())
    }
}

/// The end of a trail that has entries.
fn end(shape: &Shape, record: &Record) -> Option<(Scope, Position)> {
    let column = |name: &str| shape.position(name).map(|index| &record[index]);
    let account = column("account_id")?.bytes()?.try_into().ok()?;
    let scope = scope_of(account, u8::try_from(column("environment")?.number()?).ok()?).ok()?;
    let entry = u64::try_from(column("seq")?.number()?).ok().filter(|entry| *entry > 0)?;
    Some((scope, Position { entry, hash: column("hash")?.bytes()?.try_into().ok()? }))
}

fn wanted(shape: &Shape, record: &Record) -> Result<WantedFile, StoreError> {
    let column = |name: &str| shape.position(name).map(|index| &record[index]);
    let id = |name: &str| column(name)?.bytes().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let environment = column("environment").and_then(|value| value.number()).and_then(|one| u8::try_from(one).ok());
    let key = id("account_id").zip(environment).zip(id("file_id"));
    let ((account, environment), file) = key.ok_or_else(|| StoreError::Corrupt("a file has no id".into()))?;
    let path = BlobPath { scope: scope_of(account, environment)?, id: FileId::from_bytes(file) };
    let staged = column("staged_day").and_then(|value| value.number());
    Ok(WantedFile { path, attached: staged.is_none() })
}

/// Deletes backups of the installation beyond the newest `keep`, and the remains of interrupted ones. If other
/// processes may be making a backup at the same time (`shared`), a backup without a manifest is left alone for a day.
/// So is any backup that does not name its installation.
pub async fn delete_older(
    storage: &Arc<dyn Objects>,
    newest: &NewBackup,
    keep: Option<usize>,
    shared: bool,
) -> Result<(), StoreError> {
    let installation = newest.manifest.installation;
    let day_before = new_name(newest.manifest.created_at.plus_seconds(-24 * 60 * 60))?;
    for name in files::unfinished(storage, &installation.to_string()).await? {
        if !shared || name < day_before {
            delete(storage, &name).await?;
        }
    }
    // Another installation may be starting one at this moment.
    for name in files::empty(storage).await?.into_iter().filter(|name| *name < day_before) {
        delete(storage, &name).await?;
    }
    let Some(keep) = keep else { return Ok(()) };
    // The new one stays, even if the clock was set back and it sorts first.
    let is_older = |one: &Backup| one.manifest.installation == installation && one.name != newest.name;
    let mut own: Vec<_> = Backup::list(storage).await?.into_iter().filter(is_older).collect();
    let surplus = (own.len() + 1).saturating_sub(keep.max(1));
    for old in own.drain(..surplus) {
        old.delete().await?;
    }
    Ok(())
}
