//! What is stored and what is waiting, over all accounts.

use async_trait::async_trait;
use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;

use super::SqliteStore;
use crate::columns::environment_column;
use crate::{TotalStore, Totals, Waiting};

#[async_trait]
impl TotalStore for SqliteStore {
    async fn totals(&self, environment: Environment, now: Timestamp) -> Result<Totals, StoreError> {
        let environment = environment_column(environment);
        self.readers.read(|connection| {
            let waiting = |sql: &str| {
                connection.prepare_cached(sql)?.query_row((environment, Waiting::LIMIT), |row| {
                    Ok(Waiting {
                        number: row.get(0)?,
                        oldest: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_micros),
                    })
                })
            };
            let deliveries = waiting(
                "SELECT count(*), min(created_at)
                 FROM (SELECT created_at FROM deliveries WHERE state = 0 AND environment = ?1 LIMIT ?2)",
            )?;
            let customers = waiting(
                "SELECT count(*), min(queued_at)
                 FROM (SELECT queued_at FROM customers WHERE queued_at IS NOT NULL AND environment = ?1 LIMIT ?2)",
            )?;
            let (files, file_bytes) = connection
                .prepare_cached(
                    "SELECT coalesce(sum(files), 0), coalesce(sum(bytes), 0) FROM usage WHERE environment = ?1",
                )?
                .query_row([environment], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let next_key_end: Option<i64> = connection
                .prepare_cached(
                    "SELECT min(expires_at) FROM api_keys
                     WHERE revoked_at IS NULL AND environment = ?1 AND expires_at > ?2",
                )?
                .query_row((environment, now.as_micros()), |row| row.get(0))?;
            let next_key_end = next_key_end.map(Timestamp::from_micros);
            Ok(Totals { deliveries, customers, files, file_bytes, next_key_end })
        })
    }
}
