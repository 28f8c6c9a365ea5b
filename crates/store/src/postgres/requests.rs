//! The log of requests.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, FileId, KeyId};
use dossier_core::requests::{
    CountKey, Counts, ErrorCount, ErrorKey, Latencies, LoggedRequest, RequestBatch, RequestFilter, RequestPlace, Step,
};
use dossier_core::store::{RequestStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::database::{Error, Param, Session};
use super::rows::{Columns, number, row_limit, scope_values, statements, uuid};
use crate::request_rows::{RequestList, violations_column, violations_of_column};

macro_rules! requests_of {
    ($rest:literal) => {
        concat!(
            "SELECT at, request_id, method, route, status, code, violations, key_id, customer_id, file_id, duration,
                trail FROM requests WHERE account_id = $1 AND environment = $2 ",
            $rest
        )
    };
}

statements! {
    REQUEST = requests_of!("AND request_id = $3");
    REQUESTS = requests_of!("AND (at, request_id) < ($3, $4) AND at >= $5 AND status BETWEEN $6 AND $7
            AND ($8::uuid IS NULL OR key_id = $8) AND ($9::text IS NULL OR route = $9)
            AND ($10::text IS NULL OR method = $10)
        ORDER BY at DESC, request_id DESC LIMIT $11");
    COUNTS = "SELECT start, method, route, class, key_id, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9 FROM request_counts
        WHERE account_id = $1 AND environment = $2 AND step = $3 AND start >= $4 AND start < $5
        ORDER BY start, method, route, class, key_id";
    ERRORS = "SELECT day, method, route, status, code, pointer, violation, key_id, requests, first_at, first_request,
            last_at
        FROM request_errors WHERE account_id = $1 AND environment = $2 AND day >= $3";
    ADD = "INSERT INTO requests (account_id, environment, at, request_id, method, route, status, code, violations,
            key_id, customer_id, file_id, duration, trail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
            (SELECT seq FROM audit_heads WHERE account_id = $1 AND environment = $2))
        ON CONFLICT DO NOTHING";
    COUNT = "INSERT INTO request_counts VALUES
            ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT (account_id, environment, step, start, method, route, class, key_id) DO UPDATE
            SET b0 = request_counts.b0 + excluded.b0, b1 = request_counts.b1 + excluded.b1,
                b2 = request_counts.b2 + excluded.b2, b3 = request_counts.b3 + excluded.b3,
                b4 = request_counts.b4 + excluded.b4, b5 = request_counts.b5 + excluded.b5,
                b6 = request_counts.b6 + excluded.b6, b7 = request_counts.b7 + excluded.b7,
                b8 = request_counts.b8 + excluded.b8, b9 = request_counts.b9 + excluded.b9";
    COUNT_ERROR = "INSERT INTO request_errors VALUES
            ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (account_id, environment, day, method, route, status, code, pointer, violation, key_id) DO UPDATE
            SET requests = request_errors.requests + excluded.requests,
                first_request = CASE WHEN excluded.first_at < request_errors.first_at THEN excluded.first_request
                    ELSE request_errors.first_request END,
                first_at = least(request_errors.first_at, excluded.first_at),
                last_at = greatest(request_errors.last_at, excluded.last_at)";
    SURPLUS = "SELECT at FROM requests WHERE account_id = $1 AND environment = $2 AND status BETWEEN $3 AND $4
        ORDER BY at DESC LIMIT 1 OFFSET $5";
    FORGET = "DELETE FROM requests WHERE account_id = $1 AND environment = $2 AND (at, request_id) IN (
        SELECT at, request_id FROM requests
        WHERE account_id = $1 AND environment = $2 AND at < $5 AND status BETWEEN $3 AND $4
        ORDER BY at LIMIT 1000)";
    FORGET_COUNTS = "DELETE FROM request_counts
        WHERE account_id = $1 AND environment = $2 AND step = $3 AND start < $4";
    FORGET_ERRORS = "DELETE FROM request_errors WHERE account_id = $1 AND environment = $2 AND day < $3";
}

fn request(scope: Scope, row: &Row) -> Result<LoggedRequest, StoreError> {
    let mut columns = Columns::of(row);
    let (at, request_id) = (columns.moment()?, columns.next()?);
    let (method, route) = (columns.next::<String>()?.into(), columns.next::<String>()?.into());
    let status = columns.next::<i16>()?;
    let code = columns.next::<Option<String>>()?.map(Into::into);
    let violations = violations_of_column(columns.next::<Option<&str>>()?)?;
    Ok(LoggedRequest {
        scope,
        at,
        request_id,
        method,
        route,
        status: u16::try_from(status).unwrap_or(0),
        code,
        violations,
        key: KeyId::from_bytes(columns.id()?),
        customer: columns.optional_id()?.map(CustomerId::from_bytes),
        file: columns.optional_id()?.map(FileId::from_bytes),
        duration_us: columns.count()?,
        trail: columns.next::<Option<i64>>()?.and_then(|seq| u64::try_from(seq).ok()),
    })
}

/// A status as its column.
fn status_column(status: u16) -> i16 {
    i16::try_from(status).unwrap_or(i16::MAX)
}

fn step_column(step: Step) -> i16 {
    i16::try_from(step.seconds()).expect("an hour has 3,600 seconds")
}

#[async_trait]
impl RequestStore for PostgresStore {
    async fn record_requests(&self, batch: RequestBatch) -> Result<(), StoreError> {
        self.database
            .write(&batch, |session, batch| {
                Box::pin(async move {
                    // In the order of their keys, so that two processes never wait for each other.
                    for (key, one) in &batch.counts {
                        count(session, key, one).await?;
                    }
                    for (key, one) in &batch.errors {
                        count_error(session, key, one).await?;
                    }
                    for one in &batch.requests {
                        insert(session, one).await?;
                    }
                    Ok(())
                })
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
        let (account, environment) = scope_values(scope);
        let mut list = RequestList::new(filter, after, limit);
        while let Some(portion) = list.portion() {
            let (wanted, (lowest, highest)) = (&list.wanted, list.wanted.statuses());
            let (at, id) = (wanted.before.at.as_micros(), wanted.before.request_id.as_str());
            let from = filter.from.map_or(i64::MIN, Timestamp::as_micros);
            let (lowest, highest) = (status_column(lowest), status_column(highest));
            let key = filter.key.as_ref().map(|key| uuid(key.as_bytes()));
            let values: [&dyn Param; 11] = [
                &account,
                &environment,
                &at,
                &id,
                &from,
                &lowest,
                &highest,
                &key,
                &filter.route,
                &filter.method,
                &row_limit(portion),
            ];
            let rows = self.database.query(REQUESTS, &values).await?;
            list.add(rows.iter().map(|row| request(scope, row)).collect::<Result<_, _>>()?, portion);
        }
        Ok(list.into_page())
    }

    async fn request(&self, scope: Scope, request_id: &str) -> Result<Option<LoggedRequest>, StoreError> {
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(REQUEST, &[&account, &environment, &request_id]).await?;
        row.map(|row| request(scope, &row)).transpose()
    }

    async fn request_counts(
        &self,
        scope: Scope,
        step: Step,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Counts>, StoreError> {
        let (account, environment) = scope_values(scope);
        let values: [&dyn Param; 5] = [&account, &environment, &step_column(step), &from.as_micros(), &to.as_micros()];
        let rows = self.database.query(COUNTS, &values).await?;
        let read = |row: &Row| {
            let mut columns = Columns::of(row);
            let start = columns.moment()?;
            let (method, route) = (columns.next::<String>()?.into(), columns.next::<String>()?.into());
            let (class, key) = (columns.small()?, KeyId::from_bytes(columns.id()?));
            let key = CountKey { scope, step, start, method, route, class, key };
            let mut latencies = Latencies::default();
            for bucket in &mut latencies.0 {
                *bucket = columns.count()?;
            }
            Ok(Counts { key, latencies })
        };
        rows.iter().map(read).collect()
    }

    async fn request_errors(&self, scope: Scope, from: Timestamp) -> Result<Vec<(ErrorKey, ErrorCount)>, StoreError> {
        let (account, environment) = scope_values(scope);
        let rows = self.database.query(ERRORS, &[&account, &environment, &from.as_micros()]).await?;
        let read = |row: &Row| {
            let mut columns = Columns::of(row);
            let key = ErrorKey {
                scope,
                day: columns.moment()?,
                method: columns.next::<String>()?.into(),
                route: columns.next::<String>()?.into(),
                status: u16::try_from(columns.next::<i16>()?).unwrap_or(0),
                code: columns.next::<String>()?.into(),
                pointer: columns.next()?,
                violation: columns.next::<String>()?.into(),
                key: KeyId::from_bytes(columns.id()?),
            };
            let (count, first_at) = (columns.count()?, columns.moment()?);
            Ok((key, ErrorCount { count, first_at, first_request: columns.next()?, last_at: columns.moment()? }))
        };
        rows.iter().map(read).collect()
    }

    async fn forget_requests(
        &self,
        scope: Scope,
        before: Timestamp,
        minutes_before: Timestamp,
        keep: usize,
    ) -> Result<u64, StoreError> {
        self.database
            .write(&(scope, before, minutes_before, keep), |session, (scope, before, minutes_before, keep)| {
                Box::pin(async move {
                    let (account, environment) = scope_values(*scope);
                    let mut deleted = 0;
                    for (lowest, highest) in [(0_i16, 399_i16), (400, 999)] {
                        let of: [&dyn Param; 5] = [&account, &environment, &lowest, &highest, &row_limit(*keep)];
                        let surplus = session.query(SURPLUS, &of).await?;
                        let surplus = surplus.first().map(|row| Columns::of(row).next::<i64>()).transpose()?;
                        let end = surplus.map_or(before.as_micros(), |at| before.as_micros().max(at + 1));
                        deleted += session.execute(FORGET, &[&account, &environment, &lowest, &highest, &end]).await?;
                    }
                    for (step, before) in [(Step::Minute, minutes_before), (Step::Hour, before)] {
                        let of: [&dyn Param; 4] = [&account, &environment, &step_column(step), &before.as_micros()];
                        session.execute(FORGET_COUNTS, &of).await?;
                    }
                    session.execute(FORGET_ERRORS, &[&account, &environment, &before.as_micros()]).await?;
                    Ok(deleted)
                })
            })
            .await
    }
}

async fn insert(session: Session<'_>, one: &LoggedRequest) -> Result<(), Error> {
    let (account, environment) = scope_values(one.scope);
    let values: [&dyn Param; 13] = [
        &account,
        &environment,
        &one.at.as_micros(),
        &one.request_id,
        &&*one.method,
        &&*one.route,
        &status_column(one.status),
        &one.code.as_deref().map(ToOwned::to_owned),
        &violations_column(&one.violations),
        &uuid(one.key.as_bytes()),
        &one.customer.as_ref().map(|id| uuid(id.as_bytes())),
        &one.file.as_ref().map(|id| uuid(id.as_bytes())),
        &number(one.duration_us),
    ];
    session.execute(ADD, &values).await.map(drop)
}

async fn count(session: Session<'_>, key: &CountKey, one: &Latencies) -> Result<(), Error> {
    let (account, environment) = scope_values(key.scope);
    let (step, start, class) = (step_column(key.step), key.start.as_micros(), i16::from(key.class));
    let (method, route, id) = (&*key.method, &*key.route, uuid(key.key.as_bytes()));
    let buckets = one.0.map(number);
    let mut values: Vec<&dyn Param> = vec![&account, &environment, &step, &start, &method, &route, &class, &id];
    values.extend(buckets.iter().map(|bucket| bucket as &dyn Param));
    session.execute(COUNT, &values).await.map(drop)
}

async fn count_error(session: Session<'_>, key: &ErrorKey, one: &ErrorCount) -> Result<(), Error> {
    let (account, environment) = scope_values(key.scope);
    let values: [&dyn Param; 14] = [
        &account,
        &environment,
        &key.day.as_micros(),
        &&*key.method,
        &&*key.route,
        &status_column(key.status),
        &&*key.code,
        &key.pointer,
        &&*key.violation,
        &uuid(key.key.as_bytes()),
        &number(one.count),
        &one.first_at.as_micros(),
        &one.first_request,
        &one.last_at.as_micros(),
    ];
    session.execute(COUNT_ERROR, &values).await.map(drop)
}
