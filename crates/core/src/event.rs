//! What an event says: the contract's webhook envelope, with the customer as it was at that moment.

use crate::choice;
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::customer::view::CustomerView;
use crate::erasure::Tombstone;
use crate::ids::CustomerId;
use crate::pii::Pii;

choice! {
    /// What happened, which an endpoint can subscribe to.
    EventType {
        CustomerCreated = "customer.created",
        CustomerUpdated = "customer.updated",
        KycsUpdated = "customer.kycs.updated",
        KycsReminder = "customer.kycs.reminder",
        CustomerErased = "customer.erased",
    }
}

/// One event, written in the same transaction as the change that it announces.
#[derive(Debug, Clone)]
pub struct Event {
    /// What happened to the customer.
    pub event_type: EventType,
    /// The customer that the event is about.
    pub customer: CustomerId,
    /// Its number among the customer's events, counted from 1 without gaps.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The JSON of the envelope. It is personal and sealed before it is stored.
    pub body: Vec<u8>,
}

impl Event {
    /// Events of a customer, numbered from its count. Their bodies show the customer as it is now.
    #[must_use]
    pub fn of(types: &[EventType], customer: &mut Customer) -> Vec<Self> {
        let (id, at) = (customer.id, customer.updated_at);
        let mut object = Vec::with_capacity(512);
        CustomerView::new(&customer.summary(), None).write(&mut object);
        let event = |event_type: &EventType| {
            customer.events += 1;
            let body = envelope(event_type.as_str(), id, at, &object);
            Self { event_type: *event_type, customer: id, number: customer.events, at, body }
        };
        types.iter().map(event).collect()
    }

    /// The last event of a customer that is erased.
    #[must_use]
    pub(crate) fn erased(tombstone: &Tombstone) -> Self {
        let (customer, at) = (tombstone.id, tombstone.erased_at);
        let body = erased_envelope(EventType::CustomerErased.as_str(), customer, at);
        Self { event_type: EventType::CustomerErased, customer, number: tombstone.events, at, body }
    }
}

fn envelope(event_type: &str, id: CustomerId, at: Timestamp, object: &[u8]) -> Vec<u8> {
    [
        b"{\"event_type\":\"",
        event_type.as_bytes(),
        b"\",\"entity_id\":\"",
        &id.text()[..],
        b"\",\"entity_type\":\"customer\",\"created_at\":\"",
        &at.text(),
        b"\",\"entity_object\":",
        object,
        b"}",
    ]
    .concat()
}

/// The envelope of an event about an erased customer, with only the customer's id.
#[must_use]
pub fn erased_envelope(event_type: &str, id: CustomerId, at: Timestamp) -> Vec<u8> {
    envelope(event_type, id, at, format!("{{\"customer_id\":\"{id}\"{ERASED}").as_bytes())
}

/// The end of the JSON of an erased customer. The JSON of any other customer ends with a time.
const ERASED: &str = ",\"erased\":true}";

/// An event as it is read back.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its place among all events of its scope: later events have greater ones. Gaps mean nothing.
    pub position: u64,
    /// What happened, as written on the wire.
    pub event_type: String,
    /// The customer that the event is about.
    pub customer: CustomerId,
    /// Its number among the customer's events.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The JSON of the envelope.
    pub body: Pii<Vec<u8>>,
}

impl StoredEvent {
    /// The id by which receivers recognise an event: the customer's id and the event's number.
    #[must_use]
    pub fn id(&self) -> String {
        event_id(self.customer, self.number)
    }

    /// Whether the body shows the customer, and not only that it was erased.
    #[must_use]
    pub fn shows_customer(&self) -> bool {
        !self.body.expose().strip_suffix(b"}").is_some_and(|body| body.ends_with(ERASED.as_bytes()))
    }
}

/// The id by which receivers recognise the event.
#[must_use]
pub fn event_id(customer: CustomerId, number: u64) -> String {
    format!("evt_{}_{number}", customer.to_string().replace('-', ""))
}
