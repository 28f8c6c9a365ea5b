//! When a failed delivery is attempted again.

use crate::clock::Timestamp;
use crate::webhook::delivery::{Due, Verdict};
use crate::webhook::endpoint::Disabled;

/// When failed deliveries are attempted again. Jitter keeps a thousand failures from returning at once.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Milliseconds to wait after each attempt. The last value is repeated.
    pub waits: Vec<i64>,
    /// Milliseconds after the first attempt when a delivery is given up, and an endpoint that accepted nothing is
    /// disabled.
    pub give_up: i64,
}

impl Default for Schedule {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const HOUR: i64 = 60 * MINUTE;
        Self { waits: vec![5_000, 30_000, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR], give_up: 3 * 24 * HOUR }
    }
}

impl Schedule {
    /// What follows a failed attempt. `jitter` is between 0 and 1. `asked` is the `Retry-After` of the response, in
    /// seconds.
    #[must_use]
    pub fn after(&self, due: &Due, at: Timestamp, jitter: f64, asked: Option<i64>) -> Verdict {
        let millis = |since: Timestamp| (at.as_micros() - since.as_micros()) / 1_000;
        if due.endpoint_failing_since.is_some_and(|since| millis(since) >= self.give_up) {
            return Verdict::Disable(Disabled::Failing);
        }
        if due.failing_since.is_some_and(|since| millis(since) >= self.give_up) {
            return Verdict::GivenUp;
        }
        let last = self.waits.last().copied().unwrap_or(1_000);
        let wait = self.waits.get(usize::try_from(due.attempts).unwrap_or(usize::MAX)).copied().unwrap_or(last);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let wait = (wait as f64 * (0.8 + 0.4 * jitter.clamp(0.0, 1.0))) as i64;
        // A receiver may ask for more time, but not for more than the longest wait.
        let asked = asked.map_or(0, |seconds| seconds.saturating_mul(1_000).clamp(0, last.max(wait)));
        Verdict::Again(Timestamp::from_micros(at.as_micros() + wait.max(asked) * 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::{Environment, Scope};
    use crate::ids::{AccountId, CustomerId, WebhookId};

    fn due(attempts: u32, failing_since: Option<i64>, endpoint_failing_since: Option<i64>) -> Due {
        Due {
            delivery: 1,
            scope: Scope { account: AccountId::from_bytes([0; 16]), environment: Environment::Sandbox },
            endpoint: WebhookId::from_bytes([0; 16]),
            customer: CustomerId::from_bytes([0; 16]),
            number: 1,
            event: 1,
            attempts,
            failing_since: failing_since.map(Timestamp::from_micros),
            endpoint_failing_since: endpoint_failing_since.map(Timestamp::from_micros),
            shows_link: None,
        }
    }

    #[test]
    fn waits_grow_with_jitter_and_end_after_three_days() {
        const HOUR: i64 = 3_600;
        let schedule = Schedule::default();
        let at = Timestamp::from_micros(0).plus_seconds(100 * 24 * HOUR);
        let ago = |seconds: i64| Some(at.plus_seconds(-seconds).as_micros());
        let again = |seconds: i64| Verdict::Again(at.plus_seconds(seconds));
        for (attempts, failing, endpoint, jitter, asked, expected) in [
            (0, None, None, 0.5, None, again(5)),
            (0, None, None, 0.0, None, again(4)),
            (0, None, None, 1.0, None, again(6)),
            (1, ago(5), None, 0.5, None, again(30)),
            (2, ago(5), None, 0.5, None, again(120)),
            (5, ago(5), None, 0.5, None, again(4 * HOUR)),
            (6, ago(5), None, 0.5, None, again(12 * HOUR)),
            (99, ago(5), None, 0.5, None, again(12 * HOUR)),
            (0, None, None, 0.5, Some(60), again(60)),
            (0, None, None, 0.5, Some(-60), again(5)),
            (0, None, None, 0.5, Some(10 * 365 * 24 * HOUR), again(12 * HOUR)),
            (0, None, None, 0.5, Some(i64::MAX), again(12 * HOUR)),
            (9, ago(72 * HOUR), ago(10), 0.5, None, Verdict::GivenUp),
            (9, ago(72 * HOUR), ago(72 * HOUR), 0.5, None, Verdict::Disable(Disabled::Failing)),
            (0, None, ago(72 * HOUR), 0.5, None, Verdict::Disable(Disabled::Failing)),
        ] {
            assert_eq!(
                schedule.after(&due(attempts, failing, endpoint), at, jitter, asked),
                expected,
                "{attempts} {asked:?}"
            );
        }
    }
}
