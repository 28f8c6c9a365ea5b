//! What the operator has configured about verification.

use std::sync::Arc;

use crate::caller::Environment;
use crate::desk::wait::DueTimes;
use crate::kyc::case::Name;
use crate::kyc::reasons::Reasons;
use crate::kyc::reminders::Reminders;
use crate::kyc::rules::RuleSet;
use crate::retention::rules::RetentionRules;
use crate::words::words;

/// What happens when a PUT changes the identity of an approved customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterApproval {
    /// The change is stored and the reviewers are asked. The customer stays approved until they decide.
    Review,
    /// The change is stored and the approval ends until the next decision.
    Reopen,
    /// The change is refused.
    Refuse,
}

words! {
    /// Which decisions need a second person. Only approvals, rejections and reinstatements do.
    FourEyes {
        Off = "off": "No decision does.",
        HighRisk = "high_risk": "Those about customers for whom a rule says that the risk is high.",
        All = "all": "Those about every customer.",
    }
}

/// What retention does with what no rule keeps any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// Nothing. The rules have no effect.
    Off,
    /// It is reported. The rules stand against requests for erasure.
    Report,
    /// It is deleted. The rules stand against requests for erasure.
    On,
}

/// What the operator has configured about verification.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The rules that requirements come from.
    pub rules: Arc<RuleSet>,
    /// The reasons that decisions can have.
    pub reasons: Arc<Reasons>,
    /// The currency and name of each payment rail, in the order of `status_breakdown`.
    pub rails: Vec<(String, String)>,
    /// What happens when the identity of an approved customer changes.
    pub after_approval: AfterApproval,
    /// Which decisions need a second person in production.
    pub four_eyes: FourEyes,
    /// Which decisions need a second person in sandboxes.
    pub four_eyes_sandbox: FourEyes,
    /// When customers who owe an answer are reminded, and when their case is closed.
    pub reminders: Reminders,
    /// The provider that verifies production customers.
    pub provider: Name,
    /// How many seconds pass between the request to erase a customer of production and the erasure.
    pub erasure_wait: i64,
    /// What retention does.
    pub retention: Retention,
    /// The rules of retention.
    pub retention_rules: Arc<RetentionRules>,
    /// How long customers may wait for a decision.
    pub due_times: DueTimes,
    /// The URL at which customers reach the hosted form, without a trailing slash.
    pub form_url: String,
}

impl Policy {
    /// The rails of the contract.
    pub const RAILS: [(&'static str, &'static str); 5] =
        [("aed", "uaefts"), ("eur", "sepa"), ("usd", "ach"), ("usd", "wire"), ("usd", "swift")];

    /// The default of [`Policy::erasure_wait`]: 7 days.
    pub const ERASURE_WAIT: i64 = 7 * 24 * 60 * 60;

    /// The defaults: the baseline rules, all rails of the contract, and no provider.
    ///
    /// # Panics
    ///
    /// Never: a test reads the baseline rules.
    #[must_use]
    pub fn baseline(form_url: String) -> Self {
        Self {
            rules: Arc::new(RuleSet::baseline()),
            reasons: Arc::new(Reasons::baseline()),
            rails: Self::RAILS.map(|(currency, rail)| (currency.to_owned(), rail.to_owned())).to_vec(),
            after_approval: AfterApproval::Review,
            four_eyes: FourEyes::Off,
            four_eyes_sandbox: FourEyes::Off,
            reminders: Reminders::default(),
            provider: Name::Manual,
            erasure_wait: Self::ERASURE_WAIT,
            retention: Retention::Report,
            retention_rules: Arc::new(RetentionRules::baseline()),
            due_times: DueTimes::default(),
            form_url,
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

    /// Which decisions need a second person in an environment.
    #[must_use]
    pub const fn four_eyes(&self, environment: Environment) -> FourEyes {
        match environment {
            Environment::Sandbox => self.four_eyes_sandbox,
            Environment::Production => self.four_eyes,
        }
    }

    /// The provider of an environment. The sandbox has a simulated one.
    #[must_use]
    pub const fn active_provider(&self, environment: Environment) -> Name {
        match environment {
            Environment::Sandbox => Name::Simulated,
            Environment::Production => self.provider,
        }
    }
}
