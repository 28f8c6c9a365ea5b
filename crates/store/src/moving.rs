//! Moving an installation from one engine to the other: every row in one form that both can read and write, copied in
//! the order of its key, then compared, record by record. Nothing is opened: what is sealed is moved sealed.

use dossier_core::store::{Progress, StoreError};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use crate::postgres::PostgresStore;
use crate::sqlite::SqliteStore;

/// Rows that are read, written and committed together.
pub(crate) const PORTION: usize = 500;

/// A column's value, as it stands in neither engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

pub(crate) type Row = Vec<Value>;

/// What a column holds. An id is 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Bytes,
    Text,
    Small,
    Whole,
    Long,
}

/// A table of records: the first `key` columns say which.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) key: usize,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

use Kind::{Bytes, Id, Long, Small, Text, Whole};

/// Everything that is kept, in the order in which it is written: what refers comes after what it refers to, and what is
/// numbered in its scope after the head of the scope. An engine's own columns are not here; it fills them itself.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "accounts",
        key: 1,
        columns: &[("account_id", Id), ("name", Bytes), ("created_at", Long), ("look", Bytes)],
    },
    Table {
        name: "scope_keys",
        key: 2,
        columns: &[("account_id", Id), ("environment", Small), ("epoch", Whole), ("wrapped", Bytes)],
    },
    Table {
        name: "subject_keys",
        key: 4,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("customer_id", Id),
            ("subject_id", Id),
            ("epoch", Whole),
            ("wrapped", Bytes),
        ],
    },
    Table {
        name: "api_keys",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("key_id", Id),
            ("lookup", Bytes),
            ("hint", Text),
            ("name", Bytes),
            ("midstates", Bytes),
            ("scopes", Text),
            ("created_at", Long),
            ("expires_at", Long),
            ("revoked_at", Long),
            ("predecessor", Id),
            ("last_used_at", Long),
        ],
    },
    Table {
        name: "audit_heads",
        key: 2,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("seq", Long),
            ("hash", Bytes),
            ("seal", Bytes),
            ("event", Long),
            ("delivery", Long),
        ],
    },
    Table {
        name: "audit",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("seq", Long),
            ("previous_of_customer", Long),
            ("at", Long),
            ("actor", Text),
            ("action", Text),
            ("customer_id", Id),
            ("version", Long),
            ("fields", Text),
            ("request_id", Text),
            ("detail", Bytes),
            ("hash", Bytes),
        ],
    },
    Table {
        name: "customers",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("customer_id", Id),
            ("version", Long),
            ("type", Small),
            ("created_at", Long),
            ("updated_at", Long),
            ("events", Long),
            ("last_audit", Long),
            ("email_index", Bytes),
            ("names", Bytes),
            ("profile", Bytes),
            ("secret", Bytes),
            ("persons_version", Long),
            ("kyc", Bytes),
            ("queued_at", Long),
            ("provider_due", Long),
            ("provider_case", Bytes),
        ],
    },
    Table {
        name: "persons",
        key: 3,
        columns: &[("account_id", Id), ("environment", Small), ("customer_id", Id), ("cells", Bytes)],
    },
    Table {
        name: "events",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("position", Long),
            ("customer_id", Id),
            ("number", Long),
            ("type", Text),
            ("at", Long),
            ("body", Bytes),
        ],
    },
    Table {
        name: "answers",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("key_hash", Bytes),
            ("fingerprint", Bytes),
            ("request_id", Text),
            ("customer_id", Id),
            ("version", Long),
            ("created_at", Long),
            ("body", Bytes),
        ],
    },
    Table {
        name: "files",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("file_id", Id),
            ("uploaded_at", Long),
            ("staged_day", Long),
            ("customer_id", Id),
            ("subject_id", Id),
            ("attached_at", Long),
            ("key", Bytes),
            ("details", Bytes),
            ("upload_key", Bytes),
            ("upload_fingerprint", Bytes),
            ("request_id", Text),
        ],
    },
    Table {
        name: "staging_keys",
        key: 3,
        columns: &[("account_id", Id), ("environment", Small), ("day", Long), ("epoch", Whole), ("wrapped", Bytes)],
    },
    Table {
        name: "links",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("token_hash", Bytes),
            ("customer_id", Id),
            ("session_id", Id),
            ("expires_at", Long),
        ],
    },
    Table { name: "sandbox_clocks", key: 1, columns: &[("account_id", Id), ("seconds", Long)] },
    Table {
        name: "endpoints",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("endpoint_id", Id),
            ("key_id", Id),
            ("url", Bytes),
            ("secret", Bytes),
            ("event_types", Text),
            ("created_at", Long),
            ("disabled", Text),
            ("failing_since", Long),
        ],
    },
    Table {
        name: "deliveries",
        key: 3,
        columns: &[
            ("account_id", Id),
            ("environment", Small),
            ("id", Long),
            ("endpoint_id", Id),
            ("customer_id", Id),
            ("number", Long),
            ("event", Long),
            ("type", Text),
            ("state", Small),
            ("attempts", Long),
            ("created_at", Long),
            ("next_at", Long),
            ("failing_since", Long),
            ("last_at", Long),
            ("last_said", Text),
            ("ended_at", Long),
        ],
    },
];

/// Portions of rows on their way out of an engine, in the order of their key.
pub(crate) type Rows = mpsc::Receiver<Result<Vec<Row>, StoreError>>;

/// One end of a move.
pub enum End<'a> {
    /// The embedded engine.
    Sqlite(&'a SqliteStore),
    /// PostgreSQL.
    Postgres(&'a PostgresStore),
}

/// What was moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Records that are the same on both ends, compared by a hash of each.
    pub records: u64,
}

impl End<'_> {
    async fn count(&self, table: &Table) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(store) => store.count_rows(table),
            Self::Postgres(store) => store.count_rows(table).await,
        }
    }

    /// The rows of a table after a key, in its order.
    fn rows(&self, table: &'static Table, after: Option<Row>) -> Rows {
        match self {
            Self::Sqlite(store) => store.stream_rows(table, after),
            Self::Postgres(store) => store.stream_rows(table, after),
        }
    }

    /// Makes an end ready to be written to, or to be written on to after an interruption.
    async fn begin(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.begin_move().await,
            Self::Postgres(store) => store.begin_move().await,
        }
    }

    /// The key of the last row that was written.
    async fn last(&self, table: &'static Table) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Sqlite(store) => store.last_row(table),
            Self::Postgres(store) => store.last_row(table).await,
        }
    }

    async fn write(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.write_rows(table, rows).await,
            Self::Postgres(store) => store.write_rows(table, rows).await,
        }
    }

    async fn finish(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.finish_move().await,
            Self::Postgres(store) => store.finish_move().await,
        }
    }
}

/// Copies everything, and compares it. Nobody may write to either end meanwhile. Interrupted, it goes on where it
/// stopped when it is run again.
///
/// # Errors
///
/// [`StoreError::Corrupt`] when the target has records that are not of this move, or a record is not the same on both
/// ends, which is named by its table and its number; else the stores'.
pub async fn move_all(from: &End<'_>, to: &End<'_>, progress: Progress<'_>) -> Result<Moved, StoreError> {
    to.begin().await?;
    let mut total = 0;
    for table in TABLES {
        // Only for the bar: a table that is too large to be counted quickly moves it all the same.
        total += from.count(table).await.unwrap_or(0);
    }
    // Half of the work is copying, half comparing.
    let (total, mut done) = (total * 2, 0);
    for table in TABLES {
        let after = to.last(table).await?;
        if after.is_some() {
            done += to.count(table).await.unwrap_or(0);
        }
        let mut rows = from.rows(table, after);
        while let Some(portion) = rows.recv().await {
            let portion = portion?;
            done += portion.len() as u64;
            to.write(table, portion).await?;
            progress(done.min(total), total);
        }
    }
    let mut moved = Moved::default();
    for table in TABLES {
        moved.records +=
            compare(from, to, table, &mut |records| progress((total / 2 + records).min(total), total)).await?;
    }
    to.finish().await?;
    progress(total, total);
    Ok(moved)
}

async fn compare(
    from: &End<'_>,
    to: &End<'_>,
    table: &'static Table,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, StoreError> {
    let (mut left, mut right) = (Flat::of(from.rows(table, None)), Flat::of(to.rows(table, None)));
    let mut records = 0;
    loop {
        match (left.next().await?, right.next().await?) {
            (None, None) => return Ok(records),
            (Some(one), Some(other)) if hash(&one) == hash(&other) => records += 1,
            _ => {
                let text = format!("record {} of {} is not the same on both ends", records + 1, table.name);
                return Err(StoreError::Corrupt(text));
            }
        }
        if records % 1_000 == 0 {
            progress(records);
        }
    }
}

fn hash(row: &Row) -> [u8; 32] {
    let mut hash = Sha256::new();
    for value in row {
        let (kind, bytes) = match value {
            Value::Null => (0, Vec::new()),
            Value::Number(number) => (1, number.to_be_bytes().to_vec()),
            Value::Text(text) => (2, text.as_bytes().to_vec()),
            Value::Bytes(bytes) => (3, bytes.clone()),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}

/// Row by row.
struct Flat {
    rows: Rows,
    portion: std::vec::IntoIter<Row>,
}

impl Flat {
    fn of(rows: Rows) -> Self {
        Self { rows, portion: Vec::new().into_iter() }
    }

    async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        loop {
            if let Some(row) = self.portion.next() {
                return Ok(Some(row));
            }
            match self.rows.recv().await {
                Some(portion) => self.portion = portion?.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

/// The names of the columns.
pub(crate) fn names(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The names of the key's columns.
pub(crate) fn key(table: &Table) -> String {
    table.columns[..table.key].iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
