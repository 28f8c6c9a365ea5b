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
pub mod stream;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use aws_lc_rs::hmac;
use dossier_core::caller::{Environment, Scope};
use dossier_core::customer::numbers::Number;
use dossier_core::idempotency::{Attempt, Ticket};
use dossier_core::ids::{AccountId, PersonId};
use dossier_core::parse::Email;
use dossier_core::store::StoreError;

pub use cell::{Binding, Cell};
pub use key::SecretKey;
pub use keyring::Keyring;
pub use midstates::Midstates;
pub use process_key::ProcessKey;
pub use root_key::RootKey;
pub use row::{Fields, RowSeal};

/// A key as it is stored: sealed under an epoch's key.
#[derive(Debug, Clone)]
pub struct WrappedKey {
    /// The epoch.
    pub epoch: u32,
    /// The sealed key and its commitment.
    pub sealed: Vec<u8>,
}

/// What a data subject's sections are sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// E-mail and names, which lists read alone.
    Names,
    /// Ordinary personal data.
    Profile,
    /// Numbers, dates of birth, credentials.
    Secret,
    /// Bodies of events.
    Events,
    /// Kept answers.
    Replay,
    /// Before and after in the audit trail.
    Audit,
    /// The keys of attached files.
    FileWrap,
    /// Where the verification stands.
    Kyc,
}

impl Purpose {
    const COUNT: usize = 8;

    /// The word by which keys are derived and cells are bound.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Profile => "profile",
            Self::Secret => "secret",
            Self::Events => "events",
            Self::Replay => "replay",
            Self::Audit => "audit",
            Self::FileWrap => "file-wrap",
            Self::Kyc => "kyc",
        }
    }
}

/// An opened subject key, and the keys derived from it so far.
pub struct SubjectKey {
    root: SecretKey,
    derived: [OnceLock<SecretKey>; Purpose::COUNT],
}

impl SubjectKey {
    /// A key, from which nothing was derived yet.
    pub(crate) fn new(root: SecretKey) -> Self {
        Self { root, derived: Default::default() }
    }

    /// The key that the others are derived from.
    pub(crate) const fn root(&self) -> &SecretKey {
        &self.root
    }

    /// The key for one purpose.
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> &SecretKey {
        self.derived[purpose as usize].get_or_init(|| self.root.derive(&[purpose.as_str().as_bytes()]))
    }
}

/// The keys of one account in one environment, which are about no person.
pub struct ScopeKeys {
    /// Seals names of accounts and keys, HMAC mid-states, and audit details that are about no customer.
    pub service: SecretKey,
    email: Midstates,
    idempotency: hmac::Key,
    chain: hmac::Key,
    numbers: hmac::Key,
    contents: hmac::Key,
    rows: row::RowKey,
    /// Counts rows that were refused, in all scopes together.
    refused: Arc<AtomicU64>,
}

impl ScopeKeys {
    fn new(root: &SecretKey, refused: Arc<AtomicU64>) -> Self {
        let hmac_key = |label: &[&[u8]]| root.derive(label).hmac_key();
        Self {
            service: root.derive(&[b"service"]),
            email: root.derive(&[b"blind-index", b"email"]).midstates(),
            idempotency: hmac_key(&[b"idempotency"]),
            chain: hmac_key(&[b"audit-chain"]),
            numbers: hmac_key(&[b"blind-index", b"numbers"]),
            contents: hmac_key(&[b"blind-index", b"contents"]),
            rows: row::RowKey::new(&root.derive(&[b"rows"])),
            refused,
        }
    }

    /// The blind index of an e-mail: equal addresses of this scope have equal indexes, and nobody else can tell.
    ///
    /// Customers whose addresses counted as different when they were stored have one index each: the oldest has 0.
    #[must_use]
    pub fn email_index(&self, email: &Email, nth: u8) -> [u8; 16] {
        let mut folded = email.folded().into_bytes();
        if nth > 0 {
            // No address ends so.
            folded.extend([0, nth]);
        }
        *self.email.sign(&folded).first_chunk().expect("an HMAC-SHA-256 has 32 bytes")
    }

    /// The fingerprint of a number: equal numbers of one kind, from one country, have equal ones in this scope.
    #[must_use]
    pub fn number_index(&self, number: &Number) -> Fingerprint {
        let Number { subject: _, kind, document, country, digits } = number;
        cut(sign(
            &self.numbers,
            &[kind.as_str().as_bytes(), document.as_bytes(), country.as_bytes(), digits.as_bytes()],
        ))
    }

    /// The fingerprint of a file's content.
    #[must_use]
    pub fn content_index(&self, sha256: &[u8; 32]) -> Fingerprint {
        cut(sign(&self.contents, &[sha256]))
    }

    /// What finds a request with an `Idempotency-Key` again, and tells it from others.
    #[must_use]
    pub fn ticket(&self, attempt: Attempt<'_>) -> Ticket {
        let [record, form, body] = attempt.content;
        Ticket {
            key_hash: sign(&self.idempotency, &[b"key", attempt.route.as_bytes(), attempt.key.as_bytes()]),
            fingerprint: sign(&self.idempotency, &[b"request", record, form, body]),
        }
    }

    /// The seal of a row that grants or finds something.
    #[must_use]
    pub fn seal_row(&self, fields: &Fields) -> RowSeal {
        self.rows.seal(fields)
    }

    /// Whether a stored seal is that of the row.
    #[must_use]
    pub fn row_matches(&self, fields: &Fields, stored: Option<&[u8]>) -> bool {
        self.rows.matches(fields, stored)
    }

    /// Counts a row that was refused.
    pub fn row_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A keyed hash of the end of an audit chain, which a writer of the database cannot forge.
    #[must_use]
    pub fn chain_seal(&self, parts: &[&[u8]]) -> [u8; 32] {
        sign(&self.chain, parts)
    }
}

/// A blind index: cut, so that it says less than the hash of the value.
pub type Fingerprint = [u8; 16];

fn cut(hash: [u8; 32]) -> Fingerprint {
    hash[..16].try_into().expect("half of 32 bytes")
}

fn sign(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&u64::try_from(part.len()).expect("lengths fit").to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().try_into().expect("an HMAC-SHA-256 has 32 bytes")
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
mod tests {
    use dossier_core::ids::CustomerId;

    use super::*;

    fn vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keyring =
            Keyring::create(&folder.path().join("keyring.json"), &RootKey::random(), "now".into()).expect("a keyring");
        (folder, Vault::new(keyring))
    }

    fn customer_binding<'a>(
        scope: Scope,
        customer: &'a CustomerId,
        subject: &'a PersonId,
        purpose: Purpose,
        version: u64,
    ) -> Binding<'a> {
        let (section, row) = (purpose.as_str(), customer.as_bytes());
        Binding { scope, subject: subject.as_bytes(), table: "customers", section, row, version }
    }

    fn scope(account: u8, environment: Environment) -> Scope {
        Scope { account: AccountId::from_bytes([account; 16]), environment }
    }

    #[test]
    fn ten_thousand_moved_cells_are_all_refused() {
        let (_folder, vault) = vault();
        let mut cells = Vec::new();
        for account in 1..=3 {
            for environment in [Environment::Sandbox, Environment::Production] {
                for person in 1..=3 {
                    let (scope, subject) = (scope(account, environment), PersonId::from_bytes([person; 16]));
                    let customer = CustomerId::from_bytes([person; 16]);
                    let (key, _) = vault.new_subject(scope, subject).expect("a key");
                    for purpose in [Purpose::Names, Purpose::Profile, Purpose::Secret] {
                        for version in 1..=2 {
                            let binding = customer_binding(scope, &customer, &subject, purpose, version);
                            let sealed = Cell::seal(key.key(purpose), 1, &binding, b"{}").into_bytes();
                            cells.push((Arc::clone(&key), scope, customer, subject, purpose, version, sealed));
                        }
                    }
                }
            }
        }
        let mut swaps = 0;
        for (key, scope, customer, subject, purpose, version, own) in &cells {
            for (_, _, _, _, _, _, other) in &cells {
                let binding = customer_binding(*scope, customer, subject, *purpose, *version);
                let opened = Cell::open(other.clone(), key.key(*purpose), &binding);
                assert_eq!(opened.is_ok(), own == other);
                swaps += usize::from(own != other);
            }
        }
        assert!(swaps >= 10_000, "{swaps}");
    }

    #[test]
    fn a_binding_alone_holds_a_cell_in_place() {
        // Even under one key: what differs is only what the cell is bound to.
        let key = SecretKey::random();
        let base = || Binding {
            scope: scope(1, Environment::Sandbox),
            subject: b"s",
            table: "t",
            section: "p",
            row: b"r",
            version: 1,
        };
        let sealed = Cell::seal(&key, 1, &base(), b"content").into_bytes();
        assert_eq!(Cell::open(sealed.clone(), &key, &base()).expect("its own place"), b"content");
        for moved in [
            Binding { scope: scope(2, Environment::Sandbox), ..base() },
            Binding { scope: scope(1, Environment::Production), ..base() },
            Binding { subject: b"x", ..base() },
            Binding { table: "x", ..base() },
            Binding { section: "x", ..base() },
            Binding { row: b"x", ..base() },
            Binding { version: 2, ..base() },
            // Parts are length-prefixed: moving a character over a border is another binding.
            Binding { table: "tp", section: "", ..base() },
        ] {
            assert!(Cell::open(sealed.clone(), &key, &moved).is_err());
        }
    }

    #[test]
    fn a_subject_key_opens_only_as_what_it_was_wrapped_for() {
        let (_folder, vault) = vault();
        let (here, there) = (scope(1, Environment::Sandbox), scope(1, Environment::Production));
        let (ada, bob) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
        let (_, wrapped) = vault.new_subject(here, ada).expect("a key");
        assert!(vault.open_subject(here, ada, &wrapped).is_ok());
        assert!(vault.open_subject(there, ada, &wrapped).is_err());
        assert!(vault.open_subject(here, bob, &wrapped).is_err());
        assert!(vault.open_scope(here, &wrapped).is_err());
        for at in 0..wrapped.sealed.len() {
            let mut flipped = wrapped.clone();
            flipped.sealed[at] ^= 1;
            assert!(vault.open_subject(here, ada, &flipped).is_err(), "byte {at}");
        }
    }

    #[test]
    fn rotation_keeps_survivors_and_ends_old_wraps() {
        let (_folder, vault) = vault();
        let (here, ada) = (scope(1, Environment::Sandbox), PersonId::from_bytes([1; 16]));
        let (_, old) = vault.new_subject(here, ada).expect("a key");
        vault.begin_epoch("later".into()).expect("an epoch");
        let new = vault.rewrap_subject(here, ada, &old).expect("both epochs are open");
        assert_eq!((old.epoch, new.epoch), (1, 2));
        vault.destroy_old_epochs().expect("the end of epoch 1");
        assert!(vault.open_subject(here, ada, &new).is_ok());
        assert!(vault.open_subject(here, ada, &old).is_err(), "an old backup stays shut");
    }

    #[test]
    fn blind_indexes_fold_and_differ_between_scopes() {
        let keys = |byte| ScopeKeys::new(&SecretKey::from_slice(&[byte; 32]).expect("32 bytes"), Arc::default());
        let (one, two) = (keys(1), keys(2));
        let plain = Email::searched("ada@example.com");
        assert_eq!(one.email_index(&plain, 0), one.email_index(&Email::searched("  Ada@EXAMPLE.com "), 0));
        assert_ne!(one.email_index(&plain, 0), one.email_index(&Email::searched("adb@example.com"), 0));
        assert_ne!(one.email_index(&plain, 0), two.email_index(&plain, 0));
    }
}
