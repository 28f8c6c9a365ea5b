//! Commits on an assumption: plain updates without the first round trip, in one statement that is a transaction of its
//! own.
//!
//! A lane remembers how it has left the ends of its chains. Where nothing else has written since, it assumes that they
//! are still there, and that each customer is as the change has read it. The invariant: **an assumption is never
//! believed, it is only tried.** All that a batch assumes stands in its statement ([`Batch::write`]) beside what it
//! writes: the hash of each chain's end, the last numbers of its events and deliveries, and the version and newest
//! entry of each customer. The database compares them with its rows in the statement that writes them, under the locks
//! that writing takes. If one differs, the statement fails ([`Error::Moved`]), nothing is written, and the batch is
//! committed under the locks. A wrong assumption costs a round trip, and cannot cost anything else.
//!
//! A scope with an enabled endpoint is left out, since its events need deliveries. Another process that makes or
//! enables one appends an entry, which moves the head.
//!
//! The next batch may be sent before the one before it has ended. It assumes that this one ends well: if not, the ends
//! of the chains are not where it says, and it fails as well.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroI64;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use dossier_core::caller::Scope;
use dossier_core::store::{Committed, StoreError};

use super::Outcome;
use super::batch::Batch;
use super::found::{Found, Head};
use crate::anchor::Tips;
use crate::postgres::database::{Database, Error, PipelineError, SharedConnection};
use crate::prepared::{Precondition, PreparedChange, PreparedEffect};

/// How many scopes a lane remembers.
const MAX_REMEMBERED: usize = 1_024;

/// What one lane assumes.
#[derive(Default)]
pub(crate) struct Assumed {
    heads: Mutex<HashMap<Scope, ScopeHead>>,
    /// On which commits of one statement follow each other, as long as one is in flight.
    connection: tokio::sync::Mutex<Weak<SharedConnection>>,
}

/// How the lane has left a scope.
struct ScopeHead {
    head: Head,
    /// Whether the next change may assume it.
    trusted: bool,
}

impl Assumed {
    fn heads(&self) -> MutexGuard<'_, HashMap<Scope, ScopeHead>> {
        self.heads.lock().expect("no code panics while it holds what a lane remembers")
    }

    /// Whether all of these are plain updates of scopes whose heads may be assumed.
    pub(crate) fn covers<'a>(&self, mut changes: impl Iterator<Item = &'a PreparedChange>) -> bool {
        let heads = self.heads();
        let trusted = |scope| heads.get(scope).is_some_and(|left| left.trusted);
        changes.all(|change| trusted(&change.scope) && change.needs_no_savepoint())
    }

    /// Commits plain updates in one statement; `None` when they are not, or when an assumption does not hold.
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
        // The connection is of no use any more when it is not known whether it was committed, or when the database has
        // ended it.
        if !matches!(written, Err(PipelineError::AtTheEnd(_) | PipelineError::Before(Error::Gone(_)))) {
            connection.ended();
        }
        match written {
            Ok(()) => {
                tips.publish(batch.ends);
                Ok(Some(batch.entries.into_iter().map(|entry| Ok((Committed::Done, entry))).collect()))
            }
            Err(PipelineError::Before(Error::Moved)) => Ok(None),
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

    /// The rows of plain updates of scopes whose heads may be assumed; `None` if they are anything else. From here on
    /// it is assumed that they are written.
    fn batch<'a>(&self, changes: &[&'a PreparedChange]) -> Result<Option<Batch<'a>>, StoreError> {
        let Some(mut found) = self.assume_heads(changes) else { return Ok(None) };
        let batch = Batch::of(changes, &mut found)?;
        let mut heads = self.heads();
        for (scope, head) in found.heads {
            heads.entry(scope).and_modify(|left| left.head = head);
        }
        Ok(Some(batch))
    }

    /// What the first round trip would find, were all as it is remembered.
    fn assume_heads(&self, changes: &[&PreparedChange]) -> Option<Found> {
        if !self.covers(changes.iter().copied()) {
            return None;
        }
        let (heads, mut found) = (self.heads(), Found::default());
        for change in changes {
            let PreparedEffect::Customer { basis: Precondition::Version { expected, .. }, row, .. } = &change.effect
            else {
                return None;
            };
            // A wrong place, or that of another engine, is found out as another writer's is.
            found.customers.insert(
                (change.scope, *row.id.as_bytes()),
                (expected.version, expected.hint().map_or(0, NonZeroI64::get)),
            );
            found.heads.insert(change.scope, heads.get(&change.scope)?.head);
        }
        Some(found)
    }

    /// Takes over the heads after a commit under the locks, which found the chains like this. They may be assumed from
    /// now on when that is how they had been left, when the scope has no endpoint, and when what was done was not rare:
    /// it may have been an endpoint.
    pub(super) fn learn(&self, were: &BTreeMap<Scope, Head>, found: &Found, rare: bool) {
        let mut heads = self.heads();
        if heads.len() > MAX_REMEMBERED {
            heads.clear();
        }
        for (scope, head) in &found.heads {
            let undisturbed = heads.get(scope).is_some_and(|left| were.get(scope) == Some(&left.head));
            let trusted = undisturbed && !rare && !found.endpoints.contains_key(scope);
            heads.insert(*scope, ScopeHead { head: *head, trusted });
        }
    }

    /// Assumes nothing of these scopes, while something else than plain updates is written, and when an assumption did
    /// not hold.
    pub(super) fn reset(&self, changes: &[&PreparedChange]) {
        let mut heads = self.heads();
        for change in changes {
            heads.entry(change.scope).and_modify(|left| left.trusted = false);
        }
    }
}
