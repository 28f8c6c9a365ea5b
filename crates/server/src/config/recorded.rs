//! The settings that decide what becomes of records: those whose changes stand in the audit trail. The others say where
//! and how one process runs, and may differ between processes on one database.

use aws_lc_rs::digest::{SHA256, digest};
use dossier_core::hexadecimal::hexadecimal;
use dossier_core::kyc::RuleSet;
use dossier_core::settings::RecordedSetting;

use super::setting::Setting;

/// What settings are recorded as; `text` gives their values.
pub(super) fn recorded<'a>(
    settings: &'a [Setting],
    text: impl Fn(&'a Setting) -> &'a str,
    in_force: &RuleSet,
) -> dossier_core::settings::Settings {
    let value = |setting: &'a Setting| match setting.name {
        "rules" => rules(in_force),
        _ => of(setting, text(setting)),
    };
    let recorded = settings.iter().filter(|setting| setting.recorded);
    recorded.map(|setting| (setting.name.to_owned(), value(setting))).collect()
}

fn of(setting: &Setting, text: &str) -> RecordedSetting {
    if !setting.secret {
        return RecordedSetting::Value(text.to_owned());
    }
    let hash = |text: &str| hash(&[setting.name, "\0", text].concat());
    RecordedSetting::Secret(Some(text).filter(|text| !text.is_empty()).map(hash))
}

/// Rules are known by their version, and by their text, which may change under the same version.
fn rules(rules: &RuleSet) -> RecordedSetting {
    RecordedSetting::Value(format!("{}, SHA-256 {}", rules.version, rules.hash))
}

fn hash(text: &str) -> String {
    hexadecimal(digest(&SHA256, text.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_in_what_is_recorded() {
        let secret = Setting { name: "a", default: "", help: "", secret: true, recorded: true };
        let one = of(&secret, "hunter2");
        assert_eq!(of(&secret, ""), RecordedSetting::Secret(None));
        assert_ne!(one, of(&secret, "hunter3"));
        assert!(!format!("{one:?}").contains("hunter2"));
    }
}
