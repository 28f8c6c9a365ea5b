//! Opens a data folder: its root key, its store, its anchor, and on top of them what use cases need.

use std::sync::Arc;

use dossier_core::account::Account;
use dossier_core::caller::Caller;
use dossier_core::ids::AccountId;
use dossier_core::kyc::{Policy, case};
use dossier_core::sandbox_clocks::SandboxClocks;
use dossier_core::services::Services;
use dossier_core::store::Store;
use dossier_core::turns::Turns;
use dossier_core::use_cases::reindex_emails::reindex_emails;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_store::chores::{Chore, ONCE, SHARED_EMAILS};
use dossier_store::{Engine, OpenError};

use super::engine::OpenStore;
use super::error::InstallationError;
use super::first_start;
use super::home::Home;
use super::root_key::root_key;
use crate::anchor::{Anchored, Anchoring};
use crate::backup::upgrade;
use crate::config::Config;
use crate::config::verification::Verification;
use crate::errors::cannot;
use crate::system::{SystemClock, SystemRandom};

/// An open data folder.
pub struct Installation {
    /// The store, for what is not in the trait.
    pub store: Arc<dyn Engine>,
    /// What use cases need, with the same store.
    pub services: Services,
    /// How far the audit trails have come, outside of the database.
    pub anchored: Arc<Anchored>,
    /// The account that was made by this very start, if one was.
    pub first_account: Option<AccountId>,
}

impl Installation {
    /// Opens a data folder whose lock is held; makes root key, keyring, database and a first account when there are
    /// none. Customers reach it under `public_url`.
    ///
    /// # Errors
    ///
    /// [`InstallationError`], each in words that say what to do.
    pub async fn open(config: &Config, public_url: String, anchoring: Anchoring) -> Result<Self, InstallationError> {
        let root_key = root_key(config)?;
        if config.storage.database.is_some() && config.storage.files.is_none() {
            tracing::warn!("files lie in the data folder of this process, where no other reaches them; set files");
        }
        let home = Home::of(config);
        let state = home.check_served().await?;
        upgrade::before(config, &root_key, &state).await.map_err(InstallationError::Upgrade)?;
        let store = OpenStore::open(config, &home, &root_key).await?.engine();
        let anchored = Anchored::open(config, &root_key, Arc::clone(&store), anchoring).await;
        let anchored = Arc::new(anchored.map_err(InstallationError::NotServed)?);
        if anchoring == Anchoring::Enforced {
            let written = anchored.write().map_err(cannot("write the anchor", &config.storage.anchor));
            written.map_err(InstallationError::File)?;
        }
        let services = services(config, Arc::clone(&store) as Arc<dyn Store>, public_url);
        for (account, seconds) in store.sandbox_clocks().await.map_err(unreadable)? {
            services.sandboxes.set(account, seconds);
        }
        find_emails_again(&*store, &services).await.map_err(unreadable)?;
        let first_account = first_start::make_account(&services).await?;
        Ok(Self { store, services, anchored, first_account })
    }
}

fn services(config: &Config, store: Arc<dyn Store>, public_url: String) -> Services {
    let Verification { rules, rails, after_approval, sumsub } = &config.verification;
    Services {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom::default()),
        turns: Turns::default(),
        sandboxes: SandboxClocks::default(),
        policy: Policy {
            rules: Arc::clone(rules),
            rails: rails.clone(),
            after_approval: *after_approval,
            provider: if sumsub.is_some() { case::Name::Sumsub } else { case::Name::Manual },
            public_url,
        },
        quotas: config.quotas,
    }
}

fn unreadable(error: impl std::fmt::Display) -> OpenError {
    OpenError::Database(error.to_string())
}

/// Reindexes, once after an upgrade, the e-mails that the older version compared differently.
async fn find_emails_again(store: &dyn Engine, services: &Services) -> Result<(), UpdateError> {
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
                "these customers now share an e-mail; a search for it returns all of them");
        }
    }
    Ok(store.set_done(Chore::Emails, done).await?)
}
