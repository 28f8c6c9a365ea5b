//! What use cases need from outside, in one place.

use std::sync::Arc;

use crate::caller::Scope;
use crate::clock::{Clock, SandboxClocks, Timestamp};
use crate::ids::Random;
use crate::kyc::Policy;
use crate::quota::Quotas;
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

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicU64, Ordering};

    use crate::clock::Timestamp;
    use crate::ids::Random;

    /// Numbers that look random and are the same in every run.
    pub(crate) struct Dice(AtomicU64);

    impl Dice {
        pub(crate) fn new(seed: u64) -> Self {
            Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        }
    }

    impl Random for Dice {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let mut state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                *byte = u8::try_from(state >> 56).expect("eight bits");
            }
        }

        fn uuid(&self, _: Timestamp) -> uuid::Uuid {
            let mut bytes = [0; 16];
            self.fill(&mut bytes);
            uuid::Builder::from_random_bytes(bytes).into_uuid()
        }
    }
}
