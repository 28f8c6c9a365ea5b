//! Whether a change can be written, as things are under the locks.

use dossier_core::store::{Committed, StoreError};

use super::found::Found;
use crate::planted::planted;
use crate::prepared::{AttachedFile, Precondition, PreparedChange, PreparedEffect};

/// Whether a change can be written, as things are.
pub(super) fn judge(change: &PreparedChange, found: &mut Found) -> Result<Committed, StoreError> {
    let judged = judge_effect(change, found)?;
    if let (Committed::Done, Some((pending, _))) = (judged, &change.answer) {
        let kept = found.kept.entry(change.scope).or_default();
        *kept = kept.with(pending)?;
    }
    Ok(judged)
}

fn judge_effect(change: &PreparedChange, found: &Found) -> Result<Committed, StoreError> {
    let scope = change.scope;
    // First of all: a repeated request must find its answer, not a conflict with its own effect.
    if let Some((pending, _)) = &change.answer
        && found.answers.contains(&(scope, pending.ticket.key_hash.to_vec()))
    {
        return Ok(Committed::AnswerTaken);
    }
    // A key that was wrapped in an epoch that ended since could lie behind the rotation's back.
    if change.effect.oldest_epoch() < found.epoch && change.effect.oldest_epoch().is_some() {
        return Ok(Committed::VersionMoved);
    }
    match &change.effect {
        PreparedEffect::Customer { basis: Precondition::New, row, .. } => {
            match found.emails.get(&(scope, row.email_index.to_vec())) {
                Some(owner) => Err(StoreError::Taken(*owner)),
                None => Ok(Committed::Done),
            }
        }
        PreparedEffect::Customer { basis: Precondition::Version { expected, email_moves }, row, attached, .. } => {
            let there = found.customers.get(&(scope, *row.id.as_bytes()));
            let current =
                there.is_some_and(|(version, _)| *version == expected.version || planted!("no-version-check"));
            // A file that is gone: computed again, that is a violation.
            let is_there = |one: &AttachedFile| found.files.contains(&(scope, *one.file.as_bytes()));
            let are_there = attached.as_ref().is_some_and(|attached| attached.iter().all(is_there));
            if !current || !are_there {
                return Ok(Committed::VersionMoved);
            }
            match found.emails.get(&(scope, row.email_index.to_vec())) {
                Some(owner) if *email_moves && *owner != row.id => Err(StoreError::Taken(*owner)),
                _ => Ok(Committed::Done),
            }
        }
        _ => Ok(Committed::Done),
    }
}
