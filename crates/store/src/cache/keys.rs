//! The opened keys of data subjects, and where an engine last found their records.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::ids::PersonId;
use dossier_core::store::StoreError;
use quick_cache::sync::Cache;

use crate::sealed::SubjectKeys;
use crate::vault::{SecretKey, SubjectKey, Vault, WrappedKey};

/// The least number of opened keys that are remembered together with what was derived from them.
const SUBJECTS: usize = 32_768;
/// Bytes that each of them takes.
pub(crate) const SUBJECT: u64 = 480;
/// Opened keys that are remembered alone. Each takes about 100 bytes; to read and open it again costs as much as the
/// rest of a point read.
const ROOTS: usize = 1_000_000;

/// The keys. The hint is beside the key because whoever looks for a record needs the key as well.
pub(crate) struct KeyCache {
    subjects: Cache<(Scope, PersonId), (Arc<SubjectKey>, Hint)>,
    roots: Cache<(Scope, PersonId), (SecretKey, Hint)>,
}

impl KeyCache {
    /// Room for the keys of `subjects` data subjects, or for the usual number if that is more.
    pub(super) fn new(subjects: usize) -> Self {
        Self { subjects: Cache::new(subjects.max(SUBJECTS)), roots: Cache::new(ROOTS) }
    }

    /// The key of a data subject, if it is remembered, and where its record was found.
    pub(crate) fn find(&self, scope: Scope, subject: PersonId) -> Option<(Arc<SubjectKey>, Hint)> {
        self.subjects.get(&(scope, subject)).or_else(|| {
            let (root, hint) = self.roots.get(&(scope, subject))?;
            let known = (Arc::new(SubjectKey::new(root)), hint);
            self.subjects.insert((scope, subject), known.clone());
            Some(known)
        })
    }

    /// The key of a data subject, if it is remembered.
    pub(crate) fn get(&self, scope: Scope, subject: PersonId) -> Option<Arc<SubjectKey>> {
        self.find(scope, subject).map(|(key, _)| key)
    }

    /// The keys of these data subjects, if all of them are remembered.
    pub(crate) fn get_all(&self, scope: Scope, subjects: &[PersonId]) -> Option<SubjectKeys> {
        subjects.iter().map(|subject| Some((*subject, self.get(scope, *subject)?))).collect()
    }

    /// Opens a stored key and remembers it.
    pub(crate) fn open(
        &self,
        vault: &Vault,
        scope: Scope,
        subject: PersonId,
        wrapped: &WrappedKey,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let key = vault.open_subject(scope, subject, wrapped)?;
        self.remember(scope, subject, Arc::clone(&key));
        Ok(key)
    }

    /// Remembers an opened key; that of a new subject only once its wrapped form is durable.
    pub(crate) fn remember(&self, scope: Scope, subject: PersonId, key: Arc<SubjectKey>) {
        self.insert(scope, subject, key, None);
    }

    /// Remembers where the record of a data subject was found, beside its key.
    pub(crate) fn found(&self, scope: Scope, subject: PersonId, key: &Arc<SubjectKey>, hint: Hint) {
        if self.subjects.get(&(scope, subject)).is_none_or(|(_, known)| known != hint) {
            self.insert(scope, subject, Arc::clone(key), hint);
        }
    }

    fn insert(&self, scope: Scope, subject: PersonId, key: Arc<SubjectKey>, hint: Hint) {
        self.roots.insert((scope, subject), (key.root().clone(), hint));
        self.subjects.insert((scope, subject), (key, hint));
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroI64;

    use dossier_core::caller::Environment;
    use dossier_core::ids::AccountId;

    use super::*;
    use crate::vault::Purpose;

    #[test]
    fn a_key_that_is_remembered_alone_is_the_same_key() {
        let scope = |environment| Scope { account: AccountId::from_bytes([1; 16]), environment };
        let (here, there) = (scope(Environment::Sandbox), scope(Environment::Production));
        let ada = PersonId::from_bytes([1; 16]);
        let key = Arc::new(SubjectKey::new(SecretKey::random()));
        let keys = KeyCache::new(0);
        assert!(keys.get(here, ada).is_none(), "nothing is remembered");
        keys.remember(here, ada, Arc::clone(&key));
        keys.found(here, ada, &key, NonZeroI64::new(7));
        keys.subjects.clear();
        assert!(keys.get(there, ada).is_none());
        for where_from in ["what is remembered alone", "what was derived since"] {
            let (again, hint) = keys.find(here, ada).expect(where_from);
            assert_eq!(again.key(Purpose::Names).expose(), key.key(Purpose::Names).expose(), "{where_from}");
            assert_eq!(hint, NonZeroI64::new(7), "{where_from}");
        }
        assert_eq!(keys.subjects.len(), 1, "the second was not derived again");
    }
}
