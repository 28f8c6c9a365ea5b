//! What the writer remembers between changes: the ends of the audit chains, to which it appends, and whom to tell.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dossier_core::caller::Scope;
use rusqlite::{Connection, OptionalExtension as _};

use crate::audit_chain::{self, GENESIS, StoredEntry};
use crate::columns::{scope_columns, scope_of};
use crate::vault::ScopeKeys;

/// An entry that is to be appended to the chain of its scope.
pub(super) struct Append<'a> {
    pub(super) id: i64,
    pub(super) scope: Scope,
    pub(super) keys: Arc<ScopeKeys>,
    pub(super) entry: Cow<'a, StoredEntry>,
    pub(super) previous_of_customer: i64,
}

impl Append<'_> {
    /// To be appended later.
    pub(super) fn into_owned(self) -> Append<'static> {
        let Self { id, scope, keys, entry, previous_of_customer } = self;
        Append { id, scope, keys, entry: Cow::Owned(entry.into_owned()), previous_of_customer }
    }
}

/// The ends of the chains, as the writer, the only one who appends, remembers them.
#[derive(Default)]
pub(super) struct Heads {
    next_id: Option<i64>,
    heads: HashMap<Scope, Head>,
    /// Ends that moved since they were last written, with the keys that seal them.
    moved: HashMap<Scope, Arc<ScopeKeys>>,
    /// The scopes that have webhook endpoints, once they were asked for. Most have none, and their events cost nothing.
    subscribed: Option<HashSet<Scope>>,
}

#[derive(Clone, Copy)]
struct Head {
    id: i64,
    seq: u64,
    hash: [u8; 32],
}

impl Heads {
    /// After a rollback, what is remembered may be of entries that never were.
    pub(super) fn forget(&mut self) {
        self.next_id = None;
        self.heads.clear();
        self.moved.clear();
        self.subscribed = None;
    }

    /// An endpoint came or went.
    pub(super) fn endpoints_changed(&mut self) {
        self.subscribed = None;
    }

    /// Whether anybody is to be told of a scope's events.
    pub(super) fn is_subscribed(&mut self, connection: &Connection, scope: Scope) -> Result<bool, rusqlite::Error> {
        if self.subscribed.is_none() {
            let mut statement = connection.prepare_cached("SELECT DISTINCT account_id, environment FROM endpoints")?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?)))?;
            let scopes = rows.collect::<Result<Vec<_>, _>>()?;
            self.subscribed = Some(
                scopes.into_iter().filter_map(|(account, environment)| scope_of(account, environment).ok()).collect(),
            );
        }
        Ok(self.subscribed.as_ref().is_some_and(|scopes| scopes.contains(&scope)))
    }

    /// Writes the ends that moved, once for all changes of a batch. Belongs into their transaction, before its commit.
    pub(super) fn write(&mut self, connection: &Connection) -> Result<(), rusqlite::Error> {
        for (scope, keys) in self.moved.drain() {
            let Some(Head { id, seq, hash }) = self.heads.get(&scope).copied() else { continue };
            let (account, environment) = scope_columns(&scope);
            let seal = audit_chain::seal(&keys, scope, seq, &hash);
            connection
                .prepare_cached(
                    "INSERT INTO audit_heads (account_id, environment, id, seq, hash, seal) VALUES (?1, ?2, ?3, ?4, \
                        ?5, ?6)
                     ON CONFLICT DO UPDATE SET id = excluded.id, seq = excluded.seq, hash = excluded.hash, seal = excluded.seal",
                )?
                .execute((account, environment, id, seq, hash, seal))?;
        }
        Ok(())
    }

    /// The id that the next entry will have.
    pub(super) fn next_id(&mut self, connection: &Connection) -> Result<i64, rusqlite::Error> {
        match self.next_id {
            Some(id) => Ok(id),
            None => {
                let last: i64 = connection
                    .prepare_cached("SELECT coalesce(max(id), 0) FROM audit")?
                    .query_row([], |row| row.get(0))?;
                self.next_id = Some(last + 1);
                Ok(last + 1)
            }
        }
    }

    /// The id that [`Heads::next_id`] gave is taken.
    pub(super) const fn take_id(&mut self, id: i64) {
        self.next_id = Some(id + 1);
    }

    fn head(&mut self, connection: &Connection, scope: Scope) -> Result<Head, rusqlite::Error> {
        if let Some(head) = self.heads.get(&scope) {
            return Ok(*head);
        }
        let stored = connection
            .prepare_cached("SELECT id, seq, hash FROM audit_heads WHERE account_id = ?1 AND environment = ?2")?
            .query_row(scope_columns(&scope), |row| Ok(Head { id: row.get(0)?, seq: row.get(1)?, hash: row.get(2)? }))
            .optional()?;
        Ok(stored.unwrap_or(Head { id: 0, seq: 0, hash: GENESIS }))
    }

    pub(super) fn append(&mut self, connection: &Connection, append: &Append<'_>) -> Result<(), rusqlite::Error> {
        let Append { id, scope, keys, entry, previous_of_customer } = append;
        let (account, environment) = scope_columns(scope);
        let before = self.head(connection, *scope)?;
        let seq = before.seq + 1;
        let hash = entry.hash(&before.hash, *scope, seq);
        connection
            .prepare_cached(
                "INSERT INTO audit (id, account_id, environment, seq, previous_of_scope, previous_of_customer, at, \
                    actor, action,
                    customer_id, version, fields, request_id, detail, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute((
                id,
                account,
                environment,
                seq,
                before.id,
                previous_of_customer,
                entry.at,
                &entry.actor,
                &entry.action,
                entry.customer_id,
                entry.version,
                &entry.fields,
                &entry.request_id,
                &entry.detail,
                hash,
            ))?;
        self.heads.insert(*scope, Head { id: *id, seq, hash });
        self.moved.insert(*scope, Arc::clone(keys));
        Ok(())
    }
}
