//! The clocks of sandboxes, and those that are being emptied.

use dossier_core::caller::Scope;
use dossier_core::sandbox_clocks::Emptying;

use crate::postgres::database::{Error, Session};
use crate::postgres::rows::{scope_values, statements, uuid};

statements! {
    CLOCK_BEGINS = "INSERT INTO sandbox_clocks (account_id, seconds) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    CLOCK = "UPDATE sandbox_clocks SET seconds = $2 WHERE account_id = $1 AND seconds = $3";
    START_EMPTYING = "INSERT INTO sandbox_emptyings (account_id, until, until_there) VALUES ($1, $2, $3)
        ON CONFLICT (account_id) DO UPDATE SET until = excluded.until, until_there = excluded.until_there";
    END_EMPTYING = "DELETE FROM sandbox_emptyings WHERE account_id = $1 AND until = $2";
}

/// Returns whether the clock had the expected value.
pub(super) async fn set_clock(session: Session<'_>, scope: Scope, expected: i64, seconds: i64) -> Result<bool, Error> {
    let (account, _) = scope_values(scope);
    if expected == 0 {
        session.execute(CLOCK_BEGINS, &[&account, &0_i64]).await?;
    }
    Ok(session.execute(CLOCK, &[&account, &seconds, &expected]).await? == 1)
}

/// A second request moves the moments.
pub(super) async fn start_emptying(session: Session<'_>, emptying: Emptying) -> Result<bool, Error> {
    let Emptying { account, until, until_there } = emptying;
    let (account, until, until_there) = (uuid(account.as_bytes()), until.as_micros(), until_there.as_micros());
    Ok(session.execute(START_EMPTYING, &[&account, &until, &until_there]).await? == 1)
}

/// Returns `false` if the sandbox is to be emptied until later.
pub(super) async fn end_emptying(session: Session<'_>, emptying: Emptying) -> Result<bool, Error> {
    let (account, until) = (uuid(emptying.account.as_bytes()), emptying.until.as_micros());
    Ok(session.execute(END_EMPTYING, &[&account, &until]).await? == 1)
}
