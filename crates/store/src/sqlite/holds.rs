//! Holds on the deletion of customers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, HoldId, PersonId};
use dossier_core::retention::Hold;
use dossier_core::store::{HoldStore, StoreError};
use rusqlite::Row;

use super::SqliteStore;
use crate::columns::scope_columns;
use crate::rows::{HoldRow, Unchecked};
use crate::sealed;

#[async_trait]
impl HoldStore for SqliteStore {
    async fn holds(&self, scope: Scope, customer: CustomerId) -> Result<Vec<Hold>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id, hold_id, placed_at, ends_at, ended_at, details, mac FROM holds
                     WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 ORDER BY hold_id",
                )?
                .query_map((account, environment, customer.as_bytes()), |row| hold_row(scope, row))?
                .collect::<Result<Vec<_>, _>>()
        })?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.existing_scope_keys(scope)?;
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer))?;
        rows.into_iter().map(|row| sealed::open_hold(&key, row.check(&keys)?)).collect()
    }

    async fn held(&self, scope: Scope, now: Timestamp) -> Result<BTreeSet<CustomerId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT DISTINCT customer_id FROM holds WHERE account_id = ?1 AND environment = ?2
                        AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > ?3)",
                )?
                .query_map((account, environment, now.as_micros()), |row| Ok(CustomerId::from_bytes(row.get(0)?)))?
                .collect()
        })
    }
}

fn hold_row(scope: Scope, row: &Row<'_>) -> Result<Unchecked<HoldRow>, rusqlite::Error> {
    let hold = HoldRow {
        scope,
        customer: CustomerId::from_bytes(row.get(0)?),
        id: HoldId::from_bytes(row.get(1)?),
        placed_at: row.get(2)?,
        ends_at: row.get(3)?,
        ended_at: row.get(4)?,
        details: row.get(5)?,
    };
    Ok(Unchecked::new(hold, row.get(6)?))
}
