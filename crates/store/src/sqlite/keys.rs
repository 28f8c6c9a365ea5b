//! Accounts and API keys.

use std::sync::Arc;
use std::time::Instant;

use dossier_core::account::Account;
use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, KeyId};
use dossier_core::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _, Row};
use subtle::ConstantTimeEq as _;

use super::SqliteStore;
use crate::api_keys::{AccountRow, KeyRow};
use crate::columns::{scope_columns, scope_of};
use crate::prepared::{SealedKey, account_scope};

macro_rules! key_columns {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, key_id, lookup, hint, name, scopes, created_at, expires_at, revoked_at, \
                predecessor,
                    last_used_at FROM api_keys ",
            $rest
        )
    };
}

fn key_row(row: &Row<'_>) -> Result<KeyRow, rusqlite::Error> {
    Ok(KeyRow {
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

fn account_row(row: &Row<'_>) -> Result<AccountRow, rusqlite::Error> {
    Ok(AccountRow { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)?, look: row.get(3)? })
}

impl SqliteStore {
    pub(super) fn read_api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        let lookup = self.vault.key_lookup(key.expose());
        if let Some(known) = self.known_keys.get(&lookup) {
            return Ok(Some(known));
        }
        let asked = Instant::now();
        let row = self.readers.read(|connection| {
            connection.prepare_cached(key_columns!("WHERE lookup = ?1"))?.query_row([lookup], key_row).optional()
        })?;
        // The index has found it already; comparing again in constant time costs nothing and leans on no index.
        let row = row.filter(|row| bool::from(row.lookup.ct_eq(&lookup)));
        let record = row.map(|row| self.key_record(row)).transpose()?.map(Arc::new);
        if let Some(record) = &record {
            self.known_keys.remember(lookup, asked, Arc::clone(record));
        }
        Ok(record)
    }

    pub(super) fn read_api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(key_columns!("WHERE account_id = ?1 AND environment = ?2 ORDER BY key_id"))?
                .query_map(scope_columns(&scope), key_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.key_record(row)).collect()
    }

    fn key_record(&self, row: KeyRow) -> Result<KeyRecord, StoreError> {
        let keys = self.existing_scope_keys(scope_of(row.account, row.environment)?)?;
        row.open(&keys)
    }

    pub(super) fn read_accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, name, created_at, look FROM accounts ORDER BY account_id")?
                .query_map([], account_row)?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter().map(|row| self.open_account(row)).collect()
    }

    pub(super) fn read_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, name, created_at, look FROM accounts WHERE account_id = ?1")?
                .query_row([id.as_bytes()], account_row)
                .optional()
        })?;
        row.map(|row| self.open_account(row)).transpose()
    }

    fn open_account(&self, row: AccountRow) -> Result<Account, StoreError> {
        let keys = self.existing_scope_keys(account_scope(AccountId::from_bytes(row.id)))?;
        row.open(&keys)
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
