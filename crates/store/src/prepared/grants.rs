//! What grants access, as it is stored: links, endpoints and API keys.

use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::caller::Scope;
use dossier_core::change::NewLink;
use dossier_core::clock::Timestamp;
use dossier_core::event::EventType;
use dossier_core::ids::{CustomerId, SessionId, WebhookId};
use dossier_core::webhook::{Endpoint, NewEndpoint};

use crate::api_keys::KeyRow;
use crate::rows::{self, EndpointRow, LinkRow};
use crate::sealed::{seal_name, service_binding};
use crate::vault::{Cell, Midstates, RowSeal, ScopeKeys, Vault};

pub(crate) struct StoredLink {
    pub(crate) hash: [u8; 32],
    pub(crate) session: SessionId,
    /// When its expiry is to be handled. `None` if there is nothing to do.
    pub(crate) expires_at: Option<Timestamp>,
    /// When a pass was last used. `None` for a link.
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) mac: RowSeal,
}

impl StoredLink {
    pub(super) fn new(vault: &Vault, keys: &ScopeKeys, scope: Scope, customer: CustomerId, link: &NewLink) -> Self {
        let (hash, session) = (vault.key_lookup(&link.token), link.session);
        let mac = rows::seal(&LinkRow { scope, hash, customer, session }, keys);
        Self { hash, session, expires_at: Some(link.expires_at), used_at: None, mac }
    }
}

pub(crate) struct SealedEndpoint {
    pub(crate) row: EndpointRow,
    pub(crate) url: Vec<u8>,
    pub(crate) secret: Vec<u8>,
    pub(crate) mac: RowSeal,
}

impl SealedEndpoint {
    pub(crate) fn new(keys: &ScopeKeys, scope: Scope, new: NewEndpoint) -> Self {
        let NewEndpoint { endpoint, secret } = new;
        let binding = service_binding(scope, "endpoints", "secret", endpoint.id.as_bytes());
        let secret = Cell::seal(&keys.service, 1, &binding, &secret[..]).into_bytes();
        let url = seal_url(keys, scope, endpoint.id, &endpoint.url);
        let Endpoint { id, key, event_types, created_at, .. } = endpoint;
        let event_types = event_types_column(&event_types);
        let row = EndpointRow { scope, id, key, event_types, created_at: created_at.as_micros() };
        Self { url, secret, mac: rows::seal(&row, keys), row }
    }
}

pub(super) fn seal_url(keys: &ScopeKeys, scope: Scope, id: WebhookId, url: &str) -> Vec<u8> {
    let binding = service_binding(scope, "endpoints", "url", id.as_bytes());
    Cell::seal(&keys.service, 1, &binding, url.as_bytes()).into_bytes()
}

pub(super) fn event_types_column(event_types: &[EventType]) -> String {
    event_types.iter().map(|kind| format!(" {} ", kind.as_str())).collect()
}

pub(crate) struct SealedKey {
    /// The columns, with the sealed name.
    pub(crate) row: KeyRow,
    pub(crate) midstates: Vec<u8>,
    pub(crate) mac: RowSeal,
}

impl SealedKey {
    pub(crate) fn new(keys: &ScopeKeys, lookup: [u8; 32], key: &ApiKey, record: &KeyRecord) -> Self {
        let id = record.key_id.as_bytes();
        let name = seal_name(keys, record.scope, "api_keys", id, &record.name);
        let binding = service_binding(record.scope, "api_keys", "hmac-midstate", id);
        let midstates = Cell::seal(&keys.service, 1, &binding, &Midstates::of(key.expose().as_bytes()).to_bytes()[..]);
        let row = KeyRow { name, ..KeyRow::of(record, lookup) };
        Self { mac: rows::seal(&row, keys), midstates: midstates.into_bytes(), row }
    }
}
