//! This engine as one end of a move; see `crate::moving`.

use std::fmt::Write as _;
use std::sync::Arc;

use dossier_core::store::StoreError;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::PostgresStore;
use super::database::{Database, Param};
use super::rows::{Columns, rows, statements};
use super::shards::shard_of;
use crate::moving::{Kind, PORTION, Row, Rows, Table, Value, key, names};

statements! {
    OTHERS = "SELECT count(*) FROM processes WHERE until > now()";
    BEGUN = "SELECT count(*) FROM moving";
    TAKEN = "SELECT count(*) FROM accounts";
    /// The key that finds API keys, which opening an empty database makes: the other end's comes in its place.
    CLEAR = "DELETE FROM scope_keys";
    /// A scope in which nothing was done yet has a chain without entries.
    CHAINS = "INSERT INTO audit_heads (account_id, environment, seq, hash, seal, event, delivery)
        SELECT account_id, environment, 0, $1, $1, 0, 0 FROM scope_keys WHERE account_id <> $2 ON CONFLICT DO NOTHING";
}

/// The columns that only this engine has.
const PRIVATE: &[(&str, &str)] = &[("endpoints", "shard")];

/// Exists while a move into this database is under way.
const MARK: &str = "CREATE TABLE IF NOT EXISTS moving (one SMALLINT PRIMARY KEY)";
const MARKED: &str = "INSERT INTO moving (one) VALUES (1) ON CONFLICT DO NOTHING";
const UNMARK: &str = "DROP TABLE moving";

impl PostgresStore {
    /// How many processes use the database now. A move waits for none.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn processes(&self) -> Result<u64, StoreError> {
        self.number(OTHERS).await
    }

    async fn number(&self, sql: &'static str) -> Result<u64, StoreError> {
        match self.database.query_one(sql, &[]).await? {
            Some(row) => Columns::of(&row).count(),
            None => Ok(0),
        }
    }

    pub(crate) async fn count_rows(&self, table: &Table) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {} WHERE {}", table.name, filter(table));
        match self.database.query_one(&sql, &[]).await? {
            Some(row) => Columns::of(&row).count(),
            None => Ok(0),
        }
    }

    pub(crate) fn stream_rows(&self, table: &'static Table, after: Option<Row>) -> Rows {
        let (sender, receiver) = mpsc::channel(4);
        let database = Arc::clone(&self.database);
        tokio::spawn(async move {
            let mut after = after;
            loop {
                let portion = portion(&database, table, after.as_ref()).await;
                let last = portion.as_ref().ok().and_then(|rows| rows.last()).map(|row| row[..table.key].to_vec());
                let ended = portion.as_ref().map_or(true, |rows| rows.len() < PORTION);
                if portion.as_ref().is_ok_and(Vec::is_empty) || sender.send(portion).await.is_err() || ended {
                    return;
                }
                after = last;
            }
        });
        receiver
    }

    pub(crate) async fn begin_move(&self) -> Result<(), StoreError> {
        let begun = self.number(BEGUN).await.unwrap_or(0) > 0;
        if !begun {
            if self.number(TAKEN).await? > 0 {
                return Err(StoreError::Corrupt("it has accounts already; move into an empty database".into()));
            }
            self.database.alone(MARK).await?;
            self.database.alone(CLEAR).await?;
            self.database.alone(MARKED).await?;
        }
        Ok(())
    }

    pub(crate) async fn last_row(&self, table: &'static Table) -> Result<Option<Row>, StoreError> {
        let descending = key(table).replace(", ", " DESC, ");
        let sql = format!("SELECT {} FROM {} ORDER BY {descending} DESC LIMIT 1", names(table), table.name);
        let row = self.database.query_one(&sql, &[]).await?;
        row.map(|row| Ok(read(table, &row)?[..table.key].to_vec())).transpose()
    }

    pub(crate) async fn write_rows(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        let mut values: Vec<Box<dyn Param + Send>> = Vec::with_capacity(table.columns.len() + 1);
        let mut columns = names(table);
        let mut arrays = String::new();
        for (place, (_, kind)) in table.columns.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let _ = write!(arrays, "{comma}${}::{}[]", place + 1, type_name(*kind));
            values.push(array(*kind, rows.iter().map(|row| &row[place])));
        }
        if let Some((_, shard)) = PRIVATE.iter().find(|(name, _)| *name == table.name) {
            let shards: Vec<i16> =
                rows.iter().filter_map(|row| id(&row[2])).map(|id| shard_of(id.as_bytes())).collect();
            let _ = write!(columns, ", {shard}");
            let _ = write!(arrays, ", ${}::smallint[]", values.len() + 1);
            values.push(Box::new(shards));
        }
        let sql = format!("INSERT INTO {} ({columns}) SELECT * FROM unnest({arrays})", table.name);
        self.insert(sql, values).await
    }

    async fn insert(&self, sql: String, values: Vec<Box<dyn Param + Send>>) -> Result<(), StoreError> {
        self.database
            .write(&(sql, values), |session, (sql, values)| {
                Box::pin(async move {
                    let values: Vec<&dyn Param> = values.iter().map(|value| &**value as &dyn Param).collect();
                    session.execute(sql, &values).await.map(drop)
                })
            })
            .await
    }

    pub(crate) async fn finish_move(&self) -> Result<(), StoreError> {
        let genesis = crate::audit_chain::GENESIS;
        self.database.query(CHAINS, &[&&genesis[..], &Uuid::nil()]).await?;
        // Without them the first statements would be planned badly; what takes too long comes by itself.
        if let Err(error) = self.database.alone("ANALYZE").await {
            tracing::debug!(%error, "statistics come later");
        }
        self.database.alone(UNMARK).await
    }
}

/// A chain without entries is no record: the other engine has none.
fn filter(table: &Table) -> &'static str {
    if table.name == "audit_heads" { "seq > 0" } else { "true" }
}

async fn portion(database: &Database, table: &'static Table, after: Option<&Row>) -> Result<Vec<Row>, StoreError> {
    let mut sql = format!("SELECT {} FROM {} WHERE {}", names(table), table.name, filter(table));
    let mut values: Vec<Box<dyn Param + Send>> = Vec::new();
    if let Some(after) = after {
        let places: Vec<_> = (1..=table.key).map(|place| format!("${place}")).collect();
        let _ = write!(sql, " AND ({}) > ({})", key(table), places.join(", "));
        values.extend(after.iter().zip(table.columns).map(|(value, (_, kind))| single(*kind, value)));
    }
    let _ = write!(sql, " ORDER BY {} LIMIT ${}", key(table), values.len() + 1);
    values.push(Box::new(rows(PORTION)));
    let values: Vec<&dyn Param> = values.iter().map(|value| &**value as &dyn Param).collect();
    database.query(&sql, &values).await?.iter().map(|row| read(table, row)).collect()
}

fn read(table: &Table, row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let mut columns = Columns::of(row);
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Number);
    let read = |(_, kind): &(&str, Kind)| {
        Ok(match kind {
            Kind::Id => columns.optional_id()?.map_or(Value::Null, |id| Value::Bytes(id.to_vec())),
            Kind::Bytes => columns.next::<Option<Vec<u8>>>()?.map_or(Value::Null, Value::Bytes),
            Kind::Text => columns.next::<Option<String>>()?.map_or(Value::Null, Value::Text),
            Kind::Small => number(columns.next::<Option<i16>>()?.map(i64::from)),
            Kind::Whole => number(columns.next::<Option<i32>>()?.map(i64::from)),
            Kind::Long => number(columns.next()?),
        })
    };
    table.columns.iter().map(read).collect()
}

const fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Id => "uuid",
        Kind::Bytes => "bytea",
        Kind::Text => "text",
        Kind::Small => "smallint",
        Kind::Whole => "integer",
        Kind::Long => "bigint",
    }
}

fn id(value: &Value) -> Option<Uuid> {
    bytes(value).and_then(|bytes| Uuid::from_slice(&bytes).ok())
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    if let Value::Bytes(bytes) = value { Some(bytes.clone()) } else { None }
}

fn text(value: &Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text.clone()) } else { None }
}

fn long(value: &Value) -> Option<i64> {
    if let Value::Number(number) = value { Some(*number) } else { None }
}

fn small(value: &Value) -> Option<i16> {
    long(value).and_then(|number| i16::try_from(number).ok())
}

fn whole(value: &Value) -> Option<i32> {
    long(value).and_then(|number| i32::try_from(number).ok())
}

fn array<'a>(kind: Kind, values: impl Iterator<Item = &'a Value>) -> Box<dyn Param + Send> {
    match kind {
        Kind::Id => Box::new(values.map(id).collect::<Vec<_>>()),
        Kind::Bytes => Box::new(values.map(bytes).collect::<Vec<_>>()),
        Kind::Text => Box::new(values.map(text).collect::<Vec<_>>()),
        Kind::Small => Box::new(values.map(small).collect::<Vec<_>>()),
        Kind::Whole => Box::new(values.map(whole).collect::<Vec<_>>()),
        Kind::Long => Box::new(values.map(long).collect::<Vec<_>>()),
    }
}

fn single(kind: Kind, value: &Value) -> Box<dyn Param + Send> {
    match kind {
        Kind::Id => Box::new(id(value)),
        Kind::Bytes => Box::new(bytes(value)),
        Kind::Text => Box::new(text(value)),
        Kind::Small => Box::new(small(value)),
        Kind::Whole => Box::new(whole(value)),
        Kind::Long => Box::new(long(value)),
    }
}
