//! The answers that are kept with changes, and how many a scope may keep per day.

use dossier_core::caller::Scope;
use dossier_core::idempotency::PendingAnswer;
use rusqlite::Connection;

use crate::columns::scope_columns;

pub(super) fn insert_answer(
    connection: &Connection,
    scope: Scope,
    pending: &PendingAnswer,
    cell: &[u8],
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let PendingAnswer { ticket, at, request_id, answer, most: _ } = pending;
    let rows = connection
        .prepare_cached(
            "INSERT INTO answers (account_id, environment, key_hash, fingerprint, request_id, customer_id, version, \
                created_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute((
            account,
            environment,
            ticket.key_hash,
            ticket.fingerprint,
            request_id,
            crate::sealed::customer_column(answer),
            crate::sealed::version_column(answer),
            at.as_micros(),
            cell,
        ))?;
    Ok(rows == 1)
}

/// Counts an answer. Returns `false` if the quota of its day is used up. The count never goes back to an earlier day.
pub(super) fn count_answer(
    connection: &Connection,
    scope: Scope,
    pending: &PendingAnswer,
) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let rows = connection
        .prepare_cached(
            "INSERT INTO usage (account_id, environment, day, answers) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT DO UPDATE SET day = max(day, excluded.day),
                answers = CASE WHEN day < excluded.day THEN 1 ELSE answers + 1 END
             WHERE day < excluded.day OR answers < ?4",
        )?
        .execute((account, environment, pending.day(), limit_column(pending.most)))?;
    Ok(rows == 1)
}

/// A quota in the form that the database compares.
fn limit_column(most: Option<u64>) -> i64 {
    most.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX)
}
