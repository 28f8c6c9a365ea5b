//! The keyring: the epoch keys in one small file, sealed by the root key. It is always replaced whole and atomically.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::clock::Timestamp;
use dossier_core::ids::AccountId;
use serde::{Deserialize, Serialize};

use super::{Binding, Cell, RootKey, SecretKey, Vault};
use crate::OpenError;
use crate::durable::{self, folder_of};
use crate::rows::NEWEST_STEP;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EpochState {
    /// Wraps new keys.
    Active,
    /// Opens keys that are not wrapped again yet.
    DecryptOnly,
    /// The key no longer exists in any file.
    Destroyed,
}

/// An epoch as the file holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Epoch {
    epoch: u32,
    state: EpochState,
    created_at: String,
    /// When the key was destroyed. Older versions did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    destroyed_at: Option<String>,
    /// The sealed key in base64. Empty once destroyed.
    sealed: String,
}

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    installation: AccountId,
    /// Distinguishes a wrong root key from an altered file. It is derived from the root key and useless without it.
    root_key_check: String,
    /// The last step that sealed rows which were stored before rows had seals. It stands here and not in the database:
    /// someone who can write to the database could otherwise have altered rows sealed.
    #[serde(default)]
    sealed_rows: u32,
    epochs: Vec<Epoch>,
}

pub struct Keyring {
    path: PathBuf,
    root: RootKey,
    file: File,
    keys: Vec<(u32, SecretKey)>,
}

impl Keyring {
    /// Creates a keyring with one epoch and writes it.
    pub fn create(path: &Path, root: &RootKey, created_at: String) -> Result<Self, OpenError> {
        let mut installation = [0; 16];
        installation.copy_from_slice(&SecretKey::random().expose()[..16]);
        let file = File {
            format: 1,
            installation: AccountId::from_bytes(installation),
            root_key_check: check_value(root),
            // Every row of a new database is sealed when it is written.
            sealed_rows: NEWEST_STEP,
            epochs: Vec::new(),
        };
        let mut keyring = Self { path: path.to_owned(), root: root.clone(), file, keys: Vec::new() };
        keyring.begin_epoch(created_at)?;
        Ok(keyring)
    }

    pub fn open(path: &Path, root: &RootKey) -> Result<Self, OpenError> {
        let failed = |cause| OpenError::File { attempt: "read the keyring", path: path.to_owned(), cause };
        let text = fs::read(path).map_err(failed)?;
        let file: File =
            serde_json::from_slice(&text).map_err(|error| OpenError::KeyringUnreadable(error.to_string()))?;
        if file.format != 1 {
            return Err(OpenError::KeyringUnreadable(format!("format {} is not known here", file.format)));
        }
        if file.root_key_check != check_value(root) {
            return Err(OpenError::WrongRootKey);
        }
        let mut keys = Vec::new();
        for epoch in file.epochs.iter().filter(|epoch| epoch.state != EpochState::Destroyed) {
            let key = STANDARD
                .decode(&epoch.sealed)
                .ok()
                .and_then(|sealed| Cell::open(sealed, &root.0, &binding(&file.installation, epoch.epoch)).ok())
                .and_then(|key| SecretKey::from_slice(&key))
                .ok_or_else(|| OpenError::KeyringUnreadable(format!("epoch {} was altered", epoch.epoch)))?;
            keys.push((epoch.epoch, key));
        }
        if file.epochs.iter().filter(|epoch| epoch.state == EpochState::Active).count() != 1 {
            return Err(OpenError::KeyringUnreadable("there is not exactly one active epoch".into()));
        }
        Ok(Self { path: path.to_owned(), root: root.clone(), file, keys })
    }

    /// The id that keyring and database share.
    #[must_use]
    pub fn installation(&self) -> [u8; 16] {
        *self.file.installation.as_bytes()
    }

    /// The epoch that wraps new keys.
    #[must_use]
    pub fn active(&self) -> u32 {
        let active = self.file.epochs.iter().find(|epoch| epoch.state == EpochState::Active);
        active.expect("a keyring has one active epoch").epoch
    }

    /// When the active epoch began. `None` if the file does not say it in RFC 3339.
    #[must_use]
    pub fn active_since(&self) -> Option<Timestamp> {
        let active = self.file.epochs.iter().find(|epoch| epoch.state == EpochState::Active)?;
        Timestamp::parse(&active.created_at)
    }

    /// When the last of the epochs up to this one was destroyed. `None` while one of them exists.
    #[must_use]
    pub fn destroyed_at(&self, epoch: u32) -> Option<Timestamp> {
        let mut newest = None;
        for one in self.file.epochs.iter().filter(|one| one.epoch <= epoch) {
            if one.state != EpochState::Destroyed {
                return None;
            }
            newest = newest.max(one.destroyed_at.as_deref().and_then(Timestamp::parse));
        }
        newest
    }

    /// Whether a rotation began and has not ended: an epoch before the active one still exists.
    #[must_use]
    pub fn is_rotating(&self) -> bool {
        self.keys.len() > 1
    }

    /// The epochs whose keys exist.
    pub fn epochs(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().map(|(epoch, _)| *epoch)
    }

    /// The keys of all epochs.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = SecretKey> {
        self.keys.iter().map(|(_, key)| key.clone())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The key that seals the key exports of an epoch.
    pub(crate) fn export_key(&self, epoch: u32) -> Option<SecretKey> {
        self.key(epoch).map(|key| key.derive(&[b"key-export"]))
    }

    #[must_use]
    pub fn has_epoch(&self, epoch: u32) -> bool {
        self.key(epoch).is_some()
    }

    /// Fails unless this keyring belongs to the database and is new enough for it.
    pub fn belongs_to(&self, installation: [u8; 16], newest: u32) -> Result<(), OpenError> {
        let active = self.active();
        if installation != self.installation() {
            Err(OpenError::KeyringMismatch("it belongs to another installation".into()))
        } else if newest > active {
            let text = format!("it ends with epoch {active}, the database has seen epoch {newest}");
            Err(OpenError::KeyringMismatch(text))
        } else {
            Ok(())
        }
    }

    /// The last step that sealed rows which were stored before rows had seals. A row without a seal is refused from
    /// then on.
    #[must_use]
    pub fn sealed_rows(&self) -> u32 {
        self.file.sealed_rows
    }

    /// Records that a sealing step is done. It is durable on return. On failure the keyring stays as it was.
    pub fn set_sealed_rows(&mut self, step: u32) -> Result<(), OpenError> {
        let before = std::mem::replace(&mut self.file.sealed_rows, step);
        self.write().inspect_err(|_| self.file.sealed_rows = before)
    }

    /// Reads the file again: another process may have begun or ended epochs. On failure the keyring in memory stays as
    /// it was.
    pub fn reload(&mut self) -> Result<(), OpenError> {
        let read = Self::open(&self.path, &self.root)?;
        if read.file.installation != self.file.installation {
            return Err(OpenError::KeyringMismatch("it belongs to another installation".into()));
        }
        *self = read;
        Ok(())
    }

    pub(super) fn key(&self, epoch: u32) -> Option<&SecretKey> {
        self.keys.iter().find(|(number, _)| *number == epoch).map(|(_, key)| key)
    }

    /// The epoch of a rotation: a new one, or the active one if a rotation to it has not ended. The epochs before it
    /// can only open keys from now on. It is durable on return. On failure the keyring stays as it was.
    pub fn begin_epoch(&mut self, created_at: String) -> Result<u32, OpenError> {
        if self.is_rotating() {
            return Ok(self.active());
        }
        let epoch = self.file.epochs.last().map_or(1, |last| last.epoch + 1);
        let key = SecretKey::random();
        let cell = Cell::seal(&self.root.0, u64::from(epoch), &binding(&self.file.installation, epoch), key.expose());
        let before = self.file.epochs.clone();
        for older in self.file.epochs.iter_mut().filter(|older| older.state == EpochState::Active) {
            older.state = EpochState::DecryptOnly;
        }
        let sealed = STANDARD.encode(cell.into_bytes());
        let state = EpochState::Active;
        self.file.epochs.push(Epoch { epoch, state, created_at, destroyed_at: None, sealed });
        self.write().inspect_err(|_| self.file.epochs = before)?;
        self.keys.push((epoch, key));
        Ok(epoch)
    }

    /// Destroys the keys of all epochs before the active one. Keys that they still wrap can never be opened again.
    pub fn destroy_before_active(&mut self, now: &str) -> Result<(), OpenError> {
        let (active, before) = (self.active(), self.file.epochs.clone());
        let living = |epoch: &&mut Epoch| epoch.epoch != active && epoch.state != EpochState::Destroyed;
        for epoch in self.file.epochs.iter_mut().filter(living) {
            epoch.state = EpochState::Destroyed;
            epoch.destroyed_at = Some(now.to_owned());
            epoch.sealed.clear();
        }
        self.write().inspect_err(|_| self.file.epochs = before)?;
        self.keys.retain(|(epoch, _)| *epoch == active);
        Ok(())
    }

    fn write(&self) -> Result<(), OpenError> {
        let cause = |cause| OpenError::File { attempt: "write the keyring", path: self.path.clone(), cause };
        let text = serde_json::to_vec_pretty(&self.file).expect("a keyring has string keys only");
        durable::replace(&self.path, &text).map_err(cause)
    }
}

/// Makes the name of a file durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), OpenError> {
    let folder = folder_of(path);
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|cause| OpenError::File {
        attempt: "sync the folder",
        path: folder.to_owned(),
        cause,
    })
}

fn binding(installation: &AccountId, epoch: u32) -> Binding<'_> {
    Binding {
        scope: Vault::INSTALLATION,
        subject: installation.as_bytes(),
        table: "keyring",
        section: "epoch",
        row: b"",
        version: u64::from(epoch),
    }
}

fn check_value(root: &RootKey) -> String {
    STANDARD.encode(root.0.derive(&[b"root-key-check"]).commitment())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_opens_with_its_root_key_and_no_other() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("keyring.json");
        let root = RootKey::random();
        let installation = Keyring::create(&path, &root, "now".into()).expect("a keyring").installation();
        assert_eq!(Keyring::open(&path, &root).expect("its own root key").installation(), installation);
        for _ in 0..12 {
            assert!(matches!(Keyring::open(&path, &RootKey::random()), Err(OpenError::WrongRootKey)));
        }
    }

    #[test]
    fn an_altered_keyring_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("keyring.json");
        let root = RootKey::random();
        Keyring::create(&path, &root, "now".into()).expect("a keyring");
        let text = fs::read_to_string(&path).expect("the file");
        for (from, to) in [
            ("\"epoch\": 1", "\"epoch\": 2"),
            ("\"format\": 1", "\"format\": 2"),
            ("active", "decrypt-only"),
            ("{", "["),
        ] {
            fs::write(&path, text.replacen(from, to, 1)).expect("an altered file");
            assert!(matches!(Keyring::open(&path, &root), Err(OpenError::KeyringUnreadable(_))), "{from}");
        }
    }
}
