//! The desk: members, sign-ins and worksheets.

use dossier_core::caller::Scope;
use rusqlite::Connection;

use crate::columns::scope_columns;
use crate::prepared::DeskWrite;
use crate::rows::{DeskKind, DeskRow};
use crate::vault::RowSeal;

/// Returns `false` if a step cannot be done, because another writer was faster.
pub(super) fn write(connection: &Connection, scope: Scope, steps: &[DeskWrite]) -> Result<bool, rusqlite::Error> {
    for step in steps {
        let done = match step {
            DeskWrite::Put { row, mac, expected: 0 } => insert(connection, row, mac)?,
            DeskWrite::Put { row, mac, expected } => update(connection, row, mac, *expected)?,
            DeskWrite::Expect { id, version } => is_at(connection, scope, id, *version)?,
            DeskWrite::Delete { kind, id, must_exist } => delete(connection, scope, (*kind, id), *must_exist)?,
        };
        if !done {
            return Ok(false);
        }
    }
    Ok(true)
}

fn insert(connection: &Connection, row: &DeskRow, mac: &RowSeal) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&row.scope);
    let rows = connection
        .prepare_cached(
            "INSERT INTO desk (account_id, environment, kind, id, version, lookup, expires_at, content, mac)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
             WHERE ?3 <> 2 OR EXISTS (SELECT 1 FROM customers
                WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?4 AND type < 2)
             ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            row.kind as u8,
            row.id,
            row.version,
            &row.lookup,
            row.expires_at,
            &row.content,
            mac,
        ))?;
    Ok(rows == 1)
}

fn update(connection: &Connection, row: &DeskRow, mac: &RowSeal, expected: u64) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&row.scope);
    let rows = connection
        .prepare_cached(
            "UPDATE OR IGNORE desk SET version = ?6, content = ?7, mac = ?8, lookup = ?9
             WHERE account_id = ?1 AND environment = ?2 AND kind = ?3 AND id = ?4 AND version = ?5",
        )?
        .execute((
            account,
            environment,
            row.kind as u8,
            row.id,
            expected,
            row.version,
            &row.content,
            mac,
            &row.lookup,
        ))?;
    Ok(rows == 1)
}

fn is_at(connection: &Connection, scope: Scope, id: &[u8; 16], version: u64) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM desk
                WHERE account_id = ?1 AND environment = ?2 AND kind = 0 AND id = ?3 AND version = ?4)",
        )?
        .query_row((account, environment, id, version), |row| row.get(0))
}

fn delete(
    connection: &Connection,
    scope: Scope,
    (kind, id): (DeskKind, &[u8; 16]),
    must_exist: Option<u64>,
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let rows = connection
        .prepare_cached(
            "DELETE FROM desk WHERE account_id = ?1 AND environment = ?2 AND kind = ?3 AND id = ?4
                AND version = coalesce(?5, version)",
        )?
        .execute((account, environment, kind as u8, id, must_exist))?;
    Ok(rows == 1 || must_exist.is_none())
}
