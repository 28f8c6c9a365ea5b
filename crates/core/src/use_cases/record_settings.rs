//! Records the settings in force at a start, and writes an audit entry when some changed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Actor, Caller};
use crate::change::{Change, Effect};
use crate::services::Services;
use crate::settings::{Recorded, Settings};
use crate::store::error::StoreError;
use crate::use_cases::{accounts, write};

/// Records the settings in force. If some differ from those that were recorded last, or from the defaults when none
/// were, one entry in the trail of the installation names them.
///
/// Two processes that start at the same moment may both write the entry; neither waits for the other.
///
/// # Errors
///
/// The store's.
pub async fn record(services: &Services, in_force: &Settings, defaults: &Settings) -> Result<(), StoreError> {
    let Some(scope) = accounts::installation(services).await? else { return Ok(()) };
    let recorded = match services.store.recorded_settings(scope).await? {
        Some(json) => serde_json::from_slice(&json).map_err(|error| StoreError::Corrupt(error.to_string()))?,
        None => defaults.clone(),
    };
    let caller = Caller { scope, actor: Actor::System, request_id: "start".to_owned(), address: None };
    let mut audit = AuditEntry::new(&caller, services.clock.now(), Action::SettingsChanged);
    let names: BTreeSet<&String> = recorded.keys().chain(in_force.keys()).collect();
    for name in names {
        // A setting that an older version did not record had its default.
        let before = recorded.get(name).or_else(|| defaults.get(name));
        let after = in_force.get(name);
        if before != after {
            let shown = |setting: Option<&Recorded>| setting.map_or(Value::Null, Recorded::shown);
            audit.change(format!("/settings/{name}"), &shown(before), &shown(after));
        }
    }
    if audit.fields.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_vec(in_force).expect("settings have string keys only");
    write::commit(services, Change::new(scope, Effect::SettingsRecorded(json), audit)).await
}
