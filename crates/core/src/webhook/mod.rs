//! Webhooks: endpoints that get events, and how failed deliveries are repeated.

pub(crate) mod delivery;
pub(crate) mod endpoint;
pub(crate) mod schedule;
pub(crate) mod signer;

pub use delivery::{
    AnnouncedEvent, Attempt, AttemptCount, AttemptResult, Delivery, Due, FinishedAttempt, LOG_SECONDS, Message,
    Verdict, delivery_id, delivery_number, is_accepted,
};
pub use endpoint::{
    Disabled, Endpoint, EndpointState, EndpointView, Guard, MAX_ENDPOINTS, NewEndpoint, NewSecret, NewWebhook,
};
pub use schedule::Schedule;
pub use signer::{can_sign, signing_keys};
