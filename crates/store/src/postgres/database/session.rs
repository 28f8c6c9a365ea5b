//! Sends statements on a connection, with their parameters.

use std::pin::Pin;

use deadpool_postgres::Object;
use futures_util::TryStreamExt as _;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, SimpleQueryMessage};
use uuid::Uuid;

use super::error::{Error, PipelineError};

/// The settings of every session. Each statement finds its rows by their keys. But plans are kept, and one that was
/// made while a table was empty would read the whole table, for a minute or more, until there are statistics.
pub const SESSION: [&str; 6] = [
    "SET statement_timeout = '8s'",
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET jit = off",
    "SET plan_cache_mode = force_generic_plan",
];

/// A parameter of a statement with its type, so that no statement has to be described first.
pub(crate) trait Param: ToSql + Sync {
    fn kind(&self) -> Type;
    fn sql(&self) -> &(dyn ToSql + Sync);
}

macro_rules! params {
    ($($type:ty: $kind:ident,)*) => {
        $(impl Param for $type {
            fn kind(&self) -> Type {
                Type::$kind
            }

            fn sql(&self) -> &(dyn ToSql + Sync) {
                self
            }
        })*
    };
}

params! {
    Uuid: UUID,
    Option<Uuid>: UUID,
    Option<i16>: INT2,
    Option<i32>: INT4,
    Option<String>: TEXT,
    Vec<Option<i16>>: INT2_ARRAY,
    Vec<Option<i32>>: INT4_ARRAY,
    Vec<Option<String>>: TEXT_ARRAY,
    Vec<Option<Vec<u8>>>: BYTEA_ARRAY,
    Vec<Option<&str>>: TEXT_ARRAY,
    Vec<Uuid>: UUID_ARRAY,
    Vec<Option<Uuid>>: UUID_ARRAY,
    i16: INT2,
    Vec<i16>: INT2_ARRAY,
    i32: INT4,
    Vec<i32>: INT4_ARRAY,
    i64: INT8,
    Option<i64>: INT8,
    Vec<i64>: INT8_ARRAY,
    Vec<Option<i64>>: INT8_ARRAY,
    Vec<bool>: BOOL_ARRAY,
    &str: TEXT,
    String: TEXT,
    Vec<&str>: TEXT_ARRAY,
    &[u8]: BYTEA,
    Vec<u8>: BYTEA,
    Option<Vec<u8>>: BYTEA,
    Vec<&[u8]>: BYTEA_ARRAY,
    Vec<Option<&[u8]>>: BYTEA_ARRAY,
    Vec<Vec<u8>>: BYTEA_ARRAY,
}

/// A statement and its parameters.
pub(crate) type Call<'a> = (&'static str, Vec<&'a dyn Param>);

/// A connection, used by one or by many.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(super) client: &'a Object,
    pub(super) prepared: bool,
}

impl Session<'_> {
    pub(crate) async fn query(self, sql: &str, params: &[&dyn Param]) -> Result<Vec<Row>, Error> {
        let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
        if self.prepared {
            let statement = self.client.prepare_typed_cached(sql, &kinds).await?;
            let values: Vec<_> = params.iter().map(|param| param.sql()).collect();
            return Ok(self.client.query(&statement, &values).await?);
        }
        let values: Vec<_> = params.iter().map(|param| param.sql()).zip(kinds).collect();
        Ok(self.client.query_typed(sql, &values).await?)
    }

    /// Runs a statement that is its own transaction and returns one row before its end.
    pub(crate) async fn commit_alone(self, sql: &str, params: &[&dyn Param]) -> Result<(), PipelineError> {
        // If the connection broke, the end may have been reached, whatever the server has sent until then.
        let executed = |error: tokio_postgres::Error| match error.into() {
            Error::ConnectionLost(text) => PipelineError::AtTheEnd(text),
            error => PipelineError::Before(error),
        };
        let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
        let values = params.iter().map(|param| param.sql());
        let rows = if self.prepared {
            let statement = self.client.prepare_typed_cached(sql, &kinds).await;
            let statement = statement.map_err(|error| PipelineError::Before(error.into()))?;
            self.client.query_raw(&statement, values).await
        } else {
            self.client.query_typed_raw(sql, values.zip(kinds)).await
        };
        let mut rows = std::pin::pin!(rows.map_err(executed)?);
        rows.try_next().await.map_err(executed)?;
        rows.try_next().await.map(drop).map_err(|error| PipelineError::at_the_end(error.into()))
    }

    /// Returns how many rows it touched.
    pub(crate) async fn execute(self, sql: &str, params: &[&dyn Param]) -> Result<u64, Error> {
        let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
        if self.prepared {
            let statement = self.client.prepare_typed_cached(sql, &kinds).await?;
            let values: Vec<_> = params.iter().map(|param| param.sql()).collect();
            return Ok(self.client.execute(&statement, &values).await?);
        }
        let values: Vec<_> = params.iter().map(|param| param.sql()).zip(kinds).collect();
        Ok(self.client.execute_typed(sql, &values).await?)
    }

    /// Statements without parameters.
    pub(crate) async fn run(self, sql: &str) -> Result<(), Error> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// The first column of the first row, as text.
    pub(crate) async fn show(self, sql: &str) -> Result<Option<String>, Error> {
        let messages = self.client.simple_query(sql).await?;
        Ok(messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// Runs many statements in one round trip, with `begin` and `end` around them. Returns their rows in order. The
    /// first failure is the outcome of all.
    pub(crate) async fn pipeline(
        self,
        begin: Option<&'static str>,
        calls: &[Call<'_>],
        end: Option<&'static str>,
    ) -> Result<Vec<Vec<Row>>, PipelineError> {
        if self.prepared {
            // A statement that is not prepared yet would be sent late, after the end of the transaction.
            for (sql, params) in calls {
                let kinds: Vec<Type> = params.iter().map(|param| param.kind()).collect();
                self.client
                    .prepare_typed_cached(sql, &kinds)
                    .await
                    .map_err(|error| PipelineError::Before(error.into()))?;
            }
        }
        type Response<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;
        let simple =
            |sql: &'static str| -> Response<'_> { Box::pin(async move { self.run(sql).await.map(|()| Vec::new()) }) };
        let mut responses: Vec<Response<'_>> = Vec::with_capacity(calls.len() + 2);
        responses.extend(begin.map(simple));
        for (sql, params) in calls {
            responses.push(Box::pin(self.query(sql, params)));
        }
        responses.extend(end.map(simple));
        // Each statement is sent when its future is first polled, and they are polled in order.
        let mut responses = futures_util::future::join_all(responses).await;
        let ended = end.map(|_| responses.pop().expect("the end was sent"));
        // A statement that the database refused has undone the transaction, whatever the end reports. If the connection
        // broke, the end was sent as well and may have been reached.
        let mut rows = responses.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| match error {
            Error::ConnectionLost(text) if end.is_some() => PipelineError::AtTheEnd(text),
            error => PipelineError::Before(error),
        })?;
        if begin.is_some() {
            rows.remove(0);
        }
        match ended {
            Some(Err(error)) => Err(PipelineError::at_the_end(error)),
            Some(Ok(_)) | None => Ok(rows),
        }
    }
}
