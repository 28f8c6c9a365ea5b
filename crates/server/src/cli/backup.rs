//! `dossier backup` and `dossier restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use async_trait::async_trait;
use clap::Args;
use dossier_core::audit::Action;
use dossier_store::backup::Pace;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::{DataCommand, Local, LocalCommand, group};
use super::context::CommandContext;
use super::output::{Output, with_progress};
use crate::backup::{self, keys, restore, verify};

group! {
    /// Create, verify and list backups, and copy the keys that they need
    Backup { Create } local { Verify, List, Keys }
}

/// Create a backup of records and files; the server may be running
#[derive(Args, Serialize, Deserialize)]
pub struct Create {
    /// A folder, s3://bucket/folder, gs://… or az://… [default: backup_place]
    #[arg(value_parser = absolute)]
    pub place: Option<String>,
}

#[async_trait]
impl DataCommand for Create {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let CommandContext { config, anchor, metrics, progress, .. } = *context;
        let place = self.place.clone().or_else(|| config.backups.place.clone());
        let place = place.ok_or("no place for the backup: name one, or set backup_place")?;
        let pace = if metrics.is_some() { Pace::Gentle } else { Pace::Fast };
        context.audit(Action::BackupStarted, |entry| entry.detail.note = Some(place.clone())).await?;
        let made = backup::create(config, anchor.key(), &place, pace, None, metrics, progress).await?;
        Ok(backup::created_json(&place, &made))
    }
}

/// Makes a path absolute, because the server runs in another folder.
fn absolute(place: &str) -> Result<String, String> {
    // URLs are checked by `backup::place`.
    if place.is_empty() || place.contains("://") {
        return Ok(place.to_owned());
    }
    let path = std::path::absolute(place).map_err(|error| format!("{place}: {error}"))?;
    Ok(path.display().to_string())
}

/// Verify a backup: restore it into a temporary folder, and open and compare everything in it; exit status 1 if
/// there are findings
#[derive(Args)]
pub struct Verify {
    /// A place, for its newest backup, or PLACE/NAME
    place: String,
    /// The newest copy of the keyring, or the one from the time of the backup [default: the configured keyring]
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
    /// The newest key export, for a backup from before a rotation [default: the newest beside the keyrings and the
    /// backup]
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

#[async_trait(?Send)]
impl LocalCommand for Verify {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let Self { place, keyring, keys } = self;
        let (keyring, keys) = (keyring.as_deref(), keys.as_deref());
        let page = with_progress(async |progress| verify::verify(local.config, place, (keyring, keys), progress).await);
        Ok(print_page(page.await?, local.output))
    }
}

/// List the complete backups in a place
#[derive(Args)]
pub struct List {
    /// A folder, s3://bucket/folder, gs://… or az://…
    place: String,
}

#[async_trait(?Send)]
impl LocalCommand for List {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        local.output.value(&backup::list(&self.place).await?);
        Ok(ExitCode::SUCCESS)
    }
}

/// Copy the keyring to a new file, and the ledger of erasures and the key export beside it; without the keyring no
/// backup can be opened
#[derive(Args)]
pub struct Keys {
    /// The new file
    file: PathBuf,
    /// Also copy the root key, to FILE.root-key. Anyone who has both files can read everything
    #[arg(long)]
    with_root_key: bool,
    /// Allow a file in the data folder or the backup place
    #[arg(long)]
    anywhere: bool,
}

#[async_trait(?Send)]
impl LocalCommand for Keys {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        local.output.value(&keys::export(local.config, &self.file, self.with_root_key, self.anywhere)?);
        Ok(ExitCode::SUCCESS)
    }
}

/// Restore a backup into an empty folder or database
#[derive(Args)]
pub struct Restore {
    /// A place, for its newest backup, or PLACE/NAME
    place: String,
    /// The data folder or PostgreSQL database to restore into: empty, or with an interrupted restore of the same
    /// backup
    #[arg(long, value_name = "FOLDER|URL")]
    into: String,
    /// The place for the files: s3://bucket/folder, gs://…, az://… or file:///folder [default: the data folder]
    #[arg(long, value_name = "PLACE")]
    files: Option<String>,
    /// The newest copy of the keyring, or the one from the time of the backup [default: the keyring of the target]
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,
    /// The newest key export, for a backup from before a rotation [default: the newest beside the keyrings and the
    /// backup]
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The newest copy of the ledger of erasures, so that customers who were erased after the backup do not come back
    /// [default: the ledgers beside the keyrings]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

#[async_trait(?Send)]
impl LocalCommand for Restore {
    async fn run(&self, local: &Local<'_>) -> Result<ExitCode, String> {
        let Self { place, into, files, keyring, keys, ledger } = self;
        let (from, into, files) = (place.clone(), into.clone(), files.clone());
        let (keyring, keys, ledger) = (keyring.clone(), keys.clone(), ledger.clone());
        let wanted = restore::Restore { from, into, files, keyring, keys, ledger };
        let restored = with_progress(async |progress| restore::restore(local.config, &wanted, progress).await).await;
        local.output.value(&restored?);
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints a report. As text, it is the backup, a table of the checks, and the findings.
fn print_page(mut page: Value, output: Output) -> ExitCode {
    let good = page["ok"] == true;
    if output == Output::Json {
        output.value(&page);
    } else {
        let (checks, findings) = (page["checks"].take(), page["findings"].take());
        if let Some(members) = page.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        for part in [page, Value::from(""), checks] {
            output.value(&part);
        }
        for finding in findings.as_array().into_iter().flatten() {
            output.value(finding);
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
