//! This engine as one end of a transfer; see `crate::transfer`.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::StoreError;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params_from_iter};
use tokio::sync::mpsc;

use super::numbering::{BITS, LAST, PRIVATE, Places, SCOPE};
use super::rotate::NEWEST;
use super::row_seals::ACCOUNTS;
use super::{INSTALLATION, Role, connect, migrate, writer};
use crate::OpenError;
use crate::columns::scope_of;
use crate::key_export::KeyRow;
use crate::transfer::record::{Record, Value};
use crate::transfer::snapshot::{Facts, Pace};
use crate::transfer::target::outside;
use crate::transfer::{Column, ColumnKind, PORTION, RecordStream, Shape, TABLES, Table};

const POISONED: &str = "no code panics while it reads a snapshot";

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(SqlValue::Null),
            Self::Number(number) => ToSqlOutput::Owned(SqlValue::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// One read transaction on its own connection. The writer continues, but the WAL cannot start over until the
/// transaction ends, so only rows are read in it.
pub(crate) struct SqliteSnapshot {
    connection: Mutex<Connection>,
    pace: Pace,
}

impl SqliteSnapshot {
    pub(crate) fn take(file: &Path, pace: Pace) -> Result<(Self, Facts), StoreError> {
        let taken = (|| {
            // Opens for writing, because a WAL that was left behind needs recovery.
            let connection = connect(file, Role::Checkpointer)?;
            // Sorting links in memory would take as much memory as there are links.
            connection.pragma_update(None, "temp_store", "FILE")?;
            connection.execute_batch("BEGIN")?;
            let schema = connection.query_row(migrate::APPLIED, [], |row| row.get(0))?;
            let (installation, newest_epoch) =
                connection.query_row(INSTALLATION, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok((connection, schema, installation, newest_epoch))
        })();
        let (connection, schema, installation, newest_epoch) = taken.map_err(failed)?;
        let shapes = shapes(&connection)?;
        let facts = Facts { engine: "sqlite", schema, installation, newest_epoch, shapes };
        Ok((Self { connection: Mutex::new(connection), pace }, facts))
    }

    pub(crate) fn count(&self, shape: &Shape) -> Result<u64, StoreError> {
        let numbered = is_numbered(shape);
        let sql = match shape.name {
            // Rows that are never deleted need no count: the last number is enough.
            "audit" if numbered => "SELECT coalesce(sum(seq), 0) FROM audit_heads".to_owned(),
            "events" if numbered => "SELECT coalesce(sum(event), 0) FROM audit_heads".to_owned(),
            name => format!("SELECT count(*) FROM {name}"),
        };
        let connection = self.connection.lock().expect(POISONED);
        connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)
    }

    /// The size of the database in bytes.
    pub(crate) fn size(&self) -> u64 {
        let sql = "SELECT (SELECT page_size FROM pragma_page_size) * (SELECT page_count FROM pragma_page_count)";
        let connection = self.connection.lock().expect(POISONED);
        connection.query_row(sql, [], |row| row.get(0)).unwrap_or(0)
    }

    pub(crate) fn records(self: Arc<Self>, shape: Shape, after: Option<Record>) -> RecordStream {
        let (sender, receiver) = mpsc::channel(2);
        std::thread::spawn(move || {
            if self.pace == Pace::Gentle {
                writer::lower_priority();
            }
            if let Err(error) = self.send(&shape, after, &sender) {
                // The receiver may have stopped reading.
                let _ = sender.blocking_send(Err(failed(error)));
            }
        });
        receiver
    }

    fn send(
        &self,
        shape: &Shape,
        after: Option<Record>,
        sender: &mpsc::Sender<Result<Vec<Record>, StoreError>>,
    ) -> Result<(), rusqlite::Error> {
        let connection = self.connection.lock().expect(POISONED);
        let mut statement = connection.prepare(&select(shape, after.is_some()))?;
        let mut rows = statement.query(params_from_iter(after.iter().flatten()))?;
        let mut portion = Vec::with_capacity(PORTION);
        let mut began = Instant::now();
        while let Some(row) = rows.next()? {
            portion.push(read(shape, row)?);
            if portion.len() == PORTION {
                let worked = began.elapsed();
                if sender.blocking_send(Ok(std::mem::take(&mut portion))).is_err() {
                    return Ok(());
                }
                std::thread::sleep(self.pace.rest(worked));
                began = Instant::now();
            }
        }
        if !portion.is_empty() {
            let _ = sender.blocking_send(Ok(portion));
        }
        Ok(())
    }
}

/// A database that receives records. Only this process uses it.
pub(crate) struct SqliteTarget {
    connection: Connection,
    shapes: Vec<Shape>,
}

impl SqliteTarget {
    pub(crate) fn open(file: &Path, schema: u32, now: Timestamp) -> Result<Self, OpenError> {
        let mut connection = connect(file, Role::Writer)?;
        migrate::up_to(&mut connection, schema, now)?;
        let shapes = shapes(&connection)?;
        Ok(Self { connection, shapes })
    }

    pub(crate) fn accounts(file: &Path) -> Result<u64, OpenError> {
        let connection = connect(file, Role::Checkpointer)?;
        Ok(connection.query_row(ACCOUNTS, [], |row| row.get(0))?)
    }

    pub(crate) fn clear(&self) -> Result<(), StoreError> {
        let cleared = self.connection.execute("DELETE FROM scope_keys", []);
        cleared.and_then(|_| self.connection.execute("DELETE FROM installation", [])).map(drop).map_err(failed)
    }

    pub(crate) fn set_installation(&self, installation: [u8; 16], newest_epoch: u32) -> Result<(), StoreError> {
        let set_installation = "INSERT INTO installation (installation_id, newest_epoch)
            SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM installation)";
        self.connection.execute(set_installation, (installation, newest_epoch)).map(drop).map_err(failed)
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    pub(crate) fn last(&self, shape: &Shape) -> Result<Option<Record>, StoreError> {
        let key = shape.key_list();
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {} DESC LIMIT 1",
            shape.list(),
            shape.name,
            key.replace(", ", " DESC, ")
        );
        let last = self.connection.query_row(&sql, [], |row| read(shape, row)).optional().map_err(failed)?;
        Ok(last.map(|record| record[..shape.key].to_vec()))
    }

    pub(crate) fn write(&self, shape: &Shape, records: &[Record]) -> Result<(), StoreError> {
        let written = (|| {
            let transaction = self.connection.unchecked_transaction()?;
            let mut insert = transaction.prepare_cached(&insert(shape))?;
            for record in records {
                let own = own_column(&transaction, shape, record)?.map(Value::Number);
                insert.execute(params_from_iter(record.iter().chain(&own)))?;
            }
            drop(insert);
            transaction.commit()
        })();
        written.map_err(failed)
    }

    pub(crate) fn take_keys(&self, shape: &Shape, rows: &[KeyRow]) -> Result<(), StoreError> {
        let key: Vec<_> = shape.column_names()[..shape.key]
            .iter()
            .enumerate()
            .map(|(at, name)| format!("{name} = ?{}", at + 3))
            .collect();
        let sql = format!("UPDATE {} SET epoch = ?1, wrapped = ?2 WHERE {}", shape.name, key.join(" AND "));
        let taken = (|| {
            let transaction = self.connection.unchecked_transaction()?;
            let mut update = transaction.prepare_cached(&sql)?;
            for row in rows {
                let mut values =
                    vec![Value::Number(row.wrapped.epoch.into()), Value::Bytes(row.wrapped.sealed.clone())];
                values.extend(row.key());
                update.execute(params_from_iter(values))?;
            }
            drop(update);
            transaction.commit()
        })();
        taken.map_err(failed)
    }

    pub(crate) fn set_newest_epoch(&self, epoch: u32) -> Result<(), StoreError> {
        self.connection.execute(NEWEST, [epoch]).map(drop).map_err(failed)
    }

    pub(crate) fn subjects_outside(&self, epochs: &[u32]) -> Result<Vec<(Scope, CustomerId, PersonId)>, StoreError> {
        let sql = format!(
            "SELECT account_id, environment, customer_id, subject_id FROM subject_keys WHERE {}",
            outside(epochs)
        );
        let read = (|| {
            self.connection
                .prepare(&sql)?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect::<Result<Vec<_>, _>>()
        })();
        let subject = |(account, environment, customer, subject)| {
            Ok((scope_of(account, environment)?, CustomerId::from_bytes(customer), PersonId::from_bytes(subject)))
        };
        read.map_err(failed)?.into_iter().map(subject).collect()
    }

    pub(crate) fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute(sql, []).map(drop).map_err(failed)
    }

    pub(crate) fn finish(self) -> Result<(), StoreError> {
        self.connection.execute_batch("ANALYZE").map_err(failed)
    }
}

/// The column that only this engine has.
fn private(name: &str) -> Option<&'static str> {
    PRIVATE.iter().find(|(table, _)| *table == name).map(|(_, column)| *column)
}

/// Whether the rows are stored in the order of their number in the scope.
fn is_numbered(shape: &Shape) -> bool {
    private(shape.name) == Some("place") && shape.position("account_id") == Some(0)
}

fn shapes(connection: &Connection) -> Result<Vec<Shape>, StoreError> {
    let mut shapes = Vec::new();
    for table in TABLES {
        let columns = columns(connection, table).map_err(failed)?;
        if !columns.is_empty() {
            shapes.push(shape(table, columns)?);
        }
    }
    Ok(shapes)
}

fn columns(connection: &Connection, table: &Table) -> Result<Vec<Column>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let columns = statement.query_map([table.name], |row| {
        let kind = match row.get::<_, String>(1)?.as_str() {
            "INTEGER" => ColumnKind::BigInt,
            "TEXT" => ColumnKind::Text,
            _ => ColumnKind::Bytes,
        };
        Ok(Column { name: row.get(0)?, kind })
    })?;
    columns.collect()
}

/// Before its migration `numbering` this engine numbered all scopes together, by the column `id`. Such rows are copied
/// as they are, by that number: only this engine can read them back, and it then migrates them.
fn shape(table: &Table, mut columns: Vec<Column>) -> Result<Shape, StoreError> {
    let has = |columns: &[Column], name: &str| columns.iter().any(|column| column.name == name);
    let Some(own) = private(table.name) else { return Shape::new(table, columns) };
    if has(&columns, own) {
        columns.retain(|column| column.name != own);
        return Shape::new(table, columns);
    }
    match own {
        "place" => Shape::new(&Table { name: table.name, key: &["id"] }, columns),
        _ => Shape::new(table, columns),
    }
}

/// Numbered rows are read scope by scope in their stored order. Sorting them would take memory for all of them.
fn select(shape: &Shape, after: bool) -> String {
    let columns = format!("t.{}", shape.column_names().join(", t."));
    let key = format!("t.{}", shape.key_list().replace(", ", ", t."));
    let numbered = is_numbered(shape);
    let heads = if numbered { "audit_heads AS h CROSS JOIN " } else { "" };
    let own = if numbered {
        format!(" AND t.place BETWEEN h.scope << {BITS} AND h.scope << {BITS} | {LAST}")
    } else {
        String::new()
    };
    let places: Vec<_> = (1..=shape.key).map(|place| format!("?{place}")).collect();
    let after = if after { format!(" AND ({key}) > ({})", places.join(", ")) } else { String::new() };
    let order = if numbered { "h.account_id, h.environment, t.place" } else { &key };
    format!("SELECT {columns} FROM {heads}{} AS t WHERE true{own}{after} ORDER BY {order}", shape.name)
}

/// The statement that inserts a record and the column that only this engine has.
fn insert(shape: &Shape) -> String {
    let own = private(shape.name).filter(|own| *own == "scope" || is_numbered(shape)).filter(|_| is_renumbered(shape));
    let columns = own.map_or_else(|| shape.list(), |own| format!("{}, {own}", shape.list()));
    let count = shape.columns.len() + usize::from(own.is_some());
    let places: Vec<_> = (1..=count).map(|place| format!("?{place}")).collect();
    format!("INSERT INTO {} ({columns}) VALUES ({})", shape.name, places.join(", "))
}

/// Whether the table has had the migration `numbering`. Before it, the head of a scope had the column `id`.
fn is_renumbered(shape: &Shape) -> bool {
    shape.name != "audit_heads" || shape.position("id").is_none()
}

/// The value of the column that only this engine has.
fn own_column(connection: &Connection, shape: &Shape, record: &Record) -> Result<Option<i64>, rusqlite::Error> {
    if shape.name == "audit_heads" && is_renumbered(shape) {
        return Ok(Some(Places::new(connection)?.scope()));
    }
    if !is_numbered(shape) {
        return Ok(None);
    }
    let (Value::Bytes(account), Value::Number(environment), Value::Number(number)) =
        (&record[0], &record[1], &record[2])
    else {
        return Err(rusqlite::Error::InvalidQuery);
    };
    let scope: i64 = connection.prepare_cached(SCOPE)?.query_row((account, environment), |row| row.get(0))?;
    Places::numbered(scope)?.at(u64::try_from(*number).unwrap_or(0)).map(Some)
}

fn read(shape: &Shape, row: &rusqlite::Row<'_>) -> Result<Record, rusqlite::Error> {
    (0..shape.columns.len()).map(|place| value(row, place)).collect()
}

pub(super) fn value(row: &rusqlite::Row<'_>, place: usize) -> Result<Value, rusqlite::Error> {
    Ok(match row.get::<_, SqlValue>(place)? {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(number) => Value::Number(number),
        SqlValue::Text(text) => Value::Text(text),
        SqlValue::Blob(bytes) => Value::Bytes(bytes),
        other @ SqlValue::Real(_) => {
            let name = row.as_ref().column_name(place).unwrap_or_default().to_owned();
            return Err(rusqlite::Error::InvalidColumnType(place, name, other.data_type()));
        }
    })
}

/// The messages of SQLite name tables and columns, never values.
fn failed(error: rusqlite::Error) -> StoreError {
    if writer::is_full(&error) {
        return StoreError::Full;
    }
    StoreError::Corrupt(format!("cannot read or write the database: {error}"))
}
