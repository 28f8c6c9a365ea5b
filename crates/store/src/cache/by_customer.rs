//! What is remembered of customers between requests, as much as fits into a number of bytes.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// What can be remembered of a customer.
pub(super) trait Sealed {
    /// Bytes that it takes besides what is sealed.
    const OVERHEAD: usize;
    /// Bytes that it usually takes.
    const USUAL: u64;

    /// Bytes of what is sealed.
    fn size(&self) -> usize;
}

#[derive(Clone)]
pub(super) struct Bytes;

impl<T: Sealed> Weighter<(Scope, CustomerId), Arc<T>> for Bytes {
    fn weight(&self, _: &(Scope, CustomerId), entry: &Arc<T>) -> u64 {
        (T::OVERHEAD + entry.size()) as u64
    }
}

/// The customers that are remembered.
pub(super) type ByCustomer<T> = Cache<(Scope, CustomerId), Arc<T>, Bytes>;

/// Room for so many bytes.
pub(super) fn by_customer<T: Sealed>(bytes: u64) -> ByCustomer<T> {
    Cache::with_weighter(usual_number::<T>(bytes), bytes, Bytes)
}

/// How many usually fit into so many bytes.
pub(super) fn usual_number<T: Sealed>(bytes: u64) -> usize {
    usize::try_from(bytes / T::USUAL).unwrap_or(usize::MAX)
}
