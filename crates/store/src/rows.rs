//! Rows that grant or find something, and their seals. An engine reads such a row as [`Unchecked`], which releases it
//! only if the seal matches its values and its place. So an altered row cannot be used by mistake.

mod desk;
mod erasures;

use dossier_core::caller::Scope;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::{CustomerId, KeyId, PersonId, SessionId, WebhookId};
use dossier_core::store::StoreError;

use crate::columns::{scope_columns, scope_of};
use crate::transfer::record::Value;
use crate::vault::{Fields, RowSeal, ScopeKeys, WrappedKey};
use desk::DESK;
pub(crate) use desk::{DeskKind, DeskRow, used_row};
use erasures::{ERASURES, HOLDS, PERSON_ERASURES};
pub(crate) use erasures::{ErasureRow, HoldRow, PersonErasureRow};

/// The newest of the steps that seal rows which were stored before rows had seals. The keyring records the last step
/// that was done; from then on a row without a seal is refused.
pub const NEWEST_STEP: u32 = 2;

/// A table whose rows are sealed: the columns of its key and those that are sealed with them, in this order. A row's
/// account comes first, then its environment, unless the table has none.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub key: &'static [&'static str],
    /// The columns by which the row grants or finds something.
    pub columns: &'static [&'static str],
    /// The step that seals older rows.
    pub(crate) step: u32,
}

const fn table(name: &'static str, key: &'static [&'static str], columns: &'static [&'static str]) -> Table {
    Table { name, key, columns, step: 1 }
}

pub(crate) const ACCOUNTS: Table = table("accounts", &["account_id"], &["created_at", "name", "look"]);
const SUBJECT_KEYS: Table = table("subject_keys", &["account_id", "environment", "customer_id", "subject_id"], &[]);
pub(crate) const API_KEYS: Table = table(
    "api_keys",
    &["account_id", "environment", "key_id"],
    &["lookup", "hint", "scopes", "created_at", "expires_at", "revoked_at", "predecessor"],
);
pub(crate) const CUSTOMERS: Table = table(
    "customers",
    &["account_id", "environment", "customer_id"],
    &[
        "type",
        "version",
        "events",
        "persons_version",
        "created_at",
        "updated_at",
        "email_index",
        "queued_at",
        "provider_due",
        "provider_case",
    ],
);
pub(crate) const PERSONS: Table = table("persons", &["account_id", "environment", "customer_id"], &["cells"]);
pub(crate) const FILES: Table = Table {
    step: 2,
    ..table(
        "files",
        &["account_id", "environment", "file_id"],
        &["uploaded_at", "staged_day", "upload_key", "upload_fingerprint", "request_id"],
    )
};
pub(crate) const FILE_USES: Table = Table {
    step: 2,
    ..table("file_uses", &["account_id", "environment", "file_id", "customer_id", "subject_id"], &["attached_at"])
};
const LINKS: Table = table("links", &["account_id", "environment", "token_hash"], &["customer_id", "session_id"]);
pub(crate) const ENDPOINTS: Table =
    table("endpoints", &["account_id", "environment", "endpoint_id"], &["key_id", "event_types", "created_at"]);

pub const TABLES: &[&Table] = &[
    &ACCOUNTS,
    &SUBJECT_KEYS,
    &API_KEYS,
    &CUSTOMERS,
    &PERSONS,
    &FILES,
    &FILE_USES,
    &LINKS,
    &ENDPOINTS,
    &ERASURES,
    &HOLDS,
    &PERSON_ERASURES,
    &DESK,
];

impl Table {
    /// The columns of the key, and those that are sealed with them.
    pub(crate) fn all_columns(&self) -> impl Iterator<Item = &'static str> {
        self.key.iter().chain(self.columns).copied()
    }

    /// The scope whose keys seal a row. The row of an account, like its name, is sealed with the keys of its sandbox.
    pub(crate) fn scope(&self, values: &[Value]) -> Result<Scope, StoreError> {
        let unreadable = || StoreError::Corrupt(format!("a row of {} has no scope", self.name));
        let account = values.first().and_then(Value::bytes).and_then(|account| account.try_into().ok());
        let environment = match self.key.get(1) {
            Some(&"environment") => values.get(1).and_then(Value::number),
            _ => Some(0),
        };
        let environment = environment.and_then(|environment| u8::try_from(environment).ok());
        scope_of(account.ok_or_else(unreadable)?, environment.ok_or_else(unreadable)?)
    }

    /// The sealed values of a row, in the order of [`Table::all_columns`].
    pub(crate) fn fields(&self, values: &[Value]) -> Fields {
        let mut fields = Fields::of(self.name);
        for value in values {
            match value {
                Value::Null => fields.null(),
                Value::Number(number) => fields.number(*number),
                Value::Text(text) => fields.text(text),
                Value::Bytes(bytes) => fields.bytes(&bytes[..]),
            };
        }
        fields
    }

    /// The finding of a verification about a row, if any.
    pub(crate) fn finding(&self, values: &[Value], mac: Option<&[u8]>, keys: Option<&ScopeKeys>) -> Option<String> {
        let why = match (keys, mac) {
            (None, _) => "the row belongs to no account",
            (Some(keys), Some(_)) if keys.row_matches(&self.fields(values), mac) => return None,
            (Some(_), Some(_)) => "the row was altered or moved",
            (Some(_), None) => "the row has no seal",
        };
        Some(format!("{}: {why}", self.place(values)))
    }

    /// The row, for people.
    fn place(&self, values: &[Value]) -> String {
        let key = self.key.iter().zip(values).map(|(column, value)| match value {
            Value::Null => format!("{column} -"),
            Value::Number(number) => format!("{column} {number}"),
            Value::Text(_) => format!("{column} ?"),
            Value::Bytes(bytes) => format!("{column} {}", hexadecimal(bytes)),
        });
        format!("{}: {}", self.name, key.collect::<Vec<_>>().join(", "))
    }
}

pub(crate) trait Row {
    const TABLE: &'static Table;

    /// The scope whose keys seal it.
    fn scope(&self) -> Result<Scope, StoreError>;

    /// The rest of its key, for people.
    fn id(&self) -> &[u8];

    /// Adds its values in the order of the table's columns.
    fn add_to(&self, fields: &mut Fields);
}

fn fields_of<R: Row>(row: &R) -> Fields {
    let mut fields = Fields::of(R::TABLE.name);
    row.add_to(&mut fields);
    fields
}

/// The seal of a row that is about to be written.
pub(crate) fn seal<R: Row>(row: &R, keys: &ScopeKeys) -> RowSeal {
    keys.seal_row(&fields_of(row))
}

/// A row as it was read, whose seal has not been checked yet.
pub(crate) struct Unchecked<R> {
    row: R,
    mac: Option<Vec<u8>>,
}

impl<R: Row> Unchecked<R> {
    pub(crate) const fn new(row: R, mac: Option<Vec<u8>>) -> Self {
        Self { row, mac }
    }

    /// The scope whose keys check it.
    pub(crate) fn scope(&self) -> Result<Scope, StoreError> {
        self.row.scope()
    }

    /// The row before its seal is checked. Use it only to decide whether the row is wanted.
    pub(crate) const fn peek(&self) -> &R {
        &self.row
    }

    /// The row, if its seal matches its values and its place. Otherwise the row is logged, counted and refused.
    pub(crate) fn check(self, keys: &ScopeKeys) -> Result<R, StoreError> {
        if keys.row_matches(&fields_of(&self.row), self.mac.as_deref()) {
            return Ok(self.row);
        }
        Err(refuse(&self.row, keys, "the row was altered or moved"))
    }
}

/// Refuses a row that was found but is not the one that was looked for.
pub(crate) fn refuse<R: Row>(row: &R, keys: &ScopeKeys, why: &'static str) -> StoreError {
    match row.scope() {
        Ok(scope) => refuse_at(R::TABLE, scope, row.id(), keys, why),
        Err(error) => error,
    }
}

/// Logs and counts a refused row. The log names the row and never its content.
pub(crate) fn refuse_at(table: &Table, scope: Scope, id: &[u8], keys: &ScopeKeys, why: &'static str) -> StoreError {
    keys.count_refused_row();
    let (table, id) = (table.name, hexadecimal(id));
    let Scope { account, environment } = scope;
    tracing::error!(table, %account, %environment, id, "{why}");
    StoreError::Corrupt(format!("{table} {id}: {why}"))
}

/// The start of every key but that of `accounts`.
pub(crate) fn add_scope(fields: &mut Fields, scope: &Scope) {
    let (account, environment) = scope_columns(scope);
    fields.bytes(&account[..]).number(i64::from(environment));
}

pub(crate) struct SubjectRow {
    pub(crate) scope: Scope,
    pub(crate) customer: CustomerId,
    pub(crate) subject: PersonId,
    /// The key is bound to its scope, subject and epoch by itself. Every rotation wraps it again, and seals no row.
    pub(crate) wrapped: WrappedKey,
}

impl Row for SubjectRow {
    const TABLE: &'static Table = &SUBJECT_KEYS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.subject.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        add_scope(fields, &self.scope);
        fields.bytes(&self.customer.as_bytes()[..]).bytes(&self.subject.as_bytes()[..]);
    }
}

pub(crate) struct LinkRow {
    pub(crate) scope: Scope,
    pub(crate) hash: [u8; 32],
    pub(crate) customer: CustomerId,
    pub(crate) session: SessionId,
}

impl Row for LinkRow {
    const TABLE: &'static Table = &LINKS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.session.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        add_scope(fields, &self.scope);
        fields.bytes(&self.hash[..]).bytes(&self.customer.as_bytes()[..]).bytes(&self.session.as_bytes()[..]);
    }
}

/// The sealed values of a row of `endpoints`.
pub(crate) struct EndpointRow {
    pub(crate) scope: Scope,
    pub(crate) id: WebhookId,
    pub(crate) key: KeyId,
    pub(crate) event_types: String,
    pub(crate) created_at: i64,
}

impl Row for EndpointRow {
    const TABLE: &'static Table = &ENDPOINTS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.id.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        add_scope(fields, &self.scope);
        fields
            .bytes(&self.id.as_bytes()[..])
            .bytes(&self.key.as_bytes()[..])
            .text(&self.event_types)
            .number(self.created_at);
    }
}

/// A row of `persons`: the packed cells of all associated persons of a business.
pub(crate) struct PersonsRow {
    pub(crate) scope: Scope,
    pub(crate) customer: CustomerId,
    pub(crate) cells: Vec<u8>,
}

impl Row for PersonsRow {
    const TABLE: &'static Table = &PERSONS;

    fn scope(&self) -> Result<Scope, StoreError> {
        Ok(self.scope)
    }

    fn id(&self) -> &[u8] {
        self.customer.as_bytes()
    }

    fn add_to(&self, fields: &mut Fields) {
        add_persons(fields, &self.scope, self.customer, &self.cells);
    }
}

fn add_persons(fields: &mut Fields, scope: &Scope, customer: CustomerId, cells: &[u8]) {
    add_scope(fields, scope);
    fields.bytes(&customer.as_bytes()[..]).bytes(cells);
}

/// The seal of a row of `persons`, without copying its cells.
pub(crate) fn seal_persons(keys: &ScopeKeys, scope: &Scope, customer: CustomerId, cells: &[u8]) -> RowSeal {
    let mut fields = Fields::of(PERSONS.name);
    add_persons(&mut fields, scope, customer, cells);
    keys.seal_row(&fields)
}
