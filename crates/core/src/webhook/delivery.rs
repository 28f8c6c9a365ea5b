//! Deliveries: their messages and their results.

use serde::Serialize;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::{CustomerId, WebhookId};
use crate::pii::Pii;
use crate::webhook::endpoint::Disabled;

/// How long ended deliveries are shown.
pub const LOG_SECONDS: i64 = 30 * 24 * 60 * 60;

/// A delivery that was claimed.
#[derive(Debug, Clone)]
pub struct Due {
    /// The number of the delivery.
    pub delivery: u64,
    /// The scope of the endpoint and the customer.
    pub scope: Scope,
    /// The endpoint that gets the event.
    pub endpoint: WebhookId,
    /// The customer that the event is about.
    pub customer: CustomerId,
    /// The event's number among the customer's events.
    pub number: u64,
    /// The event's place among all events of the scope.
    pub event: u64,
    /// How often it was attempted and failed.
    pub attempts: u32,
    /// When it was first attempted.
    pub failing_since: Option<Timestamp>,
    /// The moment since which the endpoint has accepted nothing.
    pub endpoint_failing_since: Option<Timestamp>,
    /// Whether the first attempt showed the link to the form.
    pub shows_link: Option<bool>,
}

/// What is sent for a delivery.
pub struct Message {
    /// The URL to which it is sent.
    pub url: String,
    /// The body, exactly as it was signed.
    pub body: Pii<Vec<u8>>,
    /// `webhook-id`: the same for every attempt.
    pub id: String,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// `webhook-signature`, made with the endpoint's own secret.
    pub standard: String,
    /// `x-hmac-signature`, made with the registering key. `None` when that key is revoked, and then nothing may be
    /// sent.
    pub contract: Option<String>,
    /// `x-hmac-signature-next`, made with its successor, while both keys work.
    pub next: Option<String>,
    /// Whether the body shows the link to the form.
    pub shows_link: bool,
}

/// An attempt that has ended.
#[derive(Debug, Clone)]
pub struct FinishedAttempt {
    /// The delivery that was attempted.
    pub due: Due,
    /// When the attempt ended, by the clock of its scope.
    pub at: Timestamp,
    /// The same by the machine's clock, so that attempts keep their time when a sandbox's clock is advanced.
    pub made_at: Timestamp,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// The response status, or what went wrong, in a word.
    pub result: AttemptResult,
    /// What happens to the delivery next.
    pub verdict: Verdict,
}

/// The response status, or what went wrong, in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptResult {
    /// An HTTP status.
    Status(u16),
    /// `timeout`, `connection`, `tls`, `address_refused`, and so on. For a private address only `delivered` or `not
    /// delivered`.
    Failure(&'static str),
}

impl AttemptResult {
    /// As it is stored and shown.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Failure(word) => (*word).to_owned(),
        }
    }
}

/// Whether the word of a result is that of an accepted one. It is a status, unless statuses of that address are hidden.
#[must_use]
pub fn is_accepted(word: &str) -> bool {
    word == "delivered" || word.len() == 3 && word.starts_with('2')
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the endpoint accepted it.
    Delivered,
    /// Another attempt at this moment.
    Again(Timestamp),
    /// Another attempt at this moment. This one does not count, because it could not be signed.
    Paused(Timestamp),
    /// Nothing: the delivery was attempted for long enough.
    GivenUp,
    /// The endpoint is disabled. Its deliveries wait.
    Disable(Disabled),
}

/// One line of the delivery log.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Delivery {
    /// The id of the delivery.
    pub id: String,
    /// The webhook that it goes to.
    pub webhook_id: WebhookId,
    /// The id of the event.
    pub event_id: String,
    /// The customer that the event is about.
    pub entity_id: CustomerId,
    /// The type of the event.
    #[schemars(with = "crate::event::EventType")]
    pub event_type: String,
    /// The state of the delivery.
    #[schemars(extend("enum" = ["pending", "delivered", "failed"]))]
    pub state: &'static str,
    /// How often it has been attempted.
    pub attempts: u32,
    /// When the event happened.
    pub created_at: Timestamp,
    /// `null` before the first attempt.
    pub last_attempt_at: Option<Timestamp>,
    /// `null` while it waits for an earlier delivery of the same customer, and once it has ended.
    pub next_attempt_at: Option<Timestamp>,
    /// The result of the last attempt: an HTTP status, or a word for what went wrong. For a private address only
    /// `delivered` or `not delivered`.
    pub last_answer: Option<String>,
    #[serde(skip)]
    /// Its number, from which a list continues.
    pub number: u64,
}

/// An event as the audit entry of its change leads to it, with its deliveries. The body stays sealed.
#[derive(Debug, Clone)]
pub struct AnnouncedEvent {
    /// The number of the audit entry.
    pub entry: u64,
    /// Its place among all events of the scope.
    pub position: u64,
    /// What happened, as written on the wire.
    pub event_type: String,
    /// Its number among the customer's events.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Its deliveries, as far as they are still stored.
    pub deliveries: Vec<Delivery>,
}

/// One attempt of a delivery, as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// The number of the delivery.
    #[serde(skip)]
    pub delivery: u64,
    /// When it ended, by the machine's clock.
    pub at: Timestamp,
    /// Whether the endpoint accepted it.
    pub accepted: bool,
    /// The result: an HTTP status, or a word for what went wrong.
    pub result: String,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// How many attempts there were in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptCount {
    /// The start of the hour, by the machine's clock.
    pub start: Timestamp,
    /// Whether they were accepted.
    pub accepted: bool,
    /// How many.
    pub count: u64,
}

/// The id of a delivery, from its number.
#[must_use]
pub fn delivery_id(number: u64) -> String {
    format!("dlv_{number}")
}

/// The number of a delivery, from its id.
#[must_use]
pub fn delivery_number(id: &str) -> Option<u64> {
    id.strip_prefix("dlv_").filter(|digits| !digits.starts_with(['+', '0']))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_deliveries_read_back() {
        assert_eq!(delivery_number(&delivery_id(17)), Some(17));
        for wrong in ["", "17", "dlv_", "dlv_+1", "dlv_01", "dlv_x", "dlv_99999999999999999999999"] {
            assert_eq!(delivery_number(wrong), None, "{wrong}");
        }
    }
}
