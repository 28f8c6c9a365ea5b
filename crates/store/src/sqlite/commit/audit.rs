//! The audit trail: the ends of the chains, to which the writer appends and by which it numbers events and deliveries.
//! Also the scopes with endpoints, and the settings that are compared with those of the last start.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dossier_core::caller::Scope;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::anchor::{Position, Tips};
use crate::audit_chain::{self, GENESIS, StoredEntry};
use crate::columns::{scope_columns, scope_of};
use crate::sqlite::numbering::Places;
use crate::vault::ScopeKeys;

/// An entry to append to the chain of its scope.
pub(crate) struct NewEntry<'a> {
    pub(crate) scope: Scope,
    pub(crate) keys: Arc<ScopeKeys>,
    pub(crate) entry: Cow<'a, StoredEntry>,
    pub(crate) previous_of_customer: u64,
    pub(crate) announced: Announced,
}

/// What the change of an entry announced: the position of its first event, and the number of the first delivery.
#[derive(Clone, Copy, Default)]
pub(crate) struct Announced {
    pub(crate) event: Option<u64>,
    pub(crate) delivery: Option<u64>,
}

/// The ends of the chains as the writer remembers them. Only the writer appends.
#[derive(Default)]
pub(crate) struct Heads {
    heads: HashMap<Scope, ScopeHead>,
    /// Ends that moved since they were last written, with the keys that seal them.
    moved: HashMap<Scope, Arc<ScopeKeys>>,
    /// Ends that were written since the last commit, for the anchor.
    written: Vec<(Scope, Position)>,
    tips: Arc<Tips>,
    /// The scopes that have webhook endpoints, once they were read. Most have none, and their events cost nothing.
    subscribed: Option<HashSet<Scope>>,
}

/// The end of a chain, and the last numbers used in its scope. No number is used twice, even if its row is gone.
#[derive(Clone, Copy)]
struct ScopeHead {
    places: Places,
    seq: u64,
    hash: [u8; 32],
    event: u64,
    delivery: u64,
}

impl Heads {
    pub(crate) fn new(tips: Arc<Tips>) -> Self {
        Self { tips, ..Self::default() }
    }

    /// The written ends are durable now.
    pub(crate) fn publish(&mut self) {
        self.tips.publish(self.written.drain(..));
    }

    /// After a rollback, the remembered ends may belong to entries that do not exist.
    pub(crate) fn reset(&mut self) {
        self.written.clear();
        self.heads.clear();
        self.moved.clear();
        self.subscribed = None;
    }

    /// Call this when an endpoint was added or removed.
    pub(crate) fn endpoints_changed(&mut self) {
        self.subscribed = None;
    }

    /// Whether a scope has endpoints.
    pub(crate) fn is_subscribed(&mut self, connection: &Connection, scope: Scope) -> Result<bool, rusqlite::Error> {
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

    /// Writes the ends that moved, once for all changes of a batch. It must run in their transaction, before the
    /// commit.
    pub(crate) fn write(&mut self, connection: &Connection) -> Result<(), rusqlite::Error> {
        for (scope, keys) in self.moved.drain() {
            let Some(ScopeHead { places, seq, hash, event, delivery }) = self.heads.get(&scope).copied() else {
                continue;
            };
            let (account, environment) = scope_columns(&scope);
            let seal = audit_chain::seal(&keys, scope, seq, &hash);
            connection
                .prepare_cached(
                    "INSERT INTO audit_heads (account_id, environment, scope, seq, hash, seal, event, delivery)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (account_id, environment) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,
                        seal = excluded.seal, event = excluded.event, delivery = excluded.delivery",
                )?
                .execute((account, environment, places.scope(), seq, hash, seal, event, delivery))?;
            if seq > 0 {
                self.written.push((scope, Position { entry: seq, hash }));
            }
        }
        Ok(())
    }

    fn head(&mut self, connection: &Connection, scope: Scope) -> Result<&mut ScopeHead, rusqlite::Error> {
        let head = match self.heads.get(&scope) {
            Some(head) => *head,
            None => self.read_head(connection, scope)?,
        };
        Ok(self.heads.entry(scope).or_insert(head))
    }

    /// The stored head, or the start of a chain.
    fn read_head(&self, connection: &Connection, scope: Scope) -> Result<ScopeHead, rusqlite::Error> {
        let stored = connection
            .prepare_cached(
                "SELECT scope, seq, hash, event, delivery FROM audit_heads WHERE account_id = ?1 AND environment = ?2",
            )?
            .query_row(scope_columns(&scope), |row| {
                Ok(ScopeHead {
                    places: Places::numbered(row.get(0)?)?,
                    seq: row.get(1)?,
                    hash: row.get(2)?,
                    event: row.get(3)?,
                    delivery: row.get(4)?,
                })
            })
            .optional()?;
        if let Some(head) = stored {
            return Ok(head);
        }
        // Another scope of the same batch may be new as well and not written yet.
        let mut places = Places::new(connection)?;
        if let Some(last) = self.heads.values().map(|head| head.places).max() {
            places = places.max(last.next()?);
        }
        Ok(ScopeHead { places, seq: 0, hash: GENESIS, event: 0, delivery: 0 })
    }

    /// The number of the scope's next entry.
    pub(crate) fn next_seq(&mut self, connection: &Connection, scope: Scope) -> Result<u64, rusqlite::Error> {
        Ok(self.head(connection, scope)?.seq + 1)
    }

    /// The place and the number of the scope's next event.
    pub(crate) fn next_event(
        &mut self,
        connection: &Connection,
        scope: Scope,
        keys: &Arc<ScopeKeys>,
    ) -> Result<(i64, u64), rusqlite::Error> {
        let head = self.head(connection, scope)?;
        head.event += 1;
        let taken = (head.places.at(head.event)?, head.event);
        self.moved.insert(scope, Arc::clone(keys));
        Ok(taken)
    }

    /// The place after which the scope's next deliveries go, and the last number that was used.
    pub(crate) fn last_delivery(
        &mut self,
        connection: &Connection,
        scope: Scope,
    ) -> Result<(i64, u64), rusqlite::Error> {
        let head = self.head(connection, scope)?;
        Ok((head.places.after(head.delivery), head.delivery))
    }

    /// Counts new deliveries. Their event has already moved the end of the chain.
    pub(crate) fn add_deliveries(
        &mut self,
        connection: &Connection,
        scope: Scope,
        count: usize,
    ) -> Result<(), rusqlite::Error> {
        if count > 0 {
            let head = self.head(connection, scope)?;
            head.delivery += count as u64;
            head.places.at(head.delivery)?;
        }
        Ok(())
    }

    pub(crate) fn append(&mut self, connection: &Connection, append: &NewEntry<'_>) -> Result<(), rusqlite::Error> {
        let NewEntry { scope, keys, entry, previous_of_customer, announced } = append;
        let (account, environment) = scope_columns(scope);
        let head = self.head(connection, *scope)?;
        let seq = head.seq + 1;
        let hash = entry.hash(&head.hash, *scope, seq);
        connection
            .prepare_cached(
                "INSERT INTO audit (place, account_id, environment, seq, previous_of_customer, at, actor, action,
                    customer_id, version, fields, request_id, detail, hash, records, decision, event, delivery)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?
            .execute(params![
                head.places.at(seq)?,
                account,
                environment,
                seq,
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
                &entry.records,
                &entry.decision,
                announced.event,
                announced.delivery,
            ])?;
        (head.seq, head.hash) = (seq, hash);
        self.moved.insert(*scope, Arc::clone(keys));
        Ok(())
    }
}

pub(crate) fn record_settings(connection: &Connection, scope: Scope, cell: &[u8]) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO recorded_settings (account_id, environment, cell) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET cell = excluded.cell",
        )?
        .execute((account, environment, cell))
        .map(drop)
}
