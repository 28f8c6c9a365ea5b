//! The limits on how much callers may ask for.

use std::time::{Duration, Instant};

use dossier_core::ids::{AccountId, KeyId};

use super::claimant::Claimant;
use super::context::RequestContext;
use super::limiter::{Limited, Limiter, Rate};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Saves of one form: 120 at once, and then one a second. Pages save in pauses of 800 ms and one at a time, so nobody
/// types into this limit.
const FORM_WRITES: Rate = Rate::new("form", 120, Duration::from_secs(120));
/// Uploads: the documents of a business with twenty owners at once, and then one a minute.
const FORM_UPLOADS: Rate = Rate::new("form-uploads", 80, Duration::from_secs(80 * 60));

/// The limits that settings give; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Requests of a key in a second.
    pub per_key: Option<u32>,
    /// Requests of all keys of an account in a second.
    pub per_account: Option<u32>,
    /// Requests of an address in a minute that show no valid key.
    pub failed: Option<u32>,
    /// Requests of a key that wait for events at the same time.
    pub long_polls: Option<u64>,
    /// Files that a key reads at the same time.
    pub downloads: Option<u64>,
}

/// What callers have spent of each limit.
pub struct Limiters {
    per_key: Option<Limiter>,
    per_account: Option<Limiter>,
    failed: Option<Limiter>,
    /// What one session of the form saves.
    pub form_writes: Limiter,
    /// What one session of the form uploads.
    pub form_uploads: Limiter,
}

impl Limiters {
    /// Limiters of which nothing is spent.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        let limiter = |name, quota: Option<u32>, window| Some(Limiter::new(Rate::new(name, quota?, window)));
        Self {
            per_key: limiter("key", rates.per_key, SECOND),
            per_account: limiter("account", rates.per_account, SECOND),
            failed: limiter("failed-authentication", rates.failed, MINUTE),
            form_writes: Limiter::new(FORM_WRITES),
            form_uploads: Limiter::new(FORM_UPLOADS),
        }
    }

    /// Counts a request of a valid key.
    ///
    /// # Errors
    ///
    /// [`Limited`] when the key or its account has asked too much.
    pub fn asked(&self, key: KeyId, account: AccountId, now: Instant) -> Result<(), Limited> {
        spend(self.per_key.as_ref(), Claimant::Key(key), now)?;
        spend(self.per_account.as_ref(), Claimant::Account(account), now)
    }

    /// Counts a request that has shown no valid key or link. Only such requests are ever limited by it: a valid key
    /// works from the same address.
    ///
    /// # Errors
    ///
    /// [`Limited`] when there were too many from its address.
    pub fn failed(&self, context: &RequestContext) -> Result<(), Limited> {
        spend(self.failed.as_ref(), Claimant::address(context.address), context.began)
    }
}

fn spend(limiter: Option<&Limiter>, caller: Claimant, now: Instant) -> Result<(), Limited> {
    limiter.map_or(Ok(()), |limiter| limiter.spend(caller, now))
}
