//! The verification of a customer by a provider.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The providers that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// Nobody: the reviewers decide, and share tokens are kept for them.
    Manual,
    /// The sandbox's: the token says what comes of it.
    Simulated,
    /// Sumsub.
    Sumsub,
}

/// Verification of one customer by a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Whose.
    pub provider: Name,
    /// How far it is.
    pub stage: Stage,
    /// When something is to be done about it next.
    pub due_at: Option<Timestamp>,
    /// How often it was asked for, or failed, in a row.
    #[serde(default)]
    pub tries: u32,
}

impl Case {
    /// The provider's id for it, once there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open(id) | Stage::Closed(id) => Some(id),
            Stage::TokenGiven | Stage::Asking | Stage::Failed => None,
        }
    }
}

/// How far a case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The token is to be handed over.
    TokenGiven,
    /// The token was handed over; whether it arrived is not known.
    Asking,
    /// The provider has the case, under this id.
    Open(String),
    /// The provider said how it ended.
    Closed(String),
    /// The token could not be used; another one is needed.
    Failed,
}
