//! What most reads ask for, kept in memory for as long as the customer has not changed, and sealed as everything
//! personal is that outlives a request: under a key that only this process has, since a list opens many at once.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{CustomerType, Names, Summary};
use dossier_core::ids::CustomerId;
use quick_cache::sync::Cache;

use super::readers::{Readers, Snapshot};
use crate::by_customer::{ByCustomer, Sealed, by_customer, usual_number};
use crate::vault::ProcessKey;

/// The blind index of a customer's e-mail.
pub(super) type IndexOfEmail = [u8; 16];

/// A [`Summary`] with its names sealed.
pub(super) struct SealedSummary {
    id: CustomerId,
    kind: CustomerType,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    names: Vec<u8>,
    /// Where it was read.
    snapshot: Snapshot,
}

impl Sealed for SealedSummary {
    /// With the way to it by its e-mail.
    const OVERHEAD: usize = 384;
    const USUAL: u64 = 640;

    fn size(&self) -> usize {
        self.names.len()
    }
}

/// Summaries that were read before.
pub(super) struct Summaries {
    remembered: ByCustomer<SealedSummary>,
    /// The same, by the e-mail that it was read with.
    by_email: Cache<(Scope, IndexOfEmail), Arc<SealedSummary>>,
    key: ProcessKey,
}

impl Summaries {
    /// Remembers what fits into so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let by_email = Cache::new(usual_number::<SealedSummary>(bytes));
        Self { remembered: by_customer(bytes), by_email, key: ProcessKey::random() }
    }

    /// How many customers are remembered, about.
    pub(super) fn capacity(&self) -> usize {
        usual_number::<SealedSummary>(self.remembered.capacity())
    }

    /// The summary, if it is remembered and still what a read from the database would give.
    pub(super) fn current(&self, readers: &Readers, scope: Scope, id: CustomerId) -> Option<Summary> {
        let sealed = self.since(readers.changed(id), scope, id)?;
        self.open(&sealed)
    }

    /// As [`Summaries::current`], of the customer that has this e-mail.
    pub(super) fn current_by_email(&self, readers: &Readers, scope: Scope, email: IndexOfEmail) -> Option<Summary> {
        let sealed = self.by_email.get(&(scope, email))?;
        if sealed.snapshot.holds(readers.changed(sealed.id)) { self.open(&sealed) } else { None }
    }

    /// The summaries, if all are remembered and what a read at the snapshot would give, which may have begun a while
    /// ago.
    pub(super) fn all_at(
        &self,
        snapshot: Snapshot,
        readers: &Readers,
        scope: Scope,
        ids: &[CustomerId],
    ) -> Option<Vec<Summary>> {
        let at = |id: &CustomerId| {
            let changed = readers.changed(*id);
            if snapshot.holds(changed) { self.since(changed, scope, *id) } else { None }
        };
        let sealed: Vec<_> = ids.iter().map(at).collect::<Option<_>>()?;
        sealed.iter().map(|sealed| self.open(sealed)).collect()
    }

    /// `changed` is from before this call: a change that begins later was not acknowledged when the read was asked for.
    fn since(&self, changed: u64, scope: Scope, id: CustomerId) -> Option<Arc<SealedSummary>> {
        self.remembered.get(&(scope, id)).filter(|summary| summary.snapshot.holds(changed))
    }

    /// Opens what is remembered; `None` if memory was damaged, as if it were not.
    fn open(&self, sealed: &SealedSummary) -> Option<Summary> {
        let SealedSummary { id, kind, version, created_at, updated_at, ref names, snapshot: _ } = *sealed;
        let names = Names::from_json(self.key.open(id.as_bytes(), names)?)?;
        Some(Summary { id, kind, version, created_at, updated_at, names })
    }

    /// Remembers what was read at the snapshot.
    pub(super) fn remember(&self, snapshot: Snapshot, scope: Scope, summary: &Summary, email: IndexOfEmail) {
        let Summary { id, kind, version, created_at, updated_at, ref names } = *summary;
        let names = self.key.seal(id.as_bytes(), names.as_json());
        let sealed = Arc::new(SealedSummary { id, kind, version, created_at, updated_at, names, snapshot });
        self.by_email.insert((scope, email), Arc::clone(&sealed));
        self.remembered.insert((scope, id), sealed);
    }
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::ids::AccountId;

    use super::*;
    use crate::sqlite::{Role, connect};

    const ID: CustomerId = CustomerId::from_bytes([1; 16]);
    const OTHER: CustomerId = CustomerId::from_bytes([2; 16]);
    const EMAIL: IndexOfEmail = [4; 16];

    #[test]
    fn a_summary_is_given_until_its_customer_changes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.db");
        drop(connect(&path, Role::Writer).expect("a database"));
        let readers = Readers::new(path, Arc::new(|error| panic!("{error}")), 0);
        let summaries = Summaries::new(1_000_000);
        let scope = Scope { account: AccountId::from_bytes([3; 16]), environment: Environment::Sandbox };
        let elsewhere = Scope { environment: Environment::Production, ..scope };
        let summary = Summary {
            id: ID,
            kind: CustomerType::Individual,
            version: 1,
            created_at: Timestamp::from_micros(1),
            updated_at: Timestamp::from_micros(2),
            names: Names::from_json(br#"{"email":"a@example.com","address":null,"kycs":null}"#.to_vec())
                .expect("names"),
        };
        let remember = || {
            let begun = readers.read_of_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
            summaries.remember(begun, scope, &summary, EMAIL);
            begun
        };
        let at = |begun, id| summaries.all_at(begun, &readers, scope, &[id]);
        let current = || {
            let [by_id, by_email] =
                [summaries.current(&readers, scope, ID), summaries.current_by_email(&readers, scope, EMAIL)];
            assert_eq!(by_id, by_email);
            by_id.is_some()
        };
        let commit = |id| {
            readers.changing(id);
            readers.committing();
            readers.ended();
        };

        assert!(!current(), "nothing is remembered");
        let begun = remember();
        assert_eq!(summaries.current(&readers, scope, ID).as_ref(), Some(&summary));
        assert_eq!(at(begun, ID), Some(vec![summary.clone()]));
        assert!(at(begun, OTHER).is_none());
        assert!(summaries.current(&readers, elsewhere, ID).is_none(), "of another environment");
        assert!(summaries.current_by_email(&readers, elsewhere, EMAIL).is_none(), "of another environment");
        assert!(summaries.current_by_email(&readers, scope, [5; 16]).is_none(), "another e-mail");

        commit(OTHER);
        assert!(current(), "another customer changed");

        readers.changing(ID);
        assert!(!current(), "a change may be committed by the time of the answer");
        readers.ended();
        assert!(!current(), "nor after it was rolled back, until somebody reads it again");

        commit(ID);
        remember();
        assert!(current());
        assert!(at(begun, ID).is_none(), "it is newer than a read that began before the change");

        readers.changing_any();
        assert!(!current(), "a task may change any");

        commit(ID);
        let begun = readers.read_of_at(ID, |_, snapshot| Ok(snapshot)).expect("a read");
        summaries.remember(begun, scope, &summary, [5; 16]);
        assert!(summaries.current_by_email(&readers, scope, [5; 16]).is_some());
        assert!(summaries.current_by_email(&readers, scope, EMAIL).is_none(), "what was its e-mail before");
    }
}
