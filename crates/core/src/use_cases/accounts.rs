//! Creates and changes accounts, and finds the audit trail of the whole installation.

use crate::account::{Account, Look};
use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::commit;

/// The trail that tells of the installation as a whole: settings, keys, backups. It is that of the oldest account's
/// production, which every installation has, since no account is ever deleted. `None` before the first start.
///
/// # Errors
///
/// What the store says.
pub async fn installation(services: &Services) -> Result<Option<Scope>, StoreError> {
    let oldest = services.store.accounts().await?.into_iter().next();
    Ok(oldest.map(|account| Scope { account: account.account_id, environment: Environment::Production }))
}

/// Gives an account another name or look.
///
/// # Errors
///
/// What the store says.
pub async fn change(services: &Services, actor: &Caller, account: Account) -> Result<(), StoreError> {
    let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
    let caller = Caller { scope, ..actor.clone() };
    let mut audit = AuditEntry::new(&caller, services.clock.now(), Action::AccountChanged);
    if let Some(before) = services.store.account(account.account_id).await? {
        let members = before.audited().into_iter().zip(account.audited());
        for ((name, before), (_, after)) in members.filter(|((_, before), (_, after))| before != after) {
            audit.change(format!("/account/{name}"), &before, &after);
        }
    }
    let effect = Effect::AccountChanged(account);
    commit(services, Change::new(scope, effect, audit)).await
}

/// Creates an account. Its trail begins in the sandbox, with an entry of the caller that `caller_in` makes.
///
/// # Errors
///
/// What the store says.
pub async fn create(
    services: &Services,
    name: String,
    caller_in: impl FnOnce(Scope) -> Caller + Send,
) -> Result<Account, StoreError> {
    let now = services.clock.now();
    let account =
        Account { account_id: services.random.uuid(now).into(), name, created_at: now, look: Look::default() };
    let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
    let mut audit = AuditEntry::new(&caller_in(scope), now, Action::AccountCreated);
    audit.change("/account/name".to_owned(), &serde_json::Value::Null, &account.name.as_str().into());
    commit(services, Change::new(scope, Effect::AccountCreated(account.clone()), audit)).await?;
    Ok(account)
}
