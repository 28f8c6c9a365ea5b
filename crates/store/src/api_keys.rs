//! API keys and accounts as both engines read them, opened here from their plain and sealed columns.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_core::account::Account;
use dossier_core::api_key::{ApiKey, KeyRecord, KeyScope, parse_network};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, KeyId};
use dossier_core::store::StoreError;
use ipnet::IpNet;
use quick_cache::sync::Cache;

use crate::columns::{scope_columns, scope_of};
use crate::rows::{self, Row, Table, Unchecked};
use crate::sealed::{AccountCell, account_scope, open_name, service_binding};
use crate::vault::{Cell, Fields, ScopeKeys};

/// API keys that were read a moment ago. The process that revokes a key sees it at once, the others within a second.
pub(crate) struct ApiKeyCache(Cache<[u8; 32], (Instant, Arc<KeyRecord>)>);

impl Default for ApiKeyCache {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl ApiKeyCache {
    /// Well below the promised second, because reading the key again takes time too.
    const TRUSTED: Duration = Duration::from_millis(500);

    pub(crate) fn get(&self, lookup: &[u8; 32]) -> Option<Arc<KeyRecord>> {
        self.0.get(lookup).filter(|(read, _)| read.elapsed() < Self::TRUSTED).map(|(_, record)| record)
    }

    /// Caches a record. Changes after `asked` are not in it.
    pub(crate) fn remember(&self, lookup: [u8; 32], asked: Instant, record: Arc<KeyRecord>) {
        self.0.insert(lookup, (asked, record));
    }

    /// Call this after a key has changed.
    pub(crate) fn forget(&self) {
        self.0.clear();
    }
}

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

impl Row for KeyRow {
    const TABLE: &'static Table = &rows::API_KEYS;

    fn scope(&self) -> Result<Scope, StoreError> {
        scope_of(self.account, self.environment)
    }

    fn id(&self) -> &[u8] {
        &self.key_id
    }

    fn add_to(&self, fields: &mut Fields) {
        let Self { account, environment, key_id, lookup, hint, scopes, created_at, expires_at, revoked_at, .. } = self;
        fields
            .bytes(&account[..])
            .number(i64::from(*environment))
            .bytes(&key_id[..])
            .bytes(&lookup[..])
            .text(hint)
            .text(scopes)
            .number(*created_at)
            .number(*expires_at)
            .number(*revoked_at)
            .bytes(self.predecessor.as_ref().map(|id| &id[..]));
    }
}

impl Unchecked<KeyRow> {
    /// Opens the row that was found by a presented key. The text of the key names the environment for which it was
    /// made.
    pub(crate) fn open_presented(self, keys: &ScopeKeys, presented: &ApiKey) -> Result<KeyRecord, StoreError> {
        let row = self.check(keys)?;
        if presented.environment() != row.scope()?.environment {
            return Err(rows::refuse(&row, keys, "the text of the key names another environment"));
        }
        row.open(keys)
    }
}

impl KeyRow {
    /// The sealed values of a key that is about to be written.
    pub(crate) fn of(record: &KeyRecord, lookup: [u8; 32]) -> Self {
        let (account, environment) = scope_columns(&record.scope);
        Self {
            account: *account,
            environment,
            key_id: *record.key_id.as_bytes(),
            lookup,
            hint: record.hint.clone(),
            name: Vec::new(),
            scopes: scopes_column(&record.scopes, &record.addresses),
            created_at: record.created_at.as_micros(),
            expires_at: record.expires_at.map(Timestamp::as_micros),
            revoked_at: record.revoked_at.map(Timestamp::as_micros),
            predecessor: record.predecessor.map(|id| *id.as_bytes()),
            last_used_at: None,
        }
    }

    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<KeyRecord, StoreError> {
        let scope = scope_of(self.account, self.environment)?;
        let scopes = scopes_of_column(&self.scopes)?;
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
            addresses: addresses_of_column(&self.scopes)?,
        })
    }
}

/// Says in the column that a key lacks `pii:reveal`. Keys of older versions could see everything. Their rows are sealed
/// and named in the audit trail, so no migration may rewrite them: a row that says nothing has the scope.
const WITHOUT_REVEAL: &str = "pii:masked";

/// The start of a word of the column that says from where a key may be used. An older version knows no such word, and
/// refuses the key.
const FROM: &str = "from:";

fn scopes_column(scopes: &[KeyScope], addresses: &[IpNet]) -> String {
    let lacks_reveal = (!scopes.contains(&KeyScope::PiiReveal)).then_some(WITHOUT_REVEAL);
    let words = scopes.iter().map(|scope| scope.as_str()).chain(lacks_reveal).collect::<Vec<_>>().join(" ");
    with_addresses(&words, &from_words(addresses))
}

/// The words that say from where.
pub(crate) fn from_words(addresses: &[IpNet]) -> String {
    addresses.iter().map(|network| format!("{FROM}{network}")).collect::<Vec<_>>().join(" ")
}

/// The column with these words in place of those that said from where.
pub(crate) fn with_addresses(column: &str, from: &str) -> String {
    let others = column.split_whitespace().filter(|word| !word.starts_with(FROM));
    others.chain(from.split_whitespace()).collect::<Vec<_>>().join(" ")
}

fn addresses_of_column(column: &str) -> Result<Vec<IpNet>, StoreError> {
    let unknown = || StoreError::Corrupt("a key has an unknown address".into());
    let words = column.split_whitespace().filter_map(|word| word.strip_prefix(FROM));
    words.map(|word| parse_network(word).ok_or_else(unknown)).collect()
}

fn scopes_of_column(column: &str) -> Result<Vec<KeyScope>, StoreError> {
    let words = || column.split_whitespace();
    let unknown = || StoreError::Corrupt("a key has an unknown scope".into());
    let scope = |word| KeyScope::parse(word).ok_or_else(unknown);
    let of_scope = |word: &&str| *word != WITHOUT_REVEAL && !word.starts_with(FROM);
    let mut scopes = words().filter(of_scope).map(scope).collect::<Result<Vec<_>, _>>()?;
    if words().all(|word| word != WITHOUT_REVEAL) && !scopes.contains(&KeyScope::PiiReveal) {
        scopes.push(KeyScope::PiiReveal);
    }
    Ok(scopes)
}

pub(crate) struct AccountRow {
    pub(crate) id: [u8; 16],
    pub(crate) name: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) look: Option<Vec<u8>>,
}

impl Row for AccountRow {
    const TABLE: &'static Table = &rows::ACCOUNTS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(account_scope(AccountId::from_bytes(self.id)))
    }

    fn id(&self) -> &[u8] {
        &self.id
    }

    fn add_to(&self, fields: &mut Fields) {
        let Self { id, name, created_at, look } = self;
        fields.bytes(&id[..]).number(*created_at).bytes(&name[..]).bytes(look.as_deref());
    }
}

impl AccountRow {
    /// Opens the row with the keys of the account's sandbox.
    pub(crate) fn open(self, keys: &ScopeKeys) -> Result<Account, StoreError> {
        let Self { id, name, created_at, look } = self;
        let account_id = AccountId::from_bytes(id);
        let scope = account_scope(account_id);
        let name = open_name(keys, scope, "accounts", &id, name)?;
        let open_account = |cell| {
            Cell::open(cell, &keys.service, &service_binding(scope, "accounts", "look", &id))
                .ok()
                .and_then(|look| serde_json::from_slice::<AccountCell>(&look).ok())
                .ok_or_else(|| StoreError::Corrupt("the branding of an account cannot be opened".to_owned()))
        };
        let AccountCell { form, closed_at } = look.map(open_account).transpose()?.unwrap_or_default();
        Ok(Account { account_id, name, created_at: Timestamp::from_micros(created_at), form, closed_at })
    }
}
