//! A scan of all customers. While portions are opened and compared on other threads, the engine reads the next ones.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Summary;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{IsWanted, StoreError};
use tokio::task::JoinHandle;

use crate::columns::kind_of;
use crate::sealed;
use crate::vault::{Vault, WrappedKey};

/// The number of customers that an engine reads at a time.
pub(crate) const PORTION: usize = 2_000;

/// The summary of a customer and the key that opens it, as stored.
pub(crate) struct SealedSummary {
    pub(crate) id: CustomerId,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) names: Vec<u8>,
    /// `None` if there is no key, which the search leaves to whoever reads the customer.
    pub(crate) key: Option<WrappedKey>,
}

/// Compares customers with those that are wanted.
pub(crate) struct Comparison {
    vault: Arc<Vault>,
    scope: Scope,
    is_wanted: IsWanted,
    found: Vec<CustomerId>,
    /// The portions that are being compared, at most one for each core.
    running: VecDeque<JoinHandle<Vec<CustomerId>>>,
    cores: usize,
}

impl Comparison {
    pub(crate) fn new(vault: &Arc<Vault>, scope: Scope, is_wanted: IsWanted) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { vault: Arc::clone(vault), scope, is_wanted, found: Vec::new(), running: VecDeque::new(), cores }
    }

    /// Begins to compare a portion. If too many are in progress, waits for the oldest one first.
    pub(crate) async fn add(&mut self, portion: Vec<SealedSummary>) -> Result<(), StoreError> {
        if self.running.len() >= self.cores {
            self.wait().await?;
        }
        let (vault, scope, is_wanted) = (Arc::clone(&self.vault), self.scope, Arc::clone(&self.is_wanted));
        self.running.push_back(tokio::task::spawn_blocking(move || {
            let is_found = |sealed: SealedSummary| {
                let id = sealed.id;
                open(&vault, scope, sealed).is_none_or(|summary| is_wanted(&summary)).then_some(id)
            };
            portion.into_iter().filter_map(is_found).collect()
        }));
        Ok(())
    }

    /// The customers that were found, in the order in which they were added.
    pub(crate) async fn found(mut self) -> Result<Vec<CustomerId>, StoreError> {
        while !self.running.is_empty() {
            self.wait().await?;
        }
        Ok(self.found)
    }

    /// Waits for the oldest portion.
    async fn wait(&mut self) -> Result<(), StoreError> {
        if let Some(oldest) = self.running.pop_front() {
            let found = oldest.await.map_err(|_| StoreError::Unavailable("the process is stopping".into()))?;
            self.found.extend(found);
        }
        Ok(())
    }
}

fn open(vault: &Vault, scope: Scope, sealed: SealedSummary) -> Option<Summary> {
    let SealedSummary { id, kind, version, created_at, updated_at, names, key } = sealed;
    let key = vault.open_subject(scope, PersonId::of_customer(id), &key?).ok()?;
    let names = sealed::open_names(scope, id, version, names, &key)?;
    let [created_at, updated_at] = [created_at, updated_at].map(Timestamp::from_micros);
    Some(Summary { id, kind: kind_of(kind).ok()?, version, created_at, updated_at, names })
}
