//! Whether a change can be written, given the state under the locks.

use dossier_core::store::{Committed, StoreError};

use super::locked_state::LockedState;
use crate::planted::planted;
use crate::prepared::{AttachedFile, Precondition, PreparedChange, PreparedEffect};

pub(super) fn check(change: &PreparedChange, found: &mut LockedState) -> Result<Committed, StoreError> {
    let checked = check_effect(change, found)?;
    if let (Committed::Done, Some((pending, _))) = (checked, &change.answer) {
        let kept = found.answer_usage.entry(change.scope).or_default();
        *kept = kept.with(pending)?;
    }
    Ok(checked)
}

fn check_effect(change: &PreparedChange, found: &LockedState) -> Result<Committed, StoreError> {
    let scope = change.scope;
    // This comes first: a repeated request must find its answer, not a conflict with its own effect.
    if let Some((pending, _)) = &change.answer
        && found.answers.contains(&(scope, pending.ticket.key_hash.to_vec()))
    {
        return Ok(Committed::AnswerTaken);
    }
    // A rotation may already have passed a key that was wrapped in an epoch which has ended since.
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
            // If a file is gone, computing the change again reports a violation.
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
