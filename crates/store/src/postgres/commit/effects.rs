//! The rarer effects: those that do not concern a customer's record. Each has its own statements, under the same locks.

use dossier_core::store::Committed;

use super::{audit, desk, erasures, files, holds, keys, links, person_erasures, sandbox, webhooks};
use crate::api_keys::{KeyRow, with_addresses};
use crate::postgres::database::{Error, Session};
use crate::prepared::{PreparedChange, PreparedEffect};
use crate::records::RowHashes;

/// Writes the effect of a change. The caller rolls back anything but [`Committed::Done`]. Adds the rows whose seals are
/// only known now to `other_rows`.
pub(super) async fn write(
    session: Session<'_>,
    change: &PreparedChange,
    other_rows: &mut RowHashes,
) -> Result<Committed, Error> {
    let scope = change.scope;
    let done = match &change.effect {
        PreparedEffect::Customer { erases: Some(erased), .. } => {
            person_erasures::erase(session, scope, erased, other_rows).await?
        }
        PreparedEffect::None | PreparedEffect::Customer { erases: None, .. } => true,
        PreparedEffect::ErasureScheduled(erasure) => erasures::schedule(session, erasure).await?,
        PreparedEffect::ErasureCancelled(id, person) => erasures::cancel(session, scope, *id, *person).await?,
        PreparedEffect::ErasurePostponed(erasure) => erasures::postpone(session, erasure).await?,
        PreparedEffect::HoldPlaced(hold) => holds::place(session, hold).await?,
        PreparedEffect::HoldEnded { hold, erasures } => holds::end(session, hold, erasures).await?,
        PreparedEffect::EvidenceDeleted { customer, documents, unless_held } => {
            holds::delete_evidence(session, (scope, *customer), documents, *unless_held, other_rows).await?
        }
        PreparedEffect::CustomerErased(erased) => erasures::erase(session, scope, erased, other_rows).await?,
        PreparedEffect::Clock { expected, seconds } => sandbox::set_clock(session, scope, *expected, *seconds).await?,
        PreparedEffect::EmptyingStarted(emptying) => sandbox::start_emptying(session, *emptying).await?,
        PreparedEffect::SandboxEmptied(emptying) => sandbox::end_emptying(session, *emptying).await?,
        PreparedEffect::Endpoint(endpoint) => webhooks::insert(session, endpoint).await?,
        PreparedEffect::EndpointEnabled { id, key, at } => {
            webhooks::enable(session, change, (*id, *key, *at), other_rows).await?
        }
        PreparedEffect::EndpointChanged { id, url, event_types } => {
            webhooks::change(session, change, (*id, url, event_types), other_rows).await?
        }
        PreparedEffect::SecretRotated { id, secret, at, until } => {
            webhooks::rotate_secret(session, change, (*id, secret, *at, *until)).await?
        }
        PreparedEffect::EndpointDeleted(id) => webhooks::delete(session, scope, *id).await?,
        PreparedEffect::Resent { delivery, at } => webhooks::resend(session, scope, *delivery, *at).await?,
        PreparedEffect::File { file, mac } => {
            let request_id = change.audit.as_ref().map_or("", |entry| &entry.request_id);
            if !files::insert_file(session, scope, file, request_id, mac).await? {
                return Ok(Committed::AnswerTaken);
            }
            true
        }
        PreparedEffect::Account { id, name, created_at, look, mac, scope_keys } => {
            keys::insert_account(session, (id, name, *created_at, look, mac)).await?;
            for (scope, wrapped) in scope_keys {
                keys::insert_scope_key(session, *scope, wrapped).await?;
                audit::begin_chain(session, *scope).await?;
            }
            true
        }
        PreparedEffect::AccountChanged { id, name, look, mac } => {
            keys::change_account(session, (id, name, look, mac)).await?
        }
        PreparedEffect::Pass { customer, link } => {
            links::insert_pass(session, scope, *customer, link).await?;
            true
        }
        PreparedEffect::Desk(steps) => desk::write(session, scope, steps).await?,
        PreparedEffect::Settings(cell) => audit::record_settings(session, scope, cell).await?,
        PreparedEffect::PassEnded(hash) => {
            links::end_pass(session, scope, hash).await?;
            true
        }
        PreparedEffect::Key { ends: Some((old, _)), .. } if keys::has_successor(session, scope, *old).await? => false,
        PreparedEffect::Key { key, ends } => {
            keys::insert_key(session, key).await?;
            if let Some((old, at)) = ends {
                keys::change_key(session, change, *old, other_rows, |row| row.expires_at = Some(at.as_micros()))
                    .await?;
            }
            true
        }
        PreparedEffect::KeyRestricted { id, from } => {
            let restricted = |row: &mut KeyRow| row.scopes = with_addresses(&row.scopes, from);
            keys::change_key(session, change, *id, other_rows, restricted).await?;
            true
        }
        PreparedEffect::KeyRevoked { id, at } => {
            keys::change_key(session, change, *id, other_rows, |row| row.revoked_at = Some(at.as_micros())).await?;
            true
        }
    };
    Ok(if done { Committed::Done } else { Committed::VersionMoved })
}
