//! What is stored and what is waiting, over all accounts.

use async_trait::async_trait;
use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;

use super::PostgresStore;
use super::rows::{Columns, statements};
use crate::columns::environment_column;
use crate::{TotalStore, Totals, Waiting};

statements! {
    DELIVERIES = "SELECT count(*), min(d.created_at)
        FROM (SELECT created_at FROM deliveries WHERE state = 0 AND environment = $1 LIMIT $2) AS d";
    CUSTOMERS = "SELECT count(*), min(c.queued_at)
        FROM (SELECT queued_at FROM customers WHERE queued_at IS NOT NULL AND environment = $1 LIMIT $2) AS c";
    FILES = "SELECT CAST(coalesce(sum(files), 0) AS BIGINT), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM usage
        WHERE environment = $1";
    NEXT_KEY_END = "SELECT min(expires_at) FROM api_keys WHERE revoked_at IS NULL AND environment = $1
        AND expires_at > $2";
}

#[async_trait]
impl TotalStore for PostgresStore {
    async fn totals(&self, environment: Environment, now: Timestamp) -> Result<Totals, StoreError> {
        let environment = i16::from(environment_column(environment));
        let waiting = async |sql| {
            let row = self.database.query_one(sql, &[&environment, &i64::from(Waiting::LIMIT)]).await?;
            let Some(row) = row else { return Ok(Waiting::default()) };
            let mut columns = Columns::of(&row);
            let number = columns.count()?;
            let oldest = columns.next::<Option<i64>>()?.map(Timestamp::from_micros);
            Ok::<_, StoreError>(Waiting { number, oldest })
        };
        let (deliveries, customers) = (waiting(DELIVERIES).await?, waiting(CUSTOMERS).await?);
        let (mut files, mut file_bytes) = (0, 0);
        if let Some(row) = self.database.query_one(FILES, &[&environment]).await? {
            let mut columns = Columns::of(&row);
            (files, file_bytes) = (columns.count()?, columns.count()?);
        }
        let end = self.database.query_one(NEXT_KEY_END, &[&environment, &now.as_micros()]).await?;
        let end = end.as_ref().map(|row| Columns::of(row).next::<Option<i64>>()).transpose()?.flatten();
        Ok(Totals { deliveries, customers, files, file_bytes, next_key_end: end.map(Timestamp::from_micros) })
    }
}
