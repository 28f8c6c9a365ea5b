//! The accounts that are closed.

use std::collections::HashMap;
use std::sync::RwLock;

use crate::clock::Timestamp;
use crate::ids::AccountId;

/// The accounts that are closed: their keys are refused, their links open no form, and their endpoints get no new
/// deliveries. Every process reads them again each second.
#[derive(Debug, Default)]
pub struct ClosedAccounts(RwLock<HashMap<AccountId, Timestamp>>);

const POISONED: &str = "no code panics while it holds the accounts";

impl ClosedAccounts {
    /// Whether an account is closed.
    #[must_use]
    pub fn contains(&self, account: AccountId) -> bool {
        self.at(account).is_some()
    }

    /// When an account was closed. `None` if it is open.
    #[must_use]
    pub fn at(&self, account: AccountId) -> Option<Timestamp> {
        self.0.read().expect(POISONED).get(&account).copied()
    }

    /// Takes over what is stored.
    pub fn replace(&self, closed: HashMap<AccountId, Timestamp>) {
        *self.0.write().expect(POISONED) = closed;
    }
}
