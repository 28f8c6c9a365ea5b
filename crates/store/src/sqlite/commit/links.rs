//! Links to the hosted form, and the passes that replace them.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::CustomerId;
use rusqlite::Connection;

use crate::columns::scope_columns;
use crate::prepared::StoredLink;

pub(super) fn insert_link(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    link: &StoredLink,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO links (token_hash, account_id, environment, customer_id, session_id, expires_at, used_at, mac)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            link.hash,
            account,
            environment,
            customer.as_bytes(),
            link.session.as_bytes(),
            link.expires_at.map(Timestamp::as_micros),
            link.used_at.map(Timestamp::as_micros),
            link.mac,
        ))?;
    Ok(())
}

/// Ends one pass to the hosted form.
pub(super) fn end_pass(connection: &Connection, hash: &[u8; 32]) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("DELETE FROM links WHERE token_hash = ?1 AND used_at IS NOT NULL")?
        .execute([hash])
        .map(drop)
}

/// Ends all passes of a customer to the hosted form.
pub(super) fn end_passes(connection: &Connection, scope: Scope, customer: CustomerId) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "DELETE FROM links
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND used_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes()))
        .map(drop)
}

/// Clears the expiry of a customer's links: nothing remains to be done when they expire.
pub(super) fn clear_link_expiry(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "UPDATE links SET expires_at = NULL
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND expires_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes()))?;
    Ok(())
}
