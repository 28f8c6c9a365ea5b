//! The clock and the randomness of the system. No other code reads them.
#![allow(clippy::disallowed_methods)]

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use dossier_core::clock::{Clock, Timestamp};
use dossier_core::ids::Random;
use uuid::{ContextV7, Uuid};

#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is wrong in any case.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Randomness, and UUIDs that increase within this process.
#[derive(Debug)]
pub struct SystemRandom {
    order: Mutex<ContextV7>,
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self { order: Mutex::new(ContextV7::new()) }
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system has randomness");
    }

    fn uuid(&self) -> Uuid {
        let now = SystemClock.now();
        let (seconds, micros) = (now.as_micros().div_euclid(1_000_000), now.as_micros().rem_euclid(1_000_000));
        let order = self.order.lock().expect("creating an id does not panic");
        let moment = uuid::Timestamp::from_unix(
            &*order,
            u64::try_from(seconds).unwrap_or(0),
            u32::try_from(micros).unwrap_or(0) * 1_000,
        );
        Uuid::new_v7(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_process_increase() {
        let random = SystemRandom::default();
        let ids: Vec<Uuid> = (0..10_000).map(|_| random.uuid()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
    }
}
