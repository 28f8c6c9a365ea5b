//! Creates what a new installation begins with: an account, its key, and its first member.

use dossier_core::api_key::{ApiKey, KeyScope};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::desk::{Member, Role, Roles};
use dossier_core::ids::AccountId;
use dossier_core::services::Services;
use dossier_core::use_cases::api_keys::{self, NewKey};
use dossier_core::use_cases::{accounts, members};
use zeroize::Zeroizing;

use super::error::InstallationError;

/// The name of the first member, until it is changed.
const FIRST_MEMBER: (&str, &str) = ("Admin", "admin@localhost");

/// Creates an account if there is none.
pub(super) async fn create_account(services: &Services) -> Result<Option<AccountId>, InstallationError> {
    if !services.store.accounts().await.map_err(failed)?.is_empty() {
        return Ok(None);
    }
    let created = accounts::create(services, "default".to_owned(), caller).await;
    Ok(Some(created.map_err(failed)?.account_id))
}

/// What the first start prints, this once.
pub struct FirstStart {
    /// A key of the sandbox.
    pub key: ApiKey,
    /// The token of the link with which the first member signs in to the desk.
    pub link: Zeroizing<String>,
}

impl FirstStart {
    /// Creates the key and the member.
    pub async fn of(services: &Services, account: AccountId) -> Result<Self, InstallationError> {
        let new = NewKey {
            name: "first start".to_owned(),
            scopes: KeyScope::defaults(Environment::Sandbox),
            expires_at: None,
            addresses: Vec::new(),
        };
        let scope = Scope { account, environment: Environment::Sandbox };
        let (key, _) = api_keys::create(services, &caller(scope), new).await.map_err(failed)?;
        let (name, email) = FIRST_MEMBER;
        let roles = Roles::everywhere([Role::Admin, Role::Approver]);
        let invited = members::invite(services, &caller(Member::home(account)), account, (name, email, roles)).await;
        let (_, link) = invited.map_err(failed)?;
        Ok(Self { key, link })
    }
}

fn caller(scope: Scope) -> Caller {
    Caller::system(scope, "first-start")
}

fn failed(error: impl std::fmt::Display) -> InstallationError {
    InstallationError::FirstAccount(error.to_string())
}
