//! The search by name. While one portion of the stored names is opened and compared on another thread, the engine reads
//! the next one.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::customer::Names;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{IsWanted, StoreError};
use tokio::task::JoinHandle;

use crate::sealed;
use crate::vault::{Vault, WrappedKey};

/// The number of customers that an engine reads at a time.
pub(crate) const PORTION: usize = 2_000;

/// The names of a customer and the key that opens them, as stored.
pub(crate) struct SealedNames {
    pub(crate) id: CustomerId,
    pub(crate) version: u64,
    pub(crate) names: Vec<u8>,
    pub(crate) key: WrappedKey,
}

/// Compares names with those that are searched for.
pub(crate) struct Comparison {
    vault: Arc<Vault>,
    scope: Scope,
    is_wanted: IsWanted,
    found: Vec<CustomerId>,
    running: Option<JoinHandle<Vec<CustomerId>>>,
}

impl Comparison {
    pub(crate) fn new(vault: &Arc<Vault>, scope: Scope, is_wanted: IsWanted) -> Self {
        Self { vault: Arc::clone(vault), scope, is_wanted, found: Vec::new(), running: None }
    }

    /// Begins to compare a portion, when the one before it has been compared.
    pub(crate) async fn add(&mut self, portion: Vec<SealedNames>) -> Result<(), StoreError> {
        self.wait().await?;
        let (vault, scope, is_wanted) = (Arc::clone(&self.vault), self.scope, Arc::clone(&self.is_wanted));
        self.running = Some(tokio::task::spawn_blocking(move || {
            let is_found = |sealed: SealedNames| {
                let id = sealed.id;
                open(&vault, scope, sealed).is_none_or(|names| is_wanted(&names)).then_some(id)
            };
            portion.into_iter().filter_map(is_found).collect()
        }));
        Ok(())
    }

    /// The customers that were found, in the order in which they were added.
    pub(crate) async fn found(mut self) -> Result<Vec<CustomerId>, StoreError> {
        self.wait().await?;
        Ok(self.found)
    }

    async fn wait(&mut self) -> Result<(), StoreError> {
        if let Some(running) = self.running.take() {
            let found = running.await.map_err(|_| StoreError::Unavailable("the process is stopping".into()))?;
            self.found.extend(found);
        }
        Ok(())
    }
}

fn open(vault: &Vault, scope: Scope, sealed: SealedNames) -> Option<Names> {
    let SealedNames { id, version, names, key } = sealed;
    let key = vault.open_subject(scope, PersonId::of_customer(id), &key).ok()?;
    sealed::open_names(scope, id, version, names, &key)
}
