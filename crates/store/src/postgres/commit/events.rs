//! Events, and their deliveries.

use std::collections::HashSet;

use dossier_core::caller::Scope;
use dossier_core::ids::WebhookId;
use dossier_core::store::StoreError;
use uuid::Uuid;

use super::audit::Announced;
use super::batch::Batch;
use super::locked_state::LockedState;
use super::table::tables;
use crate::postgres::database::{Call, Param};
use crate::postgres::rows::{number, scope_values, statements, uuid};
use crate::prepared::PreparedChange;

statements! {
    /// Only the oldest delivery of a customer and endpoint is due; the others follow one by one.
    DELIVERIES = "INSERT INTO deliveries (account_id, environment, id, endpoint_id, customer_id, number, event, type,
            state, attempts, created_at, next_at)
        SELECT u.account_id, u.environment, u.id, u.endpoint_id, u.customer_id, u.number, u.event, u.type, 0, 0, u.at,
            CASE WHEN u.first AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.account_id = u.account_id
                AND d.environment = u.environment AND d.endpoint_id = u.endpoint_id AND d.customer_id = u.customer_id
                AND d.state = 0) THEN u.at END
        FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[],
                $8::text[], $9::bigint[], $10::boolean[])
            AS u (account_id, environment, id, endpoint_id, customer_id, number, event, type, at, first)";
}

tables! {
    Events of NewEvent<'a> {
        position: i64,
        customer: Uuid,
        number: i64,
        kind: &'a str,
        at: i64,
        body: &'a [u8],
    }
    Deliveries of NewDelivery<'a> for DELIVERIES {
        id: i64,
        endpoint: Uuid,
        customer: Uuid,
        number: i64,
        event: i64,
        kind: &'a str,
        at: i64,
        first: bool,
    }
}

impl<'a> Batch<'a> {
    /// Adds the events of a change, with a delivery of each to every endpoint that subscribes to it. Returns where the
    /// first of each are.
    pub(super) fn announce(
        &mut self,
        change: &'a PreparedChange,
        found: &mut LockedState,
    ) -> Result<Announced, StoreError> {
        let scope = change.scope;
        let (mut told, mut announced) = (HashSet::new(), Announced::default());
        for (event, body) in &change.events {
            let (customer, kind, at) =
                (uuid(event.customer.as_bytes()), event.event_type.as_str(), event.at.as_micros());
            let position = {
                let head = found.head(scope)?;
                head.event += 1;
                head.event
            };
            announced.event.get_or_insert(position);
            let number = number(event.number);
            self.events.push(scope, NewEvent { position, customer, number, kind, at, body });
            let wanted = format!(" {kind} ");
            let endpoints = found.endpoints.get(&scope).filter(|_| !change.is_silent).into_iter().flatten();
            let wants: Vec<WebhookId> =
                endpoints.filter(|(_, types)| types.contains(&wanted)).map(|(id, _)| *id).collect();
            for endpoint in wants {
                let head = found.head(scope)?;
                head.delivery += 1;
                let (id, first) = (head.delivery, told.insert(endpoint));
                announced.delivery.get_or_insert(id);
                let endpoint = uuid(endpoint.as_bytes());
                let delivery = NewDelivery { id, endpoint, customer, number, event: position, kind, at, first };
                self.deliveries.push(scope, delivery);
            }
        }
        Ok(announced)
    }
}
