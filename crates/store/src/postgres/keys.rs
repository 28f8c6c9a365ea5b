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
use subtle::ConstantTimeEq as _;
use tokio_postgres::Row;

use super::PostgresStore;
use super::database::{Error, Session};
use super::rows::{Columns, scope_values, statements, uuid};
use crate::api_keys::{AccountRow, KeyRow};
use crate::columns::scope_columns;
use crate::rows::Unchecked;

macro_rules! keys_of {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, environment, key_id, lookup, hint, name, scopes, created_at, expires_at, revoked_at, \
                predecessor,
                last_used_at, mac FROM api_keys ",
            $rest
        )
    };
}

macro_rules! accounts_of {
    ($rest:literal) => {
        concat!("SELECT account_id, name, created_at, look, mac FROM accounts ", $rest)
    };
}

statements! {
    KEY = keys_of!("WHERE lookup = $1");
    KEY_OF_SCOPE = keys_of!("WHERE account_id = $1 AND environment = $2 AND key_id = $3");
    KEYS = keys_of!("WHERE account_id = $1 AND environment = $2 ORDER BY key_id");
    USED = "UPDATE api_keys SET last_used_at = u.at
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[]) AS u (account_id, environment, key_id, at)
        WHERE api_keys.account_id = u.account_id AND api_keys.environment = u.environment
            AND api_keys.key_id = u.key_id";
    ACCOUNT = accounts_of!("WHERE account_id = $1");
    ACCOUNTS = accounts_of!("ORDER BY account_id");
}

fn key_row(row: &Row) -> Result<Unchecked<KeyRow>, StoreError> {
    let mut columns = Columns::of(row);
    let scope = columns.scope()?;
    let (account, environment) = scope_columns(&scope);
    let key = KeyRow {
        account: *account,
        environment,
        key_id: columns.id()?,
        lookup: columns.hash()?,
        hint: columns.next()?,
        name: columns.next()?,
        scopes: columns.next()?,
        created_at: columns.next()?,
        expires_at: columns.next()?,
        revoked_at: columns.next()?,
        predecessor: columns.optional_id()?,
        last_used_at: columns.next()?,
    };
    Ok(Unchecked::new(key, columns.next()?))
}

/// Reads a key of a scope within a transaction that changes it.
pub(super) async fn key(session: Session<'_>, scope: Scope, id: KeyId) -> Result<Option<Unchecked<KeyRow>>, Error> {
    let (account, environment) = scope_values(scope);
    let found = session.query(KEY_OF_SCOPE, &[&account, &environment, &uuid(id.as_bytes())]).await?;
    Ok(found.first().map(key_row).transpose()?)
}

#[async_trait]
impl KeyStore for PostgresStore {
    async fn api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError> {
        let lookup = self.vault.key_lookup(key.expose());
        if let Some(known) = self.api_key_cache.get(&lookup) {
            return Ok(Some(known));
        }
        let asked = Instant::now();
        let row = self.database.query_one(KEY, &[&&lookup[..]]).await?;
        // The index has already compared it. Comparing again in constant time costs nothing and does not depend on the
        // index.
        let row = row.as_ref().map(key_row).transpose()?.filter(|row| bool::from(row.peek().lookup.ct_eq(&lookup)));
        let Some(row) = row else { return Ok(None) };
        let keys = self.existing_scope_keys(row.scope()?).await?;
        let record = Arc::new(row.open_presented(&keys, key)?);
        self.api_key_cache.remember(lookup, asked, Arc::clone(&record));
        Ok(Some(record))
    }

    async fn api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(KEYS, &[&account, &environment]).await?;
        let mut records = Vec::with_capacity(found.len());
        for row in &found {
            records.push(self.key_record(key_row(row)?).await?);
        }
        Ok(records)
    }

    async fn record_key_use(&self, used: Vec<(Scope, KeyId, Timestamp)>) -> Result<(), StoreError> {
        let (mut accounts, mut environments) = (Vec::new(), Vec::new());
        for (scope, ..) in &used {
            let (account, environment) = scope_values(*scope);
            accounts.push(account);
            environments.push(environment);
        }
        let keys: Vec<_> = used.iter().map(|(_, key, _)| uuid(key.as_bytes())).collect();
        let moments: Vec<_> = used.iter().map(|(.., at)| at.as_micros()).collect();
        self.database
            .write(&(accounts, environments, keys, moments), |session, (accounts, environments, keys, moments)| {
                Box::pin(async move {
                    session.execute(USED, &[accounts, environments, keys, moments]).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        match self.database.query_one(ACCOUNT, &[&uuid(id.as_bytes())]).await? {
            Some(row) => self.open_account(&row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut accounts = Vec::new();
        for row in self.database.query(ACCOUNTS, &[]).await? {
            accounts.push(self.open_account(&row).await?);
        }
        Ok(accounts)
    }
}

impl PostgresStore {
    async fn key_record(&self, row: Unchecked<KeyRow>) -> Result<KeyRecord, StoreError> {
        let keys = self.existing_scope_keys(row.scope()?).await?;
        row.check(&keys)?.open(&keys)
    }

    async fn open_account(&self, row: &Row) -> Result<Account, StoreError> {
        let mut columns = Columns::of(row);
        let row =
            AccountRow { id: columns.id()?, name: columns.next()?, created_at: columns.next()?, look: columns.next()? };
        let row = Unchecked::new(row, columns.next()?);
        let keys = self.existing_scope_keys(row.scope()?).await?;
        row.check(&keys)?.open(&keys)
    }
}
