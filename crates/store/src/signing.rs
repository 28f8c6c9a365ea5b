//! Makes and signs the messages of deliveries, from the rows that the engines have read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dossier_core::api_key::{KeyRecord, KeyScope};
use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::disclosure::Disclosure;
use dossier_core::event::event_id;
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::ids::{KeyId, WebhookId};
use dossier_core::pii::Pii;
use dossier_core::store::StoreError;
use dossier_core::webhook::{Due, Message};
use quick_cache::sync::Cache;
use zeroize::Zeroizing;

use crate::sealed::service_binding;
use crate::vault::{Cell, Midstates, ScopeKeys};

/// The URL of an endpoint and the keys that sign for it, as they were read.
pub(crate) struct Signer {
    read: Instant,
    url: String,
    secret: hmac::Key,
    /// The secret before it, and until when it signs as well.
    old: Option<(hmac::Key, Timestamp)>,
    /// `None` if the registering key is revoked.
    contract: Option<Midstates>,
    next: Option<Midstates>,
    /// Whether the registering key may see links to the form.
    shows_link: bool,
}

impl Signer {
    /// Opens the sealed columns of an endpoint.
    pub(crate) fn open(
        keys: &ScopeKeys,
        (scope, id): (Scope, WebhookId),
        (url, secret): (Vec<u8>, Vec<u8>),
        [contract, next]: [Option<Midstates>; 2],
        shows_link: bool,
    ) -> Result<Self, StoreError> {
        let content = open_secret(keys, (scope, id), secret)?;
        let (secret, _) = content.split_at(SECRET);
        let key = |secret: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, secret);
        let old = old_secret(&content).map(|(old, until)| (key(old), until));
        Ok(Self {
            read: Instant::now(),
            url: open_url(keys, scope, id, url)?,
            secret: key(secret),
            old,
            contract,
            next,
            shows_link,
        })
    }

    /// The message of a delivery, signed as of now. The first attempt decides whether the message shows the link to the
    /// form, and later attempts keep to that, unless the endpoint was enabled again or the delivery is sent again. The
    /// row of a delivery has no seal, so what it says may hide the link, but never reveal it. Events hold no profile,
    /// so there are no numbers to mask.
    pub(crate) fn message(&self, due: &Due, body: Vec<u8>, now: Timestamp) -> Message {
        let shows_link = self.shows_link && due.shows_link.filter(|_| due.attempts > 0).unwrap_or(true);
        let body = Disclosure { customers: true, links: shows_link, numbers: true }.json(body);
        self.sign(event_id(due.customer, due.number), body, now, shows_link)
    }

    /// A message, signed as of now.
    pub(crate) fn sign(&self, id: String, body: Vec<u8>, now: Timestamp, shows_link: bool) -> Message {
        let timestamp = now.as_micros().div_euclid(1_000_000);
        let standard = |key: &hmac::Key| {
            let mut context = hmac::Context::with_key(key);
            context.update(format!("{id}.{timestamp}.").as_bytes());
            context.update(&body);
            format!("v1,{}", STANDARD.encode(context.sign().as_ref()))
        };
        let old = self.old.as_ref().filter(|(_, until)| now < *until).map(|(key, _)| standard(key));
        let standard = [standard(&self.secret)].into_iter().chain(old).collect::<Vec<_>>().join(" ");
        let signed = |states: &Midstates| hexadecimal(&states.sign(&body));
        Message {
            url: self.url.clone(),
            contract: self.contract.as_ref().map(signed),
            next: self.next.as_ref().map(signed),
            body: Pii::new(body),
            id,
            timestamp,
            standard,
            shows_link,
        }
    }
}

/// The length of a secret.
const SECRET: usize = 32;

/// The secret of an endpoint. After a rotation, the secret before it and the moment until which that one signs as well
/// come after it.
fn open_secret(
    keys: &ScopeKeys,
    (scope, id): (Scope, WebhookId),
    cell: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    Cell::open(cell, &keys.service, &service_binding(scope, "endpoints", "secret", id.as_bytes()))
        .ok()
        .map(Zeroizing::new)
        .filter(|content| content.len() >= SECRET)
        .ok_or_else(|| StoreError::Corrupt("the signing secret of an endpoint cannot be opened".into()))
}

/// The secret before the last rotation, and until when it signs as well.
fn old_secret(content: &[u8]) -> Option<(&[u8], Timestamp)> {
    let (old, until) = content.get(SECRET..)?.split_at_checked(SECRET)?;
    Some((old, Timestamp::from_micros(i64::from_be_bytes(until.try_into().ok()?))))
}

/// Until when the secret before the last rotation signs as well.
pub(crate) fn old_secret_until(
    keys: &ScopeKeys,
    (scope, id): (Scope, WebhookId),
    cell: Vec<u8>,
) -> Result<Option<Timestamp>, StoreError> {
    let content = open_secret(keys, (scope, id), cell)?;
    Ok(old_secret(&content).map(|(_, until)| until))
}

/// The sealed secret of an endpoint after a rotation. `None` while the secret before the last rotation still signs:
/// there is room for one old secret. A rotation without an overlap ends both.
pub(crate) fn rotated_secret(
    keys: &ScopeKeys,
    (scope, id): (Scope, WebhookId),
    cell: Vec<u8>,
    (new, at, until): (&[u8; SECRET], Timestamp, i64),
) -> Result<Option<Vec<u8>>, StoreError> {
    let known = open_secret(keys, (scope, id), cell)?;
    if at.as_micros() < until && old_secret(&known).is_some_and(|(_, signs_until)| at < signs_until) {
        return Ok(None);
    }
    let content = Zeroizing::new([&new[..], &known[..SECRET], &until.to_be_bytes()].concat());
    let binding = service_binding(scope, "endpoints", "secret", id.as_bytes());
    Ok(Some(Cell::seal(&keys.service, 1, &binding, &content).into_bytes()))
}

/// Signers by endpoint, used only for a moment, so that a revoked key signs nothing after a second.
pub(crate) struct SignerCache(Cache<(Scope, WebhookId), Arc<Signer>>);

impl Default for SignerCache {
    fn default() -> Self {
        Self(Cache::new(1_000))
    }
}

impl SignerCache {
    const TRUSTED: Duration = Duration::from_millis(500);

    pub(crate) fn get(&self, scope: Scope, id: WebhookId) -> Option<Arc<Signer>> {
        self.0.get(&(scope, id)).filter(|signer| signer.read.elapsed() < Self::TRUSTED)
    }

    pub(crate) fn remember(&self, scope: Scope, id: WebhookId, signer: Arc<Signer>) {
        self.0.insert((scope, id), signer);
    }

    /// Forgets all signers. Call this after a key or an endpoint has changed.
    pub(crate) fn forget(&self) {
        self.0.clear();
    }
}

/// Whether the registering key may see links to the form. Its successors have the same scopes.
pub(crate) fn shows_links(keys: &[KeyRecord], bound: KeyId) -> bool {
    keys.iter().any(|key| key.key_id == bound && key.scopes.contains(&KeyScope::KycSession))
}

pub(crate) fn open_midstates(
    keys: &ScopeKeys,
    scope: Scope,
    key: KeyId,
    cell: Vec<u8>,
) -> Result<Midstates, StoreError> {
    let binding = service_binding(scope, "api_keys", "hmac-midstate", key.as_bytes());
    let opened = Cell::open(cell, &keys.service, &binding).ok().map(Zeroizing::new);
    opened
        .and_then(|bytes| Midstates::from_bytes(&bytes))
        .ok_or_else(|| StoreError::Corrupt("the signing state of a key cannot be opened".into()))
}

pub(crate) fn open_url(keys: &ScopeKeys, scope: Scope, id: WebhookId, cell: Vec<u8>) -> Result<String, StoreError> {
    Cell::open(cell, &keys.service, &service_binding(scope, "endpoints", "url", id.as_bytes()))
        .ok()
        .and_then(|url| String::from_utf8(url).ok())
        .ok_or_else(|| StoreError::Corrupt("the URL of an endpoint cannot be opened".into()))
}
