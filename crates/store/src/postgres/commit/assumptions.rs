//! Commits on an assumption: plain updates without the first round trip, in one statement that is its own transaction.
//!
//! A lane remembers the ends of its chains. Where nothing else has written since, it assumes that they are unchanged,
//! and that each customer is as the change has read it. The invariant: **an assumption is never believed, only tried.**
//! Everything that a batch assumes is part of its statement ([`Batch::write`]): the hash of each chain's end, the last
//! numbers of its events and deliveries, and the version and newest entry of each customer. The database compares them
//! with its rows in the statement that writes these rows, under the locks that writing takes. If one differs, the
//! statement fails ([`Error::AssumptionFailed`]), nothing is written, and the batch is committed under the locks. A
//! wrong assumption costs a round trip and nothing else.
//!
//! A scope with an enabled endpoint is left out, since its events need deliveries. If another process creates or
//! enables an endpoint, it appends an entry, which moves the head.
//!
//! The next batch may be sent before the previous one has ended. It assumes that the previous one succeeds. If not, the
//! ends of the chains differ from its assumption, and it fails as well.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroI64;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use dossier_core::caller::Scope;
use dossier_core::store::{Committed, StoreError};

use super::Outcome;
use super::batch::Batch;
use super::locked_state::{LockedState, ScopeHead};
use crate::anchor::Tips;
use crate::postgres::database::{Database, Error, PipelineError, SharedConnection};
use crate::prepared::{Precondition, PreparedChange, PreparedEffect};

/// The number of scopes that a lane remembers.
const MAX_REMEMBERED: usize = 1_024;

/// The assumptions of one lane.
#[derive(Default)]
pub(crate) struct Assumptions {
    heads: Mutex<HashMap<Scope, AssumedHead>>,
    /// Carries consecutive one-statement commits for as long as one is in flight.
    connection: tokio::sync::Mutex<Weak<SharedConnection>>,
}

/// The head of a scope as the lane left it.
struct AssumedHead {
    head: ScopeHead,
    /// Whether the next change may assume it.
    trusted: bool,
}

impl Assumptions {
    fn heads(&self) -> MutexGuard<'_, HashMap<Scope, AssumedHead>> {
        self.heads.lock().expect("no code panics while it holds what a lane remembers")
    }

    /// Whether all of these are plain updates of scopes whose heads may be assumed.
    pub(crate) fn covers<'a>(&self, mut changes: impl Iterator<Item = &'a PreparedChange>) -> bool {
        let heads = self.heads();
        let trusted = |scope| heads.get(scope).is_some_and(|known| known.trusted);
        changes.all(|change| trusted(&change.scope) && change.needs_no_savepoint())
    }

    /// Commits plain updates in one statement. Returns `None` if they are not plain, or if an assumption does not hold.
    pub(crate) async fn commit(
        &self,
        database: &Database,
        changes: &[&PreparedChange],
        tips: &Tips,
    ) -> Result<Option<Vec<Outcome>>, PipelineError> {
        if !self.covers(changes.iter().copied()) {
            return Ok(None);
        }
        let connection = self.connection(database).await.map_err(PipelineError::Before)?;
        let batch = self.batch(changes).map_err(|error| PipelineError::Before(error.into()))?;
        let Some(batch) = batch else { return Ok(None) };
        connection.begin();
        let (write, values) = batch.write();
        let written = database.session(&connection).commit_alone(write, &values).await;
        if written.is_err() {
            self.reset(changes);
        }
        // If it is unknown whether the statement was committed, or if the database has ended the connection, the
        // connection is useless and is not returned.
        if !matches!(written, Err(PipelineError::AtTheEnd(_) | PipelineError::Before(Error::Unavailable(_)))) {
            connection.end();
        }
        match written {
            Ok(()) => {
                tips.publish(batch.ends);
                Ok(Some(batch.entries.into_iter().map(|entry| Ok((Committed::Done, entry))).collect()))
            }
            Err(PipelineError::Before(Error::AssumptionFailed)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn connection(&self, database: &Database) -> Result<Arc<SharedConnection>, Error> {
        let mut shared = self.connection.lock().await;
        if let Some(connection) = shared.upgrade().filter(|connection| !connection.is_closed()) {
            return Ok(connection);
        }
        let connection = Arc::new(SharedConnection::shared(database.connection().await?));
        *shared = Arc::downgrade(&connection);
        Ok(connection)
    }

    /// The rows of plain updates of scopes whose heads may be assumed. `None` if they are anything else. From here on
    /// the lane assumes that they are written.
    fn batch<'a>(&self, changes: &[&'a PreparedChange]) -> Result<Option<Batch<'a>>, StoreError> {
        let Some(mut found) = self.assume_heads(changes) else { return Ok(None) };
        let batch = Batch::of(changes, &mut found)?;
        let mut heads = self.heads();
        for (scope, head) in found.heads {
            heads.entry(scope).and_modify(|known| known.head = head);
        }
        Ok(Some(batch))
    }

    /// What the first round trip would find if the assumptions hold.
    fn assume_heads(&self, changes: &[&PreparedChange]) -> Option<LockedState> {
        if !self.covers(changes.iter().copied()) {
            return None;
        }
        let (heads, mut found) = (self.heads(), LockedState::default());
        for change in changes {
            let PreparedEffect::Customer { basis: Precondition::Version { expected, .. }, row, .. } = &change.effect
            else {
                return None;
            };
            // A wrong hint, or one of the other engine, is detected like a write of another process.
            found.customers.insert(
                (change.scope, *row.id.as_bytes()),
                (expected.version, expected.hint().map_or(0, NonZeroI64::get)),
            );
            found.heads.insert(change.scope, heads.get(&change.scope)?.head);
        }
        Some(found)
    }

    /// Takes over the heads after a commit under the locks, which found the chains at `old_heads`. A head may be
    /// assumed from now on if the lane had left it like that, if the scope has no endpoint, and if the change was not
    /// rare: it could have been an endpoint.
    pub(super) fn learn(&self, old_heads: &BTreeMap<Scope, ScopeHead>, found: &LockedState, rare: bool) {
        let mut heads = self.heads();
        if heads.len() > MAX_REMEMBERED {
            heads.clear();
        }
        for (scope, head) in &found.heads {
            let undisturbed = heads.get(scope).is_some_and(|known| old_heads.get(scope) == Some(&known.head));
            let trusted = undisturbed && !rare && !found.endpoints.contains_key(scope);
            heads.insert(*scope, AssumedHead { head: *head, trusted });
        }
    }

    /// Stops assuming the heads of these scopes: while something other than plain updates is written, or after an
    /// assumption did not hold.
    pub(super) fn reset(&self, changes: &[&PreparedChange]) {
        let mut heads = self.heads();
        for change in changes {
            heads.entry(change.scope).and_modify(|known| known.trusted = false);
        }
    }
}
