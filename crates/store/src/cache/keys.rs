//! The opened keys of data subjects, and where an engine last found their records.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::change::Hint;
use dossier_core::ids::PersonId;
use dossier_core::store::StoreError;
use quick_cache::sync::Cache;

use crate::sealed::SubjectKeys;
use crate::vault::{SecretKey, SubjectKey, Vault, WrappedKey};

/// The minimum number of opened keys that are cached with the keys derived from them.
const SUBJECTS: usize = 32_768;
/// The bytes that each of them takes.
pub(crate) const SUBJECT: u64 = 480;
/// The number of opened keys that are cached alone. Each takes about 100 bytes. Reading and opening one again costs as
/// much as the rest of a point read.
const ROOTS: usize = 1_000_000;

/// The hint is stored beside the key because reading a record also needs its key.
pub(crate) struct KeyCache {
    subjects: Cache<(Scope, PersonId), (Arc<SubjectKey>, Hint)>,
    roots: Cache<(Scope, PersonId), (SecretKey, Hint)>,
}

impl KeyCache {
    /// Makes room for `subjects` keys, or for the default number if that is larger.
    pub(super) fn new(subjects: usize) -> Self {
        Self { subjects: Cache::new(subjects.max(SUBJECTS)), roots: Cache::new(ROOTS) }
    }

    /// The key of a data subject, and where its record was last found.
    pub(crate) fn find(&self, scope: Scope, subject: PersonId) -> Option<(Arc<SubjectKey>, Hint)> {
        self.subjects.get(&(scope, subject)).or_else(|| {
            let (root, hint) = self.roots.get(&(scope, subject))?;
            let known = (Arc::new(SubjectKey::new(root)), hint);
            self.subjects.insert((scope, subject), known.clone());
            Some(known)
        })
    }

    pub(crate) fn get(&self, scope: Scope, subject: PersonId) -> Option<Arc<SubjectKey>> {
        self.find(scope, subject).map(|(key, _)| key)
    }

    /// Returns `None` unless all keys are cached.
    pub(crate) fn get_all(&self, scope: Scope, subjects: &[PersonId]) -> Option<SubjectKeys> {
        subjects.iter().map(|subject| Some((*subject, self.get(scope, *subject)?))).collect()
    }

    /// Opens a stored key and caches it.
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

    /// Caches an opened key. A new key may be cached only once its wrapped form is durable.
    pub(crate) fn remember(&self, scope: Scope, subject: PersonId, key: Arc<SubjectKey>) {
        self.insert(scope, subject, key, None);
    }

    /// Caches where the record of a data subject was found.
    pub(crate) fn remember_hint(&self, scope: Scope, subject: PersonId, key: &Arc<SubjectKey>, hint: Hint) {
        if self.subjects.get(&(scope, subject)).is_none_or(|(_, known)| known != hint) {
            self.insert(scope, subject, Arc::clone(key), hint);
        }
    }

    /// Forgets the keys of data subjects that were erased.
    pub(crate) fn forget(&self, scope: Scope, subjects: &[PersonId]) {
        for subject in subjects {
            self.subjects.remove(&(scope, *subject));
            self.roots.remove(&(scope, *subject));
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
        keys.remember_hint(here, ada, &key, NonZeroI64::new(7));
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
