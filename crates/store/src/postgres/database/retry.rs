//! Retries of what the engine asks to try again.

use std::time::{Duration, Instant};

use dossier_core::store::StoreError;

use super::DEADLINE;
use super::error::{Error, PipelineError};

/// The number of attempts at reads and rare changes, and at a batch of changes, for which others contend.
pub(super) const ATTEMPTS: u32 = 8;
pub(crate) const ATTEMPTS_AT_A_BATCH: u32 = 12;

/// The retries of something that may be repeated.
pub(crate) struct Retries {
    began: Instant,
    left: u32,
    made: u32,
}

impl Retries {
    pub(crate) fn at_most(attempts: u32) -> Self {
        Self { began: Instant::now(), left: attempts, made: 0 }
    }

    /// Waits before the next attempt. Fails if there are none left, or if another cannot succeed. Nothing may have been
    /// committed.
    pub(crate) async fn wait_after(&mut self, error: Error) -> Result<(), StoreError> {
        self.made += 1;
        let again = matches!(
            error,
            Error::Conflict(_) | Error::AssumptionFailed | Error::Unavailable(_) | Error::ConnectionLost(_)
        );
        if !again || self.made == self.left || self.began.elapsed() > DEADLINE {
            return Err(error.into());
        }
        pause(self.made).await;
        Ok(())
    }
}

/// Runs a whole transaction, and gives up if it takes too long. It is not retried without a response: it may have been
/// committed.
pub(crate) async fn in_time<T>(transaction: impl Future<Output = Result<T, PipelineError>>) -> Result<T, Error> {
    let unknown = |text| Err(Error::Store(StoreError::Unknown(text)));
    match tokio::time::timeout(DEADLINE, transaction).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(PipelineError::Before(error))) => Err(error),
        Ok(Err(PipelineError::AtTheEnd(text))) => unknown(text),
        Err(_) => unknown("no response in time".to_owned()),
    }
}

/// Waits before the next attempt: longer each time, and by a random part, so that contenders do not meet again.
async fn pause(attempt: u32) {
    let most = 2_u64 << attempt.min(6);
    let mut byte = [0];
    // Without randomness all wait equally long.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    let millis = most / 2 + most * u64::from(byte[0]) / 512;
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
