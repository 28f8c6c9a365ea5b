//! Creates and changes accounts, and finds the audit trail of the installation.

use crate::account::{Account, FormSettings};
use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Environment, Scope};
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::company::Company;
use crate::form::reveal::Reveal;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::commit;

/// The scope whose audit trail covers the installation as a whole: settings, keys, backups. It is the production of the
/// oldest account, because no account is ever deleted. `None` before the first start.
pub async fn installation(services: &Services) -> Result<Option<Scope>, StoreError> {
    let oldest = services.store.accounts().await?.into_iter().next();
    Ok(oldest.map(|account| Scope { account: account.account_id, environment: Environment::Production }))
}

/// Stores the new name and form settings of an account. The audit entry names those that changed.
pub async fn change(services: &Services, actor: &Caller, account: Account) -> Result<(), StoreError> {
    store(services, actor, account, Action::AccountChanged).await
}

/// Closes an account: its keys are refused, its links open no form, and its endpoints get no new deliveries. Its
/// customers stay until they are erased. Returns the account, which may have been closed before.
pub async fn close(services: &Services, actor: &Caller, account: Account) -> Result<Account, StoreError> {
    let closed_at = account.closed_at.or(Some(services.clock.now()));
    set_closed(services, actor, account, closed_at, Action::AccountClosed).await
}

/// Opens a closed account again. Its keys work as before, unless they have expired.
pub async fn reopen(services: &Services, actor: &Caller, account: Account) -> Result<Account, StoreError> {
    set_closed(services, actor, account, None, Action::AccountReopened).await
}

async fn set_closed(
    services: &Services,
    actor: &Caller,
    account: Account,
    closed_at: Option<Timestamp>,
    action: Action,
) -> Result<Account, StoreError> {
    let changed = Account { closed_at, ..account.clone() };
    if changed != account {
        store(services, actor, changed.clone(), action).await?;
    }
    read_closed(services).await?;
    Ok(changed)
}

/// Reads which accounts are closed. Every start and every second, since another process may have closed one.
pub async fn read_closed(services: &Services) -> Result<(), StoreError> {
    let accounts = services.store.accounts().await?;
    let closed = accounts.iter().filter_map(|account| Some((account.account_id, account.closed_at?)));
    services.closed.replace(closed.collect());
    Ok(())
}

async fn store(services: &Services, actor: &Caller, account: Account, action: Action) -> Result<(), StoreError> {
    let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
    let caller = Caller { scope, ..actor.clone() };
    let mut audit = AuditEntry::new(&caller, services.clock.now(), action);
    if let Some(before) = services.store.account(account.account_id).await? {
        let members = before.audited().into_iter().zip(account.audited());
        for ((name, before), (_, after)) in members.filter(|((_, before), (_, after))| before != after) {
            audit.change(format!("/account/{name}"), &before, &after);
        }
    }
    let effect = Effect::AccountChanged(account);
    commit(services, Change::new(scope, effect, audit)).await
}

/// Creates an account. Its audit trail starts in the sandbox, with an entry by the caller that `caller_in` makes.
pub async fn create(
    services: &Services,
    name: String,
    caller_in: impl FnOnce(Scope) -> Caller + Send,
) -> Result<Account, StoreError> {
    let now = services.clock.now();
    // It has no customers yet, so it gets no time to set what the form must say to them.
    let company = Company { needed_from: Some(now), ..Company::default() };
    let form = FormSettings { company, ..FormSettings::default() };
    let account = Account { account_id: services.random.uuid().into(), name, created_at: now, form, closed_at: None };
    let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
    let mut audit = AuditEntry::new(&caller_in(scope), now, Action::AccountCreated);
    audit.change("/account/name".to_owned(), &serde_json::Value::Null, &account.name.as_str().into());
    commit(services, Change::new(scope, Effect::AccountCreated(account.clone()), audit)).await?;
    Ok(account)
}

/// Sets the day from which accounts of an older version need a legal name and a privacy notice in production: 30 days
/// from now. Every start calls it, and only the first one after an upgrade has an effect.
pub async fn set_days_of_grace(services: &Services) -> Result<(), StoreError> {
    let from = services.clock.now().plus_seconds(Company::GRACE_SECONDS);
    for mut account in services.store.accounts().await? {
        if account.form.company.needed_from.is_none() {
            account.form.company.needed_from = Some(from);
            let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
            let caller = Caller::system(scope, "upgrade");
            change(services, &caller, account).await?;
        }
    }
    Ok(())
}

/// The account's setting of when a device sees what other devices gave.
pub async fn reveal(services: &Services, scope: Scope) -> Result<Reveal, StoreError> {
    Ok(services.store.account(scope.account).await?.map_or_else(Reveal::default, |account| account.form.reveal))
}
