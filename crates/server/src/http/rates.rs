//! The rate limits.

use std::time::{Duration, Instant};

use dossier_core::ids::{AccountId, KeyId};

use super::claimant::Claimant;
use super::context::RequestContext;
use super::limiter::{Limited, Limiter, Rate};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Saves of one form: 120 at once, and then one a second. Pages save after pauses of 800 ms and one at a time, so
/// typing does not reach this limit.
const FORM_WRITES: Rate = Rate::new("form", 120, Duration::from_secs(120));
/// Uploads: the documents of a business with twenty owners at once, and then one a minute.
const FORM_UPLOADS: Rate = Rate::new("form-uploads", 80, Duration::from_secs(80 * 60));

/// The limits from the settings. `None` means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Requests with one key in a second.
    pub per_key: Option<u32>,
    /// Requests with all keys of an account in a second.
    pub per_account: Option<u32>,
    /// Requests from an address in a minute without a valid key.
    pub failed: Option<u32>,
    /// Requests with one key that wait for events at the same time.
    pub long_polls: Option<u64>,
    /// Files that one key reads at the same time.
    pub downloads: Option<u64>,
}

/// How much of each limit callers have spent.
pub struct Limiters {
    per_key: Option<Limiter>,
    per_account: Option<Limiter>,
    failed: Option<Limiter>,
    /// Saves by one session of the form.
    pub form_writes: Limiter,
    /// Uploads by one session of the form.
    pub form_uploads: Limiter,
}

impl Limiters {
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

    /// Counts a request with a valid key.
    pub fn asked(&self, key: KeyId, account: AccountId, now: Instant) -> Result<(), Limited> {
        spend(self.per_key.as_ref(), Claimant::Key(key), now)?;
        spend(self.per_account.as_ref(), Claimant::Account(account), now)
    }

    /// Counts a request without a valid key or link, against its address. Only such requests are limited: a valid key
    /// still works from the same address.
    pub fn failed(&self, context: &RequestContext) -> Result<(), Limited> {
        spend(self.failed.as_ref(), Claimant::address(context.address), context.began)
    }
}

fn spend(limiter: Option<&Limiter>, caller: Claimant, now: Instant) -> Result<(), Limited> {
    limiter.map_or(Ok(()), |limiter| limiter.spend(caller, now))
}
