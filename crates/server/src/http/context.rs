//! The context of a request while it is handled, with its slot among the requests that are handled at the same time.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Instant;

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::ids::{AccountId, KeyId};
use http::request::Parts;

use super::budget::{Budget, NoRoom, Share};
use super::claimant::{Claimant, Claimants};

/// What handlers know of a request beyond what the router knows.
#[derive(Clone)]
pub struct RequestContext {
    /// The server's own id, not the client's.
    pub request_id: RequestId,
    pub address: IpAddr,
    pub began: Instant,
    shared: Arc<Shared>,
}

struct Shared {
    slots: Arc<Budget>,
    key: OnceLock<(Scope, KeyId, Option<Timestamp>)>,
    reservation: Mutex<Reservation>,
}

struct Reservation {
    claimants: Claimants,
    slot: Option<Share>,
}

/// The id of a request in its response, the log and the audit trail.
#[derive(Debug, Clone)]
pub struct RequestId(pub(super) Arc<str>);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RequestContext {
    /// A request that has no slot yet.
    #[must_use]
    pub fn new(request_id: RequestId, address: IpAddr, began: Instant, slots: &Arc<Budget>) -> Self {
        let reservation = Mutex::new(Reservation { claimants: Claimants::stranger(address), slot: None });
        let shared = Shared { slots: Arc::clone(slots), key: OnceLock::new(), reservation };
        Self { request_id, address, began, shared: Arc::new(shared) }
    }

    /// The context of a request, which the outer layer has set.
    #[must_use]
    pub fn of(parts: &Parts) -> &Self {
        parts.extensions.get().expect("the outer layer sets it")
    }

    /// Takes a slot, unless the request has one. It fails at once when there is none.
    pub fn take_slot(&self) -> Result<(), NoRoom> {
        let mut reservation = self.reservation();
        if reservation.slot.is_none() {
            reservation.slot = Some(self.shared.slots.take(reservation.claimants, 1)?);
        }
        Ok(())
    }

    /// Returns the slot: when the response is ready, or before waiting for the client or for an event.
    pub fn leave_slot(&self) {
        self.reservation().slot = None;
    }

    /// Records whose key or session the request carries. From now on its slot counts against them, and this fails if
    /// they have no more slots.
    pub fn identify(&self, holder: Claimant, account: AccountId) -> Result<(), NoRoom> {
        let mut reservation = self.reservation();
        let claimants = Claimants::known(holder, account);
        reservation.claimants = claimants;
        match &mut reservation.slot {
            Some(slot) => slot.identify(claimants),
            None => Ok(()),
        }
    }

    /// The claimants that shares of this request count against.
    #[must_use]
    pub fn claimants(&self) -> Claimants {
        self.reservation().claimants
    }

    /// Whether the request carries a valid key or pass.
    pub(super) fn is_known(&self) -> bool {
        self.reservation().claimants.are_known()
    }

    /// Records the key of the request, and when the key ends if the client should be told.
    pub fn set_key(&self, scope: Scope, key: KeyId, end: Option<Timestamp>) {
        let _ = self.shared.key.set((scope, key, end));
    }

    pub(super) fn key(&self) -> Option<(Scope, KeyId)> {
        self.shared.key.get().map(|(scope, key, _)| (*scope, *key))
    }

    /// When the key ends, if the client should be told.
    pub(super) fn key_end(&self) -> Option<Timestamp> {
        self.shared.key.get().and_then(|(.., end)| *end)
    }

    fn reservation(&self) -> MutexGuard<'_, Reservation> {
        self.shared.reservation.lock().expect("moving a share does not panic")
    }
}
