//! A scan of all customers. While portions are opened and compared on other threads, the engine reads the next ones.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Summary;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::store::{IsWanted, Scanned, StoreError};
use tokio::task::JoinHandle;

use crate::columns::kind_of;
use crate::sealed;
use crate::vault::{Vault, WrappedKey};

/// The number of customers that an engine reads at a time.
const PORTION: usize = 2_000;

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

/// Gives customers their keys. The customers come newest first, and the keys oldest first.
pub(crate) fn with_keys(found: Vec<SealedSummary>, mut keys: Vec<([u8; 16], WrappedKey)>) -> Vec<SealedSummary> {
    let with_key = |summary: SealedSummary| {
        let key = loop {
            match keys.pop_if(|(id, _)| &*id >= summary.id.as_bytes()) {
                Some((id, key)) if id == *summary.id.as_bytes() => break Some(key),
                // The key of a customer who is not among them.
                Some(_) => {}
                None => break None,
            }
        };
        SealedSummary { key, ..summary }
    };
    found.into_iter().map(with_key).collect()
}

/// Compares about `limit` customers, newest first, starting after the given one. `read` returns the next ones after a
/// customer, at most as many as it is told.
pub(crate) async fn scan<R>(
    vault: &Arc<Vault>,
    scope: Scope,
    mut after: Option<CustomerId>,
    limit: usize,
    is_wanted: IsWanted,
    read: impl Fn(Option<CustomerId>, usize) -> R,
) -> Result<Scanned, StoreError>
where
    R: Future<Output = Result<Vec<SealedSummary>, StoreError>>,
{
    let mut comparison = Comparison::new(vault, scope, is_wanted);
    let size = limit.min(PORTION);
    let mut compared = 0;
    while compared < limit {
        let portion = read(after, size).await?;
        compared += portion.len();
        after = portion.last().filter(|_| portion.len() == size).map(|last| last.id);
        comparison.add(portion).await?;
        if after.is_none() {
            break;
        }
    }
    Ok(Scanned { ids: comparison.found().await?, last: after })
}

/// Compares customers with those that are wanted.
struct Comparison {
    vault: Arc<Vault>,
    scope: Scope,
    is_wanted: IsWanted,
    found: Vec<CustomerId>,
    /// The portions that are being compared, at most one for each core.
    running: VecDeque<JoinHandle<Vec<CustomerId>>>,
    cores: usize,
}

impl Comparison {
    fn new(vault: &Arc<Vault>, scope: Scope, is_wanted: IsWanted) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { vault: Arc::clone(vault), scope, is_wanted, found: Vec::new(), running: VecDeque::new(), cores }
    }

    /// Begins to compare a portion. If too many are in progress, waits for the oldest one first.
    async fn add(&mut self, portion: Vec<SealedSummary>) -> Result<(), StoreError> {
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
    async fn found(mut self) -> Result<Vec<CustomerId>, StoreError> {
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
