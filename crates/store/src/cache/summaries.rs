//! What most reads ask for, for as long as the engine finds it current. It is sealed, as everything personal is that
//! outlives a request, under a key that only this process has, since a list opens many at once.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{CustomerType, Names, Summary};
use dossier_core::ids::CustomerId;
use quick_cache::sync::Cache;

use super::by_customer::{ByCustomer, Sealed, by_customer, usual_number};
use crate::vault::ProcessKey;

/// The blind index of a customer's e-mail.
pub(crate) type IndexOfEmail = [u8; 16];

/// A [`Summary`] with its names sealed.
pub(super) struct SealedSummary<S = ()> {
    id: CustomerId,
    kind: CustomerType,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    names: Vec<u8>,
    /// By which the engine knows whether it is current.
    stamp: S,
}

impl<S> Sealed for SealedSummary<S> {
    /// With the way to it by its e-mail.
    const OVERHEAD: usize = 384;
    const USUAL: u64 = 640;

    fn size(&self) -> usize {
        self.names.len()
    }
}

/// Summaries that were read before.
pub(crate) struct Summaries<S> {
    remembered: ByCustomer<SealedSummary<S>>,
    /// The same, by the e-mail that it was read with.
    by_email: Cache<(Scope, IndexOfEmail), Arc<SealedSummary<S>>>,
    key: ProcessKey,
}

impl<S: Copy> Summaries<S> {
    /// Remembers what fits into `bytes`.
    pub(super) fn new(bytes: u64) -> Self {
        let by_email = Cache::new(usual_number::<SealedSummary<S>>(bytes));
        Self { remembered: by_customer(bytes), by_email, key: ProcessKey::random() }
    }

    /// How many customers are remembered, about.
    pub(crate) fn capacity(&self) -> usize {
        usual_number::<SealedSummary<S>>(self.remembered.capacity())
    }

    /// The summary, if it is remembered and its stamp is current.
    pub(crate) fn get(&self, scope: Scope, id: CustomerId, is_current: impl FnOnce(S) -> bool) -> Option<Summary> {
        let sealed = self.remembered.get(&(scope, id)).filter(|sealed| is_current(sealed.stamp))?;
        self.open(&sealed)
    }

    /// The same, of the customer that has this e-mail.
    pub(crate) fn get_by_email(
        &self,
        scope: Scope,
        email: IndexOfEmail,
        is_current: impl FnOnce(CustomerId, S) -> bool,
    ) -> Option<Summary> {
        let sealed = self.by_email.get(&(scope, email)).filter(|sealed| is_current(sealed.id, sealed.stamp))?;
        self.open(&sealed)
    }

    /// The summaries, if all of them are remembered and current.
    pub(crate) fn get_all(
        &self,
        scope: Scope,
        ids: &[CustomerId],
        is_current: impl Fn(CustomerId, S) -> bool,
    ) -> Option<Vec<Summary>> {
        let find =
            |id: &CustomerId| self.remembered.get(&(scope, *id)).filter(|sealed| is_current(sealed.id, sealed.stamp));
        // All are looked for before the first is opened.
        let sealed: Vec<_> = ids.iter().map(find).collect::<Option<_>>()?;
        sealed.iter().map(|sealed| self.open(sealed)).collect()
    }

    /// Opens what is remembered; `None` if memory was damaged, as if it were not.
    fn open(&self, sealed: &SealedSummary<S>) -> Option<Summary> {
        let SealedSummary { id, kind, version, created_at, updated_at, ref names, stamp: _ } = *sealed;
        let names = Names::from_json(self.key.open(id.as_bytes(), names)?)?;
        Some(Summary { id, kind, version, created_at, updated_at, names })
    }

    /// Remembers what was read.
    pub(crate) fn remember(&self, stamp: S, scope: Scope, summary: &Summary, email: IndexOfEmail) {
        let Summary { id, kind, version, created_at, updated_at, ref names } = *summary;
        let names = self.key.seal(id.as_bytes(), names.as_json());
        let sealed = Arc::new(SealedSummary { id, kind, version, created_at, updated_at, names, stamp });
        self.by_email.insert((scope, email), Arc::clone(&sealed));
        self.remembered.insert((scope, id), sealed);
    }
}
