//! The clocks of sandboxes.

use dossier_core::caller::Scope;

use crate::postgres::database::{Error, Session};
use crate::postgres::rows::{scope_values, statements};

statements! {
    CLOCK_BEGINS = "INSERT INTO sandbox_clocks (account_id, seconds) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    CLOCK = "UPDATE sandbox_clocks SET seconds = $2 WHERE account_id = $1 AND seconds = $3";
}

/// Returns whether the clock had the expected value.
pub(super) async fn set_clock(session: Session<'_>, scope: Scope, expected: i64, seconds: i64) -> Result<bool, Error> {
    let (account, _) = scope_values(scope);
    if expected == 0 {
        session.execute(CLOCK_BEGINS, &[&account, &0_i64]).await?;
    }
    Ok(session.execute(CLOCK, &[&account, &seconds, &expected]).await? == 1)
}
