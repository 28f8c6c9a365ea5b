//! What the operator decided about verification.

use std::sync::Arc;

use crate::caller::Environment;
use crate::kyc::case::Name;
use crate::kyc::rules::RuleSet;

/// What a PUT that changes the identity of an approved customer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterApproval {
    /// It is stored, and the reviewers are asked; the approval stands until they decide.
    Review,
    /// It is stored, and the approval ends until the next decision.
    Reopen,
    /// It is refused.
    Refuse,
}

/// What the operator decided about verification.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What is required of whom.
    pub rules: Arc<RuleSet>,
    /// Currency and payment rails, in the order in which a breakdown lists them.
    pub rails: Vec<(String, String)>,
    /// What a change of identity does after an approval.
    pub after_approval: AfterApproval,
    /// Who verifies besides the reviewers.
    pub provider: Name,
    /// How many seconds pass between the request to erase a customer of production and the erasure.
    pub erasure_wait: i64,
    /// Under which URL customers reach this server, without a slash at the end.
    pub public_url: String,
}

impl Policy {
    /// The rails of the contract.
    pub const RAILS: [(&'static str, &'static str); 5] =
        [("aed", "uaefts"), ("eur", "sepa"), ("usd", "ach"), ("usd", "wire"), ("usd", "swift")];

    /// The default of [`Policy::erasure_wait`]: 7 days.
    pub const ERASURE_WAIT: i64 = 7 * 24 * 60 * 60;

    /// The baseline: its rules, all rails, reviewers.
    ///
    /// # Panics
    ///
    /// Never: a test reads the baseline rules.
    #[must_use]
    pub fn baseline(public_url: String) -> Self {
        Self {
            rules: Arc::new(RuleSet::baseline()),
            rails: Self::RAILS.map(|(currency, rail)| (currency.to_owned(), rail.to_owned())).to_vec(),
            after_approval: AfterApproval::Review,
            provider: Name::Manual,
            erasure_wait: Self::ERASURE_WAIT,
            public_url,
        }
    }

    /// How many seconds an erasure waits in an environment. In the sandbox it runs at once.
    #[must_use]
    pub const fn erasure_wait(&self, environment: Environment) -> i64 {
        match environment {
            Environment::Sandbox => 0,
            Environment::Production => self.erasure_wait,
        }
    }

    /// Who verifies in an environment: the sandbox simulates.
    #[must_use]
    pub const fn active_provider(&self, environment: Environment) -> Name {
        match environment {
            Environment::Sandbox => Name::Simulated,
            Environment::Production => self.provider,
        }
    }
}
