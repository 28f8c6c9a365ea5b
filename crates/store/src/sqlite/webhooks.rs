//! Webhook endpoints and their deliveries. The deliveries of an event are written with the event (`commit/events.rs`).

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dossier_core::caller::{Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::event::{EventType, event_id};
use dossier_core::ids::{AccountId, CustomerId, KeyId, WebhookId};
use dossier_core::store::{KeyStore as _, SandboxStore as _, StoreError, WebhookStore};
use dossier_core::webhook::{
    Attempt, AttemptCount, Delivery, Disabled, Due, Endpoint, FinishedAttempt, Message, Verdict, delivery_id,
    signing_keys,
};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::SqliteStore;
use super::attempts;
use super::events::event_row;
use super::numbering::Places;
use crate::columns::{scope_columns, scope_of};
use crate::rows::{EndpointRow, Unchecked};
use crate::signing::{Signer, old_secret_until, open_midstates, open_url, shows_links};
use crate::vault::{Midstates, ScopeKeys};

macro_rules! endpoint_columns {
    ($rest:literal) => {
        concat!(
            "SELECT endpoint_id, key_id, event_types, created_at, mac, url, secret, disabled, failing_since
             FROM endpoints WHERE account_id = ?1 AND environment = ?2 ",
            $rest
        )
    };
}

/// A portion of the deliveries that ended before a given time.
const ENDED_DELIVERIES: &str = "DELETE FROM deliveries WHERE place IN (
    SELECT place FROM deliveries WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT 1000)";

/// The sealed columns of an endpoint.
fn endpoint_row(scope: Scope, row: &Row<'_>) -> Result<Unchecked<EndpointRow>, rusqlite::Error> {
    let endpoint = EndpointRow {
        scope,
        id: WebhookId::from_bytes(row.get(0)?),
        key: KeyId::from_bytes(row.get(1)?),
        event_types: row.get(2)?,
        created_at: row.get(3)?,
    };
    Ok(Unchecked::new(endpoint, row.get(4)?))
}

/// Reads an endpoint within a transaction that changes it.
pub(super) fn endpoint(
    connection: &Connection,
    scope: Scope,
    id: WebhookId,
) -> Result<Option<Unchecked<EndpointRow>>, rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(endpoint_columns!("AND endpoint_id = ?3"))?
        .query_row((account, environment, id.as_bytes()), |row| endpoint_row(scope, row))
        .optional()
}

#[async_trait]
impl WebhookStore for SqliteStore {
    async fn endpoints(&self, scope: Scope) -> Result<Vec<Endpoint>, StoreError> {
        let Some(keys) = self.scope_keys(scope)? else { return Ok(Vec::new()) };
        let rows = self.readers.read(|connection| {
            connection
                .prepare_cached(endpoint_columns!("ORDER BY endpoint_id"))?
                .query_map(scope_columns(&scope), |row| {
                    let cells = (row.get::<_, Vec<u8>>(5)?, row.get::<_, Vec<u8>>(6)?);
                    let disabled = row.get::<_, Option<String>>(7)?;
                    Ok((endpoint_row(scope, row)?, cells, disabled, row.get::<_, Option<i64>>(8)?))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter()
            .map(|(row, (url, secret), disabled, failing_since)| {
                let EndpointRow { scope, id, key, event_types, created_at } = row.check(&keys)?;
                Ok(Endpoint {
                    id,
                    url: open_url(&keys, scope, id, url)?,
                    key,
                    event_types: event_types.split_whitespace().filter_map(EventType::parse).collect(),
                    created_at: Timestamp::from_micros(created_at),
                    disabled: disabled.as_deref().and_then(Disabled::parse),
                    failing_since: failing_since.map(Timestamp::from_micros),
                    old_secret_until: old_secret_until(&keys, (scope, id), secret)?,
                })
            })
            .collect()
    }

    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            connection
                .prepare_cached(
                    "SELECT id, customer_id, number, type, state, attempts, created_at, last_at, next_at, last_said \
                        FROM deliveries
                     WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND place <= ?4
                     ORDER BY place DESC LIMIT ?5",
                )?
                .query_map((account, environment, endpoint.as_bytes(), places.before(before), limit), |row| {
                    delivery(endpoint, row, 0)
                })?
                .collect()
        })
    }

    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let ahead = self.sandbox_clocks().await?.into_iter().collect();
        let due = self.due_deliveries(&ahead, now, busy, limit)?;
        // Looking costs no write. Only if something is due is the writer asked.
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = Arc::new(Mutex::new(Vec::new()));
        let mine = Arc::clone(&claimed);
        self.writer
            .lazy(move |connection| {
                let mut lease = connection.prepare_cached(
                    "UPDATE deliveries SET next_at = ?3 WHERE place = ?1 AND next_at = ?2 AND state = 0",
                )?;
                let mut mine = mine.lock().expect("nothing panics while it is held");
                for row in due {
                    // The lease counts in the clock of the row's scope. A faster process has already moved `next_at`.
                    let until = row.now + lease_seconds * 1_000_000;
                    if lease.execute((row.place, row.next_at, until))? == 1 {
                        mine.push(row.due);
                    }
                }
                Ok(())
            })
            .await?;
        let claimed = std::mem::take(&mut *claimed.lock().expect("nothing panics while it is held"));
        Ok(claimed)
    }

    async fn message(&self, due: &Due, now: Timestamp) -> Result<Option<Message>, StoreError> {
        let Some(signer) = self.signer(due.scope, due.endpoint, now).await? else { return Ok(None) };
        let row = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, due.scope)? else { return Ok(None) };
            connection
                .prepare_cached(
                    "SELECT type, customer_id, number, at, body FROM events
                     WHERE place = ?1 AND customer_id = ?2 AND number = ?3",
                )?
                .query_row((places.at(due.event)?, due.customer.as_bytes(), due.number), |row| event_row(row, 0))
                .optional()
        })?;
        let row = row.ok_or_else(|| StoreError::Corrupt("the event of a delivery is missing".into()))?;
        let body = self.open_event(due.scope, row)?;
        Ok(Some(signer.message(due, body, now)))
    }

    async fn sign(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        id: String,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Option<Message>, StoreError> {
        let signer = self.signer(scope, endpoint, now).await?;
        Ok(signer.map(|signer| signer.sign(id, body, now, false)))
    }

    async fn record_attempts(&self, attempts: Vec<FinishedAttempt>) -> Result<Vec<FinishedAttempt>, StoreError> {
        let (report, disabled) = std::sync::mpsc::channel();
        // If this is lost in a power cut, the delivery is made again: it arrives at least once.
        self.writer
            .lazy(move |connection| {
                for attempt in attempts {
                    if write_attempt(connection, &attempt)? {
                        let _ = report.send(attempt);
                    }
                }
                Ok(())
            })
            .await?;
        let disabling: Vec<FinishedAttempt> = disabled.try_iter().collect();
        if !disabling.is_empty() {
            self.signers.forget();
        }
        Ok(disabling)
    }

    async fn attempts(&self, scope: Scope, deliveries: &[u64]) -> Result<Vec<Attempt>, StoreError> {
        self.attempts_of(scope, deliveries)
    }

    async fn attempt_counts(&self, scope: Scope, from: Timestamp) -> Result<Vec<AttemptCount>, StoreError> {
        self.count_attempts(scope, from)
    }

    async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.forget_attempts(before).await?;
        self.delete_portion(ENDED_DELIVERIES, before).await
    }
}

impl SqliteStore {
    /// The due deliveries of every endpoint that is not busy, oldest first. `ahead` tells how many seconds the clocks
    /// of sandboxes are ahead.
    fn due_deliveries(
        &self,
        ahead: &HashMap<AccountId, i64>,
        now: Timestamp,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<DueRow>, StoreError> {
        let endpoints = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT account_id, environment, endpoint_id, failing_since FROM endpoints WHERE disabled IS NULL",
                )?
                .query_map([], |row| {
                    let endpoint = (row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?);
                    Ok((endpoint, WebhookId::from_bytes(row.get(2)?), row.get::<_, Option<i64>>(3)?))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        let free: Vec<_> = endpoints.into_iter().filter(|(_, id, _)| !busy.contains(id)).collect();
        let share = (limit / free.len().max(1)).max(1);
        let mut due = Vec::new();
        // Each call starts with another endpoint, in case there are more than `limit`.
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % free.len().max(1);
        for ((account, environment), endpoint, failing_since) in free[first..].iter().chain(&free[..first]) {
            let scope = scope_of(*account, *environment)?;
            let seconds = match scope.environment {
                Environment::Sandbox => ahead.get(&scope.account).copied().unwrap_or(0),
                Environment::Production => 0,
            };
            let now = now.plus_seconds(seconds).as_micros();
            let rows = self.readers.read(|connection| {
                connection
                    .prepare_cached(
                        "SELECT id, customer_id, number, event, attempts, failing_since, next_at, place, shows_link
                            FROM deliveries
                         WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3
                            AND next_at IS NOT NULL AND next_at <= ?4
                         ORDER BY next_at LIMIT ?5",
                    )?
                    .query_map((account, environment, endpoint.as_bytes(), now, share), |row| {
                        Ok(DueRow {
                            due: Due {
                                delivery: row.get(0)?,
                                scope,
                                endpoint: *endpoint,
                                customer: CustomerId::from_bytes(row.get(1)?),
                                number: row.get(2)?,
                                event: row.get(3)?,
                                attempts: row.get(4)?,
                                failing_since: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_micros),
                                endpoint_failing_since: failing_since.map(Timestamp::from_micros),
                                shows_link: row.get(8)?,
                            },
                            next_at: row.get(6)?,
                            place: row.get(7)?,
                            now,
                        })
                    })?
                    .collect::<Result<Vec<_>, _>>()
            })?;
            due.extend(rows);
            if due.len() >= limit {
                break;
            }
        }
        Ok(due)
    }

    async fn signer(&self, scope: Scope, id: WebhookId, now: Timestamp) -> Result<Option<Arc<Signer>>, StoreError> {
        if let Some(signer) = self.signers.get(scope, id) {
            return Ok(Some(signer));
        }
        let keys = self.existing_scope_keys(scope)?;
        let (account, environment) = scope_columns(&scope);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(endpoint_columns!("AND endpoint_id = ?3 AND disabled IS NULL"))?
                .query_row((account, environment, id.as_bytes()), |row| {
                    Ok((endpoint_row(scope, row)?, row.get::<_, Vec<u8>>(5)?, row.get::<_, Vec<u8>>(6)?))
                })
                .optional()
        })?;
        let Some((row, url, secret)) = row else { return Ok(None) };
        let key = row.check(&keys)?.key;
        let known = self.api_keys(scope).await?;
        let mut states = [None, None];
        for (states, key) in states.iter_mut().zip(signing_keys(&known, key, now)) {
            *states = key.map(|key| self.midstates(&keys, scope, key)).transpose()?;
        }
        let signer = Arc::new(Signer::open(&keys, (scope, id), (url, secret), states, shows_links(&known, key))?);
        self.signers.remember(scope, id, Arc::clone(&signer));
        Ok(Some(signer))
    }

    fn midstates(&self, keys: &ScopeKeys, scope: Scope, key: KeyId) -> Result<Midstates, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let cell = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT midstates FROM api_keys WHERE account_id = ?1 AND environment = ?2 AND key_id = ?3",
                )?
                .query_row((account, environment, key.as_bytes()), |row| row.get::<_, Vec<u8>>(0))
        })?;
        open_midstates(keys, scope, key, cell)
    }
}

struct DueRow {
    due: Due,
    place: i64,
    /// The time since when it is due. The claim compares it.
    next_at: i64,
    /// The current time in the clock of its scope.
    now: i64,
}

/// Returns whether the attempt disabled the endpoint.
fn write_attempt(connection: &Connection, attempted: &FinishedAttempt) -> Result<bool, rusqlite::Error> {
    let FinishedAttempt { due, at, result, verdict, .. } = attempted;
    let result = result.word();
    let (account, environment) = scope_columns(&due.scope);
    let (endpoint, customer, at) = (due.endpoint.as_bytes(), due.customer.as_bytes(), at.as_micros());
    let (state, counted, next, ended) = match verdict {
        Verdict::Delivered => (1, 1, None, Some(at)),
        Verdict::GivenUp => (2, 1, None, Some(at)),
        Verdict::Again(next) => (0, 1, Some(next.as_micros()), None),
        Verdict::Paused(next) => (0, 0, Some(next.as_micros()), None),
        Verdict::Disable(_) => (0, 1, None, None),
    };
    let Some(places) = Places::of(connection, due.scope)? else { return Ok(false) };
    let rows = connection
        .prepare_cached(
            "UPDATE deliveries SET state = ?5, attempts = attempts + ?6, next_at = ?7, ended_at = ?8, last_at = ?9, \
                last_said = ?10, shows_link = ?11,
                failing_since = CASE WHEN ?5 = 1 THEN NULL
                    WHEN ?6 = 1 THEN coalesce(failing_since, ?9) ELSE failing_since END
             WHERE place = ?1 AND endpoint_id = ?2 AND customer_id = ?3 AND number = ?4 AND state = 0",
        )?
        .execute(rusqlite::params![
            places.at(due.delivery)?,
            endpoint,
            customer,
            due.number,
            state,
            counted,
            next,
            ended,
            at,
            result,
            due.shows_link,
        ])?;
    if rows == 0 {
        return Ok(false);
    }
    attempts::insert(connection, attempted)?;
    let failing = match verdict {
        Verdict::Delivered if due.endpoint_failing_since.is_some() => {
            "UPDATE endpoints SET failing_since = NULL
             WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND failing_since <= ?4"
        }
        Verdict::Again(_) | Verdict::GivenUp | Verdict::Disable(_) => {
            "UPDATE endpoints SET failing_since = coalesce(failing_since, ?4)
             WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND failing_since IS NULL"
        }
        Verdict::Delivered | Verdict::Paused(_) => "",
    };
    if !failing.is_empty() {
        connection.prepare_cached(failing)?.execute((account, environment, endpoint, at))?;
    }
    if ended.is_some() {
        connection
            .prepare_cached(
                "UPDATE deliveries SET next_at = ?5 WHERE next_at IS NULL AND place = (
                    SELECT min(place) FROM deliveries
                    WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND customer_id = ?4
                        AND state = 0)",
            )?
            .execute((account, environment, endpoint, customer, at))?;
    }
    let Verdict::Disable(reason) = verdict else { return Ok(false) };
    let disabled = connection
        .prepare_cached(
            "UPDATE endpoints SET disabled = ?4
             WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND disabled IS NULL",
        )?
        .execute((account, environment, endpoint, reason.as_str()))?;
    connection
        .prepare_cached(
            "UPDATE deliveries SET next_at = NULL
             WHERE account_id = ?1 AND environment = ?2 AND endpoint_id = ?3 AND state = 0",
        )?
        .execute((account, environment, endpoint))?;
    Ok(disabled == 1)
}

/// Reads a delivery, from the given column.
pub(super) fn delivery(endpoint: WebhookId, row: &Row<'_>, from: usize) -> Result<Delivery, rusqlite::Error> {
    let number: u64 = row.get(from)?;
    let customer = CustomerId::from_bytes(row.get(from + 1)?);
    let moment = |at: Option<i64>| at.map(Timestamp::from_micros);
    Ok(Delivery {
        id: delivery_id(number),
        webhook_id: endpoint,
        event_id: event_id(customer, row.get(from + 2)?),
        entity_id: customer,
        event_type: row.get(from + 3)?,
        state: match row.get::<_, u8>(from + 4)? {
            0 => "pending",
            1 => "delivered",
            _ => "failed",
        },
        attempts: row.get(from + 5)?,
        created_at: Timestamp::from_micros(row.get(from + 6)?),
        last_attempt_at: moment(row.get(from + 7)?),
        next_attempt_at: moment(row.get(from + 8)?),
        last_answer: row.get(from + 9)?,
        number,
    })
}
