//! Settings that decide what becomes of records. Each start compares those in force with those that were recorded last,
//! and writes one entry of the audit trail when some differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The value of a setting as it is recorded, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    /// The value, which an entry shows before and after.
    Value(String),
    /// A hash of a secret, by which a change is noticed; `None` when it is not set. An entry shows neither.
    Secret(Option<String>),
}

impl Recorded {
    pub(crate) fn shown(&self) -> Value {
        match self {
            Self::Value(value) => value.as_str().into(),
            Self::Secret(None) => Value::Null,
            Self::Secret(Some(_)) => "[secret]".into(),
        }
    }
}

/// Settings by their names.
pub type Settings = BTreeMap<String, Recorded>;
