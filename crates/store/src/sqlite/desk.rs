//! The desk: members, their sign-ins, and the worksheets of reviewers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::desk::{Member, SignIn, Worksheet};
use dossier_core::ids::{AccountId, CustomerId, MemberId, PersonId};
use dossier_core::store::{DeskStore, DeskUse, StoreError, Waiting};
use rusqlite::{OptionalExtension as _, Row};

use super::SqliteStore;
use crate::columns::{scope_columns, scope_of};
use crate::rows::{DeskKind, DeskRow, Unchecked, used_row};
use crate::sealed;

/// A row with the moment of its last use, which its seal does not cover.
type UsedRow = (Unchecked<DeskRow>, Option<i64>);

macro_rules! desk_columns {
    ($rest:literal) => {
        concat!("SELECT id, version, lookup, expires_at, content, mac, used_at FROM desk ", $rest)
    };
}

fn desk_row(scope: Scope, kind: DeskKind, row: &Row<'_>) -> Result<UsedRow, rusqlite::Error> {
    let desk = DeskRow {
        scope,
        kind,
        id: row.get(0)?,
        version: row.get(1)?,
        lookup: row.get(2)?,
        expires_at: row.get(3)?,
        content: row.get(4)?,
    };
    Ok((Unchecked::new(desk, row.get(5)?), row.get(6)?))
}

#[async_trait]
impl DeskStore for SqliteStore {
    async fn members(&self, account: AccountId) -> Result<Vec<Member>, StoreError> {
        let scope = Member::home(account);
        let rows = self.desk_rows(scope, DeskKind::Member)?;
        let keys = self.existing_scope_keys(scope)?;
        rows.into_iter().map(|(row, _)| sealed::open_member(&keys, row.check(&keys)?)).collect()
    }

    async fn member(&self, account: AccountId, id: MemberId) -> Result<Option<Member>, StoreError> {
        let scope = Member::home(account);
        let Some((row, _)) = self.desk_row(scope, DeskKind::Member, id.as_bytes())? else { return Ok(None) };
        let keys = self.existing_scope_keys(scope)?;
        sealed::open_member(&keys, row.check(&keys)?).map(Some)
    }

    async fn sign_in(&self, token: &str) -> Result<Option<SignIn>, StoreError> {
        let hash = self.vault.key_lookup(token);
        let found = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, version, lookup, expires_at, content, mac, used_at, account_id, environment FROM desk
                     WHERE lookup = ?1 AND kind = 1",
                )?
                .query_row([&hash[..]], |row| {
                    let (account, environment): ([u8; 16], u8) = (row.get(7)?, row.get(8)?);
                    let scope = scope_of(account, environment);
                    Ok(scope.map(|scope| (scope, desk_row(scope, DeskKind::SignIn, row))))
                })
                .optional()
        })?;
        let Some((scope, row)) = found.transpose()? else { return Ok(None) };
        let (row, used_at) = row.map_err(|error| StoreError::Corrupt(format!("a sign-in cannot be read: {error}")))?;
        let keys = self.existing_scope_keys(scope)?;
        sealed::open_sign_in(&keys, row.check(&keys)?, used_at).map(Some)
    }

    async fn sign_ins(&self, account: AccountId, now: Timestamp) -> Result<Vec<SignIn>, StoreError> {
        let scope = Member::home(account);
        let rows = self.desk_rows(scope, DeskKind::SignIn)?;
        let keys = self.existing_scope_keys(scope)?;
        let open = |(row, used_at): UsedRow| sealed::open_sign_in(&keys, row.check(&keys)?, used_at);
        let is_open = |row: &UsedRow| row.0.peek().expires_at.is_some_and(|end| now.as_micros() < end);
        rows.into_iter().filter(is_open).map(open).collect()
    }

    async fn record_desk_use(&self, used: DeskUse, at: Timestamp) -> Result<(), StoreError> {
        let (scope, kind, id) = used_row(used);
        self.writer
            .lazy(move |connection| {
                let (account, environment) = scope_columns(&scope);
                connection
                    .prepare_cached(
                        "UPDATE desk SET used_at = max(coalesce(used_at, 0), ?5)
                         WHERE account_id = ?1 AND environment = ?2 AND kind = ?3 AND id = ?4",
                    )?
                    .execute((account, environment, kind as u8, id, at.as_micros()))
                    .map(drop)
            })
            .await
    }

    async fn delete_expired_sign_ins(&self, now: Timestamp) -> Result<(), StoreError> {
        self.writer
            .task(move |connection| {
                connection
                    .prepare_cached("DELETE FROM desk WHERE kind = 1 AND expires_at <= ?1")?
                    .execute([now.as_micros()])
                    .map(drop)
            })
            .await
    }

    async fn worksheet(&self, scope: Scope, customer: CustomerId) -> Result<Worksheet, StoreError> {
        let found = self.desk_row(scope, DeskKind::Worksheet, customer.as_bytes())?;
        let Some((row, used_at)) = found else { return Ok(Worksheet::empty(customer)) };
        let row = row.check(&*self.existing_scope_keys(scope)?)?;
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer))?;
        sealed::open_worksheet(&key, row, used_at)
    }

    async fn waiting(&self, scope: Scope) -> Result<Vec<Waiting>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT c.customer_id, c.version, c.queued_at, coalesce(d.version, 0), d.used_at
                     FROM customers AS c LEFT JOIN desk AS d ON d.account_id = c.account_id
                        AND d.environment = c.environment AND d.kind = 2 AND d.id = c.customer_id
                     WHERE c.account_id = ?1 AND c.environment = ?2 AND c.queued_at IS NOT NULL
                     ORDER BY c.queued_at",
                )?
                .query_map((account, environment), |row| {
                    Ok(Waiting {
                        customer: CustomerId::from_bytes(row.get(0)?),
                        version: row.get(1)?,
                        since: Timestamp::from_micros(row.get(2)?),
                        worksheet: row.get(3)?,
                        renewed_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_micros),
                    })
                })?
                .collect()
        })
    }
}

impl SqliteStore {
    fn desk_row(&self, scope: Scope, kind: DeskKind, id: &[u8; 16]) -> Result<Option<UsedRow>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(desk_columns!("WHERE account_id = ?1 AND environment = ?2 AND kind = ?3 AND id = ?4"))?
                .query_row((account, environment, kind as u8, id), |row| desk_row(scope, kind, row))
                .optional()
        })
    }

    fn desk_rows(&self, scope: Scope, kind: DeskKind) -> Result<Vec<UsedRow>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(desk_columns!("WHERE account_id = ?1 AND environment = ?2 AND kind = ?3 ORDER BY id"))?
                .query_map((account, environment, kind as u8), |row| desk_row(scope, kind, row))?
                .collect()
        })
    }
}
