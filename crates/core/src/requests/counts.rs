//! Counts of requests: exact, however many are sampled.

use std::borrow::Cow;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::ids::KeyId;

/// The upper bounds of the buckets of durations, in microseconds. One more bucket has what took longer.
pub const LATENCY_BOUNDS: [u64; 9] = [1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000];

/// How long the time is that a count covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Kept for two days.
    Minute,
    /// Kept as long as the log.
    Hour,
}

impl Step {
    /// Both, because every request counts in both.
    pub const ALL: [Self; 2] = [Self::Minute, Self::Hour];
    /// For how many days counts by the minute are kept.
    pub const MINUTE_DAYS: i64 = 2;

    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 60 * 60,
        }
    }

    /// The start of the time that a moment is in.
    #[must_use]
    pub const fn start(self, at: Timestamp) -> Timestamp {
        let length = self.seconds() * 1_000_000;
        Timestamp::from_micros(at.as_micros().div_euclid(length) * length)
    }
}

/// What requests are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountKey {
    /// The account and environment of the key.
    pub scope: Scope,
    /// The length of the time.
    pub step: Step,
    /// The start of the time.
    pub start: Timestamp,
    /// The method.
    pub method: Cow<'static, str>,
    /// The documented path.
    pub route: Cow<'static, str>,
    /// The first digit of the status.
    pub class: u8,
    /// The API key.
    pub key: KeyId,
}

/// How many requests took how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latencies(pub [u64; LATENCY_BOUNDS.len() + 1]);

impl Latencies {
    /// Counts a request.
    pub fn count(&mut self, duration_us: u64) {
        self.0[LATENCY_BOUNDS.iter().position(|bound| duration_us <= *bound).unwrap_or(LATENCY_BOUNDS.len())] += 1;
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(one, other)| *one += other);
    }

    /// How many requests were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The bound in microseconds that this share of the requests did not exceed, in percent. `None` if there are no
    /// requests, or if it is in the last bucket, which has no bound.
    #[must_use]
    pub fn quantile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.total() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        LATENCY_BOUNDS.iter().zip(self.0).find_map(|(bound, count)| {
            seen += count;
            (seen >= wanted).then_some(*bound)
        })
    }
}

/// A count as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// What was counted.
    pub key: CountKey,
    /// How many requests took how long.
    pub latencies: Latencies,
}

/// What errors are grouped by: on one day, one rule that requests of one key to one operation broke.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorKey {
    /// The account and environment of the key.
    pub scope: Scope,
    /// The start of the day.
    pub day: Timestamp,
    /// The method.
    pub method: Cow<'static, str>,
    /// The documented path.
    pub route: Cow<'static, str>,
    /// The status of the response.
    pub status: u16,
    /// The code of the problem.
    pub code: Cow<'static, str>,
    /// The place, without indices. Empty if the problem has none.
    pub pointer: String,
    /// The code of the violation. Empty if there is none.
    pub violation: Cow<'static, str>,
    /// The API key.
    pub key: KeyId,
}

/// How often it happened, and the first example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorCount {
    /// How many requests.
    pub count: u64,
    /// When the first of the day happened.
    pub first_at: Timestamp,
    /// The id of that request.
    pub first_request: String,
    /// When the last happened.
    pub last_at: Timestamp,
}

impl ErrorCount {
    /// Adds what was counted later.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        if other.first_at < self.first_at {
            self.first_at = other.first_at;
            self.first_request.clone_from(&other.first_request);
        }
        self.last_at = self.last_at.max(other.last_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_bound_that_most_requests_keep() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(50), None);
        (0..98).for_each(|_| latencies.count(900));
        latencies.count(1_001);
        latencies.count(7_000_000);
        assert_eq!(latencies.total(), 100);
        for (percent, bound) in [(50, Some(1_000)), (98, Some(1_000)), (99, Some(2_000)), (100, None)] {
            assert_eq!(latencies.quantile(percent), bound, "{percent}");
        }
    }

    #[test]
    fn the_start_of_an_hour_or_a_minute_is_before_its_moments() {
        let at = Timestamp::parse("2026-11-30T13:41:59.999Z").expect("a moment");
        for (step, start) in [(Step::Minute, "2026-11-30T13:41:00.000Z"), (Step::Hour, "2026-11-30T13:00:00.000Z")] {
            assert_eq!(step.start(at).to_string(), start);
        }
        assert_eq!(Step::Minute.start(Timestamp::from_micros(-1)).as_micros(), -60_000_000);
    }
}
