//! Accounts: the tenants.

use crate::audit::{Action, AuditEntry};
use crate::caller::{Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::ids::AccountId;
use crate::services::Services;
use crate::store::{Committed, StoreError};

/// The longest name of an account or key, in characters.
pub const MAX_NAME: usize = 128;

/// A developer's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub account_id: AccountId,
    /// What its owner calls it. Kept sealed: names of companies are told nobody.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Creates an account. Its trail begins in the sandbox.
///
/// # Errors
///
/// What the store says.
pub async fn create(services: &Services, actor: &Caller, name: String) -> Result<Account, StoreError> {
    let now = services.clock.now();
    let account = Account { account_id: services.random.uuid(now).into(), name, created_at: now };
    let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
    let caller = Caller { scope, ..actor.clone() };
    let change = Change {
        scope,
        effect: Effect::AccountCreated(account.clone()),
        audit: Some(AuditEntry::new(&caller, now, Action::AccountCreated)),
        events: Vec::new(),
        answer: None,
    };
    match services.store.commit(change).await? {
        Committed::Done => Ok(account),
        Committed::VersionMoved | Committed::AnswerTaken => {
            Err(StoreError::Corrupt("a new account cannot collide".into()))
        }
    }
}
