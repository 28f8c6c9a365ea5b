//! Records the settings at a start, with an audit entry if some have changed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::services::Services;
use crate::settings::{RecordedSetting, Settings};
use crate::store::error::StoreError;
use crate::use_cases::{accounts, write};

/// Records the current settings. If some differ from those recorded last, or from the defaults if none were recorded,
/// one entry in the audit trail of the installation names them.
///
/// Two processes that start at the same moment may both write the entry. Neither waits for the other.
pub async fn record(services: &Services, current: &Settings, defaults: &Settings) -> Result<(), StoreError> {
    let Some(scope) = accounts::installation(services).await? else { return Ok(()) };
    let recorded = match services.store.recorded_settings(scope).await? {
        Some(json) => serde_json::from_slice(&json).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        None => defaults.clone(),
    };
    let caller = Caller::system(scope, "start");
    let mut audit = AuditEntry::new(&caller, services.clock.now(), Action::SettingsChanged);
    let names: BTreeSet<&String> = recorded.keys().chain(current.keys()).collect();
    for name in names {
        // An older version may not have recorded this setting. It then had its default.
        let before = recorded.get(name).or_else(|| defaults.get(name));
        let after = current.get(name);
        if before != after {
            let audited = |setting: Option<&RecordedSetting>| setting.map_or(Value::Null, RecordedSetting::audited);
            audit.change(format!("/settings/{name}"), &audited(before), &audited(after));
        }
    }
    if audit.fields.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_vec(current).expect("settings have string keys only");
    write::commit(services, Change::new(scope, Effect::SettingsRecorded(json), audit)).await
}
