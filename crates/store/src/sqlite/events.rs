//! Events as they are read again, links, clocks of sandboxes, and what waits for a reviewer or a provider.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::event::{Event, StoredEvent};
use dossier_core::ids::{AccountId, CustomerId, PersonId, SessionId};
use dossier_core::pii::Pii;
use dossier_core::store::{Link, StoreError};
use rusqlite::{Connection, OptionalExtension as _};

use super::SqliteStore;
use super::numbering::Places;
use crate::columns::{scope_columns, scope_of};
use crate::prepared::StoredLink;
use crate::rows::{LinkRow, Unchecked};
use crate::sealed;
use crate::vault::Purpose;

/// At most this many at a time; whoever asks asks again.
const PORTION: usize = 200;
/// What is due in production: where a column has come. `?1` is the machine's time.
const DUE_IN_PRODUCTION: &str = "rows.environment = 1 AND COLUMN <= ?1";
/// What is due in sandboxes, each by its own clock; the first bound is what an index can use.
const DUE_IN_SANDBOXES: &str = "rows.environment = 0
    AND COLUMN <= ?1 + 1000000 * (SELECT coalesce(max(seconds), 0) FROM sandbox_clocks)
    AND COLUMN <= ?1 + 1000000 * coalesce((SELECT seconds FROM sandbox_clocks
        WHERE sandbox_clocks.account_id = rows.account_id), 0)";

impl SqliteStore {
    pub(super) fn read_events(&self, scope: Scope, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        let rows = self.readers.read(|connection| {
            let Some(places) = Places::of(connection, scope)? else { return Ok(Vec::new()) };
            connection
                .prepare_cached(
                    "SELECT position, type, customer_id, number, body FROM events
                     WHERE place > ?3 AND place <= ?4 AND account_id = ?1 AND environment = ?2 ORDER BY place LIMIT ?5",
                )?
                .query_map((account, environment, places.after(after), places.before(None), limit), |row| {
                    Ok((
                        row.get::<_, u64>(0)?,
                        row.get::<_, String>(1)?,
                        CustomerId::from_bytes(row.get(2)?),
                        row.get::<_, u64>(3)?,
                        row.get::<_, Vec<u8>>(4)?,
                    ))
                })?
                .collect::<Result<Vec<_>, _>>()
        })?;
        rows.into_iter()
            .map(|(position, event_type, customer, number, cell)| {
                let body = Pii::new(self.open_event(scope, customer, number, cell)?);
                Ok(StoredEvent { position, event_type, customer, number, body })
            })
            .collect()
    }

    /// The body of an event.
    pub(super) fn open_event(
        &self,
        scope: Scope,
        customer: CustomerId,
        number: u64,
        cell: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.subject_key(scope, customer, PersonId::of_customer(customer))?;
        sealed::open_attached(&key, Purpose::Events, scope, customer, b"", number, cell)
    }

    pub(super) fn read_newest_event(&self, scope: Scope) -> Result<u64, StoreError> {
        self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT event FROM audit_heads WHERE account_id = ?1 AND environment = ?2")?
                .query_row(scope_columns(&scope), |row| row.get(0))
                .optional()
                .map(Option::unwrap_or_default)
        })
    }

    pub(super) fn read_link(&self, token: &str) -> Result<Option<Link>, StoreError> {
        let hash = self.vault.key_lookup(token);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT account_id, environment, customer_id, session_id, mac, used_at FROM links \
                     WHERE token_hash = ?1",
                )?
                .query_row([hash], |row| {
                    let place = (row.get(0)?, row.get::<_, u8>(1)?);
                    let (mac, used_at): (Option<Vec<u8>>, Option<i64>) = (row.get(4)?, row.get(5)?);
                    Ok((place, row.get(2)?, row.get(3)?, mac, used_at))
                })
                .optional()
        })?;
        let Some(((account, environment), customer, session, mac, used_at)) = row else { return Ok(None) };
        let (scope, customer) = (scope_of(account, environment)?, CustomerId::from_bytes(customer));
        let link = LinkRow { scope, hash, customer, session: SessionId::from_bytes(session) };
        let LinkRow { scope, customer, session, .. } =
            Unchecked::new(link, mac).check(&*self.existing_scope_keys(scope)?)?;
        Ok(Some(Link { scope, customer, session, used_at: used_at.map(Timestamp::from_micros) }))
    }

    pub(super) async fn note_pass_used(&self, pass: &str, at: Timestamp) -> Result<(), StoreError> {
        let hash = self.vault.key_lookup(pass);
        self.writer
            .lazy(move |connection| {
                connection
                    .prepare_cached("UPDATE links SET used_at = max(coalesce(used_at, 0), ?2) WHERE token_hash = ?1")?
                    .execute((hash, at.as_micros()))
                    .map(drop)
            })
            .await
    }

    pub(super) fn read_ended_links(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.customers_due("links", "expires_at", now)
    }

    pub(super) fn read_due_cases(&self, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        self.customers_due("customers", "provider_due", now)
    }

    pub(super) fn read_case(&self, case: &str) -> Result<Option<(Scope, CustomerId)>, StoreError> {
        let hash = self.vault.key_lookup(case);
        let row = self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, environment, customer_id FROM customers WHERE provider_case = ?1")?
                .query_row([hash], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?, row.get(2)?)))
                .optional()
        })?;
        row.map(|(account, environment, customer)| {
            Ok((scope_of(account, environment)?, CustomerId::from_bytes(customer)))
        })
        .transpose()
    }

    fn customers_due(&self, table: &str, column: &str, now: Timestamp) -> Result<Vec<(Scope, CustomerId)>, StoreError> {
        let mut due = Vec::new();
        for condition in [DUE_IN_PRODUCTION, DUE_IN_SANDBOXES] {
            let condition = condition.replace("COLUMN", column);
            let sql = format!(
                "SELECT account_id, environment, customer_id FROM {table} AS rows
                 WHERE {column} IS NOT NULL AND {condition} LIMIT {PORTION}"
            );
            let rows = self.readers.read(|connection| {
                connection
                    .prepare_cached(&sql)?
                    .query_map([now.as_micros()], |row| {
                        Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?, row.get(2)?))
                    })?
                    .collect::<Result<Vec<_>, _>>()
            })?;
            for (account, environment, customer) in rows {
                due.push((scope_of(account, environment)?, CustomerId::from_bytes(customer)));
            }
        }
        Ok(due)
    }

    pub(super) fn read_review_queue(&self, scope: Scope, limit: usize) -> Result<Vec<CustomerId>, StoreError> {
        let (account, environment) = scope_columns(&scope);
        self.readers.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT customer_id FROM customers WHERE account_id = ?1 AND environment = ?2 AND queued_at IS \
                        NOT NULL
                     ORDER BY queued_at LIMIT ?3",
                )?
                .query_map((account, environment, limit), |row| Ok(CustomerId::from_bytes(row.get(0)?)))?
                .collect()
        })
    }

    pub(super) fn read_sandbox_clocks(&self) -> Result<Vec<(AccountId, i64)>, StoreError> {
        self.readers.read(|connection| {
            connection
                .prepare_cached("SELECT account_id, seconds FROM sandbox_clocks")?
                .query_map([], |row| Ok((AccountId::from_bytes(row.get(0)?), row.get(1)?)))?
                .collect()
        })
    }
}

/// Writes an event at its place and position.
pub(super) fn insert_event(
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

/// Writes a delivery of an event to every endpoint that wants it, with the places and numbers after the last ones; says
/// how many. Only the oldest of a customer and endpoint is due; the others follow one by one.
pub(super) fn insert_deliveries(
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

pub(super) fn insert_link(
    connection: &Connection,
    scope: Scope,
    customer: CustomerId,
    link: &StoredLink,
) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "INSERT INTO links (token_hash, account_id, environment, customer_id, session_id, expires_at, used_at, mac)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            link.hash,
            account,
            environment,
            customer.as_bytes(),
            link.session.as_bytes(),
            link.expires_at.map(Timestamp::as_micros),
            link.used_at.map(Timestamp::as_micros),
            link.mac,
        ))?;
    Ok(())
}

/// Ends one pass to the hosted form.
pub(super) fn end_pass(connection: &Connection, hash: &[u8; 32]) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("DELETE FROM links WHERE token_hash = ?1 AND used_at IS NOT NULL")?
        .execute([hash])
        .map(drop)
}

/// Ends every pass of a customer's to the hosted form.
pub(super) fn end_passes(connection: &Connection, scope: Scope, customer: CustomerId) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "DELETE FROM links
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND used_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes()))
        .map(drop)
}

/// Nothing is to be done any more when the links of a customer run out.
pub(super) fn settle_links(connection: &Connection, scope: Scope, customer: CustomerId) -> Result<(), rusqlite::Error> {
    let (account, environment) = scope_columns(&scope);
    connection
        .prepare_cached(
            "UPDATE links SET expires_at = NULL
             WHERE account_id = ?1 AND environment = ?2 AND customer_id = ?3 AND expires_at IS NOT NULL",
        )?
        .execute((account, environment, customer.as_bytes()))?;
    Ok(())
}

/// Answers whether the clock stood where it was expected.
pub(super) fn set_clock(
    connection: &Connection,
    scope: Scope,
    expected: i64,
    seconds: i64,
) -> Result<bool, rusqlite::Error> {
    let rows = connection
        .prepare_cached(
            "INSERT INTO sandbox_clocks (account_id, seconds) SELECT ?1, ?2
             WHERE ?3 = coalesce((SELECT seconds FROM sandbox_clocks WHERE account_id = ?1), 0)
             ON CONFLICT DO UPDATE SET seconds = excluded.seconds",
        )?
        .execute((scope.account.as_bytes(), seconds, expected))?;
    Ok(rows == 1)
}
