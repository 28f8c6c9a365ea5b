//! Copies records between databases, for moves, backups and restores.
//!
//! A record has the same form in both engines: its key columns, then the others by name. The database itself names the
//! columns, so an older schema can be read.

pub mod mark;
pub mod moving;
pub(crate) mod record;
pub(crate) mod snapshot;
pub(crate) mod target;

use std::borrow::Borrow;

use tokio::sync::mpsc;

use dossier_core::store::StoreError;

use record::Record;

/// The number of records that are read, written and committed together.
pub(crate) const PORTION: usize = 500;

/// A table and the columns of its key.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) key: &'static [&'static str],
}

const fn table(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key }
}

/// All tables with stored records, in the order in which they are written: whatever is numbered per scope comes after
/// the head of the scope.
pub(crate) const TABLES: &[Table] = &[
    table("accounts", &["account_id"]),
    table("scope_keys", &["account_id", "environment"]),
    table("subject_keys", &["account_id", "environment", "customer_id", "subject_id"]),
    table("api_keys", &["account_id", "environment", "key_id"]),
    table("audit_heads", &["account_id", "environment"]),
    table("audit", &["account_id", "environment", "seq"]),
    table("customers", &["account_id", "environment", "customer_id"]),
    table("persons", &["account_id", "environment", "customer_id"]),
    table("events", &["account_id", "environment", "position"]),
    table("answers", &["account_id", "environment", "key_hash"]),
    table("usage", &["account_id", "environment"]),
    table("files", &["account_id", "environment", "file_id"]),
    table("file_uses", &["account_id", "environment", "file_id", "customer_id", "subject_id"]),
    table("numbers", &["account_id", "environment", "customer_id", "subject_id", "fingerprint"]),
    table("contents", &["account_id", "environment", "file_id"]),
    table("staging_keys", &["account_id", "environment", "day"]),
    table("links", &["account_id", "environment", "token_hash"]),
    table("erasures", &["account_id", "environment", "customer_id"]),
    table("holds", &["account_id", "environment", "customer_id", "hold_id"]),
    table("looks", &["account_id", "environment", "customer_id", "hour", "key_id", "through", "seen", "reason_id"]),
    table("person_erasures", &["account_id", "environment", "customer_id", "person_id"]),
    table("desk", &["account_id", "environment", "kind", "id"]),
    table("sandbox_clocks", &["account_id"]),
    table("sandbox_emptyings", &["account_id"]),
    table("recorded_settings", &["account_id", "environment"]),
    table("endpoints", &["account_id", "environment", "endpoint_id"]),
    table("deliveries", &["account_id", "environment", "id"]),
];

/// The type of a column, as far as an engine distinguishes values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Id,
    Bytes,
    Text,
    SmallInt,
    Int,
    BigInt,
}

/// A column that both engines have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
}

/// The columns of a table in one database: those of the key first, then the others by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) key: usize,
    pub(crate) columns: Vec<Column>,
}

impl Shape {
    /// `columns` may be in any order.
    pub(crate) fn new(table: &Table, mut columns: Vec<Column>) -> Result<Self, StoreError> {
        columns.sort_by(|one, other| {
            let place = |column: &Column| table.key.iter().position(|key| *key == column.name).unwrap_or(usize::MAX);
            place(one).cmp(&place(other)).then_with(|| one.name.cmp(&other.name))
        });
        let keyed = columns.iter().take(table.key.len()).map(|column| column.name.as_str());
        if !keyed.eq(table.key.iter().copied()) {
            return Err(StoreError::Corrupt(format!("the table {} has no key", table.name)));
        }
        Ok(Self { name: table.name, key: table.key.len(), columns })
    }

    pub(crate) fn column_names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// The column names, for a statement.
    pub(crate) fn list(&self) -> String {
        self.column_names().join(", ")
    }

    /// The names of the key columns, for a statement.
    pub(crate) fn key_list(&self) -> String {
        self.column_names()[..self.key].join(", ")
    }

    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|one| one.name == column)
    }
}

/// The text of an error for a person who runs a command, without the kind of the error if a text says more.
#[must_use]
pub fn error_text(error: impl Borrow<StoreError>) -> String {
    match error.borrow() {
        StoreError::Corrupt(text) | StoreError::Unavailable(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Portions of the records that are read from a database, in the order of their key.
pub(crate) type RecordStream = mpsc::Receiver<Result<Vec<Record>, StoreError>>;

/// Reads records one by one.
pub(crate) struct RecordReader {
    records: RecordStream,
    portion: std::vec::IntoIter<Record>,
}

impl RecordReader {
    pub(crate) fn of(records: RecordStream) -> Self {
        Self { records, portion: Vec::new().into_iter() }
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Record>, StoreError> {
        loop {
            if let Some(record) = self.portion.next() {
                return Ok(Some(record));
            }
            match self.records.recv().await {
                Some(portion) => self.portion = portion?.into_iter(),
                None => return Ok(None),
            }
        }
    }
}
