//! The state that handlers share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;
use dossier_core::services::Services;
use dossier_store::Engine;
use tokio::sync::watch;

use super::apart::Apart;
use super::budget::Budget;
use super::clients::TrustedProxies;
use super::incomplete_accounts::IncompleteAccounts;
use super::rates::{Limiters, Rates};
use crate::config::erasure::Erasure;
use crate::config::{SettingView, Urls};
use crate::desk::queue_view::Queues;
use crate::desk::ways::Ways;
use crate::egress::Egress;
use crate::looks::LookCounter;
use crate::metrics::Metrics;
use crate::request_log::RequestTally;
use crate::room::Room;
use crate::scanner::Scans;
use crate::sumsub::Sumsub;

pub struct AppState {
    pub services: Services,
    /// The store, for what is not in the port.
    pub engine: Arc<dyn Engine>,
    pub erasure: Erasure,
    pub metrics: Metrics,
    /// The URL of the API, without a slash at the end.
    pub public_url: String,
    /// The URL of the hosted form, likewise.
    pub form_url: String,
    /// The threads for large requests.
    pub apart: Apart,
    /// Requests that may be handled at the same time.
    pub slots: Arc<Budget>,
    /// Bytes of request bodies and of large responses that may be in memory at the same time.
    pub body_bytes: Arc<Budget>,
    /// Files that may be sent at the same time.
    pub downloads: Arc<Budget>,
    /// Whether the disk has room.
    pub room: Room,
    /// Files that may be received at the same time.
    pub uploads: Arc<Budget>,
    /// Refused uploads of the form that may be read to their end at the same time.
    pub drains: Arc<Budget>,
    /// Keys whose last use is not yet recorded in the store.
    pub keys_used: Mutex<HashMap<KeyId, (Scope, Timestamp)>>,
    /// Looks at personal data that are not yet recorded in the store.
    pub looks: LookCounter,
    /// Requests of API keys that are not yet in the stored log.
    pub requests: Arc<RequestTally>,
    /// For how many seconds the log of requests is kept. `None` if it is off.
    pub request_log: Option<i64>,
    /// The settings, for the console.
    pub settings: Vec<SettingView>,
    /// The paths of the API, for the console.
    pub paths: Vec<&'static str>,
    /// Requests that are being handled now, without those that wait for events.
    pub answering: AtomicUsize,
    /// Requests since the start.
    pub asked: AtomicU64,
    /// Requests that may wait for events at the same time.
    pub waiting: Arc<Budget>,
    /// Turns true when the server shuts down.
    pub stopping: watch::Receiver<bool>,
    pub proxies: Arc<TrustedProxies>,
    pub egress: Arc<Egress>,
    /// `None` when Sumsub is not configured.
    pub sumsub: Option<Arc<Sumsub>>,
    pub limiters: Limiters,
    pub incomplete_accounts: IncompleteAccounts,
    /// The URL of the desk, without a slash at the end.
    pub desk_url: String,
    /// The ways to sign in to the desk.
    pub ways: Ways,
    /// What waits for a decision, as the desk shows it.
    pub queues: Queues,
}

/// What the state is made from, besides the services.
pub struct StateParts {
    /// The store, for what is not in the port.
    pub engine: Arc<dyn Engine>,
    pub erasure: Erasure,
    pub urls: Urls,
    /// The ways to sign in to the desk.
    pub ways: Ways,
    /// Requests that may be handled at the same time.
    pub max_requests: u64,
    pub rates: Rates,
    /// Turns true when the server shuts down.
    pub stopping: watch::Receiver<bool>,
    pub proxies: Arc<TrustedProxies>,
    pub egress: Arc<Egress>,
    /// `None` when Sumsub is not configured.
    pub sumsub: Option<Arc<Sumsub>>,
    /// How scans of uploads ended.
    pub scans: Scans,
    /// For how many seconds the log of requests is kept. `None` if it is off.
    pub request_log: Option<i64>,
    /// The settings, for the console.
    pub settings: Vec<SettingView>,
    /// The paths of the API, for the console.
    pub paths: Vec<&'static str>,
}

pub type App = Arc<AppState>;

impl AppState {
    /// With what parsing takes, and with full caches, the process stays below 256 MiB.
    const BODY_BYTES: u64 = 40 * 1_024 * 1_024;
    /// An upload holds a few segments of 64 KiB, or a part of 5 MiB when files are in a bucket.
    const UPLOADS: u64 = 64;
    /// The rest of a refused upload is read and discarded piece by piece.
    const DRAINS: u64 = 16;
    /// A download holds half a MiB: opened segments, and what the client has not received yet.
    const DOWNLOADS: u64 = 128;
    /// A request that waits for events holds no slot, only its connection.
    const WAITING: u64 = 512;

    #[must_use]
    pub fn new(services: Services, parts: StateParts) -> Self {
        let StateParts {
            engine,
            erasure,
            urls: Urls { public: public_url, form: form_url, desk: desk_url },
            ways,
            max_requests,
            rates,
            stopping,
            proxies,
            egress,
            sumsub,
            scans,
            request_log,
            settings,
            paths,
        } = parts;
        let metrics = Metrics::new(scans, services.clock.now());
        Self {
            answering: AtomicUsize::new(0),
            asked: AtomicU64::new(0),
            waiting: Budget::with_most(Self::WAITING, rates.long_polls),
            stopping,
            proxies,
            egress,
            sumsub,
            apart: Apart::default(),
            services,
            engine,
            erasure,
            metrics,
            public_url,
            form_url,
            slots: Budget::new(max_requests),
            body_bytes: Budget::new(Self::BODY_BYTES),
            downloads: Budget::with_most(Self::DOWNLOADS, rates.downloads),
            room: Room::default(),
            uploads: Budget::new(Self::UPLOADS),
            drains: Budget::new(Self::DRAINS),
            keys_used: Mutex::default(),
            looks: LookCounter::default(),
            requests: Arc::new(RequestTally::new(request_log.is_some())),
            request_log,
            settings,
            paths,
            limiters: Limiters::new(rates),
            incomplete_accounts: IncompleteAccounts::default(),
            desk_url,
            ways,
            queues: Queues::default(),
        }
    }

    /// Records in the store when keys were last used. Called every half minute and at shutdown.
    pub async fn note_keys_used(&self) {
        let used = std::mem::take(&mut *self.keys_used.lock().expect("recording a use does not panic"));
        let used: Vec<_> = used.into_iter().map(|(key, (scope, at))| (scope, key, at)).collect();
        if !used.is_empty()
            && let Err(error) = self.services.store.record_key_use(used).await
        {
            tracing::warn!(%error, "failed to record the last use of keys");
        }
    }
}
