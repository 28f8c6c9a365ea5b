//! Webhook endpoints, and the effects of changes on their deliveries.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{KeyId, WebhookId};

use crate::postgres::database::{Error, Param, Session};
use crate::postgres::rows::{Columns, number, scope_values, statements, uuid};
use crate::postgres::shards::shard_of;
use crate::postgres::webhooks;
use crate::prepared::{PreparedChange, SealedEndpoint};
use crate::records::{RowHashes, RowKind};
use crate::rows::{self, EndpointRow};
use crate::signing::rotated_secret;

statements! {
    ENDPOINT = "INSERT INTO endpoints (account_id, environment, endpoint_id, key_id, url, secret, event_types, \
        created_at, shard, mac)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    ENABLE = "UPDATE endpoints SET disabled = NULL, failing_since = NULL, key_id = $4, mac = $5
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3";
    CHANGE = "UPDATE endpoints SET url = $4, event_types = $5, mac = $6
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3";
    SECRET = "SELECT secret FROM endpoints WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3";
    NEW_SECRET = "UPDATE endpoints SET secret = $4
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

pub(super) async fn insert(session: Session<'_>, new: &SealedEndpoint) -> Result<bool, Error> {
    let EndpointRow { scope, id, key, event_types, created_at } = &new.row;
    let (account, environment) = scope_values(*scope);
    let shard = shard_of(id.as_bytes());
    let (id, key, mac) = (uuid(id.as_bytes()), uuid(key.as_bytes()), &new.mac[..]);
    let values: [&dyn Param; 10] =
        [&account, &environment, &id, &key, &new.url, &new.secret, event_types, created_at, &shard, &mac];
    Ok(session.execute(ENDPOINT, &values).await? == 1)
}

/// Enables an endpoint. The oldest waiting delivery of each customer is due now.
pub(super) async fn enable(
    session: Session<'_>,
    change: &PreparedChange,
    (id, key, at): (WebhookId, KeyId, Timestamp),
    other_rows: &mut RowHashes,
) -> Result<bool, Error> {
    let Some(row) = webhooks::endpoint(session, change.scope, id).await? else { return Ok(false) };
    let row = EndpointRow { key, ..row.check(&change.keys)? };
    let mac = rows::seal(&row, &change.keys);
    other_rows.sealed(RowKind::Endpoint, id.as_bytes(), &mac);
    let (account, environment) = scope_values(change.scope);
    let (id, key, at) = (uuid(id.as_bytes()), uuid(key.as_bytes()), at.as_micros());
    let touched = session.execute(ENABLE, &[&account, &environment, &id, &key, &&mac[..]]).await?;
    session.execute(DUE_AGAIN, &[&account, &environment, &id, &at]).await?;
    Ok(touched == 1)
}

/// Changes the URL and the event types of an endpoint. Returns whether it exists.
pub(super) async fn change(
    session: Session<'_>,
    change: &PreparedChange,
    (id, url, event_types): (WebhookId, &Vec<u8>, &String),
    other_rows: &mut RowHashes,
) -> Result<bool, Error> {
    let Some(row) = webhooks::endpoint(session, change.scope, id).await? else { return Ok(false) };
    let row = EndpointRow { event_types: event_types.clone(), ..row.check(&change.keys)? };
    let mac = rows::seal(&row, &change.keys);
    other_rows.sealed(RowKind::Endpoint, id.as_bytes(), &mac);
    let ((account, environment), id) = (scope_values(change.scope), uuid(id.as_bytes()));
    let touched = session.execute(CHANGE, &[&account, &environment, &id, url, event_types, &&mac[..]]).await?;
    Ok(touched == 1)
}

/// Puts a new secret before the old one. Returns false if the endpoint does not exist, or the secret before the old one
/// still signs.
pub(super) async fn rotate_secret(
    session: Session<'_>,
    change: &PreparedChange,
    (id, secret, at, until): (WebhookId, &[u8; 32], Timestamp, i64),
) -> Result<bool, Error> {
    let (account, environment) = scope_values(change.scope);
    let of = uuid(id.as_bytes());
    let found = session.query(SECRET, &[&account, &environment, &of]).await?;
    let Some(row) = found.first() else { return Ok(false) };
    let cell = rotated_secret(&change.keys, (change.scope, id), Columns::of(row).next()?, (secret, at, until))?;
    let Some(cell) = cell else { return Ok(false) };
    Ok(session.execute(NEW_SECRET, &[&account, &environment, &of, &cell]).await? == 1)
}

/// Returns whether the endpoint exists.
pub(super) async fn delete(session: Session<'_>, scope: Scope, id: WebhookId) -> Result<bool, Error> {
    let ((account, environment), id) = (scope_values(scope), uuid(id.as_bytes()));
    session.execute(FORGET_DELIVERIES, &[&account, &environment, &id]).await?;
    Ok(session.execute(DELETE_ENDPOINT, &[&account, &environment, &id]).await? == 1)
}

/// An ended delivery is made again. A waiting one is made now, unless an earlier one of the same customer waits as
/// well.
pub(super) async fn resend(session: Session<'_>, scope: Scope, delivery: u64, at: Timestamp) -> Result<bool, Error> {
    let (account, environment) = scope_values(scope);
    Ok(session.execute(RESEND, &[&account, &environment, &number(delivery), &at.as_micros()]).await? == 1)
}
