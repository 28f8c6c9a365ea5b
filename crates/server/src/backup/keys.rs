//! Exports the keys, which a backup never contains.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use dossier_core::clock::{Clock as _, Timestamp};
use dossier_store::durable::{self, folder_of};
use dossier_store::{key_export, ledger};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config::Config;
use crate::config::storage::file_url_folder;
use crate::errors::{cannot, text};
use crate::installation::root_key::root_key;
use crate::system::SystemClock;

/// Copies the keyring, which the root key seals, to a new file, and the ledger of erasures and the key export beside
/// it. The root key is put beside it only when asked for.
///
/// # Errors
///
/// When the file would be in the data folder or with the backups: a copy of either would then contain the keys too.
pub fn export(config: &Config, to: &Path, with_root_key: bool, anywhere: bool) -> Result<Value, String> {
    let folder = folder_of(to);
    let folder = folder.canonicalize().map_err(cannot("find the folder", folder))?;
    let backups = config.backups.place.as_deref().map(|place| PathBuf::from(file_url_folder(place).unwrap_or(place)));
    for (kept, what) in [(Some(config.data_dir.clone()), "data folder"), (backups, "place of backups")] {
        let within = kept.and_then(|kept| kept.canonicalize().ok()).is_some_and(|kept| folder.starts_with(kept));
        if within && !anywhere {
            return Err(format!(
                "{} is in the {what}: anyone who copies that would have the keys too. Choose another place, or pass \
                    --anywhere",
                to.display()
            ));
        }
    }
    let root_key = with_root_key.then(|| root_key(config)).transpose().map_err(text)?;
    let mut copies = Copies::default();
    let copied = copies.of_keyring(&config.storage.keyring, to).and_then(|()| match root_key {
        Some(key) => copies.publish("root_key", &beside(to, ".root-key"), |new| key.write_file(new).map_err(text)),
        None => Ok(()),
    });
    // A part would look like a whole export.
    copied.inspect_err(|_| copies.delete())?;
    std::fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(cannot("sync", &folder))?;
    let copied = CopiedKeyring { epoch: active_epoch(to), at: SystemClock.now() };
    let copied = serde_json::to_vec(&copied).expect("it has string keys only");
    if let Err(error) = durable::replace(&beside(&config.storage.keyring, COPIED), &copied) {
        tracing::warn!(%error, "failed to record that the keyring was copied");
    }
    Ok(copies.into_json())
}

/// When a keyring was last copied by command, so that `doctor` can tell whether there is a copy of the newest epoch.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CopiedKeyring {
    pub epoch: u64,
    pub at: Timestamp,
}

const COPIED: &str = ".copied";

impl CopiedKeyring {
    /// `None` if it was never copied.
    #[must_use]
    pub fn last(keyring: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(beside(keyring, COPIED)).ok()?).ok()
    }
}

/// The active epoch of a keyring, which is there in plain text. 0 if it cannot be read.
fn active_epoch(keyring: &Path) -> u64 {
    let file: Value =
        std::fs::read(keyring).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let epochs = file["epochs"].as_array();
    let active = epochs.into_iter().flatten().find(|epoch| epoch["state"] == "active");
    active.and_then(|epoch| epoch["epoch"].as_u64()).unwrap_or(0)
}

/// Copies a keyring to a new file, and what belongs to it beside that.
pub(super) fn copy(keyring: &Path, to: &Path) -> Result<(), String> {
    let mut copies = Copies::default();
    copies.of_keyring(keyring, to).inspect_err(|_| copies.delete())
}

/// The files that were written, each with what it is.
#[derive(Default)]
struct Copies(Vec<(&'static str, PathBuf)>);

impl Copies {
    /// The ledger is copied last, so that it names every customer that is missing from the key export.
    fn of_keyring(&mut self, keyring: &Path, to: &Path) -> Result<(), String> {
        let content = std::fs::read(keyring).map_err(cannot("read the keyring", keyring))?;
        self.publish("keyring", to, |new| {
            let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(new);
            file.and_then(|mut file| file.write_all(&content).and_then(|()| file.sync_all())).map_err(text)
        })?;
        for (what, beside) in
            [("keys", key_export::path_beside as fn(&Path) -> PathBuf), ("ledger", ledger::path_beside)]
        {
            let own = beside(keyring);
            if own.exists() {
                self.publish(what, &beside(to), |new| {
                    std::fs::copy(&own, new).and_then(|_| std::fs::File::open(new)?.sync_all()).map_err(text)
                })?;
            }
        }
        Ok(())
    }

    fn publish(
        &mut self,
        what: &'static str,
        path: &Path,
        write: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<(), String> {
        publish(path, write)?;
        self.0.push((what, path.to_owned()));
        Ok(())
    }

    fn delete(&self) {
        for (_, path) in &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }

    fn into_json(self) -> Value {
        self.0
            .into_iter()
            .map(|(what, path)| (what.to_owned(), path.display().to_string().into()))
            .collect::<Map<_, _>>()
            .into()
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    PathBuf::from(beside)
}

/// Writes a file under another name and renames it, so that it is always complete. An existing file is never replaced.
/// It does not use hard links, because file systems of USB sticks do not have them.
fn publish(path: &Path, write: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    let new = beside(path, ".new");
    // A killed attempt may have left it.
    let _ = std::fs::remove_file(&new);
    let published = write(&new).and_then(|()| match path.exists() {
        true => Err("it already exists".to_owned()),
        false => std::fs::rename(&new, path).map_err(text),
    });
    published.map_err(|error| {
        let _ = std::fs::remove_file(&new);
        cannot("write", path)(error)
    })
}
