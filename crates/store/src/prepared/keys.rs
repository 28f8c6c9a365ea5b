//! What an engine reads before a change can be sealed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dossier_core::caller::{Environment, Scope};
use dossier_core::change::{Change, Effect, NewDocument};
use dossier_core::ids::{AccountId, CustomerId, FileId, PersonId};
use dossier_core::store::StoreError;

use crate::audit_detail;
use crate::files::{FileKey, FileRow};
use crate::sealed::{self, SubjectKeys};
use crate::vault::{ScopeKeys, SubjectKey, Vault, WrappedKey};

pub(crate) struct SealingKeys<'a> {
    pub(crate) vault: &'a Vault,
    /// The keys of the change's scope.
    pub(crate) scope: Arc<ScopeKeys>,
    /// The keys that seal the account's own name.
    pub(crate) account: Arc<ScopeKeys>,
    /// The keys of those data subjects that have one.
    pub(crate) subjects: SubjectKeys,
    /// The files to be attached that exist, with their keys.
    pub(crate) files: HashMap<FileId, (FileRow, FileKey)>,
}

/// The keys that a change creates for data subjects.
pub(crate) type NewKeys = Vec<(PersonId, Arc<SubjectKey>)>;

/// Creates the keys of a new account, before anything of it is sealed.
pub(crate) fn new_scope_keys(vault: &Vault, account: AccountId) -> Result<[(Scope, WrappedKey); 2], StoreError> {
    let new = |environment| {
        let scope = Scope { account, environment };
        let wrapped = vault.new_scope(scope)?;
        vault.open_scope(scope, &wrapped)?;
        Ok::<_, StoreError>((scope, wrapped))
    };
    Ok([new(Environment::Sandbox)?, new(Environment::Production)?])
}

/// The customer that a change concerns, and the data subjects whose keys are needed to seal it, if they exist.
pub(crate) fn subjects_of(change: &Change) -> Option<(CustomerId, Vec<PersonId>)> {
    let customer = match &change.effect {
        // No data subject of a new customer has a key yet, and what remains of an erased one is sealed without its key,
        // which may be unreadable.
        Effect::CustomerCreated(_) | Effect::CustomerErased { .. } => return None,
        Effect::CustomerUpdated { after, .. } => {
            let mut subjects = sealed::subjects(after);
            // Data of persons that the change drops is sealed under their own keys.
            let others = audit_detail::persons_in(change).into_iter().chain(persons_of_answer(change));
            subjects.extend(others.filter(|person| !subjects.contains(person)).collect::<BTreeSet<_>>());
            return Some((after.id, subjects));
        }
        _ => change
            .audit
            .as_ref()
            .and_then(|entry| entry.customer)
            .or_else(|| change.events.first().map(|event| event.customer))
            .or_else(|| change.answer.as_ref().and_then(|pending| pending.answer.customer))?,
    };
    let persons = audit_detail::persons_in(change).into_iter().chain(persons_of_answer(change));
    let persons = persons.chain(persons_rescheduled(change));
    Some((customer, [PersonId::of_customer(customer)].into_iter().chain(persons).collect()))
}

/// The persons whose scheduled erasure gets another date.
fn persons_rescheduled(change: &Change) -> impl Iterator<Item = PersonId> + '_ {
    let erasures = match &change.effect {
        Effect::ErasurePostponed(erasure) => std::slice::from_ref(erasure),
        Effect::HoldEnded { erasures, .. } => erasures,
        _ => &[],
    };
    erasures.iter().filter_map(|erasure| erasure.person)
}

/// The persons whose data the answer to keep contains.
fn persons_of_answer(change: &Change) -> impl Iterator<Item = PersonId> + '_ {
    change.answer.iter().flat_map(|pending| &pending.answer.persons).copied()
}

pub(crate) fn attached_by(change: &Change) -> &[NewDocument] {
    match &change.effect {
        Effect::CustomerUpdated { attached, .. } => attached,
        _ => &[],
    }
}
