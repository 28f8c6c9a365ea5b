//! The rotation of the keys, and the key export that makes older backups readable after it.

use std::path::Path;

use dossier_core::clock::Timestamp;
use dossier_core::store::{Progress, StoreError};
use dossier_store::Engine;
use dossier_store::key_export::{self, ExportHeader, path_beside};
use dossier_store::transfer::error_text;

use crate::backup;
use crate::config::Config;

/// How old the export gets before it is written again.
const EXPORT_AGE_SECONDS: i64 = 24 * 60 * 60;

/// Only one rotation or export at a time runs in this process.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Rotates the keys, and copies the new export to the place of backups.
/// If it fails, running it again continues.
pub(crate) async fn rotate(
    store: &dyn Engine,
    config: &Config,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<u32, StoreError> {
    let _alone = ONE_AT_A_TIME.lock().await;
    let epoch = store.rotate(now, progress).await?;
    copy_to_backups(config).await;
    Ok(epoch)
}

/// Whether the key export beside the keyring is missing, from before the last rotation, or more than a day old.
pub(crate) fn is_export_due(store: &dyn Engine, keyring: &Path, now: Timestamp) -> bool {
    ExportHeader::at(&path_beside(keyring)).is_none_or(|header| {
        header.epoch != store.active_epoch() || header.created_at.plus_seconds(EXPORT_AGE_SECONDS) <= now
    })
}

/// Writes the key export beside the keyring, and copies it to the place of backups.
/// If it fails, the earlier export is still there.
pub(crate) async fn export_keys(store: &dyn Engine, config: &Config, now: Timestamp) -> Result<(), StoreError> {
    let _alone = ONE_AT_A_TIME.lock().await;
    store.export_keys(now).await?;
    copy_to_backups(config).await;
    Ok(())
}

/// If this fails, the export beside the keyring is still enough.
async fn copy_to_backups(config: &Config) {
    let Some(place) = &config.backups.place else { return };
    let copied = match backup::place(place) {
        Ok(storage) => key_export::copy_to(&storage, &config.storage.keyring).await.map_err(error_text),
        Err(error) => Err(error),
    };
    if let Err(error) = copied {
        tracing::error!(error, "failed to copy the key export to the place of backups");
    }
}
