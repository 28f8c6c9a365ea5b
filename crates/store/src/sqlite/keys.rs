//! Accounts and API keys.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use dossier_core::account::Account;
use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, KeyId};
use dossier_core::store::{KeyStore, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row};
use subtle::ConstantTimeEq as _;

use super::SqliteStore;
use crate::api_keys::{AccountRow, KeyRow};
use crate::columns::scope_columns;
use crate::rows::Unchecked;

macro_rules! key_columns {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, key_id, lookup, hint, name, scopes, created_at, expires_at, revoked_at, \
                predecessor,
                    last_used_at, mac FROM api_keys ",
            $rest
        )
    };
}

macro_rules! account_columns {
    ($rest:literal) => {
        concat!("SELECT account_id, name, created_at, look, mac FROM accounts ", $rest)
    };
}

fn key_row(row: &Row<'_>) -> Result<Unchecked<KeyRow>, rusqlite::Error> {
    let key = KeyRow {
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
    };
    Ok(Unchecked::new(key, row.get(12)?))
}

/// Reads a key of a scope within a transaction that changes it.
pub(super) fn key(
    connection: &Connection,
    scope: Scope,
    id: KeyId,
) -> Result<Option<Unchecked<KeyRow>>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(key_columns!("WHERE account_id = ?1 AND environment = ?2 AND key_id = ?3"))?
        .query_row((account, environment, id.as_bytes()), key_row)
        .optional()
}

fn account_row(row: &Row<'_>) -> Result<Unchecked<AccountRow>, rusqlite::Error> {
    let account = AccountRow { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)?, look: row.get(3)? };
    Ok(Unchecked::new(account, row.get(4)?))
}

#[async_trait]
impl KeyStore for SqliteStore {
    async fn api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        let lookup = self.vault.key_lookup(key.expose());
        if let Some(known) = self.api_key_cache.get(&lookup) {
            return Ok(Some(known));
        }
        let asked = Instant::now();
        let row = self.readers.read(|connection| {
            connection.prepare_cached(key_columns!("WHERE lookup = ?1"))?.query_row([lookup], key_row).optional()
        })?;
        // The index has already compared it. Comparing again in constant time costs nothing and does not depend on the
        // index.
        let row = row.filter(|row| bool::from(row.peek().lookup.ct_eq(&lookup)));
        let Some(row) = row else { return Ok(None) };
        let keys = self.existing_scope_keys(row.scope()?)?;
        let record = Arc::new(row.open_presented(&keys, key)?);
        self.api_key_cache.remember(lookup, asked, Arc::clone(&record));
        Ok(Some(record))
    }

    async fn api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(key_columns!("WHERE account_id = ?1 AND environment = ?2 ORDER BY key_id"))?
                .query_map(scope_columns(&scope), key_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.key_record(row)).collect()
    }

    async fn record_key_use(&self, used: Vec<(Scope, KeyId, Timestamp)>) -> Result<(), StoreError> {
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

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(account_columns!("WHERE account_id = ?1"))?
                .query_row([id.as_bytes()], account_row)
                .optional()
        })?;
        row.map(|row| self.open_account(row)).transpose()
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(account_columns!("ORDER BY account_id"))?
                .query_map([], account_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.open_account(row)).collect()
    }
}

impl SqliteStore {
    fn key_record(&self, row: Unchecked<KeyRow>) -> Result<KeyRecord, StoreError> {
        let keys = self.existing_scope_keys(row.scope()?)?;
        row.check(&keys)?.open(&keys)
    }

    fn open_account(&self, row: Unchecked<AccountRow>) -> Result<Account, StoreError> {
        let keys = self.existing_scope_keys(row.scope()?)?;
        row.check(&keys)?.open(&keys)
    }
}
