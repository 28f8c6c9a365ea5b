//! Erasures that are due, and the end of epochs.

use std::sync::Arc;
use std::time::Duration;

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::Caller;
use dossier_core::store::StoreError;
use dossier_core::use_cases::{empty_sandbox, erase, erase_person};
use dossier_store::Engine;

use crate::config::Config;
use crate::http::state::App;
use crate::installation::audit::audit_installation;
use crate::rotation;

/// How often the age of the active epoch is compared with the setting.
const EPOCH_CHECK: Duration = Duration::from_secs(60);

/// How long to wait after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(5 * 60);

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

/// Exports the keys every day, and rotates them once the active epoch is old enough. Until then, what was erased can
/// still be opened in an older copy of the database. A rotation that was interrupted is completed at once.
pub(super) async fn rotate(app: App, store: Arc<dyn Engine>, config: Config) {
    loop {
        if store.is_leader().await.unwrap_or(false)
            && let Err(error) = export_and_rotate(&app, &*store, &config).await
        {
            tracing::error!(%error, "failed to export or rotate the keys; trying again");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        tokio::time::sleep(EPOCH_CHECK).await;
    }
}

async fn export_and_rotate(app: &App, store: &dyn Engine, config: &Config) -> Result<(), StoreError> {
    let now = app.services.clock.now();
    let is_due = app.erasure.rotation.is_some_and(|after| {
        store.is_rotating() || store.active_since().is_none_or(|since| since.plus_seconds(after) <= now)
    });
    // Until the rotation is complete, no export can be made. It makes one itself.
    if !store.is_rotating() && rotation::is_export_due(store, &config.storage.keyring, now) {
        rotation::export_keys(store, config, now).await?;
    }
    if !is_due {
        return Ok(());
    }
    let caller = |scope| Caller::system(scope, "rotation");
    audit_installation(&app.services, caller, Action::RotationStarted, |_| {}).await?;
    let epoch = rotation::rotate(store, config, now, &|_, _| {}).await?;
    let name_epoch = |entry: &mut AuditEntry| entry.fields = vec![format!("/keyring/epochs/{epoch}")];
    audit_installation(&app.services, caller, Action::KeyringRotated, name_epoch).await?;
    tracing::warn!(epoch, "rotated the keys. Copy the keyring again (dossier backup keys): newer backups need it");
    Ok(())
}
