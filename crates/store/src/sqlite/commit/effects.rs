//! The rarer effects: those that do not concern a customer's record.

use dossier_core::store::{Committed, StoreError};
use rusqlite::Connection;

use super::audit::{Heads, record_settings};
use super::{Outcome, WriteState, customers, desk, erasures, files, holds, keys, links, sandbox, webhooks};
use crate::api_keys::{KeyRow, with_addresses};
use crate::prepared::{PreparedChange, PreparedEffect};

/// Writes the effect of a change. The caller rolls back anything but [`Committed::Done`]. Adds the rows whose seals are
/// only known now to `written`.
pub(super) fn write(
    change: &PreparedChange,
    connection: &Connection,
    heads: &mut Heads,
    written: &mut WriteState,
) -> Result<Outcome, rusqlite::Error> {
    let (scope, other_rows) = (change.scope, &mut written.other_rows);
    let done: Result<bool, StoreError> = match &change.effect {
        PreparedEffect::None => Ok(true),
        PreparedEffect::Customer { .. } => return customers::write(change, connection, written),
        PreparedEffect::ErasureScheduled(erasure) => Ok(erasures::schedule(connection, erasure)?),
        PreparedEffect::ErasureCancelled(id, person) => Ok(erasures::cancel(connection, scope, *id, *person)?),
        PreparedEffect::ErasurePostponed(erasure) => Ok(erasures::postpone(connection, erasure)?),
        PreparedEffect::HoldPlaced(hold) => Ok(holds::place(connection, hold)?),
        PreparedEffect::HoldEnded { hold, erasures } => Ok(holds::end(connection, hold, erasures)?),
        PreparedEffect::EvidenceDeleted { customer, documents, unless_held } => {
            Ok(holds::delete_evidence(connection, (scope, *customer), documents, *unless_held, other_rows)?)
        }
        PreparedEffect::CustomerErased(erased) => return erasures::erase(connection, scope, erased, other_rows),
        PreparedEffect::Clock { expected, seconds } => Ok(sandbox::set_clock(connection, scope, *expected, *seconds)?),
        PreparedEffect::EmptyingStarted(emptying) => Ok(sandbox::start_emptying(connection, *emptying)?),
        PreparedEffect::SandboxEmptied(emptying) => Ok(sandbox::end_emptying(connection, *emptying)?),
        PreparedEffect::Endpoint(endpoint) => {
            webhooks::insert(connection, scope, endpoint)?;
            heads.endpoints_changed();
            Ok(true)
        }
        PreparedEffect::EndpointEnabled { id, key, at } => {
            webhooks::enable(connection, change, (*id, *key, *at), other_rows)?
        }
        PreparedEffect::EndpointChanged { id, url, event_types } => {
            heads.endpoints_changed();
            webhooks::change(connection, change, (*id, url, event_types), other_rows)?
        }
        PreparedEffect::SecretRotated { id, secret, at, until } => {
            webhooks::rotate_secret(connection, change, (*id, secret, *at, *until))?
        }
        PreparedEffect::EndpointDeleted(id) => {
            heads.endpoints_changed();
            Ok(webhooks::delete(connection, scope, *id)?)
        }
        PreparedEffect::Resent { delivery, at } => Ok(webhooks::resend(connection, scope, *delivery, *at)?),
        PreparedEffect::File { file, mac } => {
            let request_id = change.audit.as_ref().map_or("", |entry| &entry.request_id);
            match files::insert_file(connection, scope, file, request_id, mac)? {
                Ok(true) => Ok(true),
                Ok(false) => return Ok(Ok(Committed::AnswerTaken)),
                Err(over) => Err(over.into()),
            }
        }
        PreparedEffect::Account { id, name, created_at, look, mac, scope_keys } => {
            keys::insert_account(connection, (id, name, *created_at, look, mac))?;
            for (scope, wrapped) in scope_keys {
                keys::insert_scope_key(connection, *scope, wrapped)?;
            }
            Ok(true)
        }
        PreparedEffect::AccountChanged { id, name, look, mac } => {
            keys::change_account(connection, (id, name, look, mac))?;
            Ok(true)
        }
        PreparedEffect::Pass { customer, link } => {
            links::insert_link(connection, scope, *customer, link)?;
            Ok(true)
        }
        PreparedEffect::Desk(steps) => Ok(desk::write(connection, scope, steps)?),
        PreparedEffect::Settings(cell) => Ok(record_settings(connection, scope, cell).map(|()| true)?),
        PreparedEffect::PassEnded(hash) => Ok(links::end_pass(connection, hash).map(|()| true)?),
        PreparedEffect::Key { key, ends: None } => {
            keys::insert_key(connection, key)?;
            Ok(true)
        }
        PreparedEffect::Key { ends: Some((old, _)), .. } if keys::has_successor(connection, scope, *old)? => Ok(false),
        PreparedEffect::Key { key, ends: Some((old, at)) } => {
            keys::insert_key(connection, key)?;
            let ended = |row: &mut KeyRow| row.expires_at = Some(at.as_micros());
            keys::change_key(connection, change, *old, other_rows, ended)?.map(|()| true)
        }
        PreparedEffect::KeyRestricted { id, from } => {
            let restricted = |row: &mut KeyRow| row.scopes = with_addresses(&row.scopes, from);
            keys::change_key(connection, change, *id, other_rows, restricted)?.map(|()| true)
        }
        PreparedEffect::KeyRevoked { id, at } => {
            let revoked = |row: &mut KeyRow| row.revoked_at = Some(at.as_micros());
            keys::change_key(connection, change, *id, other_rows, revoked)?.map(|()| true)
        }
    };
    Ok(done.map(|done| if done { Committed::Done } else { Committed::VersionMoved }))
}
