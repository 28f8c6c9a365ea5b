//! What is rare: changes that are about no customer's record, each in statements of its own, under the same locks as
//! all.

use dossier_core::caller::Scope;
use dossier_core::change::NewFile;
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Ticket;
use dossier_core::ids::{KeyId, WebhookId};
use dossier_core::store::Committed;
use dossier_core::webhook::Endpoint;

use super::database::{Error, Session};
use super::rows::{epoch, number, place, statements, uuid};
use super::shards::shard_of;
use crate::audit_chain::GENESIS;
use crate::prepared::{Prepared, PreparedEffect, SealedEndpoint, SealedKey, StoredLink};
use crate::vault::WrappedKey;

statements! {
    FILE = "INSERT INTO files (account_id, environment, file_id, uploaded_at, staged_day, key, details, upload_key, \
        upload_fingerprint, request_id)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE EXISTS
            (SELECT 1 FROM staging_keys WHERE account_id = $1 AND environment = $2 AND day = $5)
        ON CONFLICT DO NOTHING";
    ACCOUNT = "INSERT INTO accounts (account_id, name, created_at) VALUES ($1, $2, $3)";
    SCOPE_KEY = "INSERT INTO scope_keys (account_id, environment, epoch, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT \
        DO NOTHING";
    CHAIN = "INSERT INTO audit_heads (account_id, environment, seq, hash, seal, event, delivery) VALUES ($1, $2, 0, \
        $3, $3, 0, 0)";
    ACCOUNT_CHANGED = "UPDATE accounts SET name = $2, look = $3 WHERE account_id = $1";
    KEY = "INSERT INTO api_keys (account_id, environment, key_id, lookup, hint, name, midstates, scopes, created_at, \
        expires_at, predecessor)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    KEY_ENDS = "UPDATE api_keys SET expires_at = $4 WHERE account_id = $1 AND environment = $2 AND key_id = $3";
    KEY_REVOKED = "UPDATE api_keys SET revoked_at = $4 WHERE account_id = $1 AND environment = $2 AND key_id = $3";
    PASS = "INSERT INTO links (account_id, environment, token_hash, customer_id, session_id, used_at) VALUES ($1, $2, \
        $3, $4, $5, $6)";
    END_PASS = "DELETE FROM links WHERE account_id = $1 AND environment = $2 AND token_hash = $3 AND used_at IS NOT \
        NULL";
    CLOCK_BEGINS = "INSERT INTO sandbox_clocks (account_id, seconds) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    CLOCK = "UPDATE sandbox_clocks SET seconds = $2 WHERE account_id = $1 AND seconds = $3";
    ENDPOINT = "INSERT INTO endpoints (account_id, environment, endpoint_id, key_id, url, secret, event_types, \
        created_at, shard)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    ENABLE = "UPDATE endpoints SET disabled = NULL, failing_since = NULL, key_id = $4
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
pub(super) async fn write(session: Session<'_>, change: &Prepared) -> Result<Committed, Error> {
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
        PreparedEffect::Endpoint(endpoint) => insert_endpoint(session, scope, endpoint).await?,
        PreparedEffect::EndpointEnabled { id, key, at } => enable(session, scope, *id, *key, *at).await?,
        PreparedEffect::EndpointDeleted(id) => {
            let id = uuid(id.as_bytes());
            session.execute(FORGET_DELIVERIES, &[&account, &environment, &id]).await?;
            session.execute(DELETE_ENDPOINT, &[&account, &environment, &id]).await? == 1
        }
        PreparedEffect::Resent { delivery, at } => {
            session.execute(RESEND, &[&account, &environment, &number(*delivery), &at.as_micros()]).await? == 1
        }
        PreparedEffect::File(file) => {
            let request_id = change.audit.as_ref().map_or("", |entry| &entry.request_id);
            if !insert_file(session, scope, file, request_id).await? {
                return Ok(Committed::AnswerTaken);
            }
            true
        }
        PreparedEffect::Account { id, name, created_at, scope_keys } => {
            session.execute(ACCOUNT, &[&uuid(id), name, created_at]).await?;
            for (scope, wrapped) in scope_keys {
                insert_scope_key(session, *scope, wrapped).await?;
                let (account, environment) = place(*scope);
                session.execute(CHAIN, &[&account, &environment, &&GENESIS[..]]).await?;
            }
            true
        }
        PreparedEffect::AccountChanged { id, name, look } => {
            session.execute(ACCOUNT_CHANGED, &[&uuid(id), name, look]).await? == 1
        }
        PreparedEffect::Pass { customer, link } => {
            let StoredLink { hash, session: of, expires_at: _, used_at } = link;
            let (customer, of) = (uuid(customer.as_bytes()), uuid(of.as_bytes()));
            let used_at = used_at.map(Timestamp::as_micros);
            session.execute(PASS, &[&account, &environment, &&hash[..], &customer, &of, &used_at]).await? == 1
        }
        PreparedEffect::PassEnded(hash) => {
            session.execute(END_PASS, &[&account, &environment, &&hash[..]]).await?;
            true
        }
        PreparedEffect::Key { key, ends } => {
            insert_key(session, key).await?;
            if let Some((old, at)) = ends {
                session.execute(KEY_ENDS, &[&account, &environment, &uuid(old.as_bytes()), &at.as_micros()]).await?;
            }
            true
        }
        PreparedEffect::KeyRevoked { id, at } => {
            session.execute(KEY_REVOKED, &[&account, &environment, &uuid(id.as_bytes()), &at.as_micros()]).await?;
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

async fn insert_endpoint(session: Session<'_>, scope: Scope, new: &SealedEndpoint) -> Result<bool, Error> {
    let (account, environment) = place(scope);
    let Endpoint { id, key, event_types, created_at, .. } = &new.endpoint;
    let types: String = event_types.iter().map(|kind| format!(" {} ", kind.as_str())).collect();
    let shard = shard_of(id.as_bytes());
    let (id, key) = (uuid(id.as_bytes()), uuid(key.as_bytes()));
    let created_at = created_at.as_micros();
    let rows = session
        .execute(ENDPOINT, &[&account, &environment, &id, &key, &new.url, &new.secret, &types, &created_at, &shard])
        .await?;
    Ok(rows == 1)
}

/// What waits for the endpoint is due now, the oldest of each customer.
async fn enable(session: Session<'_>, scope: Scope, id: WebhookId, key: KeyId, at: Timestamp) -> Result<bool, Error> {
    let (account, environment) = place(scope);
    let (id, key, at) = (uuid(id.as_bytes()), uuid(key.as_bytes()), at.as_micros());
    let rows = session.execute(ENABLE, &[&account, &environment, &id, &key]).await?;
    session.execute(DUE_AGAIN, &[&account, &environment, &id, &at]).await?;
    Ok(rows == 1)
}

/// Whether the file was written; it is not when its upload was noted already or its staging key is gone.
async fn insert_file(session: Session<'_>, scope: Scope, file: &NewFile, request_id: &str) -> Result<bool, Error> {
    let (account, environment) = place(scope);
    let NewFile { id, uploaded_at, sealed, ticket } = file;
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
            ],
        )
        .await?;
    Ok(rows == 1)
}

async fn insert_key(session: Session<'_>, key: &SealedKey) -> Result<(), Error> {
    let record = &key.record;
    let (account, environment) = place(record.scope);
    let scopes = record.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    session
        .execute(
            KEY,
            &[
                &account,
                &environment,
                &uuid(record.key_id.as_bytes()),
                &&key.lookup[..],
                &record.hint,
                &key.name,
                &key.midstates,
                &scopes,
                &record.created_at.as_micros(),
                &record.expires_at.map(Timestamp::as_micros),
                &record.predecessor.as_ref().map(|key| uuid(key.as_bytes())),
            ],
        )
        .await
        .map(drop)
}
