//! The desk: members, sign-ins and worksheets.

use dossier_core::caller::Scope;

use crate::postgres::database::{Error, Param, Session};
use crate::postgres::rows::{number, scope_values, statements, uuid};
use crate::prepared::DeskWrite;
use crate::rows::{DeskKind, DeskRow};
use crate::vault::RowSeal;

statements! {
    INSERT = "INSERT INTO desk (account_id, environment, kind, id, version, lookup, expires_at, content, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    CUSTOMER = "SELECT 1 FROM customers WHERE account_id = $1 AND environment = $2 AND customer_id = $3 AND type < 2";
    UPDATE = "UPDATE desk SET version = $6, content = $7, mac = $8, lookup = $9
        WHERE account_id = $1 AND environment = $2 AND kind = $3 AND id = $4 AND version = $5
            AND NOT EXISTS (SELECT 1 FROM desk AS other
                WHERE other.lookup = $9 AND other.account_id = $1 AND other.id <> $4)";
    IS_AT = "SELECT 1 FROM desk WHERE account_id = $1 AND environment = $2 AND kind = 0 AND id = $3 AND version = $4";
    DELETE = "DELETE FROM desk WHERE account_id = $1 AND environment = $2 AND kind = $3 AND id = $4
        AND version = coalesce($5, version)";
}

/// Returns `false` if a step cannot be done, because another writer was faster.
pub(super) async fn write(session: Session<'_>, scope: Scope, steps: &[DeskWrite]) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    for step in steps {
        let done = match step {
            DeskWrite::Put { row, mac, expected: 0 } => insert(session, row, mac).await?,
            DeskWrite::Put { row, mac, expected } => update(session, row, mac, *expected).await?,
            DeskWrite::Expect { id, version } => {
                let values: [&dyn Param; 4] = [&account, &environment, &uuid(id), &number(*version)];
                !session.query(IS_AT, &values).await?.is_empty()
            }
            DeskWrite::Delete { kind, id, must_exist } => {
                let (kind, id, version) = (kind_column(*kind), uuid(id), must_exist.map(number));
                let rows = session.execute(DELETE, &[&account, &environment, &kind, &id, &version]).await?;
                rows == 1 || must_exist.is_none()
            }
        };
        if !done {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn insert(session: Session<'_>, row: &DeskRow, mac: &RowSeal) -> Result<bool, Error> {
    let (account, environment) = scope_values(row.scope);
    let id = uuid(&row.id);
    let is_gone =
        row.kind == DeskKind::Worksheet && session.query(CUSTOMER, &[&account, &environment, &id]).await?.is_empty();
    if is_gone {
        return Ok(false);
    }
    let (kind, version) = (kind_column(row.kind), number(row.version));
    let DeskRow { lookup, expires_at, content, .. } = row;
    let values: [&dyn Param; 9] =
        [&account, &environment, &kind, &id, &version, lookup, expires_at, content, &&mac[..]];
    Ok(session.execute(INSERT, &values).await? == 1)
}

async fn update(session: Session<'_>, row: &DeskRow, mac: &RowSeal, expected: u64) -> Result<bool, Error> {
    let (account, environment) = scope_values(row.scope);
    let (kind, version, expected) = (kind_column(row.kind), number(row.version), number(expected));
    let id = uuid(&row.id);
    let values: [&dyn Param; 9] =
        [&account, &environment, &kind, &id, &expected, &version, &row.content, &&mac[..], &row.lookup];
    Ok(session.execute(UPDATE, &values).await? == 1)
}

fn kind_column(kind: DeskKind) -> i16 {
    i16::from(kind as u8)
}
