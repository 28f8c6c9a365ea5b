//! Logs accounts that lack what production sessions will need: each at most once a day, however many sessions it opens.

use std::collections::HashMap;
use std::sync::Mutex;

use dossier_core::clock::Timestamp;
use dossier_core::ids::AccountId;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// When each account was last logged.
#[derive(Default)]
pub struct IncompleteAccounts(Mutex<HashMap<AccountId, Timestamp>>);

impl IncompleteAccounts {
    /// Writes a line, unless one of the last 24 hours says the same.
    pub fn log(&self, account: AccountId, now: Timestamp) {
        if self.is_due(account, now) {
            tracing::warn!(%account, "the account has no legal name or no privacy URL; production sessions will be \
                refused: dossier doctor says from when, and how to set them");
        }
    }

    fn is_due(&self, account: AccountId, now: Timestamp) -> bool {
        let mut logged = self.0.lock().expect("looking a time up does not panic");
        let is_due = logged.get(&account).is_none_or(|last| last.plus_seconds(DAY_SECONDS) <= now);
        if is_due {
            logged.insert(account, now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_logged_once_a_day() {
        let accounts = IncompleteAccounts::default();
        let (one, other) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let hour = |hour: i64| Timestamp::from_micros(hour * 3_600_000_000);
        for (account, at, due) in [
            (one, 0, true),
            (one, 1, false),
            (other, 1, true),
            (one, 23, false),
            (one, 24, true),
            (one, 47, false),
            (other, 48, true),
        ] {
            assert_eq!(accounts.is_due(account, hour(at)), due, "{account} at {at}");
        }
    }
}
