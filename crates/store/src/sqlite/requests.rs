//! The log of requests. It is written without a sync of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, FileId, KeyId};
use dossier_core::requests::{
    CountKey, Counts, ErrorCount, ErrorKey, Latencies, LoggedRequest, RequestBatch, RequestFilter, RequestPlace, Step,
};
use dossier_core::store::{RequestStore, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::SqliteStore;
use crate::columns::scope_columns;
use crate::request_rows::{RequestList, violations_column, violations_of_column};

macro_rules! requests_of {
    ($rest:literal) => {
        concat!(
            "SELECT at, request_id, method, route, status, code, violations, key_id, customer_id, file_id, duration,
                trail FROM requests WHERE account_id = ?1 AND environment = ?2 ",
            $rest
        )
    };
}

/// A request, and its violations as they are stored.
fn request(scope: Scope, row: &Row<'_>) -> Result<(LoggedRequest, Option<String>), rusqlite::Error> {
    let text = |column| row.get::<_, String>(column);
    let request = LoggedRequest {
        scope,
        at: Timestamp::from_micros(row.get(0)?),
        request_id: text(1)?,
        method: text(2)?.into(),
        route: text(3)?.into(),
        status: row.get(4)?,
        code: row.get::<_, Option<String>>(5)?.map(Into::into),
        violations: Vec::new(),
        key: KeyId::from_bytes(row.get(7)?),
        customer: row.get::<_, Option<_>>(8)?.map(CustomerId::from_bytes),
        file: row.get::<_, Option<_>>(9)?.map(FileId::from_bytes),
        duration_us: row.get(10)?,
        trail: row.get(11)?,
    };
    Ok((request, row.get(6)?))
}

fn opened((request, violations): (LoggedRequest, Option<String>)) -> Result<LoggedRequest, StoreError> {
    Ok(LoggedRequest { violations: violations_of_column(violations.as_deref())?, ..request })
}

#[async_trait]
impl RequestStore for SqliteStore {
    async fn record_requests(&self, batch: RequestBatch) -> Result<(), StoreError> {
        self.writer
            .lazy(move |connection| {
                batch.requests.iter().try_for_each(|one| insert(connection, one))?;
                batch.counts.iter().try_for_each(|(key, one)| count(connection, key, one))?;
                batch.errors.iter().try_for_each(|(key, one)| count_error(connection, key, one))
            })
            .await
    }

    async fn requests(
        &self,
        scope: Scope,
        filter: &RequestFilter,
        after: Option<RequestPlace>,
        limit: usize,
    ) -> Result<(Vec<LoggedRequest>, Option<RequestPlace>), StoreError> {
        let mut list = RequestList::new(filter, after, limit);
        while let Some(portion) = list.portion() {
            let rows = self.readers.read(|connection| {
                let (account, environment) = scope_columns(&scope);
                let (wanted, (lowest, highest)) = (&list.wanted, list.wanted.statuses());
                connection
                    .prepare_cached(requests_of!(
                        "AND (at, request_id) < (?3, ?4) AND at >= ?5 AND status BETWEEN ?6 AND ?7
                            AND (?8 IS NULL OR key_id = ?8) AND (?9 IS NULL OR route = ?9)
                            AND (?10 IS NULL OR method = ?10)
                        ORDER BY at DESC, request_id DESC LIMIT ?11"
                    ))?
                    .query_map(
                        params![
                            account,
                            environment,
                            wanted.before.at.as_micros(),
                            wanted.before.request_id,
                            wanted.filter.from.map_or(i64::MIN, Timestamp::as_micros),
                            lowest,
                            highest,
                            wanted.filter.key.as_ref().map(KeyId::as_bytes),
                            wanted.filter.route,
                            wanted.filter.method,
                            portion,
                        ],
                        |row| request(scope, row),
                    )?
                    .collect::<Result<Vec<_>, _>>()
            })?;
            list.add(rows.into_iter().map(opened).collect::<Result<_, _>>()?, portion);
        }
        Ok(list.into_page())
    }

    async fn request(&self, scope: Scope, request_id: &str) -> Result<Option<LoggedRequest>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(requests_of!("AND request_id = ?3"))?
                .query_row((account, environment, request_id), |row| request(scope, row))
                .optional()
        })?;
        row.map(opened).transpose()
    }

    async fn request_counts(
        &self,
        scope: Scope,
        step: Step,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Counts>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT start, method, route, class, key_id, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9
                     FROM request_counts
                     WHERE account_id = ?1 AND environment = ?2 AND step = ?3 AND start >= ?4 AND start < ?5
                     ORDER BY start, method, route, class, key_id",
                )?
                .query_map(params![account, environment, step.seconds(), from.as_micros(), to.as_micros()], |row| {
                    let mut latencies = Latencies::default();
                    for (place, bucket) in latencies.0.iter_mut().enumerate() {
                        *bucket = row.get(5 + place)?;
                    }
                    let key = CountKey {
                        scope,
                        step,
                        start: Timestamp::from_micros(row.get(0)?),
                        method: row.get::<_, String>(1)?.into(),
                        route: row.get::<_, String>(2)?.into(),
                        class: row.get(3)?,
                        key: KeyId::from_bytes(row.get(4)?),
                    };
                    Ok(Counts { key, latencies })
                })?
                .collect()
        })
    }

    async fn request_errors(&self, scope: Scope, from: Timestamp) -> Result<Vec<(ErrorKey, ErrorCount)>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT day, method, route, status, code, pointer, violation, key_id, requests, first_at,
                        first_request, last_at
                     FROM request_errors WHERE account_id = ?1 AND environment = ?2 AND day >= ?3",
                )?
                .query_map((account, environment, from.as_micros()), |row| {
                    let key = ErrorKey {
                        scope,
                        day: Timestamp::from_micros(row.get(0)?),
                        method: row.get::<_, String>(1)?.into(),
                        route: row.get::<_, String>(2)?.into(),
                        status: row.get(3)?,
                        code: row.get::<_, String>(4)?.into(),
                        pointer: row.get(5)?,
                        violation: row.get::<_, String>(6)?.into(),
                        key: KeyId::from_bytes(row.get(7)?),
                    };
                    let count = ErrorCount {
                        count: row.get(8)?,
                        first_at: Timestamp::from_micros(row.get(9)?),
                        first_request: row.get(10)?,
                        last_at: Timestamp::from_micros(row.get(11)?),
                    };
                    Ok((key, count))
                })?
                .collect()
        })
    }

    async fn forget_requests(
        &self,
        scope: Scope,
        before: Timestamp,
        minutes_before: Timestamp,
        keep: usize,
    ) -> Result<u64, StoreError> {
        let deleted = Arc::new(AtomicU64::new(0));
        let sum = Arc::clone(&deleted);
        self.writer
            .lazy(move |connection| {
                for failed in [false, true] {
                    let rows = forget(connection, scope, (failed, before, keep))?;
                    sum.fetch_add(rows as u64, Ordering::Relaxed);
                }
                forget_counts(connection, scope, before, minutes_before)
            })
            .await?;
        Ok(deleted.load(Ordering::Relaxed))
    }
}

fn insert(connection: &Connection, one: &LoggedRequest) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&one.scope);
    connection
        .prepare_cached(
            "INSERT INTO requests (account_id, environment, at, request_id, method, route, status, code, violations,
                key_id, customer_id, file_id, duration, trail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                (SELECT seq FROM audit_heads WHERE account_id = ?1 AND environment = ?2))
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            account,
            environment,
            one.at.as_micros(),
            one.request_id,
            one.method,
            one.route,
            one.status,
            one.code,
            violations_column(&one.violations),
            one.key.as_bytes(),
            one.customer.as_ref().map(CustomerId::as_bytes),
            one.file.as_ref().map(FileId::as_bytes),
            one.duration_us,
        ])
        .map(drop)
}

fn count(connection: &Connection, key: &CountKey, one: &Latencies) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&key.scope);
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9] = one.0;
    connection
        .prepare_cached(
            "INSERT INTO request_counts VALUES
                (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
             ON CONFLICT DO UPDATE SET b0 = b0 + excluded.b0, b1 = b1 + excluded.b1, b2 = b2 + excluded.b2,
                b3 = b3 + excluded.b3, b4 = b4 + excluded.b4, b5 = b5 + excluded.b5, b6 = b6 + excluded.b6,
                b7 = b7 + excluded.b7, b8 = b8 + excluded.b8, b9 = b9 + excluded.b9",
        )?
        .execute(params![
            account,
            environment,
            key.step.seconds(),
            key.start.as_micros(),
            key.method,
            key.route,
            key.class,
            key.key.as_bytes(),
            b0,
            b1,
            b2,
            b3,
            b4,
            b5,
            b6,
            b7,
            b8,
            b9,
        ])
        .map(drop)
}

fn count_error(connection: &Connection, key: &ErrorKey, one: &ErrorCount) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&key.scope);
    connection
        .prepare_cached(
            "INSERT INTO request_errors VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
                first_request = CASE WHEN excluded.first_at < first_at THEN excluded.first_request ELSE first_request
                    END,
                first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
        )?
        .execute(params![
            account,
            environment,
            key.day.as_micros(),
            key.method,
            key.route,
            key.status,
            key.code,
            key.pointer,
            key.violation,
            key.key.as_bytes(),
            one.count,
            one.first_at.as_micros(),
            one.first_request,
            one.last_at.as_micros(),
        ])
        .map(drop)
}

/// Deletes a portion of the requests that are too old or too many. Returns how many.
fn forget(
    connection: &Connection,
    scope: Scope,
    (failed, before, keep): (bool, Timestamp, usize),
) -> Result<usize, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (lowest, highest) = if failed { (400, 999) } else { (0, 399) };
    let newest_surplus: Option<i64> = connection
        .prepare_cached(
            "SELECT at FROM requests WHERE account_id = ?1 AND environment = ?2 AND status BETWEEN ?3 AND ?4
             ORDER BY at DESC LIMIT 1 OFFSET ?5",
        )?
        .query_row(params![account, environment, lowest, highest, keep], |row| row.get(0))
        .optional()?;
    let end = newest_surplus.map_or(before.as_micros(), |at| before.as_micros().max(at + 1));
    connection
        .prepare_cached(
            "DELETE FROM requests WHERE account_id = ?1 AND environment = ?2 AND (at, request_id) IN (
                SELECT at, request_id FROM requests
                WHERE account_id = ?1 AND environment = ?2 AND at < ?5 AND status BETWEEN ?3 AND ?4
                ORDER BY at LIMIT 1000)",
        )?
        .execute((account, environment, lowest, highest, end))
}

fn forget_counts(
    connection: &Connection,
    scope: Scope,
    before: Timestamp,
    minutes_before: Timestamp,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let mut counts = connection.prepare_cached(
        "DELETE FROM request_counts WHERE account_id = ?1 AND environment = ?2 AND step = ?3 AND start < ?4",
    )?;
    for (step, before) in [(Step::Minute, minutes_before), (Step::Hour, before)] {
        counts.execute((account, environment, step.seconds(), before.as_micros()))?;
    }
    connection
        .prepare_cached("DELETE FROM request_errors WHERE account_id = ?1 AND environment = ?2 AND day < ?3")?
        .execute((account, environment, before.as_micros()))
        .map(drop)
}
