//! Accounts, their keys, and API keys.

use dossier_core::caller::Scope;
use dossier_core::ids::KeyId;
use dossier_core::store::StoreError;
use rusqlite::Connection;

use crate::api_keys::KeyRow;
use crate::columns::scope_columns;
use crate::prepared::{PreparedChange, SealedKey};
use crate::records::{RowHashes, RowKind};
use crate::rows;
use crate::sqlite::keys;
use crate::vault::{RowSeal, WrappedKey};

pub(super) fn insert_account(
    connection: &Connection,
    (id, name, created_at, look, mac): (&[u8; 16], &[u8], i64, &[u8], &RowSeal),
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("INSERT INTO accounts (account_id, name, created_at, look, mac) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((id, name, created_at, look, mac))
        .map(drop)
}

/// Returns whether the account exists.
pub(super) fn change_account(
    connection: &Connection,
    (id, name, look, mac): (&[u8; 16], &[u8], &[u8], &RowSeal),
) -> Result<bool, rusqlite::Error> {
    let rows = connection
        .prepare_cached("UPDATE accounts SET name = ?2, look = ?3, mac = ?4 WHERE account_id = ?1")?
        .execute((id, name, look, mac))?;
    Ok(rows == 1)
}

pub(crate) fn insert_scope_key(
    connection: &Connection,
    scope: Scope,
    wrapped: &WrappedKey,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached("INSERT INTO scope_keys (account_id, environment, epoch, wrapped) VALUES (?1, ?2, ?3, ?4)")?
        .execute((account, environment, wrapped.epoch, &wrapped.sealed))?;
    Ok(())
}

pub(super) fn insert_key(connection: &Connection, key: &SealedKey) -> Result<(), rusqlite::Error> {
    let row = &key.row;
    connection
        .prepare_cached(
            "INSERT INTO api_keys (account_id, environment, key_id, lookup, hint, name, midstates, scopes, created_at,
                    expires_at, predecessor, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute((
            row.account,
            row.environment,
            row.key_id,
            row.lookup,
            &row.hint,
            &row.name,
            &key.midstates,
            &row.scopes,
            row.created_at,
            row.expires_at,
            row.predecessor,
            key.mac,
        ))?;
    Ok(())
}

/// Whether a key was rolled.
pub(super) fn has_successor(connection: &Connection, scope: Scope, id: KeyId) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT EXISTS
                (SELECT 1 FROM api_keys WHERE account_id = ?1 AND environment = ?2 AND predecessor = ?3)",
        )?
        .query_row((account, environment, id.as_bytes()), |row| row.get(0))
}

/// Changes the end of a key, or from where it may be used, and seals its row again. The inner result is an error if the
/// row does not match its seal.
pub(super) fn change_key(
    connection: &Connection,
    change: &PreparedChange,
    id: KeyId,
    other_rows: &mut RowHashes,
    ends: impl FnOnce(&mut KeyRow),
) -> Result<Result<(), StoreError>, rusqlite::Error> {
    let Some(found) = keys::key(connection, change.scope, id)? else { return Ok(Ok(())) };
    let mut row = match found.check(&change.keys) {
        Ok(row) => row,
        Err(error) => return Ok(Err(error)),
    };
    ends(&mut row);
    let mac = rows::seal(&row, &change.keys);
    other_rows.sealed(RowKind::ApiKey, id.as_bytes(), &mac);
    let (account, environment) = scope_columns(&change.scope);
    connection
        .prepare_cached(
            "UPDATE api_keys SET expires_at = ?4, revoked_at = ?5, mac = ?6, scopes = ?7
             WHERE account_id = ?1 AND environment = ?2 AND key_id = ?3",
        )?
        .execute((account, environment, id.as_bytes(), row.expires_at, row.revoked_at, mac, row.scopes))?;
    Ok(Ok(()))
}
