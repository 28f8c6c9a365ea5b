//! API keys: their form, their scopes, and their life from creation over rolling to revocation.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::audit::{Action, AuditEntry};
use crate::caller::{Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::ids::{KeyId, Random};
use crate::secret::{self, Kind};
use crate::services::Services;
use crate::store::StoreError;
use crate::write;

/// An API key as its owner has it: `dsk_test_` or `dsk_live_`, 43 random characters, 6 of checksum over all before.
/// Wiped from memory when dropped; `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// A new key.
    pub fn generate(environment: Environment, random: &dyn Random) -> Self {
        Self(secret::generate(Kind::ApiKey, environment, random))
    }

    /// Reads a key. `None` when the form or the checksum is wrong, so that a typo never reaches the database.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        secret::parse(Kind::ApiKey, text).map(Self)
    }

    /// The key itself: for its owner, once, and for the keyed hash by which it is found.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The environment that its prefix names.
    #[must_use]
    pub fn environment(&self) -> Environment {
        if self.0.starts_with("dsk_live_") { Environment::Production } else { Environment::Sandbox }
    }

    /// What may be shown of it afterwards: prefix and last four characters.
    #[must_use]
    pub fn hint(&self) -> String {
        let (prefix, tail) = (&self.0[..9], &self.0[self.0.len() - 4..]);
        format!("{prefix}…{tail}")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([secret])")
    }
}

macro_rules! scopes {
    ($($variant:ident = $text:literal: $help:literal,)*) => {
        /// What a key may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum KeyScope { $(#[doc = $help] #[serde(rename = $text)] $variant),* }

        impl KeyScope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The scope as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What it allows.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),* }
            }
        }
    };
}

scopes! {
    CustomersRead = "customers:read": "Read and list customers.",
    CustomersWrite = "customers:write": "Create and update customers, without seeing what is stored.",
    FilesWrite = "files:write": "Upload files.",
    FilesRead = "files:read": "Read the content of uploaded files.",
    KycSession = "kyc:session": "Open KYC sessions, and see the links to the form.",
    KycDecide = "kyc:decide": "Decide about customers.",
    WebhooksManage = "webhooks:manage": "Manage webhooks. Registering and enabling one also takes events:read.",
    EventsRead = "events:read": "Read events, each with the customer as of then.",
    AuditRead = "audit:read": "Read the audit trail.",
    Simulate = "simulate": "Drive the sandbox.",
}

impl KeyScope {
    /// Reads a scope.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }

    /// What a key may do unless its scopes are named: what the contract's endpoints need, and in the sandbox what a
    /// developer needs to see every outcome. Reading files is not among them: the contract only uploads.
    #[must_use]
    pub fn defaults(environment: Environment) -> Vec<Self> {
        let mut scopes = vec![
            Self::CustomersRead,
            Self::CustomersWrite,
            Self::FilesWrite,
            Self::KycSession,
            Self::WebhooksManage,
            Self::EventsRead,
        ];
        if environment == Environment::Sandbox {
            scopes.extend([Self::Simulate, Self::KycDecide]);
        }
        scopes
    }
}

/// What is kept of a key, the key itself not being kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its id.
    pub key_id: KeyId,
    /// The walls inside which it acts.
    pub scope: Scope,
    /// What its owner calls it. Kept sealed.
    pub name: String,
    /// Prefix and last four characters.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The key that this one replaces.
    pub predecessor: Option<KeyId>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whether a key opens anything now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It does.
    Active,
    /// No longer: its time ran out.
    Expired,
    /// No longer: it was revoked.
    Revoked,
}

impl KeyRecord {
    /// What an entry of the audit trail says of it, sealed.
    fn audited(&self) -> serde_json::Value {
        let Self { key_id: _, scope, name, hint, scopes, created_at: _, expires_at, revoked_at, .. } = self;
        serde_json::json!({
            "name": name,
            "environment": scope.environment,
            "hint": hint,
            "scopes": scopes,
            "expires_at": expires_at,
            "revoked_at": revoked_at,
        })
    }

    /// Whether the key opens anything at this moment.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }
}

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
}

/// Why a key could not be managed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No such key in this account and environment.
    #[error("no such key")]
    NotFound,
    /// The key is revoked, expired, or has been rolled already.
    #[error("the key is revoked, expired, or was rolled already; roll its successor")]
    Ended,
    /// The store's answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates a key inside the caller's walls. The key is in the answer and nowhere else.
///
/// # Errors
///
/// What the store says.
pub async fn create(services: &Services, caller: &Caller, new: NewKey) -> Result<(ApiKey, KeyRecord), KeyError> {
    let (key, record) = make(services, caller, new, None);
    let effect = Effect::KeyCreated { key: key.clone(), record: record.clone() };
    commit(services, caller, effect, Action::KeyCreated, (None, &record)).await?;
    Ok((key, record))
}

/// Replaces a key: a new one of the same name and scopes works at once, the old one until `overlap_seconds` from now.
///
/// # Errors
///
/// [`KeyError::Ended`] when the key is not active or has a successor: of one line at most two keys are alive.
pub async fn roll(
    services: &Services,
    caller: &Caller,
    id: KeyId,
    overlap_seconds: i64,
) -> Result<(ApiKey, KeyRecord), KeyError> {
    let now = services.clock.now();
    let keys = services.store.api_keys(caller.scope).await?;
    let old = keys.iter().find(|key| key.key_id == id).ok_or(KeyError::NotFound)?;
    if old.state(now) != KeyState::Active || keys.iter().any(|key| key.predecessor == Some(id)) {
        return Err(KeyError::Ended);
    }
    let end = now.plus_seconds(overlap_seconds);
    let ends_at = old.expires_at.map_or(end, |sooner| sooner.min(end));
    // A key that was to expire hands its end on: rolling does not lengthen a life.
    let new = NewKey { name: old.name.clone(), scopes: old.scopes.clone(), expires_at: old.expires_at };
    let (key, record) = make(services, caller, new, Some(id));
    let effect = Effect::KeyRolled { old: id, ends_at, key: key.clone(), record: record.clone() };
    commit(services, caller, effect, Action::KeyRolled, (Some((old, ends_at)), &record)).await?;
    Ok((key, record))
}

/// Revokes a key; it is refused within a second, everywhere. Revoking it again changes nothing.
///
/// # Errors
///
/// [`KeyError::NotFound`] for an unknown id.
pub async fn revoke(services: &Services, caller: &Caller, id: KeyId) -> Result<KeyRecord, KeyError> {
    let keys = services.store.api_keys(caller.scope).await?;
    let mut record = keys.into_iter().find(|key| key.key_id == id).ok_or(KeyError::NotFound)?;
    if record.revoked_at.is_none() {
        let at = services.clock.now();
        record.revoked_at = Some(at);
        commit(services, caller, Effect::KeyRevoked { id, at }, Action::KeyRevoked, (None, &record)).await?;
    }
    Ok(record)
}

fn make(services: &Services, caller: &Caller, new: NewKey, predecessor: Option<KeyId>) -> (ApiKey, KeyRecord) {
    let now = services.clock.now();
    let key = ApiKey::generate(caller.scope.environment, services.random.as_ref());
    let record = KeyRecord {
        key_id: services.random.uuid(now).into(),
        scope: caller.scope,
        name: new.name,
        hint: key.hint(),
        scopes: new.scopes,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        predecessor,
        last_used_at: None,
    };
    (key, record)
}

/// The entry names the keys in plain text, by their ids. What they are called is sealed. `rolled` is the key that the
/// change replaces, with the moment when it ends.
async fn commit(
    services: &Services,
    caller: &Caller,
    effect: Effect,
    action: Action,
    (rolled, record): (Option<(&KeyRecord, Timestamp)>, &KeyRecord),
) -> Result<(), StoreError> {
    let mut audit = AuditEntry::new(caller, services.clock.now(), action);
    let pointer = format!("/api_keys/{}", record.key_id);
    let after = record.audited();
    let before = match action {
        Action::KeyRevoked => KeyRecord { revoked_at: None, ..record.clone() }.audited(),
        _ => serde_json::Value::Null,
    };
    audit.change(pointer, &before, &after);
    if let Some((old, ends_at)) = rolled {
        let after = KeyRecord { expires_at: Some(ends_at), ..old.clone() }.audited();
        audit.change(format!("/api_keys/{}", old.key_id), &old.audited(), &after);
    }
    write::commit(services, Change::new(caller.scope, effect, audit)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::testing::Dice;

    #[test]
    fn keys_have_the_documented_form_and_are_read_back() {
        for environment in [Environment::Sandbox, Environment::Production] {
            for seed in 0..1_000 {
                let key = ApiKey::generate(environment, &Dice::new(seed));
                assert_eq!(key.expose().len(), 58);
                assert_eq!(ApiKey::parse(key.expose()), Some(key.clone()));
                assert_eq!(format!("{key:?}"), "ApiKey([secret])");
            }
        }
    }

    #[test]
    fn a_typo_or_another_environment_breaks_the_checksum() {
        let key = ApiKey::generate(Environment::Sandbox, &Dice::new(7));
        let text = key.expose();
        for at in 9..text.len() {
            let other = if text.as_bytes()[at] == b'a' { "b" } else { "a" };
            let typo = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(ApiKey::parse(&typo), None, "{at}");
        }
        for wrong in
            ["", "dsk_test_", &text.replace("test", "live"), &text[..57], &format!("{text}0"), &format!(" {text}")]
        {
            assert_eq!(ApiKey::parse(wrong), None);
        }
    }

    #[test]
    fn a_hint_is_prefix_and_last_four() {
        let key = ApiKey::generate(Environment::Production, &Dice::new(1));
        assert!(key.hint().starts_with("dsk_live_…") && key.expose().ends_with(&key.hint()[12..]));
    }
}
