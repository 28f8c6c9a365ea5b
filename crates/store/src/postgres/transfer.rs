//! This engine as one end of a transfer; see `crate::transfer`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use deadpool_postgres::Object;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::database::{Database, Param};
use super::rotate::NEWEST;
use super::row_seals::ACCOUNTS;
use super::rows::{Columns, epoch_column, row_limit, statements, uuid};
use super::shards::{ALIVE, shard_of};
use super::{BIND, INSTALLATION, check_settings, migrate};
use crate::OpenError;
use crate::key_export::KeyRow;
use crate::transfer::record::{Record, Value};
use crate::transfer::snapshot::{Facts, Pace};
use crate::transfer::target::outside;
use crate::transfer::{Column, ColumnKind, PORTION, RecordStream, Shape, TABLES};

statements! {
    pub(super) MIGRATIONS = "SELECT count(*) FROM migrations WHERE number > 0";
    pub(super) COLUMNS = "SELECT CAST(column_name AS TEXT), CAST(udt_name AS TEXT) FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = $1";
    /// A scope without any activity has a chain without entries.
    CHAINS = "INSERT INTO audit_heads (account_id, environment, seq, hash, seal, event, delivery)
        SELECT account_id, environment, 0, $1, $1, 0, 0 FROM scope_keys WHERE account_id <> $2 ON CONFLICT DO NOTHING";
}

/// The columns that only this engine has.
const PRIVATE: &[(&str, &str)] = &[("endpoints", "shard")];
/// Everything is read at one moment.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A snapshot is idle while slow storage takes what was read. A savepoint is needed because an error would end the
/// transaction.
const NO_TIMEOUT: &str =
    "SAVEPOINT setting; SET LOCAL idle_in_transaction_session_timeout = 0; RELEASE SAVEPOINT setting";
/// The rows that a start creates in an empty database.
const CLEAR: &str = "DELETE FROM scope_keys; DELETE FROM installation";

async fn number(database: &Database, sql: &'static str) -> Result<u64, StoreError> {
    match database.query_one(sql, &[]).await? {
        Some(row) => Columns::of(&row).count(),
        None => Ok(0),
    }
}

/// One read transaction on its own connection.
pub(crate) struct PostgresSnapshot {
    database: Database,
    connection: Object,
    pace: Pace,
}

impl PostgresSnapshot {
    pub(crate) async fn take(url: &str, pace: Pace) -> Result<(Self, Facts), StoreError> {
        let database = Database::new(url).map_err(unavailable)?;
        let connection = database.first_connection().await.map_err(unavailable)?;
        let session = database.session(&connection);
        session.run(BEGIN).await?;
        if let Err(error) = session.run(NO_TIMEOUT).await {
            // Not every engine knows the setting.
            tracing::debug!(%error, "failed to disable the idle timeout of a snapshot");
            session.run("ROLLBACK TO SAVEPOINT setting").await?;
        }
        let mut facts =
            Facts { engine: "postgresql", schema: 0, installation: [0; 16], newest_epoch: 0, shapes: vec![] };
        for row in &session.query(MIGRATIONS, &[]).await? {
            facts.schema = u32::try_from(Columns::of(row).count()?).unwrap_or(u32::MAX);
        }
        for row in &session.query(INSTALLATION, &[]).await? {
            let mut columns = Columns::of(row);
            facts.installation = columns.id()?;
            facts.newest_epoch = u32::try_from(columns.next::<i32>()?).unwrap_or(0);
        }
        facts.shapes = shapes(&database, &connection).await?;
        Ok((Self { database, connection, pace }, facts))
    }

    pub(crate) async fn count(&self, shape: &Shape) -> Result<u64, StoreError> {
        let sql = match shape.name {
            // Rows that are never deleted need no count: the last number is enough.
            "audit" => "SELECT CAST(coalesce(sum(seq), 0) AS BIGINT) FROM audit_heads".to_owned(),
            "events" => "SELECT CAST(coalesce(sum(event), 0) AS BIGINT) FROM audit_heads".to_owned(),
            // Counting millions takes longer than a statement may. The count is then 0.
            name => format!("SELECT count(*) FROM {name}"),
        };
        // Outside the snapshot, because a failed statement would end its transaction.
        let row = self.database.query_one(&sql, &[]).await?;
        Ok(row.map(|row| Columns::of(&row).count()).transpose()?.unwrap_or(0))
    }

    /// The approximate size of the rows in bytes.
    pub(crate) async fn size(&self) -> u64 {
        let sql = "SELECT pg_database_size(current_database())";
        let row = self.database.query_one(sql, &[]).await.ok().flatten();
        // Engines without this function do not tell.
        row.and_then(|row| Columns::of(&row).count().ok()).unwrap_or(0)
    }

    pub(crate) fn records(self: Arc<Self>, shape: Shape, mut after: Option<Record>) -> RecordStream {
        let (sender, receiver) = mpsc::channel(2);
        tokio::spawn(async move {
            loop {
                let began = Instant::now();
                let portion = self.portion(&shape, after.as_ref()).await;
                let worked = began.elapsed();
                let last = portion.as_ref().ok().and_then(|rows| rows.last()).map(|row| row[..shape.key].to_vec());
                let ended = portion.as_ref().map_or(true, |rows| rows.len() < PORTION);
                if portion.as_ref().is_ok_and(Vec::is_empty) || sender.send(portion).await.is_err() || ended {
                    return;
                }
                after = last;
                tokio::time::sleep(self.pace.rest(worked)).await;
            }
        });
        receiver
    }

    async fn portion(&self, shape: &Shape, after: Option<&Record>) -> Result<Vec<Record>, StoreError> {
        let (columns, key) = (shape.list(), shape.key_list());
        let mut sql = format!("SELECT {columns} FROM {} WHERE {}", shape.name, filter(shape));
        let mut values: Vec<Box<dyn Param + Send>> = Vec::new();
        if let Some(after) = after {
            let places: Vec<_> = (1..=shape.key).map(|place| format!("${place}")).collect();
            let _ = write!(sql, " AND ({key}) > ({})", places.join(", "));
            values.extend(after.iter().zip(&shape.columns).map(|(value, column)| single(column.kind, value)));
        }
        let _ = write!(sql, " ORDER BY {key} LIMIT ${}", values.len() + 1);
        values.push(Box::new(row_limit(PORTION)));
        let values: Vec<&dyn Param> = values.iter().map(|value| &**value as &dyn Param).collect();
        let found = self.database.session(&self.connection).query(&sql, &values).await?;
        found.iter().map(|row| read(shape, row)).collect()
    }
}

/// A database that receives records.
pub(crate) struct PostgresTarget {
    database: Database,
    shapes: Vec<Shape>,
}

impl PostgresTarget {
    pub(crate) async fn open(url: &str, schema: u32, now: Timestamp) -> Result<Self, OpenError> {
        let database = Database::new(url)?;
        let connection = database.first_connection().await?;
        check_settings(database.session(&connection)).await?;
        migrate::up_to(database.session(&connection), schema, now).await?;
        let shapes = shapes(&database, &connection).await?;
        drop(connection);
        Ok(Self { database, shapes })
    }

    /// The numbers of accounts and processes.
    pub(crate) async fn occupants(url: &str) -> Result<(u64, u64), OpenError> {
        let database = Database::new(url)?;
        Ok((number(&database, ACCOUNTS).await?, number(&database, ALIVE).await?))
    }

    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        self.database.run_slow(CLEAR).await
    }

    pub(crate) async fn set_installation(&self, installation: [u8; 16], newest_epoch: u32) -> Result<(), StoreError> {
        self.database.query(BIND, &[&uuid(&installation), &epoch_column(newest_epoch)]).await.map(drop)
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    pub(crate) async fn last(&self, shape: &Shape) -> Result<Option<Record>, StoreError> {
        let descending = shape.key_list().replace(", ", " DESC, ");
        let (columns, table) = (shape.list(), shape.name);
        let sql = format!("SELECT {columns} FROM {table} ORDER BY {descending} DESC LIMIT 1");
        let row = self.database.query_one(&sql, &[]).await?;
        row.map(|row| Ok(read(shape, &row)?[..shape.key].to_vec())).transpose()
    }

    pub(crate) async fn write(&self, shape: &Shape, records: &[Record]) -> Result<(), StoreError> {
        let mut values: Vec<Box<dyn Param + Send>> = Vec::with_capacity(shape.columns.len() + 1);
        let mut columns = shape.list();
        let mut arrays = String::new();
        for (place, column) in shape.columns.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let _ = write!(arrays, "{comma}${}::{}[]", place + 1, type_name(column.kind));
            values.push(array(column.kind, records.iter().map(|record| &record[place])));
        }
        if let Some((_, own)) = PRIVATE.iter().find(|(name, _)| *name == shape.name)
            && let Some(place) = shape.position("endpoint_id")
        {
            let shards = records.iter().filter_map(|record| id(&record[place])).map(|id| shard_of(id.as_bytes()));
            let _ = write!(columns, ", {own}");
            let _ = write!(arrays, ", ${}::smallint[]", values.len() + 1);
            values.push(Box::new(shards.collect::<Vec<i16>>()));
        }
        let sql = format!("INSERT INTO {} ({columns}) SELECT * FROM unnest({arrays})", shape.name);
        self.write_all(sql, values).await
    }

    async fn write_all(&self, sql: String, values: Vec<Box<dyn Param + Send>>) -> Result<(), StoreError> {
        self.database
            .write(&(sql, values), |session, (sql, values)| {
                Box::pin(async move {
                    let values: Vec<&dyn Param> = values.iter().map(|value| &**value as &dyn Param).collect();
                    session.execute(sql, &values).await.map(drop)
                })
            })
            .await
    }

    pub(crate) async fn take_keys(&self, shape: &Shape, rows: &[KeyRow]) -> Result<(), StoreError> {
        let keys: Vec<Record> = rows.iter().map(KeyRow::key).collect();
        let (names, table) = (&shape.column_names()[..shape.key], shape.name);
        let mut values: Vec<Box<dyn Param + Send>> = Vec::new();
        let mut arrays = String::new();
        for (place, column) in shape.columns[..shape.key].iter().enumerate() {
            let _ = write!(arrays, "${}::{}[], ", place + 1, type_name(column.kind));
            values.push(array(column.kind, keys.iter().map(|key| &key[place])));
        }
        let _ = write!(arrays, "${}::integer[], ${}::bytea[]", shape.key + 1, shape.key + 2);
        values.push(Box::new(rows.iter().map(|row| epoch_column(row.wrapped.epoch)).collect::<Vec<_>>()));
        values.push(Box::new(rows.iter().map(|row| row.wrapped.sealed.clone()).collect::<Vec<_>>()));
        let same: Vec<_> = names.iter().map(|name| format!("{table}.{name} = u.{name}")).collect();
        let sql = format!(
            "UPDATE {table} SET epoch = u.epoch, wrapped = u.wrapped FROM unnest({arrays}) AS u ({}, epoch, wrapped)
            WHERE {}",
            names.join(", "),
            same.join(" AND ")
        );
        self.write_all(sql, values).await
    }

    pub(crate) async fn set_newest_epoch(&self, epoch: u32) -> Result<(), StoreError> {
        self.database.query(NEWEST, &[&epoch_column(epoch)]).await.map(drop)
    }

    pub(crate) async fn subjects_outside(
        &self,
        epochs: &[u32],
    ) -> Result<Vec<(Scope, CustomerId, PersonId)>, StoreError> {
        let sql = format!(
            "SELECT account_id, environment, customer_id, subject_id FROM subject_keys WHERE {}",
            outside(epochs)
        );
        let mut subjects = Vec::new();
        for row in &self.database.query(&sql, &[]).await? {
            let mut columns = Columns::of(row);
            let (scope, customer) = columns.customer()?;
            subjects.push((scope, customer, PersonId::from_bytes(columns.id()?)));
        }
        Ok(subjects)
    }

    pub(crate) async fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.database.query(sql, &[]).await.map(drop)
    }

    pub(crate) async fn finish(self) -> Result<(), StoreError> {
        let genesis = crate::audit_chain::GENESIS;
        self.database.query(CHAINS, &[&&genesis[..], &Uuid::nil()]).await?;
        // Without statistics the first statements would be planned badly. If this takes too long, they come by
        // themselves.
        if let Err(error) = self.database.run_slow("ANALYZE").await {
            tracing::debug!(%error, "failed to update statistics; the engine will");
        }
        Ok(())
    }
}

async fn shapes(database: &Database, connection: &Object) -> Result<Vec<Shape>, StoreError> {
    let session = database.session(connection);
    let mut shapes = Vec::new();
    for table in TABLES {
        let mut columns = Vec::new();
        for row in &session.query(COLUMNS, &[&table.name]).await? {
            let mut of = Columns::of(row);
            let (name, kind) = (of.next::<String>()?, of.next::<String>()?);
            if !PRIVATE.contains(&(table.name, &name)) {
                columns.push(Column { name, kind: kind_of(table.name, &kind)? });
            }
        }
        if !columns.is_empty() {
            shapes.push(Shape::new(table, columns)?);
        }
    }
    Ok(shapes)
}

pub(super) fn kind_of(table: &str, type_name: &str) -> Result<ColumnKind, StoreError> {
    Ok(match type_name {
        "uuid" => ColumnKind::Id,
        "bytea" => ColumnKind::Bytes,
        "text" | "varchar" => ColumnKind::Text,
        "int2" => ColumnKind::SmallInt,
        "int4" => ColumnKind::Int,
        "int8" => ColumnKind::BigInt,
        _ => return Err(StoreError::Corrupt(format!("the table {table} has a column of an unknown type"))),
    })
}

/// A chain without entries is not a record, because the other engine has none.
fn filter(shape: &Shape) -> &'static str {
    if shape.name == "audit_heads" { "seq > 0" } else { "true" }
}

fn unavailable(error: OpenError) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn read(shape: &Shape, row: &tokio_postgres::Row) -> Result<Record, StoreError> {
    let mut columns = Columns::of(row);
    shape.columns.iter().map(|column| value(column.kind, &mut columns)).collect()
}

pub(super) fn value(kind: ColumnKind, columns: &mut Columns<'_>) -> Result<Value, StoreError> {
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Number);
    Ok(match kind {
        ColumnKind::Id => columns.optional_id()?.map_or(Value::Null, |id| Value::Bytes(id.to_vec())),
        ColumnKind::Bytes => columns.next::<Option<Vec<u8>>>()?.map_or(Value::Null, Value::Bytes),
        ColumnKind::Text => columns.next::<Option<String>>()?.map_or(Value::Null, Value::Text),
        ColumnKind::SmallInt => number(columns.next::<Option<i16>>()?.map(i64::from)),
        ColumnKind::Int => number(columns.next::<Option<i32>>()?.map(i64::from)),
        ColumnKind::BigInt => number(columns.next()?),
    })
}

pub(super) const fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Id => "uuid",
        ColumnKind::Bytes => "bytea",
        ColumnKind::Text => "text",
        ColumnKind::SmallInt => "smallint",
        ColumnKind::Int => "integer",
        ColumnKind::BigInt => "bigint",
    }
}

fn id(value: &Value) -> Option<Uuid> {
    value.bytes().and_then(|bytes| Uuid::from_slice(bytes).ok())
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    value.bytes().map(<[u8]>::to_vec)
}

fn text(value: &Value) -> Option<String> {
    value.text().map(str::to_owned)
}

fn small(value: &Value) -> Option<i16> {
    value.number().and_then(|number| i16::try_from(number).ok())
}

fn whole(value: &Value) -> Option<i32> {
    value.number().and_then(|number| i32::try_from(number).ok())
}

pub(super) fn array<'a>(kind: ColumnKind, values: impl Iterator<Item = &'a Value>) -> Box<dyn Param + Send> {
    match kind {
        ColumnKind::Id => Box::new(values.map(id).collect::<Vec<_>>()),
        ColumnKind::Bytes => Box::new(values.map(bytes).collect::<Vec<_>>()),
        ColumnKind::Text => Box::new(values.map(text).collect::<Vec<_>>()),
        ColumnKind::SmallInt => Box::new(values.map(small).collect::<Vec<_>>()),
        ColumnKind::Int => Box::new(values.map(whole).collect::<Vec<_>>()),
        ColumnKind::BigInt => Box::new(values.map(Value::number).collect::<Vec<_>>()),
    }
}

pub(super) fn single(kind: ColumnKind, value: &Value) -> Box<dyn Param + Send> {
    match kind {
        ColumnKind::Id => Box::new(id(value)),
        ColumnKind::Bytes => Box::new(bytes(value)),
        ColumnKind::Text => Box::new(text(value)),
        ColumnKind::SmallInt => Box::new(small(value)),
        ColumnKind::Int => Box::new(whole(value)),
        ColumnKind::BigInt => Box::new(value.number()),
    }
}
