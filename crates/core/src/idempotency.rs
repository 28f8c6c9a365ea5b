//! `Idempotency-Key`: the same request, sent again, has one effect and gets the same answer, for 30 days.

use crate::caller::Caller;
use crate::clock::Timestamp;
use crate::ids::CustomerId;
use crate::pii::Pii;

/// How long an answer is kept.
pub const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What makes two requests the same: the key, and everything that the answer depends on.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The header's value, 1 to 255 visible ASCII characters.
    pub key: &'a str,
    /// The route's name: the same key on another route is another key.
    pub route: &'static str,
    /// What else tells requests apart: the record, the wished form of the answer, the body.
    pub content: [&'a [u8]; 3],
}

/// A keyed fingerprint of an attempt, made by the store, which alone has the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Finds the attempt.
    pub key_hash: [u8; 32],
    /// Tells whether it is the same request.
    pub fingerprint: [u8; 32],
}

/// What a write answers; kept sealed when the request carried a key.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The customer that it is about, under whose key it is sealed.
    pub customer: CustomerId,
    /// The record's version, for the `ETag`.
    pub version: u64,
    /// The JSON body.
    pub body: Pii<Vec<u8>>,
    /// Whether this is the answer to an earlier attempt.
    pub replayed: bool,
}

/// An answer that is to be kept with the change that it reports.
#[derive(Debug)]
pub struct PendingAnswer {
    /// The attempt.
    pub ticket: Ticket,
    /// When it was given.
    pub at: Timestamp,
    /// The request's id, which a conflicting request is told.
    pub request_id: String,
    /// The answer.
    pub answer: Answer,
}

impl PendingAnswer {
    /// The answer to a request of this caller, given at this moment of the machine's clock.
    #[must_use]
    pub fn new(ticket: Ticket, at: Timestamp, caller: &Caller, answer: &Answer) -> Self {
        Self { ticket, at, request_id: caller.request_id.clone(), answer: answer.clone() }
    }
}

/// What the store knows of an attempt; `A` is what was answered.
#[derive(Debug)]
pub enum Replay<A = Answer> {
    /// Nothing: go on, and keep the answer under this ticket.
    Fresh(Ticket),
    /// It was answered.
    Answered(A),
    /// The key was used by another request, the one with this id.
    OtherRequest(String),
}
