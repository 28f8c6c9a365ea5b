//! Opens a data folder: the root key, the store, the anchor, and the services of use cases.

use std::sync::Arc;

use dossier_core::account::Account;
use dossier_core::caller::Caller;
use dossier_core::ids::AccountId;
use dossier_core::services::Services;
use dossier_core::store::Store;
use dossier_core::use_cases::accounts;
use dossier_core::use_cases::reindex_emails::reindex_emails;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_store::chores::{Chore, ONCE, SHARED_EMAILS};
use dossier_store::{Engine, OpenError};

use super::engine::OpenStore;
use super::error::InstallationError;
use super::first_start;
use super::home::Home;
use super::root_key::root_key;
use super::services::services;
use crate::anchor::{AnchorPolicy, ProcessAnchor};
use crate::backup::upgrade;
use crate::config::Config;
use crate::erasures;
use crate::errors::cannot;
use crate::scanner::Scans;

/// An open data folder.
pub struct Installation {
    /// The store as an engine, for operations that its port lacks.
    pub store: Arc<dyn Engine>,
    pub services: Services,
    pub anchor: Arc<ProcessAnchor>,
    /// How scans of uploads ended.
    pub scans: Scans,
    /// The account that this start created, if any.
    pub first_account: Option<AccountId>,
}

impl Installation {
    /// Opens a data folder whose lock is held. Creates root key, keyring, database and a first account if they are
    /// missing. Customers reach the form at `form_url`.
    pub async fn open(config: &Config, form_url: String, policy: AnchorPolicy) -> Result<Self, InstallationError> {
        let root_key = root_key(config)?;
        if config.storage.database.is_some() && config.storage.files.is_none() {
            tracing::warn!(
                "files are stored in the data folder, where other processes on this database cannot read them; set \
                    files to a place that all of them reach"
            );
        }
        let home = Home::of(config);
        let state = home.check_served().await?;
        upgrade::before(config, &root_key, &state).await.map_err(InstallationError::Upgrade)?;
        let store = OpenStore::open(config, &home, &root_key).await?.engine();
        let anchor = ProcessAnchor::open(config, &root_key, Arc::clone(&store), policy).await;
        let anchor = Arc::new(anchor.map_err(InstallationError::NotServed)?);
        if policy == AnchorPolicy::Enforce {
            let written = anchor.write().map_err(cannot("write the anchor", &config.storage.anchor));
            written.map_err(InstallationError::File)?;
        }
        let scans = Scans::default();
        let services = services(config, Arc::clone(&store) as Arc<dyn Store>, form_url, &scans);
        for (account, seconds) in store.sandbox_clocks().await.map_err(unreadable)? {
            services.sandboxes.set(account, seconds);
        }
        accounts::read_closed(&services).await.map_err(unreadable)?;
        erasures::follow_ledger(&*store, &services).await?;
        reindex_all_emails(&*store, &services).await.map_err(unreadable)?;
        let first_account = first_start::create_account(&services).await?;
        Ok(Self { store, services, anchor, scans, first_account })
    }
}

fn unreadable(error: impl std::fmt::Display) -> OpenError {
    OpenError::Database(error.to_string())
}

/// Reindexes e-mails once after an upgrade, because the older version compared them differently.
async fn reindex_all_emails(store: &dyn Engine, services: &Services) -> Result<(), UpdateError> {
    if store.done(Chore::Emails).await?.is_some() {
        return Ok(());
    }
    let mut done = ONCE;
    for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
        let caller = Caller::system(scope, "upgrade");
        for shared in reindex_emails(services, &caller).await? {
            done = SHARED_EMAILS;
            let customers = shared.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            tracing::warn!(account = %scope.account, environment = scope.environment.as_str(), %customers,
                "since the upgrade, these customers have the same e-mail; a search for it returns all of them");
        }
    }
    Ok(store.set_done(Chore::Emails, done).await?)
}
