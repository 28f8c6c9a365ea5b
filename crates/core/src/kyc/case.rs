//! The verification of a customer by a provider.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The providers that Dossier knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// No provider: the reviewers decide, and share tokens are kept for them.
    Manual,
    /// The provider of the sandbox: the token chooses the outcome.
    Simulated,
    /// Sumsub, by its API.
    Sumsub,
}

/// One verification by a provider, with its progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The provider that has the case.
    pub provider: Name,
    /// How far the case has come.
    pub stage: Stage,
    /// When the case needs work again. `None` if it needs none.
    pub due_at: Option<Timestamp>,
    /// How many times the provider had no verdict.
    #[serde(default)]
    pub tries: u32,
    /// How many times in a row the provider could not be asked.
    #[serde(default)]
    pub failures: u32,
    /// The versions of the record that differ only in how often the provider was asked in vain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alike: Option<Alike>,
}

/// Versions of a record that hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

impl Case {
    /// A case about which nobody was asked yet.
    pub(crate) const fn new(provider: Name, stage: Stage, due_at: Option<Timestamp>) -> Self {
        Self { provider, stage, due_at, tries: 0, failures: 0, alike: None }
    }

    /// The provider's id of the case, once there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.stage {
            Stage::Open(id) | Stage::Closed(id) => Some(id),
            Stage::TokenGiven | Stage::Asking | Stage::Failed => None,
        }
    }

    /// Notes that the next version of the record holds the same as this one.
    pub(crate) fn asked_in_vain(&mut self, version: u64) {
        let first = self.alike.filter(|alike| alike.last == version).map_or(version, |alike| alike.first);
        self.alike = Some(Alike { first, last: version + 1 });
    }
}

/// How far a case has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The customer gave a token that the provider does not have yet.
    TokenGiven,
    /// The token was sent. Whether it arrived is unknown.
    Asking,
    /// The provider has the case, under this id.
    Open(String),
    /// The provider gave its verdict on the case with this id.
    Closed(String),
    /// The provider did not accept the token. Another one is needed.
    Failed,
}
