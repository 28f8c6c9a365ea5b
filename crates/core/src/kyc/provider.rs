//! The port to a provider that verifies customers in addition to the reviewers.

use async_trait::async_trait;

/// What a provider says about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is no verdict yet.
    Pending,
    /// The customer is verified.
    Approved,
    /// The customer is rejected for good.
    Rejected,
    /// The customer may try again. Holds what to tell the customer.
    Retry(Option<String>),
}

/// Why a call to a provider failed.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider refused: the token was used before, has expired, or was issued for another client.
    #[error("the provider refused the token or the case")]
    Refused,
    /// The provider was unreachable or sent an unexpected response. The text quotes nothing that was sent.
    #[error("the call to the provider failed: {0}")]
    Unavailable(String),
}

/// A service that verifies identities.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Sends a share token, which works once. Returns the id of the new case at the provider.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]. The token must not be sent again, because it may have arrived.
    async fn import(&self, token: &str) -> Result<String, ProviderError>;

    /// Returns the verdict on a case.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]. Repeating the call is safe.
    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError>;
}

/// No provider: it refuses every token and never has a verdict, so the reviewers decide.
pub struct Manual;

#[async_trait]
impl Provider for Manual {
    async fn import(&self, _: &str) -> Result<String, ProviderError> {
        Err(ProviderError::Refused)
    }

    async fn verdict(&self, _: &str) -> Result<Verdict, ProviderError> {
        Ok(Verdict::Pending)
    }
}

/// The sandbox's provider. Its tokens are `simulated-approve`, `simulated-reject`, `simulated-retry` and
/// `simulated-expired`. A case of any other token stays pending.
pub struct Simulated;

#[async_trait]
impl Provider for Simulated {
    async fn import(&self, token: &str) -> Result<String, ProviderError> {
        match token.strip_prefix("simulated-") {
            Some("expired") => Err(ProviderError::Refused),
            Some(outcome @ ("approve" | "reject" | "retry")) => Ok(outcome.to_owned()),
            _ => Ok("pending".to_owned()),
        }
    }

    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError> {
        Ok(match case {
            "approve" => Verdict::Approved,
            "reject" => Verdict::Rejected,
            "retry" => Verdict::Retry(Some("The picture could not be read.".to_owned())),
            _ => Verdict::Pending,
        })
    }
}
