//! What most reads ask for, kept in memory, sealed as it is stored, for as long as the customer has not changed.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use quick_cache::sync::Cache;

use super::readers::{Readers, Snapshot};
use crate::sealed::Plain;

/// Each takes about 600 bytes.
const REMEMBERED: usize = 32_768;

/// What lists and plain reads show of a customer, as it is stored.
pub(super) struct SealedSummary {
    pub(super) plain: Plain,
    pub(super) names: Vec<u8>,
    /// Where it was read.
    pub(super) snapshot: Snapshot,
}

/// Summaries that were read before.
pub(super) struct Summaries(Cache<(Scope, CustomerId), Arc<SealedSummary>>);

impl Summaries {
    pub(super) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }

    /// The summary, if it is remembered and still what a read from the database would give.
    pub(super) fn current(&self, readers: &Readers, scope: Scope, id: CustomerId) -> Option<Arc<SealedSummary>> {
        self.since(readers.changed(id), scope, id)
    }

    /// The summary, if it is remembered and what a read at the snapshot would give, which may have begun a while ago.
    pub(super) fn at(
        &self,
        snapshot: Snapshot,
        readers: &Readers,
        scope: Scope,
        id: CustomerId,
    ) -> Option<Arc<SealedSummary>> {
        let changed = readers.changed(id);
        if snapshot.holds(changed) { self.since(changed, scope, id) } else { None }
    }

    /// `changed` is from before this call: a change that begins later was not acknowledged when the read was asked for.
    fn since(&self, changed: u64, scope: Scope, id: CustomerId) -> Option<Arc<SealedSummary>> {
        self.0.get(&(scope, id)).filter(|summary| summary.snapshot.holds(changed))
    }

    pub(super) fn remember(&self, summary: SealedSummary) -> Arc<SealedSummary> {
        let summary = Arc::new(summary);
        self.0.insert((summary.plain.scope, summary.plain.id), Arc::clone(&summary));
        summary
    }
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::clock::Timestamp;
    use dossier_core::customer::{CustomerType, Place};
    use dossier_core::ids::AccountId;

    use super::*;
    use crate::sqlite::{Role, connect};

    const ID: CustomerId = CustomerId::from_bytes([1; 16]);
    const OTHER: CustomerId = CustomerId::from_bytes([2; 16]);

    #[test]
    fn a_summary_is_given_until_its_customer_changes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        drop(connect(&path, Role::Writer).expect("a database"));
        let readers = Readers::new(path, Arc::new(|error| panic!("{error}")));
        let summaries = Summaries::new();
        let scope = Scope { account: AccountId::from_bytes([3; 16]), environment: Environment::Sandbox };
        let elsewhere = Scope { environment: Environment::Production, ..scope };
        let remember = || {
            let plain = Plain {
                scope,
                id: ID,
                kind: CustomerType::Individual,
                version: 1,
                events: 1,
                persons_version: 0,
                created_at: Timestamp::from_micros(1),
                updated_at: Timestamp::from_micros(1),
                place: Place::default(),
            };
            let begun = readers.read_of_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
            summaries.remember(SealedSummary { plain, names: Vec::new(), snapshot: begun });
            begun
        };
        let current = || summaries.current(&readers, scope, ID).is_some();
        let commit = |id| {
            readers.changing(id);
            readers.committing();
            readers.ended();
        };

        assert!(!current(), "nothing is remembered");
        let begun = remember();
        assert!(current() && summaries.at(begun, &readers, scope, ID).is_some());
        assert!(summaries.current(&readers, elsewhere, ID).is_none(), "of another environment");

        commit(OTHER);
        assert!(current(), "another customer changed");

        readers.changing(ID);
        assert!(!current(), "a change may be committed by the time of the answer");
        readers.ended();
        assert!(!current(), "nor after it was rolled back, until somebody reads it again");

        commit(ID);
        remember();
        assert!(current());
        assert!(
            summaries.at(begun, &readers, scope, ID).is_none(),
            "it is newer than a read that began before the change"
        );

        readers.changing_any();
        assert!(!current(), "a task may change any");
    }
}
