//! Links to the hosted form, and the passes that replace them.

use async_trait::async_trait;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, SessionId};
use dossier_core::store::{Link, LinkStore, StoreError};

use super::PostgresStore;
use super::rows::{Columns, statements};
use crate::rows::{LinkRow, Unchecked};

statements! {
    LINK = "SELECT account_id, environment, customer_id, session_id, mac, used_at FROM links WHERE token_hash = $1";
    PASS_USED = "UPDATE links SET used_at = greatest(coalesce(used_at, 0), $2::bigint) WHERE token_hash = $1";
}

#[async_trait]
impl LinkStore for PostgresStore {
    async fn link(&self, token: &str) -> Result<Option<Link>, StoreError> {
        let hash = self.vault.key_lookup(token);
        let row = self.database.query_one(LINK, &[&&hash[..]]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::of(&row);
        let (scope, customer) = (columns.scope()?, CustomerId::from_bytes(columns.id()?));
        let link = LinkRow { scope, hash, customer, session: SessionId::from_bytes(columns.id()?) };
        let keys = self.existing_scope_keys(scope).await?;
        let LinkRow { scope, customer, session, .. } = Unchecked::new(link, columns.next()?).check(&keys)?;
        Ok(Some(Link { scope, customer, session, used_at: columns.optional_moment()? }))
    }

    async fn record_pass_use(&self, pass: &str, at: Timestamp) -> Result<(), StoreError> {
        let hash = self.vault.key_lookup(pass);
        self.database.query(PASS_USED, &[&&hash[..], &at.as_micros()]).await.map(drop)
    }
}
