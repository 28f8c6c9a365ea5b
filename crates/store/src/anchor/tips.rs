//! The ends of the trails as this process last saw them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use dossier_core::caller::Scope;

use super::Position;

/// The newest entry of each trail that this process made durable, or checked when it started. Every committed batch
/// advances it. The anchor is written from it once a second.
#[derive(Debug, Default)]
pub struct Tips {
    tips: Mutex<HashMap<Scope, Tip>>,
    changed: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
struct Tip {
    position: Position,
    /// The database was behind this end. The end stays, so that the next start detects it.
    is_lost: bool,
}

impl Tips {
    fn tips(&self) -> MutexGuard<'_, HashMap<Scope, Tip>> {
        self.tips.lock().expect("no code panics while it holds the ends of the trails")
    }

    /// Advances ends that are durable now. No end moves backwards.
    pub fn publish(&self, ends: impl IntoIterator<Item = (Scope, Position)>) {
        let (mut tips, mut has_moved) = (self.tips(), false);
        for (scope, position) in ends {
            let known = tips.get(&scope);
            if known.is_none_or(|tip| position.entry > tip.position.entry && !tip.is_lost) {
                tips.insert(scope, Tip { position, is_lost: false });
                has_moved = true;
            }
        }
        // Commits without audit entries, such as those of the request log, move nothing.
        if has_moved {
            self.changed.store(true, Ordering::Release);
        }
    }

    /// Compares a trail in the database with the known end, while no other process can write the trail. The database is
    /// never behind, unless it was reset to an older state.
    pub fn compare(&self, scope: Scope, found: Position) {
        let mut tips = self.tips();
        let Some(tip) = tips.get_mut(&scope) else { return };
        let known = tip.position;
        if !tip.is_lost && (found.entry < known.entry || (found.entry == known.entry && found.hash != known.hash)) {
            tip.is_lost = true;
            let Scope { account, environment } = scope;
            tracing::error!(
                %account, %environment, found = found.entry, known = known.entry,
                "the database lacks entries that this process wrote; the next start will refuse it. \
                    Stop every process; if it was restored on purpose, run dossier audit accept-restore"
            );
        }
    }

    /// The ends, if any has moved since the last call.
    #[must_use]
    pub fn take(&self) -> Option<BTreeMap<Scope, Position>> {
        self.changed.swap(false, Ordering::AcqRel).then(|| self.all())
    }

    /// Makes the next `take` return the ends again, after they could not be written.
    pub fn mark_changed(&self) {
        self.changed.store(true, Ordering::Release);
    }

    #[must_use]
    pub fn all(&self) -> BTreeMap<Scope, Position> {
        self.tips().iter().map(|(scope, tip)| (*scope, tip.position)).collect()
    }

    /// Replaces everything that was known, after an older state of the database was accepted.
    pub fn reset(&self, ends: impl IntoIterator<Item = (Scope, Position)>) {
        *self.tips() = ends.into_iter().map(|(scope, position)| (scope, Tip { position, is_lost: false })).collect();
        self.changed.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use dossier_core::caller::Environment;
    use dossier_core::ids::AccountId;

    use super::*;

    const SCOPE: Scope = Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Sandbox };

    const fn at(entry: u64, hash: u8) -> Position {
        Position { entry, hash: [hash; 32] }
    }

    #[test]
    fn ends_only_move_forward_and_are_taken_once() {
        let tips = Tips::default();
        assert_eq!(tips.take(), None);
        tips.publish([(SCOPE, at(2, 2))]);
        tips.publish([(SCOPE, at(1, 1))]);
        assert_eq!(tips.take(), Some(BTreeMap::from([(SCOPE, at(2, 2))])));
        assert_eq!(tips.take(), None);
        tips.publish([(SCOPE, at(2, 2))]);
        tips.publish([]);
        assert_eq!(tips.take(), None, "nothing has moved");
        tips.mark_changed();
        assert!(tips.take().is_some());
    }

    #[test]
    fn an_end_that_the_database_is_behind_stays_until_that_is_accepted() {
        for behind in [at(1, 1), at(2, 9)] {
            let tips = Tips::default();
            tips.publish([(SCOPE, at(2, 2))]);
            tips.compare(SCOPE, at(2, 2));
            tips.publish([(SCOPE, at(3, 3))]);
            tips.publish([(SCOPE, at(2, 2))]);
            tips.compare(SCOPE, at(4, 4));
            tips.compare(SCOPE, at(3, 3));
            assert_eq!(tips.all()[&SCOPE], at(3, 3), "not behind");
            tips.compare(SCOPE, behind);
            tips.publish([(SCOPE, at(9, 9))]);
            assert_eq!(tips.all()[&SCOPE], at(3, 3));
            tips.reset([(SCOPE, at(1, 1))]);
            tips.publish([(SCOPE, at(2, 2))]);
            assert_eq!(tips.all()[&SCOPE], at(2, 2));
        }
    }
}
