//! Accounts, their keys, and API keys.

use dossier_core::caller::Scope;
use dossier_core::ids::KeyId;

use crate::api_keys::KeyRow;
use crate::postgres::database::{Error, Param, Session};
use crate::postgres::keys;
use crate::postgres::rows::{epoch_column, scope_values, statements, uuid};
use crate::prepared::{PreparedChange, SealedKey};
use crate::records::{RowHashes, RowKind};
use crate::rows;
use crate::vault::{RowSeal, WrappedKey};

statements! {
    ACCOUNT = "INSERT INTO accounts (account_id, name, created_at, look, mac) VALUES ($1, $2, $3, $4, $5)";
    SCOPE_KEY = "INSERT INTO scope_keys (account_id, environment, epoch, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT \
        DO NOTHING";
    ACCOUNT_CHANGED = "UPDATE accounts SET name = $2, look = $3, mac = $4 WHERE account_id = $1";
    KEY = "INSERT INTO api_keys (account_id, environment, key_id, lookup, hint, name, midstates, scopes, created_at, \
        expires_at, predecessor, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    SUCCESSOR = "SELECT 1 FROM api_keys WHERE account_id = $1 AND environment = $2 AND predecessor = $3";
    KEY_ENDS = "UPDATE api_keys SET expires_at = $4, revoked_at = $5, mac = $6, scopes = $7
        WHERE account_id = $1 AND environment = $2 AND key_id = $3";
}

pub(super) async fn insert_account(
    session: Session<'_>,
    (id, name, created_at, look, mac): (&[u8; 16], &Vec<u8>, i64, &Vec<u8>, &RowSeal),
) -> Result<(), Error> {
    session.execute(ACCOUNT, &[&uuid(id), name, &created_at, look, &&mac[..]]).await.map(drop)
}

/// Returns whether the account exists.
pub(super) async fn change_account(
    session: Session<'_>,
    (id, name, look, mac): (&[u8; 16], &Vec<u8>, &Vec<u8>, &RowSeal),
) -> Result<bool, Error> {
    Ok(session.execute(ACCOUNT_CHANGED, &[&uuid(id), name, look, &&mac[..]]).await? == 1)
}

/// Does nothing if the scope already has a key.
pub(crate) async fn insert_scope_key(session: Session<'_>, scope: Scope, wrapped: &WrappedKey) -> Result<(), Error> {
    let (account, environment) = scope_values(scope);
    session.execute(SCOPE_KEY, &[&account, &environment, &epoch_column(wrapped.epoch), &wrapped.sealed]).await.map(drop)
}

pub(super) async fn insert_key(session: Session<'_>, key: &SealedKey) -> Result<(), Error> {
    let row = &key.row;
    session
        .execute(
            KEY,
            &[
                &uuid(&row.account),
                &i16::from(row.environment),
                &uuid(&row.key_id),
                &&row.lookup[..],
                &row.hint,
                &row.name,
                &key.midstates,
                &row.scopes,
                &row.created_at,
                &row.expires_at,
                &row.predecessor.as_ref().map(uuid),
                &&key.mac[..],
            ],
        )
        .await
        .map(drop)
}

/// Whether a key was rolled.
pub(super) async fn has_successor(session: Session<'_>, scope: Scope, id: KeyId) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    Ok(!session.query(SUCCESSOR, &[&account, &environment, &uuid(id.as_bytes())]).await?.is_empty())
}

/// Changes the end of a key, or from where it may be used, and seals its row again.
pub(super) async fn change_key(
    session: Session<'_>,
    change: &PreparedChange,
    id: KeyId,
    other_rows: &mut RowHashes,
    ends: impl FnOnce(&mut KeyRow),
) -> Result<(), Error> {
    let Some(row) = keys::key(session, change.scope, id).await? else { return Ok(()) };
    let mut row = row.check(&change.keys)?;
    ends(&mut row);
    let mac = rows::seal(&row, &change.keys);
    other_rows.sealed(RowKind::ApiKey, id.as_bytes(), &mac);
    let (account, environment) = scope_values(change.scope);
    let id = uuid(id.as_bytes());
    let mac = &mac[..];
    let values: [&dyn Param; 7] = [&account, &environment, &id, &row.expires_at, &row.revoked_at, &mac, &row.scopes];
    session.execute(KEY_ENDS, &values).await.map(drop)
}
