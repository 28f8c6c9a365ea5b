//! The planted defect `audit-after-answer`: entries are deferred until their changes are committed and answered.

use std::borrow::Cow;
use std::cell::RefCell;

use dossier_core::caller::Scope;

use super::audit::NewEntry;

thread_local! {
    /// The deferred entries of the writer's thread.
    static DEFERRED: RefCell<Vec<NewEntry<'static>>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn defer(append: NewEntry<'_>) {
    let NewEntry { scope, keys, entry, previous_of_customer, announced } = append;
    let append = NewEntry { scope, keys, entry: Cow::Owned(entry.into_owned()), previous_of_customer, announced };
    DEFERRED.with_borrow_mut(|deferred| deferred.push(append));
}

/// The number of deferred entries of a scope. They come before its next entry.
pub(super) fn deferred(scope: Scope) -> u64 {
    DEFERRED.with_borrow(|deferred| deferred.iter().filter(|append| append.scope == scope).count() as u64)
}

pub(crate) fn take() -> Vec<NewEntry<'static>> {
    DEFERRED.take()
}
