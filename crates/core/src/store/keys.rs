//! API keys, and the accounts they belong to.

use std::sync::Arc;

use async_trait::async_trait;

use crate::account::Account;
use crate::api_key::{ApiKey, KeyRecord};
use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::{AccountId, KeyId};
use crate::store::error::StoreError;

/// Reads API keys and accounts.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// The record of a presented key in any state, at most a second old.
    async fn api_key(&self, key: &ApiKey) -> Result<Option<Arc<KeyRecord>>, StoreError>;

    /// The keys of a scope, oldest first.
    async fn api_keys(&self, scope: Scope) -> Result<Vec<KeyRecord>, StoreError>;

    /// Records when keys were last used. This is not part of any change: losing it in a crash does no harm.
    async fn record_key_use(&self, used: Vec<(Scope, KeyId, Timestamp)>) -> Result<(), StoreError>;

    /// One account. `None` when no account has this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when its name or form settings cannot be opened.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// All accounts, oldest first.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
}
