//! What is remembered of the identity provider: its endpoints and its keys.

use std::sync::Arc;

use dossier_core::clock::Timestamp;
use tokio::sync::Mutex;

use super::calls::Calls;
use super::error::OidcError;
use super::keys::Keys;
use super::metadata::Metadata;

/// After how many seconds the provider is asked again, so that a key that it withdrew ends here too.
const MAX_AGE: i64 = 60 * 60;
/// How many seconds pass at least before an unknown key makes it ask again.
const MIN_AGE: i64 = 60;
/// How many seconds pass before a provider that could not be asked is asked again.
const RETRY_AFTER: i64 = 5;

/// What the provider said of itself at a moment.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) keys: Keys,
    asked_at: Timestamp,
}

#[derive(Default)]
struct Memory {
    known: Option<Arc<Known>>,
    /// When the provider could not be asked, and why.
    failure: Option<(Timestamp, OidcError)>,
}

#[derive(Default)]
pub(super) struct Directory(Mutex<Memory>);

impl Directory {
    /// What the provider says of itself, at most an hour old.
    pub(super) async fn known(&self, issuer: &str, calls: &Calls, now: Timestamp) -> Result<Arc<Known>, OidcError> {
        self.younger_than(MAX_AGE, issuer, calls, now).await
    }

    /// The same when a token names an unknown key. Only a provider that was not asked in the last minute is asked.
    pub(super) async fn with_new_keys(
        &self,
        issuer: &str,
        calls: &Calls,
        now: Timestamp,
    ) -> Result<Arc<Known>, OidcError> {
        self.younger_than(MIN_AGE, issuer, calls, now).await
    }

    /// One request asks, and the others wait for its result.
    async fn younger_than(
        &self,
        seconds: i64,
        issuer: &str,
        calls: &Calls,
        now: Timestamp,
    ) -> Result<Arc<Known>, OidcError> {
        let mut memory = self.0.lock().await;
        if let Some(known) = memory.known.as_ref().filter(|known| now < known.asked_at.plus_seconds(seconds)) {
            return Ok(Arc::clone(known));
        }
        if let Some((at, error)) = memory.failure.as_ref().filter(|(at, _)| now < at.plus_seconds(RETRY_AFTER)) {
            tracing::debug!(?at, "the identity provider failed a moment ago");
            return Err(error.clone());
        }
        match ask(issuer, calls, now).await {
            Ok(known) => {
                let known = Arc::new(known);
                *memory = Memory { known: Some(Arc::clone(&known)), failure: None };
                Ok(known)
            }
            Err(error) => {
                memory.failure = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}

async fn ask(issuer: &str, calls: &Calls, now: Timestamp) -> Result<Known, OidcError> {
    let metadata = Metadata::discover(issuer, calls).await?;
    let keys = Keys::fetch(&metadata.keys, calls).await?;
    Ok(Known { metadata, keys, asked_at: now })
}
