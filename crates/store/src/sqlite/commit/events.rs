//! Events, and their deliveries.

use dossier_core::caller::Scope;
use dossier_core::event::Event;
use rusqlite::Connection;

use super::audit::{Announced, Heads};
use crate::columns::scope_columns;
use crate::prepared::PreparedChange;

/// Writes the events of a change, with a delivery of each to every endpoint that subscribes to it. Returns where the
/// first of each are.
pub(super) fn announce(
    prepared: &PreparedChange,
    connection: &Connection,
    heads: &mut Heads,
) -> Result<Announced, rusqlite::Error> {
    let PreparedChange { scope, keys, events, is_silent, .. } = prepared;
    let scope = *scope;
    let subscribed = !events.is_empty() && !is_silent && heads.is_subscribed(connection, scope)?;
    let mut announced = Announced::default();
    for (event, body) in events {
        let (place, position) = heads.next_event(connection, scope, keys)?;
        announced.event.get_or_insert(position);
        insert_event(connection, scope, (place, position), event, body)?;
        if subscribed {
            let last = heads.last_delivery(connection, scope)?;
            let count = insert_deliveries(connection, scope, last, event, position)?;
            heads.add_deliveries(connection, scope, count)?;
            if count > 0 {
                announced.delivery.get_or_insert(last.1 + 1);
            }
        }
    }
    Ok(announced)
}

fn insert_event(
    connection: &Connection,
    scope: Scope,
    (place, position): (i64, u64),
    event: &Event,
    body: &[u8],
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (customer, kind, at) = (event.customer.as_bytes(), event.event_type.as_str(), event.at.as_micros());
    connection
        .prepare_cached(
            "INSERT INTO events (place, account_id, environment, position, customer_id, number, type, at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((place, account, environment, position, customer, event.number, kind, at, body))
        .map(drop)
}

/// Writes a delivery of an event to every endpoint that subscribes to it, numbered after the last one. Returns their
/// number. Only the oldest delivery of a customer and endpoint is due; the others follow one by one.
fn insert_deliveries(
    connection: &Connection,
    scope: Scope,
    (last_place, last_id): (i64, u64),
    event: &Event,
    position: u64,
) -> Result<usize, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    let (customer, kind, at) = (event.customer.as_bytes(), event.event_type.as_str(), event.at.as_micros());
    connection
        .prepare_cached(
            "INSERT INTO deliveries (place, id, account_id, environment, endpoint_id, customer_id, number, event, type,
                state, attempts, created_at, next_at)
             SELECT ?8 + row_number() OVER (ORDER BY endpoint_id), ?9 + row_number() OVER (ORDER BY endpoint_id),
                account_id, environment, endpoint_id, ?3, ?4, ?5, ?6, 0, 0, ?7,
                CASE WHEN EXISTS (SELECT 1 FROM deliveries
                    WHERE deliveries.account_id = ?1 AND deliveries.environment = ?2
                    AND deliveries.endpoint_id = endpoints.endpoint_id AND deliveries.customer_id = ?3 AND state = 0)
                THEN NULL ELSE ?7 END
             FROM endpoints
             WHERE account_id = ?1 AND environment = ?2 AND disabled IS NULL
                AND instr(event_types, ' ' || ?6 || ' ') > 0",
        )?
        .execute((account, environment, customer, event.number, position, kind, at, last_place, last_id))
}
