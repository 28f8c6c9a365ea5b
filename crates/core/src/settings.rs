//! Settings that affect records. Each start compares the settings in force with those last recorded, and writes one
//! audit entry when some differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The value of a setting as it is recorded, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedSetting {
    /// The value, which an entry shows before and after.
    Value(String),
    /// A hash of a secret, which shows that it changed. `None` when it is not set. An audit entry shows neither.
    Secret(Option<String>),
}

impl RecordedSetting {
    /// What an audit entry shows of the setting.
    pub(crate) fn audited(&self) -> Value {
        match self {
            Self::Value(value) => value.as_str().into(),
            Self::Secret(None) => Value::Null,
            Self::Secret(Some(_)) => "[secret]".into(),
        }
    }
}

/// Settings by their names.
pub type Settings = BTreeMap<String, RecordedSetting>;
