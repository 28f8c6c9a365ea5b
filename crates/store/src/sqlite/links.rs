//! Links to the hosted form, and the passes that they are exchanged for.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, SessionId};
use dossier_core::store::{Link, LinkStore, StoreError};
use rusqlite::{Connection, OptionalExtension as _};

use super::SqliteStore;
use crate::columns::{scope_columns, scope_of};
use crate::prepared::StoredLink;
use crate::rows::{LinkRow, Unchecked};

#[async_trait]
impl LinkStore for SqliteStore {
    async fn link(&self, token: &str) -> Result<Option<Link>, StoreError> {
        let hash = self.vault.key_lookup(token);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT account_id, environment, customer_id, session_id, mac, used_at FROM links \
                     WHERE token_hash = ?1",
                )?
                .query_row([hash], |row| {
                    let place = (row.get(0)?, row.get::<_, u8>(1)?);
                    let (mac, used_at): (Option<Vec<u8>>, Option<i64>) = (row.get(4)?, row.get(5)?);
                    Ok((place, row.get(2)?, row.get(3)?, mac, used_at))
                })
                .optional()
        })?;
        let Some(((account, environment), customer, session, mac, used_at)) = row else { return Ok(None) };
        let (scope, customer) = (scope_of(account, environment)?, CustomerId::from_bytes(customer));
        let link = LinkRow { scope, hash, customer, session: SessionId::from_bytes(session) };
        let LinkRow { scope, customer, session, .. } =
            Unchecked::new(link, mac).check(&*self.existing_scope_keys(scope)?)?;
        Ok(Some(Link { scope, customer, session, used_at: used_at.map(Timestamp::from_micros) }))
    }

    async fn pass_used(&self, pass: &str, at: Timestamp) -> Result<(), StoreError> {
        let hash = self.vault.key_lookup(pass);
        self.writer
            .lazy(move |connection| {
                connection
                    .prepare_cached("UPDATE links SET used_at = max(coalesce(used_at, 0), ?2) WHERE token_hash = ?1")?
                    .execute((hash, at.as_micros()))
                    .map(drop)
            })
            .await
    }
}

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

/// Ends every pass of a customer's to the hosted form.
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

/// Nothing is to be done any more when the links of a customer run out.
pub(super) fn settle_links(connection: &Connection, scope: Scope, customer: CustomerId) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "UPDATE links SET expires_at = NULL
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND expires_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes()))?;
    Ok(())
}
