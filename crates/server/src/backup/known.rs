//! The keys that a restore or a verification has at hand: the keyring and, for a backup that is older than a rotation,
//! the newest key export.

use std::path::{Path, PathBuf};

use dossier_store::backup::Backup;
use dossier_store::key_export::{KeyExport, path_beside};
use dossier_store::vault::{Keyring, RootKey};

use crate::errors::cannot;

/// Where keys are looked for.
pub(crate) struct KeySources<'a> {
    /// The keyring to use.
    pub keyring: &'a Path,
    /// The export to use. `None` for the newest of those beside the keyrings and the backup.
    pub export: Option<&'a Path>,
    /// Other keyrings that may have an export beside them.
    pub others: Vec<PathBuf>,
}

/// What opens a backup.
pub(crate) struct KnownKeys {
    pub keyring: Keyring,
    /// `None` if the keyring alone opens the backup.
    pub export: Option<KeyExport>,
}

impl KnownKeys {
    /// Finds the keys of a backup before anything is restored.
    ///
    /// # Errors
    ///
    /// In words for the operator: which keyring or export is wrong, too old or damaged.
    pub(crate) async fn of(backup: &Backup, from: &KeySources<'_>, root: &RootKey) -> Result<Self, String> {
        let (manifest, path) = (&backup.manifest, from.keyring);
        let keyring = Keyring::open(path, root).map_err(cannot("use the keyring", path))?;
        if keyring.installation() != *manifest.installation.as_bytes() {
            return Err(format!("{} is the keyring of another installation", path.display()));
        }
        if manifest.newest_epoch > keyring.active() {
            return Err(format!(
                "the keyring {} is older than the backup of {}: it ends with epoch {}, and the backup has seen epoch \
                    {}. Pass the newest copy of the keyring with --keyring",
                path.display(),
                manifest.created_at,
                keyring.active(),
                manifest.newest_epoch
            ));
        }
        let absent: Vec<_> = manifest.epochs.iter().filter(|epoch| !keyring.has_epoch(**epoch)).collect();
        if absent.is_empty() && from.export.is_none() {
            return Ok(Self { keyring, export: None });
        }
        let (found, mut unusable) = exports(backup, from, &keyring).await;
        if let Some(export) = found {
            return Ok(Self { keyring, export: Some(export) });
        }
        if from.export.is_none() {
            let absent: Vec<_> = absent.into_iter().map(u32::to_string).collect();
            let text = format!(
                "the keyring {} lacks the key of epoch {}, which the backup of {} needs: pass the newest key export \
                    with --keys, or the keyring copy from that time with --keyring",
                path.display(),
                absent.join(", "),
                manifest.created_at
            );
            unusable.insert(0, text);
        }
        Err(unusable.join("\n"))
    }
}

/// The newest export that can be used, and why others cannot.
async fn exports(backup: &Backup, from: &KeySources<'_>, keyring: &Keyring) -> (Option<KeyExport>, Vec<String>) {
    let mut found = Vec::new();
    if let Some(path) = from.export {
        let export = KeyExport::at(path, keyring).await;
        found.push(
            export.and_then(|export| {
                export.map(Some).ok_or_else(|| format!("there is no key export {}", path.display()))
            }),
        );
    } else {
        for path in std::iter::once(from.keyring).chain(from.others.iter().map(PathBuf::as_path)) {
            found.push(KeyExport::at(&path_beside(path), keyring).await);
        }
        found.push(KeyExport::beside_backups(backup.storage(), keyring).await);
    }
    let (mut newest, mut unusable) = (None::<KeyExport>, Vec::new());
    for export in found {
        let checked = match export {
            Ok(Some(export)) => export.check().await.map(|_| export),
            Ok(None) => continue,
            Err(why) => Err(why),
        };
        match checked {
            Ok(export) => {
                let age = |export: &KeyExport| (export.header.epoch, export.header.created_at);
                if newest.as_ref().is_none_or(|other| age(other) < age(&export)) {
                    newest = Some(export);
                }
            }
            Err(why) if unusable.contains(&why) => {}
            Err(why) => unusable.push(why),
        }
    }
    (newest, unusable)
}
