//! The services of use cases, as the settings want them.

use std::sync::Arc;

use dossier_core::kyc::{Policy, case};
use dossier_core::sandbox_clocks::SandboxClocks;
use dossier_core::services::Services;
use dossier_core::store::Store;
use dossier_core::turns::Turns;

use crate::config::Config;
use crate::config::verification::Verification;
use crate::scanner::{self, Scans};
use crate::system::{SystemClock, SystemRandom};

pub(crate) fn services(config: &Config, store: Arc<dyn Store>, form_url: String, scans: &Scans) -> Services {
    let Verification {
        rules,
        reasons,
        rails,
        after_approval,
        four_eyes,
        four_eyes_sandbox,
        due_times,
        reminders,
        sumsub,
    } = &config.verification;
    Services {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom::default()),
        turns: Turns::default(),
        sandboxes: SandboxClocks::default(),
        closed: Default::default(),
        policy: Policy {
            rules: Arc::clone(rules),
            reasons: Arc::clone(reasons),
            rails: rails.clone(),
            after_approval: *after_approval,
            four_eyes: *four_eyes,
            four_eyes_sandbox: *four_eyes_sandbox,
            due_times: *due_times,
            reminders: reminders.clone(),
            provider: if sumsub.is_some() { case::Name::Sumsub } else { case::Name::Manual },
            erasure_wait: config.erasure.wait,
            retention: config.retention.mode,
            retention_rules: Arc::clone(&config.retention.rules),
            form_url,
        },
        quotas: config.quotas,
        scanning: scanner::scanning(&config.scan, scans),
    }
}
