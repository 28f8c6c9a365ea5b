//! Scheduled backups. The place of backups shows when the last one was made, so neither a restart nor another process
//! repeats one.

use std::sync::Arc;
use std::time::Duration;

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::Caller;
use dossier_core::clock::Clock as _;
use dossier_core::store::StoreError;
use dossier_store::Engine;
use dossier_store::anchor::AnchorKey;
use dossier_store::backup::Pace;

use crate::backup;
use crate::config::Config;
use crate::http::state::App;
use crate::installation::audit::audit_installation;
use crate::system::SystemClock;

const LOOK_AFTER: Duration = Duration::from_secs(10);
/// How long to wait after a failed backup.
const AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

/// Makes backups when they are due, until it is aborted.
pub(crate) async fn run(app: App, store: Arc<dyn Engine>, key: AnchorKey, config: Config) {
    let Some(place) = config.backups.place.as_deref() else { return };
    let mut last = None;
    if let Ok(newest) = backup::newest(&config, place).await {
        last = newest.map(|(at, bytes)| {
            app.metrics.backed_up(at, bytes, None);
            at.as_micros() / 1_000_000
        });
    }
    let Some(schedule) = config.backups.schedule else { return };
    loop {
        tokio::time::sleep(LOOK_AFTER).await;
        let now = || SystemClock.now().as_micros() / 1_000_000;
        if !schedule.is_due(last, now()) || !store.is_leader().await.unwrap_or(false) {
            continue;
        }
        // Another process may have led until now.
        match backup::newest(&config, place).await {
            Ok(newest) => last = newest.map(|(at, _)| at.as_micros() / 1_000_000),
            Err(error) => {
                app.metrics.backup_failed();
                tracing::error!(error, "failed to read the place of backups");
                tokio::time::sleep(AGAIN_AFTER).await;
                continue;
            }
        }
        if !schedule.is_due(last, now()) {
            continue;
        }
        let keep = Some(config.backups.keep);
        if let Err(error) = audit_start(&app, place).await {
            app.metrics.backup_failed();
            tracing::error!(%error, "failed to write the audit trail, so no backup is made");
            tokio::time::sleep(AGAIN_AFTER).await;
            continue;
        }
        match backup::create(&config, &key, place, Pace::Gentle, keep, Some(&app.metrics), &|_, _| {}).await {
            Ok(made) => {
                last = Some(made.manifest.created_at.as_micros() / 1_000_000);
                let (records, files, bytes) =
                    (made.manifest.records(), made.manifest.files.count, made.manifest.bytes());
                tracing::info!(name = made.name, records, files, bytes, "backup complete");
            }
            Err(error) => {
                tracing::error!(error, "backup failed");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

/// A backup copies every record, so the audit trail names its place before it is made.
async fn audit_start(app: &App, place: &str) -> Result<(), StoreError> {
    let caller = |scope| Caller::system(scope, "backup-schedule");
    let complete = |entry: &mut AuditEntry| entry.detail.note = Some(place.to_owned());
    audit_installation(&app.services, caller, Action::BackupStarted, complete).await
}
