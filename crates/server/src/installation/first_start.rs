//! Creates the first account of a new installation, and its key.

use dossier_core::api_key::{ApiKey, KeyScope};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::ids::AccountId;
use dossier_core::services::Services;
use dossier_core::use_cases::accounts;
use dossier_core::use_cases::api_keys::{self, NewKey};

use super::error::InstallationError;

/// Creates an account if there is none.
pub(super) async fn create_account(services: &Services) -> Result<Option<AccountId>, InstallationError> {
    if !services.store.accounts().await.map_err(failed)?.is_empty() {
        return Ok(None);
    }
    let created = accounts::create(services, "default".to_owned(), caller).await;
    Ok(Some(created.map_err(failed)?.account_id))
}

/// Creates the sandbox key that the first start prints.
pub async fn create_key(services: &Services, account: AccountId) -> Result<ApiKey, InstallationError> {
    let new =
        NewKey { name: "first start".to_owned(), scopes: KeyScope::defaults(Environment::Sandbox), expires_at: None };
    let scope = Scope { account, environment: Environment::Sandbox };
    let created = api_keys::create(services, &caller(scope), new).await;
    created.map(|(key, _)| key).map_err(failed)
}

fn caller(scope: Scope) -> Caller {
    Caller::system(scope, "first-start")
}

fn failed(error: impl std::fmt::Display) -> InstallationError {
    InstallationError::FirstAccount(error.to_string())
}
