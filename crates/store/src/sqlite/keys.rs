//! Accounts and API keys.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_core::account::{Account, Look};
use dossier_core::api_key::{ApiKey, KeyRecord, KeyScope};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, KeyId};
use dossier_core::store::StoreError;
use quick_cache::sync::Cache;
use rusqlite::{Connection, OptionalExtension as _, Row};
use subtle::ConstantTimeEq as _;

use super::SqliteStore;
use crate::columns::{scope_columns, scope_of};
use crate::prepared::{SealedKey, account_scope, open_name, service_binding};
use crate::vault::Cell;

macro_rules! key_columns {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, key_id, lookup, hint, name, scopes, created_at, expires_at, revoked_at, predecessor,
                    last_used_at FROM api_keys ",
            $rest
        )
    };
}

/// Keys read a moment ago. A revocation is seen at once by the process that made it, and within a second by others.
pub(super) struct KnownKeys(Cache<[u8; 32], (Instant, Arc<KeyRecord>)>);

impl Default for KnownKeys {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl KnownKeys {
    const TRUSTED: Duration = Duration::from_secs(1);

    fn get(&self, lookup: &[u8; 32]) -> Option<Arc<KeyRecord>> {
        self.0.get(lookup).filter(|(read, _)| read.elapsed() < Self::TRUSTED).map(|(_, record)| record)
    }

    fn remember(&self, lookup: [u8; 32], record: Arc<KeyRecord>) {
        self.0.insert(lookup, (Instant::now(), record));
    }

    /// After a key was changed.
    pub(super) fn forget(&self) {
        self.0.clear();
    }
}

struct KeyRow {
    account: [u8; 16],
    environment: u8,
    key_id: [u8; 16],
    lookup: [u8; 32],
    hint: String,
    name: Vec<u8>,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    predecessor: Option<[u8; 16]>,
    last_used_at: Option<i64>,
}

impl KeyRow {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            account: row.get(0)?,
            environment: row.get(1)?,
            key_id: row.get(2)?,
            lookup: row.get(3)?,
            hint: row.get(4)?,
            name: row.get(5)?,
            scopes: row.get(6)?,
            created_at: row.get(7)?,
            expires_at: row.get(8)?,
            revoked_at: row.get(9)?,
            predecessor: row.get(10)?,
            last_used_at: row.get(11)?,
        })
    }
}

impl SqliteStore {
    pub(super) fn read_api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        let lookup = self.vault.key_lookup(key.expose());
        if let Some(known) = self.known_keys.get(&lookup) {
            return Ok(Some(known));
        }
        let row = self.readers.read(|connection| {
            connection.prepare_cached(key_columns!("WHERE lookup = ?1"))?.query_row([lookup], KeyRow::read).optional()
        })?;
        // The index has found it already; comparing again in constant time costs nothing and leans on no index.
        let row = row.filter(|row| bool::from(row.lookup.ct_eq(&lookup)));
        let record = row.map(|row| self.key_record(row)).transpose()?.map(Arc::new);
        if let Some(record) = &record {
            self.known_keys.remember(lookup, Arc::clone(record));
        }
        Ok(record)
    }

    pub(super) fn read_api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(key_columns!("WHERE account_id = ?1 AND environment = ?2 ORDER BY key_id"))?
                .query_map(scope_columns(&scope), KeyRow::read)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.key_record(row)).collect()
    }

    fn key_record(&self, row: KeyRow) -> Result<KeyRecord, StoreError> {
        let KeyRow {
            account,
            environment,
            key_id,
            lookup: _,
            hint,
            name,
            scopes,
            created_at,
            expires_at,
            revoked_at,
            predecessor,
            last_used_at,
        } = row;
        let scope = scope_of(account, environment)?;
        let keys = self.existing_scope_keys(scope)?;
        let scopes = scopes
            .split_whitespace()
            .map(|text| KeyScope::parse(text).ok_or_else(|| StoreError::Corrupt("a key has an unknown scope".into())))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(KeyRecord {
            key_id: KeyId::from_bytes(key_id),
            scope,
            name: open_name(&keys, scope, "api_keys", &key_id, name)?,
            hint,
            scopes,
            created_at: Timestamp::from_micros(created_at),
            expires_at: expires_at.map(Timestamp::from_micros),
            revoked_at: revoked_at.map(Timestamp::from_micros),
            predecessor: predecessor.map(KeyId::from_bytes),
            last_used_at: last_used_at.map(Timestamp::from_micros),
        })
    }

    pub(super) fn read_accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, name, created_at, look FROM accounts ORDER BY account_id")?
                .query_map([], AccountRow::read)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.open_account(row)).collect()
    }

    pub(super) fn read_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, name, created_at, look FROM accounts WHERE account_id = ?1")?
                .query_row([id.as_bytes()], AccountRow::read)
                .optional()
        })?;
        row.map(|row| self.open_account(row)).transpose()
    }

    fn open_account(&self, row: AccountRow) -> Result<Account, StoreError> {
        let AccountRow { id, name, created_at, look } = row;
        let account_id = AccountId::from_bytes(id);
        let scope = account_scope(account_id);
        let keys = self.existing_scope_keys(scope)?;
        let name = open_name(&keys, scope, "accounts", &id, name)?;
        let open_look = |cell| {
            Cell::open(cell, &keys.service, &service_binding(scope, "accounts", "look", &id))
                .ok()
                .and_then(|look| serde_json::from_slice::<Look>(&look).ok())
                .ok_or_else(|| StoreError::Corrupt("the look of an account cannot be opened".to_owned()))
        };
        let look = look.map(open_look).transpose()?.unwrap_or_default();
        Ok(Account { account_id, name, created_at: Timestamp::from_micros(created_at), look })
    }

    pub(super) async fn write_keys_used(&self, used: Vec<(Scope, KeyId, Timestamp)>) -> Result<(), StoreError> {
        self.writer
            .task(move |connection| {
                let mut update = connection.prepare_cached(
                    "UPDATE api_keys SET last_used_at = ?4 WHERE account_id = ?1 AND environment = ?2 AND key_id = ?3",
                )?;
                for (scope, key, at) in used {
                    let (account, environment) = scope_columns(&scope);
                    update.execute((account, environment, key.as_bytes(), at.as_micros()))?;
                }
                Ok(())
            })
            .await
    }
}

pub(super) fn insert_key(connection: &Connection, key: &SealedKey) -> Result<(), rusqlite::Error> {
    let record = &key.record;
    let (account, environment) = scope_columns(&record.scope);
    let scopes = record.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    connection
        .prepare_cached(
            "INSERT INTO api_keys (account_id, environment, key_id, lookup, hint, name, midstates, scopes, created_at,
                    expires_at, predecessor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            account,
            environment,
            record.key_id.as_bytes(),
            key.lookup,
            &record.hint,
            &key.name,
            &key.midstates,
            scopes,
            record.created_at.as_micros(),
            record.expires_at.map(Timestamp::as_micros),
            record.predecessor.as_ref().map(KeyId::as_bytes),
        ))?;
    Ok(())
}

struct AccountRow {
    id: [u8; 16],
    name: Vec<u8>,
    created_at: i64,
    look: Option<Vec<u8>>,
}

impl AccountRow {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)?, look: row.get(3)? })
    }
}
