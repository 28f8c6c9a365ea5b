//! The account that a new installation has, and its key.

use dossier_core::api_key::{ApiKey, KeyScope};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::ids::AccountId;
use dossier_core::services::Services;
use dossier_core::use_cases::accounts;
use dossier_core::use_cases::api_keys::{self, NewKey};

use super::error::InstallationError;

/// Makes an account when there is none.
pub(super) async fn make_account(services: &Services) -> Result<Option<AccountId>, InstallationError> {
    if !services.store.accounts().await.map_err(failed)?.is_empty() {
        return Ok(None);
    }
    let made = accounts::create(services, "default".to_owned(), caller).await;
    Ok(Some(made.map_err(failed)?.account_id))
}

/// The sandbox key that a new installation shows once.
///
/// # Errors
///
/// [`InstallationError::FirstAccount`] when it cannot be stored.
pub async fn make_key(services: &Services, account: AccountId) -> Result<ApiKey, InstallationError> {
    let new =
        NewKey { name: "first start".to_owned(), scopes: KeyScope::defaults(Environment::Sandbox), expires_at: None };
    let scope = Scope { account, environment: Environment::Sandbox };
    let made = api_keys::create(services, &caller(scope), new).await;
    made.map(|(key, _)| key).map_err(failed)
}

fn caller(scope: Scope) -> Caller {
    Caller::system(scope, "first-start")
}

fn failed(error: impl std::fmt::Display) -> InstallationError {
    InstallationError::FirstAccount(error.to_string())
}
