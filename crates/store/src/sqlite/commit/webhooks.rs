//! Webhook endpoints, and the effects of changes on their deliveries.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{KeyId, WebhookId};
use dossier_core::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _};

use crate::columns::scope_columns;
use crate::prepared::{PreparedChange, SealedEndpoint};
use crate::records::{RowHashes, RowKind};
use crate::rows::{self, EndpointRow};
use crate::signing::rotated_secret;
use crate::sqlite::numbering::Places;
use crate::sqlite::webhooks;

pub(super) fn insert(connection: &Connection, scope: Scope, new: &SealedEndpoint) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let EndpointRow { scope: _, id, key, event_types, created_at } = &new.row;
    connection
        .prepare_cached(
            "INSERT INTO endpoints (account_id, environment, endpoint_id, key_id, url, secret, event_types, created_at,
                    mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            account,
            environment,
            id.as_bytes(),
            key.as_bytes(),
            &new.url,
            &new.secret,
            event_types,
            created_at,
            new.mac,
        ))?;
    Ok(())
}

/// Enables an endpoint. The oldest waiting delivery of each customer is due now. Returns whether the endpoint exists.
/// The inner result is an error if its row does not match its seal.
pub(super) fn enable(
    connection: &Connection,
    change: &PreparedChange,
    (id, key, at): (WebhookId, KeyId, Timestamp),
    other_rows: &mut RowHashes,
) -> Result<Result<bool, StoreError>, rusqlite::Error> {
    let Some(found) = webhooks::endpoint(connection, change.scope, id)? else { return Ok(Ok(false)) };
    let row = match found.check(&change.keys) {
        Ok(row) => EndpointRow { key, ..row },
        Err(error) => return Ok(Err(error)),
    };
    let mac = rows::seal(&row, &change.keys);
    other_rows.sealed(RowKind::Endpoint, id.as_bytes(), &mac);
    let (account, environment) = scope_columns(&change.scope);
    connection
        .prepare_cached(
            "UPDATE endpoints SET disabled = NULL, failing_since = NULL, key_id = ?4, mac = ?5
             WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3",
        )?
        .execute((account, environment, id.as_bytes(), key.as_bytes(), mac))?;
    connection
        .prepare_cached(
            "UPDATE deliveries SET next_at = ?4, attempts = 0, failing_since = NULL WHERE place IN (
                SELECT min(place) FROM deliveries
                WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND state = 0 GROUP BY customer_id)",
        )?
        .execute((account, environment, id.as_bytes(), at.as_micros()))?;
    Ok(Ok(true))
}

/// Changes the URL and the event types of an endpoint. The results are as in [`enable`].
pub(super) fn change(
    connection: &Connection,
    change: &PreparedChange,
    (id, url, event_types): (WebhookId, &[u8], &str),
    other_rows: &mut RowHashes,
) -> Result<Result<bool, StoreError>, rusqlite::Error> {
    let Some(found) = webhooks::endpoint(connection, change.scope, id)? else { return Ok(Ok(false)) };
    let row = match found.check(&change.keys) {
        Ok(row) => EndpointRow { event_types: event_types.to_owned(), ..row },
        Err(error) => return Ok(Err(error)),
    };
    let mac = rows::seal(&row, &change.keys);
    other_rows.sealed(RowKind::Endpoint, id.as_bytes(), &mac);
    let (account, environment) = scope_columns(&change.scope);
    connection
        .prepare_cached(
            "UPDATE endpoints SET url = ?4, event_types = ?5, mac = ?6
             WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3",
        )?
        .execute((account, environment, id.as_bytes(), url, event_types, mac))?;
    Ok(Ok(true))
}

/// Puts a new secret before the old one. Returns false if the endpoint does not exist, or the secret before the old one
/// still signs. The inner result is an error if the old secret cannot be opened.
pub(super) fn rotate_secret(
    connection: &Connection,
    change: &PreparedChange,
    (id, secret, at, until): (WebhookId, &[u8; 32], Timestamp, i64),
) -> Result<Result<bool, StoreError>, rusqlite::Error> {
    let (account, environment) = scope_columns(&change.scope);
    let cell: Option<Vec<u8>> = connection
        .prepare_cached("SELECT secret FROM endpoints WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3")?
        .query_row((account, environment, id.as_bytes()), |row| row.get(0))
        .optional()?;
    let Some(cell) = cell else { return Ok(Ok(false)) };
    let cell = match rotated_secret(&change.keys, (change.scope, id), cell, (secret, at, until)) {
        Ok(Some(cell)) => cell,
        Ok(None) => return Ok(Ok(false)),
        Err(error) => return Ok(Err(error)),
    };
    connection
        .prepare_cached(
            "UPDATE endpoints SET secret = ?4 WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3",
        )?
        .execute((account, environment, id.as_bytes(), cell))?;
    Ok(Ok(true))
}

/// Returns whether the endpoint exists.
pub(super) fn delete(connection: &Connection, scope: Scope, id: WebhookId) -> Result<bool, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let mut rows = 0;
    for sql in [
        "DELETE FROM deliveries WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3",
        "DELETE FROM endpoints WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3",
    ] {
        rows = connection.prepare_cached(sql)?.execute((account, environment, id.as_bytes()))?;
    }
    Ok(rows == 1)
}

/// An ended delivery is made again. A waiting one is made now, unless an earlier one of the same customer waits as
/// well.
pub(super) fn resend(
    connection: &Connection,
    scope: Scope,
    delivery: u64,
    at: Timestamp,
) -> Result<bool, rusqlite::Error> {
    let Some(places) = Places::of(connection, scope)? else { return Ok(false) };
    let (account, environment) = scope_columns(&scope);
    let rows = connection
        .prepare_cached(
            "UPDATE deliveries SET state = 0, attempts = 0, failing_since = NULL, ended_at = NULL, next_at = CASE
                WHEN state = 0 AND next_at IS NULL THEN NULL ELSE ?4 END
             WHERE place = ?3 AND account_id = ?1 AND environment = ?2",
        )?
        .execute((account, environment, places.at(delivery)?, at.as_micros()))?;
    Ok(rows == 1)
}
