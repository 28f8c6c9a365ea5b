//! What use cases need from outside, in one place.

use std::sync::Arc;

use crate::caller::Scope;
use crate::clock::{Clock, Timestamp};
use crate::ids::Random;
use crate::kyc::policy::Policy;
use crate::quota::Quotas;
use crate::sandbox_clocks::SandboxClocks;
use crate::store::Store;
use crate::turns::Turns;

/// The store, the clock, the source of ids, the turns of writers, and what the operator decided.
pub struct Services {
    /// Where records are.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How far the clocks of sandboxes are ahead.
    pub sandboxes: SandboxClocks,
    /// Where ids and keys come from.
    pub random: Arc<dyn Random>,
    /// Whose turn it is.
    pub turns: Turns,
    /// What the operator decided about verification.
    pub policy: Policy,
    /// How much an account may have.
    pub quotas: Quotas,
}

impl Services {
    /// What time it is for the records of a scope: everything in them that waits or dates reads this.
    #[must_use]
    pub fn now(&self, scope: Scope) -> Timestamp {
        self.sandboxes.shift(scope, self.clock.now())
    }
}
