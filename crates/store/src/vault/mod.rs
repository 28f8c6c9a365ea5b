//! The vault: the key tree, sealed cells and blind indexes. Engines store what it gives them and cannot read it.
//!
//! ```text
//! root key            from a file, the environment or a command; never in the database
//!  └─ epoch key n     in the keyring file, sealed by the root key
//! ├─ subject key     one per data subject, sealed directly under HKDF(epoch key, "subject-wrap", environment, account)
//!      │    └─ HKDF: names, profile, secret, kyc, events, replay, audit, looks; file-wrap: seals the keys of
//!      │           attached files
//!      ├─ staging key     one per account, environment and day: seals the keys of files that are not attached yet
//! ├─ scope key       one per account and environment: HKDF: service, blind indexes, idempotency, audit
//!      │                   chain, seals of rows
//!      └─ pepper          HKDF: finds API keys; seals tickets
//! process key         random at every start, never stored: seals what stays in memory between requests
//! ```
//!
//! Subject keys are wrapped by the epoch key alone and by no key that lasts. So an epoch that ends takes erased
//! subjects with it, in old backups too.

mod cell;
mod key;
mod keyring;
mod midstates;
mod name_keys;
mod process_key;
mod root_key;
mod row;
mod scope;
pub mod stream;
mod subject;
mod ticket;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use aws_lc_rs::aead::LessSafeKey;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, PersonId};
use dossier_core::store::StoreError;

pub use cell::{Binding, Cell};
pub use key::SecretKey;
pub use keyring::Keyring;
pub use midstates::Midstates;
pub(crate) use name_keys::NameKeys;
pub use process_key::ProcessKey;
pub use root_key::RootKey;
pub use row::{Fields, RowSeal};
pub use scope::{Fingerprint, ScopeKeys};
pub use subject::{Purpose, SubjectKey};
pub use ticket::Tickets;

/// A key as it is stored: sealed under the key of an epoch.
#[derive(Debug, Clone)]
pub struct WrappedKey {
    pub epoch: u32,
    pub sealed: Vec<u8>,
}

pub struct Vault {
    keyring: RwLock<Keyring>,
    pepper: OnceLock<Midstates>,
    tickets: OnceLock<Tickets>,
    scopes: RwLock<HashMap<Scope, Arc<ScopeKeys>>>,
    wraps: RwLock<HashMap<(u32, Scope), SecretKey>>,
    staging: RwLock<HashMap<(Scope, i64), SecretKey>>,
    refused: Arc<AtomicU64>,
}

const POISONED: &str = "no code panics while it holds a vault lock";

impl Vault {
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring: RwLock::new(keyring),
            pepper: OnceLock::new(),
            tickets: OnceLock::new(),
            scopes: RwLock::default(),
            wraps: RwLock::default(),
            staging: RwLock::default(),
            refused: Arc::default(),
        }
    }

    /// The id that keyring and database share.
    #[must_use]
    pub fn installation(&self) -> [u8; 16] {
        self.keyring.read().expect(POISONED).installation()
    }

    /// The epoch that wraps new keys.
    #[must_use]
    pub fn active_epoch(&self) -> u32 {
        self.keyring.read().expect(POISONED).active()
    }

    /// See [`Keyring::active_since`].
    #[must_use]
    pub fn active_since(&self) -> Option<Timestamp> {
        self.keyring.read().expect(POISONED).active_since()
    }

    /// See [`Keyring::destroyed_at`].
    #[must_use]
    pub fn destroyed_at(&self, epoch: u32) -> Option<Timestamp> {
        self.keyring.read().expect(POISONED).destroyed_at(epoch)
    }

    /// How many rows were refused since the start because their seal did not match.
    #[must_use]
    pub fn refused_rows(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// See [`Keyring::sealed_rows`].
    #[must_use]
    pub fn sealed_rows(&self) -> u32 {
        self.keyring.read().expect(POISONED).sealed_rows()
    }

    /// See [`Keyring::set_sealed_rows`].
    pub fn set_sealed_rows(&self, step: u32) -> Result<(), crate::OpenError> {
        self.keyring.write().expect(POISONED).set_sealed_rows(step)
    }

    /// Reads the keyring file again: another process on the same database may have begun an epoch.
    pub fn reload_keyring(&self) {
        if let Err(error) = self.keyring.write().expect(POISONED).reload() {
            tracing::error!(%error, "failed to reload the keyring");
        }
    }

    /// See [`Keyring::is_rotating`].
    #[must_use]
    pub fn is_rotating(&self) -> bool {
        self.keyring.read().expect(POISONED).is_rotating()
    }

    /// The path of the keyring, the active epoch, and the key that seals its key exports.
    pub(crate) fn export_key(&self) -> (PathBuf, u32, SecretKey) {
        let keyring = self.keyring.read().expect(POISONED);
        let epoch = keyring.active();
        let key = keyring.export_key(epoch).expect("the active epoch has a key");
        (keyring.path().to_owned(), epoch, key)
    }

    /// See [`Keyring::begin_epoch`].
    pub fn begin_epoch(&self, created_at: String) -> Result<u32, crate::OpenError> {
        self.keyring.write().expect(POISONED).begin_epoch(created_at)
    }

    /// See [`Keyring::destroy_before_active`].
    pub fn destroy_old_epochs(&self, now: &str) -> Result<(), crate::OpenError> {
        self.keyring.write().expect(POISONED).destroy_before_active(now)?;
        self.wraps.write().expect(POISONED).retain(|(epoch, _), _| *epoch == self.active_epoch());
        Ok(())
    }

    /// The key that wraps the subject keys and the scope key of one scope under one epoch.
    fn wrap_key(&self, epoch: u32, scope: Scope) -> Result<SecretKey, StoreError> {
        if let Some(key) = self.wraps.read().expect(POISONED).get(&(epoch, scope)) {
            return Ok(key.clone());
        }
        if self.keyring.read().expect(POISONED).key(epoch).is_none() {
            // Another process may have begun it.
            self.reload_keyring();
        }
        let keyring = self.keyring.read().expect(POISONED);
        let key = keyring
            .key(epoch)
            .ok_or_else(|| StoreError::Corrupt(format!("epoch {epoch} is destroyed or unknown")))?
            .derive_wrap(scope);
        self.wraps.write().expect(POISONED).insert((epoch, scope), key.clone());
        Ok(key)
    }

    fn wrap(&self, scope: Scope, what: &str, id: &[u8], key: &SecretKey) -> Result<WrappedKey, StoreError> {
        let epoch = self.active_epoch();
        let mut content = zeroize::Zeroizing::new([0; 48]);
        content[..32].copy_from_slice(key.expose());
        content[32..].copy_from_slice(&key.commitment());
        let sealed = Cell::seal(
            &self.wrap_key(epoch, scope)?,
            u64::from(epoch),
            &wrap_binding(scope, what, id, epoch),
            &content[..],
        );
        Ok(WrappedKey { epoch, sealed: sealed.into_bytes() })
    }

    fn unwrap(&self, scope: Scope, what: &str, id: &[u8], wrapped: &WrappedKey) -> Result<SecretKey, StoreError> {
        open_wrapped(&self.wrap_key(wrapped.epoch, scope)?, scope, what, id, wrapped)
    }

    /// Creates a key for a data subject and returns it with its wrapped form, which is to be stored.
    pub fn new_subject(&self, scope: Scope, subject: PersonId) -> Result<(Arc<SubjectKey>, WrappedKey), StoreError> {
        let key = SecretKey::random();
        let wrapped = self.wrap(scope, "subject", subject.as_bytes(), &key)?;
        Ok((Arc::new(SubjectKey::new(key)), wrapped))
    }

    /// Fails if the stored key was altered or moved, or belongs to a destroyed epoch.
    pub fn open_subject(
        &self,
        scope: Scope,
        subject: PersonId,
        wrapped: &WrappedKey,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let root = self.unwrap(scope, "subject", subject.as_bytes(), wrapped)?;
        Ok(Arc::new(SubjectKey::new(root)))
    }

    /// Wraps a stored subject key under the active epoch.
    pub fn rewrap_subject(
        &self,
        scope: Scope,
        subject: PersonId,
        wrapped: &WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        let key = self.unwrap(scope, "subject", subject.as_bytes(), wrapped)?;
        self.wrap(scope, "subject", subject.as_bytes(), &key)
    }

    /// Creates a scope key and returns it wrapped, to be stored.
    pub fn new_scope(&self, scope: Scope) -> Result<WrappedKey, StoreError> {
        self.wrap(scope, "scope", b"", &SecretKey::random())
    }

    #[must_use]
    pub fn cached_scope(&self, scope: Scope) -> Option<Arc<ScopeKeys>> {
        self.scopes.read().expect(POISONED).get(&scope).cloned()
    }

    pub fn open_scope(&self, scope: Scope, wrapped: &WrappedKey) -> Result<Arc<ScopeKeys>, StoreError> {
        let keys = Arc::new(ScopeKeys::new(&self.unwrap(scope, "scope", b"", wrapped)?, Arc::clone(&self.refused)));
        self.scopes.write().expect(POISONED).insert(scope, Arc::clone(&keys));
        Ok(keys)
    }

    /// Wraps a stored scope key under the active epoch.
    pub fn rewrap_scope(&self, scope: Scope, wrapped: &WrappedKey) -> Result<WrappedKey, StoreError> {
        let key = self.unwrap(scope, "scope", b"", wrapped)?;
        self.wrap(scope, "scope", b"", &key)
    }

    /// Creates the staging key of a day and returns it wrapped, to be stored.
    pub fn new_staging(&self, scope: Scope, day: i64) -> Result<WrappedKey, StoreError> {
        self.wrap(scope, "staging", &day.to_be_bytes(), &SecretKey::random())
    }

    #[must_use]
    pub fn cached_staging(&self, scope: Scope, day: i64) -> Option<SecretKey> {
        self.staging.read().expect(POISONED).get(&(scope, day)).cloned()
    }

    pub fn open_staging(&self, scope: Scope, day: i64, wrapped: &WrappedKey) -> Result<SecretKey, StoreError> {
        let key = self.unwrap(scope, "staging", &day.to_be_bytes(), wrapped)?;
        self.staging.write().expect(POISONED).insert((scope, day), key.clone());
        Ok(key)
    }

    /// Forgets the staging keys of all days before `oldest`.
    pub fn forget_staging(&self, oldest: i64) {
        self.staging.write().expect(POISONED).retain(|(_, day), _| *day >= oldest);
    }

    /// Wraps a stored staging key under the active epoch.
    pub fn rewrap_staging(&self, scope: Scope, day: i64, wrapped: &WrappedKey) -> Result<WrappedKey, StoreError> {
        let key = self.unwrap(scope, "staging", &day.to_be_bytes(), wrapped)?;
        self.wrap(scope, "staging", &day.to_be_bytes(), &key)
    }

    /// The key that finds API keys is installation-wide. It belongs to this scope, which no account has.
    pub const INSTALLATION: Scope =
        Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Production };

    /// Opens the pepper. This happens once, at the start.
    pub fn open_pepper(&self, wrapped: &WrappedKey) -> Result<(), StoreError> {
        let key = self.unwrap(Self::INSTALLATION, "scope", b"", wrapped)?;
        let _ = self.pepper.set(key.derive(&[b"api-key-lookup"]).midstates());
        let _ = self.tickets.set(Tickets::new(key.derive(&[b"tickets"])));
        Ok(())
    }

    /// The keyed hash by which an API key is found.
    ///
    /// # Panics
    ///
    /// If the pepper is not open. Opening a store opens it.
    #[must_use]
    pub fn key_lookup(&self, key: &str) -> [u8; 32] {
        let pepper = self.pepper.get().expect("the pepper is opened with the store");
        pepper.sign(key.as_bytes())
    }

    /// Seals values that leave the installation for a short time.
    ///
    /// # Panics
    ///
    /// As [`Vault::key_lookup`].
    pub(crate) fn tickets(&self) -> &Tickets {
        self.tickets.get().expect("the pepper is opened with the store")
    }
}

/// Tries the key of every epoch of a keyring on a wrapped key, whatever epoch it claims.
pub(crate) fn unwrap_with_any(
    keyring: &Keyring,
    scope: Scope,
    (what, id): (&str, &[u8]),
    wrapped: &WrappedKey,
) -> Option<SecretKey> {
    keyring.secrets().find_map(|key| open_wrapped(&key.derive_wrap(scope), scope, what, id, wrapped).ok())
}

fn open_wrapped(
    wrap_key: &SecretKey,
    scope: Scope,
    what: &str,
    id: &[u8],
    wrapped: &WrappedKey,
) -> Result<SecretKey, StoreError> {
    let (key, commitment) = open_uncompared(&cell::aead_key(wrap_key), scope, what, id, wrapped.clone())?;
    // AES-GCM does not commit to a key: a key that opens a cell need not be the right one. The commitment shows
    // that it is.
    if commitment != key.commitment() {
        return Err(StoreError::Corrupt(format!("a wrapped {what} key does not match its commitment")));
    }
    Ok(key)
}

/// The key and the commitment beside it. Whoever returns what the key opens must compare them first.
fn open_uncompared(
    wrap_key: &LessSafeKey,
    scope: Scope,
    what: &str,
    id: &[u8],
    wrapped: WrappedKey,
) -> Result<(SecretKey, [u8; 16]), StoreError> {
    let corrupt = |why: &str| StoreError::Corrupt(format!("a wrapped {what} key {why}"));
    let content = Cell::open_with(wrapped.sealed, wrap_key, &wrap_binding(scope, what, id, wrapped.epoch))
        .map_err(|_| corrupt("cannot be opened"))?;
    let content = zeroize::Zeroizing::new(content);
    let key = content.get(..32).and_then(SecretKey::from_slice);
    let commitment = content.get(32..48).and_then(|bytes| bytes.try_into().ok());
    key.zip(commitment).ok_or_else(|| corrupt("is too short"))
}

fn wrap_binding<'a>(scope: Scope, what: &'a str, id: &'a [u8], epoch: u32) -> Binding<'a> {
    Binding { scope, subject: id, table: "keys", section: what, row: id, version: u64::from(epoch) }
}

impl SecretKey {
    /// The key of an epoch for the keys of one scope.
    fn derive_wrap(&self, scope: Scope) -> Self {
        self.derive(&[b"subject-wrap", scope.environment.as_str().as_bytes(), scope.account.as_bytes()])
    }
}

#[cfg(test)]
mod tests;
