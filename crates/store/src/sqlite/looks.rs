//! The access log: counted looks at customers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, KeyId, PersonId};
use dossier_core::look::{CountedLook, LookPlace};
use dossier_core::store::{LookStore, StoreError};

use super::SqliteStore;
use crate::columns::scope_columns;
use crate::looks::{self, LookCount, LookRows};

const LOOKS: &str = "SELECT hour, key_id, through, seen, reason_id, looks, last_at, reason FROM looks
    WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3
        AND (hour, key_id, through, seen, reason_id) < (?4, ?5, ?6, ?7, ?8)
    ORDER BY hour DESC, key_id DESC, through DESC, seen DESC, reason_id DESC LIMIT ?9";

#[async_trait]
impl LookStore for SqliteStore {
    async fn record_looks(&self, looks: Vec<CountedLook>) -> Result<(), StoreError> {
        let mut rows = LookRows::default();
        for counted in looks {
            let (scope, customer) = (counted.look.scope, counted.look.customer);
            let key = match counted.look.reason {
                Some(_) => self.subject_keys(scope, customer, &[PersonId::of_customer(customer)])?,
                None => Default::default(),
            };
            rows.add(counted, key.get(&PersonId::of_customer(customer)).map(|key| &**key));
        }
        self.writer
            .task(move |connection| {
                let mut add = connection.prepare_cached(
                    "INSERT INTO looks (account_id, environment, customer_id, hour, key_id, through, seen, reason_id,
                        looks, last_at, reason)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
                        WHERE EXISTS (SELECT 1 FROM customers
                            WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3)
                     ON CONFLICT DO UPDATE
                        SET looks = looks + excluded.looks, last_at = max(last_at, excluded.last_at)",
                )?;
                for ((scope, customer, place), row) in rows.0 {
                    let (account, environment) = scope_columns(&scope);
                    add.execute(rusqlite::params![
                        account,
                        environment,
                        customer.as_bytes(),
                        place.hour.as_micros(),
                        place.key.as_bytes(),
                        place.through,
                        place.seen,
                        place.reason_id,
                        row.looks,
                        row.last_at.as_micros(),
                        row.reason,
                    ])?;
                }
                Ok(())
            })
            .await
    }

    async fn looks(
        &self,
        scope: Scope,
        id: CustomerId,
        after: Option<LookPlace>,
        limit: usize,
    ) -> Result<Vec<(LookPlace, CountedLook)>, StoreError> {
        let own = PersonId::of_customer(id);
        let key = self.subject_keys(scope, id, &[own])?.remove(&own);
        let (account, environment) = scope_columns(&scope);
        let before = after.unwrap_or(LookPlace::END);
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(LOOKS)?
                .query_map(
                    rusqlite::params![
                        account,
                        environment,
                        id.as_bytes(),
                        before.hour.as_micros(),
                        before.key.as_bytes(),
                        before.through,
                        before.seen,
                        before.reason_id,
                        limit
                    ],
                    look,
                )?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let open = |(place, row)| Ok((place, looks::open((scope, id, place), row, key.as_deref())?));
        rows.into_iter().map(open).collect()
    }
}

fn look(row: &rusqlite::Row<'_>) -> Result<(LookPlace, LookCount), rusqlite::Error> {
    let place = LookPlace {
        hour: Timestamp::from_micros(row.get(0)?),
        key: KeyId::from_bytes(row.get(1)?),
        through: row.get(2)?,
        seen: row.get(3)?,
        reason_id: row.get(4)?,
    };
    let last_at = Timestamp::from_micros(row.get(6)?);
    Ok((place, LookCount { looks: row.get(5)?, last_at, reason: row.get(7)? }))
}
