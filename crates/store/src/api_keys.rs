//! API keys and accounts as both engines read them: plain columns and sealed ones, opened here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_core::account::{Account, Look};
use dossier_core::api_key::{KeyRecord, KeyScope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, KeyId};
use dossier_core::store::StoreError;
use quick_cache::sync::Cache;

use crate::columns::scope_of;
use crate::prepared::{account_scope, open_name, service_binding};
use crate::vault::{Cell, ScopeKeys};

/// Keys read a moment ago. A revocation is seen at once by the process that made it, and within a second by others.
pub(crate) struct KnownKeys(Cache<[u8; 32], (Instant, Arc<KeyRecord>)>);

impl Default for KnownKeys {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl KnownKeys {
    /// Well below the promised second: reading it again takes its time, too.
    const TRUSTED: Duration = Duration::from_millis(500);

    pub(crate) fn get(&self, lookup: &[u8; 32]) -> Option<Arc<KeyRecord>> {
        self.0.get(lookup).filter(|(read, _)| read.elapsed() < Self::TRUSTED).map(|(_, record)| record)
    }

    /// Keeps a record that was asked for at this moment: what changed since is not in it.
    pub(crate) fn remember(&self, lookup: [u8; 32], asked: Instant, record: Arc<KeyRecord>) {
        self.0.insert(lookup, (asked, record));
    }

    /// After a key was changed.
    pub(crate) fn forget(&self) {
        self.0.clear();
    }
}

/// A row of `api_keys`.
pub(crate) struct KeyRow {
    pub(crate) account: [u8; 16],
    pub(crate) environment: u8,
    pub(crate) key_id: [u8; 16],
    pub(crate) lookup: [u8; 32],
    pub(crate) hint: String,
    pub(crate) name: Vec<u8>,
    pub(crate) scopes: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) predecessor: Option<[u8; 16]>,
    pub(crate) last_used_at: Option<i64>,
}

impl KeyRow {
    /// Opens the row with the keys of its scope.
    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<KeyRecord, StoreError> {
        let scope = scope_of(self.account, self.environment)?;
        let scopes = self
            .scopes
            .split_whitespace()
            .map(|text| KeyScope::parse(text).ok_or_else(|| StoreError::Corrupt("a key has an unknown scope".into())))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(KeyRecord {
            key_id: KeyId::from_bytes(self.key_id),
            scope,
            name: open_name(keys, scope, "api_keys", &self.key_id, self.name)?,
            hint: self.hint,
            scopes,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
            predecessor: self.predecessor.map(KeyId::from_bytes),
            last_used_at: self.last_used_at.map(Timestamp::from_micros),
        })
    }
}

/// A row of `accounts`.
pub(crate) struct AccountRow {
    pub(crate) id: [u8; 16],
    pub(crate) name: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) look: Option<Vec<u8>>,
}

impl AccountRow {
    /// Opens the row with the keys of the account's sandbox.
    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<Account, StoreError> {
        let Self { id, name, created_at, look } = self;
        let account_id = AccountId::from_bytes(id);
        let scope = account_scope(account_id);
        let name = open_name(keys, scope, "accounts", &id, name)?;
        let open_look = |cell| {
            Cell::open(cell, &keys.service, &service_binding(scope, "accounts", "look", &id))
                .ok()
                .and_then(|look| serde_json::from_slice::<Look>(&look).ok())
                .ok_or_else(|| StoreError::Corrupt("the look of an account cannot be opened".to_owned()))
        };
        let look = look.map(open_look).transpose()?.unwrap_or_default();
        Ok(Account { account_id, name, created_at: Timestamp::from_micros(created_at), look })
    }
}
