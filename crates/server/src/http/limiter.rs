//! Rate limits: how many requests a caller may make in a period, and the headers that say so.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use ahash::AHashMap;
use dossier_core::quota::{OverQuota, Quota};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::claimant::Claimant;
use super::problem::{Problem, ProblemCode};

/// draft-ietf-httpapi-ratelimit-headers
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Clients that keep retrying for half a minute then get another attempt.
const MAX_RETRY_AFTER: u64 = 20;
const DAY: u64 = 24 * 60 * 60;
/// Above this number of callers, those that have their whole quota again are forgotten.
const MANY: usize = 1_024;

/// A quota in a window of time. A caller may spend it all at once or spread out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    name: &'static str,
    quota: u32,
    window: Duration,
}

impl Rate {
    /// `name` is the one that clients see.
    #[must_use]
    pub const fn new(name: &'static str, quota: u32, window: Duration) -> Self {
        Self { name, quota, window }
    }
}

/// How much of a rate each caller has spent in this process.
pub struct Limiter {
    rate: Rate,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    /// When each caller has its whole quota again.
    whole_at: AHashMap<Claimant, Instant>,
    /// The number of callers above which it is worth looking for some to forget.
    crowd: usize,
}

impl Limiter {
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, spent: Mutex::default() }
    }

    /// Spends one unit of a caller's quota. When none is left, it spends nothing and fails.
    pub fn spend(&self, caller: Claimant, now: Instant) -> Result<(), Limited> {
        let Rate { name, quota, window } = self.rate;
        let one = window / quota;
        let mut spent = self.spent.lock().expect("counting does not panic");
        let begins = spent.whole_at.get(&caller).map_or(now, |whole| now.max(*whole));
        let whole = begins + one;
        let wait = whole.saturating_duration_since(now + window);
        if !wait.is_zero() {
            return Err(Limited { policy: Policy::Rate { name, quota, window }, wait });
        }
        spent.whole_at.insert(caller, whole);
        spent.forget(now);
        Ok(())
    }
}

impl Spent {
    fn forget(&mut self, now: Instant) {
        if self.whole_at.len() > self.crowd.max(MANY) {
            self.whole_at.retain(|_, whole| *whole > now);
            self.crowd = 2 * self.whole_at.len();
        }
    }
}

/// A caller has spent its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    policy: Policy,
    wait: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    Rate { name: &'static str, quota: u32, window: Duration },
    AtOnce { name: &'static str, quota: u64 },
    Quota(OverQuota),
}

impl Limited {
    /// The limit that a caller reaches when it already holds as many of something as it may.
    #[must_use]
    pub const fn at_once(name: &'static str, quota: u64, wait: Duration) -> Self {
        Self { policy: Policy::AtOnce { name, quota }, wait }
    }

    /// The limit that an account or a customer reaches when it has as much as its quota allows.
    #[must_use]
    pub const fn quota(over: OverQuota) -> Self {
        Self { policy: Policy::Quota(over), wait: Duration::from_secs(MAX_RETRY_AFTER) }
    }

    /// The headers that tell a client what the limit is and when to try again.
    pub fn fields(self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let seconds = (self.wait.as_secs_f64().ceil() as u64).clamp(1, MAX_RETRY_AFTER);
        let (name, policy) = match self.policy {
            Policy::Rate { name, quota, window } => (name, format!("q={quota};w={}", window.as_secs())),
            Policy::AtOnce { name, quota } => (name, format!("q={quota};qu=\"concurrent-requests\"")),
            Policy::Quota(OverQuota { quota, most }) => match quota {
                Quota::IdempotencyKeys => ("idempotency-keys", format!("q={most};w={DAY}")),
                Quota::FilesOfAccount => ("files-of-account", format!("q={most}")),
                Quota::BytesOfAccount => ("bytes-of-account", format!("q={most};qu=\"content-bytes\"")),
                Quota::FilesOfCustomer => ("files-of-customer", format!("q={most}")),
                Quota::BytesOfCustomer => ("bytes-of-customer", format!("q={most};qu=\"content-bytes\"")),
            },
        };
        let text = |text: String| HeaderValue::try_from(text).expect("names and numbers are visible ASCII");
        let left = text(format!("\"{name}\";r=0;t={seconds}"));
        let policy = text(format!("\"{name}\";{policy}"));
        [(header::RETRY_AFTER, seconds.into()), (RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)].into_iter()
    }

    /// Adds the headers to a response.
    pub fn tell(self, headers: &mut HeaderMap) {
        headers.extend(self.fields().map(|(name, value)| (Some(name), value)));
    }
}

impl From<Limited> for Problem {
    fn from(limited: Limited) -> Self {
        let code = match limited.policy {
            Policy::Rate { .. } | Policy::AtOnce { .. } => ProblemCode::TooManyRequests,
            Policy::Quota(_) => ProblemCode::QuotaExceeded,
        };
        let problem = Self::new(code, "This is more than the limit allows; nothing was changed.");
        limited.fields().fold(problem, |problem, (name, value)| problem.header(name, value))
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn caller(last: u8) -> Claimant {
        Claimant::address(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_quota_may_be_spent_at_once_and_comes_back_evenly() {
        let limiter = Limiter::new(Rate::new("test", 120, Duration::from_secs(120)));
        let began = Instant::now();
        let allowed = |last, after: u64, tries: usize| {
            let now = began + Duration::from_secs(after);
            (0..tries).filter(|_| limiter.spend(caller(last), now).is_ok()).count()
        };
        assert_eq!(allowed(1, 0, 500), 120);
        assert_eq!(allowed(1, 10, 500), 10);
        assert_eq!(allowed(2, 10, 500), 120, "every caller has its own quota");
        assert_eq!(allowed(1, 11, 1), 1);
        assert_eq!(allowed(1, 10_000, 500), 120);
    }

    #[test]
    fn no_part_of_a_second_is_lost_at_high_rates() {
        let limiter = Limiter::new(Rate::new("test", 5_000, Duration::from_secs(1)));
        let began = Instant::now();
        let ms = Duration::from_millis(1);
        let allowed: usize = (0..10_000)
            .map(|step| (0..10).filter(|_| limiter.spend(caller(1), began + ms * step).is_ok()).count())
            .sum();
        // Ten seconds with 10,000 attempts each: the quota at the beginning, and 5,000 in each second.
        assert!((54_990..=55_000).contains(&allowed), "{allowed}");
    }

    #[test]
    fn idle_callers_are_forgotten() {
        let limiter = Limiter::new(Rate::new("test", 1, Duration::from_secs(1)));
        let mut now = Instant::now();
        for number in 0..100_000_u32 {
            let caller = Claimant::address(IpAddr::from(number.to_be_bytes()));
            assert!(limiter.spend(caller, now).is_ok());
            now += Duration::from_millis(1);
        }
        assert!(limiter.spent.lock().expect("no panic").whole_at.len() < 4_000);
    }

    #[test]
    fn clients_are_told_what_the_limit_is_and_when_to_try_again() {
        let told = |limited: Limited| {
            let text = |value: HeaderValue| value.to_str().expect("ASCII").to_owned();
            limited.fields().map(|(name, value)| format!("{name}: {}", text(value))).collect::<Vec<_>>()
        };
        let limiter = Limiter::new(Rate::new("key", 2, Duration::from_secs(120)));
        let now = Instant::now();
        assert!(limiter.spend(caller(1), now).is_ok() && limiter.spend(caller(1), now).is_ok());
        let limited = limiter.spend(caller(1), now).expect_err("none is left");
        let expected = ["retry-after: 20", "ratelimit-policy: \"key\";q=2;w=120", "ratelimit: \"key\";r=0;t=20"];
        assert_eq!(told(limited), expected);
        let limited = limiter.spend(caller(1), now + Duration::from_millis(58_100)).expect_err("not yet");
        assert!(told(limited).contains(&"retry-after: 2".to_owned()));
        let at_once = Limited::at_once("polls", 4, Duration::from_secs(5));
        assert!(told(at_once).contains(&"ratelimit-policy: \"polls\";q=4;qu=\"concurrent-requests\"".to_owned()));
    }
}
