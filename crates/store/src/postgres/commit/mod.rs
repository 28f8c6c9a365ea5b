//! The commit of changes, in two round trips. The first locks the ends of their scopes' chains, which makes every other
//! writer of these scopes wait, in whatever process, and reads what the changes depend on (`found.rs`). The second
//! writes what can be written, in array statements, and commits (`batch.rs`). Each change is answered on its own.
//!
//! Plain updates need no first round trip where nothing else has written since this lane's last commit (`assumed.rs`).

mod answers;
mod assumed;
mod audit;
mod batch;
mod customers;
mod effects;
mod events;
mod files;
mod found;
mod judge;
mod keys;
mod links;
mod sandbox;
mod table;
mod webhooks;

use dossier_core::change::Hint;
use dossier_core::store::{Committed, StoreError};

use super::database::{Error, PipelineError, Session};
use crate::anchor::{Position, Tips};
use crate::prepared::{PreparedChange, PreparedEffect};
pub(super) use assumed::Assumed;
pub(super) use audit::begin_chain;
use batch::Batch;
pub(super) use found::FILES as LOCK_FILES;
pub(super) use keys::insert_scope_key;

/// The statements of a commit, by the file that declares them.
pub(super) const STATEMENTS: [(&str, &[(&str, &str)]); 11] = [
    ("commit::answers", answers::STATEMENTS),
    ("commit::audit", audit::STATEMENTS),
    ("commit::batch", batch::STATEMENTS),
    ("commit::customers", customers::STATEMENTS),
    ("commit::events", events::STATEMENTS),
    ("commit::files", files::STATEMENTS),
    ("commit::found", found::STATEMENTS),
    ("commit::keys", keys::STATEMENTS),
    ("commit::links", links::STATEMENTS),
    ("commit::sandbox", sandbox::STATEMENTS),
    ("commit::webhooks", webhooks::STATEMENTS),
];

/// What a change came to, the database being well, and the place of its entry in the audit trail.
pub(super) type Outcome = Result<(Committed, Hint), StoreError>;

/// Whether a change can share its transaction with others. What is rare goes alone, in statements of its own.
pub(super) const fn is_batched(effect: &PreparedEffect) -> bool {
    matches!(effect, PreparedEffect::None | PreparedEffect::Customer { .. })
}

/// Writes changes, of which at most one is about the same thing, in one transaction, and ends it.
pub(super) async fn apply(
    session: Session<'_>,
    changes: &[&PreparedChange],
    assumed: &Assumed,
    tips: &Tips,
) -> Result<Vec<Outcome>, PipelineError> {
    assumed.reset(changes);
    let mut found = found::find(session, changes).await?;
    for (scope, head) in &found.heads {
        tips.found(*scope, Position { entry: head.seq, hash: head.hash });
    }
    let mut judged: Vec<_> = changes.iter().map(|change| judge::judge(change, &mut found)).collect();
    let rare = matches!(changes, [change] if !is_batched(&change.effect));
    if let ([change], [Ok(Committed::Done)], true) = (changes, &judged[..], rare) {
        judged = vec![Ok(effects::write(session, change, &mut found.also).await.map_err(PipelineError::Before)?)];
        if matches!(change.effect, PreparedEffect::Account { .. }) {
            // Its chains begin with it.
            found.heads = found::heads(session, changes).await.map_err(PipelineError::Before)?;
        }
    }
    let accepted: Vec<&PreparedChange> = changes
        .iter()
        .zip(&judged)
        .filter(|(_, judged)| matches!(judged, Ok(Committed::Done)))
        .map(|(change, _)| *change)
        .collect();
    let were = found.heads.clone();
    let entries = if accepted.is_empty() {
        session.run("ROLLBACK").await.map_err(PipelineError::Before)?;
        Vec::new()
    } else {
        let batch = Batch::of(&accepted, &mut found).map_err(before)?;
        session.pipeline(None, &batch.calls(), Some("COMMIT")).await?;
        tips.publish(batch.ends);
        batch.entries
    };
    assumed.learn(&were, &found, rare);
    let mut entries = entries.into_iter();
    let mut outcome = |committed| {
        let entry = if committed == Committed::Done { entries.next() } else { None };
        (committed, entry.flatten())
    };
    Ok(judged.into_iter().map(|judged| judged.map(&mut outcome)).collect())
}

fn before(error: StoreError) -> PipelineError {
    PipelineError::Before(Error::Store(error))
}
