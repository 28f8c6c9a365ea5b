//! The clocks of sandboxes.

use dossier_core::caller::Scope;
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
