//! The audit trail: the entries of changes, the ends of the chains, and the settings that are compared with those of
//! the last start.

use std::collections::BTreeMap;
use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::store::StoreError;
use uuid::Uuid;

use super::batch::Batch;
use super::locked_state::{LockedState, ScopeHead};
use super::table::tables;
use crate::anchor::Position;
use crate::audit_chain::{self, GENESIS};
use crate::postgres::database::{Error, Param, Session};
use crate::postgres::rows::{number, scope_values, statements, uuid};
use crate::prepared::PreparedChange;
use crate::vault::ScopeKeys;

statements! {
    BEGIN_CHAIN = "INSERT INTO audit_heads (account_id, environment, seq, hash, seal, event, delivery)
        VALUES ($1, $2, 0, $3, $3, 0, 0) ON CONFLICT DO NOTHING";
    SETTINGS = "INSERT INTO recorded_settings (account_id, environment, cell) VALUES ($1, $2, $3)
        ON CONFLICT (account_id, environment) DO UPDATE SET cell = excluded.cell";
}

tables! {
    Audit of NewEntry<'a> {
        seq: i64,
        previous_of_customer: i64,
        at: i64,
        actor: &'a str,
        action: &'a str,
        customer: Option<Uuid>,
        version: Option<i64>,
        fields: &'a str,
        request_id: &'a str,
        detail: &'a [u8],
        hash: Vec<u8>,
        records: Option<Vec<u8>>,
        decision: Option<&'a str>,
        event: Option<i64>,
        delivery: Option<i64>,
    }
    Heads of MovedHead {
        was_hash: Vec<u8>,
        was_event: i64,
        was_delivery: i64,
        seq: i64,
        hash: Vec<u8>,
        seal: Vec<u8>,
        event: i64,
        delivery: i64,
    }
}

/// What a change announced: the position of its first event, and the number of the first delivery.
#[derive(Clone, Copy, Default)]
pub(super) struct Announced {
    pub(super) event: Option<i64>,
    pub(super) delivery: Option<i64>,
}

impl<'a> Batch<'a> {
    /// Appends the entry of a change to the chain of its scope.
    pub(super) fn append(
        &mut self,
        change: &'a PreparedChange,
        found: &mut LockedState,
        previous_of_customer: i64,
        announced: Announced,
    ) -> Result<(), StoreError> {
        let scope = change.scope;
        let Some(entry) = &change.audit else { return Ok(()) };
        let records = found.other_rows.joined(change);
        let head = found.head(scope)?;
        head.seq += 1;
        head.hash = entry.hash_with(records.as_deref(), &head.hash, scope, head.seq);
        let entry = NewEntry {
            seq: number(head.seq),
            previous_of_customer,
            at: entry.at,
            actor: &entry.actor,
            action: &entry.action,
            customer: entry.customer_id.as_ref().map(uuid),
            version: entry.version.map(number),
            fields: &entry.fields,
            request_id: &entry.request_id,
            detail: &entry.detail,
            hash: head.hash.to_vec(),
            records,
            decision: entry.decision.as_deref(),
            event: announced.event,
            delivery: announced.delivery,
        };
        self.audit.push(scope, entry);
        Ok(())
    }

    /// Moves the ends of the chains and seals the new ones.
    pub(super) fn move_heads(
        &mut self,
        keys: BTreeMap<Scope, &Arc<ScopeKeys>>,
        old_heads: &BTreeMap<Scope, ScopeHead>,
        found: &mut LockedState,
    ) -> Result<(), StoreError> {
        for (scope, keys) in keys {
            let head = *found.head(scope)?;
            let was = old_heads.get(&scope).copied().unwrap_or(head);
            let moved = MovedHead {
                was_hash: was.hash.to_vec(),
                was_event: was.event,
                was_delivery: was.delivery,
                seq: number(head.seq),
                hash: head.hash.to_vec(),
                seal: audit_chain::seal(keys, scope, head.seq, &head.hash).to_vec(),
                event: head.event,
                delivery: head.delivery,
            };
            self.heads.push(scope, moved);
            if head.seq > 0 {
                self.ends.push((scope, Position { entry: head.seq, hash: head.hash }));
            }
        }
        Ok(())
    }
}

/// Creates the chain of a scope, unless it exists.
pub(crate) async fn begin_chain(session: Session<'_>, scope: Scope) -> Result<(), Error> {
    let (account, environment) = scope_values(scope);
    session.execute(BEGIN_CHAIN, &[&account, &environment, &&GENESIS[..]]).await.map(drop)
}

/// Returns whether they were written.
pub(super) async fn record_settings(session: Session<'_>, scope: Scope, cell: &Vec<u8>) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    Ok(session.execute(SETTINGS, &[&account, &environment, cell]).await? == 1)
}
