//! This engine as one end of a move; see `crate::moving`.

use std::fmt::Write as _;
use std::sync::Arc;

use dossier_core::store::StoreError;
use rusqlite::types::{ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params_from_iter};
use tokio::sync::mpsc;

use super::SqliteStore;
use super::numbering::{BITS, LAST, PRIVATE, Places};
use crate::moving::{PORTION, Row, Rows, Table, Value, key, names};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Stored::Null),
            Self::Number(number) => ToSqlOutput::Owned(Stored::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// Exists while a move into this database is under way.
const MARK: &str = "CREATE TABLE IF NOT EXISTS moving (one INTEGER PRIMARY KEY) STRICT";

impl SqliteStore {
    pub(crate) fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        self.readers.read(|connection| connection.query_row(&sql, [], |row| row.get(0)))
    }

    pub(crate) fn stream_rows(&self, table: &'static Table, after: Option<Row>) -> Rows {
        let (sender, receiver) = mpsc::channel(4);
        let readers = Arc::clone(&self.readers);
        std::thread::spawn(move || {
            let sql = select(table, after.is_some());
            let sent = readers.read(|connection| {
                let mut statement = connection.prepare(&sql)?;
                let mut rows = statement.query(params_from_iter(after.iter().flatten()))?;
                let mut portion = Vec::with_capacity(PORTION);
                while let Some(row) = rows.next()? {
                    portion.push(read(table, row)?);
                    if portion.len() == PORTION && sender.blocking_send(Ok(std::mem::take(&mut portion))).is_err() {
                        return Ok(());
                    }
                }
                if !portion.is_empty() {
                    // Whoever asked may have seen enough.
                    let _ = sender.blocking_send(Ok(portion));
                }
                Ok(())
            });
            if let Err(error) = sent {
                let _ = sender.blocking_send(Err(error));
            }
        });
        receiver
    }

    pub(crate) async fn begin_move(&self) -> Result<(), StoreError> {
        let (begun, accounts): (u64, u64) = self.readers.read(|connection| {
            let begun = "SELECT count(*) FROM sqlite_schema WHERE name = 'moving'";
            let accounts = "SELECT count(*) FROM accounts";
            Ok((
                connection.query_row(begun, [], |row| row.get(0))?,
                connection.query_row(accounts, [], |row| row.get(0))?,
            ))
        })?;
        if begun == 0 && accounts > 0 {
            return Err(StoreError::Corrupt("it has accounts already; move into an empty data folder".into()));
        }
        self.writer
            .task_on_customers(move |connection| {
                if begun == 0 {
                    // The key that finds API keys, which opening an empty database makes.
                    connection.execute("DELETE FROM scope_keys", [])?;
                }
                connection.execute(MARK, []).map(drop)
            })
            .await
    }

    pub(crate) fn last_row(&self, table: &'static Table) -> Result<Option<Row>, StoreError> {
        let descending = key(table).replace(", ", " DESC, ");
        let sql = format!("SELECT {} FROM {} ORDER BY {descending} DESC LIMIT 1", names(table), table.name);
        let last = self.readers.read(|connection| connection.query_row(&sql, [], |row| read(table, row)).optional())?;
        Ok(last.map(|row| row[..table.key].to_vec()))
    }

    pub(crate) async fn write_rows(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        self.writer
            .task_on_customers(move |connection| {
                let mut insert = connection.prepare_cached(&insert(table))?;
                for row in &rows {
                    let own = own_column(connection, table, row)?.map(Value::Number);
                    insert.execute(params_from_iter(row.iter().chain(&own)))?;
                }
                Ok(())
            })
            .await
    }

    pub(crate) async fn finish_move(&self) -> Result<(), StoreError> {
        self.writer.task_on_customers(|connection| connection.execute_batch("DROP TABLE moving; ANALYZE")).await
    }
}

/// What a row has in the column that only this engine has.
fn own_column(connection: &Connection, table: &Table, row: &Row) -> Result<Option<i64>, rusqlite::Error> {
    if private(table).is_none() {
        return Ok(None);
    }
    if table.name == "audit_heads" {
        return Ok(Some(Places::new(connection)?.scope()));
    }
    let (Value::Bytes(account), Value::Number(environment), Value::Number(number)) = (&row[0], &row[1], &row[2]) else {
        return Err(rusqlite::Error::InvalidQuery);
    };
    let scope: i64 = connection
        .prepare_cached("SELECT scope FROM audit_heads WHERE account_id = ?1 AND environment = ?2")?
        .query_row((account, environment), |row| row.get(0))?;
    Places::numbered(scope)?.at(u64::try_from(*number).unwrap_or(0)).map(Some)
}

fn private(table: &Table) -> Option<&'static str> {
    PRIVATE.iter().find(|(name, _)| *name == table.name).map(|(_, column)| *column)
}

/// Rows that are numbered in their scope are read scope by scope, as they lie: to sort them would take as much memory
/// as there are rows.
fn select(table: &Table, after: bool) -> String {
    let columns: Vec<_> = table.columns.iter().map(|(name, _)| format!("t.{name}")).collect();
    let (columns, key) = (columns.join(", "), columns[..table.key].join(", "));
    let numbered = private(table) == Some("place");
    let from = if numbered { "audit_heads AS h CROSS JOIN" } else { "" };
    let mut sql = format!("SELECT {columns} FROM {from} {} AS t WHERE true", table.name);
    if numbered {
        let _ = write!(sql, " AND t.place BETWEEN h.scope << {BITS} AND h.scope << {BITS} | {LAST}");
    }
    if after {
        let places: Vec<_> = (1..=table.key).map(|place| format!("?{place}")).collect();
        let _ = write!(sql, " AND ({key}) > ({})", places.join(", "));
    }
    let order = if numbered { "h.account_id, h.environment, t.place" } else { &key };
    let _ = write!(sql, " ORDER BY {order}");
    sql
}

/// One row, whose parameters are in the order of the columns, then what only this engine has.
fn insert(table: &Table) -> String {
    let own = private(table);
    let columns = own.map_or_else(|| names(table), |own| format!("{}, {own}", names(table)));
    let places: Vec<_> =
        (1..=table.columns.len() + usize::from(own.is_some())).map(|place| format!("?{place}")).collect();
    format!("INSERT INTO {} ({columns}) VALUES ({})", table.name, places.join(", "))
}

fn read(table: &Table, row: &rusqlite::Row<'_>) -> Result<Row, rusqlite::Error> {
    let value = |place| {
        Ok(match row.get::<_, Stored>(place)? {
            Stored::Null => Value::Null,
            Stored::Integer(number) => Value::Number(number),
            Stored::Text(text) => Value::Text(text),
            Stored::Blob(bytes) => Value::Bytes(bytes),
            other => return Err(rusqlite::Error::InvalidColumnType(place, table.name.into(), other.data_type())),
        })
    };
    (0..table.columns.len()).map(value).collect()
}
