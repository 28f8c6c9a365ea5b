//! Webhook endpoints and their deliveries. The deliveries of an event are written with the event (`commit/events.rs`).
//!
//! Writing deliveries of an endpoint, and recording their results, takes the lock on the endpoint's row. Otherwise a
//! delivery could wait for ever for one that ends at the same moment.

use std::sync::Arc;

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::event::{EventType, event_id};
use dossier_core::ids::{CustomerId, KeyId, WebhookId};
use dossier_core::store::{KeyStore as _, StoreError, WebhookStore};
use dossier_core::webhook::{
    Attempt, AttemptCount, Delivery, Disabled, Due, Endpoint, FinishedAttempt, Message, Verdict, delivery_id,
    signing_keys,
};
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::attempts;
use super::database::{Error, Session};
use super::events::event_row;
use super::rows::{Columns, number, row_limit, scope_values, statements, uuid};
use crate::rows::{EndpointRow, Unchecked};
use crate::signing::{Signer, old_secret_until, open_midstates, open_url, shows_links};

macro_rules! endpoints_of {
    ($rest:literal) => {
        concat!(
            "SELECT endpoint_id, key_id, event_types, created_at, mac, url, secret, disabled, failing_since
            FROM endpoints WHERE account_id = $1 AND environment = $2 ",
            $rest
        )
    };
}

statements! {
    ENDPOINTS = endpoints_of!("ORDER BY endpoint_id");
    ENDPOINT = endpoints_of!("AND endpoint_id = $3");
    DELIVERIES = "SELECT id, customer_id, number, type, state, attempts, created_at, last_at, next_at, last_said FROM \
        deliveries
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND id < $4 ORDER BY id DESC LIMIT $5";
    /// The endpoints in the given shards that may have due deliveries, with the seconds that their clock is ahead.
    ACTIVE = "SELECT e.account_id, e.environment, e.endpoint_id, e.failing_since,
            CASE WHEN e.environment = 0 THEN coalesce(s.seconds, 0) ELSE 0 END
        FROM endpoints e LEFT JOIN sandbox_clocks s ON s.account_id = e.account_id
        WHERE e.disabled IS NULL AND e.shard = ANY($1) AND e.endpoint_id <> ALL($2)";
    DUE = "SELECT d.id, d.customer_id, d.number, d.event, d.attempts, d.failing_since, d.next_at, u.place, d.shows_link
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[], $5::bigint[])
            AS u (account_id, environment, endpoint_id, now, place)
        CROSS JOIN LATERAL (SELECT * FROM deliveries
            WHERE deliveries.account_id = u.account_id AND deliveries.environment = u.environment
                AND deliveries.endpoint_id = u.endpoint_id AND next_at IS NOT NULL AND next_at <= u.now
            ORDER BY next_at LIMIT $6) AS d
        LIMIT $7";
    CLAIM = "UPDATE deliveries SET next_at = u.until
        FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[])
            AS u (account_id, environment, id, next_at, until)
        WHERE deliveries.account_id = u.account_id AND deliveries.environment = u.environment AND deliveries.id = u.id
            AND deliveries.next_at = u.next_at AND deliveries.state = 0
        RETURNING deliveries.account_id, deliveries.environment, deliveries.id";
    EVENT = "SELECT type, customer_id, number, at, body FROM events
        WHERE account_id = $1 AND environment = $2 AND position = $3 AND customer_id = $4 AND number = $5";
    SIGNER = endpoints_of!("AND endpoint_id = $3 AND disabled IS NULL");
    MIDSTATES = "SELECT midstates FROM api_keys WHERE account_id = $1 AND environment = $2 AND key_id = $3";
    ENDED_DELIVERIES = "DELETE FROM deliveries WHERE (account_id, environment, id) IN (
        SELECT account_id, environment, id FROM deliveries WHERE ended_at IS NOT NULL AND ended_at < $1
        ORDER BY ended_at LIMIT 1000)";
    LOCK = "SELECT endpoint_id FROM endpoints WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 FOR \
        UPDATE";
    /// The ids are compared too: if the endpoint was deleted in the meantime, the row could belong to another.
    ATTEMPTED = "UPDATE deliveries SET state = $7::smallint, attempts = attempts + $8::bigint, next_at = $9,
            ended_at = $10, last_at = $11::bigint, last_said = $12, shows_link = $13,
            failing_since = CASE WHEN $7::smallint = 1 THEN NULL
                WHEN $8::bigint = 1 THEN coalesce(failing_since, $11::bigint) ELSE failing_since END
        WHERE account_id = $1 AND environment = $2 AND id = $3 AND endpoint_id = $4 AND customer_id = $5 AND number = $6
            AND state = 0";
    WELL = "UPDATE endpoints SET failing_since = NULL
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND failing_since <= $4";
    FAILING = "UPDATE endpoints SET failing_since = $4
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND failing_since IS NULL";
    FOLLOWING = "UPDATE deliveries SET next_at = $5 WHERE account_id = $1 AND environment = $2 AND next_at IS NULL \
        AND id = (
        SELECT min(id) FROM deliveries
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND customer_id = $4 AND state = 0)";
    DISABLE = "UPDATE endpoints SET disabled = $4
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND disabled IS NULL";
    HOLD = "UPDATE deliveries SET next_at = NULL
        WHERE account_id = $1 AND environment = $2 AND endpoint_id = $3 AND state = 0";
}

/// The sealed columns of an endpoint.
fn endpoint_row(scope: Scope, columns: &mut Columns<'_>) -> Result<Unchecked<EndpointRow>, StoreError> {
    let endpoint = EndpointRow {
        scope,
        id: WebhookId::from_bytes(columns.id()?),
        key: KeyId::from_bytes(columns.id()?),
        event_types: columns.next()?,
        created_at: columns.next()?,
    };
    Ok(Unchecked::new(endpoint, columns.next()?))
}

/// Reads an endpoint within a transaction that changes it.
pub(super) async fn endpoint(
    session: Session<'_>,
    scope: Scope,
    id: WebhookId,
) -> Result<Option<Unchecked<EndpointRow>>, Error> {
    let (account, environment) = scope_values(scope);
    let found = session.query(ENDPOINT, &[&account, &environment, &uuid(id.as_bytes())]).await?;
    Ok(found.first().map(|row| endpoint_row(scope, &mut Columns::of(row))).transpose()?)
}

#[async_trait]
impl WebhookStore for PostgresStore {
    async fn endpoints(&self, scope: Scope) -> Result<Vec<Endpoint>, StoreError> {
        let Some(keys) = self.scope_keys(scope).await? else { return Ok(Vec::new()) };
        let (account, environment) = scope_values(scope);
        let found = self.database.query(ENDPOINTS, &[&account, &environment]).await?;
        let open = |row: &Row| {
            let mut columns = Columns::of(row);
            let EndpointRow { scope, id, key, event_types, created_at } =
                endpoint_row(scope, &mut columns)?.check(&keys)?;
            let url = open_url(&keys, scope, id, columns.next()?)?;
            let old_secret_until = old_secret_until(&keys, (scope, id), columns.next()?)?;
            Ok(Endpoint {
                id,
                url,
                key,
                event_types: event_types.split_whitespace().filter_map(EventType::parse).collect(),
                created_at: Timestamp::from_micros(created_at),
                disabled: columns.next::<Option<&str>>()?.and_then(Disabled::parse),
                failing_since: columns.optional_moment()?,
                old_secret_until,
            })
        };
        found.iter().map(open).collect()
    }

    async fn deliveries(
        &self,
        scope: Scope,
        endpoint: WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let (account, environment) = scope_values(scope);
        let (id, before) = (uuid(endpoint.as_bytes()), before.map_or(i64::MAX, number));
        let found = self.database.query(DELIVERIES, &[&account, &environment, &id, &before, &row_limit(limit)]).await?;
        found.iter().map(|row| delivery(endpoint, &mut Columns::of(row))).collect()
    }

    /// Claims some deliveries of each endpoint in the shards of this process.
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let (due, until) = self.due_deliveries(now, lease_seconds, busy, limit).await?;
        // Looking costs no write.
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let (accounts, environments): (Vec<_>, Vec<_>) = due.iter().map(|(due, _)| scope_values(due.scope)).unzip();
        let ids: Vec<_> = due.iter().map(|(due, _)| number(due.delivery)).collect();
        let seen: Vec<_> = due.iter().map(|(_, next_at)| *next_at).collect();
        let claimed = self.database.query(CLAIM, &[&accounts, &environments, &ids, &seen, &until]).await?;
        let claimed = claimed.iter().map(|row| {
            let mut columns = Columns::of(row);
            Ok((columns.scope()?, columns.count()?))
        });
        // A faster process has already moved the others.
        let claimed = claimed.collect::<Result<std::collections::HashSet<_>, StoreError>>()?;
        let mine = due.into_iter().map(|(due, _)| due).filter(|due| claimed.contains(&(due.scope, due.delivery)));
        Ok(mine.collect())
    }

    async fn message(&self, due: &Due, now: Timestamp) -> Result<Option<Message>, StoreError> {
        let Some(signer) = self.signer(due.scope, due.endpoint, now).await? else { return Ok(None) };
        let (account, environment) = scope_values(due.scope);
        let customer = uuid(due.customer.as_bytes());
        let row = self
            .database
            .query_one(EVENT, &[&account, &environment, &number(due.event), &customer, &number(due.number)])
            .await?;
        let row = row.ok_or_else(|| StoreError::Corrupt("the event of a delivery is missing".into()))?;
        let body = self.open_event(due.scope, event_row(&mut Columns::of(&row))?).await?;
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

    async fn record_attempts(&self, mut attempts: Vec<FinishedAttempt>) -> Result<Vec<FinishedAttempt>, StoreError> {
        // Sort them, so that two processes that record results at once do not wait for each other.
        attempts.sort_by_key(|attempt| (attempt.due.scope.account, attempt.due.endpoint, attempt.due.delivery));
        let disabling = self
            .database
            .write(&attempts[..], |session, attempts| {
                Box::pin(async move {
                    let mut disabling = Vec::new();
                    for attempted in attempts {
                        if write_attempt(session, attempted).await? {
                            disabling.push(attempted.clone());
                        }
                    }
                    Ok(disabling)
                })
            })
            .await?;
        if !disabling.is_empty() {
            self.signers.forget();
        }
        Ok(disabling)
    }

    async fn attempts(&self, scope: Scope, deliveries: &[u64]) -> Result<Vec<Attempt>, StoreError> {
        self.attempts_of(scope, deliveries).await
    }

    async fn attempt_counts(&self, scope: Scope, from: Timestamp) -> Result<Vec<AttemptCount>, StoreError> {
        self.count_attempts(scope, from).await
    }

    async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.forget_attempts(before).await?;
        self.delete_portion(ENDED_DELIVERIES, before).await
    }
}

impl PostgresStore {
    /// The due deliveries, each with the time since when it is due, which the claim compares. Also the end of each
    /// lease, in the clock of its scope.
    async fn due_deliveries(
        &self,
        now: Timestamp,
        lease_seconds: i64,
        busy: &[WebhookId],
        limit: usize,
    ) -> Result<(Vec<(Due, i64)>, Vec<i64>), StoreError> {
        let held: Vec<i16> = self.shards.held(&self.database).await?.into_iter().collect();
        let busy: Vec<Uuid> = busy.iter().map(|id| uuid(id.as_bytes())).collect();
        let active = self.database.query(ACTIVE, &[&held, &busy]).await?;
        let mut endpoints = Vec::with_capacity(active.len());
        for row in &active {
            let mut columns = Columns::of(row);
            let (scope, id, failing_since) =
                (columns.scope()?, WebhookId::from_bytes(columns.id()?), columns.optional_moment()?);
            endpoints.push((scope, id, failing_since, now.plus_seconds(columns.next()?).as_micros()));
        }
        if endpoints.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        // Each call starts with another endpoint, in case there are more than `limit`.
        let first = self.turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % endpoints.len();
        endpoints.rotate_left(first);
        let share = row_limit((limit / endpoints.len()).max(1));
        let (accounts, environments): (Vec<_>, Vec<_>) =
            endpoints.iter().map(|(scope, ..)| scope_values(*scope)).unzip();
        let ids: Vec<_> = endpoints.iter().map(|(_, id, ..)| uuid(id.as_bytes())).collect();
        let nows: Vec<_> = endpoints.iter().map(|(.., now)| *now).collect();
        let places: Vec<_> = (0..row_limit(endpoints.len())).collect();
        let found = self
            .database
            .query(DUE, &[&accounts, &environments, &ids, &nows, &places, &share, &row_limit(limit)])
            .await?;
        let (mut due, mut until) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
        for row in &found {
            let mut columns = Columns::of(row);
            let (delivery, customer) = (columns.count()?, CustomerId::from_bytes(columns.id()?));
            let (number, event, attempts) = (columns.count()?, columns.count()?, columns.count()?);
            let (failing_since, next_at) = (columns.optional_moment()?, columns.next::<i64>()?);
            let place = usize::try_from(columns.count()?);
            let shows_link = columns.next::<Option<i16>>()?.map(|shown| shown != 0);
            let of = place.ok().and_then(|place| endpoints.get(place));
            let Some((scope, endpoint, endpoint_failing_since, now)) = of.copied() else { continue };
            let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
            let one = Due {
                delivery,
                scope,
                endpoint,
                customer,
                number,
                event,
                attempts,
                failing_since,
                endpoint_failing_since,
                shows_link,
            };
            due.push((one, next_at));
            until.push(now + lease_seconds * 1_000_000);
        }
        Ok((due, until))
    }

    async fn signer(&self, scope: Scope, id: WebhookId, now: Timestamp) -> Result<Option<Arc<Signer>>, StoreError> {
        if let Some(signer) = self.signers.get(scope, id) {
            return Ok(Some(signer));
        }
        let keys = self.existing_scope_keys(scope).await?;
        let (account, environment) = scope_values(scope);
        let row = self.database.query_one(SIGNER, &[&account, &environment, &uuid(id.as_bytes())]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut columns = Columns::of(&row);
        let key = endpoint_row(scope, &mut columns)?.check(&keys)?.key;
        let cells = (columns.next()?, columns.next()?);
        let mut states = [None, None];
        let known = self.api_keys(scope).await?;
        for (states, key) in states.iter_mut().zip(signing_keys(&known, key, now)) {
            let Some(key) = key else { continue };
            let row = self.database.query_one(MIDSTATES, &[&account, &environment, &uuid(key.as_bytes())]).await?;
            let row = row.ok_or_else(|| StoreError::Corrupt("a key is missing".into()))?;
            *states = Some(open_midstates(&keys, scope, key, Columns::of(&row).next()?)?);
        }
        let signer = Arc::new(Signer::open(&keys, (scope, id), cells, states, shows_links(&known, key))?);
        self.signers.remember(scope, id, Arc::clone(&signer));
        Ok(Some(signer))
    }
}

/// Returns whether the attempt disabled the endpoint.
async fn write_attempt(session: Session<'_>, attempted: &FinishedAttempt) -> Result<bool, Error> {
    let FinishedAttempt { due, at, result, verdict, .. } = attempted;
    let result = result.word();
    let (account, environment) = scope_values(due.scope);
    let (endpoint, customer, at) = (uuid(due.endpoint.as_bytes()), uuid(due.customer.as_bytes()), at.as_micros());
    let (state, counted, next, ended): (i16, i64, Option<i64>, Option<i64>) = match verdict {
        Verdict::Delivered => (1, 1, None, Some(at)),
        Verdict::GivenUp => (2, 1, None, Some(at)),
        Verdict::Again(next) => (0, 1, Some(next.as_micros()), None),
        Verdict::Paused(next) => (0, 0, Some(next.as_micros()), None),
        Verdict::Disable(_) => (0, 1, None, None),
    };
    session.query(LOCK, &[&account, &environment, &endpoint]).await?;
    let (id, event) = (number(due.delivery), number(due.number));
    let shows_link = due.shows_link.map(i16::from);
    let touched = session
        .execute(
            ATTEMPTED,
            &[
                &account,
                &environment,
                &id,
                &endpoint,
                &customer,
                &event,
                &state,
                &counted,
                &next,
                &ended,
                &at,
                &result,
                &shows_link,
            ],
        )
        .await?;
    if touched == 0 {
        return Ok(false);
    }
    attempts::insert(session, attempted).await?;
    match verdict {
        Verdict::Delivered if due.endpoint_failing_since.is_some() => {
            session.execute(WELL, &[&account, &environment, &endpoint, &at]).await?;
        }
        Verdict::Again(_) | Verdict::GivenUp | Verdict::Disable(_) => {
            session.execute(FAILING, &[&account, &environment, &endpoint, &at]).await?;
        }
        Verdict::Delivered | Verdict::Paused(_) => {}
    }
    if ended.is_some() {
        session.execute(FOLLOWING, &[&account, &environment, &endpoint, &customer, &at]).await?;
    }
    let Verdict::Disable(reason) = verdict else { return Ok(false) };
    let disabled = session.execute(DISABLE, &[&account, &environment, &endpoint, &reason.as_str()]).await?;
    session.execute(HOLD, &[&account, &environment, &endpoint]).await?;
    Ok(disabled == 1)
}

pub(super) fn delivery(endpoint: WebhookId, columns: &mut Columns<'_>) -> Result<Delivery, StoreError> {
    let (number, customer) = (columns.count()?, CustomerId::from_bytes(columns.id()?));
    Ok(Delivery {
        id: delivery_id(number),
        webhook_id: endpoint,
        event_id: event_id(customer, columns.count()?),
        entity_id: customer,
        event_type: columns.next()?,
        state: match columns.small()? {
            0 => "pending",
            1 => "delivered",
            _ => "failed",
        },
        attempts: u32::try_from(columns.count()?).unwrap_or(u32::MAX),
        created_at: columns.moment()?,
        last_attempt_at: columns.optional_moment()?,
        next_attempt_at: columns.optional_moment()?,
        last_answer: columns.next()?,
        number,
    })
}
