//! What is rare: changes that are about no customer's record, each in statements of its own, under the same locks as
//! all.

use dossier_core::caller::Scope;
use dossier_core::change::NewFile;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Ticket;
use dossier_core::ids::{KeyId, WebhookId};
use dossier_core::store::{Committed, StoreError};

use super::database::{Error, Param, Session};
use super::rows::{Columns, epoch, number, place, statements, uuid};
use super::shards::shard_of;
use super::{keys, webhooks};
use crate::api_keys::KeyRow;
use crate::audit_chain::GENESIS;
use crate::prepared::{Prepared, PreparedEffect, SealedEndpoint, SealedKey, StoredLink};
use crate::records::{Kind, Records};
use crate::rows::{self, EndpointRow};
use crate::vault::{RowSeal, WrappedKey};

statements! {
    FILE = "INSERT INTO files (account_id, environment, file_id, uploaded_at, staged_day, key, details, upload_key, \
        upload_fingerprint, request_id, mac)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE EXISTS
            (SELECT 1 FROM staging_keys WHERE account_id = $1 AND environment = $2 AND day = $5)
        ON CONFLICT DO NOTHING";
    CONTENT = "INSERT INTO contents (account_id, environment, file_id, fingerprint, size) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    COUNT_FILE = "INSERT INTO usage AS s (account_id, environment, files, bytes) VALUES ($1, $2, 1, $3)
        ON CONFLICT (account_id, environment) DO UPDATE SET files = s.files + 1, bytes = s.bytes + excluded.bytes
        RETURNING files, bytes";
    ACCOUNT = "INSERT INTO accounts (account_id, name, created_at, mac) VALUES ($1, $2, $3, $4)";
    SCOPE_KEY = "INSERT INTO scope_keys (account_id, environment, epoch, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT \
        DO NOTHING";
    CHAIN = "INSERT INTO audit_heads (account_id, environment, seq, hash, seal, event, delivery) VALUES ($1, $2, 0, \
        $3, $3, 0, 0)";
    ACCOUNT_CHANGED = "UPDATE accounts SET name = $2, look = $3, mac = $4 WHERE account_id = $1";
    KEY = "INSERT INTO api_keys (account_id, environment, key_id, lookup, hint, name, midstates, scopes, created_at, \
        expires_at, predecessor, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    KEY_ENDS = "UPDATE api_keys SET expires_at = $4, revoked_at = $5, mac = $6
        WHERE account_id = $1 AND environment = $2 AND key_id = $3";
    SETTINGS = "INSERT INTO recorded_settings (account_id, environment, cell) VALUES ($1, $2, $3)
        ON CONFLICT (account_id, environment) DO UPDATE SET cell = excluded.cell";
    PASS = "INSERT INTO links (account_id, environment, token_hash, customer_id, session_id, used_at, mac) VALUES \
        ($1, $2, $3, $4, $5, $6, $7)";
    END_PASS = "DELETE FROM links WHERE account_id = $1 AND environment = $2 AND token_hash = $3 AND used_at IS NOT \
        NULL";
    CLOCK_BEGINS = "INSERT INTO sandbox_clocks (account_id, seconds) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    CLOCK = "UPDATE sandbox_clocks SET seconds = $2 WHERE account_id = $1 AND seconds = $3";
    ENDPOINT = "INSERT INTO endpoints (account_id, environment, endpoint_id, key_id, url, secret, event_types, \
        created_at, shard, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    ENABLE = "UPDATE endpoints SET disabled = NULL, failing_since = NULL, key_id = $4, mac = $5
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3";
    DUE_AGAIN = "UPDATE deliveries SET next_at = $4, attempts = 0, failing_since = NULL
        WHERE account_id = $1 AND environment = $2 AND id IN (
            SELECT min(id) FROM deliveries
            WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND state = 0 GROUP BY customer_id)";
    FORGET_DELIVERIES = "DELETE FROM deliveries WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3";
    DELETE_ENDPOINT = "DELETE FROM endpoints WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3";
    RESEND = "UPDATE deliveries SET state = 0, attempts = 0, failing_since = NULL, ended_at = NULL, next_at = CASE
            WHEN state = 0 AND next_at IS NULL THEN NULL ELSE $4::bigint END
        WHERE account_id = $1 AND environment = $2 AND id = $3";
}

/// Writes the effect of a change; anything but [`Committed::Done`] is to be rolled back.
/// Notes the rows of which only this knows the seals.
pub(super) async fn write(session: Session<'_>, change: &Prepared, also: &mut Records) -> Result<Committed, Error> {
    let scope = change.scope;
    let (account, environment) = place(scope);
    let done = match &change.effect {
        PreparedEffect::None | PreparedEffect::Customer { .. } => true,
        PreparedEffect::Clock { expected, seconds } => {
            if *expected == 0 {
                session.execute(CLOCK_BEGINS, &[&account, &0_i64]).await?;
            }
            session.execute(CLOCK, &[&account, seconds, expected]).await? == 1
        }
        PreparedEffect::Endpoint(endpoint) => insert_endpoint(session, endpoint).await?,
        PreparedEffect::EndpointEnabled { id, key, at } => enable(session, change, (*id, *key, *at), also).await?,
        PreparedEffect::EndpointDeleted(id) => {
            let id = uuid(id.as_bytes());
            session.execute(FORGET_DELIVERIES, &[&account, &environment, &id]).await?;
            session.execute(DELETE_ENDPOINT, &[&account, &environment, &id]).await? == 1
        }
        PreparedEffect::Resent { delivery, at } => {
            session.execute(RESEND, &[&account, &environment, &number(*delivery), &at.as_micros()]).await? == 1
        }
        PreparedEffect::File { file, mac } => {
            let request_id = change.audit.as_ref().map_or("", |entry| &entry.request_id);
            if !insert_file(session, scope, file, request_id, mac).await? {
                return Ok(Committed::AnswerTaken);
            }
            true
        }
        PreparedEffect::Account { id, name, created_at, mac, scope_keys } => {
            session.execute(ACCOUNT, &[&uuid(id), name, created_at, &&mac[..]]).await?;
            for (scope, wrapped) in scope_keys {
                insert_scope_key(session, *scope, wrapped).await?;
                let (account, environment) = place(*scope);
                session.execute(CHAIN, &[&account, &environment, &&GENESIS[..]]).await?;
            }
            true
        }
        PreparedEffect::AccountChanged { id, name, look, mac } => {
            session.execute(ACCOUNT_CHANGED, &[&uuid(id), name, look, &&mac[..]]).await? == 1
        }
        PreparedEffect::Pass { customer, link } => {
            let StoredLink { hash, session: of, expires_at: _, used_at, mac } = link;
            let (customer, of) = (uuid(customer.as_bytes()), uuid(of.as_bytes()));
            let used_at = used_at.map(Timestamp::as_micros);
            let values: [&dyn Param; 7] = [&account, &environment, &&hash[..], &customer, &of, &used_at, &&mac[..]];
            session.execute(PASS, &values).await? == 1
        }
        PreparedEffect::Settings(cell) => session.execute(SETTINGS, &[&account, &environment, cell]).await? == 1,
        PreparedEffect::PassEnded(hash) => {
            session.execute(END_PASS, &[&account, &environment, &&hash[..]]).await?;
            true
        }
        PreparedEffect::Key { key, ends } => {
            insert_key(session, key).await?;
            if let Some((old, at)) = ends {
                change_key(session, change, *old, also, |row| row.expires_at = Some(at.as_micros())).await?;
            }
            true
        }
        PreparedEffect::KeyRevoked { id, at } => {
            change_key(session, change, *id, also, |row| row.revoked_at = Some(at.as_micros())).await?;
            true
        }
    };
    Ok(if done { Committed::Done } else { Committed::VersionMoved })
}

/// Does nothing when the scope has a key already.
pub(super) async fn insert_scope_key(session: Session<'_>, scope: Scope, wrapped: &WrappedKey) -> Result<(), Error> {
    let (account, environment) = place(scope);
    session.execute(SCOPE_KEY, &[&account, &environment, &epoch(wrapped.epoch), &wrapped.sealed]).await.map(drop)
}

async fn insert_endpoint(session: Session<'_>, new: &SealedEndpoint) -> Result<bool, Error> {
    let EndpointRow { scope, id, key, event_types, created_at } = &new.row;
    let (account, environment) = place(*scope);
    let shard = shard_of(id.as_bytes());
    let (id, key, mac) = (uuid(id.as_bytes()), uuid(key.as_bytes()), &new.mac[..]);
    let values: [&dyn Param; 10] =
        [&account, &environment, &id, &key, &new.url, &new.secret, event_types, created_at, &shard, &mac];
    Ok(session.execute(ENDPOINT, &values).await? == 1)
}

/// What waits for the endpoint is due now, the oldest of each customer.
async fn enable(
    session: Session<'_>,
    change: &Prepared,
    (id, key, at): (WebhookId, KeyId, Timestamp),
    also: &mut Records,
) -> Result<bool, Error> {
    let Some(row) = webhooks::endpoint(session, change.scope, id).await? else { return Ok(false) };
    let row = EndpointRow { key, ..row.check(&change.keys)? };
    let mac = rows::seal(&row, &change.keys);
    also.sealed(Kind::Endpoint, id.as_bytes(), &mac);
    let (account, environment) = place(change.scope);
    let (id, key, at) = (uuid(id.as_bytes()), uuid(key.as_bytes()), at.as_micros());
    let touched = session.execute(ENABLE, &[&account, &environment, &id, &key, &&mac[..]]).await?;
    session.execute(DUE_AGAIN, &[&account, &environment, &id, &at]).await?;
    Ok(touched == 1)
}

/// Changes when a key ends, and seals its row again.
async fn change_key(
    session: Session<'_>,
    change: &Prepared,
    id: KeyId,
    also: &mut Records,
    ends: impl FnOnce(&mut KeyRow),
) -> Result<(), Error> {
    let Some(row) = keys::key(session, change.scope, id).await? else { return Ok(()) };
    let mut row = row.check(&change.keys)?;
    ends(&mut row);
    let mac = rows::seal(&row, &change.keys);
    also.sealed(Kind::ApiKey, id.as_bytes(), &mac);
    let (account, environment) = place(change.scope);
    let id = uuid(id.as_bytes());
    let values: [&dyn Param; 6] = [&account, &environment, &id, &row.expires_at, &row.revoked_at, &&mac[..]];
    session.execute(KEY_ENDS, &values).await.map(drop)
}

/// Whether the file was written; it is not when its upload was noted already or its staging key is gone.
async fn insert_file(
    session: Session<'_>,
    scope: Scope,
    file: &NewFile,
    request_id: &str,
    mac: &RowSeal,
) -> Result<bool, Error> {
    let (account, environment) = place(scope);
    let NewFile { id, uploaded_at, size, sealed, ticket, room } = file;
    let upload = ticket.map(|Ticket { key_hash, fingerprint }| (key_hash.to_vec(), fingerprint.to_vec()));
    let (key, fingerprint): (Option<Vec<u8>>, Option<Vec<u8>>) = upload.unzip();
    let rows = session
        .execute(
            FILE,
            &[
                &account,
                &environment,
                &uuid(id.as_bytes()),
                &uploaded_at.as_micros(),
                &sealed.day,
                &sealed.key,
                &sealed.details,
                &key,
                &fingerprint,
                &request_id,
                &&mac[..],
            ],
        )
        .await?;
    if rows == 0 {
        return Ok(false);
    }
    let (fingerprint, size) = (&sealed.fingerprint[..], number(*size));
    session.execute(CONTENT, &[&account, &environment, &uuid(id.as_bytes()), &fingerprint, &size]).await?;
    for counted in session.query(COUNT_FILE, &[&account, &environment, &size]).await? {
        room.check_account(Columns::of(&counted).used()?).map_err(StoreError::from)?;
    }
    Ok(true)
}

async fn insert_key(session: Session<'_>, key: &SealedKey) -> Result<(), Error> {
    let row = &key.row;
    session
        .execute(
            KEY,
            &[
                &uuid(&row.account),
                &i16::from(row.environment),
                &uuid(&row.key_id),
                &&row.lookup[..],
                &row.hint,
                &row.name,
                &key.midstates,
                &row.scopes,
                &row.created_at,
                &row.expires_at,
                &row.predecessor.as_ref().map(uuid),
                &&key.mac[..],
            ],
        )
        .await
        .map(drop)
}
