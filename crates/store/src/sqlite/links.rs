//! Links to the hosted form, and the passes that replace them.

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, SessionId};
use dossier_core::store::{Link, LinkStore, StoreError};
use rusqlite::OptionalExtension as _;

use super::SqliteStore;
use crate::columns::scope_of;
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

    async fn record_pass_use(&self, pass: &str, at: Timestamp) -> Result<(), StoreError> {
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
