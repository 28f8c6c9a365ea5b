//! The commit of changes, in two round trips. The first locks the ends of their scopes' chains, which makes every other
//! writer of these scopes wait, in any process, and reads what the changes depend on (`locked_state.rs`). The second
//! writes the changes that can be written, in array statements, and commits (`batch.rs`). Each change has its own
//! outcome.
//!
//! A plain update needs no first round trip if no other writer has committed since this lane's last commit
//! (`assumptions.rs`).

mod answers;
mod assumptions;
mod audit;
mod batch;
mod check;
mod customers;
mod desk;
mod effects;
mod erasures;
mod events;
mod files;
mod holds;
mod keys;
mod links;
mod locked_state;
mod person_erasures;
mod sandbox;
mod table;
mod webhooks;

use dossier_core::change::Hint;
use dossier_core::store::{Committed, StoreError};

use super::database::{Error, PipelineError, Session};
use crate::anchor::{Position, Tips};
use crate::prepared::{PreparedChange, PreparedEffect};
pub(super) use assumptions::Assumptions;
pub(super) use audit::begin_chain;
use batch::Batch;
pub(super) use keys::insert_scope_key;
pub(super) use locked_state::FILES as LOCK_FILES;

/// The statements of a commit, by the file that declares them.
pub(super) const STATEMENTS: [(&str, &[(&str, &str)]); 15] = [
    ("commit::answers", answers::STATEMENTS),
    ("commit::audit", audit::STATEMENTS),
    ("commit::batch", batch::STATEMENTS),
    ("commit::customers", customers::STATEMENTS),
    ("commit::desk", desk::STATEMENTS),
    ("commit::erasures", erasures::STATEMENTS),
    ("commit::events", events::STATEMENTS),
    ("commit::files", files::STATEMENTS),
    ("commit::holds", holds::STATEMENTS),
    ("commit::locked_state", locked_state::STATEMENTS),
    ("commit::keys", keys::STATEMENTS),
    ("commit::links", links::STATEMENTS),
    ("commit::person_erasures", person_erasures::STATEMENTS),
    ("commit::sandbox", sandbox::STATEMENTS),
    ("commit::webhooks", webhooks::STATEMENTS),
];

/// The result of a change whose statements did not fail. With it comes the number of its audit entry, as a hint.
pub(super) type Outcome = Result<(Committed, Hint), StoreError>;

/// Whether a change can share its transaction with others. Any other change is rare, and has a transaction of its own.
pub(super) const fn is_batched(effect: &PreparedEffect) -> bool {
    matches!(effect, PreparedEffect::None | PreparedEffect::Customer { erases: None, .. })
}

/// Writes changes in one transaction and ends it. No two of them may have the same customer, e-mail
/// or kept answer.
pub(super) async fn apply(
    session: Session<'_>,
    changes: &[&PreparedChange],
    assumptions: &Assumptions,
    tips: &Tips,
) -> Result<Vec<Outcome>, PipelineError> {
    assumptions.reset(changes);
    let mut found = locked_state::read(session, changes).await?;
    for (scope, head) in &found.heads {
        tips.compare(*scope, Position { entry: head.seq, hash: head.hash });
    }
    let mut checked: Vec<_> = changes.iter().map(|change| check::check(change, &mut found)).collect();
    let rare = matches!(changes, [change] if !is_batched(&change.effect));
    if let ([change], [Ok(Committed::Done)], true) = (changes, &checked[..], rare) {
        checked =
            vec![Ok(effects::write(session, change, &mut found.other_rows).await.map_err(PipelineError::Before)?)];
        if matches!(change.effect, PreparedEffect::Account { .. }) {
            // The chains of a new account start with this change.
            found.heads = locked_state::heads(session, changes).await.map_err(PipelineError::Before)?;
        }
    }
    let accepted: Vec<&PreparedChange> = changes
        .iter()
        .zip(&checked)
        .filter(|(_, checked)| matches!(checked, Ok(Committed::Done)))
        .map(|(change, _)| *change)
        .collect();
    let old_heads = found.heads.clone();
    let entries = if accepted.is_empty() {
        session.run("ROLLBACK").await.map_err(PipelineError::Before)?;
        Vec::new()
    } else {
        let batch = Batch::of(&accepted, &mut found).map_err(before)?;
        session.pipeline(None, &batch.calls(), Some("COMMIT")).await?;
        tips.publish(batch.ends);
        batch.entries
    };
    assumptions.learn(&old_heads, &found, rare);
    let mut entries = entries.into_iter();
    let mut outcome = |committed| {
        let entry = if committed == Committed::Done { entries.next() } else { None };
        (committed, entry.flatten())
    };
    Ok(checked.into_iter().map(|checked| checked.map(&mut outcome)).collect())
}

fn before(error: StoreError) -> PipelineError {
    PipelineError::Before(Error::Store(error))
}
