//! The access log: counted looks at customers.

use async_trait::async_trait;
use dossier_core::caller::Scope;
use dossier_core::ids::{CustomerId, KeyId, PersonId};
use dossier_core::look::{CountedLook, LookPlace};
use dossier_core::store::{LookStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::database::Param;
use super::rows::{Columns, number, row_limit, scope_values, statements, uuid};
use crate::looks::{self, LookCount, LookRows};

statements! {
    ADD = "INSERT INTO looks (account_id, environment, customer_id, hour, key_id, through, seen, reason_id, looks,
            last_at, reason)
        SELECT l.account_id, l.environment, l.customer_id, l.hour, l.key_id, l.through, l.seen, l.reason_id, l.looks,
            l.last_at, l.reason
        FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::bigint[], $5::uuid[], $6::smallint[], $7::smallint[],
            $8::uuid[], $9::bigint[], $10::bigint[], $11::bytea[])
            AS l (account_id, environment, customer_id, hour, key_id, through, seen, reason_id, looks, last_at, reason)
        JOIN customers ON customers.account_id = l.account_id AND customers.environment = l.environment
            AND customers.customer_id = l.customer_id
        ON CONFLICT (account_id, environment, customer_id, hour, key_id, through, seen, reason_id)
            DO UPDATE SET looks = looks.looks + excluded.looks, last_at = greatest(looks.last_at, excluded.last_at)";
    LOOKS = "SELECT hour, key_id, through, seen, reason_id, looks, last_at, reason FROM looks
        WHERE account_id = $1 AND environment = $2 AND customer_id = $3
            AND (hour, key_id, through, seen, reason_id) < ($4, $5, $6, $7, $8)
        ORDER BY hour DESC, key_id DESC, through DESC, seen DESC, reason_id DESC LIMIT $9";
}

#[async_trait]
impl LookStore for PostgresStore {
    async fn record_looks(&self, looks: Vec<CountedLook>) -> Result<(), StoreError> {
        let mut rows = LookRows::default();
        for counted in looks {
            let (scope, customer) = (counted.look.scope, counted.look.customer);
            let own = PersonId::of_customer(customer);
            let key = match counted.look.reason {
                Some(_) => self.subject_keys(scope, customer, &[own]).await?.remove(&own),
                None => None,
            };
            rows.add(counted, key.as_deref());
        }
        let columns = LookColumns::of(rows);
        self.database
            .write(&columns, |session, columns| {
                Box::pin(async move {
                    let LookColumns { scopes: (accounts, environments), customers, hours, keys, .. } = columns;
                    let LookColumns { through, seen, reason_ids, looks, last, reasons, .. } = columns;
                    session
                        .execute(
                            ADD,
                            &[
                                accounts,
                                environments,
                                customers,
                                hours,
                                keys,
                                through,
                                seen,
                                reason_ids,
                                looks,
                                last,
                                reasons,
                            ],
                        )
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn looks(
        &self,
        scope: Scope,
        id: CustomerId,
        after: Option<LookPlace>,
        limit: usize,
    ) -> Result<Vec<(LookPlace, CountedLook)>, StoreError> {
        let own = PersonId::of_customer(id);
        let key = self.subject_keys(scope, id, &[own]).await?.remove(&own);
        let ((account, environment), customer) = (scope_values(scope), uuid(id.as_bytes()));
        let LookPlace { hour, key: api_key, through, seen, reason_id } = after.unwrap_or(LookPlace::END);
        let (hour, api_key, reason_id) = (hour.as_micros(), uuid(api_key.as_bytes()), uuid(&reason_id));
        let (through, seen, most) = (i16::from(through), i16::from(seen), row_limit(limit));
        let place: [&dyn Param; 9] =
            [&account, &environment, &customer, &hour, &api_key, &through, &seen, &reason_id, &most];
        let found = self.database.query(LOOKS, &place).await?;
        let open = |row: &Row| {
            let (place, count) = look(row)?;
            Ok((place, looks::open((scope, id, place), count, key.as_deref())?))
        };
        found.iter().map(open).collect()
    }
}

/// Rows as the arrays of a statement.
#[derive(Default)]
struct LookColumns {
    scopes: (Vec<uuid::Uuid>, Vec<i16>),
    customers: Vec<uuid::Uuid>,
    hours: Vec<i64>,
    keys: Vec<uuid::Uuid>,
    through: Vec<i16>,
    seen: Vec<i16>,
    reason_ids: Vec<uuid::Uuid>,
    looks: Vec<i64>,
    last: Vec<i64>,
    reasons: Vec<Option<Vec<u8>>>,
}

impl LookColumns {
    fn of(rows: LookRows) -> Self {
        let mut columns = Self::default();
        for ((scope, customer, place), row) in rows.0 {
            let (account, environment) = scope_values(scope);
            columns.scopes.0.push(account);
            columns.scopes.1.push(environment);
            columns.customers.push(uuid(customer.as_bytes()));
            columns.hours.push(place.hour.as_micros());
            columns.keys.push(uuid(place.key.as_bytes()));
            columns.through.push(i16::from(place.through));
            columns.seen.push(i16::from(place.seen));
            columns.reason_ids.push(uuid(&place.reason_id));
            columns.looks.push(number(row.looks));
            columns.last.push(row.last_at.as_micros());
            columns.reasons.push(row.reason);
        }
        columns
    }
}

fn look(row: &Row) -> Result<(LookPlace, LookCount), StoreError> {
    let mut columns = Columns::of(row);
    let place = LookPlace {
        hour: columns.moment()?,
        key: KeyId::from_bytes(columns.id()?),
        through: columns.small()?,
        seen: columns.small()?,
        reason_id: columns.id()?,
    };
    Ok((place, LookCount { looks: columns.count()?, last_at: columns.moment()?, reason: columns.next()? }))
}
