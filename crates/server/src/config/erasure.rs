//! When customers are erased, and when what copies still hold of them stops being readable.

use std::path::Path;
use std::sync::Arc;

use dossier_core::kyc::Retention;
use dossier_core::retention::RetentionRules;

use super::reader::SettingReader;
use super::units::millis;
use crate::trust;

/// When customers are erased, and when what copies still hold of them stops being readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// How many seconds pass between a request and the erasure, in production.
    pub wait: i64,
    /// After how many seconds an epoch of keys ends. `None` if only the command ends epochs.
    pub rotation: Option<i64>,
    /// For how many seconds copies of the keyring are kept.
    pub key_copies: i64,
}

impl Erasure {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        const DURATION: &str = "a duration, like 7d";
        let help = "how long an erasure waits after it was requested, and can be cancelled. The sandbox does not wait";
        let seconds = |text: &str| millis(text).map(|millis| millis / 1_000);
        let wait = from.setting("erasure_wait", "7d", help).recorded().read(seconds, DURATION);
        let help = "after how long the server rotates the keys by itself, which makes erased customers unreadable in \
            older copies of the database; off leaves it to dossier keyring rotate";
        let rotation = |text: &str| match text {
            "off" => Some(None),
            text => seconds(text).filter(|seconds| *seconds >= 60 * 60).map(Some),
        };
        let wanted = "off, or a duration of at least 1h, like 30d";
        let rotation = from.setting("key_rotation", "30d", help).recorded().read(rotation, wanted);
        let help = "for how long you keep copies of the keyring; certificates of erasure count on it";
        let key_copies = from.setting("key_copies", "30d", help).recorded().read(seconds, DURATION);
        Self { wait, rotation, key_copies }
    }
}

/// What retention deletes, and by which rules.
#[derive(Clone)]
pub struct RetentionSettings {
    pub mode: Retention,
    pub rules: Arc<RetentionRules>,
}

impl RetentionSettings {
    pub(super) fn read(from: &mut SettingReader<'_>) -> Self {
        let help = "what happens to records that no rule of retention keeps any longer: on deletes them, report only \
            reports them, off ignores the rules, also for a requested erasure";
        let read = |text: &str| match text {
            "off" => Some(Retention::Off),
            "report" => Some(Retention::Report),
            "on" => Some(Retention::On),
            _ => None,
        };
        let mode = from.setting("retention", "report", help).recorded().read(read, "off, report or on");
        let help = "the file with the rules of retention, which say how long each kind of record is kept; empty \
            for the built-in baseline";
        let file = from.setting("retention_rules", "", help).recorded().text();
        let rules =
            if file.is_empty() { Ok(RetentionRules::baseline()) } else { read_retention_rules(Path::new(file)) };
        let rules = rules.unwrap_or_else(|faults| {
            from.errors.extend(faults.into_iter().map(|fault| format!("retention_rules: {file}: {fault}")));
            RetentionRules::baseline()
        });
        Self { mode, rules: Arc::new(rules) }
    }
}

/// Reads a file of rules of retention. Returns all errors in it, one line each.
pub fn read_retention_rules(path: &Path) -> Result<RetentionRules, Vec<String>> {
    RetentionRules::read(&trust::read(path).map_err(|error| vec![error])?)
}
