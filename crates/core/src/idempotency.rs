//! `Idempotency-Key`: a repeated request has one effect and gets the same response, for 30 days.

use crate::clock::Timestamp;
use crate::ids::{CustomerId, PersonId};
use crate::pii::Pii;
use crate::quota::{OverQuota, Quota};

/// How long a kept answer is kept.
pub const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// What makes two requests the same: the key, and everything that the response depends on.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The header's value, 1 to 255 visible ASCII characters.
    pub key: &'a str,
    /// The route's name. The same key on another route is another key.
    pub route: &'static str,
    /// What else tells requests apart: the record, the requested representation, the body.
    pub content: [&'a [u8]; 3],
}

/// A request that may carry an `Idempotency-Key`.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The route's name.
    pub route: &'static str,
    /// The body as received.
    pub body: &'a [u8],
    /// The value of the header `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A request without a key.
    #[must_use]
    pub const fn unkeyed(body: &'a [u8]) -> Self {
        Self { route: "", body, idempotency_key: None }
    }

    /// What identifies the request when it is repeated, if it carries a key. `about` is what its path names.
    pub(crate) fn about(&self, about: &'a [u8]) -> Option<Attempt<'a>> {
        self.idempotency_key.map(|key| Attempt { key, route: self.route, content: [about, b"", self.body] })
    }
}

/// The `Idempotency-Key` of a request belongs to another request, with this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the idempotency key was used for another request")]
pub struct KeyReused(pub String);

/// A keyed fingerprint of an attempt. The store makes it, because only the store has the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Finds the attempt.
    pub key_hash: [u8; 32],
    /// Tells whether it is the same request.
    pub fingerprint: [u8; 32],
}

/// What a write returns. It is kept sealed when the request carried a key.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The customer that it is about, under whose key it is sealed. `None` when it is about no customer.
    pub customer: Option<CustomerId>,
    /// The associated persons whose data the body contains. It opens only with the keys of all of them.
    pub persons: Vec<PersonId>,
    /// The version of the customer's record, for the `ETag`.
    pub version: Option<u64>,
    /// The JSON body.
    pub body: Pii<Vec<u8>>,
    /// What the client may not have meant: the items of the `Dossier-Warning` header (RFC 9651), which hold only ids
    /// and counts.
    pub warnings: Vec<String>,
    /// Whether it was kept from an earlier attempt.
    pub replayed: bool,
}

/// An answer to keep with the change that it reports.
#[derive(Debug)]
pub struct PendingAnswer {
    /// What identifies the request.
    pub ticket: Ticket,
    /// When the response was given.
    pub at: Timestamp,
    /// The request's id. The response to a conflicting request names it.
    pub request_id: String,
    /// The answer to keep.
    pub answer: Answer,
    /// How many answers may be kept per day.
    pub most: Option<u64>,
}

impl PendingAnswer {
    /// The day on which it counts, in days since 1970.
    #[must_use]
    pub const fn day(&self) -> i64 {
        self.at.as_micros().div_euclid(DAY_MICROS)
    }

    /// The quota of the day is used up.
    #[must_use]
    pub fn over_quota(&self) -> OverQuota {
        OverQuota { quota: Quota::IdempotencyKeys, most: self.most.unwrap_or(u64::MAX) }
    }
}

impl Answer {
    /// A first answer, about this version of a customer.
    #[must_use]
    pub(crate) const fn about(customer: CustomerId, version: u64, body: Vec<u8>) -> Self {
        Self {
            customer: Some(customer),
            persons: Vec::new(),
            version: Some(version),
            body: Pii::new(body),
            warnings: Vec::new(),
            replayed: false,
        }
    }

    /// A first answer that is about no customer.
    #[must_use]
    pub(crate) const fn about_no_customer(body: Vec<u8>) -> Self {
        Self {
            customer: None,
            persons: Vec::new(),
            version: None,
            body: Pii::new(body),
            warnings: Vec::new(),
            replayed: false,
        }
    }
}

/// What the store knows about an attempt. `A` is the kept answer.
#[derive(Debug)]
pub enum Replay<A = Answer> {
    /// Nothing: compute, and keep the answer under this ticket.
    Fresh(Ticket),
    /// It has a kept answer.
    Answered(A),
    /// The key was used by another request, with this id.
    OtherRequest(String),
}
