//! What an event says: the contract's webhook envelope, with the customer as of the event.

use crate::clock::Timestamp;
use crate::customer::{Customer, CustomerView};
use crate::ids::CustomerId;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// A customer was created.
    CustomerCreated,
    /// A customer's profile was changed.
    CustomerUpdated,
}

impl EventType {
    /// The type as it is on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerCreated => "customer.created",
            Self::CustomerUpdated => "customer.updated",
        }
    }
}

/// One event, written in the same transaction as the change that it announces.
#[derive(Debug, Clone)]
pub struct Event {
    /// What happened.
    pub event_type: EventType,
    /// To whom.
    pub customer: CustomerId,
    /// Its number among the customer's events, from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The JSON of the envelope. Personal: sealed before it is stored.
    pub body: Vec<u8>,
}

impl Event {
    /// The event that a customer, whose `events` already counts it, came out of.
    #[must_use]
    pub fn of(event_type: EventType, customer: &Customer) -> Self {
        let (kind, id, at) = (event_type.as_str(), customer.id, customer.updated_at);
        let mut body = format!(
            r#"{{"event_type":"{kind}","entity_id":"{id}","entity_type":"customer","created_at":"{at}","entity_object":"#
        )
        .into_bytes();
        CustomerView::new(&customer.summary(), None).write(&mut body);
        body.push(b'}');
        Self { event_type, customer: customer.id, number: customer.events, at: customer.updated_at, body }
    }
}
