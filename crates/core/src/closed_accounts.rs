//! The accounts that are closed.

use std::collections::HashSet;
use std::sync::RwLock;

use crate::ids::AccountId;

/// The accounts that are closed: their keys are refused, their links open no form, and their endpoints get no new
/// deliveries. Every process reads them again each second.
#[derive(Debug, Default)]
pub struct ClosedAccounts(RwLock<HashSet<AccountId>>);

const POISONED: &str = "no code panics while it holds the accounts";

impl ClosedAccounts {
    /// Whether an account is closed.
    #[must_use]
    pub fn contains(&self, account: AccountId) -> bool {
        self.0.read().expect(POISONED).contains(&account)
    }

    /// Takes over what is stored.
    pub fn replace(&self, closed: HashSet<AccountId>) {
        *self.0.write().expect(POISONED) = closed;
    }
}
