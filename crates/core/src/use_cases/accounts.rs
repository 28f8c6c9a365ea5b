//! Creates and changes accounts, and finds the audit trail of the whole installation.

use crate::account::{Account, Look};
use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Actor, Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::company::Company;
use crate::form::reveal::Reveal;
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

/// Gives an account another name, or other settings of the form.
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
    // It has no customers yet that could not be told who asks.
    let company = Company { needed_from: Some(now), ..Company::default() };
    let look = Look { company, ..Look::default() };
    let account = Account { account_id: services.random.uuid(now).into(), name, created_at: now, look };
    let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
    let mut audit = AuditEntry::new(&caller_in(scope), now, Action::AccountCreated);
    audit.change("/account/name".to_owned(), &serde_json::Value::Null, &account.name.as_str().into());
    commit(services, Change::new(scope, Effect::AccountCreated(account.clone()), audit)).await?;
    Ok(account)
}

/// Sets the day from which accounts of an older version need a legal name and a privacy notice in production: 30 days
/// from now. Called at every start, and does something once.
///
/// # Errors
///
/// What the store says.
pub async fn set_days_of_grace(services: &Services) -> Result<(), StoreError> {
    let from = services.clock.now().plus_seconds(Company::GRACE_SECONDS);
    for mut account in services.store.accounts().await? {
        if account.look.company.needed_from.is_none() {
            account.look.company.needed_from = Some(from);
            let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
            let caller = Caller { scope, actor: Actor::System, request_id: "upgrade".to_owned(), address: None };
            change(services, &caller, account).await?;
        }
    }
    Ok(())
}

/// When a device sees what it did not give itself, as the account says.
///
/// # Errors
///
/// What the store says.
pub async fn reveal(services: &Services, scope: Scope) -> Result<Reveal, StoreError> {
    Ok(services.store.account(scope.account).await?.map_or_else(Reveal::default, |account| account.look.reveal))
}
