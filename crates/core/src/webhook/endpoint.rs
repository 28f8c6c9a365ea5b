//! Endpoints: where events are sent.

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::api_key::KeyRecord;
use crate::caller::Environment;
use crate::clock::Timestamp;
use crate::event::EventType;
use crate::ids::{KeyId, WebhookId};
use crate::parse::leaf::Text;
use crate::parse::list::List;
use crate::parse::record::Field;
use crate::record;
use crate::webhook::signer::can_sign;
use crate::words::words;

/// A scope has at most this many endpoints.
pub const MAX_ENDPOINTS: usize = 16;

record! {
    /// The body of a new endpoint.
    value NewWebhook {
        /// Where to send events: an https URL. In the sandbox, http and local addresses work as well
        url: Text<1024>,
        /// The types of event to send; by default only customer.kycs.updated
        event_types: Option<List<EventType, 16>>,
    }
}

impl Field for List<EventType, 16> {}

/// A registered URL that gets events.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The id of the endpoint.
    pub id: WebhookId,
    /// The URL that gets events. It is kept sealed, because it may hold a secret.
    pub url: String,
    /// The key that registered the endpoint and signs its deliveries.
    pub key: KeyId,
    /// The event types it gets.
    pub event_types: Vec<EventType>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Why it is disabled. `None` while it is enabled.
    pub disabled: Option<Disabled>,
    /// The moment since which nothing could be delivered.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before the last rotation signs as well, in real time. `None` before the first rotation.
    pub old_secret_until: Option<Timestamp>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.id)
    }
}

words! {
    /// Why an endpoint is disabled.
    Disabled {
        Gone = "gone": "It answered 410.",
        Failing = "failing": "It failed for three days.",
    }
}

words! {
    /// Whether events can be delivered to an endpoint.
    EndpointState {
        Active = "active": "Events are delivered.",
        Disabled = "disabled": "It is disabled, and deliveries wait.",
        KeyRevoked = "key_revoked": "The key that signs is revoked. Deliveries wait until another key signs.",
    }
}

impl Endpoint {
    /// Whether events can be delivered to it.
    #[must_use]
    pub fn state(&self, keys: &[KeyRecord], now: Timestamp) -> EndpointState {
        match self.disabled {
            Some(_) => EndpointState::Disabled,
            None if can_sign(keys, self.key, now) => EndpointState::Active,
            None => EndpointState::KeyRevoked,
        }
    }

    /// The JSON that the API shows. `secret` is shown once.
    #[must_use]
    pub fn to_json(&self, secret: Option<&str>) -> serde_json::Value {
        let view = EndpointView {
            id: self.id,
            url: &self.url,
            status: if self.disabled.is_some() { "disabled" } else { "active" },
            created_at: self.created_at,
            event_types: self.event_types.iter().map(|kind| kind.as_str()).collect(),
            key_id: self.key,
            disabled_reason: self.disabled,
            failing_since: self.failing_since,
            secret,
        };
        serde_json::to_value(view).expect("an endpoint has string keys only")
    }
}

/// What is shown of an endpoint.
#[derive(Serialize, schemars::JsonSchema)]
pub struct EndpointView<'a> {
    id: WebhookId,
    /// Where events are sent.
    url: &'a str,
    #[schemars(extend("enum" = ["active", "disabled"]))]
    status: &'static str,
    created_at: Timestamp,
    #[schemars(with = "Vec<EventType>")]
    event_types: Vec<&'static str>,
    /// The API key that signs.
    key_id: KeyId,
    /// Why the webhook is disabled. `null` while it is not.
    disabled_reason: Option<Disabled>,
    /// Since when no delivery has been accepted.
    failing_since: Option<Timestamp>,
    /// The secret of the Standard Webhooks signature. Only this response shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    secret: Option<&'a str>,
}

/// A new endpoint that is being stored.
pub struct NewEndpoint {
    /// The endpoint to store.
    pub endpoint: Endpoint,
    /// Its own Standard Webhooks secret.
    pub secret: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for NewEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

/// A new secret of an endpoint.
pub struct NewSecret {
    /// The endpoint.
    pub id: WebhookId,
    /// The secret.
    pub secret: Zeroizing<[u8; 32]>,
    /// When it was made. It replaces no secret while the one before that still signs.
    pub at: Timestamp,
    /// Until when the old one signs as well.
    pub until: Timestamp,
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewSecret({})", self.id)
    }
}

/// Whether an endpoint may be called at all. The addresses are checked again at every call.
pub trait Guard: Send + Sync {
    /// Why a URL may not be called from an environment. `None` when it may.
    fn refuse(&self, url: &str, environment: Environment) -> Option<&'static str>;
}
