//! Before a start changes the schema of records that are there, it makes a backup and verifies it.

use dossier_store::backup::{Backup, Pace};
use dossier_store::transfer::mark::{Standing, newest_migration};
use dossier_store::transfer::plain;

use super::verify::verify_backup;
use crate::config::Config;

/// Makes and verifies a backup when the start that follows would change the schema.
///
/// # Errors
///
/// In one sentence that says how to start without.
pub(crate) async fn before(config: &Config, standing: &Standing) -> Result<(), String> {
    let upgrades = standing.migrations > 0 && standing.migrations < newest_migration();
    if !upgrades || !config.backups.before_upgrade {
        return Ok(());
    }
    let place = match &config.backups.place {
        Some(place) => place.clone(),
        None => config.data_dir.join("backups").display().to_string(),
    };
    tracing::info!(place, "this version changes the schema: a backup is made and verified first");
    let made = async {
        let made = super::create(config, &place, Pace::Fast, None, None, &|_, _| {}).await?;
        let backup = Backup::find(&super::place(&place)?, Some(&made.name)).await.map_err(|error| plain(&error))?;
        let page = verify_backup(config, &backup, None, &|_, _| {}).await?;
        let findings: Vec<_> =
            page["findings"].as_array().into_iter().flatten().filter_map(|finding| finding.as_str()).collect();
        if findings.is_empty() { Ok(made.name) } else { Err(findings.join("; ")) }
    };
    match made.await {
        Ok(name) => {
            tracing::info!(place, name, "the backup before the upgrade is good");
            Ok(())
        }
        Err(error) => Err(format!(
            "this version changes the schema, and the backup before that failed ({error}); nothing was changed. Make \
                room or name another backup_place, or start with backup_before_upgrade set to off"
        )),
    }
}
