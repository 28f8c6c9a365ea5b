//! Attempts at what the engine asks to try again.

use std::time::{Duration, Instant};

use dossier_core::store::StoreError;

use super::DEADLINE;
use super::error::{Error, PipelineError};

/// Attempts at what only reads or is rare, and at a batch of changes, for which others contend.
pub(super) const ATTEMPTS: u32 = 8;
pub(crate) const ATTEMPTS_AT_A_BATCH: u32 = 12;

/// Attempts at something that may be repeated.
pub(crate) struct Tries {
    began: Instant,
    left: u32,
    made: u32,
}

impl Tries {
    pub(crate) fn at_most(attempts: u32) -> Self {
        Self { began: Instant::now(), left: attempts, made: 0 }
    }

    /// After an attempt in which nothing was committed: waits before another, when another may succeed.
    pub(crate) async fn after(&mut self, error: Error) -> Result<(), StoreError> {
        self.made += 1;
        let again = matches!(error, Error::Conflict(_) | Error::Moved | Error::Gone(_) | Error::Lost(_));
        if !again || self.made == self.left || self.began.elapsed() > DEADLINE {
            return Err(error.into());
        }
        pause(self.made).await;
        Ok(())
    }
}

/// A whole transaction, given up when it takes too long. What was not answered is not tried again: it may have
/// happened.
pub(crate) async fn in_time<T>(transaction: impl Future<Output = Result<T, PipelineError>>) -> Result<T, Error> {
    let unknown = |text| Err(Error::Store(StoreError::Unknown(text)));
    match tokio::time::timeout(DEADLINE, transaction).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(PipelineError::Before(error))) => Err(error),
        Ok(Err(PipelineError::AtTheEnd(text))) => unknown(text),
        Err(_) => unknown("no answer in time".to_owned()),
    }
}

/// Waits before another attempt: a little longer each time, and not as long as others do.
async fn pause(attempt: u32) {
    let most = 2_u64 << attempt.min(6);
    let mut byte = [0];
    // Without randomness all wait as long.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    let millis = most / 2 + most * u64::from(byte[0]) / 512;
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
