//! Webhooks: endpoints that get events, and how failed deliveries are repeated.

pub(crate) mod delivery;
pub(crate) mod endpoint;
pub(crate) mod schedule;

pub use delivery::{
    AnnouncedEvent, Attempt, AttemptCount, AttemptResult, Delivery, Due, FinishedAttempt, LOG_SECONDS, Message,
    Verdict, delivery_id, delivery_number,
};
pub use endpoint::{Disabled, Endpoint, EndpointView, Guard, MAX_ENDPOINTS, NewEndpoint, NewSecret, NewWebhook};
pub use schedule::Schedule;
