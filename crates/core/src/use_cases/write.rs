//! The write loop. Every write asks for the kept answer, loads, computes a change, commits it, and starts over if
//! another writer committed first.

use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Scope};
use crate::change::{Change, Effect};
use crate::file::record::Uploaded;
use crate::idempotency::{Answer, Attempt, KeyReused, PendingAnswer, Replay, Ticket};
use crate::services::Services;
use crate::store::Committed;
use crate::store::error::StoreError;

/// How many times a change is computed at most: again whenever another process committed first. Of three processes that
/// write one customer without pause, each loses two of three attempts, or more if it is slower.
const MAX_ATTEMPTS: usize = 256;

/// The result of a computation; `T` is what the use case returns.
// Boxing the change would cost every write an allocation, to save a move.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Outcome<T> {
    /// The change is committed before `T` is returned.
    Change(Change, T),
    /// There is nothing to store, except the answer to a request with an `Idempotency-Key`.
    Unchanged(T),
    /// What was loaded may be stale, and the result holds only for the newest version: load again.
    Again,
}

/// How a repeated request is recognised, and what stores its answer.
pub(crate) trait Repeatable<T> {
    /// What is known of the request; `None` when it cannot be recognised.
    fn replay(
        &self,
        services: &Services,
        scope: Scope,
    ) -> impl Future<Output = Result<Option<Replay<T>>, StoreError>> + Send;

    /// Adds the answer to the change.
    fn keep(services: &Services, caller: &Caller, ticket: Ticket, answer: &T, change: &mut Change);
}

/// A write whose repetition is not recognised, because it has no `Idempotency-Key`.
pub(crate) struct Unkeyed;

impl<T> Repeatable<T> for Unkeyed {
    async fn replay(&self, _: &Services, _: Scope) -> Result<Option<Replay<T>>, StoreError> {
        Ok(None)
    }

    fn keep(_: &Services, _: &Caller, _: Ticket, _: &T, _: &mut Change) {}
}

/// The whole answer is kept, sealed.
impl Repeatable<Answer> for Option<Attempt<'_>> {
    async fn replay(&self, services: &Services, scope: Scope) -> Result<Option<Replay>, StoreError> {
        let Some(attempt) = *self else { return Ok(None) };
        services.store.replay(scope, attempt).await.map(Some)
    }

    fn keep(services: &Services, caller: &Caller, ticket: Ticket, answer: &Answer, change: &mut Change) {
        let at = services.clock.now();
        let (request_id, most) = (caller.request_id.clone(), services.quotas.idempotency_keys);
        change.answer = Some(PendingAnswer { ticket, at, request_id, answer: answer.clone(), most });
    }
}

/// The file's row remembers the upload for as long as it exists, and the answer is made from it.
impl Repeatable<Uploaded> for Option<Attempt<'_>> {
    async fn replay(&self, services: &Services, scope: Scope) -> Result<Option<Replay<Uploaded>>, StoreError> {
        let Some(attempt) = *self else { return Ok(None) };
        Ok(Some(match services.store.replay_upload(scope, attempt).await? {
            Replay::Fresh(ticket) => Replay::Fresh(ticket),
            Replay::Answered(file) => Replay::Answered(Uploaded { file, replayed: true }),
            Replay::OtherRequest(request_id) => Replay::OtherRequest(request_id),
        }))
    }

    fn keep(_: &Services, _: &Caller, ticket: Ticket, _: &Uploaded, change: &mut Change) {
        if let Effect::FileUploaded(file) = &mut change.effect {
            file.ticket = Some(ticket);
        }
    }
}

/// Whether a request with this key came before, whatever its content. It is for callers that do not have the rest of
/// the request yet.
pub(crate) async fn is_repeated<T, R: Repeatable<T>>(
    services: &Services,
    scope: Scope,
    request: R,
) -> Result<bool, StoreError> {
    Ok(matches!(request.replay(services, scope).await?, Some(Replay::Answered(_) | Replay::OtherRequest(_))))
}

/// Runs one write: returns the kept answer to a repeated request, and otherwise commits what `compute` makes of what
/// `load` finds. If another writer committed first, it starts over and loads again.
///
/// # Errors
///
/// Those of `load` and `compute`, [`KeyReused`], and [`StoreError::Busy`] when other writers kept committing first.
pub(crate) async fn write<R, L, T, E, Loading>(
    services: &Services,
    caller: &Caller,
    request: R,
    mut load: impl FnMut() -> Loading,
    mut compute: impl FnMut(L) -> Result<Outcome<T>, E>,
) -> Result<T, E>
where
    R: Repeatable<T>,
    E: From<StoreError> + From<KeyReused>,
    Loading: Future<Output = Result<L, E>>,
{
    for _ in 0..MAX_ATTEMPTS {
        let ticket = match request.replay(services, caller.scope).await? {
            Some(Replay::Answered(answer)) => return Ok(answer),
            Some(Replay::OtherRequest(request_id)) => return Err(KeyReused(request_id).into()),
            Some(Replay::Fresh(ticket)) => Some(ticket),
            None => None,
        };
        let (mut change, answer) = match compute(load().await?)? {
            Outcome::Change(change, answer) => (change, answer),
            Outcome::Unchanged(answer) if ticket.is_none() => return Ok(answer),
            Outcome::Unchanged(answer) => (Change::nothing(caller.scope), answer),
            Outcome::Again => continue,
        };
        if let Some(ticket) = ticket {
            R::keep(services, caller, ticket, &answer, &mut change);
        }
        change.is_silent = services.closed.contains(change.scope.account);
        match services.store.commit(change).await? {
            Committed::Done => return Ok(answer),
            // Another writer committed first: compute again on what it wrote, or return its answer.
            Committed::VersionMoved | Committed::AnswerTaken => {}
        }
    }
    Err(StoreError::Busy.into())
}

/// Commits a change that no other writer can overtake, because what it changes has no versions.
///
/// # Errors
///
/// [`StoreError::Busy`] when the keys were rotated in between and nothing was written.
pub(crate) async fn commit(services: &Services, change: Change) -> Result<(), StoreError> {
    match services.store.commit(change).await? {
        Committed::Done => Ok(()),
        Committed::VersionMoved | Committed::AnswerTaken => Err(StoreError::Busy),
    }
}

/// Appends an entry to the audit trail of a scope, for something that is audited but stores nothing else.
pub async fn append_audit(services: &Services, scope: Scope, entry: AuditEntry) -> Result<(), StoreError> {
    commit(services, Change::new(scope, Effect::None, entry)).await
}

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod tests;
