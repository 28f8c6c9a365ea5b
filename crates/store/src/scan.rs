//! A scan of all customers. While portions are opened and compared on other threads, the engine reads the next ones.

use std::num::NonZeroUsize;
use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Summary;
use dossier_core::ids::CustomerId;
use dossier_core::store::{IsWanted, Scanned, StoreError};
use futures_util::stream::{self, Stream, TryStreamExt as _};

use crate::columns::kind_of;
use crate::sealed;
use crate::vault::{NameKeys, Vault, WrappedKey};

/// The number of customers that an engine reads at a time.
const PORTION: usize = 2_000;

/// The summary of a customer, as stored.
pub(crate) struct SealedSummary {
    pub(crate) id: CustomerId,
    pub(crate) kind: u8,
    pub(crate) version: u64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) names: Vec<u8>,
}

/// The stored key of a customer. `None` if there is none, which the scan leaves to whoever reads the customer.
type Key = Option<WrappedKey>;

/// Gives customers their keys. The customers come newest first, and the keys in any order.
fn with_keys(found: Vec<SealedSummary>, mut keys: Vec<([u8; 16], WrappedKey)>) -> Vec<(SealedSummary, Key)> {
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
        (summary, key)
    };
    found.into_iter().map(with_key).collect()
}

/// How an engine reads what is compared.
#[async_trait]
pub(crate) trait Scannable: Sync {
    /// The next customers after one, newest first. At most `size`.
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
    after: Option<CustomerId>,
    limit: usize,
    is_wanted: IsWanted,
) -> Result<Scanned, StoreError> {
    let is_wanted = &is_wanted;
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // With one portion for each core, the engine and the cores would wait for each other.
    let under_way = 2 * (cores + 1);
    portions(engine, scope, after, limit)
        .map_ok(|Portion { summaries, last }| async move {
            let Some((newest, oldest)) = summaries.first().zip(summaries.last()) else { return Ok(Scanned::default()) };
            let keys = engine.keys(scope, oldest.id, newest.id).await?;
            let (vault, is_wanted) = (Arc::clone(vault), Arc::clone(is_wanted));
            let compare = move || compare(&vault, scope, with_keys(summaries, keys), &is_wanted);
            match tokio::task::spawn_blocking(compare).await {
                Ok(ids) => Ok(Scanned { ids, last }),
                Err(_) => Err(StoreError::Unavailable("the process is stopping".into())),
            }
        })
        .try_buffered(under_way)
        .try_fold(Scanned::default(), async |mut before, Scanned { ids, last }| {
            before.ids.extend(ids);
            Ok(Scanned { last, ..before })
        })
        .await
}

/// Customers that are compared together.
struct Portion {
    summaries: Vec<SealedSummary>,
    /// The last of them, if there may be more after it.
    last: Option<CustomerId>,
}

fn portions(
    engine: &impl Scannable,
    scope: Scope,
    after: Option<CustomerId>,
    limit: usize,
) -> impl Stream<Item = Result<Portion, StoreError>> {
    let size = limit.min(PORTION);
    stream::try_unfold(Some((after, 0)), move |state| async move {
        let Some((after, compared)) = state else { return Ok(None) };
        let summaries = engine.summaries(scope, after, size).await?;
        let compared = compared + summaries.len();
        let last = summaries.last().filter(|_| summaries.len() == size).map(|last| last.id);
        let next = last.filter(|_| compared < limit).map(|last| (Some(last), compared));
        Ok(Some((Portion { summaries, last }, next)))
    })
}

/// The customers of a portion that are wanted, or cannot be opened.
fn compare(vault: &Vault, scope: Scope, portion: Vec<(SealedSummary, Key)>, is_wanted: &IsWanted) -> Vec<CustomerId> {
    let mut keys = NameKeys::new(vault, scope);
    let is_found = |(sealed, key): (SealedSummary, Key)| {
        let id = sealed.id;
        open(&mut keys, scope, sealed, key).is_none_or(|summary| is_wanted(&summary)).then_some(id)
    };
    portion.into_iter().filter_map(is_found).collect()
}

fn open(keys: &mut NameKeys<'_>, scope: Scope, sealed: SealedSummary, key: Key) -> Option<Summary> {
    let SealedSummary { id, kind, version, created_at, updated_at, names } = sealed;
    let key = keys.open(id, key?).ok()?;
    let names = sealed::open_names(scope, id, version, names, &key)?;
    let [created_at, updated_at] = [created_at, updated_at].map(Timestamp::from_micros);
    Some(Summary { id, kind: kind_of(kind).ok()?, version, created_at, updated_at, names })
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::ids::AccountId;

    use super::*;
    use crate::vault::{Keyring, RootKey};

    const SCOPE: Scope = Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Sandbox };

    /// The customers that are numbered from 1. They have no keys, so that a scan finds all of them.
    struct Numbered(u64);

    fn id(number: u64) -> CustomerId {
        CustomerId::from_bytes(u128::from(number).to_be_bytes())
    }

    fn number(id: CustomerId) -> u64 {
        u64::try_from(u128::from_be_bytes(*id.as_bytes())).expect("a number")
    }

    fn summary(number: u64) -> SealedSummary {
        SealedSummary { id: id(number), kind: 0, version: 1, created_at: 0, updated_at: 0, names: Vec::new() }
    }

    #[async_trait]
    impl Scannable for Numbered {
        async fn summaries(
            &self,
            _: Scope,
            after: Option<CustomerId>,
            size: usize,
        ) -> Result<Vec<SealedSummary>, StoreError> {
            let newest = after.map_or(self.0, |id| number(id) - 1);
            Ok((1..=newest).rev().take(size).map(summary).collect())
        }

        async fn keys(
            &self,
            _: Scope,
            oldest: CustomerId,
            newest: CustomerId,
        ) -> Result<Vec<([u8; 16], WrappedKey)>, StoreError> {
            assert!(oldest <= newest);
            Ok(Vec::new())
        }
    }

    #[tokio::test]
    async fn each_customer_is_compared_once_whatever_the_portions_are() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keyring = Keyring::create(&folder.path().join("keyring"), &RootKey::random(), String::new());
        let vault = Arc::new(Vault::new(keyring.expect("a keyring")));
        for customers in [0, 1, 1_999, 2_000, 2_001, 4_000, 5_000] {
            for limit in [7, 1_999, 2_000, 3_000, 4_000, 10_000] {
                let (mut found, mut after, mut scans) = (Vec::new(), None, 0);
                loop {
                    let part = scan(&Numbered(customers), &vault, SCOPE, after, limit, Arc::new(|_| false)).await;
                    let part = part.expect("a part");
                    found.extend(part.ids);
                    scans += 1;
                    after = part.last;
                    if after.is_none() {
                        break;
                    }
                    assert_eq!(found.last(), after.as_ref(), "it continues after the last that was compared");
                }
                let all: Vec<_> = (1..=customers).rev().map(id).collect();
                assert!(found == all, "{customers} customers, {limit} at a time");
                assert!(scans <= customers as usize / limit + 1, "{scans} scans of {customers}, {limit} at a time");
            }
        }
    }

    #[test]
    fn customers_get_their_own_keys_in_whatever_order_these_come() {
        let key = |number: u64| {
            let wrapped = WrappedKey { epoch: u32::try_from(number).expect("a small number"), sealed: Vec::new() };
            (*id(number).as_bytes(), wrapped)
        };
        let found = [9, 7, 5, 2].map(summary).into();
        // The third has no key, and there are keys of others.
        let keys = [8, 2, 9, 1, 6, 7, 10].map(key).into();
        let pairs: Vec<_> = with_keys(found, keys)
            .into_iter()
            .map(|(summary, key)| (number(summary.id), key.map(|key| u64::from(key.epoch))))
            .collect();
        assert_eq!(pairs, [(9, Some(9)), (7, Some(7)), (5, None), (2, Some(2))]);
    }
}
