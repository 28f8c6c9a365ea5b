//! Erasures that are due, and the end of epochs.

use std::sync::Arc;
use std::time::Duration;

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::Caller;
use dossier_core::store::StoreError;
use dossier_core::use_cases::{empty_sandbox, erase, erase_person};
use dossier_store::Engine;

use crate::http::state::App;
use crate::installation::audit::audit_installation;

/// How often the age of the active epoch is compared with the setting.
const EPOCH_CHECK: Duration = Duration::from_secs(60);

/// Runs the erasures that are due, about every second.
pub(super) async fn run_due(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        match erase::run_due(&app.services).await {
            Ok(0) => {}
            Ok(customers) => tracing::info!(customers, "erased customers"),
            Err(error) => tracing::error!(%error, "failed to erase a customer; trying again"),
        }
        match empty_sandbox::run(&app.services).await {
            Ok(0) => {}
            Ok(customers) => tracing::info!(customers, "erased the customers of sandboxes"),
            Err(error) => tracing::error!(%error, "failed to empty a sandbox; trying again"),
        }
        match erase_person::run_due(&app.services).await {
            Ok(0) => {}
            Ok(persons) => tracing::info!(persons, "erased associated persons"),
            Err(error) => tracing::error!(%error, "failed to erase an associated person; trying again"),
        }
    }
}

/// Rotates the keys once the active epoch is old enough. Until then, what was erased can still be opened in an older
/// copy of the database.
pub(super) async fn rotate(app: App, store: Arc<dyn Engine>) {
    let Some(after) = app.erasure.rotation else { return };
    loop {
        let now = app.services.clock.now();
        let is_due = store.active_since().is_none_or(|since| since.plus_seconds(after) <= now);
        if is_due && store.is_leader().await.unwrap_or(false) {
            match rotate_now(&app, &*store).await {
                Ok(epoch) => tracing::info!(epoch, "rotated the keys; copy the keyring again"),
                Err(error) => tracing::error!(%error, "failed to rotate the keys; trying again"),
            }
        }
        tokio::time::sleep(EPOCH_CHECK).await;
    }
}

async fn rotate_now(app: &App, store: &dyn Engine) -> Result<u32, StoreError> {
    let caller = |scope| Caller::system(scope, "rotation");
    audit_installation(&app.services, caller, Action::RotationStarted, |_| {}).await?;
    let epoch = store.rotate(app.services.clock.now(), &|_, _| {}).await?;
    let name_epoch = |entry: &mut AuditEntry| entry.fields = vec![format!("/keyring/epochs/{epoch}")];
    audit_installation(&app.services, caller, Action::KeyringRotated, name_epoch).await?;
    Ok(epoch)
}
