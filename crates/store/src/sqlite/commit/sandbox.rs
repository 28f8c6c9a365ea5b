//! The clocks of sandboxes, and those that are being emptied.

use dossier_core::caller::Scope;
use dossier_core::sandbox_clocks::Emptying;
use rusqlite::Connection;

/// Returns whether the clock had the expected value.
pub(super) fn set_clock(
    connection: &Connection,
    scope: Scope,
    expected: i64,
    seconds: i64,
) -> Result<bool, rusqlite::Error> {
    let rows = connection
        .prepare_cached(
            "INSERT INTO sandbox_clocks (account_id, seconds) SELECT ?1, ?2
             WHERE ?3 = coalesce((SELECT seconds FROM sandbox_clocks WHERE account_id = ?1), 0)
             ON CONFLICT DO UPDATE SET seconds = excluded.seconds",
        )?
        .execute((scope.account.as_bytes(), seconds, expected))?;
    Ok(rows == 1)
}

/// A second request moves the moments.
pub(super) fn start_emptying(connection: &Connection, emptying: Emptying) -> Result<bool, rusqlite::Error> {
    let Emptying { account, until, until_there } = emptying;
    let rows = connection
        .prepare_cached(
            "INSERT INTO sandbox_emptyings (account_id, until, until_there) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET until = excluded.until, until_there = excluded.until_there",
        )?
        .execute((account.as_bytes(), until.as_micros(), until_there.as_micros()))?;
    Ok(rows == 1)
}

/// Returns `false` if the sandbox is to be emptied until later.
pub(super) fn end_emptying(connection: &Connection, emptying: Emptying) -> Result<bool, rusqlite::Error> {
    let rows = connection
        .prepare_cached("DELETE FROM sandbox_emptyings WHERE account_id = ?1 AND until = ?2")?
        .execute((emptying.account.as_bytes(), emptying.until.as_micros()))?;
    Ok(rows == 1)
}
