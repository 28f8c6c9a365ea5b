//! How far the clocks of sandboxes are ahead of the machine's clock.

use std::collections::HashMap;
use std::sync::RwLock;

use crate::caller::{Environment, Scope};
use crate::clock::Timestamp;
use crate::ids::AccountId;

/// How far the clocks of sandboxes are ahead of the machine's clock. They only advance, and production has none.
#[derive(Debug, Default)]
pub struct SandboxClocks(RwLock<HashMap<AccountId, i64>>);

const POISONED: &str = "no code panics while it holds the clocks";

impl SandboxClocks {
    /// The moment for the records of a scope.
    #[must_use]
    pub fn shift(&self, scope: Scope, now: Timestamp) -> Timestamp {
        match scope.environment {
            Environment::Production => now,
            Environment::Sandbox => now.plus_seconds(self.ahead(scope.account)),
        }
    }

    /// How many seconds an account's sandbox is ahead.
    #[must_use]
    pub fn ahead(&self, account: AccountId) -> i64 {
        self.0.read().expect(POISONED).get(&account).copied().unwrap_or(0)
    }

    /// Takes over what is stored, unless the clock was advanced further since that was read.
    pub fn set(&self, account: AccountId, seconds: i64) {
        let mut clocks = self.0.write().expect(POISONED);
        let ahead = clocks.entry(account).or_default();
        *ahead = seconds.max(*ahead);
    }
}

/// A sandbox that is being emptied. Everything in it that is not newer than these moments goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emptying {
    /// The account whose sandbox is emptied.
    pub account: AccountId,
    /// The moment by the machine's clock.
    pub until: Timestamp,
    /// The moment by the clock of the sandbox.
    pub until_there: Timestamp,
}
