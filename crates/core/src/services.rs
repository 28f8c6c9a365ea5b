//! What use cases need from outside, in one place.

use std::sync::Arc;

use crate::caller::Scope;
use crate::clock::{Clock, Timestamp};
use crate::closed_accounts::ClosedAccounts;
use crate::file::scan::Scanning;
use crate::ids::Random;
use crate::kyc::policy::Policy;
use crate::quota::Quotas;
use crate::sandbox_clocks::SandboxClocks;
use crate::store::Store;
use crate::turns::Turns;

/// The store, the clock, the source of ids, the turns of writers, and the operator's choices.
pub struct Services {
    /// Where records are.
    pub store: Arc<dyn Store>,
    /// The source of time.
    pub clock: Arc<dyn Clock>,
    /// How far the clocks of sandboxes are ahead.
    pub sandboxes: SandboxClocks,
    /// The accounts that are closed.
    pub closed: ClosedAccounts,
    /// The source of ids and keys.
    pub random: Arc<dyn Random>,
    /// The turns of writers.
    pub turns: Turns,
    /// The operator's choices about verification.
    pub policy: Policy,
    /// How much an account may store.
    pub quotas: Quotas,
    /// What scans uploads for viruses, if anything does.
    pub scanning: Option<Scanning>,
}

impl Services {
    /// The time for the records of a scope. Everything in them that waits or is dated reads this.
    #[must_use]
    pub fn now(&self, scope: Scope) -> Timestamp {
        self.sandboxes.shift(scope, self.clock.now())
    }
}
