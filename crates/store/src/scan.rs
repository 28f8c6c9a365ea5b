//! A scan of all customers. While portions are opened and compared on other threads, the engine reads the next ones.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Summary;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, Scanned, StoreError};
use futures_util::future::try_join;
use tokio::task::JoinHandle;

use crate::columns::kind_of;
use crate::sealed;
use crate::vault::{NameKeys, Vault, WrappedKey};

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

/// Gives customers their keys. The customers come newest first, and the keys in any order.
fn with_keys(found: Vec<SealedSummary>, mut keys: Vec<([u8; 16], WrappedKey)>) -> Vec<SealedSummary> {
    keys.sort_unstable_by_key(|(id, _)| *id);
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

/// How an engine reads what is compared.
#[async_trait]
pub(crate) trait Scannable: Sync {
    /// The next customers after one, newest first, without their keys. At most `size`.
    async fn summaries(
        &self,
        scope: Scope,
        after: Option<CustomerId>,
        size: usize,
    ) -> Result<Vec<SealedSummary>, StoreError>;

    /// The keys of all customers between two, in any order.
    async fn keys(
        &self,
        scope: Scope,
        oldest: CustomerId,
        newest: CustomerId,
    ) -> Result<Vec<([u8; 16], WrappedKey)>, StoreError>;
}

/// Compares about `limit` customers, newest first, starting after the given one.
pub(crate) async fn scan(
    engine: &impl Scannable,
    vault: &Arc<Vault>,
    scope: Scope,
    mut after: Option<CustomerId>,
    limit: usize,
    is_wanted: IsWanted,
) -> Result<Scanned, StoreError> {
    let mut comparison = Comparison::new(vault, scope, is_wanted);
    let size = limit.min(PORTION);
    let mut compared = 0;
    let mut next = engine.summaries(scope, after, size).await?;
    loop {
        let Some((newest, oldest)) = next.first().zip(next.last()).map(|(newest, oldest)| (newest.id, oldest.id))
        else {
            after = None;
            break;
        };
        compared += next.len();
        after = (next.len() == size).then_some(oldest);
        // The next customers are read beside the keys of these, since each waits for the engine.
        let following = async {
            match after {
                Some(_) if compared < limit => engine.summaries(scope, after, size).await,
                _ => Ok(Vec::new()),
            }
        };
        let (keys, following) = try_join(engine.keys(scope, oldest, newest), following).await?;
        comparison.add(with_keys(std::mem::replace(&mut next, following), keys)).await?;
        if after.is_none() || compared >= limit {
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
    /// The portions that are being compared or wait for a core.
    running: VecDeque<JoinHandle<Vec<CustomerId>>>,
    most: usize,
}

impl Comparison {
    fn new(vault: &Arc<Vault>, scope: Scope, is_wanted: IsWanted) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        // Twice as many as there are cores, so that the engine need not wait until one is free.
        let most = 2 * cores;
        Self { vault: Arc::clone(vault), scope, is_wanted, found: Vec::new(), running: VecDeque::new(), most }
    }

    /// Begins to compare a portion. If too many are in progress, waits for the oldest one first.
    async fn add(&mut self, portion: Vec<SealedSummary>) -> Result<(), StoreError> {
        if self.running.len() >= self.most {
            self.wait().await?;
        }
        let (vault, scope, is_wanted) = (Arc::clone(&self.vault), self.scope, Arc::clone(&self.is_wanted));
        self.running.push_back(tokio::task::spawn_blocking(move || {
            let mut keys = NameKeys::new(&vault, scope);
            let is_found = |sealed: SealedSummary| {
                let id = sealed.id;
                open(&mut keys, scope, sealed).is_none_or(|summary| is_wanted(&summary)).then_some(id)
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

fn open(keys: &mut NameKeys<'_>, scope: Scope, sealed: SealedSummary) -> Option<Summary> {
    let SealedSummary { id, kind, version, created_at, updated_at, names, key } = sealed;
    let key = keys.open(id, key?).ok()?;
    let names = sealed::open_names(scope, id, version, names, &key)?;
    let [created_at, updated_at] = [created_at, updated_at].map(Timestamp::from_micros);
    Some(Summary { id, kind: kind_of(kind).ok()?, version, created_at, updated_at, names })
}
