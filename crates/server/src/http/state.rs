//! What handlers share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;
use dossier_core::services::Services;
use tokio::sync::watch;

use super::apart::Apart;
use super::budget::Budget;
use super::clients::TrustedProxies;
use super::incomplete_accounts::IncompleteAccounts;
use super::rates::{Limiters, Rates};
use crate::egress::Egress;
use crate::metrics::Metrics;
use crate::room::Room;
use crate::sumsub::Sumsub;

/// What handlers share.
pub struct AppState {
    /// What use cases need.
    pub services: Services,
    /// The metrics.
    pub metrics: Metrics,
    /// Under which URL people reach this server, without a slash at the end.
    pub public_url: String,
    /// Where large requests are worked on.
    pub apart: Apart,
    /// Requests that may be answered at the same time.
    pub slots: Arc<Budget>,
    /// Bytes of request bodies and of large answers that may be in memory at the same time.
    pub body_bytes: Arc<Budget>,
    /// Files that may be given out at the same time.
    pub downloads: Arc<Budget>,
    /// Whether the disk has room.
    pub room: Room,
    /// Files that may be taken at the same time.
    pub uploads: Arc<Budget>,
    /// Refused uploads of the form that may be read to their end at the same time.
    pub drains: Arc<Budget>,
    /// Keys that were used and not yet noted in the store.
    pub keys_used: Mutex<HashMap<KeyId, (Scope, Timestamp)>>,
    /// Requests that are being answered now; those that wait for events are not counted.
    pub answering: AtomicUsize,
    /// Requests since the start.
    pub asked: AtomicU64,
    /// Requests that may wait for events at the same time.
    pub waiting: Arc<Budget>,
    /// Turns true when the server ends.
    pub stopping: watch::Receiver<bool>,
    /// Who may say which client it speaks for.
    pub proxies: Arc<TrustedProxies>,
    /// Where calls may go.
    pub egress: Arc<Egress>,
    /// Sumsub, when it is configured.
    pub sumsub: Option<Arc<Sumsub>>,
    /// How much callers may ask for.
    pub limiters: Limiters,
    /// Which accounts the log was told of, because they lack what production needs.
    pub incomplete_accounts: IncompleteAccounts,
}

/// What a server has besides its services.
pub struct Surroundings {
    /// Under which URL people reach it.
    pub public_url: String,
    /// Requests that may be answered at the same time.
    pub max_requests: u64,
    /// How much callers may ask for.
    pub rates: Rates,
    /// Turns true when it ends.
    pub stopping: watch::Receiver<bool>,
    /// Who may say which client it speaks for.
    pub proxies: Arc<TrustedProxies>,
    /// Where calls may go.
    pub egress: Arc<Egress>,
    /// Sumsub, when it is configured.
    pub sumsub: Option<Arc<Sumsub>>,
}

/// [`AppState`], shared.
pub type App = Arc<AppState>;

impl AppState {
    const BODY_BYTES: u64 = 64 * 1_024 * 1_024;
    /// An upload holds a few segments of 64 KiB, or a part of 5 MiB when files lie in a bucket.
    const UPLOADS: u64 = 64;
    /// What is read of a refused upload is thrown away piece by piece.
    const DRAINS: u64 = 16;
    /// A download holds half a MiB: opened segments, and what the client has not taken.
    const DOWNLOADS: u64 = 128;
    /// A request that waits for events holds no slot, only its connection.
    const WAITING: u64 = 512;

    /// The state of a server.
    #[must_use]
    pub fn new(services: Services, surroundings: Surroundings) -> Self {
        let Surroundings { public_url, max_requests, rates, stopping, proxies, egress, sumsub } = surroundings;
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
            metrics: Metrics::default(),
            public_url,
            slots: Budget::new(max_requests),
            body_bytes: Budget::new(Self::BODY_BYTES),
            downloads: Budget::with_most(Self::DOWNLOADS, rates.downloads),
            room: Room::default(),
            uploads: Budget::new(Self::UPLOADS),
            drains: Budget::new(Self::DRAINS),
            keys_used: Mutex::default(),
            limiters: Limiters::new(rates),
            incomplete_accounts: IncompleteAccounts::default(),
        }
    }

    /// Notes in the store which keys were used. Called every half minute and at the end.
    pub async fn note_keys_used(&self) {
        let used = std::mem::take(&mut *self.keys_used.lock().expect("noting a use does not panic"));
        let used: Vec<_> = used.into_iter().map(|(key, (scope, at))| (scope, key, at)).collect();
        if !used.is_empty()
            && let Err(error) = self.services.store.record_key_use(used).await
        {
            tracing::warn!(%error, "the last use of keys could not be noted");
        }
    }
}
