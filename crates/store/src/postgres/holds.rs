//! Holds on the deletion of customers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, HoldId, PersonId};
use dossier_core::retention::Hold;
use dossier_core::store::{HoldStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::rows::{Columns, scope_values, statements, uuid};
use crate::rows::{HoldRow, Unchecked};
use crate::sealed;

statements! {
    HOLDS = "SELECT customer_id, hold_id, placed_at, ends_at, ended_at, details, mac FROM holds
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3 ORDER BY hold_id";
    HELD = "SELECT DISTINCT customer_id FROM holds WHERE account_id = $1 AND environment = $2
        AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $3)";
}

#[async_trait]
impl HoldStore for PostgresStore {
    async fn holds(&self, scope: Scope, customer: CustomerId) -> Result<Vec<Hold>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(HOLDS, &[&account, &environment, &uuid(customer.as_bytes())]).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.existing_scope_keys(scope).await?;
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer)).await?;
        found.iter().map(|row| sealed::open_hold(&key, hold_row(scope, row)?.check(&keys)?)).collect()
    }

    async fn held(&self, scope: Scope, now: Timestamp) -> Result<BTreeSet<CustomerId>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(HELD, &[&account, &environment, &now.as_micros()]).await?;
        found.iter().map(|row| Ok(CustomerId::from_bytes(Columns::of(row).id()?))).collect()
    }
}

fn hold_row(scope: Scope, row: &Row) -> Result<Unchecked<HoldRow>, StoreError> {
    let mut columns = Columns::of(row);
    let hold = HoldRow {
        scope,
        customer: CustomerId::from_bytes(columns.id()?),
        id: HoldId::from_bytes(columns.id()?),
        placed_at: columns.next()?,
        ends_at: columns.next()?,
        ended_at: columns.next()?,
        details: columns.next()?,
    };
    Ok(Unchecked::new(hold, columns.next()?))
}
