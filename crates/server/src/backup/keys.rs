//! Exports the keys, which a backup never contains.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use dossier_store::durable::folder_of;
use dossier_store::ledger;
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::storage::file_url_folder;
use crate::errors::{cannot, text};
use crate::installation::root_key::root_key;

/// Copies the keyring, which the root key seals, to a new file, and the ledger of erasures beside it. The root key is
/// put beside it only when asked for.
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
    let keyring =
        std::fs::read(&config.storage.keyring).map_err(cannot("read the keyring", &config.storage.keyring))?;
    let root_key = with_root_key.then(|| root_key(config)).transpose().map_err(text)?;
    publish(to, |new| {
        let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(new);
        file.and_then(|mut file| file.write_all(&keyring).and_then(|()| file.sync_all())).map_err(text)
    })?;
    let mut exported = json!({ "keyring": to.display().to_string() });
    let own_ledger = ledger::path_beside(&config.storage.keyring);
    if own_ledger.exists() {
        let copy = ledger::path_beside(to);
        let copied = publish(&copy, |new| {
            std::fs::copy(&own_ledger, new).and_then(|_| std::fs::File::open(new)?.sync_all()).map_err(text)
        });
        if let Err(error) = copied {
            let _ = std::fs::remove_file(to);
            return Err(error);
        }
        exported["ledger"] = copy.display().to_string().into();
    }
    if let Some(key) = root_key {
        let path = beside(to, ".root-key");
        if let Err(error) = publish(&path, |new| key.write_file(new).map_err(text)) {
            // A keyring alone would look like a whole export.
            let _ = std::fs::remove_file(to);
            return Err(error);
        }
        exported["root_key"] = path.display().to_string().into();
    }
    std::fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(cannot("sync", &folder))?;
    Ok(exported)
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
