//! Creates, rolls and revokes API keys, and looks up their names.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::api_key::{ApiKey, KeyRecord, KeyScope, KeyState};
use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::ids::KeyId;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write;

/// The names of the keys of a scope. Empty if the row of one of them was altered: pages then show ids, and verifying
/// the store reports the row.
///
/// # Errors
///
/// Those of the store.
pub async fn names(services: &Services, scope: Scope) -> Result<BTreeMap<KeyId, String>, StoreError> {
    match services.store.api_keys(scope).await {
        Ok(keys) => Ok(keys.into_iter().map(|key| (key.key_id, key.name)).collect()),
        Err(StoreError::Corrupt(_)) => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

/// The properties of a new key.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The name that its owner gives it.
    pub name: String,
    /// The scopes: what it may do.
    pub scopes: Vec<KeyScope>,
    /// When it expires, if ever.
    pub expires_at: Option<Timestamp>,
    /// The addresses from which it may be used. Empty for all.
    pub addresses: Vec<IpNet>,
}

/// Why a key was not created, rolled or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No such key in this account and environment.
    #[error("no such key")]
    NotFound,
    /// The key is revoked, expired, or has been rolled already.
    #[error("the key is revoked, expired, or was rolled already; roll its successor")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates a key in the caller's scope. The text of the key is only in the returned value.
pub async fn create(services: &Services, caller: &Caller, new: NewKey) -> Result<(ApiKey, KeyRecord), KeyError> {
    let (key, record) = make(services, caller, new, None);
    let effect = Effect::KeyCreated { key: key.clone(), record: record.clone() };
    commit(services, caller, effect, Action::KeyCreated, (None, &record)).await?;
    Ok((key, record))
}

/// Replaces a key by a new one with the same name and scopes. The new key works at once, and the old one for another
/// `overlap_seconds`.
///
/// # Errors
///
/// [`KeyError::Ended`] when the key is not active or has a successor, so at most two keys of one line are active.
pub async fn roll(
    services: &Services,
    caller: &Caller,
    id: KeyId,
    overlap_seconds: i64,
) -> Result<(ApiKey, KeyRecord), KeyError> {
    let now = services.clock.now();
    let keys = services.store.api_keys(caller.scope).await?;
    let old = keys.iter().find(|key| key.key_id == id).ok_or(KeyError::NotFound)?;
    if old.state(now) != KeyState::Active || is_rolled(&keys, id) {
        return Err(KeyError::Ended);
    }
    let end = now.plus_seconds(overlap_seconds);
    let ends_at = old.expires_at.map_or(end, |sooner| sooner.min(end));
    // The new key expires when the old one would have: rolling does not extend access.
    let (name, scopes, addresses) = (old.name.clone(), old.scopes.clone(), old.addresses.clone());
    let new = NewKey { name, scopes, expires_at: old.expires_at, addresses };
    let (key, record) = make(services, caller, new, Some(id));
    let effect = Effect::KeyRolled { old: id, ends_at, key: key.clone(), record: record.clone() };
    match commit(services, caller, effect, Action::KeyRolled, (Some((old, ends_at)), &record)).await {
        Ok(()) => Ok((key, record)),
        // Another roll of the key committed first.
        Err(StoreError::Busy) if is_rolled(&services.store.api_keys(caller.scope).await?, id) => Err(KeyError::Ended),
        Err(error) => Err(error.into()),
    }
}

fn is_rolled(keys: &[KeyRecord], id: KeyId) -> bool {
    keys.iter().any(|key| key.predecessor == Some(id))
}

/// Revokes a key. Every process refuses it within a second. Revoking it again changes nothing.
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

/// Sets the addresses from which a key may be used. Every process follows within a second.
///
/// # Errors
///
/// [`KeyError::NotFound`] for an unknown id, and [`KeyError::Ended`] for a key that is not active.
pub async fn restrict(
    services: &Services,
    caller: &Caller,
    id: KeyId,
    addresses: Vec<IpNet>,
) -> Result<KeyRecord, KeyError> {
    let keys = services.store.api_keys(caller.scope).await?;
    let before = keys.into_iter().find(|key| key.key_id == id).ok_or(KeyError::NotFound)?;
    let now = services.clock.now();
    if before.state(now) != KeyState::Active {
        return Err(KeyError::Ended);
    }
    let after = KeyRecord { addresses: addresses.clone(), ..before.clone() };
    let mut audit = AuditEntry::new(caller, now, Action::KeyRestricted);
    audit.change(format!("/api_keys/{id}"), &before.audited(), &after.audited());
    write::commit(services, Change::new(caller.scope, Effect::KeyRestricted { id, addresses }, audit)).await?;
    Ok(after)
}

fn make(services: &Services, caller: &Caller, new: NewKey, predecessor: Option<KeyId>) -> (ApiKey, KeyRecord) {
    let now = services.clock.now();
    let key = ApiKey::generate(caller.scope.environment, services.random.as_ref());
    let record = KeyRecord {
        key_id: services.random.uuid().into(),
        scope: caller.scope,
        name: new.name,
        hint: key.hint(),
        scopes: new.scopes,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        predecessor,
        last_used_at: None,
        addresses: new.addresses,
    };
    (key, record)
}

/// Commits a change of a key with its audit entry. The entry has the ids of keys in plain text, and seals their names.
/// `rolled` is the key that the change replaces, and when that key ends.
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
