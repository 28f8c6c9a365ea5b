//! The port to a provider that verifies besides the reviewers.

use async_trait::async_trait;

/// What a provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet.
    Pending,
    /// Verified.
    Approved,
    /// Turned down for good.
    Rejected,
    /// Turned down, but the customer may try again; what the customer is told.
    Retry(Option<String>),
}

/// Why a provider did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It refused: the token is used, expired, or not for us.
    #[error("the provider refused the token or the case")]
    Refused,
    /// It could not be reached, or said what nobody understands. The text holds nothing that was sent.
    #[error("the provider could not be asked: {0}")]
    Unavailable(String),
}

/// A provider.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Hands over a share token, once; answers the id of the case there.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]; the token is not to be used again.
    async fn import(&self, token: &str) -> Result<String, ProviderError>;

    /// How a case stands.
    ///
    /// # Errors
    ///
    /// [`ProviderError`]; asking again is safe.
    async fn verdict(&self, case: &str) -> Result<Verdict, ProviderError>;
}

/// The reviewers: they take no tokens and say nothing here.
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

/// The sandbox's provider: `simulated-approve`, `simulated-reject`, `simulated-retry`, `simulated-expired`; every other
/// token stays pending.
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
