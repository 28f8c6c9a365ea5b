//! The settings whose changes the audit trail records: those that decide what happens to records. The others concern
//! one process, and may differ between the processes on a database.

use aws_lc_rs::digest::{SHA256, digest};
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::kyc::{Reasons, RuleSet};
use dossier_core::retention::RetentionRules;
use dossier_core::settings::RecordedSetting;

use super::setting::Setting;

/// The rules that the settings name.
pub(super) struct RuleSets<'a> {
    pub(super) requirements: &'a RuleSet,
    pub(super) retention: &'a RetentionRules,
    pub(super) reasons: &'a Reasons,
}

/// The recorded settings; `text` returns the value of each.
pub(super) fn recorded<'a>(
    settings: &'a [Setting],
    text: impl Fn(&'a Setting) -> &'a str,
    active: &RuleSets<'_>,
) -> dossier_core::settings::Settings {
    let value = |setting: &'a Setting| match setting.name {
        "rules" => rules(&active.requirements.version, &active.requirements.hash),
        "retention_rules" => rules(&active.retention.version, &active.retention.hash),
        "reasons" => rules(&active.reasons.version, &active.reasons.hash),
        _ => record(setting, text(setting)),
    };
    let recorded = settings.iter().filter(|setting| setting.recorded);
    recorded.map(|setting| (setting.name.to_owned(), value(setting))).collect()
}

fn record(setting: &Setting, text: &str) -> RecordedSetting {
    if !setting.is_secret(text) {
        return RecordedSetting::Value(text.to_owned());
    }
    let hash = |text: &str| hash(&[setting.name, "\0", text].concat());
    RecordedSetting::Secret(Some(text).filter(|text| !text.is_empty()).map(hash))
}

/// The version and the hash of the rules, because their text may change under the same version.
fn rules(version: &str, hash: &str) -> RecordedSetting {
    RecordedSetting::Value(format!("{version}, SHA-256 {hash}"))
}

fn hash(text: &str) -> String {
    hexadecimal(digest(&SHA256, text.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_secret_is_a_hash() {
        let secret = Setting { name: "a", default: "", help: "", secret: true, recorded: true };
        let one = record(&secret, "hunter2");
        assert_eq!(record(&secret, ""), RecordedSetting::Secret(None));
        assert_ne!(one, record(&secret, "hunter3"));
        assert!(!format!("{one:?}").contains("hunter2"));
    }
}
