//! What happened since the last batch was stored: exact counts, and a limited number of single requests.

use std::collections::BTreeMap;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::requests::counts::{CountKey, ErrorCount, ErrorKey, Latencies, Step};
use crate::requests::logged::{LoggedRequest, grouped};

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// How many single requests of one scope a batch has. Batches are stored once a second.
#[derive(Debug, Clone, Copy)]
pub struct Sampling {
    /// How many that read, and succeeded.
    pub read: usize,
    /// How many that changed something. They have room of their own, because they are the ones to follow.
    pub changed: usize,
    /// How many that failed, besides the first of each group.
    pub failed: usize,
}

impl Sampling {
    /// What a server keeps.
    pub const DEFAULT: Self = Self { read: 50, changed: 50, failed: 200 };
}

/// What is stored at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestBatch {
    /// Single requests.
    pub requests: Vec<LoggedRequest>,
    /// Counts, to be added to those that are stored.
    pub counts: BTreeMap<CountKey, Latencies>,
    /// Groups of errors, likewise.
    pub errors: BTreeMap<ErrorKey, ErrorCount>,
}

impl RequestBatch {
    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

/// Counts requests until they are stored.
#[derive(Debug)]
pub struct Tally {
    sampling: Sampling,
    batch: RequestBatch,
    kept: BTreeMap<Scope, Kept>,
}

/// How many requests of a scope the batch has.
#[derive(Debug, Default)]
struct Kept {
    read: usize,
    changed: usize,
    failed: usize,
}

impl Tally {
    /// An empty one.
    #[must_use]
    pub fn new(sampling: Sampling) -> Self {
        Self { sampling, batch: RequestBatch::default(), kept: BTreeMap::new() }
    }

    /// Counts a request, and keeps it if there is room.
    pub fn add(&mut self, request: LoggedRequest) {
        for step in Step::ALL {
            let key = CountKey {
                scope: request.scope,
                step,
                start: step.start(request.at),
                method: request.method.clone(),
                route: request.route.clone(),
                class: u8::try_from(request.status / 100).unwrap_or(0),
                key: request.key,
            };
            self.batch.counts.entry(key).or_default().count(request.duration_us);
        }
        let is_first = request.is_failed() && self.count_errors(&request);
        let kept = self.kept.entry(request.scope).or_default();
        let (count, most) = if request.is_failed() {
            (&mut kept.failed, self.sampling.failed)
        } else if matches!(&*request.method, "GET" | "HEAD") {
            (&mut kept.read, self.sampling.read)
        } else {
            (&mut kept.changed, self.sampling.changed)
        };
        if *count < most || is_first {
            *count += 1;
            self.batch.requests.push(request);
        }
    }

    /// Counts the errors of a request. Returns whether it is the first of a group in this batch.
    fn count_errors(&mut self, request: &LoggedRequest) -> bool {
        let Some(code) = &request.code else { return false };
        let mut places: Vec<_> =
            request.violations.iter().map(|one| (grouped(&one.pointer), one.code.clone())).collect();
        places.sort();
        places.dedup();
        if places.is_empty() {
            places.push(Default::default());
        }
        let mut is_first = false;
        for (pointer, violation) in places {
            let key = ErrorKey {
                scope: request.scope,
                day: Timestamp::from_micros(request.at.as_micros().div_euclid(DAY) * DAY),
                method: request.method.clone(),
                route: request.route.clone(),
                status: request.status,
                code: code.clone(),
                pointer,
                violation,
                key: request.key,
            };
            let first_request = request.request_id.clone();
            let one = ErrorCount { count: 1, first_at: request.at, first_request, last_at: request.at };
            match self.batch.errors.get_mut(&key) {
                Some(known) => known.add(&one),
                None => {
                    is_first = true;
                    self.batch.errors.insert(key, one);
                }
            }
        }
        is_first
    }

    /// What was counted, and starts again.
    pub fn take(&mut self) -> RequestBatch {
        self.kept.clear();
        std::mem::take(&mut self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Environment;
    use crate::ids::{AccountId, KeyId};
    use crate::requests::logged::LoggedViolation;

    fn request(number: usize, status: u16, pointers: &[&str]) -> LoggedRequest {
        let violation = |pointer: &&str| LoggedViolation { pointer: (*pointer).to_owned(), code: "too_long".into() };
        LoggedRequest {
            scope: Scope { account: AccountId::from_bytes([1; 16]), environment: Environment::Sandbox },
            at: Timestamp::from_micros(number as i64),
            request_id: format!("req-{number}"),
            method: "PUT".into(),
            route: "/v0/customers/{customer_id}".into(),
            status,
            code: (status >= 400).then_some("invalid_body".into()),
            violations: pointers.iter().map(violation).collect(),
            key: KeyId::from_bytes([2; 16]),
            customer: None,
            file: None,
            duration_us: 900,
            trail: None,
        }
    }

    #[test]
    fn single_requests_are_limited_and_counts_are_exact() {
        let mut tally = Tally::new(Sampling { read: 1, changed: 3, failed: 2 });
        let read = |number| LoggedRequest { method: "GET".into(), ..request(number, 200, &[]) };
        (30..40).for_each(|number| tally.add(read(number)));
        (0..10).for_each(|number| tally.add(request(number, 200, &[])));
        (10..20).for_each(|number| tally.add(request(number, 400, &["/first_name"])));
        tally.add(request(20, 400, &["/last_name", "/persons/1/last_name", "/persons/2/last_name"]));
        let batch = tally.take();
        let kept: Vec<_> = batch.requests.iter().map(|one| one.request_id.as_str()).collect();
        assert_eq!(
            kept,
            ["req-30", "req-0", "req-1", "req-2", "req-10", "req-11", "req-20"],
            "the first of a group is kept"
        );
        let minutes: Vec<_> = batch.counts.iter().filter(|(key, _)| key.step == Step::Minute).collect();
        let totals: Vec<_> = minutes.iter().map(|(key, one)| (&*key.method, key.class, one.total())).collect();
        assert_eq!(totals, [("GET", 2, 10), ("PUT", 2, 10), ("PUT", 4, 11)]);
        let errors: Vec<_> = batch.errors.iter().map(|(key, one)| (key.pointer.as_str(), one.count)).collect();
        assert_eq!(errors, [("/first_name", 10), ("/last_name", 1), ("/persons/*/last_name", 1)]);
        let first = batch.errors.values().next().expect("a group");
        assert_eq!((first.first_request.as_str(), first.last_at.as_micros()), ("req-10", 19));
        assert!(tally.take().is_empty());
        tally.add(request(21, 200, &[]));
        assert_eq!(tally.take().requests.len(), 1, "each batch has room again");
    }
}
