//! The attempts of deliveries, one row for each.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::requests::Step;
use dossier_core::store::StoreError;
use dossier_core::webhook::{Attempt, AttemptCount, FinishedAttempt, Verdict};
use rusqlite::{Connection, params};

use super::SqliteStore;
use crate::columns::scope_columns;

pub(super) fn insert(connection: &Connection, finished: &FinishedAttempt) -> Result<(), rusqlite::Error> {
    let FinishedAttempt { due, at: _, made_at, duration_us, result, verdict } = finished;
    let (account, environment) = scope_columns(&due.scope);
    connection
        .prepare_cached("INSERT INTO attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")?
        .execute(params![
            account,
            environment,
            due.delivery,
            made_at.as_micros(),
            matches!(verdict, Verdict::Delivered),
            result.word(),
            duration_us,
        ])
        .map(drop)
}

impl SqliteStore {
    pub(super) fn attempts_of(&self, scope: Scope, deliveries: &[u64]) -> Result<Vec<Attempt>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            let mut read = connection.prepare_cached(
                "SELECT at, accepted, result, duration FROM attempts
                 WHERE account_id = ?1 AND environment = ?2 AND delivery = ?3 ORDER BY at",
            )?;
            let mut found = Vec::new();
            for delivery in deliveries {
                let rows = read.query_map((account, environment, delivery), |row| {
                    Ok(Attempt {
                        delivery: *delivery,
                        at: Timestamp::from_micros(row.get(0)?),
                        accepted: row.get(1)?,
                        result: row.get(2)?,
                        duration_us: row.get(3)?,
                    })
                })?;
                found.extend(rows.collect::<Result<Vec<_>, _>>()?);
            }
            Ok(found)
        })
    }

    pub(super) fn count_attempts(&self, scope: Scope, from: Timestamp) -> Result<Vec<AttemptCount>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT at - at % ?4, accepted, count(*) FROM attempts
                     WHERE account_id = ?1 AND environment = ?2 AND at >= ?3 GROUP BY 1, 2 ORDER BY 1, 2",
                )?
                .query_map(params![account, environment, from.as_micros(), Step::Hour.seconds() * 1_000_000], |row| {
                    let start = Timestamp::from_micros(row.get(0)?);
                    Ok(AttemptCount { start, accepted: row.get(1)?, count: row.get(2)? })
                })?
                .collect()
        })
    }

    /// Deletes the attempts before a moment.
    pub(super) async fn forget_attempts(&self, before: Timestamp) -> Result<(), StoreError> {
        let old = "DELETE FROM attempts WHERE (account_id, environment, delivery, at) IN (
            SELECT a.account_id, a.environment, a.delivery, a.at FROM scope_keys s JOIN attempts a
                ON a.account_id = s.account_id AND a.environment = s.environment AND a.at < ?1
            LIMIT 1000)";
        while self.delete_portion(old, before).await? > 0 {}
        Ok(())
    }
}
