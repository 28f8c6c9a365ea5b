//! The settings that decide what becomes of records: those whose changes stand in the audit trail. The others say where
//! and how one process runs, and may differ between processes on one database.

use aws_lc_rs::digest::{SHA256, digest};
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::kyc::RuleSet;
use dossier_core::settings::Recorded;

use super::{Setting, Settings, settings};

/// Their names.
const NAMES: &[&str] = &[
    "public_url",
    "files",
    "rules",
    "rails",
    "after_approval",
    "provider",
    "sumsub_url",
    "sumsub_app_token",
    "sumsub_secret",
    "sumsub_webhook_secret",
    "webhook_waits",
    "webhook_give_up",
    "webhook_private",
    "trusted_proxies",
    "proxy_protocol",
    "idempotency_keys_per_day",
    "files_per_account",
    "bytes_per_account",
    "files_per_customer",
    "bytes_per_customer",
    "backup_place",
    "backup_schedule",
    "backup_keep",
    "backup_before_upgrade",
];

fn recorded() -> impl Iterator<Item = &'static Setting> {
    settings().filter(|setting| NAMES.contains(&setting.name))
}

/// What they are when nothing is set.
#[must_use]
pub fn defaults() -> dossier_core::settings::Settings {
    recorded().map(|setting| (setting.name.to_owned(), of(setting, setting.default))).collect()
}

impl Settings {
    /// What they are now.
    pub(super) fn recorded(&self, in_force: &RuleSet) -> dossier_core::settings::Settings {
        let value = |setting: &'static Setting| match setting.name {
            "rules" => rules(in_force),
            name => of(setting, self.text(name)),
        };
        recorded().map(|setting| (setting.name.to_owned(), value(setting))).collect()
    }
}

fn of(setting: &Setting, text: &str) -> Recorded {
    match setting {
        Setting { name: "rules", .. } => rules(&RuleSet::baseline()),
        Setting { secret: true, .. } => {
            let hash = |text: &str| hash(&[setting.name, "\0", text].concat());
            Recorded::Secret(Some(text).filter(|text| !text.is_empty()).map(hash))
        }
        _ => Recorded::Value(text.to_owned()),
    }
}

/// Rules are known by their version, and by their text, which may change under the same version.
fn rules(rules: &RuleSet) -> Recorded {
    Recorded::Value(format!("{}, SHA-256 {}", rules.version, rules.hash))
}

fn hash(text: &str) -> String {
    hexadecimal(digest(&SHA256, text.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_setting_exists_and_no_secret_is_in_what_is_recorded() {
        let defaults = defaults();
        assert_eq!(defaults.len(), NAMES.len());
        for setting in recorded().filter(|setting| setting.secret) {
            let one = of(setting, "hunter2");
            assert_eq!(defaults[setting.name], Recorded::Secret(None));
            assert_ne!(one, of(setting, "hunter3"));
            assert!(!format!("{one:?}").contains("hunter2"));
        }
    }
}
