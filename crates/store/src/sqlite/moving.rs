//! This engine as one end of a move; see `crate::moving`. It numbers entries, events and deliveries of all scopes
//! together, so those that come from elsewhere, numbered in their scope, are moved up by what is there already.

use std::fmt::Write as _;
use std::sync::Arc;

use dossier_core::store::StoreError;
use rusqlite::types::{ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params_from_iter};
use tokio::sync::mpsc;

use super::SqliteStore;
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

/// By how much a scope's numbers were moved up; exists while a move into this database is under way.
const OFFSETS: &str = "CREATE TABLE IF NOT EXISTS moving (
    account_id BLOB NOT NULL, environment INTEGER NOT NULL, audit INTEGER, events INTEGER, deliveries INTEGER,
    PRIMARY KEY (account_id, environment)) STRICT, WITHOUT ROWID";

impl SqliteStore {
    pub(crate) fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        self.readers.read(|connection| connection.query_row(&sql, [], |row| row.get(0)))
    }

    /// `target` when the rows were written by a move, and are numbered as they were where they came from.
    pub(crate) fn stream_rows(&self, table: &'static Table, after: Option<Row>, target: bool) -> Rows {
        let (sender, receiver) = mpsc::channel(4);
        let readers = Arc::clone(&self.readers);
        std::thread::spawn(move || {
            let sql = select(table, after.is_some(), target);
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
                connection.execute(OFFSETS, []).map(drop)
            })
            .await
    }

    pub(crate) fn last_row(&self, table: &'static Table) -> Result<Option<Row>, StoreError> {
        let descending = (1..=table.key).map(|place| format!("{place} DESC")).collect::<Vec<_>>().join(", ");
        let sql = format!("{} ORDER BY {descending} LIMIT 1", select_from(table, true));
        let last = self.readers.read(|connection| connection.query_row(&sql, [], |row| read(table, row)).optional())?;
        Ok(last.map(|row| row[..table.key].to_vec()))
    }

    pub(crate) async fn write_rows(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        self.writer
            .task_on_customers(move |connection| {
                let mut insert = connection.prepare_cached(&insert(table))?;
                for row in &rows {
                    if let "audit" | "events" | "deliveries" = table.name {
                        note_offset(connection, table.name, row)?;
                    }
                    insert.execute(params_from_iter(row))?;
                }
                Ok(())
            })
            .await
    }

    pub(crate) async fn finish_move(&self) -> Result<(), StoreError> {
        self.writer.task_on_customers(|connection| connection.execute_batch("DROP TABLE moving; ANALYZE")).await
    }
}

/// The numbers of a scope begin after those of the scopes before it.
fn note_offset(connection: &Connection, table: &str, row: &Row) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO moving (account_id, environment, {table}) VALUES (?1, ?2, (SELECT coalesce(max(id), 0) FROM \
                {table}))
             ON CONFLICT DO UPDATE SET {table} = excluded.{table} WHERE {table} IS NULL"
        ))?
        .execute((&row[0], &row[1]))
        .map(drop)
}

/// By how much a number of a row's scope was moved up.
fn offset(of: &str, target: bool) -> String {
    if !target {
        return "0".to_owned();
    }
    format!("(SELECT m.{of} FROM moving m WHERE m.account_id = t.account_id AND m.environment = t.environment)")
}

fn select_from(table: &Table, target: bool) -> String {
    let expression = |(name, _): &(&str, _)| match (table.name, *name) {
        ("audit", "previous_of_customer") => {
            "coalesce((SELECT p.seq FROM audit p WHERE p.id = t.previous_of_customer), 0)".to_owned()
        }
        ("customers", "last_audit") => "coalesce((SELECT a.seq FROM audit a WHERE a.id = t.last_audit), 0)".to_owned(),
        ("events", "position") => format!("t.id - {}", offset("events", target)),
        ("deliveries", "id") => format!("t.id - {}", offset("deliveries", target)),
        ("deliveries", "event") => format!("t.event - {}", offset("events", target)),
        (_, name) => format!("t.{name}"),
    };
    let expressions: Vec<_> = table.columns.iter().map(expression).collect();
    format!("SELECT {} FROM {} AS t", expressions.join(", "), table.name)
}

fn select(table: &Table, after: bool, target: bool) -> String {
    let mut sql = select_from(table, target);
    if after {
        let columns = key(table).replace(", ", ", t.").replace("t.position", "t.id");
        let places: Vec<_> = (1..=table.key).map(|place| format!("?{place}")).collect();
        let _ = write!(sql, " WHERE (t.{columns}) > ({})", places.join(", "));
    }
    let places: Vec<_> = (1..=table.key).map(|place| place.to_string()).collect();
    let _ = write!(sql, " ORDER BY {}", places.join(", "));
    sql
}

/// One row, whose parameters are in the order of the columns.
fn insert(table: &Table) -> String {
    let scope = |of: &str| format!("(SELECT m.{of} FROM moving m WHERE m.account_id = ?1 AND m.environment = ?2)");
    let places: Vec<_> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
    let (columns, values) = (names(table), places.join(", "));
    match table.name {
        "audit" => {
            let base = scope("audit");
            let previous = format!("CASE WHEN ?4 = 0 THEN 0 ELSE ?4 + {base} END");
            let values = values.replacen("?4", &previous, 1);
            format!(
                "INSERT INTO audit (id, previous_of_scope, {columns})
                 SELECT ?3 + {base}, CASE WHEN ?3 = 1 THEN 0 ELSE ?3 - 1 + {base} END, {values}"
            )
        }
        "audit_heads" => {
            let base = scope("audit");
            format!("INSERT INTO audit_heads (id, {columns}) SELECT ?3 + {base}, {values}")
        }
        "customers" => {
            let last = format!("CASE WHEN ?9 = 0 THEN 0 ELSE ?9 + {} END", scope("audit"));
            format!("INSERT INTO customers ({columns}) SELECT {}", values.replacen("?9", &last, 1))
        }
        "events" => {
            let columns = columns.replace("position", "id");
            let id = format!("?3 + {}", scope("events"));
            format!("INSERT INTO events ({columns}) SELECT {}", values.replacen("?3", &id, 1))
        }
        "deliveries" => {
            let (id, event) = (format!("?3 + {}", scope("deliveries")), format!("?7 + {}", scope("events")));
            format!(
                "INSERT INTO deliveries ({columns}) SELECT {}",
                values.replacen("?3", &id, 1).replacen("?7", &event, 1)
            )
        }
        name => format!("INSERT INTO {name} ({columns}) VALUES ({values})"),
    }
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
