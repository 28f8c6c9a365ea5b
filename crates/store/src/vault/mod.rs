//! The vault: the key tree, sealed cells and blind indexes. Engines store what it gives them and cannot read it.
//!
//! ```text
//! root key            from a file, the environment or a command; never in the database
//!  └─ epoch key n     in the keyring file, sealed by the root key
//! ├─ subject key     one per data subject, sealed directly under HKDF(epoch key, "subject-wrap", environment, account)
//!      │    └─ HKDF: names, profile, secret, kyc, events, replay, audit; file-wrap: seals the keys of attached files
//!      ├─ staging key     one per account, environment and day: seals the keys of files that are nobody's yet
//! ├─ scope key       one per account and environment: HKDF: service, blind indexes, idempotency, audit
//!      │                   chain, seals of rows
//!      └─ pepper          finds API keys
//! process key         random at every start, never stored: seals what stays in memory between requests
//! ```
//!
//! Subject keys hang from the epoch key and from nothing that lasts, so that an epoch that ends takes erased subjects
//! with it, out of old backups too.

mod cell;
mod key;
mod keyring;
mod midstates;
mod process_key;
mod root_key;
mod row;
mod scope;
pub mod stream;
mod subject;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use dossier_core::caller::{Environment, Scope};
use dossier_core::ids::{AccountId, PersonId};
use dossier_core::store::StoreError;

pub use cell::{Binding, Cell};
pub use key::SecretKey;
pub use keyring::Keyring;
pub use midstates::Midstates;
pub use process_key::ProcessKey;
pub use root_key::RootKey;
pub use row::{Fields, RowSeal};
pub use scope::{Fingerprint, ScopeKeys};
pub use subject::{Purpose, SubjectKey};

/// A key as it is stored: sealed under an epoch's key.
#[derive(Debug, Clone)]
pub struct WrappedKey {
    /// The epoch.
    pub epoch: u32,
    /// The sealed key and its commitment.
    pub sealed: Vec<u8>,
}

/// The open vault of one installation.
pub struct Vault {
    keyring: RwLock<Keyring>,
    pepper: OnceLock<Midstates>,
    scopes: RwLock<HashMap<Scope, Arc<ScopeKeys>>>,
    wraps: RwLock<HashMap<(u32, Scope), SecretKey>>,
    staging: RwLock<HashMap<(Scope, i64), SecretKey>>,
    refused: Arc<AtomicU64>,
}

const POISONED: &str = "no code panics while it holds a vault lock";

impl Vault {
    /// A vault over an opened keyring.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring: RwLock::new(keyring),
            pepper: OnceLock::new(),
            scopes: RwLock::default(),
            wraps: RwLock::default(),
            staging: RwLock::default(),
            refused: Arc::default(),
        }
    }

    /// The id of the installation, which the keyring and the database share.
    #[must_use]
    pub fn installation(&self) -> [u8; 16] {
        self.keyring.read().expect(POISONED).installation()
    }

    /// The epoch under which new keys are wrapped.
    #[must_use]
    pub fn active_epoch(&self) -> u32 {
        self.keyring.read().expect(POISONED).active()
    }

    /// How many rows were refused since the start because their seal was not theirs.
    #[must_use]
    pub fn refused_rows(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The last step that sealed the rows which were here before; see [`Keyring::sealed_rows`].
    #[must_use]
    pub fn sealed_rows(&self) -> u32 {
        self.keyring.read().expect(POISONED).sealed_rows()
    }

    /// Notes such a step as done; see [`Keyring::note_sealed_rows`].
    ///
    /// # Errors
    ///
    /// When the keyring file cannot be written.
    pub fn note_sealed_rows(&self, step: u32) -> Result<(), crate::OpenError> {
        self.keyring.write().expect(POISONED).note_sealed_rows(step)
    }

    /// Reads the keyring file again: another process on the same database may have begun an epoch.
    pub fn reload_keyring(&self) {
        if let Err(error) = self.keyring.write().expect(POISONED).reload() {
            tracing::error!(%error, "the keyring cannot be read again");
        }
    }

    /// Begins a new epoch; see [`Keyring::begin_epoch`].
    ///
    /// # Errors
    ///
    /// When the keyring file cannot be written.
    pub fn begin_epoch(&self, created_at: String) -> Result<u32, crate::OpenError> {
        self.keyring.write().expect(POISONED).begin_epoch(created_at)
    }

    /// Destroys all epochs before the active one; see [`Keyring::destroy_before_active`].
    ///
    /// # Errors
    ///
    /// When the keyring file cannot be written.
    pub fn destroy_old_epochs(&self) -> Result<(), crate::OpenError> {
        self.keyring.write().expect(POISONED).destroy_before_active()?;
        self.wraps.write().expect(POISONED).retain(|(epoch, _), _| *epoch == self.active_epoch());
        Ok(())
    }

    /// A key that wraps subject keys or the scope key of one scope under one epoch.
    fn wrap_key(&self, epoch: u32, scope: Scope) -> Result<SecretKey, StoreError> {
        if let Some(key) = self.wraps.read().expect(POISONED).get(&(epoch, scope)) {
            return Ok(key.clone());
        }
        if self.keyring.read().expect(POISONED).key(epoch).is_none() {
            // Begun by another process, perhaps.
            self.reload_keyring();
        }
        let keyring = self.keyring.read().expect(POISONED);
        let key = keyring
            .key(epoch)
            .ok_or_else(|| StoreError::Corrupt(format!("epoch {epoch} is destroyed or unknown")))?
            .derive(&[b"subject-wrap", scope.environment.as_str().as_bytes(), scope.account.as_bytes()]);
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
        let corrupt = |why: &str| StoreError::Corrupt(format!("a wrapped {what} key {why}"));
        let wrap_key = self.wrap_key(wrapped.epoch, scope)?;
        let content = Cell::open(wrapped.sealed.clone(), &wrap_key, &wrap_binding(scope, what, id, wrapped.epoch))
            .map_err(|_| corrupt("cannot be opened"))?;
        let content = zeroize::Zeroizing::new(content);
        let key =
            SecretKey::from_slice(content.get(..32).unwrap_or_default()).ok_or_else(|| corrupt("is too short"))?;
        // A key that opens a cell is not thereby the right key (AES-GCM does not commit); this says that it is.
        if content.get(32..48) != Some(&key.commitment()[..]) {
            return Err(corrupt("does not match its commitment"));
        }
        Ok(key)
    }

    /// A new key for a data subject, and its wrapped form to be stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the active epoch is unusable.
    pub fn new_subject(&self, scope: Scope, subject: PersonId) -> Result<(Arc<SubjectKey>, WrappedKey), StoreError> {
        let key = SecretKey::random();
        let wrapped = self.wrap(scope, "subject", subject.as_bytes(), &key)?;
        Ok((Arc::new(SubjectKey::new(key)), wrapped))
    }

    /// Opens a stored subject key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it was altered, moved, or belongs to a destroyed epoch.
    pub fn open_subject(
        &self,
        scope: Scope,
        subject: PersonId,
        wrapped: &WrappedKey,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let root = self.unwrap(scope, "subject", subject.as_bytes(), wrapped)?;
        Ok(Arc::new(SubjectKey::new(root)))
    }

    /// Wraps a stored subject key again, under the active epoch.
    ///
    /// # Errors
    ///
    /// As [`Vault::open_subject`].
    pub fn rewrap_subject(
        &self,
        scope: Scope,
        subject: PersonId,
        wrapped: &WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        let key = self.unwrap(scope, "subject", subject.as_bytes(), wrapped)?;
        self.wrap(scope, "subject", subject.as_bytes(), &key)
    }

    /// A new scope key, wrapped, to be stored.
    ///
    /// # Errors
    ///
    /// As [`Vault::new_subject`].
    pub fn new_scope(&self, scope: Scope) -> Result<WrappedKey, StoreError> {
        self.wrap(scope, "scope", b"", &SecretKey::random())
    }

    /// The keys of a scope, if they were opened before.
    #[must_use]
    pub fn cached_scope(&self, scope: Scope) -> Option<Arc<ScopeKeys>> {
        self.scopes.read().expect(POISONED).get(&scope).cloned()
    }

    /// Opens a stored scope key.
    ///
    /// # Errors
    ///
    /// As [`Vault::open_subject`].
    pub fn open_scope(&self, scope: Scope, wrapped: &WrappedKey) -> Result<Arc<ScopeKeys>, StoreError> {
        let keys = Arc::new(ScopeKeys::new(&self.unwrap(scope, "scope", b"", wrapped)?, Arc::clone(&self.refused)));
        self.scopes.write().expect(POISONED).insert(scope, Arc::clone(&keys));
        Ok(keys)
    }

    /// Wraps a stored scope key again, under the active epoch.
    ///
    /// # Errors
    ///
    /// As [`Vault::open_subject`].
    pub fn rewrap_scope(&self, scope: Scope, wrapped: &WrappedKey) -> Result<WrappedKey, StoreError> {
        let key = self.unwrap(scope, "scope", b"", wrapped)?;
        self.wrap(scope, "scope", b"", &key)
    }

    /// A new staging key of a day, wrapped, to be stored.
    ///
    /// # Errors
    ///
    /// As [`Vault::new_subject`].
    pub fn new_staging(&self, scope: Scope, day: i64) -> Result<WrappedKey, StoreError> {
        self.wrap(scope, "staging", &day.to_be_bytes(), &SecretKey::random())
    }

    /// The staging key of a day, if it was opened before.
    #[must_use]
    pub fn cached_staging(&self, scope: Scope, day: i64) -> Option<SecretKey> {
        self.staging.read().expect(POISONED).get(&(scope, day)).cloned()
    }

    /// Opens a stored staging key and remembers it.
    ///
    /// # Errors
    ///
    /// As [`Vault::open_subject`].
    pub fn open_staging(&self, scope: Scope, day: i64, wrapped: &WrappedKey) -> Result<SecretKey, StoreError> {
        let key = self.unwrap(scope, "staging", &day.to_be_bytes(), wrapped)?;
        self.staging.write().expect(POISONED).insert((scope, day), key.clone());
        Ok(key)
    }

    /// Forgets the staging keys of days before this one.
    pub fn forget_staging(&self, oldest: i64) {
        self.staging.write().expect(POISONED).retain(|(_, day), _| *day >= oldest);
    }

    /// Wraps a stored staging key again, under the active epoch.
    ///
    /// # Errors
    ///
    /// As [`Vault::open_subject`].
    pub fn rewrap_staging(&self, scope: Scope, day: i64, wrapped: &WrappedKey) -> Result<WrappedKey, StoreError> {
        let key = self.unwrap(scope, "staging", &day.to_be_bytes(), wrapped)?;
        self.wrap(scope, "staging", &day.to_be_bytes(), &key)
    }

    /// The installation-wide key that finds API keys hangs from a scope of its own, that of no account.
    pub const INSTALLATION: Scope =
        Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Production };

    /// Opens the pepper, once, at start.
    ///
    /// # Errors
    ///
    /// As [`Vault::open_subject`].
    pub fn open_pepper(&self, wrapped: &WrappedKey) -> Result<(), StoreError> {
        let key = self.unwrap(Self::INSTALLATION, "scope", b"", wrapped)?;
        let _ = self.pepper.set(key.derive(&[b"api-key-lookup"]).midstates());
        Ok(())
    }

    /// The keyed hash by which an API key is found.
    ///
    /// # Panics
    ///
    /// When the pepper was never opened, which opening a store does.
    #[must_use]
    pub fn key_lookup(&self, key: &str) -> [u8; 32] {
        let pepper = self.pepper.get().expect("the pepper is opened with the store");
        pepper.sign(key.as_bytes())
    }
}

fn wrap_binding<'a>(scope: Scope, what: &'a str, id: &'a [u8], epoch: u32) -> Binding<'a> {
    Binding { scope, subject: id, table: "keys", section: what, row: id, version: u64::from(epoch) }
}

#[cfg(test)]
mod tests;
