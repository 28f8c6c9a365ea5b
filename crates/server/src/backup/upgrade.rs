//! Makes and verifies a backup before a start changes the schema of existing records.

use dossier_store::anchor::AnchorKey;
use dossier_store::backup::{Backup, Pace};
use dossier_store::transfer::error_text;
use dossier_store::transfer::mark::{DatabaseState, newest_migration};
use dossier_store::vault::{Keyring, RootKey};

use super::verify::verify_backup;
use crate::config::Config;

/// Makes and verifies a backup if the start that follows would change the schema.
///
/// # Errors
///
/// In one sentence that says how to start without a backup.
pub(crate) async fn before(config: &Config, root: &RootKey, state: &DatabaseState) -> Result<(), String> {
    let upgrades = state.migrations > 0 && state.migrations < newest_migration();
    if !upgrades || !config.backups.before_upgrade {
        return Ok(());
    }
    let place = match &config.backups.place {
        Some(place) => place.clone(),
        None => config.data_dir.join("backups").display().to_string(),
    };
    tracing::info!(place, "this version changes the schema: making and verifying a backup first");
    let failed = |error: String| {
        format!(
            "this version changes the schema, but the backup before it failed ({error}); nothing was changed. Free \
                some space, set another backup_place, or start with backup_before_upgrade = off"
        )
    };
    let unverified = |error: String| {
        format!(
            "this version changes the schema, and verifies a backup before it: {error}. Nothing was changed; \
                to start without one, set backup_before_upgrade = off"
        )
    };
    let keyring = Keyring::open(&config.storage.keyring, root).map_err(|error| failed(error.to_string()))?;
    let key = AnchorKey::new(root, keyring.installation());
    let made = super::create(config, &key, &place, Pace::Fast, None, None, &|_, _| {}).await.map_err(failed)?;
    let found = Backup::find(&super::place(&place).map_err(failed)?, Some(&made.name)).await;
    let backup = found.map_err(|error| failed(error_text(error)))?;
    let page = verify_backup(config, &backup, (None, None), &|_, _| {}).await.map_err(unverified)?;
    let findings: Vec<_> =
        page["findings"].as_array().into_iter().flatten().filter_map(|finding| finding.as_str()).collect();
    if !findings.is_empty() {
        return Err(failed(findings.join("; ")));
    }
    tracing::info!(place, name = made.name, "backup before the upgrade verified");
    Ok(())
}
