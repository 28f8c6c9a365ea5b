//! A cache of customers, limited in bytes.

use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// What is cached of a customer. Whoever finds it gets a copy.
pub(super) trait CacheEntry: Clone {
    /// The bytes that an entry takes besides its sealed part.
    const OVERHEAD: usize;
    /// The bytes of a typical entry.
    const TYPICAL: u64;

    /// The bytes of the sealed part.
    fn size(&self) -> usize;
}

#[derive(Clone)]
pub(super) struct ByteWeighter;

impl<T: CacheEntry> Weighter<(Scope, CustomerId), T> for ByteWeighter {
    fn weight(&self, _: &(Scope, CustomerId), entry: &T) -> u64 {
        (T::OVERHEAD + entry.size()) as u64
    }
}

pub(super) type ByCustomer<T> = Cache<(Scope, CustomerId), T, ByteWeighter>;

/// A cache of at most `bytes` bytes.
pub(super) fn by_customer<T: CacheEntry>(bytes: u64) -> ByCustomer<T> {
    Cache::with_weighter(typical_count::<T>(bytes), bytes, ByteWeighter)
}

/// How many typical entries fit into `bytes`.
pub(super) fn typical_count<T: CacheEntry>(bytes: u64) -> usize {
    usize::try_from(bytes / T::TYPICAL).unwrap_or(usize::MAX)
}
