//! The desk: members, their sign-ins, and the worksheets of reviewers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::desk::{Member, SignIn, Worksheet};
use dossier_core::ids::{AccountId, CustomerId, MemberId, PersonId};
use dossier_core::store::{DeskStore, DeskUse, StoreError, Waiting};

use super::PostgresStore;
use super::rows::{Columns, scope_values, statements, uuid};
use crate::rows::{DeskKind, DeskRow, Unchecked, used_row};
use crate::sealed;

/// A row with the moment of its last use, which its seal does not cover.
type UsedRow = (Unchecked<DeskRow>, Option<i64>);

statements! {
    ROW = "SELECT id, version, lookup, expires_at, content, mac, used_at FROM desk
        WHERE account_id = $1 AND environment = $2 AND kind = $3 AND id = $4";
    ROWS = "SELECT id, version, lookup, expires_at, content, mac, used_at FROM desk
        WHERE account_id = $1 AND environment = $2 AND kind = $3 ORDER BY id";
    SIGN_IN = "SELECT account_id, environment, id, version, lookup, expires_at, content, mac, used_at FROM desk
        WHERE lookup = $1 AND kind = 1";
    USED = "UPDATE desk SET used_at = greatest(coalesce(used_at, 0), $5::bigint)
        WHERE account_id = $1 AND environment = $2 AND kind = $3 AND id = $4";
    EXPIRED = "DELETE FROM desk WHERE kind = 1 AND expires_at <= $1";
    WAITING = "SELECT c.customer_id, c.version, c.queued_at, coalesce(d.version, 0), d.used_at
        FROM customers AS c LEFT JOIN desk AS d ON d.account_id = c.account_id AND d.environment = c.environment
            AND d.kind = 2 AND d.id = c.customer_id
        WHERE c.account_id = $1 AND c.environment = $2 AND c.queued_at IS NOT NULL
        ORDER BY c.queued_at";
}

fn desk_row(scope: Scope, kind: DeskKind, columns: &mut Columns<'_>) -> Result<UsedRow, StoreError> {
    let row = DeskRow {
        scope,
        kind,
        id: columns.id()?,
        version: columns.count()?,
        lookup: columns.next()?,
        expires_at: columns.next()?,
        content: columns.next()?,
    };
    Ok((Unchecked::new(row, columns.next()?), columns.next()?))
}

#[async_trait]
impl DeskStore for PostgresStore {
    async fn members(&self, account: AccountId) -> Result<Vec<Member>, StoreError> {
        let scope = Member::home(account);
        let rows = self.desk_rows(scope, DeskKind::Member).await?;
        let keys = self.existing_scope_keys(scope).await?;
        rows.into_iter().map(|(row, _)| sealed::open_member(&keys, row.check(&keys)?)).collect()
    }

    async fn member(&self, account: AccountId, id: MemberId) -> Result<Option<Member>, StoreError> {
        let scope = Member::home(account);
        let Some((row, _)) = self.desk_row(scope, DeskKind::Member, id.as_bytes()).await? else { return Ok(None) };
        let keys = self.existing_scope_keys(scope).await?;
        sealed::open_member(&keys, row.check(&keys)?).map(Some)
    }

    async fn sign_in(&self, token: &str) -> Result<Option<SignIn>, StoreError> {
        let hash = self.vault.key_lookup(token);
        let Some(row) = self.database.query_one(SIGN_IN, &[&&hash[..]]).await? else { return Ok(None) };
        let mut columns = Columns::of(&row);
        let scope = columns.scope()?;
        let (row, used_at) = desk_row(scope, DeskKind::SignIn, &mut columns)?;
        let keys = self.existing_scope_keys(scope).await?;
        sealed::open_sign_in(&keys, row.check(&keys)?, used_at).map(Some)
    }

    async fn sign_ins(&self, account: AccountId, now: Timestamp) -> Result<Vec<SignIn>, StoreError> {
        let scope = Member::home(account);
        let rows = self.desk_rows(scope, DeskKind::SignIn).await?;
        let keys = self.existing_scope_keys(scope).await?;
        let open = |(row, used_at): UsedRow| sealed::open_sign_in(&keys, row.check(&keys)?, used_at);
        let is_open = |row: &UsedRow| row.0.peek().expires_at.is_some_and(|end| now.as_micros() < end);
        rows.into_iter().filter(is_open).map(open).collect()
    }

    async fn record_desk_use(&self, used: DeskUse, at: Timestamp) -> Result<(), StoreError> {
        let (scope, kind, id) = used_row(used);
        let (account, environment) = scope_values(scope);
        let kind = i16::from(kind as u8);
        self.database.query(USED, &[&account, &environment, &kind, &uuid(&id), &at.as_micros()]).await.map(drop)
    }

    async fn delete_expired_sign_ins(&self, now: Timestamp) -> Result<(), StoreError> {
        self.database.query(EXPIRED, &[&now.as_micros()]).await.map(drop)
    }

    async fn worksheet(&self, scope: Scope, customer: CustomerId) -> Result<Worksheet, StoreError> {
        let found = self.desk_row(scope, DeskKind::Worksheet, customer.as_bytes()).await?;
        let Some((row, used_at)) = found else { return Ok(Worksheet::empty(customer)) };
        let row = row.check(&*self.existing_scope_keys(scope).await?)?;
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer)).await?;
        sealed::open_worksheet(&key, row, used_at)
    }

    async fn waiting(&self, scope: Scope) -> Result<Vec<Waiting>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(WAITING, &[&account, &environment]).await?;
        let waiting = |row| {
            let mut columns = Columns::of(row);
            Ok(Waiting {
                customer: CustomerId::from_bytes(columns.id()?),
                version: columns.count()?,
                since: columns.moment()?,
                worksheet: columns.count()?,
                renewed_at: columns.optional_moment()?,
            })
        };
        found.iter().map(waiting).collect()
    }
}

impl PostgresStore {
    async fn desk_row(&self, scope: Scope, kind: DeskKind, id: &[u8; 16]) -> Result<Option<UsedRow>, StoreError> {
        let (account, environment) = scope_values(scope);
        let kind_column = i16::from(kind as u8);
        let found = self.database.query_one(ROW, &[&account, &environment, &kind_column, &uuid(id)]).await?;
        found.map(|row| desk_row(scope, kind, &mut Columns::of(&row))).transpose()
    }

    async fn desk_rows(&self, scope: Scope, kind: DeskKind) -> Result<Vec<UsedRow>, StoreError> {
        let (account, environment) = scope_values(scope);
        let found = self.database.query(ROWS, &[&account, &environment, &i16::from(kind as u8)]).await?;
        found.iter().map(|row| desk_row(scope, kind, &mut Columns::of(row))).collect()
    }
}
