//! Why a customer waits for a decision, and until when it should have one.

use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::kyc::case::Stage;
use crate::kyc::decision::Outcome;
use crate::kyc::record::Kyc;
use crate::words::words;

words! {
    /// Why a customer waits for a decision.
    WaitReason {
        Submitted = "submitted": "Complete for the first time.",
        CameBack = "came_back": "The customer gave again what was asked for.",
        Changed = "changed": "An approved customer's identity was changed.",
        ProviderUnsure = "provider_unsure": "The provider could not decide.",
        Proposed = "proposed": "A decision was proposed, and nothing else waits.",
    }
}

/// How many seconds a customer may wait, by the reason. The clock stops while the customer owes an answer, because each
/// wait begins when the customer comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueTimes {
    /// The customer submitted the form for the first time.
    pub submitted: i64,
    /// The customer came back with what was asked for again.
    pub came_back: i64,
    /// The customer changed something after an approval.
    pub changed: i64,
    /// The provider could not decide.
    pub provider_unsure: i64,
    /// A second person is needed, and nothing else waits.
    pub proposed: i64,
}

impl Default for DueTimes {
    fn default() -> Self {
        const HOUR: i64 = 60 * 60;
        Self {
            submitted: 8 * HOUR,
            came_back: 4 * HOUR,
            changed: 24 * HOUR,
            provider_unsure: 8 * HOUR,
            proposed: 4 * HOUR,
        }
    }
}

impl DueTimes {
    /// The seconds for a reason.
    #[must_use]
    pub const fn of(&self, reason: WaitReason) -> i64 {
        match reason {
            WaitReason::Submitted => self.submitted,
            WaitReason::CameBack => self.came_back,
            WaitReason::Changed => self.changed,
            WaitReason::ProviderUnsure => self.provider_unsure,
            WaitReason::Proposed => self.proposed,
        }
    }

    /// The same times with another one for a reason.
    #[must_use]
    pub const fn with(mut self, reason: WaitReason, seconds: i64) -> Self {
        *match reason {
            WaitReason::Submitted => &mut self.submitted,
            WaitReason::CameBack => &mut self.came_back,
            WaitReason::Changed => &mut self.changed,
            WaitReason::ProviderUnsure => &mut self.provider_unsure,
            WaitReason::Proposed => &mut self.proposed,
        } = seconds;
        self
    }
}

impl WaitReason {
    /// Why a customer waits, if it does.
    #[must_use]
    pub fn of(kyc: &Kyc) -> Option<Self> {
        kyc.queued_at?;
        let asked_again = kyc.decision.as_ref().is_some_and(|last| last.outcome == Outcome::RequestResubmission);
        let is_unsure = kyc.provider.as_ref().is_some_and(|case| case.stage == Stage::Failed);
        Some(if kyc.review.is_some() {
            Self::Changed
        } else if kyc.state != crate::kyc::lifecycle::State::Submitted {
            Self::Proposed
        } else if is_unsure {
            Self::ProviderUnsure
        } else if asked_again {
            Self::CameBack
        } else {
            Self::Submitted
        })
    }
}

impl Customer {
    /// Why the customer waits for a decision, and when it should have one. `None` if it does not wait.
    #[must_use]
    pub fn wait(&self, times: &DueTimes) -> Option<(WaitReason, Timestamp)> {
        let (reason, since) = (WaitReason::of(&self.kyc)?, self.kyc.queued_at?);
        Some((reason, since.plus_seconds(times.of(reason))))
    }
}
