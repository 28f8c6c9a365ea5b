//! Summaries of customers, which most reads ask for. They are valid for as long as the engine considers them current.
//! Like all personal data that outlives a request they are sealed. Their key belongs to this process alone, since a
//! list opens many at once.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{CustomerType, Names, Summary};
use dossier_core::ids::CustomerId;
use quick_cache::sync::Cache;

use super::by_customer::{ByCustomer, CacheEntry, by_customer, typical_count};
use crate::vault::ProcessKey;

/// The blind index of a customer's e-mail.
pub(crate) type EmailHash = [u8; 16];

/// A [`Summary`] with its names sealed. Each reader opens a copy of its own: if readers shared one, the threads that
/// answer requests for the same customers would contend for its reference count.
#[derive(Clone)]
pub(super) struct SealedSummary<S = ()> {
    id: CustomerId,
    /// The e-mail that it was read with.
    email: EmailHash,
    kind: CustomerType,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    names: Vec<u8>,
    /// Tells the engine whether the summary is current.
    stamp: S,
}

impl<S: Copy> CacheEntry for SealedSummary<S> {
    /// Includes the entry that finds it by e-mail.
    const OVERHEAD: usize = 384;
    const TYPICAL: u64 = 640;

    fn size(&self) -> usize {
        self.names.len()
    }
}

pub(crate) struct Summaries<S> {
    remembered: ByCustomer<SealedSummary<S>>,
    /// Whose e-mail it was when the summary was read.
    by_email: Cache<(Scope, EmailHash), CustomerId>,
    key: ProcessKey,
}

impl<S: Copy> Summaries<S> {
    pub(super) fn new(bytes: u64) -> Self {
        let by_email = Cache::new(typical_count::<SealedSummary<S>>(bytes));
        Self { remembered: by_customer(bytes), by_email, key: ProcessKey::random() }
    }

    /// The approximate number of customers that fit.
    pub(crate) fn capacity(&self) -> usize {
        typical_count::<SealedSummary<S>>(self.remembered.capacity())
    }

    /// The summary, if it is cached and its stamp is current.
    pub(crate) fn get(&self, scope: Scope, id: CustomerId, is_current: impl FnOnce(S) -> bool) -> Option<Summary> {
        let sealed = self.remembered.get(&(scope, id)).filter(|sealed| is_current(sealed.stamp))?;
        self.open(sealed)
    }

    /// As [`Summaries::get`], by e-mail.
    pub(crate) fn get_by_email(
        &self,
        scope: Scope,
        email: EmailHash,
        is_current: impl FnOnce(CustomerId, S) -> bool,
    ) -> Option<Summary> {
        let id = self.by_email.get(&(scope, email))?;
        let sealed = self.remembered.get(&(scope, id)).filter(|sealed| sealed.email == email)?;
        if is_current(id, sealed.stamp) { self.open(sealed) } else { None }
    }

    /// Returns `None` unless all of them are cached and current.
    pub(crate) fn get_all(
        &self,
        scope: Scope,
        ids: &[CustomerId],
        is_current: impl Fn(CustomerId, S) -> bool,
    ) -> Option<Vec<Summary>> {
        let find =
            |id: &CustomerId| self.remembered.get(&(scope, *id)).filter(|sealed| is_current(sealed.id, sealed.stamp));
        // Find all before opening any.
        let sealed: Vec<_> = ids.iter().map(find).collect::<Option<_>>()?;
        sealed.into_iter().map(|sealed| self.open(sealed)).collect()
    }

    /// Returns `None` if memory was damaged, as if it were not cached.
    fn open(&self, sealed: SealedSummary<S>) -> Option<Summary> {
        let SealedSummary { id, email: _, kind, version, created_at, updated_at, names, stamp: _ } = sealed;
        let names = Names::from_json(self.key.open(id.as_bytes(), names)?)?;
        Some(Summary { id, kind, version, created_at, updated_at, names })
    }

    pub(crate) fn remember(&self, stamp: S, scope: Scope, summary: &Summary, email: EmailHash) {
        let Summary { id, kind, version, created_at, updated_at, ref names } = *summary;
        let names = self.key.seal(id.as_bytes(), names.as_json());
        let sealed = SealedSummary { id, email, kind, version, created_at, updated_at, names, stamp };
        self.remembered.insert((scope, id), sealed);
        self.by_email.insert((scope, email), id);
    }
}
