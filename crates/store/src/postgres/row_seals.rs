//! Row seals over whole tables: sealing older rows, and verification.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};

use super::database::{Error, Param, Session};
use super::rows::{Columns, number, scope_values, statements};
use super::transfer::{COLUMNS, array, kind_of, single, type_name, value};
use super::{PostgresStore, commit, migrate};
use crate::audit_chain::{self, StoredEntry};
use crate::records::{FullRow, NAMED_TABLES, RowHashes, UnnamedRows};
use crate::rows::{NEWEST_STEP, TABLES, Table};
use crate::transfer::record::{Record, Value};
use crate::transfer::{ColumnKind, PORTION};
use crate::vault::{Keyring, ScopeKeys, Vault};
use crate::{OpenError, prepared};

statements! {
    SCOPES = "SELECT account_id, environment, epoch, wrapped FROM scope_keys";
    MIGRATED = "SELECT count(*) FROM migrations WHERE name = $1";
    pub(super) ACCOUNTS = "SELECT count(*) FROM accounts";
    END = "SELECT seq, hash FROM audit_heads WHERE account_id = $1 AND environment = $2 FOR UPDATE";
    APPEND = "INSERT INTO audit (account_id, environment, seq, previous_of_customer, at, actor, action, fields,
            request_id, detail, hash, records)
        VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10, $11)";
    MOVE_END = "UPDATE audit_heads SET seq = $3, hash = $4, seal = $5 WHERE account_id = $1 AND environment = $2";
}

/// Refuses a database without row seals if the keyring knows that its rows have seals. It must have been put back, and
/// could have been altered.
pub(super) async fn check_age(session: Session<'_>, keyring: &Keyring) -> Result<(), OpenError> {
    if keyring.sealed_rows() <= sealing_step(session).await {
        return Ok(());
    }
    // A missing table counts as empty.
    if count(session, ACCOUNTS, &[]).await > 0 { Err(OpenError::RowsUnsealed) } else { Ok(()) }
}

/// The last sealing step whose migration the database has had.
pub(super) async fn sealing_step(session: Session<'_>) -> u32 {
    let mut newest = 0;
    for (step, name) in migrate::SEALING {
        if count(session, MIGRATED, &[&name]).await > 0 {
            newest = step;
        }
    }
    newest
}

async fn count(session: Session<'_>, sql: &str, params: &[&dyn Param]) -> u64 {
    let found = session.query(sql, params).await.unwrap_or_default();
    found.first().and_then(|row| Columns::of(row).count().ok()).unwrap_or(0)
}

/// Seals older rows, once; the keyring records it. If the process dies, the next start continues. Processes of an older
/// version must have ended, because they would continue to write rows without seals.
pub(super) async fn seal_older_rows(session: Session<'_>, vault: &Vault, now: Timestamp) -> Result<(), OpenError> {
    if vault.sealed_rows() >= NEWEST_STEP {
        return Ok(());
    }
    let me = super::rows::random_id();
    migrate::lease(session, me).await?;
    // Another process may have done it while this one waited.
    vault.reload_keyring();
    if vault.sealed_rows() < NEWEST_STEP {
        migrate::wait_until_alone(session).await?;
        seal_all(session, vault, (vault.sealed_rows(), me)).await?;
        record_all_rows(session, vault, me, now).await?;
        vault.set_sealed_rows(NEWEST_STEP)?;
    }
    migrate::release(session, me).await
}

/// Seals every unsealed row of the tables that steps after `after_step` seal.
async fn seal_all(session: Session<'_>, vault: &Vault, (after_step, me): (u32, uuid::Uuid)) -> Result<(), OpenError> {
    let keys = all_keys(session, vault).await?;
    for table in TABLES.iter().filter(|table| table.step > after_step) {
        let kinds = kinds(session, table).await?;
        let mut after = None;
        loop {
            let rows = portion(session, (table, &[]), &kinds, after.as_ref(), true).await?;
            let Some((last, ..)) = rows.last() else { break };
            after = Some(last.clone());
            set_seals(session, table, &kinds, &keys, &rows).await?;
            migrate::lease(session, me).await?;
        }
    }
    Ok(())
}

/// Records every row in the audit trail of its scope, so that an entry names each. If the process dies, this starts
/// over; recording a row twice does no harm.
pub(super) async fn record_all_rows(
    session: Session<'_>,
    vault: &Vault,
    me: uuid::Uuid,
    now: Timestamp,
) -> Result<(), OpenError> {
    let (keys, mut unnamed) = (all_keys(session, vault).await?, UnnamedRows::default());
    let note = async |noted: Vec<(Scope, RowHashes)>| {
        for (scope, records) in noted {
            let Some(keys) = keys.get(&scope) else { continue };
            append(session, scope, keys, &prepared::records_noted_entry(scope, keys, now, records)).await?;
        }
        migrate::lease(session, me).await
    };
    for named in NAMED_TABLES {
        let kinds = kinds(session, named.table).await?;
        let mut after = None;
        loop {
            let rows = portion(session, (named.table, named.cells), &kinds, after.as_ref(), false).await?;
            let Some((last, ..)) = rows.last() else { break };
            after = Some(last.clone());
            unnamed.add(named, &rows);
            note(unnamed.take_full()).await?;
        }
    }
    note(unnamed.rest()).await
}

/// Appends an entry to the trail of a scope. No other process writes to the database at this time.
async fn append(session: Session<'_>, scope: Scope, keys: &ScopeKeys, entry: &StoredEntry) -> Result<(), OpenError> {
    let (account, environment) = scope_values(scope);
    session.run("BEGIN").await?;
    commit::begin_chain(session, scope).await?;
    let rows = session.query(END, &[&account, &environment]).await?;
    let row = rows.first().ok_or_else(|| StoreError::Corrupt("the account has no audit chain".into()))?;
    let mut columns = Columns::of(row);
    let (seq, previous) = (columns.count()? + 1, columns.hash()?);
    let hash = entry.hash(&previous, scope, seq);
    let seal = audit_chain::seal(keys, scope, seq, &hash);
    let StoredEntry { at, actor, action, fields, request_id, detail, records, .. } = entry;
    let values: [&dyn Param; 11] =
        [&account, &environment, &number(seq), at, actor, action, fields, request_id, detail, &&hash[..], records];
    session.execute(APPEND, &values).await?;
    session.execute(MOVE_END, &[&account, &environment, &number(seq), &&hash[..], &&seal[..]]).await?;
    Ok(session.run("COMMIT").await?)
}

async fn set_seals(
    session: Session<'_>,
    table: &Table,
    kinds: &[ColumnKind],
    keys: &HashMap<Scope, Arc<ScopeKeys>>,
    rows: &[FullRow],
) -> Result<(), OpenError> {
    // A row without a valid scope stays unsealed and is refused when it is read.
    let (sealed, seals): (Vec<&Record>, Vec<Value>) = rows
        .iter()
        .filter_map(|(values, ..)| {
            let keys = keys.get(&table.scope(values).ok()?)?;
            Some((values, Value::Bytes(keys.seal_row(&table.fields(values)).to_vec())))
        })
        .unzip();
    let (mut arrays, mut same) = (String::new(), String::new());
    let mut params: Vec<Box<dyn Param + Send>> = Vec::new();
    for (place, (column, kind)) in table.key.iter().zip(kinds).enumerate() {
        let _ = write!(arrays, "${}::{}[], ", place + 1, type_name(*kind));
        let _ = write!(same, "t.{column} = u.{column} AND ");
        params.push(array(*kind, sealed.iter().map(|values| &values[place])));
    }
    params.push(array(ColumnKind::Bytes, seals.iter()));
    let (name, key, last) = (table.name, table.key.join(", "), params.len());
    let sql = format!(
        "UPDATE {name} AS t SET mac = u.mac FROM unnest({arrays}${last}::bytea[]) AS u ({key}, mac)
         WHERE {same}t.mac IS NULL"
    );
    let params: Vec<&dyn Param> = params.iter().map(|param| &**param as &dyn Param).collect();
    session.execute(&sql, &params).await?;
    Ok(())
}

async fn all_keys(session: Session<'_>, vault: &Vault) -> Result<HashMap<Scope, Arc<ScopeKeys>>, OpenError> {
    let mut keys = HashMap::new();
    for row in &session.query(SCOPES, &[]).await? {
        let mut columns = Columns::of(row);
        let (scope, wrapped) = (columns.scope()?, columns.wrapped()?);
        if scope != Vault::INSTALLATION {
            keys.insert(scope, vault.open_scope(scope, &wrapped)?);
        }
    }
    Ok(keys)
}

/// The types of a table's columns, in their order.
async fn kinds(session: Session<'_>, table: &Table) -> Result<Vec<ColumnKind>, Error> {
    let mut known = HashMap::new();
    for row in &session.query(COLUMNS, &[&table.name]).await? {
        let mut columns = Columns::of(row);
        let (name, kind) = (columns.next::<String>()?, columns.next::<String>()?);
        known.insert(name, kind);
    }
    let kind = |column: &str| {
        let kind = known.get(column).ok_or_else(|| StoreError::Corrupt(format!("{} lacks {column}", table.name)))?;
        kind_of(table.name, kind)
    };
    Ok(table.all_columns().map(kind).collect::<Result<_, StoreError>>()?)
}

/// The next rows of a table, in the order of its key.
fn select((table, cells): (&Table, &[&str]), kinds: &[ColumnKind], after: bool, unsealed: bool) -> String {
    let mut columns: Vec<&str> = table.all_columns().collect();
    columns.push("mac");
    columns.extend(cells);
    let (columns, key) = (columns.join(", "), table.key.join(", "));
    let mut conditions = Vec::new();
    if unsealed {
        conditions.push("mac IS NULL".to_owned());
    }
    if after {
        let place = |(place, kind): (usize, &ColumnKind)| format!("${}::{}", place + 1, type_name(*kind));
        let places: Vec<_> = kinds.iter().take(table.key.len()).enumerate().map(place).collect();
        conditions.push(format!("({key}) > ({})", places.join(", ")));
    }
    let condition = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    format!("SELECT {columns} FROM {} WHERE {condition} ORDER BY {key} LIMIT {PORTION}", table.name)
}

fn key_of(table: &Table, kinds: &[ColumnKind], after: Option<&Record>) -> Vec<Box<dyn Param + Send>> {
    let of = |after: &Record| {
        let key = after.iter().zip(kinds).take(table.key.len());
        key.map(|(value, kind)| single(*kind, value)).collect()
    };
    after.map(of).unwrap_or_default()
}

fn read(kinds: &[ColumnKind], cells: usize, row: &tokio_postgres::Row) -> Result<FullRow, StoreError> {
    let mut columns = Columns::of(row);
    let values = kinds.iter().map(|kind| value(*kind, &mut columns)).collect::<Result<_, _>>()?;
    Ok((values, columns.next()?, (0..cells).map(|_| columns.next()).collect::<Result<_, _>>()?))
}

async fn portion(
    session: Session<'_>,
    (table, cells): (&Table, &[&str]),
    kinds: &[ColumnKind],
    after: Option<&Record>,
    unsealed: bool,
) -> Result<Vec<FullRow>, Error> {
    let params = key_of(table, kinds, after);
    let params: Vec<&dyn Param> = params.iter().map(|param| &**param as &dyn Param).collect();
    let found = session.query(&select((table, cells), kinds, after.is_some(), unsealed), &params).await?;
    Ok(found.iter().map(|row| read(kinds, cells.len(), row)).collect::<Result<_, StoreError>>()?)
}

impl PostgresStore {
    /// Checks the seals of all rows. Returns the findings and the number of rows.
    pub(super) async fn verify_rows(&self, progress: Progress<'_>) -> Result<(Vec<String>, u64), StoreError> {
        let connection = self.database.connection().await?;
        let session = self.database.session(&connection);
        let (mut findings, mut compared) = (Vec::new(), 0);
        for table in TABLES {
            let kinds = kinds(session, table).await?;
            let mut after = None;
            loop {
                let rows = portion(session, (table, &[]), &kinds, after.as_ref(), false).await?;
                let Some((last, ..)) = rows.last() else { break };
                after = Some(last.clone());
                for (values, mac, _) in &rows {
                    let keys = match table.scope(values) {
                        Ok(scope) => self.scope_keys(scope).await.ok().flatten(),
                        Err(_) => None,
                    };
                    findings.extend(table.finding(values, mac.as_deref(), keys.as_deref()));
                }
                compared += rows.len() as u64;
                progress(compared, compared);
            }
        }
        Ok((findings, compared))
    }
}

/// See [`PostgresStore::seal_rows`].
pub(super) async fn seal_restored(
    session: Session<'_>,
    keyring: Keyring,
    sealed: u32,
    now: Timestamp,
) -> Result<(), OpenError> {
    let (me, vault) = (super::rows::random_id(), Vault::new(keyring));
    migrate::lease(session, me).await?;
    seal_all(session, &vault, (sealed, me)).await?;
    record_all_rows(session, &vault, me, now).await?;
    migrate::release(session, me).await
}
