//! Row seals over whole tables: sealing older rows, and verification.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params_from_iter};

use super::commit::{Announced, Heads, NewEntry};
use super::transfer::value;
use super::{SqliteStore, migrate, wrapped_key};
use crate::columns::scope_of;
use crate::records::{FullRow, NAMED_TABLES, RowHashes, UnnamedRows};
use crate::rows::{NEWEST_STEP, TABLES, Table};
use crate::transfer::PORTION;
use crate::transfer::record::{Record, Value};
use crate::vault::{Keyring, ScopeKeys, Vault};
use crate::{OpenError, prepared};

pub(super) const ACCOUNTS: &str = "SELECT count(*) FROM accounts";

/// Refuses a database without row seals if the keyring knows that its rows have seals. It must have been put back, and
/// could have been altered.
pub(super) fn check_age(connection: &Connection, keyring: &Keyring) -> Result<(), OpenError> {
    if keyring.sealed_rows() <= migrate::sealing_step(connection)? {
        return Ok(());
    }
    let accounts = "SELECT count(*) FROM sqlite_schema WHERE name = 'accounts'";
    let has_accounts = connection.query_row(accounts, [], |row| row.get::<_, u64>(0))? > 0
        && connection.query_row(ACCOUNTS, [], |row| row.get::<_, u64>(0))? > 0;
    if has_accounts { Err(OpenError::RowsUnsealed) } else { Ok(()) }
}

/// Seals older rows, once; the keyring records it. If the process dies, the next start continues.
pub(super) fn seal_older_rows(connection: &Connection, vault: &Vault, now: Timestamp) -> Result<(), OpenError> {
    if vault.sealed_rows() >= NEWEST_STEP {
        return Ok(());
    }
    seal_all(connection, vault, vault.sealed_rows())?;
    record_all_rows(connection, vault, now)?;
    vault.set_sealed_rows(NEWEST_STEP)
}

/// Seals every unsealed row of the tables that steps after `after_step` seal.
pub(super) fn seal_all(connection: &Connection, vault: &Vault, after_step: u32) -> Result<(), OpenError> {
    let keys = all_keys(connection, vault)?;
    for table in TABLES.iter().filter(|table| table.step > after_step) {
        let mut after = None;
        loop {
            let rows = portion(connection, (table, &[]), after.as_ref(), true)?;
            let Some((last, ..)) = rows.last() else { break };
            after = Some(last.clone());
            let transaction = connection.unchecked_transaction()?;
            for (values, ..) in &rows {
                // A row without a valid scope stays unsealed and is refused when it is read.
                let Some(keys) = table.scope(values).ok().and_then(|scope| keys.get(&scope)) else { continue };
                set_seal(&transaction, table, values, keys)?;
            }
            transaction.commit()?;
        }
    }
    Ok(())
}

/// Records every row in the audit trail of its scope, so that an entry names each. If the process dies, this starts
/// over; recording a row twice does no harm.
pub(super) fn record_all_rows(connection: &Connection, vault: &Vault, now: Timestamp) -> Result<(), OpenError> {
    let (keys, mut heads, mut unnamed) = (all_keys(connection, vault)?, Heads::default(), UnnamedRows::default());
    let mut note = |noted: Vec<(Scope, RowHashes)>| {
        let transaction = connection.unchecked_transaction()?;
        for (scope, records) in noted {
            let Some(keys) = keys.get(&scope) else { continue };
            let entry = Cow::Owned(prepared::records_noted_entry(scope, keys, now, records));
            let (keys, announced) = (Arc::clone(keys), Announced::default());
            let append = NewEntry { scope, keys, entry, previous_of_customer: 0, announced };
            heads.append(&transaction, &append)?;
        }
        heads.write(&transaction)?;
        transaction.commit()
    };
    for named in NAMED_TABLES {
        let mut after = None;
        loop {
            let rows = portion(connection, (named.table, named.cells), after.as_ref(), false)?;
            let Some((last, ..)) = rows.last() else { break };
            after = Some(last.clone());
            unnamed.add(named, &rows);
            note(unnamed.take_full())?;
        }
    }
    Ok(note(unnamed.rest())?)
}

fn set_seal(connection: &Connection, table: &Table, values: &Record, keys: &ScopeKeys) -> Result<(), rusqlite::Error> {
    let seal = keys.seal_row(&table.fields(values));
    let places: Vec<_> = (2..).zip(table.key).map(|(place, column)| format!("{column} = ?{place}")).collect();
    let sql = format!("UPDATE {} SET mac = ?1 WHERE {} AND mac IS NULL", table.name, places.join(" AND "));
    let seal = Value::Bytes(seal.to_vec());
    connection
        .prepare_cached(&sql)?
        .execute(params_from_iter([&seal].into_iter().chain(&values[..table.key.len()])))?;
    Ok(())
}

pub(super) fn all_keys(connection: &Connection, vault: &Vault) -> Result<HashMap<Scope, Arc<ScopeKeys>>, OpenError> {
    let stored = connection
        .prepare("SELECT epoch, wrapped, account_id, environment FROM scope_keys")?
        .query_map([], |row| Ok((wrapped_key(row)?, row.get(2)?, row.get::<_, u8>(3)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    let mut keys = HashMap::new();
    for (wrapped, account, environment) in stored {
        let scope = scope_of(account, environment)?;
        if scope != Vault::INSTALLATION {
            keys.insert(scope, vault.open_scope(scope, &wrapped)?);
        }
    }
    Ok(keys)
}

/// The next rows of a table, in the order of an index.
fn portion(
    connection: &Connection,
    (table, cells): (&Table, &[&str]),
    after: Option<&Record>,
    unsealed: bool,
) -> Result<Vec<FullRow>, rusqlite::Error> {
    let columns: Vec<_> = table.all_columns().collect();
    // Links are found by their hash before their account is known.
    let order = if table.name == "links" { &table.key[2..] } else { table.key };
    let key = order.join(", ");
    let mut conditions = Vec::new();
    if unsealed {
        conditions.push("mac IS NULL".to_owned());
    }
    let mut values: Vec<&dyn ToSql> = Vec::new();
    if let Some(after) = after {
        let places: Vec<_> = (1..=order.len()).map(|place| format!("?{place}")).collect();
        conditions.push(format!("({key}) > ({})", places.join(", ")));
        let skipped = table.key.len() - order.len();
        values.extend(after[skipped..table.key.len()].iter().map(|value| value as &dyn ToSql));
    }
    let condition = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
    let (columns_of_it, name) = ([&columns[..], &["mac"], cells].concat().join(", "), table.name);
    let sql = format!("SELECT {columns_of_it} FROM {name} WHERE {condition} ORDER BY {key} LIMIT {PORTION}");
    connection
        .prepare_cached(&sql)?
        .query_map(&values[..], |row| {
            let values = (0..columns.len()).map(|place| value(row, place)).collect::<Result<Record, _>>()?;
            // A seal that is not bytes counts as missing.
            let mac = row.get::<_, Option<Vec<u8>>>(columns.len()).unwrap_or_default();
            let cell = |place| row.get::<_, Option<Vec<u8>>>(columns.len() + 1 + place).unwrap_or_default();
            Ok((values, mac, (0..cells.len()).map(cell).collect()))
        })?
        .collect()
}

impl SqliteStore {
    /// Checks the seals of all rows. Returns the findings and the number of rows.
    pub(super) fn verify_rows(&self, progress: Progress<'_>) -> Result<(Vec<String>, u64), StoreError> {
        let (mut findings, mut compared) = (Vec::new(), 0);
        for table in TABLES {
            let mut after = None;
            loop {
                let rows = self.readers.read(|connection| portion(connection, (table, &[]), after.as_ref(), false))?;
                let Some((last, ..)) = rows.last() else { break };
                after = Some(last.clone());
                for (values, mac, _) in &rows {
                    let keys = table.scope(values).ok().and_then(|scope| self.scope_keys(scope).ok().flatten());
                    findings.extend(table.finding(values, mac.as_deref(), keys.as_deref()));
                }
                compared += rows.len() as u64;
                progress(compared, compared);
            }
        }
        Ok((findings, compared))
    }
}
