//! What grants access, as it is stored: links, endpoints and API keys.

use dossier_core::api_key::{ApiKey, KeyRecord};
use dossier_core::caller::Scope;
use dossier_core::change::NewLink;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, SessionId};
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
        let seal = |section: &str, content: &[u8]| {
            let binding = service_binding(scope, "endpoints", section, endpoint.id.as_bytes());
            Cell::seal(&keys.service, 1, &binding, content).into_bytes()
        };
        let (url, secret) = (seal("url", endpoint.url.as_bytes()), seal("secret", &secret[..]));
        let Endpoint { id, key, event_types, created_at, .. } = endpoint;
        let event_types = event_types.iter().map(|kind| format!(" {} ", kind.as_str())).collect();
        let row = EndpointRow { scope, id, key, event_types, created_at: created_at.as_micros() };
        Self { url, secret, mac: rows::seal(&row, keys), row }
    }
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
