//! The planted defect `audit-after-answer`: entries that wait until their changes are committed and answered.

use std::borrow::Cow;
use std::cell::RefCell;

use dossier_core::caller::Scope;

use super::audit::Append;

thread_local! {
    /// Those of the writer's thread.
    static WAITING: RefCell<Vec<Append<'static>>> = const { RefCell::new(Vec::new()) };
}

/// Has an entry wait.
pub(super) fn wait(append: Append<'_>) {
    let Append { scope, keys, entry, previous_of_customer } = append;
    let append = Append { scope, keys, entry: Cow::Owned(entry.into_owned()), previous_of_customer };
    WAITING.with_borrow_mut(|waiting| waiting.push(append));
}

/// How many entries of a scope wait: they come before the next.
pub(super) fn waiting(scope: Scope) -> u64 {
    WAITING.with_borrow(|waiting| waiting.iter().filter(|append| append.scope == scope).count() as u64)
}

/// Those that wait.
pub(crate) fn take() -> Vec<Append<'static>> {
    WAITING.take()
}
